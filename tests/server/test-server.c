/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

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
  return g_test_run ();
}
