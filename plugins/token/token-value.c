/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "token-value.h"

#include <string.h>

TokenValue *
token_value_parse (const char *text)
{
  g_autoptr (TokenValue) self = NULL;
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *expiry = NULL;
  const char *first = text != NULL ? strchr (text, '$') : NULL;
  const char *second = first != NULL ? strchr (first + 1, '$') : NULL;

  if (second == NULL || first == text || second[1] == '\0')
    return NULL;

  self = g_new0 (TokenValue, 1);
  expiry = g_strndup (first + 1, second - first - 1);
  self->mechanism = g_strndup (text, first - text);
  self->expiry = g_date_time_new_from_iso8601 (expiry, utc);
  self->token = g_strdup (second + 1);

  return self->expiry != NULL ? g_steal_pointer (&self) : NULL;
}

void
token_value_free (TokenValue *value)
{
  g_free (value->mechanism);
  g_clear_pointer (&value->expiry, g_date_time_unref);
  xmpp_secret_free (value->token);
  g_free (value);
}

gboolean
token_value_is_expired (TokenValue *value)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_compare (value->expiry, now) <= 0;
}
