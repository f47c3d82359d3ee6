/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-mechanism-info.h"

G_BEGIN_DECLS

/* What an account can be proven by, and what mechanisms take. A mechanism that names none of
 * these fields (for a certificate, a ticket, a secret of its own) goes with any account. */
typedef enum
{
  XMPP_SASL_MEANS_ANY = 0, /* whatever a mechanism takes */
  XMPP_SASL_MEANS_PASSWORD = 1 << 0,
  XMPP_SASL_MEANS_TOKEN = 1 << 1,
  XMPP_SASL_MEANS_ANONYMOUS = 1 << 2, /* there is no account */
  XMPP_SASL_MEANS_TICKET = 1 << 3,    /* of Kerberos, which nobody is asked for */
} XmppSaslMeans;

/* What a mechanism takes: one of these is enough; ANY: none of them is of use to it */
XmppSaslMeans xmpp_sasl_means_get (XmppSaslMechanismInfo *info);
/* What is wrong with a mechanism where the login has @means. NULL: nothing */
const char *xmpp_sasl_means_judge (XmppSaslMeans means, XmppSaslMechanismInfo *info);

G_END_DECLS
