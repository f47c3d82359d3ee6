/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-secret-private.h"

#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

typedef struct
{
  gpointer data;
  gsize length;
} SecretBlock;

void
xmpp_secret_wipe (gpointer data, gsize length)
{
  if (data != NULL && length > 0)
    gnutls_memset (data, 0, length);
}

/**
 * xmpp_secret_free:
 * @secret: (transfer full) (nullable): a secret that the library gave out
 *
 * Overwrites a NUL-terminated secret and frees it. Every secret that a function of the
 * library returns as text is given back with this instead of `g_free()`, so that it does
 * not stay behind in freed memory. From languages with a garbage collector there is
 * nothing to call: they make their own copy, which nobody can wipe.
 *
 * Since: 1.0
 */
void
xmpp_secret_free (char *secret)
{
  if (secret == NULL)
    return;

  xmpp_secret_wipe (secret, strlen (secret));
  g_free (secret);
}

char *
xmpp_secret_dup (const char *secret)
{
  return g_strdup (secret);
}

static void
secret_block_free (gpointer data)
{
  SecretBlock *block = data;

  xmpp_secret_wipe (block->data, block->length);
  g_free (block->data);
  g_free (block);
}

GBytes *
xmpp_secret_bytes_new (gconstpointer data, gsize length)
{
  return xmpp_secret_bytes_new_take (g_memdup2 (data, length), length);
}

GBytes *
xmpp_secret_bytes_new_take (gpointer data, gsize length)
{
  SecretBlock *block = g_new (SecretBlock, 1);

  block->data = data;
  block->length = length;

  return g_bytes_new_with_free_func (data, length, secret_block_free, block);
}

/**
 * xmpp_secret_equal:
 * @a: bytes
 * @b: more bytes
 *
 * Compares two secrets (a proof, a token, a key) in a time that does not tell where they
 * differ. That their lengths differ can be seen from outside.
 *
 * Returns: %TRUE where they are the same
 *
 * Since: 1.0
 */
gboolean
xmpp_secret_equal (GBytes *a, GBytes *b)
{
  gconstpointer data_a, data_b;
  gsize length_a, length_b;

  g_return_val_if_fail (a != NULL, FALSE);
  g_return_val_if_fail (b != NULL, FALSE);

  data_a = g_bytes_get_data (a, &length_a);
  data_b = g_bytes_get_data (b, &length_b);

  if (length_a != length_b)
    return FALSE;

  return length_a == 0 || gnutls_memcmp (data_a, data_b, length_a) == 0;
}

gboolean
xmpp_secret_equal_text (const char *a, const char *b)
{
  g_autoptr (GBytes) bytes_a = NULL;
  g_autoptr (GBytes) bytes_b = NULL;

  if (a == NULL || b == NULL)
    return a == b;

  bytes_a = g_bytes_new_static (a, strlen (a));
  bytes_b = g_bytes_new_static (b, strlen (b));

  return xmpp_secret_equal (bytes_a, bytes_b);
}

/**
 * xmpp_random_bytes: (skip)
 * @buffer: where to put the bytes
 * @length: how many
 * @error: return location for an error
 *
 * Fills @buffer with random bytes that are good enough for keys, nonces and identifiers
 * that must not be guessed. There is no weaker source behind it: where the system has
 * none to give, this fails.
 *
 * Returns: %TRUE where @buffer is filled; %FALSE with %G_IO_ERROR_FAILED otherwise
 *
 * Since: 1.0
 */
gboolean
xmpp_random_bytes (guint8 *buffer, gsize length, GError **error)
{
  int status;

  g_return_val_if_fail (buffer != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (length == 0)
    return TRUE;

  status = gnutls_rnd (GNUTLS_RND_KEY, buffer, length);
  if (status < 0)
    {
      xmpp_secret_wipe (buffer, length);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "The system gives no random numbers: %s", gnutls_strerror (status));
      return FALSE;
    }

  return TRUE;
}

/**
 * xmpp_random_new:
 * @length: how many bytes
 * @error: return location for an error
 *
 * Makes random bytes that are good enough for keys, nonces and identifiers that must not
 * be guessed. There is no weaker source behind it: where the system has none to give,
 * this fails. The bytes are overwritten when the last reference goes.
 *
 * Returns: (transfer full): the bytes; %NULL with %G_IO_ERROR_FAILED where there are none
 *
 * Since: 1.0
 */
GBytes *
xmpp_random_new (gsize length, GError **error)
{
  guint8 *data = g_malloc (length);

  if (!xmpp_random_bytes (data, length, error))
    {
      g_free (data);
      return NULL;
    }

  return xmpp_secret_bytes_new_take (data, length);
}

char *
xmpp_random_word (GError **error)
{
  static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
  guint8 random[26];
  char *word;

  if (!xmpp_random_bytes (random, sizeof random, error))
    return NULL;

  /* Five bits of each byte: 26 characters carry 130 bits. */
  word = g_malloc (sizeof random + 1);
  for (gsize i = 0; i < sizeof random; i++)
    word[i] = digits[random[i] & 31];
  word[sizeof random] = '\0';

  return word;
}
