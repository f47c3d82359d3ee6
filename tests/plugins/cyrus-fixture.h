/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "cyrus-peer.h"
#include "xmpp-test-sasl.h"

G_BEGIN_DECLS

/* The bridge in the roles that tests need, and the accounts: alice at a.test, whose password is
 * "pencil" */

typedef struct
{
  const char *name;
  gboolean asks_more;   /* what the peer's client has no answer for */
  gboolean stores;      /* the server keeps records of its own */
  gboolean checks_none; /* any password is right */
} CyrusFixtureMechanism;

/* All that Debian ships, and the site's own */
#define CYRUS_FIXTURE_N_MECHANISMS 14
extern const CyrusFixtureMechanism cyrus_fixture_mechanisms[CYRUS_FIXTURE_N_MECHANISMS];
extern const XmppTestChannel cyrus_fixture_bound;

/* In place of g_test_init() and g_test_run(): there is a sasldb with the account */
void cyrus_fixture_init (int *argc, char ***argv);
int cyrus_fixture_run (void);
void cyrus_fixture_end (void);
/* Instead, where there is no sasldb: where the test's plug-in is, and Cyrus' own */
void cyrus_fixture_set_path (void);

const char *cyrus_fixture_get_directory (void);
const char *cyrus_fixture_get_database (void);
/* A file of options that names the database */
const char *cyrus_fixture_get_options (void);

/* SCRAM hashes thousands of times for each login: where each of them takes its time (valgrind),
 * one mechanism of that kind logs in, once. */
gboolean cyrus_fixture_is_left_out (const char *mechanism, guint repetition);

/* The bridge, for any mechanism. @context: (transfer none) */
XmppSaslMechanism *cyrus_bridge_new (const char *mechanism,
                                     XmppSaslContext *context,
                                     XmppCredential *credential);
XmppCredential *cyrus_fixture_credential (const char *password);
XmppSaslMechanism *cyrus_fixture_client (const char *mechanism, const char *password);
XmppSaslMechanism *cyrus_fixture_server (const char *mechanism,
                                         XmppAuthenticator *authenticator);
void cyrus_fixture_bind (CyrusPeer *peer, const char *mechanism);

/* The same account, without the database and in it. @realm: (nullable) */
XmppAuthenticator *cyrus_fixture_accounts (void);
XmppAuthenticator *cyrus_fixture_database_accounts (const char *realm);

void cyrus_fixture_assert_runs (XmppSaslMechanism *client, XmppSaslMechanism *server);

G_END_DECLS
