/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-baseline.h"
#include "sasl/xmpp-sasl-context.h"
#include "sasl/xmpp-sasl-means.h"
#include "sasl/xmpp-sasl-policy.h"
#include "sasl/xmpp-sasl-registry.h"

G_BEGIN_DECLS

/* What there is to choose from */
typedef struct
{
  const char *peer;               /* for messages */
  const char *const *mechanisms;  /* what the server offers */
  const char *const *types;       /* of channel bindings; NULL: it lists none */
  guint max;                      /* how many of each are read */
  gboolean secure;                /* mechanisms that need TLS may be used */
  const char *const *bindings;    /* what this connection has, best first; NULL: none */
  gboolean has_certificate;       /* one is set, whether TLS sent it or not */
  const char *why_no_certificate; /* why TLS sent none of ours; NULL: it did */
  XmppSaslMeans means;            /* what the credential has for it */
  gboolean ahead;                 /* this is what it offered last time */
  const char *const *refused;     /* what the server has refused before; NULL: nothing */
  const XmppSaslBaseline *baseline; /* of the last login; NULL: nothing is known */
} XmppSaslOffer;

typedef struct
{
  XmppSaslMechanismInfo *info;
  XmppSaslBinding binding;
  char *binding_type;   /* of XMPP_SASL_BINDING_USED, else NULL */
  gboolean needs_proof; /* the server has to prove its lists (XEP-0474) */
} XmppSaslChoice;

XmppSaslExposure xmpp_sasl_choice_get_exposure (XmppSaslChoice *choice);
void xmpp_sasl_choice_free (XmppSaslChoice *choice);

/* An offered mechanism that is not used */
typedef struct
{
  char *name;
  char *why;
} XmppSaslPassed;

void xmpp_sasl_passed_free (XmppSaslPassed *passed);

typedef struct
{
  GPtrArray *choices; /* (element-type XmppSaslChoice): best first */
  GPtrArray *passed;  /* (element-type XmppSaslPassed) */
  /* why no mechanism is bound to the channel; NULL: those that can be are */
  const char *why_not_bound;
} XmppSaslSelection;

void xmpp_sasl_selection_clear (XmppSaslSelection *selection);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (XmppSaslSelection, xmpp_sasl_selection_clear)

/* Fills the empty @selection. FALSE: nothing may be used, there are no choices; the error
 * says for each mechanism why: XMPP_SASL_ERROR_DOWNGRADE, XMPP_CONNECTION_ERROR_POLICY */
gboolean xmpp_sasl_select (XmppSaslPolicy *policy,
                           XmppSaslRegistry *registry,
                           const XmppSaslOffer *offer,
                           XmppSaslSelection *selection,
                           GError **error);

G_END_DECLS
