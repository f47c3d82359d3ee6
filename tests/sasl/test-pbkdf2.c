/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <xmpp.h>

#include <string.h>

static char *
dup_hex (GBytes *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  GString *hex = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", data[i]);

  return g_string_free (hex, FALSE);
}

/* RFC 6070, and the same question with the other hashes (RFC 7914 §11 has SHA-256's first
 * block for "passwd" and "salt") */
static void
test_vectors (void)
{
  static const struct
  {
    GChecksumType hash;
    const char *password;
    guint iterations;
    const char *result;
  } vectors[] = {
    { G_CHECKSUM_SHA1, "password", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6" },
    { G_CHECKSUM_SHA1, "password", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957" },
    { G_CHECKSUM_SHA1, "password", 4096, "4b007901b765489abead49d926f721d065a429c1" },
    { G_CHECKSUM_SHA256, "passwd", 1,
      "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc" },
    { G_CHECKSUM_SHA512, "password", 4096,
      "d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5"
      "143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5" },
  };
  g_autoptr (GBytes) salt = g_bytes_new_static ("salt", 4);

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes)
          key = xmpp_sasl_pbkdf2 (vectors[i].hash, vectors[i].password, salt,
                                  vectors[i].iterations, NULL, &error);
      g_autofree char *hex = NULL;

      g_assert_no_error (error);
      hex = dup_hex (key);
      g_assert_cmpstr (hex, ==, vectors[i].result);
    }
}

static void
test_other_hash (void)
{
  g_autoptr (GBytes) salt = g_bytes_new_static ("salt", 4);
  g_autoptr (GError) error = NULL;

  g_assert_null (xmpp_sasl_pbkdf2 (G_CHECKSUM_MD5, "password", salt, 1, NULL, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (2000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancelled (void)
{
  g_autoptr (GBytes) salt = g_bytes_new_static ("salt", 4);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  /* Would take about half an hour */
  g_assert_null (xmpp_sasl_pbkdf2 (G_CHECKSUM_SHA256, "password", salt, G_MAXUINT,
                                   cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/pbkdf2/vectors", test_vectors);
  g_test_add_func ("/sasl/pbkdf2/other-hash", test_other_hash);
  g_test_add_func ("/sasl/pbkdf2/cancelled", test_cancelled);

  return g_test_run ();
}
