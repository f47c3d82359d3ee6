/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define XMPP_TYPE_SASL_CYRUS (xmpp_sasl_cyrus_get_type ())
G_DECLARE_FINAL_TYPE (XmppSaslCyrus, xmpp_sasl_cyrus, XMPP, SASL_CYRUS, XmppSaslMechanism)

G_END_DECLS
