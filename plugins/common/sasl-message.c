/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl-message.h"

#include <string.h>

#define NONCE_BYTES 24

char *
sasl_message_dup_text (const char *family, GBytes *message, gsize max, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (message, &length);
  const char *fault = NULL;

  if (length == 0)
    fault = "empty";
  else if (length > max)
    fault = "too long";
  else if (memchr (data, '\0', length) != NULL ||
           !g_utf8_validate_len (data, length, NULL))
    fault = "not UTF-8 text";

  if (fault == NULL)
    return g_strndup (data, length);

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
               "%s: the peer's message is %s", family, fault);
  return NULL;
}

GBytes *
sasl_message_take (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

gboolean
sasl_make_nonce (char **nonce, GError **error)
{
  guint8 bytes[NONCE_BYTES];

  if (*nonce != NULL)
    return TRUE;

  if (!xmpp_random_bytes (bytes, sizeof bytes, error))
    return FALSE;

  *nonce = g_base64_encode (bytes, sizeof bytes);
  return TRUE;
}
