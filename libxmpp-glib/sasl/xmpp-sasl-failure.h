/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-error.h"

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

G_END_DECLS
