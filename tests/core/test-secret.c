/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-secret-private.h"

#include <string.h>

static void
test_wipe (void)
{
  char secret[] = "correct horse";
  static const char zeros[sizeof secret];

  xmpp_secret_wipe (secret, sizeof secret);
  g_assert_cmpmem (secret, sizeof secret, zeros, sizeof zeros);

  xmpp_secret_wipe (NULL, 0);
  xmpp_secret_free (NULL);
}

static void
test_copies (void)
{
  static const char raw[] = { 'a', '\0', 'b' };
  xmpp_autosecret char *copy = xmpp_secret_dup ("pencil");
  g_autoptr (GBytes) bytes = xmpp_secret_bytes_new (raw, sizeof raw);
  g_autoptr (GBytes) nothing = xmpp_secret_bytes_new (NULL, 0);

  g_assert_cmpstr (copy, ==, "pencil");
  g_assert_null (xmpp_secret_dup (NULL));
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), raw, 3);
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
}

static void
test_equal (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean equal;
  } rows[] = {
    { "", "", TRUE },
    { "pencil", "pencil", TRUE },
    { "pencil", "pencim", FALSE },
    { "qencil", "pencil", FALSE },
    { "pencil", "penci", FALSE },
    { "", "p", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) a = xmpp_secret_bytes_new (rows[i].a, strlen (rows[i].a));
      g_autoptr (GBytes) b = xmpp_secret_bytes_new (rows[i].b, strlen (rows[i].b));

      g_assert_cmpint (xmpp_secret_equal (a, b), ==, rows[i].equal);
      g_assert_cmpint (xmpp_secret_equal_text (rows[i].a, rows[i].b), ==, rows[i].equal);
    }

  g_assert_true (xmpp_secret_equal_text (NULL, NULL));
  g_assert_false (xmpp_secret_equal_text ("", NULL));
  g_assert_false (xmpp_secret_equal_text (NULL, "pencil"));
}

static void
test_random (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) a = xmpp_random_new (32, &error);
  g_autoptr (GBytes) b = xmpp_random_new (32, &error);
  g_autoptr (GBytes) none = xmpp_random_new (0, &error);
  guint8 buffer[8] = { 0 };

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (a), ==, 32);
  g_assert_false (g_bytes_equal (a, b));
  g_assert_cmpuint (g_bytes_get_size (none), ==, 0);

  /* The chance that eight random bytes are all zero is one in 2^64. */
  g_assert_true (xmpp_random_bytes (buffer, sizeof buffer, &error));
  g_assert_no_error (error);
  g_assert_cmpint (memcmp (buffer, "\0\0\0\0\0\0\0\0", 8), !=, 0);
}

static void
test_random_word (void)
{
  g_autoptr (GHashTable)
      seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (GError) error = NULL;
      char *word = xmpp_random_word (&error);

      g_assert_no_error (error);
      /* Five bits a character */
      g_assert_cmpuint (strlen (word) * 5, >=, 128);
      g_assert_cmpuint (strspn (word, "abcdefghijklmnopqrstuvwxyz234567"), ==,
                        strlen (word));
      g_assert_true (g_hash_table_add (seen, word));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/secret/wipe", test_wipe);
  g_test_add_func ("/secret/copies", test_copies);
  g_test_add_func ("/secret/equal", test_equal);
  g_test_add_func ("/secret/random", test_random);
  g_test_add_func ("/secret/random-word", test_random_word);

  return g_test_run ();
}
