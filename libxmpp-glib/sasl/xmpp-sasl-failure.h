/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-error.h"
#include "sasl/xmpp-sasl-policy-private.h"

G_BEGIN_DECLS

/* What may follow a failure. Who stands between us and the server can send any failure: no
 * reaction to one may reveal more than what was revealed before. */
typedef enum
{
  XMPP_SASL_REACTION_END,
  XMPP_SASL_REACTION_RENEW_REJECTED, /* the same mechanism with another secret */
  XMPP_SASL_REACTION_RENEW_EXPIRED,
  XMPP_SASL_REACTION_NEXT, /* the next mechanism that reveals no more */
} XmppSaslReaction;

/* @local: a step has failed here; else the server has said so */
XmppSaslReaction xmpp_sasl_failure_react (const GError *failure, gboolean local);
/* Before anything was sent: this mechanism cannot be used here, the next one may */
gboolean xmpp_sasl_failure_passes_over (const GError *error);

/* How much a mechanism tells a server that is not the right one: 0 is nothing of use */
guint xmpp_sasl_choice_get_exposure (XmppSaslChoice *choice);

G_END_DECLS
