/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-client.h"

#include "tls-peer.h"

#include <string.h>

/* T1, T4, T5, T7 of the catalogue of attacks, each over direct TLS and over STARTTLS: no
 * certificate but a good one for the domain of the JID gets a byte of the stream. */

static const struct
{
  const char *attack;
  const char *certificate;
  const char *says;
} rows[] = {
  { "T1", "self-signed", "(unknown-ca)" },
  { "T1", "unknown-ca", "(unknown-ca)" },
  { "T1", "expired", "(expired)" },
  { "T1", "not-yet", "(not-activated)" },
  { "T1", "other-domain", "(bad-identity)" },
  { "T1", "ca-leaf", "(generic-error)" },
  { "T1", "client-only", "(generic-error)" },
  { "T1", "rsa-1024", "(insecure)" },
  { "T4", "names-nul", "(bad-identity)" },
  { "T4", "names-xmpp-nul", "(bad-identity)" },
  { "T4", "names-xmpp-bmp", "(bad-identity)" },
  { "T4", "names-xmpp-ia5", "(bad-identity)" },
  { "T4", "names-xmpp-sequence", "(bad-identity)" },
  { "T4", "names-srv-utf8", "(bad-identity)" },
  { "T4", "names-101", "(bad-identity)" },
  { "T4", "names-2000", "but more than 100 others" },
  { "T5", "common-name", "(bad-identity)" },
  { "T5", "common-name-other", "(bad-identity)" },
  { "T5", "unit-name", "(bad-identity)" },
  { "T7", "signed-by-leaf", "(unknown-ca)" },
  { "T7", "circular", "circular" },
  { "T7", "long-chain", "longer than 10" },
};

static const XmppTlsMode modes[] = { XMPP_TLS_MODE_DIRECT, XMPP_TLS_MODE_STARTTLS };

static XmppClient *
new_client (TlsPeer *peer, XmppTlsMode mode)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");
  g_autoptr (GError) error = NULL;
  XmppClient *client = xmpp_client_new ("alice@p.test", credential, &error);

  g_assert_no_error (error);
  g_object_set (client, "server-host", "127.0.0.1", "server-port", (guint) peer->port,
                "tls-mode", mode, "tls-database", database, NULL);
  /* Under a sanitizer, thousands of names take their time. */
  g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (client)), "tls-seconds", 100,
                NULL);
  return client;
}

static TlsPeer *
new_peer (XmppTlsMode mode, const char *certificate)
{
  return tls_peer_new (mode == XMPP_TLS_MODE_DIRECT ? TLS_PEER_TALKS_TLS
                                                    : TLS_PEER_STARTTLS,
                       certificate);
}

static void
refuse (guint row, XmppTlsMode mode)
{
  g_autoptr (TlsPeer) peer = new_peer (mode, rows[row].certificate);
  g_autoptr (XmppClient) client = new_client (peer, mode);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, tls_test_store_result,
                              &result);
  tls_test_wait (&result);
  g_assert_false (xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, rows[row].says));
  g_assert_null (strstr (error->message, "secret"));
  g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (client)), ==,
                   XMPP_CONNECTION_STATE_CLOSED);

  tls_peer_wait_ended (peer, 1);
  g_assert_cmpuint (peer->accepted, ==, 1);
  g_assert_cmpuint (peer->handshakes, ==, 0);
  g_assert_cmpuint (peer->received, ==, 0);
  g_assert_null (strstr (peer->clear->str, "alice"));
}

static void
test_refused (gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    refuse (GPOINTER_TO_UINT (data), modes[i]);
}

/* What makes the others worth something: with a good certificate the stream begins. */
static void
test_accepted (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (TlsPeer) peer = new_peer (modes[i], "good");
      g_autoptr (XmppClient) client = new_client (peer, modes[i]);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable,
                                  tls_test_store_result, &result);
      while (peer->received == 0 && result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_cancellable_cancel (cancellable);
      tls_test_wait (&result);
      g_assert_false (
          xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (peer->received, >, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/attacks/%s/%s", rows[i].attack, rows[i].certificate);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_refused);
    }
  g_test_add_func ("/attacks/T1/good", test_accepted);

  return g_test_run ();
}
