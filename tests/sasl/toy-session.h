/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-session.h"

#include "toy.h"

G_BEGIN_DECLS

/* A session whose server the test plays, and what becomes of it */
typedef struct
{
  XmppSaslRegistry *registry;
  XmppSaslPolicy *policy;
  XmppCredential *credential;
  XmppLimits *limits;
  XmppReport *report;
  XmppSaslSession *session;
  GString
      *log; /* what the credential was told, "request FIELDS REASON;rejected FIELD;" */
  const char *const *answers; /* passwords that a person gives, one after the other; NULL:
                                 nobody handles the request */
} ToySession;

/* @username, @password: of the credential; the local part is "local" */
void toy_session_init (ToySession *self, const char *username, const char *password);
void toy_session_connect (ToySession *self, gboolean secure, const char *bindings);
/* Another credential, which nobody listens to */
void toy_session_set_credential (ToySession *self, XmppCredential *credential);
void toy_session_clear (ToySession *self);

/* @mechanisms, @types: words; @types NULL: no list */
gboolean toy_session_offer (ToySession *self,
                            const char *mechanisms,
                            const char *types,
                            GError **error);
/* "NAME" or "NAME initial", NULL: an error */
char *toy_session_start (ToySession *self, GError **error);
char *toy_session_step (ToySession *self, const char *challenge, GError **error);
gboolean toy_session_succeed (ToySession *self, const char *data, GError **error);
/* The server says that it has failed */
gboolean toy_session_fail (ToySession *self, XmppSaslError code, GError **error);
gboolean toy_session_fail_with (ToySession *self, const GError *failure, GError **error);

/* Of the report: "NAME+", "NAME-" with its reason in brackets, separated by ";" */
char *toy_session_report (ToySession *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToySession, toy_session_clear)

G_END_DECLS
