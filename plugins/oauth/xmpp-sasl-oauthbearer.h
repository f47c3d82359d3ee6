/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define XMPP_TYPE_SASL_OAUTHBEARER (xmpp_sasl_oauthbearer_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppSaslOauthbearer, xmpp_sasl_oauthbearer, XMPP, SASL_OAUTHBEARER, XmppSaslMechanism)

G_END_DECLS
