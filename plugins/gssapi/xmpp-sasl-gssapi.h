/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define XMPP_TYPE_SASL_GSSAPI (xmpp_sasl_gssapi_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppSaslGssapi, xmpp_sasl_gssapi, XMPP, SASL_GSSAPI, XmppSaslMechanism)

G_END_DECLS
