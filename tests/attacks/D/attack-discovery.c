/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack-discovery.h"

#include "xmpp-test-loop.h"

XmppClient *
attack_client_new (const char *jid)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, PASSWORD);
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");
  g_autoptr (GError) error = NULL;
  XmppClient *client = xmpp_client_new (jid, credential, &error);

  g_assert_no_error (error);
  xmpp_client_set_tls_database (client, database);
  return client;
}

GError *
attack_open (XmppClient *client)
{
  g_auto (XmppTestResult) result = { 0 };
  GError *error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, xmpp_test_result_cb,
                              &result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&result),
                               &error);
  if (error != NULL)
    {
      g_test_message ("%s", error->message);
      g_assert_null (strstr (error->message, PASSWORD));
    }
  g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (client)), ==,
                   error != NULL ? XMPP_CONNECTION_STATE_CLOSED
                                 : XMPP_CONNECTION_STATE_OPEN);
  return error;
}

static gboolean
has_received (gpointer user_data)
{
  return ((TlsPeer *) user_data)->received > 0;
}

void
attack_open_until_received (XmppClient *client, TlsPeer *peer)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable, xmpp_test_result_cb,
                              &result);
  xmpp_test_run_until_true (has_received, peer, "the stream inside TLS");
  g_cancellable_cancel (cancellable);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&result),
                               &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

char *
attack_get_report (XmppClient *client)
{
  return xmpp_report_to_string (xmpp_connection_get_report (XMPP_CONNECTION (client)));
}

const char *
attack_get_failed_step (XmppClient *client)
{
  return xmpp_report_get_failed_step (
      xmpp_connection_get_report (XMPP_CONNECTION (client)));
}

void
attack_add_srv (XmppTestResolver *resolver,
                const char *name,
                guint priority,
                guint16 port,
                const char *host)
{
  g_autofree char *record = g_strdup_printf ("%u 0 %u %s", priority, port, host);

  xmpp_test_resolver_add_srv (resolver, name, record);
}

guint16
attack_dead_port (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);

  return peer->port;
}
