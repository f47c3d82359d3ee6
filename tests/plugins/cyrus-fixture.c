/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-fixture.h"

#include "xmpp-cyrus-authenticator.h"
#include "xmpp-sasl-cyrus.h"

#include <glib/gstdio.h>

const CyrusFixtureMechanism cyrus_fixture_mechanisms[CYRUS_FIXTURE_N_MECHANISMS] = {
  { "ANONYMOUS", .checks_none = TRUE },
  { "PLAIN" },
  { "LOGIN" },
  { "CRAM-MD5" },
  { "DIGEST-MD5" },
  { "NTLM" },
  { "SCRAM-SHA-1" },
  { "SCRAM-SHA-224" },
  { "SCRAM-SHA-256" },
  { "SCRAM-SHA-384" },
  { "SCRAM-SHA-512" },
  { "SCRAM-SHA-256-PLUS" },
  { "OTP", .stores = TRUE },
  { "X-SITE", .asks_more = TRUE },
};

const XmppTestChannel cyrus_fixture_bound = {
  .binding = XMPP_SASL_BINDING_USED,
  .type = "tls-exporter",
  .data = "0123456789abcdef0123456789abcdef",
};

static char *directory;
static char *database;
static char *options;

/* ---- The database ---- */

void
cyrus_fixture_set_path (void)
{
  g_setenv ("SASL_PATH", CYRUS_PATH, TRUE);
}

static void
make_database (void)
{
  g_autofree char *contents = g_strdup_printf ("# What Cyrus is told\n"
                                               "pwcheck_method: auxprop\n"
                                               "auxprop_plugin: sasldb\n"
                                               "  sasldb_path:%s  \n",
                                               database);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) program = NULL;

  /* Another program cannot load a plug-in that is built with a sanitizer. */
  g_subprocess_launcher_unsetenv (launcher, "SASL_PATH");
  program = g_subprocess_launcher_spawn (launcher, &error, "saslpasswd2", "-p", "-c",
                                         "-f", database, "-u", "a.test", "alice", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (program, "pencil", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (program));

  g_file_set_contents (options, contents, -1, &error);
  g_assert_no_error (error);
}

void
cyrus_fixture_init (int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (argc, argv, NULL);

  directory = g_dir_make_tmp ("xmpp-cyrus-XXXXXX", &error);
  g_assert_no_error (error);
  database = g_build_filename (directory, "sasldb2", NULL);
  options = g_build_filename (directory, "options.conf", NULL);
  make_database ();
  cyrus_fixture_set_path ();
}

void
cyrus_fixture_end (void)
{
  g_unlink (database);
  g_unlink (options);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
  g_free (database);
  g_free (options);
  g_free (directory);
}

static guint
count_pool_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  guint count = 0;

  while (tasks != NULL && (task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "comm", NULL);
      g_autofree char *name = NULL;

      if (g_file_get_contents (path, &name, NULL, NULL) &&
          g_str_has_prefix (name, "pool-") && !g_str_has_prefix (name, "pool-spawner"))
        count++;
    }

  return count;
}

/* A thread that has used libcrypto tidies up there when it ends, and libcrypto's own end, at exit,
 * does not wait for it: it would crash now and then, all tests being over. */
static void
end_pool_threads (void)
{
  g_thread_pool_set_max_unused_threads (0);
  for (guint i = 0; i < 500 && count_pool_threads () > 0; i++)
    g_usleep (G_USEC_PER_SEC / 100);
}

int
cyrus_fixture_run (void)
{
  int result = g_test_run ();

  cyrus_fixture_end ();
  end_pool_threads ();

  return result;
}

const char *
cyrus_fixture_get_directory (void)
{
  return directory;
}

const char *
cyrus_fixture_get_database (void)
{
  return database;
}

const char *
cyrus_fixture_get_options (void)
{
  return options;
}

/* ---- The bridge ---- */

gboolean
cyrus_fixture_is_left_out (const char *mechanism, guint repetition)
{
  return g_getenv ("XMPP_TEST_SLOW") != NULL && g_str_has_prefix (mechanism, "SCRAM-") &&
         (repetition > 0 || !g_str_equal (mechanism, "SCRAM-SHA-256-PLUS"));
}

XmppSaslMechanism *
cyrus_bridge_new (const char *name, XmppSaslContext *context, XmppCredential *credential)
{
  static const char *const fields[] = { "username", "password", NULL };
  XmppSaslFacts facts = XMPP_SASL_FACTS_BLOCKS;
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (XmppSaslMechanismInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslMechanism *mechanism;

  if (g_str_equal (name, "ANONYMOUS"))
    facts |= XMPP_SASL_FACTS_ANONYMOUS;
  info = xmpp_sasl_mechanism_info_new (name,
                                       XMPP_SASL_ROLE_CLIENT | XMPP_SASL_ROLE_SERVER,
                                       facts, 1, fields);
  xmpp_sasl_registry_register (registry, info, XMPP_TYPE_SASL_CYRUS);
  mechanism = xmpp_sasl_registry_create (registry, name, context, credential, &error);
  g_assert_no_error (error);

  return mechanism;
}

XmppCredential *
cyrus_fixture_credential (const char *password)
{
  XmppCredential *credential = xmpp_credential_new ("alice", password);

  xmpp_credential_set_field (credential, "passcode", password);

  return credential;
}

XmppSaslMechanism *
cyrus_fixture_client (const char *mechanism, const char *password)
{
  g_autoptr (XmppCredential) credential = cyrus_fixture_credential (password);
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT, &cyrus_fixture_bound, NULL);

  return cyrus_bridge_new (mechanism, context, credential);
}

XmppSaslMechanism *
cyrus_fixture_server (const char *mechanism, XmppAuthenticator *authenticator)
{
  g_autoptr (XmppSaslContext) context =
      xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, &cyrus_fixture_bound, authenticator);

  return cyrus_bridge_new (mechanism, context, NULL);
}

void
cyrus_fixture_bind (CyrusPeer *peer, const char *mechanism)
{
  if (g_str_has_suffix (mechanism, "-PLUS"))
    cyrus_peer_bind (peer, cyrus_fixture_bound.type, cyrus_fixture_bound.data);
}

XmppAuthenticator *
cyrus_fixture_accounts (void)
{
  XmppTestAuthenticator *authenticator = xmpp_test_authenticator_new ();

  xmpp_test_authenticator_set (authenticator, "alice", "password", "pencil");
  xmpp_test_authenticator_set_delayed (authenticator, TRUE);

  return XMPP_AUTHENTICATOR (authenticator);
}

XmppAuthenticator *
cyrus_fixture_database_accounts (const char *realm)
{
  return g_object_new (XMPP_TYPE_CYRUS_AUTHENTICATOR, "config-file", options, "realm",
                       realm, NULL);
}

void
cyrus_fixture_assert_runs (XmppSaslMechanism *client, XmppSaslMechanism *server)
{
  g_autoptr (GError) client_error = NULL;
  g_autoptr (GError) server_error = NULL;
  gboolean done = xmpp_test_sasl_run (client, server, &client_error, &server_error);

  g_assert_no_error (client_error);
  g_assert_no_error (server_error);
  g_assert_true (done);
}
