/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-database.h"
#include "tls/xmpp-tls-handshake.h"

#include "tls-peer.h"

#include <string.h>

/* Two authorities that have issued each other. GIO follows them for ever, in the thread of
 * the main loop, where no deadline helps, and before anybody is authenticated. */

static void
assert_says_circular (const GError *error)
{
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, "(generic-error)"));
  g_assert_nonnull (strstr (error->message, "circular"));
}

static gboolean
tick_cb (gpointer ticks)
{
  (*(guint *) ticks)++;
  return G_SOURCE_CONTINUE;
}

static void
test_initiating (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "circular");
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GError) error = NULL;
  guint ticks = 0;
  guint source = g_timeout_add (1, tick_cb, &ticks);

  g_assert_null (tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error));
  assert_says_circular (error);
  g_assert_true (g_io_stream_is_closed (G_IO_STREAM (base)));
  tls_peer_wait_ended (peer, 1);
  g_assert_cmpuint (peer->received, ==, 0);
  g_assert_cmpuint (ticks, >, 0);
  g_source_remove (source);
}

static void
test_receiving (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) verdict = NULL;

  parameters->certificate = tls_test_certificate ("circular");
  connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
  g_assert_no_error (error);
  while (peer->tls == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (xmpp_tls_database_judge (XMPP_TLS_DATABASE (
                                               g_tls_connection_get_database (peer->tls)),
                                           peer->tls, &verdict));
  assert_says_circular (verdict);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tls-circle/initiating", test_initiating);
  g_test_add_func ("/tls-circle/receiving", test_receiving);

  return g_test_run ();
}
