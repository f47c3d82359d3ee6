/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "scram-keys.h"

#include "scram-message.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

struct _ScramHash
{
  const char *mechanism;
  const char *plus;
  const char *field;
  gnutls_mac_algorithm_t mac;
  gnutls_digest_algorithm_t digest;
  GChecksumType checksum;
  gsize size;
};

static const ScramHash hashes[] = {
  { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "scram-sha-1-keys", GNUTLS_MAC_SHA1,
    GNUTLS_DIG_SHA1, G_CHECKSUM_SHA1, 20 },
  { "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "scram-sha-256-keys", GNUTLS_MAC_SHA256,
    GNUTLS_DIG_SHA256, G_CHECKSUM_SHA256, 32 },
  { "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS", "scram-sha-512-keys", GNUTLS_MAC_SHA512,
    GNUTLS_DIG_SHA512, G_CHECKSUM_SHA512, 64 },
};

const ScramHash *
scram_hash_for_mechanism (const char *name, gboolean *plus)
{
  *plus = FALSE;
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (hashes); i++)
    {
      *plus = g_str_equal (name, hashes[i].plus);
      if (*plus || g_str_equal (name, hashes[i].mechanism))
        return &hashes[i];
    }

  return NULL;
}

gsize
scram_hash_get_size (const ScramHash *hash)
{
  return hash->size;
}

const char *
scram_hash_get_mechanism (const ScramHash *hash)
{
  return hash->mechanism;
}

const char *
scram_hash_get_field (const ScramHash *hash)
{
  return hash->field;
}

void
scram_keys_clear (ScramKeys *keys)
{
  explicit_bzero (keys, sizeof *keys);
}

gboolean
scram_hmac (const ScramHash *hash,
            gconstpointer key,
            gsize key_length,
            const char *text,
            guint8 *output)
{
  return gnutls_hmac_fast (hash->mac, key, key_length, text, strlen (text), output) == 0;
}

gboolean
scram_digest (const ScramHash *hash, gconstpointer data, gsize length, guint8 *output)
{
  return gnutls_hash_fast (hash->digest, data, length, output) == 0;
}

gboolean
scram_equal (const guint8 *a, const guint8 *b, gsize length)
{
  g_autoptr (GBytes) first = g_bytes_new_static (a, length);
  g_autoptr (GBytes) second = g_bytes_new_static (b, length);

  return xmpp_secret_equal (first, second);
}

static gboolean
keys_from_salted_password (const ScramHash *hash, const guint8 *salted, ScramKeys *keys)
{
  return scram_hmac (hash, salted, hash->size, "Client Key", keys->client_key) &&
         scram_digest (hash, keys->client_key, hash->size, keys->stored_key) &&
         scram_hmac (hash, salted, hash->size, "Server Key", keys->server_key);
}

gboolean
scram_keys_derive (const ScramHash *hash,
                   const char *password,
                   GBytes *salt,
                   guint iterations,
                   GCancellable *cancellable,
                   ScramKeys *keys,
                   GError **error)
{
  g_autoptr (GBytes) salted =
      xmpp_sasl_pbkdf2 (hash->checksum, password, salt, iterations, cancellable, error);

  if (salted == NULL)
    return FALSE;

  if (keys_from_salted_password (hash, g_bytes_get_data (salted, NULL), keys))
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
               "SCRAM: GnuTLS cannot compute %s here", hash->mechanism);
  return FALSE;
}

static char *
keys_to_text (const ScramHash *hash,
              const guint8 *first,
              const guint8 *second,
              GBytes *salt,
              guint iterations)
{
  g_autofree char *salt_text = scram_encode_base64 (salt);
  char *first_text = g_base64_encode (first, hash->size);
  char *second_text = g_base64_encode (second, hash->size);
  char *text =
      g_strdup_printf ("%u$%s$%s$%s", iterations, salt_text, first_text, second_text);

  xmpp_secret_free (first_text);
  xmpp_secret_free (second_text);

  return text;
}

char *
scram_keys_to_client_text (const ScramHash *hash,
                           const ScramKeys *keys,
                           GBytes *salt,
                           guint iterations)
{
  return keys_to_text (hash, keys->client_key, keys->server_key, salt, iterations);
}

char *
scram_keys_to_server_text (const ScramHash *hash,
                           const ScramKeys *keys,
                           GBytes *salt,
                           guint iterations)
{
  return keys_to_text (hash, keys->stored_key, keys->server_key, salt, iterations);
}

/* A key in base64, without a copy that would stay in memory */
static gboolean
decode_key (const ScramHash *hash, const char *text, guint8 *key)
{
  gsize length;
  guint8 *decoded = g_base64_decode (text, &length);
  gboolean good = length == hash->size;

  if (good)
    memcpy (key, decoded, length);

  explicit_bzero (decoded, length);
  g_free (decoded);

  return good;
}

static gboolean
keys_from_text (const ScramHash *hash,
                const char *text,
                guint8 *first,
                guint8 *second,
                GBytes **salt,
                guint *iterations)
{
  char **parts = g_strsplit (text, "$", 5);
  g_autoptr (GBytes) decoded = NULL;
  gboolean good = FALSE;

  if (g_strv_length (parts) == 4)
    {
      decoded = scram_decode_base64 (parts[1]);
      good = decoded != NULL && g_bytes_get_size (decoded) <= SCRAM_MAX_SALT &&
             scram_parse_count (parts[0], iterations) &&
             decode_key (hash, parts[2], first) && decode_key (hash, parts[3], second);
    }

  for (char **part = parts; *part != NULL; part++)
    xmpp_secret_free (*part);
  g_free (parts);

  if (good)
    *salt = g_steal_pointer (&decoded);

  return good;
}

gboolean
scram_keys_from_client_text (const ScramHash *hash,
                             const char *text,
                             ScramKeys *keys,
                             GBytes **salt,
                             guint *iterations)
{
  g_autoptr (GBytes) parsed = NULL;

  if (!keys_from_text (hash, text, keys->client_key, keys->server_key, &parsed,
                       iterations) ||
      !scram_digest (hash, keys->client_key, hash->size, keys->stored_key))
    return FALSE;

  *salt = g_steal_pointer (&parsed);
  return TRUE;
}

gboolean
scram_keys_from_server_text (const ScramHash *hash,
                             const char *text,
                             ScramKeys *keys,
                             GBytes **salt,
                             guint *iterations)
{
  return keys_from_text (hash, text, keys->stored_key, keys->server_key, salt,
                         iterations);
}
