/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-handshake.h"

#include "tls-peer.h"

/* GIO resumes a TLS 1.3 session without asking what the certificate is worth now, but never
 * in a program that has called g_test_init(): this one prints its lines itself. */

static const struct
{
  const char *name;
  const char *service;  /* the first handshake is for xmpp-client */
  const char *database; /* … and trusts "ca" */
  gboolean good;
} rows[] = {
  { "same identity and trust", "xmpp-client", "both-ca", TRUE },
  { "other identity", "xmpp-server", "ca", FALSE },
  { "other trust", "xmpp-client", "other-ca", FALSE },
};

static GTlsConnection *
handshake (GSocketConnection *base,
           const char *service,
           const char *database,
           GError **error)
{
  g_autoptr (XmppTlsParameters) parameters = xmpp_tls_parameters_new ("p.test", service);

  parameters->database = tls_test_database (database);
  return tls_test_handshake (G_IO_STREAM (base), parameters, NULL, error);
}

/* The tickets come before the data. */
static void
read_tickets (OpensslPeer *peer, GTlsConnection *connection)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GError) error = NULL;
  char buffer[16];

  openssl_peer_say (peer, "hello\n");
  g_assert_cmpint (g_input_stream_read (input, buffer, sizeof buffer, NULL, &error), ==,
                   6);
  g_assert_no_error (error);
}

static gboolean
was_resumed (OpensslPeer *peer)
{
  return openssl_peer_expect (peer, "Reused", "Secure Renegotiation");
}

static void
run (guint row, OpensslPeer *peer)
{
  g_autoptr (GSocketConnection) first_base = openssl_peer_connect (peer);
  g_autoptr (GSocketConnection) second_base = NULL;
  g_autoptr (GTlsConnection) first = NULL;
  g_autoptr (GTlsConnection) second = NULL;
  g_autoptr (GError) error = NULL;

  first = handshake (first_base, "xmpp-client", "ca", &error);
  g_assert_no_error (error);
  read_tickets (peer, first);
  g_assert_false (was_resumed (peer));
  g_io_stream_close (G_IO_STREAM (first), NULL, NULL);

  second_base = openssl_peer_connect (peer);
  second = handshake (second_base, rows[row].service, rows[row].database, &error);
  g_assert_true (was_resumed (peer));
  if (rows[row].good)
    {
      g_assert_no_error (error);
      g_io_stream_close (G_IO_STREAM (second), NULL, NULL);
    }
  else
    {
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
      g_assert_null (second);
      g_assert_true (g_io_stream_is_closed (G_IO_STREAM (second_base)));
    }
}

int
main (void)
{
  g_autofree char *certificate =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "names-srv-client.pem", NULL);
  const char *const arguments[] = { "-cert", certificate, "-tls1_3", NULL };

  g_print ("1..%u\n", (guint) G_N_ELEMENTS (rows));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (OpensslPeer) peer = openssl_peer_new (arguments);

      if (peer != NULL)
        run (i, peer);
      g_print ("ok %u %s%s\n", i + 1, rows[i].name,
               peer == NULL ? " # SKIP openssl is not installed" : "");
    }
  return 0;
}
