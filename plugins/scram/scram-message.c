/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "scram-message.h"

#include "gs2-header.h"
#include "sasl-message.h"
#include "sasl-name.h"

#include <string.h>

/* Attributes that RFC 5802 §5.1 defines: none of them may stand where an extension may,
 * and 'm' must end the authentication wherever it stands. */
#define DEFINED_ATTRIBUTES "amnrcsipve"

static void
set_malformed (GError **error, const char *what)
{
  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
               "SCRAM: the peer's message %s", what);
}

/* The text up to the next comma; NULL after the last. A comma at the end is followed by
 * an empty field, which no rule of the grammar allows. */
static char *
next_field (const char **cursor)
{
  const char *start = *cursor;
  const char *comma;

  if (start == NULL)
    return NULL;

  comma = strchr (start, ',');
  *cursor = comma != NULL ? comma + 1 : NULL;

  return comma != NULL ? g_strndup (start, comma - start) : g_strdup (start);
}

/* x=value */
static char *
next_attribute (const char **cursor, char name, GError **error)
{
  g_autofree char *field = next_field (cursor);

  if (field == NULL || field[0] != name || field[1] != '=' || field[2] == '\0')
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "SCRAM: the peer's message lacks '%c=' where it belongs", name);
      return NULL;
    }

  return g_strdup (field + 2);
}

/* *("," attr-val): what is unknown must be ignored, and is in the signed text anyway.
 * @wanted is an extension to take the value of, 0: none. */
static gboolean
take_extension (const char *cursor, char wanted, char **value, GError **error)
{
  gboolean seen[256] = { FALSE };

  while (cursor != NULL)
    {
      g_autofree char *field = next_field (&cursor);
      guchar name = field[0];

      if (!g_ascii_isalpha (name) || field[1] != '=' || field[2] == '\0')
        {
          set_malformed (error, "has an extension without name or value");
          return FALSE;
        }

      if (strchr (DEFINED_ATTRIBUTES, name) != NULL || seen[name])
        {
          set_malformed (error, "has an attribute out of place");
          return FALSE;
        }

      seen[name] = TRUE;
      if (name == wanted)
        *value = g_strdup (field + 2);
    }

  return TRUE;
}

static gboolean
skip_extensions (const char *cursor, GError **error)
{
  return take_extension (cursor, 0, NULL, error);
}

/* 1*(printable without comma) */
static gboolean
nonce_is_valid (const char *nonce)
{
  for (const char *p = nonce; *p != '\0'; p++)
    if (*p < 0x21 || *p > 0x7e || *p == ',')
      return FALSE;

  return *nonce != '\0';
}

/* saslname */
static char *
decode_name (const char *text, GError **error)
{
  char *name = sasl_name_decode (text);

  if (name == NULL)
    set_malformed (error, "has a name with a bare '='");

  return name;
}

gboolean
scram_parse_count (const char *text, guint *count)
{
  guint64 value;

  if (text[0] == '0' ||
      !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT32, &value, NULL))
    return FALSE;

  *count = (guint) value;
  return TRUE;
}

GBytes *
scram_decode_base64 (const char *text)
{
  gsize length = strlen (text);
  gsize decoded_length;
  g_autofree guchar *decoded = NULL;
  g_autofree char *again = NULL;

  if (length == 0 || length % 4 != 0)
    return NULL;

  /* GLib's decoder skips what it does not know: compare with what an encoder makes */
  decoded = g_base64_decode (text, &decoded_length);
  again = g_base64_encode (decoded, decoded_length);
  if (!g_str_equal (again, text))
    return NULL;

  return g_bytes_new_take (g_steal_pointer (&decoded), decoded_length);
}

char *
scram_encode_base64 (GBytes *bytes)
{
  gsize length;
  const guchar *data = g_bytes_get_data (bytes, &length);

  return g_base64_encode (data, length);
}

static GBytes *
next_base64 (const char **cursor, char name, GError **error)
{
  g_autofree char *text = next_attribute (cursor, name, error);
  GBytes *bytes;

  if (text == NULL)
    return NULL;

  bytes = scram_decode_base64 (text);
  if (bytes == NULL)
    set_malformed (error, "has broken base64");

  return bytes;
}

static gboolean
parse_header (ScramClientFirst *message,
              const char *text,
              const char **cursor,
              GError **error)
{
  const char *fault = NULL;
  g_autoptr (Gs2Header) header = gs2_header_parse (text, strlen (text), &fault);

  if (header == NULL)
    {
      set_malformed (error, fault);
      return FALSE;
    }

  *cursor = text + strlen (header->text);
  message->binding_flag = header->flag;
  message->binding_type = g_steal_pointer (&header->type);
  message->header = g_steal_pointer (&header->text);
  message->authzid = g_steal_pointer (&header->authzid);

  return TRUE;
}

/* n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL */
ScramClientFirst *
scram_client_first_parse (GBytes *message, GError **error)
{
  g_autoptr (ScramClientFirst) self = g_new0 (ScramClientFirst, 1);
  g_autofree char *text =
      sasl_message_dup_text ("SCRAM", message, SCRAM_MAX_MESSAGE, error);
  const char *cursor = text;
  g_autofree char *username = NULL;

  if (text == NULL || !parse_header (self, text, &cursor, error))
    return NULL;

  self->bare = g_strdup (cursor);
  username = next_attribute (&cursor, 'n', error);
  if (username == NULL)
    return NULL;

  self->username = decode_name (username, error);
  if (self->username == NULL)
    return NULL;

  self->nonce = next_attribute (&cursor, 'r', error);
  if (self->nonce == NULL)
    return NULL;

  if (!nonce_is_valid (self->nonce) || strlen (self->nonce) > SCRAM_MAX_NONCE)
    {
      set_malformed (error, "has an unusable nonce");
      return NULL;
    }

  return skip_extensions (cursor, error) ? g_steal_pointer (&self) : NULL;
}

void
scram_client_first_free (ScramClientFirst *message)
{
  g_free (message->binding_type);
  g_free (message->header);
  g_free (message->authzid);
  g_free (message->username);
  g_free (message->nonce);
  g_free (message->bare);
  g_free (message);
}

static gboolean
server_nonce_is_valid (const char *nonce, const char *client_nonce)
{
  gsize own = strlen (client_nonce);

  return g_str_has_prefix (nonce, client_nonce) && nonce_is_valid (nonce + own) &&
         strlen (nonce + own) <= SCRAM_MAX_NONCE;
}

/* r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096 */
ScramServerFirst *
scram_server_first_parse (GBytes *message, const char *client_nonce, GError **error)
{
  g_autoptr (ScramServerFirst) self = g_new0 (ScramServerFirst, 1);
  g_autofree char *text =
      sasl_message_dup_text ("SCRAM", message, SCRAM_MAX_MESSAGE, error);
  const char *cursor = text;
  g_autofree char *count = NULL;

  if (text == NULL)
    return NULL;

  self->nonce = next_attribute (&cursor, 'r', error);
  if (self->nonce == NULL)
    return NULL;

  if (!server_nonce_is_valid (self->nonce, client_nonce))
    {
      set_malformed (error, "has a nonce that does not continue ours");
      return NULL;
    }

  self->salt = next_base64 (&cursor, 's', error);
  if (self->salt == NULL)
    return NULL;

  if (g_bytes_get_size (self->salt) > SCRAM_MAX_SALT)
    {
      set_malformed (error, "has too long a salt");
      return NULL;
    }

  count = next_attribute (&cursor, 'i', error);
  if (count == NULL)
    return NULL;

  if (!scram_parse_count (count, &self->iterations))
    {
      set_malformed (error, "has an iteration count that is no count");
      return NULL;
    }

  if (!take_extension (cursor, 'h', &self->offer_hash, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
scram_server_first_free (ScramServerFirst *message)
{
  g_free (message->nonce);
  g_clear_pointer (&message->salt, g_bytes_unref);
  g_free (message->offer_hash);
  g_free (message);
}

/* c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts= */
ScramClientFinal *
scram_client_final_parse (GBytes *message, GError **error)
{
  g_autoptr (ScramClientFinal) self = g_new0 (ScramClientFinal, 1);
  g_autofree char *text =
      sasl_message_dup_text ("SCRAM", message, SCRAM_MAX_MESSAGE, error);
  const char *cursor = text;
  const char *proof;

  if (text == NULL)
    return NULL;

  /* The proof is the last attribute; all before it is signed */
  proof = strrchr (text, ',');
  if (proof == NULL)
    {
      set_malformed (error, "has no proof");
      return NULL;
    }

  self->without_proof = g_strndup (text, proof - text);
  proof++;
  self->proof = next_base64 (&proof, 'p', error);
  if (self->proof == NULL)
    return NULL;

  cursor = self->without_proof;
  self->binding = next_base64 (&cursor, 'c', error);
  if (self->binding == NULL)
    return NULL;

  self->nonce = next_attribute (&cursor, 'r', error);
  if (self->nonce == NULL)
    return NULL;

  return skip_extensions (cursor, error) ? g_steal_pointer (&self) : NULL;
}

void
scram_client_final_free (ScramClientFinal *message)
{
  g_clear_pointer (&message->binding, g_bytes_unref);
  g_free (message->nonce);
  g_clear_pointer (&message->proof, g_bytes_unref);
  g_free (message->without_proof);
  g_free (message);
}

/* v=rmF9pqV8S7suAoZWja4dJRkFsKQ=  ·  e=invalid-proof */
ScramServerFinal *
scram_server_final_parse (GBytes *message, GError **error)
{
  g_autoptr (ScramServerFinal) self = g_new0 (ScramServerFinal, 1);
  g_autofree char *text =
      sasl_message_dup_text ("SCRAM", message, SCRAM_MAX_MESSAGE, error);
  const char *cursor = text;

  if (text == NULL)
    return NULL;

  if (text[0] == 'e')
    self->error = next_attribute (&cursor, 'e', error);
  else
    self->signature = next_base64 (&cursor, 'v', error);

  if (self->error == NULL && self->signature == NULL)
    return NULL;

  return skip_extensions (cursor, error) ? g_steal_pointer (&self) : NULL;
}

void
scram_server_final_free (ScramServerFinal *message)
{
  g_clear_pointer (&message->signature, g_bytes_unref);
  g_free (message->error);
  g_free (message);
}

char *
scram_build_client_first_bare (const char *username, const char *nonce)
{
  GString *bare = g_string_new ("n=");

  sasl_name_append (bare, username);
  g_string_append_printf (bare, ",r=%s", nonce);

  return g_string_free (bare, FALSE);
}

char *
scram_build_server_first (const char *nonce,
                          GBytes *salt,
                          guint iterations,
                          const char *offer_hash)
{
  g_autofree char *text = scram_encode_base64 (salt);

  return g_strdup_printf ("r=%s,s=%s,i=%u%s%s", nonce, text, iterations,
                          offer_hash != NULL ? ",h=" : "",
                          offer_hash != NULL ? offer_hash : "");
}

char *
scram_build_client_final_without_proof (GBytes *binding, const char *nonce)
{
  g_autofree char *text = scram_encode_base64 (binding);

  return g_strdup_printf ("c=%s,r=%s", text, nonce);
}
