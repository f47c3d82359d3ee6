/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-policy.h"
#include "sasl/xmpp-sasl-registry.h"

G_BEGIN_DECLS

/* What there is to choose from */
typedef struct
{
  const char *peer;              /* for messages */
  const char *const *mechanisms; /* what the server offers */
  const char *const *types;      /* of channel bindings; NULL: it lists none */
  guint max;                     /* how many of each are read */
  gboolean secure;               /* mechanisms that need TLS may be used */
  const char *const *bindings;   /* what this connection has, best first; NULL: none */
  gboolean anonymous;            /* the credential is for anonymous logins */
  const char *const *refused;    /* what the server has refused before; NULL: nothing */
} XmppSaslOffer;

typedef struct
{
  XmppSaslMechanismInfo *info;
  XmppSaslBinding binding;
  char *binding_type; /* of XMPP_SASL_BINDING_USED, else NULL */
} XmppSaslChoice;

void xmpp_sasl_choice_free (XmppSaslChoice *choice);

/* An offered mechanism that is not used */
typedef struct
{
  char *name;
  char *why;
} XmppSaslPassed;

void xmpp_sasl_passed_free (XmppSaslPassed *passed);
/* XMPP_CONNECTION_ERROR_POLICY: all were passed over; says why */
void xmpp_sasl_passed_set_error (GPtrArray *passed, const char *peer, GError **error);

/* (element-type XmppSaslChoice): best first, perhaps empty. @passed: (out) (transfer full)
 * (element-type XmppSaslPassed). NULL: XMPP_SASL_ERROR_DOWNGRADE */
GPtrArray *xmpp_sasl_policy_choose (XmppSaslPolicy *policy,
                                    XmppSaslRegistry *registry,
                                    const XmppSaslOffer *offer,
                                    GPtrArray **passed,
                                    GError **error);

G_END_DECLS
