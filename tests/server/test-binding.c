/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-host.h"
#include "xmpp-test-raw.h"

static const char *
get_resource (XmppClient *client)
{
  return xmpp_jid_get_resource (xmpp_connection_get_jid (XMPP_CONNECTION (client)));
}

static void
test_server_made (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) one = xmpp_test_host_login (host, "alice@p.test", 0);
  g_autoptr (XmppClient) two = xmpp_test_host_login (host, "alice@p.test", 0);

  /* 130 bits */
  g_assert_cmpuint (strlen (get_resource (one)), ==, 26);
  g_assert_cmpuint (strlen (get_resource (two)), ==, 26);
  g_assert_cmpstr (get_resource (one), !=, get_resource (two));
  xmpp_connection_abort (XMPP_CONNECTION (one));
  xmpp_connection_abort (XMPP_CONNECTION (two));
}

static char *
choose_cb (XmppServer *server,
           XmppConnection *connection,
           const char *wanted,
           const char *expected)
{
  g_assert_cmpstr (wanted, ==, expected);
  return g_strdup ("desk-2");
}

static char *
leave_it_cb (XmppServer *server,
             XmppConnection *connection,
             const char *wanted,
             gpointer user_data)
{
  return NULL;
}

/* RFC 6120 §7.7.2.1: the server has the last word; who is asked first and says nothing leaves it
 * to the next. */
static void
test_altered (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) client = NULL;
  g_autoptr (XmppJid) altered = xmpp_jid_new ("alice@p.test/desk-2", NULL);

  g_signal_connect (host->server, "choose-resource", G_CALLBACK (leave_it_cb), NULL);
  g_signal_connect (host->server, "choose-resource", G_CALLBACK (choose_cb), "desk");
  client = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  g_assert_cmpstr (get_resource (client), ==, "desk-2");
  g_assert_nonnull (xmpp_server_find_connection (host->server, altered));
  xmpp_connection_abort (XMPP_CONNECTION (client));
}

static void
closed_cb (XmppConnection *connection, const GError *error, GError **copy)
{
  g_assert_null (*copy);
  *copy = g_error_copy (error);
}

static void
test_replace (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) old = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  g_autoptr (XmppClient) new = NULL;
  g_auto (XmppTestInbox) inbox = { 0 };
  g_autoptr (GError) error = NULL;

  g_signal_connect (old, "closed", G_CALLBACK (closed_cb), &error);
  new = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  xmpp_test_host_wait_closed (host, 1);
  g_assert_error (host->closed_error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);
  xmpp_test_run_pending ();
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);

  xmpp_test_inbox_watch (&inbox, new);
  xmpp_test_host_send (new, "<message to='alice@p.test/desk'><body>me</body></message>");
  xmpp_test_inbox_wait (&inbox, 1);
  xmpp_connection_abort (XMPP_CONNECTION (new));
}

static void
test_refuse (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) old = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  g_autoptr (XmppClient) new = xmpp_test_host_new_client (host, "alice@p.test/desk");
  g_autoptr (GError) error = NULL;

  g_object_set (host->server, "conflict", XMPP_RESOURCE_CONFLICT_REFUSE, NULL);
  error = xmpp_test_host_open (new);
  g_assert_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_CONFLICT);
  g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (old)), ==,
                   XMPP_CONNECTION_STATE_OPEN);
  xmpp_connection_abort (XMPP_CONNECTION (old));
}

static void
test_alter (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) old = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  g_autoptr (XmppClient) new = NULL;

  g_object_set (host->server, "conflict", XMPP_RESOURCE_CONFLICT_ALTER, NULL);
  new = xmpp_test_host_login (host, "alice@p.test/desk", 0);
  g_assert_cmpstr (get_resource (old), ==, "desk");
  g_assert_cmpuint (strlen (get_resource (new)), ==, 26);
  xmpp_connection_abort (XMPP_CONNECTION (old));
  xmpp_connection_abort (XMPP_CONNECTION (new));
}

static void
test_session (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) raw = NULL;

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  raw = xmpp_test_raw_new (host->port);
  xmpp_test_raw_login (raw, "alice", "old");
  xmpp_test_raw_send (raw, "<iq type='set' id='s'><session "
                           "xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>");
  xmpp_test_raw_expect (raw, "type='result'");
}

static void
test_anonymous (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new_anonymous ();
  g_autoptr (XmppClient) client = xmpp_test_host_new_client (host, "p.test");
  g_autoptr (GError) error = NULL;

  xmpp_client_set_credential (client, credential);
  error = xmpp_test_host_open (client);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
  g_clear_error (&error);

  g_object_set (host->server, "allow-anonymous", TRUE, NULL);
  error = xmpp_test_host_open (client);
  g_assert_no_error (error);
  g_assert_nonnull (
      xmpp_jid_get_local (xmpp_connection_get_jid (XMPP_CONNECTION (client))));
  xmpp_connection_abort (XMPP_CONNECTION (client));
}

/* Nobody has an account there. */
static void
test_strangers_only (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) raw = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_server_add_domain (host->server, "guests.test", NULL, NULL, &error);
  g_assert_no_error (error);
  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  raw = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send_header (raw, "guests.test");
  xmpp_test_raw_expect (raw, "<stream:features><mechanisms "
                             "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                             "<mechanism>ANONYMOUS</mechanism></mechanisms>");
}

static void
test_domains (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) raw = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (xmpp_server_add_domain (host->server, "P.TEST", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (xmpp_server_add_domain (host->server, "a@b", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_false (xmpp_server_set_component_secret (host->server, "p.test", "x", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);

  g_assert_true (xmpp_server_remove_domain (host->server, "p.test"));
  g_assert_false (xmpp_server_remove_domain (host->server, "p.test"));
  raw = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send_header (raw, "p.test");
  xmpp_test_raw_expect (raw, "<host-unknown");
  xmpp_test_raw_expect_end (raw);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/binding/server-made", test_server_made);
  g_test_add_func ("/binding/altered", test_altered);
  g_test_add_func ("/binding/replace", test_replace);
  g_test_add_func ("/binding/refuse", test_refuse);
  g_test_add_func ("/binding/alter", test_alter);
  g_test_add_func ("/binding/session", test_session);
  g_test_add_func ("/binding/anonymous", test_anonymous);
  g_test_add_func ("/binding/strangers-only", test_strangers_only);
  g_test_add_func ("/binding/domains", test_domains);
  return g_test_run ();
}
