/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-feature.h"

G_BEGIN_DECLS

/* XEP-0478: the receiving side says how large an element may be and how long the other one
 * may be silent. There is nothing to negotiate. */
#define XMPP_TYPE_STREAM_LIMITS (xmpp_stream_limits_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppStreamLimits, xmpp_stream_limits, XMPP, STREAM_LIMITS, XmppFeature)

/* Remembers in the stream what each list of features says: xmpp_stream_set_peer_limits() */
XmppFeature *xmpp_stream_limits_new_initiating (void);
/* Offers what the limits of the stream enforce. @insecure: without TLS too */
XmppFeature *xmpp_stream_limits_new_receiving (gboolean insecure);

G_END_DECLS
