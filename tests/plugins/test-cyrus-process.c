/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-fixture.h"
#include "cyrus-worker.h"
#include "xmpp-cyrus-authenticator.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sasl/saslplug.h>

/* Both sides by the bridge, with accounts of either kind */
static void
assert_logs_in (const char *name)
{
  g_autoptr (XmppAuthenticator) accounts = cyrus_fixture_accounts ();
  g_autoptr (XmppAuthenticator) database = cyrus_fixture_database_accounts (NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (XmppSaslMechanism) client = cyrus_fixture_client (name, "pencil");
      g_autoptr (XmppSaslMechanism)
          server = cyrus_fixture_server (name, i == 0 ? accounts : database);

      cyrus_fixture_assert_runs (client, server);
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
    }
}

/* ---- Many ---- */

#define LOGINS 200

typedef struct
{
  XmppSaslMechanism *client;
  XmppSaslMechanism *server;
  XmppSaslStatus client_status;
  XmppSaslStatus server_status;
  guint *running;
} Login;

static void
login_end (Login *login)
{
  g_assert_cmpint (login->client_status, ==, XMPP_SASL_STATUS_COMPLETE);
  g_assert_cmpint (login->server_status, ==, XMPP_SASL_STATUS_COMPLETE);
  --*login->running;
  g_object_unref (login->client);
  g_object_unref (login->server);
  g_free (login);
}

static void server_stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
client_stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Login *login = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes)
      output = xmpp_sasl_mechanism_step_finish (login->client, result,
                                                &login->client_status, &error);

  g_assert_no_error (error);
  if (login->server_status == XMPP_SASL_STATUS_COMPLETE)
    login_end (login);
  else
    xmpp_sasl_mechanism_step_async (login->server, output, NULL, server_stepped_cb,
                                    login);
}

static void
server_stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Login *login = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes)
      output = xmpp_sasl_mechanism_step_finish (login->server, result,
                                                &login->server_status, &error);

  g_assert_no_error (error);
  if (login->client_status == XMPP_SASL_STATUS_COMPLETE &&
      login->server_status == XMPP_SASL_STATUS_COMPLETE)
    login_end (login);
  else
    xmpp_sasl_mechanism_step_async (login->client, output, NULL, client_stepped_cb,
                                    login);
}

static void
test_parallel (void)
{
  static const char *const names[] = { "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "LOGIN",
                                       "X-SITE" };
  g_autoptr (XmppAuthenticator) accounts = cyrus_fixture_accounts ();
  guint running = 0;
  /* Under valgrind there is one thread at a time anyway. */
  guint logins = g_getenv ("XMPP_TEST_SLOW") != NULL ? LOGINS / 10 : LOGINS;

  for (guint i = 0; i < logins; i++)
    {
      const char *name = names[i % G_N_ELEMENTS (names)];
      Login *login;

      if (cyrus_fixture_is_left_out (name, 0))
        continue;
      login = g_new0 (Login, 1);
      login->client = cyrus_fixture_client (name, "pencil");
      login->server = cyrus_fixture_server (name, accounts);
      login->running = &running;
      running++;
      xmpp_sasl_mechanism_step_async (login->client, NULL, NULL, client_stepped_cb,
                                      login);
    }
  while (running > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- Others in the process ---- */

/* What it asks for has the answers of all plug-ins; ours finds nothing for it. */
static void
test_other_user (void)
{
  g_autoptr (CyrusPeer)
      before = cyrus_peer_new_server ("CRAM-MD5", cyrus_fixture_get_database ());
  g_autoptr (CyrusPeer) client = cyrus_peer_new_client ("CRAM-MD5", "alice", "pencil");
  g_autoptr (XmppSaslMechanism) mechanism = cyrus_fixture_client ("CRAM-MD5", "pencil");
  g_autoptr (GBytes) challenge = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GBytes) nothing = NULL;
  g_autofree char *initial = NULL;

  assert_logs_in ("CRAM-MD5");
  g_assert_cmpint (cyrus_peer_step (before, NULL, &challenge), ==, SASL_CONTINUE);
  g_assert_cmpint (cyrus_peer_step (client, NULL, &nothing), ==, SASL_CONTINUE);
  initial = xmpp_test_step_good (mechanism, NULL, XMPP_SASL_STATUS_CONTINUE);
  /* They were begun twice, and are ended once: ours still goes on. */
  sasl_client_done ();
  sasl_server_done ();
  g_assert_cmpint (cyrus_peer_step (client, challenge, &response), ==, SASL_OK);
  g_assert_cmpint (cyrus_peer_step (before, response, &nothing), ==, SASL_OK);
  assert_logs_in ("CRAM-MD5");
  assert_logs_in ("X-SITE");
}

/* What somebody else has said for the whole process, in the way that /etc/sasl2/….conf does */
static int
somebodys_option_cb (void *context,
                     const char *plugin,
                     const char *option,
                     const char **result,
                     unsigned *length)
{
  static const char *const options[][2] = {
    { "auxprop_plugin", "nobody-has-it" },
    { "pwcheck_method", "alwaystrue" },
    { "canon_user_plugin", "nobody-has-it" },
    { "auto_transition", "yes" },
  };

  *result = NULL;
  if (g_str_equal (option, "sasldb_path"))
    *result = cyrus_fixture_get_database ();
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (g_str_equal (option, options[i][0]))
      *result = options[i][1];
  if (length != NULL && *result != NULL)
    *length = strlen (*result);

  return *result != NULL ? SASL_OK : SASL_FAIL;
}

static int
somebodys_path_cb (void *context, const char **path)
{
  *path = g_getenv ("SASL_PATH");

  return SASL_OK;
}

/* A program that uses libsasl2 itself has begun it: its plug-ins are taken, its options are none
 * of the bridge's. */
static void
test_somebody_first (void)
{
  static const sasl_callback_t callbacks[] = {
    { SASL_CB_GETOPT, (int (*) (void)) somebodys_option_cb, NULL },
    { SASL_CB_GETPATH, (int (*) (void)) somebodys_path_cb, NULL },
    { SASL_CB_LIST_END, NULL, NULL },
  };
  static const char *const names[] = { "PLAIN", "CRAM-MD5", "LOGIN", "X-SITE" };
  g_autofree char *file = NULL;
  g_autoptr (XmppAuthenticator) elsewhere = NULL;
  g_autoptr (XmppSaslMechanism) client = NULL;
  g_autoptr (XmppSaslMechanism) server = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }

  g_assert_cmpint (sasl_server_init (callbacks, "another-program"), ==, SASL_OK);
  g_assert_cmpint (sasl_client_init (NULL), ==, SASL_OK);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    assert_logs_in (names[i]);

  /* An administrator who names no database means Cyrus' own. */
  file = g_build_filename (cyrus_fixture_get_directory (), "short.conf", NULL);
  g_assert_true (g_file_set_contents (file,
                                      "pwcheck_method: auxprop\nauxprop_plugin: sasldb\n",
                                      -1, NULL));
  elsewhere = g_object_new (XMPP_TYPE_CYRUS_AUTHENTICATOR, "config-file", file, NULL);
  client = cyrus_fixture_client ("CRAM-MD5", "pencil");
  server = cyrus_fixture_server ("CRAM-MD5", elsewhere);
  g_assert_false (xmpp_test_sasl_run (client, server, NULL, NULL));
  g_assert_null (xmpp_sasl_mechanism_get_username (server));
  g_unlink (file);
}

/* Somebody ends all: no mechanism is there any more, and nothing breaks. */
static void
test_ended (void)
{
  static const XmppSaslRole roles[] = { XMPP_SASL_ROLE_CLIENT, XMPP_SASL_ROLE_SERVER };

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }

  assert_logs_in ("CRAM-MD5");
  /* Not while one of our connections is at its end in there */
  cyrus_worker_wait_for_ends ();
  sasl_done ();
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autoptr (XmppAuthenticator) accounts = cyrus_fixture_accounts ();
      g_autoptr (XmppSaslMechanism) mechanism =
          roles[i] == XMPP_SASL_ROLE_CLIENT ? cyrus_fixture_client ("CRAM-MD5", "pencil")
                                            : cyrus_fixture_server ("CRAM-MD5", accounts);
      g_autofree char *message =
          xmpp_test_step_refused (mechanism, NULL, XMPP_SASL_ERROR_UNAVAILABLE);

      g_assert_nonnull (strstr (message, "CRAM-MD5"));
    }

  /* The plug-in of GS2 has left a list behind. With its code gone, no list of exceptions for a
   * leak checker can name it. */
  cyrus_fixture_end ();
  _exit (0);
}

/* Elsewhere: by TLS, and with a KDC (test-cyrus-gssapi). GS2-IAKERB is Kerberos through the
 * server, of MIT's own. */
static void
assert_tested (const char *name)
{
  static const char *const elsewhere[] = { "EXTERNAL", "GSSAPI",     "GSS-SPNEGO",
                                           "GS2-KRB5", "GS2-IAKERB", NULL };
  gboolean found = g_strv_contains (elsewhere, name);

  for (guint i = 0; i < CYRUS_FIXTURE_N_MECHANISMS; i++)
    found |= g_str_equal (cyrus_fixture_mechanisms[i].name, name);
  if (!found)
    g_error ("%s is not tested", name);
}

static void
client_plugin_cb (client_sasl_mechanism_t *mechanism,
                  sasl_info_callback_stage_t stage,
                  void *count)
{
  if (stage != SASL_INFO_LIST_MECH)
    return;

  assert_tested (mechanism->plug->mech_name);
  ++*(guint *) count;
}

static void
server_plugin_cb (server_sasl_mechanism_t *mechanism,
                  sasl_info_callback_stage_t stage,
                  void *count)
{
  if (stage != SASL_INFO_LIST_MECH)
    return;

  assert_tested (mechanism->plug->mech_name);
  ++*(guint *) count;
}

/* Whatever the system has, on either side: each is in the table above, or needs what is not
 * here. */
static void
test_all_are_tested (void)
{
  guint clients = 0;
  guint servers = 0;

  g_assert_cmpint (sasl_client_init (NULL), ==, SASL_OK);
  g_assert_cmpint (sasl_server_init (NULL, NULL), ==, SASL_OK);
  sasl_client_plugin_info (NULL, client_plugin_cb, &clients);
  sasl_server_plugin_info (NULL, server_plugin_cb, &servers);
  g_assert_cmpuint (clients, >, CYRUS_FIXTURE_N_MECHANISMS - 2);
  g_assert_cmpuint (servers, >, CYRUS_FIXTURE_N_MECHANISMS - 2);
}

int
main (int argc, char **argv)
{
  cyrus_fixture_init (&argc, &argv);

  g_test_add_func ("/cyrus-process/all-are-tested", test_all_are_tested);
  g_test_add_func ("/cyrus-process/parallel", test_parallel);
  g_test_add_func ("/cyrus-process/other-user", test_other_user);
  g_test_add_func ("/cyrus-process/somebody-first", test_somebody_first);
  g_test_add_func ("/cyrus-process/ended", test_ended);

  return cyrus_fixture_run ();
}
