/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-client.h"

#include "core/xmpp-error.h"

#include "socket-faults.h"
#include "tls-peer.h"
#include "xmpp-test-loop.h"
#include "xmpp-test-mechanisms.h"
#include "xmpp-test-resolver.h"
#include "xmpp-test-server.h"

/* A whole client over real sockets, from the look-up of its servers to the last closing
 * tag. The n-th question to DNS or the n-th operation on its sockets fails, for every n.
 * Each run ends: well, or with one error that has a name and a step. */

#define DIRECT "_xmpps-client._tcp.p.test"
#define STARTTLS "_xmpp-client._tcp.p.test"
#define MANY 200
#define EVERY_SLOW 10 /* under valgrind */

#define HEADER(attributes)                                                               \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' " attributes ">"
#define OPEN                                                                             \
  "C: " HEADER ("to='p.test' from='alice@p.test'") "\n"                                  \
                                                   "S: " HEADER (                        \
                                                       "from='p.test' id='s1'")
#define SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define BIND "xmlns='urn:ietf:params:xml:ns:xmpp-bind'"
#define SCRIPT                                                                           \
  OPEN "<stream:features><mechanisms " SASL "><mechanism>PLAIN</mechanism></mechanisms>" \
       "</stream:features>\n"                                                            \
       "C: <auth " SASL " mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>\n"               \
       "S: <success " SASL "/>\n" OPEN "<stream:features><bind " BIND                    \
       "/></stream:features>\n"                                                          \
       "C: <iq type='set' id='{b}'><bind " BIND "/></iq>\n"                              \
       "S: <iq type='result' id='{b}'><bind " BIND "><jid>alice@p.test/x</jid></bind>"   \
       "</iq>\n"                                                                         \
       "C: <presence/>\n"                                                                \
       "C: <presence type='unavailable'><status>bye</status></presence>\n"               \
       "C: </stream:stream>\nS: </stream:stream>\nE: close\n"

typedef struct
{
  gboolean direct, starttls; /* which servers there are */
  SocketFaultKind kind;
} Scene;

static guint
step_of_n (void)
{
  return g_getenv ("XMPP_TEST_SLOW") != NULL ? EVERY_SLOW : 1;
}

static void
check_error (XmppClient *client, const GError *error)
{
  g_autofree char *nick = xmpp_error_dup_nick (error);

  g_test_message ("%s: %s", nick, error->message);
  g_assert_nonnull (nick);
  g_assert_cmpstr (error->message, !=, "");
  g_assert_null (strstr (error->message, "secret"));
  g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (client)), ==,
                   XMPP_CONNECTION_STATE_CLOSED);
}

static XmppClient *
new_client (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");
  XmppClient *client = xmpp_client_new ("alice@p.test", credential, NULL);

  xmpp_test_register_mechanisms (registry);
  g_object_set (client, "registry", registry, "tls-database", database, NULL);
  return client;
}

static XmppTestServer *
new_server (XmppTestResolver *resolver, gboolean direct)
{
  XmppTestServer *server = xmpp_test_server_new ();
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("good");
  g_autofree char *record = g_strdup_printf ("%u 0 %u a.test", direct ? 1 : 2,
                                             xmpp_test_server_get_port (server));

  xmpp_test_server_set_certificate (server, certificate);
  xmpp_test_server_set_starttls (server, !direct);
  /* Who has lost a race comes again. */
  for (guint i = 0; i < 3; i++)
    xmpp_test_server_add_script (server, SCRIPT);
  xmpp_test_resolver_add_srv (resolver, direct ? DIRECT : STARTTLS, record);
  return server;
}

/* TRUE: it was open */
static gboolean
open_and_close (XmppClient *client)
{
  XmppConnection *connection = XMPP_CONNECTION (client);
  g_auto (XmppTestResult) opened = { 0 };
  g_auto (XmppTestResult) closed = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_connection_open_async (connection, NULL, xmpp_test_result_cb, &opened);
  if (!xmpp_connection_open_finish (connection, xmpp_test_result_wait (&opened), &error))
    {
      check_error (client, error);
      g_assert_nonnull (
          xmpp_report_get_failed_step (xmpp_connection_get_report (connection)));
      return FALSE;
    }

  xmpp_connection_close_async (connection, "bye", NULL, xmpp_test_result_cb, &closed);
  if (!xmpp_connection_close_finish (connection, xmpp_test_result_wait (&closed), &error))
    check_error (client, error);
  g_assert_cmpint (xmpp_connection_get_state (connection), ==,
                   XMPP_CONNECTION_STATE_CLOSED);
  g_assert_cmpuint (opened.calls, ==, 1);
  g_assert_cmpuint (closed.calls, ==, 1);
  return TRUE;
}

/* Whether anything has failed */
static gboolean
play (const Scene *scene, guint n)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppTestServer) direct = NULL;
  g_autoptr (XmppTestServer) starttls = NULL;
  XmppClient *client = new_client ();
  gboolean open;
  gboolean failed;

  xmpp_test_resolver_add_address (resolver, "a.test", "127.0.0.1");
  if (scene->direct)
    direct = new_server (resolver, TRUE);
  if (scene->starttls)
    starttls = new_server (resolver, FALSE);

  socket_faults_arm (n, scene->kind);
  open = open_and_close (client);
  failed = socket_faults_get_failed () != NULL;
  g_test_message ("%u: %s, %s", n,
                  failed ? socket_faults_get_failed () : "nothing failed",
                  open ? "open" : "not open");
  if (!failed)
    g_assert_true (open);
  xmpp_test_assert_last_unref (&client);
  return failed;
}

static void
test_sockets (gconstpointer data)
{
  const Scene *scene = data;
  guint operations;
  guint n;

  play (scene, 0);
  operations = socket_faults_get_operations ();
  g_test_message ("%u operations", operations);
  g_assert_cmpuint (operations, >, 10);
  for (n = 1; n < MANY && play (scene, n); n += step_of_n ())
    ;
  g_assert_cmpuint (n, <, MANY);
}

/* A question that fails leaves what the other answers say, or is what is told. */
static void
test_dns (void)
{
  static const char *const names[] = { DIRECT, STARTTLS, "a.test" };

  for (guint failing = 1; failing < 1 << G_N_ELEMENTS (names); failing++)
    {
      g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
      g_autoptr (XmppTestServer) direct = new_server (resolver, TRUE);
      g_autoptr (XmppTestServer) starttls = new_server (resolver, FALSE);
      XmppClient *client = new_client ();
      gboolean found_host = (failing & 4) == 0;
      gboolean found_servers = (failing & 3) != 3;

      xmpp_test_resolver_add_address (resolver, "a.test", "127.0.0.1");
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        {
          if ((failing & (1 << i)) != 0)
            xmpp_test_resolver_fail (resolver, names[i],
                                     G_RESOLVER_ERROR_TEMPORARY_FAILURE);
        }

      socket_faults_arm (0, SOCKET_FAULT_RESET);
      g_assert_true (open_and_close (client) == (found_host && found_servers));
      xmpp_test_assert_last_unref (&client);
    }
}

int
main (int argc, char **argv)
{
  static const Scene scenes[] = {
    { TRUE, FALSE, SOCKET_FAULT_RESET }, { TRUE, FALSE, SOCKET_FAULT_END },
    { FALSE, TRUE, SOCKET_FAULT_RESET }, { FALSE, TRUE, SOCKET_FAULT_END },
    { TRUE, TRUE, SOCKET_FAULT_RESET },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faults/sockets/dns", test_dns);
  g_test_add_data_func ("/faults/sockets/direct-tls/reset", &scenes[0], test_sockets);
  g_test_add_data_func ("/faults/sockets/direct-tls/end", &scenes[1], test_sockets);
  g_test_add_data_func ("/faults/sockets/starttls/reset", &scenes[2], test_sockets);
  g_test_add_data_func ("/faults/sockets/starttls/end", &scenes[3], test_sockets);
  g_test_add_data_func ("/faults/sockets/both/reset", &scenes[4], test_sockets);

  return g_test_run ();
}
