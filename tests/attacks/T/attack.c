/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack.h"

#include <string.h>

const XmppTlsMode attack_modes[ATTACK_MODES] = { XMPP_TLS_MODE_DIRECT,
                                                 XMPP_TLS_MODE_STARTTLS };

gboolean
attack_is_slow (void)
{
  return g_getenv ("XMPP_TEST_SLOW") != NULL;
}

TlsPeer *
attack_peer_new (XmppTlsMode mode, const char *certificate)
{
  return tls_peer_new (mode == XMPP_TLS_MODE_DIRECT ? TLS_PEER_TALKS_TLS
                                                    : TLS_PEER_STARTTLS,
                       certificate);
}

XmppClient *
attack_client_new_for (const char *jid, guint16 port, XmppTlsMode mode)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");
  g_autoptr (GError) error = NULL;
  XmppClient *client = xmpp_client_new (jid, credential, &error);

  g_assert_no_error (error);
  g_object_set (client, "server-host", "127.0.0.1", "server-port", (guint) port,
                "tls-mode", mode, "tls-database", database, NULL);
  /* Under a sanitizer, thousands of names take their time. */
  g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (client)), "tls-seconds", 100,
                NULL);
  return client;
}

XmppClient *
attack_client_new (guint16 port, XmppTlsMode mode)
{
  return attack_client_new_for ("alice@p.test", port, mode);
}

GError *
attack_open (XmppClient *client)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, tls_test_store_result,
                              &result);
  tls_test_wait (&result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error);
  return error;
}

void
attack_assert_refused (XmppClient *client, TlsPeer *peer, const char *says)
{
  g_autoptr (GError) error = attack_open (client);

  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_test_message ("%s", error->message);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” is not in “%s”", says, error->message);
  g_assert_null (strstr (error->message, "secret"));
  g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (client)), ==,
                   XMPP_CONNECTION_STATE_CLOSED);

  tls_peer_wait_ended (peer, 1);
  g_assert_cmpuint (peer->accepted, ==, 1);
  g_assert_cmpuint (peer->handshakes, ==, 0);
  g_assert_cmpuint (peer->received, ==, 0);
  g_assert_null (strstr (peer->clear->str, "alice"));
}

void
attack_assert_begins (XmppClient *client, TlsPeer *peer)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable,
                              tls_test_store_result, &result);
  while (peer->received == 0 && result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  tls_test_wait (&result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (peer->received, >, 0);
}

void
attack_add (const char *path, GTestDataFunc test)
{
  /* One will do to find what is lost or freed twice. */
  for (guint i = attack_is_slow () ? 1 : 0; i < ATTACK_MODES; i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path,
                                               attack_modes[i] == XMPP_TLS_MODE_DIRECT
                                                   ? "direct-tls"
                                                   : "starttls");

      g_test_add_data_func (full, &attack_modes[i], test);
    }
}

XmppTlsMode
attack_mode (gconstpointer data)
{
  return *(const XmppTlsMode *) data;
}
