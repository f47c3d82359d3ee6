/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* An authenticator that knows what it was told. It answers
 * at once or in a later turn of the main loop. */
#define XMPP_TYPE_TEST_AUTHENTICATOR (xmpp_test_authenticator_get_type ())
G_DECLARE_FINAL_TYPE (XmppTestAuthenticator,
                      xmpp_test_authenticator,
                      XMPP,
                      TEST_AUTHENTICATOR,
                      XmppAuthenticator)

XmppTestAuthenticator *xmpp_test_authenticator_new (void);
void xmpp_test_authenticator_set (XmppTestAuthenticator *self,
                                  const char *username,
                                  const char *field,
                                  const char *value);
void xmpp_test_authenticator_set_delayed (XmppTestAuthenticator *self, gboolean delayed);
/* The fields that were looked up since the last call, with a blank behind each */
char *xmpp_test_authenticator_take_log (XmppTestAuthenticator *self);

/* How the two sides see the channel; what is left out is nothing */
typedef struct
{
  gboolean insecure;
  XmppSaslBinding binding;
  const char *type; /* of the only channel binding */
  const char *data;
  const char *const *offered;
  const char *const *offered_types;
  GTlsCertificate *certificate;  /* that the client has sent */
  const char *const *identities; /* of it, verified, as the server sees them */
} XmppTestChannel;

XmppSaslContext *xmpp_test_context_new (XmppSaslRole role,
                                        const XmppTestChannel *channel,
                                        XmppAuthenticator *authenticator);
/* Mechanisms come from a registry that has the static twins. @channel NULL: secure,
 * without binding */
XmppSaslMechanism *xmpp_test_mechanism_new (const char *name,
                                            XmppSaslContext *context,
                                            XmppCredential *credential);
XmppSaslMechanism *xmpp_test_mechanism_new_client (const char *name,
                                                   const XmppTestChannel *channel,
                                                   XmppCredential *credential);
XmppSaslMechanism *xmpp_test_mechanism_new_server (const char *name,
                                                   const XmppTestChannel *channel,
                                                   XmppTestAuthenticator *authenticator);

/* Some certificate, for a channel: alice@a.test's, without its key */
GTlsCertificate *xmpp_test_sasl_certificate (void);

/* Makes a step and turns the main loop until it is done. @input NULL: nothing. The result
 * is text with a NUL behind it, to be freed by xmpp_secret_free(); NULL: nothing, or an
 * error. */
char *xmpp_test_step (XmppSaslMechanism *mechanism,
                      const char *input,
                      XmppSaslStatus *status,
                      GError **error);
GBytes *xmpp_test_step_bytes (XmppSaslMechanism *mechanism,
                              GBytes *input,
                              XmppSaslStatus *status,
                              GError **error);
/* A step that has to go well: the output */
char *xmpp_test_step_good (XmppSaslMechanism *mechanism,
                           const char *input,
                           XmppSaslStatus expected);
/* A step that has to fail with this code of XMPP_SASL_ERROR: the error's text */
char *xmpp_test_step_refused (XmppSaslMechanism *mechanism, const char *input, int code);
/* Lets the two sides talk. TRUE: both are complete; else one of the errors is set. */
gboolean xmpp_test_sasl_run (XmppSaslMechanism *client,
                             XmppSaslMechanism *server,
                             GError **client_error,
                             GError **server_error);
/* The same for a client that finds nothing wrong. @username: whom the server lets in; NULL:
 * nobody, not-authorized */
void xmpp_test_sasl_check (XmppSaslMechanism *client,
                           XmppSaslMechanism *server,
                           const char *username);

G_END_DECLS
