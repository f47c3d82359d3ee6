/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define XMPP_TYPE_SASL_TOKEN (xmpp_sasl_token_get_type ())
G_DECLARE_FINAL_TYPE (XmppSaslToken, xmpp_sasl_token, XMPP, SASL_TOKEN, XmppSaslMechanism)

G_END_DECLS
