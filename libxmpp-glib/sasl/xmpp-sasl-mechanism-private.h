/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-limits-private.h"
#include "sasl/xmpp-sasl-asker.h"
#include "sasl/xmpp-sasl-mechanism-info.h"
#include "sasl/xmpp-sasl-mechanism.h"

G_BEGIN_DECLS

/* Shared by the files of the type: -mechanism.c (what it is), -mechanism-step.c (how it
 * is driven), -mechanism-wait.c (secrets for a worker that cannot step twice),
 * -mechanism-refusal.c (why the server refuses) */
typedef struct
{
  char *name;
  XmppSaslContext *context;
  XmppCredential *credential;
  XmppSaslMechanismInfo *info;

  XmppSaslStatus status;
  gboolean stepping;
  guint steps;
  guint max_steps;
  gsize max_bytes;

  XmppSaslSecrets *secrets;
  GHashTable *asked;     /* field → how often this login has asked for it */
  gboolean offer_proven; /* client role: the lists have arrived as they were sent */
  GHashTable
      *explanation; /* client role: why the server refuses, name → value; or NULL */
  /* Server role, once complete: who the session is for, and as the peer wrote it */
  char *username;
  char *authzid;

  /* Of the step that runs: where wait_secret() asks, and for how long */
  GMainContext *login_context;
  GThread *login_thread;
  GCancellable *cancellable;
} XmppSaslMechanismPrivate;

XmppSaslMechanismPrivate *xmpp_sasl_mechanism_get_private (XmppSaslMechanism *mechanism);
gboolean xmpp_sasl_mechanism_real_begin_step (XmppSaslMechanism *mechanism,
                                              XmppSaslStep *step);

/* Must not outlive the mechanism */
XmppSaslAsker xmpp_sasl_mechanism_get_asker (XmppSaslMechanism *mechanism);

/* Before the first step: what the registration says of it */
void xmpp_sasl_mechanism_set_info (XmppSaslMechanism *mechanism,
                                   XmppSaslMechanismInfo *info);
/* The user name where the credential has none */
void xmpp_sasl_mechanism_set_local (XmppSaslMechanism *mechanism, const char *local);
/* Before the first step: where the login counts its questions, whatever mechanism asks them */
void xmpp_sasl_mechanism_set_asked (XmppSaslMechanism *mechanism, GHashTable *asked);
void xmpp_sasl_mechanism_set_limits (XmppSaslMechanism *mechanism,
                                     const XmppLimitValues *limits);
/* The fields that the proof was made of; names are not among them */
GStrv xmpp_sasl_mechanism_list_used (XmppSaslMechanism *mechanism);
gboolean xmpp_sasl_mechanism_is_offer_proven (XmppSaslMechanism *mechanism);
/* Success of the peer may be believed. */
gboolean xmpp_sasl_mechanism_is_satisfied (XmppSaslMechanism *mechanism);
/* (element-type utf8 utf8) (transfer full): why the server refuses, by name */
GHashTable *xmpp_sasl_mechanism_dup_explanation (XmppSaslMechanism *mechanism);
/* The peer has accepted: derived secrets go to the credential */
void xmpp_sasl_mechanism_hand_over (XmppSaslMechanism *mechanism);

G_END_DECLS
