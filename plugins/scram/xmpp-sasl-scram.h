/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define XMPP_TYPE_SASL_SCRAM (xmpp_sasl_scram_get_type ())
G_DECLARE_FINAL_TYPE (XmppSaslScram, xmpp_sasl_scram, XMPP, SASL_SCRAM, XmppSaslMechanism)

/* For tests with fixed examples, before the first step: this side's nonce */
void xmpp_sasl_scram_set_nonce (XmppSaslScram *scram, const char *nonce);

G_END_DECLS
