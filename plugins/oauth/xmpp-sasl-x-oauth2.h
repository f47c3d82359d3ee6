/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define XMPP_TYPE_SASL_X_OAUTH2 (xmpp_sasl_x_oauth2_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppSaslXOauth2, xmpp_sasl_x_oauth2, XMPP, SASL_X_OAUTH2, XmppSaslMechanism)

G_END_DECLS
