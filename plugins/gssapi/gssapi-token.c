/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gssapi-token.h"

#include <string.h>

#define HEADER_TAG 0x60
#define NO_LAYER 0x01
#define LAYERS_SIZE 4
#define MAX_AUTHZID 3071

#define WRAP_HEADER_SIZE 16
#define WRAP_SEALED 0x02
#define WRAP_FILLER 0xff

/* Tag, length and value of the object identifier 1.2.840.113554.1.2.2 */
static const guint8 kerberos[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                   0xf7, 0x12, 0x01, 0x02, 0x02 };

static gboolean
set_malformed (GError **error, const char *what)
{
  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
               "Kerberos: the peer's message %s", what);
  return FALSE;
}

/* A length in DER: the only way to write it (X.690 §10.1). @data and @size: (inout): behind
 * it */
static gboolean
read_length (const guint8 **data, gsize *size, gsize *length)
{
  guint n_octets;

  if (*size == 0)
    return FALSE;

  *length = (*data)[0];
  (*data)++;
  (*size)--;
  if (*length < 0x80)
    return TRUE;

  n_octets = *length & 0x7f;
  if (n_octets == 0 || n_octets > 4 || *size < n_octets || (*data)[0] == 0)
    return FALSE;

  *length = 0;
  for (guint i = 0; i < n_octets; i++)
    *length = (*length << 8) | (*data)[i];
  *data += n_octets;
  *size -= n_octets;

  return *length >= 0x80;
}

/* NULL: that is not the header of a token of Kerberos, as long as the token is. @size:
 * (inout) */
static const guint8 *
skip_header (const guint8 *data, gsize *size)
{
  gsize length;

  if (*size == 0 || data[0] != HEADER_TAG)
    return NULL;

  data++;
  (*size)--;
  if (!read_length (&data, size, &length) || length != *size || *size < sizeof kerberos ||
      memcmp (data, kerberos, sizeof kerberos) != 0)
    return NULL;

  *size -= sizeof kerberos;
  return data + sizeof kerberos;
}

/* The number and the message that goes with it (RFC 4120 §5.5, §5.9) */
static const struct
{
  GssapiTokenId id;
  guint8 tag;
} messages[] = {
  { GSSAPI_TOKEN_AP_REQ, 0x6e },
  { GSSAPI_TOKEN_AP_REP, 0x6f },
  { GSSAPI_TOKEN_ERROR, 0x7e },
};

/* Whether exactly one message is there, by what it says of its length */
static gboolean
is_message (const guint8 *data, gsize size, guint8 tag)
{
  gsize length;

  if (size == 0 || data[0] != tag)
    return FALSE;

  data++;
  size--;
  return read_length (&data, &size, &length) && length == size;
}

gboolean
gssapi_token_check (GBytes *token, GssapiTokenId *id, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (token, &size);
  const guint8 *inner = skip_header (data, &size);

  if (inner == NULL)
    return set_malformed (error, "is no token of Kerberos, or not as long as it says");
  if (size < 2)
    return set_malformed (error, "is a token of Kerberos that is cut short");

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      *id = messages[i].id;
      if (*id != (guint) (inner[0] << 8 | inner[1]))
        continue;
      if (is_message (inner + 2, size - 2, messages[i].tag))
        return TRUE;

      return set_malformed (error, "is a token of Kerberos that is cut short");
    }

  return set_malformed (error, "is a token of Kerberos that belongs elsewhere");
}

GBytes *
gssapi_token_strip (GBytes *token, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (token, &size);
  const guint8 *inner = skip_header (data, &size);

  if (inner == NULL)
    {
      set_malformed (error, "is no token of Kerberos, or not as long as it says");
      return NULL;
    }

  return g_bytes_new (inner, size);
}

GBytes *
gssapi_token_restore (gconstpointer data, gsize length)
{
  g_autoptr (GByteArray) token = g_byte_array_new ();
  gsize inside = sizeof kerberos + length;
  guint8 octets[1 + sizeof inside];
  guint n_octets = 0;

  if (inside >= 0x80)
    for (gsize rest = inside; rest > 0; rest >>= 8)
      n_octets++;

  octets[0] = n_octets > 0 ? 0x80 | n_octets : inside;
  for (guint i = 0; i < n_octets; i++)
    octets[1 + i] = inside >> (8 * (n_octets - 1 - i));

  g_byte_array_append (token, (const guint8[]){ HEADER_TAG }, 1);
  g_byte_array_append (token, octets, 1 + n_octets);
  g_byte_array_append (token, kerberos, sizeof kerberos);
  g_byte_array_append (token, data, length);

  return g_byte_array_free_to_bytes (g_steal_pointer (&token));
}

/* 05 04 · flags · FF · EC (2) · RRC (2) · sequence number (8) · data and a checksum of EC
 * bytes, rotated by RRC */
gboolean
gssapi_wrap_check (GBytes *token, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (token, &size);
  gsize extra;
  gsize rotation;
  gsize inside;

  if (size > 0 && data[0] == HEADER_TAG)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MECHANISM_TOO_WEAK,
                   "Kerberos: the session key is for a cipher of former times, RC4 or "
                   "DES (RFC 8429). What to do: ask the administrator to give the "
                   "service a "
                   "key for AES");
      return FALSE;
    }

  if (size < WRAP_HEADER_SIZE)
    return set_malformed (error, "is shorter than a wrapped one can be");
  if (data[0] != 0x05 || data[1] != 0x04 || data[3] != WRAP_FILLER)
    return set_malformed (error, "is not a wrapped one");
  if (data[2] & WRAP_SEALED)
    return set_malformed (error, "is encrypted, where it must only be signed");

  extra = data[4] << 8 | data[5];
  rotation = data[6] << 8 | data[7];
  inside = size - WRAP_HEADER_SIZE;
  if (extra == 0 || extra > inside || rotation > inside || inside - extra < LAYERS_SIZE)
    return set_malformed (error, "is not as long as it says");

  return TRUE;
}

GBytes *
gssapi_layers_build (const char *authzid)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();

  g_byte_array_append (message, (const guint8[]){ NO_LAYER, 0, 0, 0 }, LAYERS_SIZE);
  if (authzid != NULL)
    g_byte_array_append (message, (const guint8 *) authzid, strlen (authzid));

  return g_byte_array_free_to_bytes (g_steal_pointer (&message));
}

gboolean
gssapi_layers_check_offer (GBytes *message, GError **error)
{
  gsize length;
  const guint8 *layers = g_bytes_get_data (message, &length);

  if (length != LAYERS_SIZE)
    return set_malformed (error, "about security layers has not four bytes");

  if (!(layers[0] & NO_LAYER))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "Kerberos: the server insists on a security layer of SASL, which is "
                   "not used here: TLS is there for that. What to do: ask the operator "
                   "of the server to do without");
      return FALSE;
    }

  if (layers[0] == NO_LAYER && (layers[1] != 0 || layers[2] != 0 || layers[3] != 0))
    return set_malformed (error, "has a size of messages for a security layer, and no "
                                 "security layer");

  return TRUE;
}

gboolean
gssapi_layers_check_choice (GBytes *message, char **authzid, GError **error)
{
  gsize length;
  const guint8 *layers = g_bytes_get_data (message, &length);
  const char *rest;

  *authzid = NULL;

  /* Where there is no layer there is no size of it either. */
  if (length < LAYERS_SIZE || layers[0] != NO_LAYER || layers[1] != 0 || layers[2] != 0 ||
      layers[3] != 0)
    return set_malformed (error, "chooses a security layer, and none was offered");

  rest = (const char *) layers + LAYERS_SIZE;
  length -= LAYERS_SIZE;
  if (length > MAX_AUTHZID || !g_utf8_validate_len (rest, length, NULL))
    return set_malformed (error, "has a broken authorization identity");

  if (length > 0)
    *authzid = g_strndup (rest, length);

  return TRUE;
}
