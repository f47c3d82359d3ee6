/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* A challenge and its answer, both sides, each of which proves the password:
 *   C: user name [NUL authzid]
 *   S: nonce
 *   C: hash of "client", nonce, password
 *   S: hash of "server", nonce, password (with success)
 * The client keeps "toy-keys" then. Registered as X-TOY, as X-TOY-WORKER (blocks) and as
 * X-TOY-PLUS (channel binding). X-SECRET sends the password in its first message. */
#define TOY_TYPE_MECHANISM (toy_mechanism_get_type ())
G_DECLARE_FINAL_TYPE (ToyMechanism, toy_mechanism, TOY, MECHANISM, XmppSaslMechanism)

char *toy_hash (const char *side, const char *nonce, const char *password);
#define TOY_NONCE "nonce-1"

/* Does in a step what the test says: X-ODD, and X-ODD-WORKER (blocks) */
typedef GBytes *(*ToyStepFunc) (XmppSaslMechanism *mechanism,
                                GBytes *input,
                                GCancellable *cancellable,
                                XmppSaslStatus *status,
                                GError **error);
extern ToyStepFunc toy_step_func;
/* The thread that the last of them was finalized in */
extern GThread *toy_finalized_in;
#define TOY_TYPE_ODD (toy_odd_get_type ())
G_DECLARE_FINAL_TYPE (ToyOdd, toy_odd, TOY, ODD, XmppSaslMechanism)

/* Keeps each step in toy_later_step for the test to answer: X-LATER */
extern XmppSaslStep *toy_later_step;
extern gboolean toy_later_result;
#define TOY_TYPE_LATER (toy_later_get_type ())
G_DECLARE_FINAL_TYPE (ToyLater, toy_later, TOY, LATER, XmppSaslMechanism)

void toy_register (XmppSaslRegistry *registry);

/* Of a registry that has the toys */
XmppSaslMechanism *toy_new_client (const char *name, XmppCredential *credential);
XmppSaslMechanism *toy_new_server (const char *name, XmppAuthenticator *authenticator);

/* One step, to its end. The text is to be freed by xmpp_secret_free(); NULL: nothing */
char *toy_step (XmppSaslMechanism *mechanism,
                const char *input,
                XmppSaslStatus *status,
                GError **error);

GBytes *toy_bytes (const char *text);
char *toy_text (GBytes *bytes);

G_END_DECLS
