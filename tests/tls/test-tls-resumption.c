/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-channel-binding.h"
#include "tls/xmpp-tls-handshake.h"
#include "tls/xmpp-tls-pins.h"

#include "tls-peer.h"

/* GIO resumes a TLS 1.3 session without asking what the certificate is worth now, but never
 * in a program that has called g_test_init(): this one prints its lines itself. */

typedef struct
{
  const char *service;
  const char *database;
  const char *pinned;
  gboolean accepted;    /* by a person */
  gboolean certificate; /* that the client could show */
} Visit;

static const struct
{
  const char *name;
  Visit first;
  Visit second;
  gboolean good;
} rows[] = {
  { "same identity and trust",
    { "xmpp-client", "ca" },
    { "xmpp-client", "both-ca" },
    TRUE },
  { "other identity", { "xmpp-client", "ca" }, { "xmpp-server", "ca" }, FALSE },
  { "other trust", { "xmpp-client", "ca" }, { "xmpp-client", "other-ca" }, FALSE },
  { "same pin",
    { "xmpp-client", "ca", "good" },
    { "xmpp-client", "ca", "names-srv-client" },
    TRUE },
  { "other pin",
    { "xmpp-client", "ca", "good" },
    { "xmpp-client", "ca", "good-rsa" },
    FALSE },
  { "new pin", { "xmpp-client", "ca" }, { "xmpp-client", "ca", "good-rsa" }, FALSE },
  { "accepted, then not",
    { "xmpp-server", "ca", NULL, TRUE },
    { "xmpp-server", "ca" },
    FALSE },
  { "accepted twice",
    { "xmpp-server", "ca", NULL, TRUE },
    { "xmpp-server", "ca", NULL, TRUE },
    TRUE },
  /* Whether it was sent must be known, and is not on a resumed session. */
  { "client certificate",
    { "xmpp-client", "ca", .certificate = TRUE },
    { "xmpp-client", "ca", .certificate = TRUE },
    TRUE },
};

static GTlsConnection *
handshake (GSocketConnection *base, const Visit *visit, GError **error)
{
  g_autoptr (XmppTlsParameters)
      parameters = xmpp_tls_parameters_new ("p.test", visit->service);

  parameters->database = tls_test_database (visit->database);
  if (visit->accepted)
    parameters->accepted = tls_test_certificate ("names-srv-client");
  if (visit->certificate)
    parameters->certificate = tls_test_certificate ("client");
  if (visit->pinned != NULL)
    {
      g_autoptr (GTlsCertificate) certificate = tls_test_certificate (visit->pinned);
      g_auto (gnutls_x509_crt_t) imported = xmpp_certificate_import (certificate);
      g_autofree char *pin = xmpp_tls_pins_describe (imported);
      const char *pins[] = { pin, NULL };

      parameters->pins = xmpp_tls_pins_parse (pins, NULL);
    }
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

static GBytes *
find_binding (GVariant *bindings, const char *wanted)
{
  GVariantIter iter;
  const char *type;
  GVariant *data;
  GBytes *found = NULL;

  g_variant_iter_init (&iter, bindings);
  while (g_variant_iter_next (&iter, "(&s@ay)", &type, &data))
    {
      if (g_str_equal (type, wanted))
        found = g_variant_get_data_as_bytes (data);
      g_variant_unref (data);
    }
  return found;
}

/* T10: the exporter is of this connection, the end point the same server's, and tls-unique of
 * a resumed session is worth nothing (RFC 7627 §5.1). */
static void
check_bindings (GVariant *before, GTlsConnection *connection)
{
  g_autoptr (GVariant) after = xmpp_channel_binding_collect (connection);
  g_autoptr (GBytes) exporter = find_binding (before, "tls-exporter");
  g_autoptr (GBytes) new_exporter = find_binding (after, "tls-exporter");
  g_autoptr (GBytes) end_point = find_binding (before, "tls-server-end-point");
  g_autoptr (GBytes) new_end_point = find_binding (after, "tls-server-end-point");

  g_assert_nonnull (exporter);
  g_assert_nonnull (new_exporter);
  g_assert_false (g_bytes_equal (exporter, new_exporter));
  g_assert_nonnull (end_point);
  if (new_end_point != NULL)
    g_assert_true (g_bytes_equal (end_point, new_end_point));
  g_assert_null (find_binding (after, "tls-unique"));
}

static void
run (guint row, OpensslPeer *peer)
{
  g_autoptr (GSocketConnection) first_base = openssl_peer_connect (peer);
  g_autoptr (GSocketConnection) second_base = NULL;
  g_autoptr (GTlsConnection) first = NULL;
  g_autoptr (GTlsConnection) second = NULL;
  g_autoptr (GVariant) first_bindings = NULL;
  g_autoptr (GError) error = NULL;

  first = handshake (first_base, &rows[row].first, &error);
  g_assert_no_error (error);
  read_tickets (peer, first);
  g_assert_false (was_resumed (peer));
  first_bindings = xmpp_channel_binding_collect (first);
  g_io_stream_close (G_IO_STREAM (first), NULL, NULL);

  second_base = openssl_peer_connect (peer);
  second = handshake (second_base, &rows[row].second, &error);
  g_assert_cmpint (was_resumed (peer), ==, !rows[row].second.certificate);
  if (rows[row].good)
    {
      g_assert_no_error (error);
      check_bindings (first_bindings, second);
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
