/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-fixture.h"
#include "xmpp-cyrus-authenticator.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/prctl.h>

/* ---- A login by one of the library's own mechanisms ---- */

static gboolean
log_in (XmppAuthenticator *authenticator,
        const char *mechanism,
        const char *username,
        const char *password,
        GError **error)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (username, password);
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL, authenticator);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client (mechanism, NULL, credential);
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new (mechanism, context, NULL);
  g_autoptr (GError) client_error = NULL;
  gboolean done = xmpp_test_sasl_run (client, server, &client_error, error);

  g_assert_no_error (client_error);
  g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, done ? username : NULL);

  return done;
}

static void
assert_log_in (XmppAuthenticator *authenticator,
               const char *mechanism,
               const char *username,
               const char *password,
               int code)
{
  g_autoptr (GError) error = NULL;
  gboolean done = log_in (authenticator, mechanism, username, password, &error);

  g_test_message ("%s %s %s", mechanism, username, password);
  if (code < 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, XMPP_SASL_ERROR, code);
  g_assert_cmpint (done, ==, code < 0);
}

#define GOOD -1
#define BAD XMPP_SASL_ERROR_NOT_AUTHORIZED
#define LATER XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE

static void
test_sasldb (void)
{
  static const char *const mechanisms[] = { "PLAIN", "DIGEST-MD5", "SCRAM-SHA-1",
                                            "SCRAM-SHA-256" };
  g_autoptr (XmppAuthenticator) authenticator = cyrus_fixture_database_accounts (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      assert_log_in (authenticator, mechanisms[i], "alice", "pencil", GOOD);
      assert_log_in (authenticator, mechanisms[i], "alice", "pencils", BAD);
      assert_log_in (authenticator, mechanisms[i], "bob", "pencil", BAD);
      /* The account is one of this domain, or nobody's. */
      assert_log_in (authenticator, mechanisms[i], "alice@a.test", "pencil", BAD);
      assert_log_in (authenticator, mechanisms[i], "alice@b.test", "pencil", BAD);
    }
}

static void
test_realm (void)
{
  g_autoptr (XmppAuthenticator)
      authenticator = cyrus_fixture_database_accounts ("b.test");
  g_autofree char *realm = NULL;
  g_autofree char *file = NULL;

  assert_log_in (authenticator, "PLAIN", "alice", "pencil", BAD);
  assert_log_in (authenticator, "SCRAM-SHA-1", "alice", "pencil", BAD);
  g_object_set (authenticator, "realm", "a.test", NULL);
  assert_log_in (authenticator, "PLAIN", "alice", "pencil", GOOD);
  assert_log_in (authenticator, "SCRAM-SHA-1", "alice", "pencil", GOOD);
  g_object_get (authenticator, "realm", &realm, "config-file", &file, NULL);
  g_assert_cmpstr (realm, ==, "a.test");
  g_assert_cmpstr (file, ==, cyrus_fixture_get_options ());
}

/* The account of the same name in another realm of the database is somebody else's, by the
 * bridge as well. */
static void
test_bridge_realm (void)
{
  static const struct
  {
    const char *realm;
    const char *user;
    gboolean good;
  } rows[] = {
    { NULL, "alice", TRUE },
    { NULL, "alice@a.test", TRUE },
    { "b.test", "alice", FALSE },
    { "b.test", "alice@a.test", FALSE },
    { "a.test", "alice@a.test", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppAuthenticator)
          authenticator = cyrus_fixture_database_accounts (rows[i].realm);
      g_autoptr (XmppSaslContext)
          context = xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL, authenticator);
      g_autoptr (XmppSaslMechanism) server = cyrus_bridge_new ("CRAM-MD5", context, NULL);
      g_autofree char *challenge =
          xmpp_test_step_good (server, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autofree char *proof =
          g_compute_hmac_for_string (G_CHECKSUM_MD5, (const guint8 *) "pencil",
                                     strlen ("pencil"), challenge, -1);
      g_autofree char *response = g_strconcat (rows[i].user, " ", proof, NULL);

      g_test_message ("row %u", i);
      if (rows[i].good)
        g_free (xmpp_test_step_good (server, response, XMPP_SASL_STATUS_COMPLETE));
      else
        g_free (xmpp_test_step_refused (server, response, BAD));
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==,
                       rows[i].good ? "alice" : NULL);
    }
}

/* It is not the user's fault, and says so. */
static void
test_unreadable (void)
{
  g_autoptr (XmppAuthenticator) authenticator =
      g_object_new (XMPP_TYPE_CYRUS_AUTHENTICATOR, "config-file", "/no/such/file", NULL);

  assert_log_in (authenticator, "PLAIN", "alice", "pencil", LATER);
  assert_log_in (authenticator, "SCRAM-SHA-1", "alice", "pencil", LATER);
}

/* ---- saslauthd, whose protocol is spoken here ---- */

static void
read_counted (GInputStream *input, char *text, gsize size)
{
  guint8 head[2];
  gsize length;

  g_assert_true (g_input_stream_read_all (input, head, 2, NULL, NULL, NULL));
  length = head[0] * 256u + head[1];
  g_assert_cmpuint (length, <, size);
  g_assert_true (g_input_stream_read_all (input, text, length, NULL, NULL, NULL));
  text[length] = '\0';
}

/* The daemon's protocol: user, password, service and realm, each with its length before it,
 * and an answer of the same kind */
static gboolean
asked_cb (GThreadedSocketService *service,
          GSocketConnection *connection,
          GObject *source,
          gpointer user_data)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char user[64], password[64], name[64], realm[64];
  const char *answer;

  read_counted (input, user, sizeof user);
  read_counted (input, password, sizeof password);
  read_counted (input, name, sizeof name);
  read_counted (input, realm, sizeof realm);
  g_assert_cmpstr (name, ==, "xmpp");
  answer = g_str_equal (user, "carol") && g_str_equal (password, "secret") ? "\0\002OK"
                                                                           : "\0\002NO";
  g_output_stream_write_all (output, answer, 4, NULL, NULL, NULL);

  return TRUE;
}

static void
test_saslauthd (void)
{
  g_autofree char *path = g_build_filename (cyrus_fixture_get_directory (), "mux", NULL);
  g_autofree char *file =
      g_build_filename (cyrus_fixture_get_directory (), "saslauthd.conf", NULL);
  g_autofree char *contents =
      g_strdup_printf ("pwcheck_method: saslauthd\nsaslauthd_path: %s\n", path);
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (4);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (XmppAuthenticator) authenticator = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (file, contents, -1, &error);
  g_assert_no_error (error);
  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address,
                                 G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
                                 NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "run", G_CALLBACK (asked_cb), NULL);

  authenticator = g_object_new (XMPP_TYPE_CYRUS_AUTHENTICATOR, "config-file", file, NULL);
  assert_log_in (authenticator, "PLAIN", "carol", "secret", GOOD);
  assert_log_in (authenticator, "PLAIN", "carol", "wrong", BAD);
  assert_log_in (authenticator, "PLAIN", "dave", "secret", BAD);
  /* The daemon tells no passwords. */
  assert_log_in (authenticator, "SCRAM-SHA-1", "carol", "secret", BAD);

  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_unlink (path);
  assert_log_in (authenticator, "PLAIN", "carol", "secret", LATER);
  g_unlink (file);
}

/* ---- The daemon itself ---- */

/* It can ask a server for mail whether that lets somebody in: the only way that needs neither
 * root nor a file of the system. It says one line, `TAG LOGIN "user" "password"`. */
static gboolean
mail_asked_cb (GThreadedSocketService *service,
               GSocketConnection *connection,
               GObject *source,
               gpointer user_data)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr (GDataInputStream) input =
      g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_autofree char *line = NULL;
  g_autofree char *answer = NULL;
  g_auto (GStrv) words = NULL;

  g_output_stream_write_all (output, "* OK ready\r\n", 12, NULL, NULL, NULL);
  line = g_data_input_stream_read_line (input, NULL, NULL, NULL);
  g_assert_nonnull (line);
  words = g_strsplit (g_strchomp (line), " ", 3);
  g_assert_cmpuint (g_strv_length (words), ==, 3);
  g_assert_cmpstr (words[1], ==, "LOGIN");
  answer = g_strdup_printf ("%s %s\r\n", words[0],
                            g_str_equal (words[2], "\"carol\" \"secret\"") ? "OK" : "NO");
  g_output_stream_write_all (output, answer, strlen (answer), NULL, NULL, NULL);

  return TRUE;
}

/* Ended, the daemon ends all of its process group; it does not outlive the test. */
static void
daemon_set_up (gpointer user_data)
{
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static void
test_real_daemon (void)
{
  const char *directory = cyrus_fixture_get_directory ();
  g_autofree char *program = g_find_program_in_path ("saslauthd");
  g_autofree char *path = g_build_filename (directory, "mux", NULL);
  g_autofree char *file = g_build_filename (directory, "saslauthd.conf", NULL);
  g_autofree char *contents =
      g_strdup_printf ("pwcheck_method: saslauthd\nsaslauthd_path: %s\n", path);
  static const char *const left[] = { "mux", "mux.accept", "saslauthd.pid",
                                      "saslauthd.pid.lock", "saslauthd.conf" };
  g_autoptr (GSocketService) mail = g_threaded_socket_service_new (4);
  g_autofree char *server = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) daemon = NULL;
  g_autoptr (XmppAuthenticator) authenticator = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port;

  /* Where users do not look for programs */
  if (program == NULL)
    program = g_strdup ("/usr/sbin/saslauthd");
  if (!g_file_test (program, G_FILE_TEST_IS_EXECUTABLE))
    {
      g_test_skip ("There is no saslauthd");
      return;
    }

  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (mail), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (mail, "run", G_CALLBACK (mail_asked_cb), NULL);
  server = g_strdup_printf ("127.0.0.1/%u", port);
  g_assert_true (g_file_set_contents (file, contents, -1, NULL));

  /* Another program cannot load a plug-in that is built with a sanitizer. */
  g_subprocess_launcher_unsetenv (launcher, "SASL_PATH");
  g_subprocess_launcher_set_child_setup (launcher, daemon_set_up, NULL, NULL);
  daemon = g_subprocess_launcher_spawn (launcher, &error, program, "-d", "-n", "1", "-a",
                                        "rimap", "-O", server, "-m", directory, NULL);
  g_assert_no_error (error);
  for (guint i = 0; i < 1000 && !g_file_test (path, G_FILE_TEST_EXISTS); i++)
    g_usleep (10000);

  authenticator = g_object_new (XMPP_TYPE_CYRUS_AUTHENTICATOR, "config-file", file, NULL);
  assert_log_in (authenticator, "PLAIN", "carol", "secret", GOOD);
  assert_log_in (authenticator, "PLAIN", "carol", "wrong", BAD);
  assert_log_in (authenticator, "PLAIN", "dave", "secret", BAD);
  assert_log_in (authenticator, "SCRAM-SHA-1", "carol", "secret", BAD);

  g_subprocess_send_signal (daemon, SIGTERM);
  g_assert_true (g_subprocess_wait (daemon, NULL, &error));
  assert_log_in (authenticator, "PLAIN", "carol", "secret", LATER);
  g_socket_service_stop (mail);
  g_socket_listener_close (G_SOCKET_LISTENER (mail));
  for (guint i = 0; i < G_N_ELEMENTS (left); i++)
    {
      g_autofree char *name = g_build_filename (directory, left[i], NULL);

      g_unlink (name);
    }
}

int
main (int argc, char **argv)
{
  cyrus_fixture_init (&argc, &argv);

  g_test_add_func ("/cyrus-authenticator/sasldb", test_sasldb);
  g_test_add_func ("/cyrus-authenticator/realm", test_realm);
  g_test_add_func ("/cyrus-authenticator/bridge-realm", test_bridge_realm);
  g_test_add_func ("/cyrus-authenticator/unreadable", test_unreadable);
  g_test_add_func ("/cyrus-authenticator/saslauthd", test_saslauthd);
  g_test_add_func ("/cyrus-authenticator/real-daemon", test_real_daemon);

  return cyrus_fixture_run ();
}
