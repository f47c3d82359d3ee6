/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-channel-binding.h"

#include "tls/xmpp-tls-handshake.h"

#include "tls-peer.h"

#include <string.h>

/* T10 of the catalogue of attacks: data that both ends agree on, and never tls-unique where it
 * is not defined. Resumed sessions are in test-tls-resumption.c.
 *
 * Run with G_TLS_GNUTLS_PRIORITY set; the arguments are the version that comes out of it,
 * and the name of the setting. */
static const char *version;
static const char *setting;

static const struct
{
  const char *setting;
  const char *types[4];
} expected[] = {
  { "tls13", { "tls-exporter", "tls-server-end-point" } },
  /* GIO's own default for 1.2: no extended master secret, so no exporter */
  { "tls12", { "tls-server-end-point", "tls-unique" } },
  { "tls12-extended", { "tls-exporter", "tls-server-end-point", "tls-unique" } },
};

static const char *const *
expected_types (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    if (g_str_equal (setting, expected[i].setting))
      return expected[i].types;
  g_assert_not_reached ();
}

static void
test_both_ends (gconstpointer certificate)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, certificate);
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GVariant) ours = NULL;
  g_autoptr (GVariant) theirs = NULL;
  g_autoptr (GError) error = NULL;
  const char *const *types = expected_types ();
  guint count = 0;

  connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
  g_assert_no_error (error);
  while (peer->tls == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (xmpp_tls_describe_version (connection), ==, version);

  ours = xmpp_channel_binding_collect (connection);
  theirs = xmpp_channel_binding_collect (peer->tls);
  g_assert_cmpvariant (ours, theirs);
  g_assert_cmpstr (g_variant_get_type_string (ours), ==, "a(say)");

  for (; types[count] != NULL; count++)
    {
      const char *type;
      g_autoptr (GVariant) data = NULL;

      g_assert_cmpuint (count, <, g_variant_n_children (ours));
      g_variant_get_child (ours, count, "(&s@ay)", &type, &data);
      g_assert_cmpstr (type, ==, types[count]);
      g_assert_cmpuint (g_variant_get_size (data), >=, 12);
    }
  g_assert_cmpuint (g_variant_n_children (ours), ==, count);
}

/* RFC 5929 §4.1: the hash of the certificate, SHA-256 for one that is signed with it */
static void
test_end_point (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GVariant) bindings = NULL;
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GError) error = NULL;
  GVariantIter iter;
  const char *type;
  GVariant *data;
  guint8 digest[32];
  gsize length = sizeof digest;
  gboolean found = FALSE;

  connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
  g_assert_no_error (error);
  g_object_get (peer->parameters->certificate, "certificate", &der, NULL);
  g_checksum_update (checksum, der->data, der->len);
  g_checksum_get_digest (checksum, digest, &length);

  bindings = xmpp_channel_binding_collect (connection);
  g_variant_iter_init (&iter, bindings);
  while (g_variant_iter_next (&iter, "(&s@ay)", &type, &data))
    {
      if (g_str_equal (type, "tls-server-end-point"))
        {
          g_assert_cmpmem (g_variant_get_data (data), g_variant_get_size (data), digest,
                           length);
          found = TRUE;
        }
      g_variant_unref (data);
    }
  g_assert_true (found);
}

static void
test_before_handshake (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GIOStream)
      connection = g_tls_client_connection_new (G_IO_STREAM (base), NULL, NULL);
  g_autoptr (GVariant)
      bindings = xmpp_channel_binding_collect (G_TLS_CONNECTION (connection));

  g_assert_cmpuint (g_variant_n_children (bindings), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  version = argv[1];
  setting = argv[2];

  g_test_add_data_func ("/attacks/T10/both-ends/ecdsa", "good", test_both_ends);
  g_test_add_data_func ("/attacks/T10/both-ends/rsa", "good-rsa", test_both_ends);
  g_test_add_func ("/attacks/T10/end-point", test_end_point);
  g_test_add_func ("/attacks/T10/before-handshake", test_before_handshake);

  return g_test_run ();
}
