/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-context.h"
#include "sasl/xmpp-sasl-secrets.h"

G_BEGIN_DECLS

/* Asks for what a step is missing: the credential in the client role, the authenticator
 * in the server role; the answer is in @secrets after finish().
 * @fields: (nullable): what a person may be asked for; the missing ones are asked for too.
 * @asked: as of XmppCredentialQuestion */
typedef struct
{
  XmppSaslContext *context;
  XmppCredential *credential;
  const char *mechanism;
  const char *const *fields;
  gboolean anonymous; /* the mechanism proves nobody */
  GHashTable *asked;
} XmppSaslAsker;

void xmpp_sasl_ask_async (const XmppSaslAsker *asker,
                          XmppSaslSecrets *secrets,
                          const XmppSaslNeed *need,
                          gpointer owner,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean xmpp_sasl_ask_finish (gpointer owner, GAsyncResult *result, GError **error);

/* Server role: may who was proven be whom the peer wants to be? The result is who the
 * session is for, NULL: nobody (anonymous). Errors: INVALID_AUTHZID */
void xmpp_sasl_authorize_async (const XmppSaslAsker *asker,
                                XmppSaslSecrets *secrets,
                                gpointer owner,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean xmpp_sasl_authorize_finish (gpointer owner,
                                     GAsyncResult *result,
                                     char **username,
                                     GError **error);

G_END_DECLS
