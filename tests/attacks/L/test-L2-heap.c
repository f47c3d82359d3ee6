/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* L2: when a login is over and its objects are gone, nothing that the process can write to
 * holds the password, what was made of it, or what was sent of it; neither the heap, nor a
 * stack, nor a buffer of TLS. */

#include "config.h"

#include "client/xmpp-client.h"
#include "client/xmpp-file-state-store.h"
#include "sasl/xmpp-credential-private.h"
#include "sasl/xmpp-sasl-mechanism-private.h"

#include "tls-peer.h"
#include "xmpp-test-loop.h"
#include "xmpp-test-mechanisms.h"
#include "xmpp-test-memory.h"
#include "xmpp-test-sasl.h"
#include "xmpp-test-server.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A word as nobody else has it; this one is not in memory that can be written to. */
#define PASSWORD "Zwetschgendatschi-correct-horse"

#define HEADER(attributes)                                                               \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' " attributes ">"
#define C_HEADER "C: " HEADER ("to='p.test' from='alice@p.test'") "\n"
#define S_HEADER "S: " HEADER ("from='p.test' id='s1'")
#define SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define BIND "xmlns='urn:ietf:params:xml:ns:xmpp-bind'"
#define BEGIN                                                                            \
  C_HEADER S_HEADER "<stream:features><mechanisms " SASL "><mechanism>PLAIN</mechanism>" \
                    "</mechanisms></stream:features>\n"                                  \
                    "C: <auth " SASL " mechanism='PLAIN'>{*}</auth>\n"
#define END "C: </stream:stream>\nS: </stream:stream>\nE: close\n"

static const char *const scripts[] = {
  BEGIN "S: <success " SASL "/>\n" C_HEADER S_HEADER "<stream:features><bind " BIND
        "/></stream:features>\nC: <iq type='set' id='{b}'><bind " BIND "/></iq>\n"
        "S: <iq type='result' id='{b}'><bind " BIND
        "><jid>alice@p.test/x</jid></bind></iq>"
        "\n" END,
  BEGIN "S: <failure " SASL "><account-disabled/></failure>\n" END,
};

static guint16 port;
static GPid server_pid;

/* The server is another process: it keeps what it likes. */
static void
start_server (void)
{
  int pipe_ends[2];

  g_assert_cmpint (pipe (pipe_ends), ==, 0);
  server_pid = fork ();
  g_assert_cmpint (server_pid, >=, 0);
  if (server_pid == 0)
    {
      g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("good");
      XmppTestServer *player = xmpp_test_server_new ();
      guint16 number = xmpp_test_server_get_port (player);

      prctl (PR_SET_PDEATHSIG, SIGKILL);
      xmpp_test_server_set_certificate (player, certificate);
      for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
        xmpp_test_server_add_script (player, scripts[i]);
      g_assert_cmpint (write (pipe_ends[1], &number, sizeof number), ==, sizeof number);
      close (pipe_ends[0]);
      for (;;)
        g_main_context_iteration (NULL, TRUE);
    }

  close (pipe_ends[1]);
  g_assert_cmpint (read (pipe_ends[0], &port, sizeof port), ==, sizeof port);
  close (pipe_ends[0]);
}

static void
set_up (gpointer *unused, gconstpointer data)
{
  xmpp_test_memory_clear ();
  xmpp_test_memory_add ("alice", PASSWORD);
}

static void
tear_down (gpointer *unused, gconstpointer data)
{
  xmpp_test_memory_clear ();
}

/* Each form is found where it is. */
static void
test_trap (gpointer *unused, gconstpointer data)
{
  static const char message[] = "\0alice\0" PASSWORD;
  char *copies[] = {
    g_strdup (PASSWORD),
    g_base64_encode ((const guchar *) PASSWORD, sizeof PASSWORD - 1),
    g_base64_encode ((const guchar *) message, sizeof message - 1),
  };

  g_assert_cmpuint (xmpp_test_memory_count (), ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (copies); i++)
    xmpp_secret_free (copies[i]);
  g_assert_cmpuint (xmpp_test_memory_count (), ==, 0);
}

static void
obtained_cb (XmppCredential *credential, const char *field, const char *value)
{
  g_assert_nonnull (strrchr (value, '$'));
  xmpp_test_memory_add ("alice", value);
}

typedef struct
{
  const char *name;
  const char *field;
  const char *value;
} Mechanism;

static const Mechanism mechanisms[] = {
  { "PLAIN", "password", PASSWORD },
  { "SCRAM-SHA-1", "password", PASSWORD },
  { "SCRAM-SHA-256", "password", PASSWORD },
  { "SCRAM-SHA-512", "password", PASSWORD },
  { "DIGEST-MD5", "password", PASSWORD },
  { "HT-SHA-256-NONE", "fast-token", "HT-SHA-256-NONE$2999-12-31T23:59:59Z$" PASSWORD },
};

/* Both sides of it are here. */
static void
test_mechanism (gpointer *unused, gconstpointer data)
{
  const Mechanism *row = data;
  XmppTestAuthenticator *authenticator = xmpp_test_authenticator_new ();
  XmppCredential *credential = xmpp_credential_new ("alice", NULL);
  XmppSaslMechanism *client =
      xmpp_test_mechanism_new_client (row->name, NULL, credential);
  XmppSaslMechanism *server =
      xmpp_test_mechanism_new_server (row->name, NULL, authenticator);
  GError *error = NULL;

  g_signal_connect (credential, "obtained", G_CALLBACK (obtained_cb), NULL);
  xmpp_credential_set_field (credential, row->field, row->value);
  xmpp_test_authenticator_set (authenticator, "alice", row->field, row->value);
  g_assert_true (xmpp_test_sasl_run (client, server, &error, &error));
  g_assert_no_error (error);
  xmpp_sasl_mechanism_hand_over (client);
  g_assert_cmpuint (xmpp_test_memory_count (), >, 0);

  xmpp_test_assert_last_unref (&client);
  xmpp_test_assert_last_unref (&server);
  xmpp_test_assert_last_unref (&credential);
  xmpp_test_assert_last_unref (&authenticator);
  g_assert_cmpuint (xmpp_test_memory_count (), ==, 0);
}

static void
learn_cb (XmppClient *client, XmppElement *element)
{
  if (g_str_equal (xmpp_element_get_name (element), "auth"))
    xmpp_credential_obtain (xmpp_client_get_credential (client), "toy-keys", PASSWORD);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
test_login (gpointer *unused, gconstpointer refused)
{
  XmppSaslRegistry *registry = xmpp_sasl_registry_new ();
  g_autofree char *folder = g_dir_make_tmp ("xmpp-state-XXXXXX", NULL);
  XmppStateStore *store = xmpp_file_state_store_new (folder);
  XmppCredential *credential = xmpp_credential_new (NULL, PASSWORD);
  XmppClient *client = xmpp_client_new ("alice@p.test", credential, NULL);
  GTlsDatabase *database = tls_test_database ("ca");
  XmppTestResult opened = { 0 };
  XmppTestResult closed = { 0 };
  GError *error = NULL;

  xmpp_test_register_mechanisms (registry);
  g_object_set (client, "registry", registry, "server-host", "127.0.0.1", "server-port",
                port, "tls-mode", XMPP_TLS_MODE_DIRECT, "tls-database", database,
                "state-store", store, "initial-presence", NULL, NULL);
  /* Something to be saved as well */
  g_signal_connect (client, "element-sent", G_CALLBACK (learn_cb), NULL);
  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, xmpp_test_result_cb,
                              &opened);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&opened),
                               &error);
  if (refused == NULL)
    g_assert_no_error (error);
  else
    g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ACCOUNT_DISABLED);
  g_clear_error (&error);
  g_assert_cmpuint (xmpp_test_memory_count (), >, 0);
  xmpp_connection_close_async (XMPP_CONNECTION (client), NULL, NULL, xmpp_test_result_cb,
                               &closed);
  xmpp_connection_close_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&closed),
                                NULL);

  xmpp_test_result_clear (&opened);
  xmpp_test_result_clear (&closed);
  xmpp_test_assert_last_unref (&client);
  xmpp_test_assert_last_unref (&credential);
  xmpp_test_assert_last_unref (&store);
  g_object_unref (registry);
  g_object_unref (database);
  remove_folder (folder);
  g_assert_cmpuint (xmpp_test_memory_count (), ==, 0);
}

#define ADD(path, data, function)                                                        \
  g_test_add ("/attacks/L/L02-heap-" path, gpointer, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  int status;

  /* Before there are threads */
  start_server ();
  g_test_init (&argc, &argv, NULL);

  ADD ("trap", NULL, test_trap);
  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      g_autofree char *path =
          g_strconcat ("/attacks/L/L02-heap-", mechanisms[i].name, NULL);

      g_test_add (path, gpointer, &mechanisms[i], set_up, test_mechanism, tear_down);
    }
  ADD ("login", NULL, test_login);
  ADD ("refused-login", "refused", test_login);

  status = g_test_run ();
  kill (server_pid, SIGKILL);
  waitpid (server_pid, NULL, 0);

  return status;
}
