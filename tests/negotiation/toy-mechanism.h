/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* X-TOY: a mechanism with two round trips and nothing to compute, so that scripts can be
 * written by hand:
 *
 *   client "n=USER"  server "nonce"  client "p=PASSWORD"  server "v=good"
 */
#define TOY_TYPE_MECHANISM (toy_mechanism_get_type ())
G_DECLARE_FINAL_TYPE (ToyMechanism, toy_mechanism, TOY, MECHANISM, XmppSaslMechanism)

void toy_mechanism_register (XmppSaslRegistry *registry);

/* Knows the users "user" and "user@y.test" with the password "pencil". */
#define TOY_TYPE_AUTHENTICATOR (toy_authenticator_get_type ())
G_DECLARE_FINAL_TYPE (
    ToyAuthenticator, toy_authenticator, TOY, AUTHENTICATOR, XmppAuthenticator)

G_END_DECLS
