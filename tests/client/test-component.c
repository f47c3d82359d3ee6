/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-component.h"

#include "tls-peer.h"
#include "xmpp-test-loop.h"
#include "xmpp-test-server.h"

#include <string.h>

#define STREAM                                                                           \
  "<stream:stream xmlns='jabber:component:accept' "                                      \
  "xmlns:stream='http://etherx.jabber.org/streams' "
#define ASKED                                                                            \
  "C: " STREAM "to='plays.test'>\n"                                                      \
  "S: " STREAM "from='plays.test' id='3BF96D32'>\n"                                      \
  "C: <handshake>aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e</handshake>\n"
#define TAKEN ASKED "S: <handshake/>\n"
#define END "C: </stream:stream>\nS: </stream:stream>\nE: close\n"

static XmppComponent *
new_component (XmppTestServer *server, const char *secret)
{
  g_autoptr (GError) error = NULL;
  XmppComponent *component = xmpp_component_new ("Plays.Test", secret, "127.0.0.1",
                                                 xmpp_test_server_get_port (server),
                                                 &error);

  g_assert_no_error (error);
  return component;
}

static GError *
open_component (XmppComponent *component)
{
  g_auto (XmppTestResult) result = { 0 };
  GError *error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (component), NULL, xmpp_test_result_cb,
                              &result);
  xmpp_connection_open_finish (XMPP_CONNECTION (component),
                               xmpp_test_result_wait (&result), &error);
  if (error != NULL)
    g_test_message ("%s", error->message);
  return error;
}

static GError *
close_component (XmppComponent *component)
{
  g_auto (XmppTestResult) result = { 0 };
  GError *error = NULL;

  xmpp_connection_close_async (XMPP_CONNECTION (component), "bye", NULL,
                               xmpp_test_result_cb, &result);
  xmpp_connection_close_finish (XMPP_CONNECTION (component),
                                xmpp_test_result_wait (&result), &error);
  return error;
}

static gboolean
echo_cb (XmppConnection *connection, XmppStanza *stanza, gpointer user_data)
{
  g_autoptr (XmppStanza) reply = xmpp_stanza_reply (stanza, NULL);
  g_autoptr (GError) error = NULL;

  xmpp_element_append_child (xmpp_stanza_get_element (reply), "body", NULL,
                             xmpp_stanza_get_body (stanza));
  xmpp_connection_send (connection, reply, &error);
  g_assert_no_error (error);
  (*(guint *) user_data)++;
  return TRUE;
}

static gboolean
has_echoed (gpointer user_data)
{
  return *(guint *) user_data == 2;
}

static XmppStanza *
new_message (const char *from, const char *to)
{
  g_autoptr (XmppJid) sender = from != NULL ? xmpp_jid_new (from, NULL) : NULL;
  g_autoptr (XmppJid) recipient = to != NULL ? xmpp_jid_new (to, NULL) : NULL;
  XmppStanza *stanza = xmpp_stanza_new_message (XMPP_STANZA_TYPE_NORMAL, recipient, "hi");

  if (sender != NULL)
    xmpp_stanza_set_from (stanza, sender);
  xmpp_stanza_set_id (stanza, "1");
  return stanza;
}

static void
expect_refused (XmppComponent *component, const char *from, const char *to)
{
  g_autoptr (XmppStanza) stanza = new_message (from, to);
  g_autoptr (GError) error = NULL;

  g_assert_false (xmpp_connection_send (XMPP_CONNECTION (component), stanza, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

/* Any address of the domain gets stanzas, and answers; nobody speaks for others. */
static void
test_talk (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppComponent) component = new_component (server, "test");
  XmppConnection *connection = XMPP_CONNECTION (component);
  g_autoptr (XmppStanza) own = new_message ("a@plays.test/x", "bob@p.test");
  g_autoptr (XmppStanza) nobody = new_message (NULL, "bob@p.test");
  g_autoptr (GError) error = NULL;
  guint echoed = 0;

  xmpp_test_server_add_script (
      server, TAKEN
      "C: <message id='1' from='a@plays.test/x' "
      "to='bob@p.test'><body>hi</body></message>\n"
      "C: <message id='1' from='plays.test' to='bob@p.test'><body>hi</body></message>\n"
      "S: <message from='bob@p.test/r' to='romeo@plays.test/z' id='2'>"
      "<body>one</body></message>"
      "<message from='bob@p.test/r' to='plays.test'><body>two</body></message>\n"
      "C: <message from='romeo@plays.test/z' to='bob@p.test/r' id='2'>"
      "<body>one</body></message>\n"
      "C: <message from='plays.test' to='bob@p.test/r'><body>two</body></message>\n"
      "S: <iq type='get' id='p' from='bob@p.test/r' to='romeo@plays.test'>"
      "<ping xmlns='urn:xmpp:ping'/></iq>\n"
      "C: <iq type='result' id='p' to='bob@p.test/r' from='romeo@plays.test'/>\n"
      "S: <iq type='get' id='q' from='bob@p.test/r' to='plays.test'>"
      "<query xmlns='urn:x'/></iq>\n"
      "C: <iq type='error' id='q' to='bob@p.test/r' from='plays.test'>"
      "<error type='cancel'><service-unavailable "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\n" END);
  g_signal_connect (component, "message", G_CALLBACK (echo_cb), &echoed);
  error = open_component (component);
  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_connection_get_peer (connection), ==, "plays.test");
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_connection_get_jid (connection)), ==,
                   "plays.test");

  expect_refused (component, "a@plays.test", NULL);
  expect_refused (component, "a@p.test", "bob@p.test");
  expect_refused (component, "plays.test.evil.test", "bob@p.test");
  xmpp_connection_send (connection, own, &error);
  g_assert_no_error (error);
  xmpp_connection_send (connection, nobody, &error);
  g_assert_no_error (error);
  xmpp_test_run_until_true (has_echoed, &echoed, "nothing comes");
  xmpp_test_run_for (50);

  error = close_component (component);
  g_assert_no_error (error);
  xmpp_test_assert_last_unref (&component);
}

/* The reply is for the address that has asked. */
static void
test_request (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppComponent) component = new_component (server, "test");
  g_autoptr (XmppElement) query = xmpp_element_new ("query", "urn:x");
  g_autoptr (XmppJid) to = xmpp_jid_new ("bob@p.test/r", NULL);
  g_autoptr (XmppJid) from = xmpp_jid_new ("a@plays.test", NULL);
  g_autoptr (XmppStanza) iq = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, to, query);
  g_autoptr (XmppStanza) reply = NULL;
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_server_add_script (server,
                               TAKEN "C: <iq type='get' id='{id}' to='bob@p.test/r' "
                                     "from='a@plays.test'>"
                                     "<query xmlns='urn:x'/></iq>\n"
                                     "S: <iq type='result' id='{id}' to='a@plays.test' "
                                     "from='mallory@p.test'/><iq type='result' id='{id}' "
                                     "to='a@plays.test' from='bob@p.test/r'/>\n" END);
  error = open_component (component);
  g_assert_no_error (error);
  xmpp_stanza_set_from (iq, from);
  xmpp_connection_request_async (XMPP_CONNECTION (component), iq, NULL,
                                 xmpp_test_result_cb, &result);
  reply = xmpp_connection_request_finish (XMPP_CONNECTION (component),
                                          xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_stanza_get_from (reply)), ==, "bob@p.test/r");
  error = close_component (component);
  g_assert_no_error (error);
}

static void
test_wrong_secret (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppComponent) component = new_component (server, "test");
  g_autoptr (GError) error = NULL;

  xmpp_test_server_add_script (server, ASKED "S: <stream:error><not-authorized "
                                             "xmlns='urn:ietf:params:xml:ns:xmpp-streams'"
                                             "/></stream:error>"
                                             "</stream:stream>\nE: close\n");
  error = open_component (component);
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_AUTHORIZED);
  g_assert_nonnull (strstr (error->message, "plays.test"));
  g_assert_nonnull (strstr (error->message, "What to do: compare the secret"));
  g_assert_cmpstr (xmpp_report_get_failed_step (
                       xmpp_connection_get_report (XMPP_CONNECTION (component))),
                   ==, "handshake");
}

/* No secret at all, STARTTLS, an address: nothing is connected. */
static void
test_settings (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppComponent) empty = new_component (server, "");
  g_autoptr (XmppComponent) starttls = new_component (server, "test");
  g_autoptr (XmppComponent) bare = g_object_new (XMPP_TYPE_COMPONENT, NULL);
  g_autoptr (GError) error = NULL;

  error = open_component (empty);
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
  g_clear_error (&error);

  g_object_set (starttls, "tls-mode", XMPP_TLS_MODE_STARTTLS, NULL);
  error = open_component (starttls);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
  g_clear_error (&error);

  error = open_component (bare);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);

  g_assert_null (xmpp_component_new ("a@plays.test", "x", NULL, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_null (xmpp_component_new ("plays.test", "x", NULL, 65536, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

/* The secret is for writing. */
static void
test_secret_stays (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppComponent) component = new_component (server, "test");
  GParamSpec *pspec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (component), "secret");
  g_autofree char *host = NULL;
  guint port = 0;

  g_assert_cmpint (pspec->flags & G_PARAM_READABLE, ==, 0);
  g_object_get (component, "host", &host, "port", &port, NULL);
  g_assert_cmpstr (host, ==, "127.0.0.1");
  g_assert_cmpuint (port, ==, xmpp_test_server_get_port (server));
  g_assert_cmpuint (xmpp_component_get_port (component), ==, port);
  g_assert_cmpstr (xmpp_component_get_host (component), ==, host);
  g_assert_cmpstr (xmpp_component_get_domain (component), ==, "plays.test");
}

/* An address of this machine that is none of the loopback's stands for another machine. */
static char *
find_other_address (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                                             G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GInetAddress) documentation = g_inet_address_new_from_string ("192.0.2.1");
  g_autoptr (GSocketAddress) target = g_inet_socket_address_new (documentation, 9);
  g_autoptr (GSocketAddress) local = NULL;

  /* A datagram socket that is connected sends nothing. */
  if (!g_socket_connect (socket, target, NULL, NULL))
    return NULL;

  local = g_socket_get_local_address (socket, NULL);
  return local != NULL ? g_inet_address_to_string (g_inet_socket_address_get_address (
                             G_INET_SOCKET_ADDRESS (local)))
                       : NULL;
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  g_ptr_array_add (user_data, g_object_ref (connection));
  return TRUE;
}

static void
test_in_clear (void)
{
  g_autofree char *host = find_other_address ();
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (XmppComponent) component = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port =
      g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  char byte;

  if (host == NULL)
    {
      g_test_skip ("this machine has no other address");
      return;
    }

  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), connections);
  component = xmpp_component_new ("plays.test", "test", host, port, NULL);
  error = open_component (component);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
  g_assert_cmpstr (xmpp_report_get_failed_step (
                       xmpp_connection_get_report (XMPP_CONNECTION (component))),
                   ==, "tls");

  /* Not a byte has come. */
  while (connections->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (
                                            g_ptr_array_index (connections, 0)),
                                        &byte, 1, NULL, NULL),
                   ==, 0);
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
}

/* The certificate is for the host. */
static void
test_direct_tls (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppComponent) component = NULL;
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("good");
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");
  g_autoptr (GError) error = NULL;

  xmpp_test_server_set_certificate (server, certificate);
  xmpp_test_server_add_script (server, TAKEN END);
  component = new_component (server, "test");
  g_object_set (component, "tls-mode", XMPP_TLS_MODE_DIRECT, "tls-database", database,
                NULL);
  error = open_component (component);
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_cmpstr (xmpp_report_get_failed_step (
                       xmpp_connection_get_report (XMPP_CONNECTION (component))),
                   ==, "tls");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/component/talk", test_talk);
  g_test_add_func ("/component/request", test_request);
  g_test_add_func ("/component/wrong-secret", test_wrong_secret);
  g_test_add_func ("/component/settings", test_settings);
  g_test_add_func ("/component/secret-stays", test_secret_stays);
  g_test_add_func ("/component/in-clear", test_in_clear);
  g_test_add_func ("/component/direct-tls", test_direct_tls);
  return g_test_run ();
}
