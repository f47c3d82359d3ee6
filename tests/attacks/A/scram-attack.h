/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "scram-keys.h"
#include "scram-message.h"
#include "scram-private.h"
#include "xmpp-test-sasl.h"

G_BEGIN_DECLS

/* Both sides of SCRAM-SHA-1 played by hand, for a user "user" whose password is "pencil" and
 * whose keys have this salt and 4096 iterations */
#define SCRAM_ATTACK_SALT "QSXCR+Q6sek8bf92"

const ScramHash *scram_attack_sha1 (void);
void scram_attack_derive (ScramKeys *keys);
/* Knows the keys of "user" */
XmppTestAuthenticator *scram_attack_users_new (void);
/* A proof by somebody who knows the password and says what he likes */
char *scram_attack_forge_final (const char *bare,
                                const char *server_first,
                                const char *without_proof);
/* The server's last message, for what the two have said before */
char *scram_attack_sign (const char *first, const char *server_first, const char *final);

G_END_DECLS
