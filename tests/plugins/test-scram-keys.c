/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "scram-keys.h"
#include "scram-message.h"

#include <string.h>

static const ScramHash *
hash_for (const char *mechanism)
{
  gboolean plus;
  const ScramHash *hash = scram_hash_for_mechanism (mechanism, &plus);

  g_assert_nonnull (hash);
  return hash;
}

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    const char *mechanism;
    const char *field;
    gboolean plus;
    gsize size;
  } names[] = {
    { "SCRAM-SHA-1", "SCRAM-SHA-1", "scram-sha-1-keys", FALSE, 20 },
    { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "scram-sha-1-keys", TRUE, 20 },
    { "SCRAM-SHA-256", "SCRAM-SHA-256", "scram-sha-256-keys", FALSE, 32 },
    { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "scram-sha-256-keys", TRUE, 32 },
    { "SCRAM-SHA-512", "SCRAM-SHA-512", "scram-sha-512-keys", FALSE, 64 },
    { "SCRAM-SHA-512-PLUS", "SCRAM-SHA-512", "scram-sha-512-keys", TRUE, 64 },
  };
  gboolean plus;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const ScramHash *hash = scram_hash_for_mechanism (names[i].name, &plus);

      g_assert_nonnull (hash);
      g_assert_cmpint (plus, ==, names[i].plus);
      g_assert_cmpstr (scram_hash_get_mechanism (hash), ==, names[i].mechanism);
      g_assert_cmpstr (scram_hash_get_field (hash), ==, names[i].field);
      g_assert_cmpuint (scram_hash_get_size (hash), ==, names[i].size);
    }

  g_assert_null (scram_hash_for_mechanism ("SCRAM-SHA-224", &plus));
  g_assert_null (scram_hash_for_mechanism (NULL, &plus));
  g_assert_null (scram_hash_for_mechanism ("SCRAM-SHA-1-PLUS-PLUS", &plus));
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
  const ScramHash *hash = hash_for ("SCRAM-SHA-256");
  g_autoptr (GBytes) salt = g_bytes_new ("salt", 4);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_auto (ScramKeys) keys = { { 0 } };
  static const ScramKeys nothing;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  /* Would take about half an hour */
  g_assert_false (
      scram_keys_derive (hash, "password", salt, G_MAXUINT, cancellable, &keys, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpmem (&keys, sizeof keys, &nothing, sizeof nothing);
  g_thread_join (thread);
}

static void
test_text (void)
{
  const ScramHash *hash = hash_for ("SCRAM-SHA-256");
  g_autoptr (GBytes) salt = g_bytes_new ("salt", 4);
  g_autoptr (GBytes) read_salt = NULL;
  g_autoptr (GBytes) server_salt = NULL;
  g_auto (ScramKeys) keys = { { 0 } };
  g_auto (ScramKeys) read = { { 0 } };
  g_auto (ScramKeys) server = { { 0 } };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *server_text = NULL;
  guint iterations = 0;

  g_assert_true (scram_keys_derive (hash, "password", salt, 4096, NULL, &keys, &error));
  g_assert_no_error (error);

  text = scram_keys_to_client_text (hash, &keys, salt, 4096);
  g_assert_true (g_str_has_prefix (text, "4096$c2FsdA==$"));
  g_assert_true (
      scram_keys_from_client_text (hash, text, &read, &read_salt, &iterations));
  g_assert_cmpuint (iterations, ==, 4096);
  g_assert_true (g_bytes_equal (read_salt, salt));
  g_assert_cmpmem (&read, sizeof read, &keys, sizeof keys);

  server_text = scram_keys_to_server_text (hash, &keys, salt, 4096);
  g_assert_true (scram_keys_from_server_text (hash, server_text, &server, &server_salt,
                                              &iterations));
  g_assert_cmpmem (server.stored_key, 32, keys.stored_key, 32);
  g_assert_cmpmem (server.server_key, 32, keys.server_key, 32);
}

static void
test_bad_text (void)
{
  static const char *const texts[] = {
    "",
    "4096",
    "4096$c2FsdA==",
    "4096$c2FsdA==$QUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "4096$c2FsdA==$QUFBQUFBQUFBQUFBQUFBQUFBQUE=$",
    "4096$c2FsdA==$QUFBQUFBQUFBQUFBQUFBQUFBQUE=$QUFB",
    "0$c2FsdA==$QUFBQUFBQUFBQUFBQUFBQUFBQUE=$QUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "x$c2FsdA==$QUFBQUFBQUFBQUFBQUFBQUFBQUE=$QUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "4096$$QUFBQUFBQUFBQUFBQUFBQUFBQUE=$QUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "4096$c2FsdA==$QUFBQUFBQUFBQUFBQUFBQUFBQUE=$QUFBQUFBQUFBQUFBQUFBQUFBQUE=$",
  };
  const char *good =
      "4096$c2FsdA==$QUFBQUFBQUFBQUFBQUFBQUFBQUE=$QUFBQUFBQUFBQUFBQUFBQUFBQUE=";
  const ScramHash *hash = hash_for ("SCRAM-SHA-1");
  g_auto (ScramKeys) keys = { { 0 } };
  g_autoptr (GBytes) salt = NULL;
  guint iterations;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_test_message ("%s", texts[i]);
      g_assert_false (
          scram_keys_from_client_text (hash, texts[i], &keys, &salt, &iterations));
      g_assert_false (
          scram_keys_from_server_text (hash, texts[i], &keys, &salt, &iterations));
      g_assert_null (salt);
    }

  g_assert_true (scram_keys_from_server_text (hash, good, &keys, &salt, &iterations));
}

/* The bytes of the keys are gone when they go out of scope */
static void
test_wiped (void)
{
  static const ScramKeys nothing;
  ScramKeys keys;

  memset (&keys, 0x55, sizeof keys);
  scram_keys_clear (&keys);
  g_assert_cmpmem (&keys, sizeof keys, &nothing, sizeof nothing);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scram-keys/names", test_names);
  g_test_add_func ("/scram-keys/A8/cancelled", test_cancelled);
  g_test_add_func ("/scram-keys/text", test_text);
  g_test_add_func ("/scram-keys/bad-text", test_bad_text);
  g_test_add_func ("/scram-keys/wiped", test_wiped);

  return g_test_run ();
}
