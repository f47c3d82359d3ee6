/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-authenticator.h"

G_BEGIN_DECLS

/* What is asked, and of whom */
typedef struct
{
  XmppAuthenticatorKind kind;
  const char *username;
  const char *domain;
  const char *field;
  const char *value;
  const char *authzid;
  GTlsCertificate *peer_certificate;
} XmppAuthenticatorQuestion;

/* @task: (transfer full): gets the value or NULL (lookup), a boolean (verify, authorize),
 * or the error; once, in its own context */
XmppAuthenticatorRequest *xmpp_authenticator_request_new (
    const XmppAuthenticatorQuestion *question, GCancellable *cancellable, GTask *task);
/* Nobody will answer: no such value, or no; unless an answer is there already */
void xmpp_authenticator_request_give_up (XmppAuthenticatorRequest *request);

void xmpp_authenticator_ask_async (XmppAuthenticator *authenticator,
                                   const XmppAuthenticatorQuestion *question,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* lookup: @value: (out) (transfer full) (nullable). FALSE: @error is set */
gboolean xmpp_authenticator_ask_finish_value (XmppAuthenticator *authenticator,
                                              GAsyncResult *result,
                                              char **value,
                                              GError **error);
/* verify, authorize: @allowed: (out). FALSE: @error is set */
gboolean xmpp_authenticator_ask_finish_verdict (XmppAuthenticator *authenticator,
                                                GAsyncResult *result,
                                                gboolean *allowed,
                                                GError **error);

G_END_DECLS
