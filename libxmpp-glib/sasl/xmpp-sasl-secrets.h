/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-authenticator.h"
#include "sasl/xmpp-credential.h"

G_BEGIN_DECLS

/* What one authentication knows of secrets: read from the credential (client) or answered
 * by the authenticator (server), what is missing, what was derived. May be used in any
 * thread: the step may run in a worker while the login's context asks. */
typedef struct _XmppSaslSecrets XmppSaslSecrets;

/* "username" and the like say who; all other fields are a proof. */
gboolean xmpp_sasl_field_names_somebody (const char *field);

/* What a step cannot go on without. @value: it is to be verified; NULL: it is to be got
 */
typedef struct
{
  char *field;
  char *value;
} XmppSaslNeed;

void xmpp_sasl_need_free (XmppSaslNeed *need);

/* @credential: NULL in the server role */
XmppSaslSecrets *xmpp_sasl_secrets_new (XmppCredential *credential, gboolean server);
void xmpp_sasl_secrets_free (XmppSaslSecrets *secrets);
/* The user name where the credential has none */
void xmpp_sasl_secrets_set_local (XmppSaslSecrets *secrets, const char *local);

/* For the mechanism. get(): NEED_CREDENTIAL: not asked for yet; NOT_AUTHORIZED: nobody
 * has it. verify(): FALSE always sets an error: as get(), or NOT_AUTHORIZED: it is wrong
 */
char *xmpp_sasl_secrets_get (XmppSaslSecrets *secrets, const char *field, GError **error);
char *xmpp_sasl_secrets_peek (XmppSaslSecrets *secrets, const char *field);
gboolean xmpp_sasl_secrets_verify (XmppSaslSecrets *secrets,
                                   const char *field,
                                   const char *value,
                                   GError **error);
void xmpp_sasl_secrets_keep (XmppSaslSecrets *secrets,
                             const char *field,
                             const char *value);
void xmpp_sasl_secrets_set_identity (XmppSaslSecrets *secrets,
                                     const char *username,
                                     const char *authzid);

/* For the one who asks. What get() or verify() missed last; NULL: nothing */
XmppSaslNeed *xmpp_sasl_secrets_take_need (XmppSaslSecrets *secrets);
/* The answers: the field was asked for (@value: server role), or the value is right */
void xmpp_sasl_secrets_answer (XmppSaslSecrets *secrets,
                               const char *field,
                               const char *value);
void xmpp_sasl_secrets_answer_verdict (XmppSaslSecrets *secrets,
                                       const XmppSaslNeed *need,
                                       gboolean right);
/* Is there a value, without counting it as used? */
gboolean xmpp_sasl_secrets_has (XmppSaslSecrets *secrets, const char *field);
/* Server role: whether anybody was asked for a secret of the user */
gboolean xmpp_sasl_secrets_was_asked (XmppSaslSecrets *secrets);
char *xmpp_sasl_secrets_dup_username (XmppSaslSecrets *secrets);
char *xmpp_sasl_secrets_dup_authzid (XmppSaslSecrets *secrets);

/* After the last step: fields that the proof was made of (not names) */
GStrv xmpp_sasl_secrets_list_used (XmppSaslSecrets *secrets);
/* Gives what was kept to the credential, which tells; once */
void xmpp_sasl_secrets_hand_over (XmppSaslSecrets *secrets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppSaslNeed, xmpp_sasl_need_free)

G_END_DECLS
