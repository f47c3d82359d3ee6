/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-credential.h"
#include "sasl/xmpp-sasl-means.h"

G_BEGIN_DECLS

/* What is asked for; @fields and @mechanism must not be NULL. @asked: how often each field was
 * asked for in this login; this question counts too. NULL: it is the first one */
typedef struct
{
  const char *const *fields;
  const char *mechanism;
  const char *username;
  XmppCredentialReason reason;
  GHashTable *asked;
  /* What the server has said of the value that it refused; NULL: nothing */
  const char *scope;
  const char *openid_configuration;
} XmppCredentialQuestion;

/* For the above: field → count */
GHashTable *xmpp_credential_asked_new (void);

/* @task: (transfer full): gets a hash table of the answered fields, or the error, once,
 * in its own context */
XmppCredentialRequest *xmpp_credential_request_new (
    const XmppCredentialQuestion *question, GCancellable *cancellable, GTask *task);
/* Nobody will answer: fails, unless an answer is there already */
void xmpp_credential_request_give_up (XmppCredentialRequest *request);

/* What a login with it can be made by: what it has, or, where it has nothing yet, its kind */
XmppSaslMeans xmpp_credential_get_means (XmppCredential *credential);

/* Emits ::request. The values of the answer are in the credential after finish(). Errors:
 * XMPP_SASL_ERROR_NEED_CREDENTIAL: nobody answers; else that of the answer */
void xmpp_credential_ask_async (XmppCredential *credential,
                                const XmppCredentialQuestion *question,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean xmpp_credential_ask_finish (XmppCredential *credential,
                                     GAsyncResult *result,
                                     GError **error);
/* Keep a value and tell: the mechanism derived it, or the server refused it */
void xmpp_credential_obtain (XmppCredential *credential,
                             const char *field,
                             const char *value);
void xmpp_credential_reject (XmppCredential *credential, const char *field);

G_END_DECLS
