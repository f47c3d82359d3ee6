/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-scram-keys.h"

#include "core/xmpp-error.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-sasl-pbkdf2.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define SALT_BYTES 16
#define MAX_SALT 128
#define MAX_HASH 64

typedef struct
{
  const char *field;
  gnutls_mac_algorithm_t mac;
  gnutls_digest_algorithm_t digest;
  GChecksumType checksum;
  gsize size;
} Hash;

static const Hash hashes[] = {
  { "scram-sha-256-keys", GNUTLS_MAC_SHA256, GNUTLS_DIG_SHA256, G_CHECKSUM_SHA256, 32 },
  { "scram-sha-512-keys", GNUTLS_MAC_SHA512, GNUTLS_DIG_SHA512, G_CHECKSUM_SHA512, 64 },
  { "scram-sha-1-keys", GNUTLS_MAC_SHA1, GNUTLS_DIG_SHA1, G_CHECKSUM_SHA1, 20 },
};

const char *const xmpp_scram_keys_fields[] = { "scram-sha-256-keys", "scram-sha-512-keys",
                                               "scram-sha-1-keys", NULL };

typedef struct
{
  guint iterations;
  GBytes *salt;
  GBytes *stored_key;
  GBytes *server_key;
} Keys;

static void
keys_clear (Keys *keys)
{
  g_clear_pointer (&keys->salt, g_bytes_unref);
  g_clear_pointer (&keys->stored_key, g_bytes_unref);
  g_clear_pointer (&keys->server_key, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keys, keys_clear)

static const Hash *
find_hash (const char *field)
{
  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    if (g_str_equal (hashes[i].field, field))
      return &hashes[i];

  return NULL;
}

/* GLib's decoder skips what is no base64: only what it would write itself is good. */
static GBytes *
decode (const char *text, gsize min, gsize max)
{
  gsize length;
  guchar *data = g_base64_decode (text, &length);
  g_autoptr (GBytes) bytes = xmpp_secret_bytes_new_take (data, length);
  xmpp_autosecret char *again = g_base64_encode (data, length);

  if (length < min || length > max || !g_str_equal (again, text))
    return NULL;

  return g_steal_pointer (&bytes);
}

static gboolean
read_count (const char *text, guint *count)
{
  guint64 value;

  if (text[0] == '0' ||
      !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT32, &value, NULL))
    return FALSE;

  *count = (guint) value;
  return TRUE;
}

static gboolean
keys_parse (Keys *keys, const Hash *hash, const char *text)
{
  char **parts = g_strsplit (text, "$", 5);
  gboolean good = g_strv_length (parts) == 4 && read_count (parts[0], &keys->iterations);

  if (good)
    {
      keys->salt = decode (parts[1], 1, MAX_SALT);
      keys->stored_key = decode (parts[2], hash->size, hash->size);
      keys->server_key = decode (parts[3], hash->size, hash->size);
    }

  for (char **part = parts; *part != NULL; part++)
    xmpp_secret_free (*part);
  g_free (parts);

  return good && keys->salt != NULL && keys->stored_key != NULL &&
         keys->server_key != NULL;
}

/* StoredKey = H (HMAC (salted, "Client Key")), ServerKey = HMAC (salted, "Server Key") */
static gboolean
keys_compute (Keys *keys, const Hash *hash, GBytes *salted)
{
  gsize length;
  gconstpointer data = g_bytes_get_data (salted, &length);
  guint8 client_key[MAX_HASH];
  guint8 stored_key[MAX_HASH];
  guint8 server_key[MAX_HASH];
  gboolean good =
      gnutls_hmac_fast (hash->mac, data, length, "Client Key", 10, client_key) == 0 &&
      gnutls_hash_fast (hash->digest, client_key, hash->size, stored_key) == 0 &&
      gnutls_hmac_fast (hash->mac, data, length, "Server Key", 10, server_key) == 0;

  if (good)
    {
      keys->stored_key = xmpp_secret_bytes_new (stored_key, hash->size);
      keys->server_key = xmpp_secret_bytes_new (server_key, hash->size);
    }

  xmpp_secret_wipe (client_key, sizeof client_key);
  xmpp_secret_wipe (stored_key, sizeof stored_key);
  xmpp_secret_wipe (server_key, sizeof server_key);

  return good;
}

/* @keys says count and salt */
static gboolean
keys_derive (Keys *keys,
             const Hash *hash,
             const char *password,
             GCancellable *cancellable,
             GError **error)
{
  g_autoptr (GBytes) salted = xmpp_sasl_pbkdf2 (hash->checksum, password, keys->salt,
                                                keys->iterations, cancellable, error);

  if (salted == NULL)
    return FALSE;

  if (keys_compute (keys, hash, salted))
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
               "GnuTLS cannot compute %s", hash->field);
  return FALSE;
}

static char *
encode (GBytes *bytes)
{
  gsize length;
  const guchar *data = g_bytes_get_data (bytes, &length);

  return g_base64_encode (data, length);
}

gboolean
xmpp_scram_keys_are_valid (const char *field, const char *text, guint *iterations)
{
  const Hash *hash = find_hash (field);
  g_auto (Keys) keys = { 0 };

  if (hash == NULL || !keys_parse (&keys, hash, text))
    return FALSE;

  if (iterations != NULL)
    *iterations = keys.iterations;
  return TRUE;
}

static char *
keys_to_text (const Keys *keys)
{
  g_autofree char *salt = encode (keys->salt);
  xmpp_autosecret char *stored_key = encode (keys->stored_key);
  xmpp_autosecret char *server_key = encode (keys->server_key);

  return g_strdup_printf ("%u$%s$%s$%s", keys->iterations, salt, stored_key, server_key);
}

char *
xmpp_scram_keys_derive (const char *field,
                        const char *password,
                        GCancellable *cancellable,
                        GError **error)
{
  const Hash *hash = find_hash (field);
  g_auto (Keys) keys = { .iterations = XMPP_SCRAM_ITERATIONS };

  g_return_val_if_fail (hash != NULL, NULL);

  keys.salt = xmpp_random_new (SALT_BYTES, error);
  if (keys.salt == NULL || !keys_derive (&keys, hash, password, cancellable, error))
    return NULL;

  return keys_to_text (&keys);
}

char *
xmpp_scram_keys_invent (const char *field, guint iterations)
{
  static const guint8 zeros[MAX_HASH];
  const Hash *hash = find_hash (field);
  g_auto (Keys) keys = { .iterations = iterations };

  g_return_val_if_fail (hash != NULL, NULL);

  keys.salt = g_bytes_new_static (zeros, SALT_BYTES);
  keys.stored_key = g_bytes_new_static (zeros, hash->size);
  keys.server_key = g_bytes_new_static (zeros, hash->size);

  return keys_to_text (&keys);
}

gboolean
xmpp_scram_keys_verify (const char *field,
                        const char *text,
                        const char *password,
                        GCancellable *cancellable,
                        gboolean *right,
                        GError **error)
{
  const Hash *hash = find_hash (field);
  g_auto (Keys) known = { 0 };
  g_auto (Keys) derived = { 0 };

  if (hash == NULL || !keys_parse (&known, hash, text))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                   "The account has no keys that could be read");
      return FALSE;
    }

  derived.iterations = known.iterations;
  derived.salt = g_bytes_ref (known.salt);
  if (!keys_derive (&derived, hash, password, cancellable, error))
    return FALSE;

  *right = xmpp_secret_equal (known.stored_key, derived.stored_key);
  return TRUE;
}
