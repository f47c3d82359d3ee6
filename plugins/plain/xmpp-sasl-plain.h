/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define XMPP_TYPE_SASL_PLAIN (xmpp_sasl_plain_get_type ())
G_DECLARE_FINAL_TYPE (XmppSaslPlain, xmpp_sasl_plain, XMPP, SASL_PLAIN, XmppSaslMechanism)

G_END_DECLS
