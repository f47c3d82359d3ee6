/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "core/xmpp-element.h"

G_BEGIN_DECLS

/* One whole element; without a namespace of its own it is in that of the stream
 * (jabber:client). Errors: XMPP_STREAM_ERROR as for a peer's bytes. */
XMPP_AVAILABLE_IN_ALL
XmppElement *xmpp_element_new_from_string (const char *xml, GError **error);

G_END_DECLS
