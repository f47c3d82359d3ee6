/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-host.h"

#include "tls-peer.h"
#include "xmpp-test-mechanisms.h"

static void
opened_cb (XmppServer *server, XmppConnection *connection, XmppTestHost *host)
{
  g_assert_cmpint (xmpp_connection_get_state (connection), ==,
                   XMPP_CONNECTION_STATE_OPEN);
  g_assert_nonnull (xmpp_connection_get_jid (connection));
  host->opened++;
}

static void
closed_cb (XmppServer *server,
           XmppConnection *connection,
           const GError *error,
           XmppTestHost *host)
{
  g_assert_cmpint (xmpp_connection_get_state (connection), ==,
                   XMPP_CONNECTION_STATE_CLOSED);
  g_clear_error (&host->closed_error);
  host->closed_error = error != NULL ? g_error_copy (error) : NULL;
  host->closed++;
}

static void
refused_cb (XmppServer *server,
            GSocketAddress *address,
            const GError *error,
            XmppTestHost *host)
{
  g_assert_true (G_IS_INET_SOCKET_ADDRESS (address));
  g_test_message ("refused: %s", error->message);
  g_clear_error (&host->refused_error);
  host->refused_error = g_error_copy (error);
  host->refused++;
}

static void
add_domain (XmppTestHost *host, const char *domain, const char *certificate_name)
{
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate (certificate_name);
  g_autoptr (GError) error = NULL;

  xmpp_server_add_domain (host->server, domain, certificate,
                          XMPP_AUTHENTICATOR (host->users), &error);
  g_assert_no_error (error);
}

static guint
listen_at (XmppTestHost *host, XmppListenKind kind, const char *address)
{
  g_autoptr (GError) error = NULL;
  guint port = xmpp_server_listen (host->server, kind, address, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (port, >, 0);
  return port;
}

XmppTestHost *
xmpp_test_host_new (void)
{
  XmppTestHost *host = g_new0 (XmppTestHost, 1);

  host->server = xmpp_server_new ();
  host->users = xmpp_test_authenticator_new ();
  host->registry = xmpp_sasl_registry_new ();
  host->trust = tls_test_database ("ca");
  xmpp_test_register_mechanisms (host->registry);
  xmpp_test_authenticator_set (host->users, "alice", "password", "secret");
  xmpp_test_authenticator_set (host->users, "bob", "password", "secret");
  xmpp_test_authenticator_set (host->users, "carol", "password", "secret");

  g_object_set (host->server, "registry", host->registry, "tls-database", host->trust,
                NULL);
  g_object_set (xmpp_server_get_limits (host->server), "address-connections", 0,
                "address-connections-before-auth", 0, "address-connections-new", 0,
                "address-failures", 0, "close-seconds", 1, "failure-seconds", 0, NULL);
  add_domain (host, "p.test", "good");
  add_domain (host, "localhost", "localhost");
  host->port = listen_at (host, XMPP_LISTEN_CLIENTS, "127.0.0.1");
  host->port6 = listen_at (host, XMPP_LISTEN_CLIENTS, "::1");
  host->direct_port = listen_at (host, XMPP_LISTEN_CLIENTS_DIRECT_TLS, "127.0.0.1");

  g_signal_connect (host->server, "opened", G_CALLBACK (opened_cb), host);
  g_signal_connect (host->server, "closed", G_CALLBACK (closed_cb), host);
  g_signal_connect (host->server, "refused", G_CALLBACK (refused_cb), host);
  return host;
}

void
xmpp_test_host_free (XmppTestHost *host)
{
  g_signal_handlers_disconnect_by_data (host->server, host);
  xmpp_test_assert_last_unref (&host->server);
  g_object_unref (host->users);
  g_object_unref (host->registry);
  g_object_unref (host->trust);
  g_clear_error (&host->closed_error);
  g_clear_error (&host->refused_error);
  g_free (host);
}

void
xmpp_test_host_stop (XmppTestHost *host)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_server_stop_async (host->server, NULL, xmpp_test_result_cb, &result);
  xmpp_server_stop_finish (host->server, xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
}

/* ---- Waiting ---- */

typedef struct
{
  const guint *counter;
  guint count;
} Wait;

static gboolean
has_counted (gpointer user_data)
{
  Wait *wait = user_data;

  return *wait->counter >= wait->count;
}

static void
wait_for (const guint *counter, guint count, const char *what)
{
  Wait wait = { counter, count };

  xmpp_test_run_until_true (has_counted, &wait, what);
}

void
xmpp_test_host_wait_opened (XmppTestHost *host, guint count)
{
  wait_for (&host->opened, count, "the server to open a connection");
}

void
xmpp_test_host_wait_closed (XmppTestHost *host, guint count)
{
  wait_for (&host->closed, count, "the server to close a connection");
}

void
xmpp_test_host_wait_refused (XmppTestHost *host, guint count)
{
  wait_for (&host->refused, count, "the server to refuse a connection");
}

/* ---- Clients ---- */

XmppClient *
xmpp_test_host_new_client (XmppTestHost *host, const char *jid)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (GError) error = NULL;
  XmppClient *client = xmpp_client_new (jid, credential, &error);

  g_assert_no_error (error);
  xmpp_client_set_registry (client, host->registry);
  xmpp_client_set_tls_database (client, host->trust);
  xmpp_client_set_server_host (client, "127.0.0.1");
  xmpp_client_set_server_port (client, host->port);
  xmpp_client_set_tls_mode (client, XMPP_TLS_MODE_STARTTLS);
  xmpp_client_set_initial_presence (client, NULL);
  return client;
}

GError *
xmpp_test_host_open (XmppClient *client)
{
  g_auto (XmppTestResult) result = { 0 };
  GError *error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, xmpp_test_result_cb,
                              &result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&result),
                               &error);
  return error;
}

GError *
xmpp_test_host_close (XmppClient *client)
{
  g_auto (XmppTestResult) result = { 0 };
  GError *error = NULL;

  xmpp_connection_close_async (XMPP_CONNECTION (client), NULL, NULL, xmpp_test_result_cb,
                               &result);
  xmpp_connection_close_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&result),
                                &error);
  return error;
}

XmppClient *
xmpp_test_host_login (XmppTestHost *host, const char *jid, int priority)
{
  XmppClient *client = xmpp_test_host_new_client (host, jid);
  g_autoptr (GError) error = xmpp_test_host_open (client);
  g_autofree char *presence = NULL;
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (XmppElement) payload = xmpp_element_new ("ping", "urn:xmpp:ping");
  g_autoptr (XmppStanza) ping = NULL;
  g_autoptr (XmppStanza) reply = NULL;

  g_assert_no_error (error);
  presence = g_strdup_printf ("<presence><priority>%d</priority></presence>", priority);
  xmpp_test_host_send (client, presence);

  /* It has been heard when what came after it is answered. */
  ping = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, NULL, payload);
  xmpp_connection_request_async (XMPP_CONNECTION (client), ping, NULL,
                                 xmpp_test_result_cb, &result);
  reply = xmpp_connection_request_finish (XMPP_CONNECTION (client),
                                          xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
  return client;
}

void
xmpp_test_host_send (gpointer connection, const char *xml)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement) element = xmpp_element_new_from_string (xml, &error);
  g_autoptr (XmppStanza) stanza = NULL;

  g_assert_no_error (error);
  stanza = xmpp_stanza_new_from_element (element, &error);
  g_assert_no_error (error);
  xmpp_connection_send (connection, stanza, &error);
  g_assert_no_error (error);
}

/* ---- What a client gets ---- */

static gboolean
stanza_cb (XmppConnection *connection, XmppStanza *stanza, XmppTestInbox *inbox)
{
  g_clear_pointer (&inbox->last, xmpp_stanza_unref);
  inbox->last = xmpp_stanza_ref (stanza);
  inbox->count++;
  return TRUE;
}

void
xmpp_test_inbox_watch (XmppTestInbox *inbox, gpointer connection)
{
  g_signal_connect (connection, "message", G_CALLBACK (stanza_cb), inbox);
  g_signal_connect (connection, "presence", G_CALLBACK (stanza_cb), inbox);
}

void
xmpp_test_inbox_wait (XmppTestInbox *inbox, guint count)
{
  wait_for (&inbox->count, count, "a stanza");
  g_assert_cmpuint (inbox->count, ==, count);
}

void
xmpp_test_inbox_clear (XmppTestInbox *inbox)
{
  g_clear_pointer (&inbox->last, xmpp_stanza_unref);
}
