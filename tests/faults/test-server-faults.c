/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error.h"

#include "socket-faults.h"
#include "xmpp-test-host.h"

/* A whole server over real sockets: a client comes, says something and leaves, another one is
 * there when the server stops. The n-th operation on what was accepted fails, for every n. Each
 * run ends; each connection has one end, with an error that has a name; nothing is left. */

#define MANY 300
#define EVERY_SLOW 10 /* under valgrind */

typedef struct
{
  gboolean direct;
  SocketFaultKind kind;
} Scene;

/* An end is told from a reset in a few places only. */
static guint
step_of_n (const Scene *scene)
{
  if (g_getenv ("XMPP_TEST_SLOW") != NULL)
    return EVERY_SLOW;

  return scene->kind == SOCKET_FAULT_END ? 3 : 1;
}

static void
check_named (const GError *error)
{
  g_autofree char *nick = error != NULL ? xmpp_error_dup_nick (error) : NULL;

  if (error == NULL)
    return;

  g_assert_nonnull (nick);
  g_assert_cmpstr (error->message, !=, "");
  g_assert_null (strstr (error->message, "secret"));
}

static XmppClient *
new_client (XmppTestHost *host, const Scene *scene, const char *jid)
{
  XmppClient *client = xmpp_test_host_new_client (host, jid);

  if (scene->direct)
    {
      xmpp_client_set_tls_mode (client, XMPP_TLS_MODE_DIRECT);
      xmpp_client_set_server_port (client, host->direct_port);
    }
  return client;
}

/* TRUE: all went well */
static gboolean
talk (XmppTestHost *host, XmppClient *alice, XmppClient *bob)
{
  g_autoptr (GError) alice_error = xmpp_test_host_open (alice);
  g_autoptr (GError) bob_error = xmpp_test_host_open (bob);
  g_autoptr (GError) closed_error = NULL;

  check_named (alice_error);
  check_named (bob_error);
  if (alice_error == NULL &&
      xmpp_connection_get_state (XMPP_CONNECTION (alice)) == XMPP_CONNECTION_STATE_OPEN)
    {
      xmpp_test_host_send (alice, "<message to='bob@p.test/b'><body>x</body></message>");
      closed_error = xmpp_test_host_close (alice);
      check_named (closed_error);
    }

  return alice_error == NULL && bob_error == NULL && closed_error == NULL;
}

/* Whether anything has failed */
static gboolean
play (const Scene *scene, guint n)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  XmppClient *alice = new_client (host, scene, "alice@p.test/a");
  XmppClient *bob = new_client (host, scene, "bob@p.test/b");
  gboolean well, failed;

  socket_faults_arm_accepted (n, scene->kind);
  well = talk (host, alice, bob);
  xmpp_test_host_stop (host);
  xmpp_test_run_pending ();
  failed = socket_faults_get_failed () != NULL;
  g_test_message ("%u: %s, %u opened, %u refused", n,
                  failed ? socket_faults_get_failed () : "nothing failed", host->opened,
                  host->refused);

  check_named (host->closed_error);
  check_named (host->refused_error);
  g_assert_cmpuint (host->opened, ==, host->closed);
  g_assert_cmpuint (host->opened + host->refused, <=, 2);
  if (!failed)
    {
      g_assert_true (well);
      g_assert_cmpuint (host->opened, ==, 2);
    }

  xmpp_connection_abort (XMPP_CONNECTION (alice));
  xmpp_connection_abort (XMPP_CONNECTION (bob));
  xmpp_test_assert_last_unref (&alice);
  xmpp_test_assert_last_unref (&bob);
  return failed;
}

static void
test_server (gconstpointer data)
{
  const Scene *scene = data;
  guint operations;
  guint n;

  play (scene, 0);
  operations = socket_faults_get_operations ();
  g_test_message ("%u operations", operations);
  g_assert_cmpuint (operations, >, 20);
  for (n = 1; n < MANY && play (scene, n); n += step_of_n (scene))
    ;
  g_assert_cmpuint (n, <, MANY);
}

int
main (int argc, char **argv)
{
  static const Scene scenes[] = {
    { FALSE, SOCKET_FAULT_RESET },
    { FALSE, SOCKET_FAULT_END },
    { TRUE, SOCKET_FAULT_RESET },
    { TRUE, SOCKET_FAULT_END },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/faults/server/starttls/reset", &scenes[0], test_server);
  g_test_add_data_func ("/faults/server/starttls/end", &scenes[1], test_server);
  g_test_add_data_func ("/faults/server/direct-tls/reset", &scenes[2], test_server);
  g_test_add_data_func ("/faults/server/direct-tls/end", &scenes[3], test_server);
  return g_test_run ();
}
