/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-pbkdf2.h"

#include "core/xmpp-error.h"
#include "core/xmpp-secret-private.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

/* What stands between a cancellation and its effect */
#define SLICE 2000

#define MAX_HASH 64

typedef struct
{
  gnutls_hmac_hd_t hmac; /* keyed with the password */
  gsize size;
  guint remaining;
  guint8 last[MAX_HASH];
  guint8 result[MAX_HASH];
} Derivation;

static gnutls_mac_algorithm_t
find_mac (GChecksumType hash)
{
  switch (hash)
    {
    case G_CHECKSUM_SHA1:
      return GNUTLS_MAC_SHA1;
    case G_CHECKSUM_SHA256:
      return GNUTLS_MAC_SHA256;
    case G_CHECKSUM_SHA512:
      return GNUTLS_MAC_SHA512;
    default:
      return GNUTLS_MAC_UNKNOWN;
    }
}

/* RFC 8018 §5.2 for the first block, which is as long as the hash */
static gboolean
begin (Derivation *self,
       GChecksumType hash,
       const char *password,
       GBytes *salt,
       guint iterations)
{
  static const guint8 block[] = { 0, 0, 0, 1 };
  gsize salt_length;
  gconstpointer salt_data = g_bytes_get_data (salt, &salt_length);
  gnutls_mac_algorithm_t mac = find_mac (hash);

  if (mac == GNUTLS_MAC_UNKNOWN ||
      gnutls_hmac_init (&self->hmac, mac, password, strlen (password)) != 0)
    {
      self->hmac = NULL;
      return FALSE;
    }

  if (gnutls_hmac (self->hmac, salt_data, salt_length) != 0 ||
      gnutls_hmac (self->hmac, block, sizeof block) != 0)
    return FALSE;

  /* gnutls_hmac_output() returns to the state after the key, so that the password is
   * hashed once and not in every round */
  gnutls_hmac_output (self->hmac, self->last);
  memcpy (self->result, self->last, sizeof self->result);
  self->size = (gsize) g_checksum_type_get_length (hash);
  self->remaining = iterations - 1;

  return TRUE;
}

static gboolean
run_slice (Derivation *self)
{
  guint rounds = MIN (SLICE, self->remaining);

  for (guint i = 0; i < rounds; i++)
    {
      if (gnutls_hmac (self->hmac, self->last, self->size) != 0)
        return FALSE;

      gnutls_hmac_output (self->hmac, self->last);
      for (gsize j = 0; j < self->size; j++)
        self->result[j] ^= self->last[j];
    }

  self->remaining -= rounds;
  return TRUE;
}

static void
derivation_clear (Derivation *self)
{
  if (self->hmac != NULL)
    gnutls_hmac_deinit (self->hmac, NULL);
  xmpp_secret_wipe (self, sizeof *self);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Derivation, derivation_clear)

/**
 * xmpp_sasl_pbkdf2:
 * @hash: %G_CHECKSUM_SHA1, %G_CHECKSUM_SHA256 or %G_CHECKSUM_SHA512
 * @password: the password, prepared by [func@Xmpp.sasl_prepare]
 * @salt: the salt
 * @iterations: how often, at least once
 * @cancellable: (nullable): stops it
 * @error: return location for an error
 *
 * Makes a key of a password: PBKDF2 (RFC 8018 §5.2) with HMAC, of the length of the hash,
 * which is `Hi()` of RFC 5802. This takes time, and is meant to: 10,000 iterations are some
 * milliseconds. Call it in a thread: a mechanism says that it blocks
 * (%XMPP_SASL_FACTS_BLOCKS).
 *
 * Returns: (transfer full): the key, which is wiped when it goes; %NULL with
 *   %G_IO_ERROR_CANCELLED, or %XMPP_SASL_ERROR_INTERNAL where GnuTLS has not this hash
 *
 * Since: 1.0
 */
GBytes *
xmpp_sasl_pbkdf2 (GChecksumType hash,
                  const char *password,
                  GBytes *salt,
                  guint iterations,
                  GCancellable *cancellable,
                  GError **error)
{
  g_auto (Derivation) derivation = { 0 };
  gboolean good;

  g_return_val_if_fail (password != NULL, NULL);
  g_return_val_if_fail (salt != NULL, NULL);
  g_return_val_if_fail (iterations > 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  good = begin (&derivation, hash, password, salt, iterations);
  while (good && derivation.remaining > 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;

      good = run_slice (&derivation);
    }

  if (good)
    return xmpp_secret_bytes_new (derivation.result, derivation.size);

  g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                       "PBKDF2: GnuTLS cannot compute it with this hash");
  return NULL;
}
