/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls-peer.h"
#include "xmpp-test-host.h"
#include "xmpp-test-raw.h"

static const struct
{
  const char *name, *address, *jid;
  gboolean six, direct;
} logins[] = {
  { "starttls", "127.0.0.1", "alice@p.test/desk", FALSE, FALSE },
  { "starttls-ipv6", "::1", "alice@p.test/desk", TRUE, FALSE },
  { "direct", "127.0.0.1", "alice@p.test/desk", FALSE, TRUE },
  { "second-domain", "127.0.0.1", "bob@localhost/desk", FALSE, FALSE },
  { "second-domain-direct", "127.0.0.1", "bob@localhost/desk", FALSE, TRUE },
};

static void
test_login (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) client = xmpp_test_host_new_client (host, logins[row].jid);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  XmppConnection *connection;

  xmpp_client_set_server_host (client, logins[row].address);
  xmpp_client_set_server_port (client, logins[row].direct ? host->direct_port
                                       : logins[row].six  ? host->port6
                                                          : host->port);
  if (logins[row].direct)
    xmpp_client_set_tls_mode (client, XMPP_TLS_MODE_DIRECT);

  error = xmpp_test_host_open (client);
  g_assert_no_error (error);
  g_assert_true (xmpp_connection_is_secure (XMPP_CONNECTION (client)));
  g_assert_cmpstr (xmpp_jid_to_string (
                       xmpp_connection_get_jid (XMPP_CONNECTION (client))),
                   ==, logins[row].jid);
  xmpp_test_host_wait_opened (host, 1);

  list = xmpp_server_list_connections (host->server);
  g_assert_cmpuint (list->len, ==, 1);
  connection = g_ptr_array_index (list, 0);
  g_assert_true (xmpp_connection_is_secure (connection));
  g_assert_true (xmpp_jid_equal (xmpp_connection_get_jid (connection),
                                 xmpp_connection_get_jid (XMPP_CONNECTION (client))));
  g_assert_true (
      connection ==
      xmpp_server_find_connection (host->server, xmpp_connection_get_jid (connection)));
  g_clear_pointer (&list, g_ptr_array_unref);

  error = xmpp_test_host_close (client);
  g_assert_no_error (error);
  xmpp_test_host_wait_closed (host, 1);
  g_assert_no_error (host->closed_error);
  g_assert_cmpuint (host->refused, ==, 0);
  list = xmpp_server_list_connections (host->server);
  g_assert_cmpuint (list->len, ==, 0);
}

static void
test_message (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) alice = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  g_autoptr (XmppClient) bob = xmpp_test_host_login (host, "bob@p.test/phone", 0);
  g_auto (XmppTestInbox) inbox = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_inbox_watch (&inbox, bob);
  xmpp_test_host_send (alice, "<message to='bob@p.test' type='chat'><body>hi</body>"
                              "</message>");
  xmpp_test_inbox_wait (&inbox, 1);
  g_assert_cmpstr (xmpp_stanza_get_body (inbox.last), ==, "hi");
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_stanza_get_from (inbox.last)), ==,
                   "alice@p.test/desk");

  error = xmpp_test_host_close (alice);
  g_assert_no_error (error);
  error = xmpp_test_host_close (bob);
  g_assert_no_error (error);
}

static void
closed_cb (XmppConnection *connection, const GError *error, GError **copy)
{
  g_assert_null (*copy);
  *copy = g_error_copy (error);
}

/* What was handed over comes before the end. */
static void
test_stop (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) alice = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  g_autoptr (XmppClient) bob = xmpp_test_host_login (host, "bob@p.test/phone", 0);
  g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (host->port);
  g_autoptr (GPtrArray) list = xmpp_server_list_connections (host->server);
  g_auto (XmppTestInbox) inbox = { 0 };
  g_autoptr (GError) alice_error = NULL;
  g_autoptr (GError) bob_error = NULL;

  g_signal_connect (alice, "closed", G_CALLBACK (closed_cb), &alice_error);
  g_signal_connect (bob, "closed", G_CALLBACK (closed_cb), &bob_error);
  xmpp_test_inbox_watch (&inbox, bob);
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (XmppStanza) stanza =
          xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT,
                                   xmpp_connection_get_jid (XMPP_CONNECTION (bob)),
                                   "before the end");
      g_autoptr (GError) error = NULL;

      xmpp_stanza_set_from (stanza, xmpp_connection_get_jid (XMPP_CONNECTION (alice)));
      xmpp_server_route (host->server, stanza, &error);
      g_assert_no_error (error);
    }
  g_clear_pointer (&list, g_ptr_array_unref);
  xmpp_test_host_stop (host);

  xmpp_test_run_pending ();
  g_assert_cmpuint (inbox.count, ==, 100);
  g_assert_error (alice_error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN);
  g_assert_error (bob_error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN);
  xmpp_test_raw_expect (raw, "<system-shutdown");
  xmpp_test_raw_expect_end (raw);
  g_assert_cmpuint (host->closed, ==, 2);
  g_assert_cmpuint (host->refused, ==, 1);
}

/* A stop that is cut short lets nobody stay. */
static void
test_stop_cancelled (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (XmppTestRaw) raw = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  g_object_set (xmpp_server_get_limits (host->server), "close-seconds", 3600, NULL);
  raw = xmpp_test_raw_new (host->port);
  xmpp_test_raw_login (raw, "alice", "a");
  xmpp_test_host_wait_opened (host, 1);
  xmpp_server_stop_async (host->server, cancellable, xmpp_test_result_cb, &result);
  xmpp_test_raw_expect (raw, "<system-shutdown");
  g_assert_false (result.done);
  g_cancellable_cancel (cancellable);
  xmpp_server_stop_finish (host->server, xmpp_test_result_wait (&result), &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (host->closed, ==, 1);
  xmpp_test_raw_expect_end (raw);
}

static void
test_stop_idle (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) alice = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_test_host_stop (host);
  host->port =
      xmpp_server_listen (host->server, XMPP_LISTEN_CLIENTS, "127.0.0.1", 0, &error);
  g_assert_no_error (error);
  alice = xmpp_test_host_login (host, "alice@p.test/a", 0);
  g_assert_cmpuint (xmpp_server_listen (host->server, XMPP_LISTEN_CLIENTS, "127.0.0.1",
                                        host->port, &error),
                    ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  xmpp_connection_abort (XMPP_CONNECTION (alice));
}

/* The server goes away in the middle of a login, wherever that is. */
static void
test_dropped (void)
{
  guint step = g_getenv ("XMPP_TEST_SLOW") != NULL ? 15 : 3;

  for (guint turns = 0; turns < 60; turns += step)
    {
      XmppTestHost *host = xmpp_test_host_new ();
      g_autoptr (XmppClient) alice = xmpp_test_host_new_client (host, "alice@p.test/a");
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (GError) error = NULL;

      xmpp_test_authenticator_set_delayed (host->users, turns % 2 == 0);
      xmpp_connection_open_async (XMPP_CONNECTION (alice), NULL, xmpp_test_result_cb,
                                  &result);
      for (guint i = 0; i < turns && !result.done; i++)
        g_main_context_iteration (NULL, TRUE);
      xmpp_test_host_free (host);
      xmpp_connection_open_finish (XMPP_CONNECTION (alice),
                                   xmpp_test_result_wait (&result), &error);
      xmpp_connection_abort (XMPP_CONNECTION (alice));
    }
}

static const struct
{
  const char *asked, *shown; /* SNI, and the certificate's name */
} names[] = {
  { "p.test", "good" },
  { "localhost", "localhost" },
  { "LOCALHOST", "localhost" },
  { "unknown.test", "good" },
  { NULL, "good" },
};

/* Whose certificate is shown over direct TLS */
static void
test_names (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (host->direct_port);
      g_autoptr (GTlsCertificate) certificate = tls_test_certificate (names[i].shown);

      xmpp_test_raw_start_tls (raw, names[i].asked);
      g_assert_true (
          g_tls_certificate_is_same (certificate, g_tls_connection_get_peer_certificate (
                                                      xmpp_test_raw_get_tls (raw))));
      xmpp_test_raw_send_header (raw, "p.test");
      xmpp_test_raw_expect (raw, "</stream:features>");
    }
}

/* XEP-0478: what is told is what is enforced. */
static void
test_limits_told (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) raw = NULL;

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  g_object_set (xmpp_server_get_limits (host->server), "element-bytes-before-auth", 11111,
                "element-bytes", 22222, NULL);
  raw = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send_header (raw, "p.test");
  xmpp_test_raw_expect (raw, "<max-bytes>11111</max-bytes>");
  xmpp_test_raw_send_auth (raw, "alice", "secret");
  xmpp_test_raw_expect (raw, "<success");
  xmpp_test_raw_send_header (raw, "p.test");
  xmpp_test_raw_expect (raw, "<max-bytes>22222</max-bytes>");
}

/* The server says how it was, too. */
static void
test_report (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) alice = xmpp_test_host_login (host, "alice@p.test/a", 0);
  XmppConnection *connection =
      xmpp_server_find_connection (host->server,
                                   xmpp_connection_get_jid (XMPP_CONNECTION (alice)));
  g_autofree char *text = xmpp_report_to_string (xmpp_connection_get_report (connection));
  static const char *const steps[] = { "stream", "starttls", "tls", "sasl", "bind" };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_assert_nonnull (strstr (text, steps[i]));
  g_assert_null (strstr (text, "secret"));
  xmpp_connection_abort (XMPP_CONNECTION (alice));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autofree char *path = g_strconcat ("/server/login/", logins[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_login);
    }
  g_test_add_func ("/server/message", test_message);
  g_test_add_func ("/server/stop", test_stop);
  g_test_add_func ("/server/stop-cancelled", test_stop_cancelled);
  g_test_add_func ("/server/stop-idle", test_stop_idle);
  g_test_add_func ("/server/dropped", test_dropped);
  g_test_add_func ("/server/names", test_names);
  g_test_add_func ("/server/limits-told", test_limits_told);
  g_test_add_func ("/server/report", test_report);
  return g_test_run ();
}
