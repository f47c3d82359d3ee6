/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-feature.h"

G_BEGIN_DECLS

/* Receiving side: <compress/> (XEP-0138) gets a refusal, and the stream goes on. */
#define XMPP_TYPE_COMPRESSION_REFUSAL (xmpp_compression_refusal_get_type ())
G_DECLARE_FINAL_TYPE (XmppCompressionRefusal,
                      xmpp_compression_refusal,
                      XMPP,
                      COMPRESSION_REFUSAL,
                      XmppFeature)

XmppFeature *xmpp_compression_refusal_new (void);

G_END_DECLS
