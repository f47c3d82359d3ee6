/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* L2: in a whole login no block of memory is freed that still holds the password, in clear or
 * as it goes over the wire. The server is another process, since it may keep what it likes. */

#include "config.h"

#include "client/xmpp-client.h"

#include "xmpp-test-freed.h"
#include "xmpp-test-loop.h"
#include "xmpp-test-mechanisms.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MARKER "correct-horse-battery-staple"
/* The same in the base64 of NUL, alice, NUL and MARKER */
#define ENCODED "NvcnJlY3QtaG9yc2UtYmF0dGVyeS1zdGFw"

#define STREAM                                                                           \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' from='p.test' id='s'>"
#define SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define BIND "xmlns='urn:ietf:params:xml:ns:xmpp-bind'"

static const char *const texts[] = { MARKER, ENCODED, NULL };

/* An answer for whatever comes, one after the other */
static const char *const good[] = {
  STREAM "<stream:features><mechanisms " SASL "><mechanism>PLAIN</mechanism>"
         "</mechanisms></stream:features>",
  "<success " SASL "/>",
  STREAM "<stream:features><bind " BIND "/></stream:features><iq type='result' id='bind'>"
         "<bind " BIND "><jid>alice@p.test/x</jid></bind></iq>",
  "</stream:stream>",
  NULL,
};
static const char *const bad[] = {
  STREAM "<stream:features><mechanisms " SASL "><mechanism>PLAIN</mechanism>"
         "</mechanisms></stream:features>",
  "<failure " SASL "><account-disabled/></failure>",
  "</stream:stream>",
  NULL,
};

static guint16 ports[2];
static GPid children[2];

static void
serve (int listener, const char *const *answers)
{
  int connection = accept (listener, NULL, NULL);
  char buffer[4096];

  for (; *answers != NULL && read (connection, buffer, sizeof buffer) > 0; answers++)
    if (write (connection, *answers, strlen (*answers)) < 0)
      break;
  while (read (connection, buffer, sizeof buffer) > 0)
    {
    }
  _exit (0);
}

/* Before there are threads */
static void
start_server (guint i, const char *const *answers)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &address, &length), ==, 0);
  ports[i] = ntohs (address.sin_port);

  children[i] = fork ();
  g_assert_cmpint (children[i], >=, 0);
  if (children[i] == 0)
    serve (listener, answers);
  close (listener);
}

/* That the trap works, for both forms */
static void
test_trap (void)
{
  static const char message[] = "\0alice\0" MARKER;
  char *encoded;

  xmpp_test_freed_watch ();
  g_free (g_strdup (MARKER));
  g_assert_cmpint (xmpp_test_freed_stop (), ==, 1);

  encoded = g_base64_encode ((const guchar *) message, sizeof message - 1);
  xmpp_test_freed_watch ();
  g_free (encoded);
  g_assert_cmpint (xmpp_test_freed_stop (), ==, 1);
}

static void
wait_for (XmppTestResult *result)
{
  while (!result->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_login (gconstpointer which)
{
  guint i = GPOINTER_TO_UINT (which);
  XmppSaslRegistry *registry = xmpp_sasl_registry_new ();
  XmppTestResult opened = { 0 };
  XmppTestResult closed = { 0 };
  XmppCredential *credential;
  XmppClient *client;
  GError *error = NULL;

  xmpp_test_register_mechanisms (registry);
  xmpp_test_freed_watch ();
  credential = xmpp_credential_new (NULL, MARKER);
  client = xmpp_client_new ("alice@p.test", credential, NULL);
  g_object_unref (credential);
  xmpp_client_set_registry (client, registry);
  xmpp_client_set_server_host (client, "127.0.0.1");
  xmpp_client_set_server_port (client, ports[i]);
  xmpp_client_set_insecure_loopback (client, TRUE);
  xmpp_client_set_initial_presence (client, NULL);

  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, xmpp_test_result_cb,
                              &opened);
  wait_for (&opened);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), opened.result, &error);
  if (i == 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ACCOUNT_DISABLED);
  g_clear_error (&error);

  xmpp_connection_close_async (XMPP_CONNECTION (client), NULL, NULL, xmpp_test_result_cb,
                               &closed);
  wait_for (&closed);
  xmpp_test_result_clear (&opened);
  xmpp_test_result_clear (&closed);
  xmpp_test_assert_last_unref (&client);
  g_assert_cmpint (xmpp_test_freed_stop (), ==, 0);
  g_object_unref (registry);
}

int
main (int argc, char **argv)
{
  xmpp_test_freed_init (texts);
  start_server (0, good);
  start_server (1, bad);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/L/L02-trap", test_trap);
  g_test_add_data_func ("/attacks/L/L02-login", GUINT_TO_POINTER (0), test_login);
  g_test_add_data_func ("/attacks/L/L02-refused-login", GUINT_TO_POINTER (1), test_login);

  return g_test_run ();
}
