/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-pins.h"

#include "core/xmpp-secret.h"

#include <string.h>

#define PREFIX "SHA256:"
#define HASH_BYTES 32

/* GLib's decoder skips what is no base64: only what it would write itself is good. */
static GBytes *
parse_pin (const char *pin)
{
  g_autofree guint8 *hash = NULL;
  g_autofree char *again = NULL;
  const char *base64;
  gsize length;

  if (!g_str_has_prefix (pin, PREFIX))
    return NULL;

  base64 = pin + strlen (PREFIX);
  hash = g_base64_decode (base64, &length);
  again = g_base64_encode (hash, length);
  if (length != HASH_BYTES || !g_str_equal (base64, again))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&hash), length);
}

GPtrArray *
xmpp_tls_pins_parse (const char *const *pins, GError **error)
{
  g_autoptr (GPtrArray)
      hashes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; pins != NULL && pins[i] != NULL; i++)
    {
      GBytes *hash = parse_pin (pins[i]);

      if (hash == NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "The pin “%s” is malformed: it must be “" PREFIX
                       "” and the base64 "
                       "of %d bytes",
                       pins[i], HASH_BYTES);
          return NULL;
        }
      g_ptr_array_add (hashes, hash);
      if (hashes->len > XMPP_TLS_PINS_MAX)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "There are more than %d pins", XMPP_TLS_PINS_MAX);
          return NULL;
        }
    }
  return g_steal_pointer (&hashes);
}

static GBytes *
hash_key (gnutls_x509_crt_t certificate)
{
  guint8 hash[HASH_BYTES];
  gsize length = sizeof hash;

  if (gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, hash, &length) <
      0)
    return NULL;
  return g_bytes_new (hash, length);
}

gboolean
xmpp_tls_pins_match (GPtrArray *pins, gnutls_x509_crt_t certificate)
{
  g_autoptr (GBytes) hash = hash_key (certificate);
  gboolean matches = FALSE;

  if (hash == NULL)
    return FALSE;

  for (guint i = 0; i < pins->len; i++)
    matches |= xmpp_secret_equal (g_ptr_array_index (pins, i), hash);
  return matches;
}

char *
xmpp_tls_pins_describe (gnutls_x509_crt_t certificate)
{
  g_autoptr (GBytes) hash = hash_key (certificate);
  g_autofree char *base64 = NULL;

  if (hash == NULL)
    return NULL;

  base64 = g_base64_encode (g_bytes_get_data (hash, NULL), g_bytes_get_size (hash));
  return g_strconcat (PREFIX, base64, NULL);
}
