/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-code-points.h"

#include "core/xmpp-secret-private.h"

#include <stdlib.h>
#include <string.h>

#include <unicase.h>

/* The longest that one code point becomes (Unicode Standard Annex #15, table of factors;
 * lower case: U+0130): a buffer of this size is never grown behind our back. */
#define NFC_EXPANSION 3
#define NFKC_EXPANSION 18
#define LOWER_EXPANSION 3

gboolean
xmpp_code_points_init (XmppCodePoints *self, const char *text, gsize length)
{
  glong n_characters;

  *self = (XmppCodePoints){ NULL, 0, 0 };
  if (!g_utf8_validate_len (text, length, NULL))
    return FALSE;

  self->data = (guint32 *) g_utf8_to_ucs4_fast (text, length, &n_characters);
  self->length = n_characters;
  self->allocated = n_characters;

  return TRUE;
}

void
xmpp_code_points_clear (XmppCodePoints *self)
{
  xmpp_secret_wipe (self->data, self->allocated * sizeof (guint32));
  g_clear_pointer (&self->data, g_free);
  self->length = 0;
  self->allocated = 0;
}

/* @result is @buffer unless it did not fit. */
static void
take_result (
    XmppCodePoints *self, guint32 *buffer, gsize allocated, guint32 *result, gsize length)
{
  if (result == NULL)
    g_error ("no memory for a text");

  if (result != buffer)
    {
      g_free (buffer);
      buffer = g_memdup2 (result, length * sizeof (guint32));
      allocated = length;
      xmpp_secret_wipe (result, length * sizeof (guint32));
      free (result);
    }

  xmpp_code_points_clear (self);
  self->data = buffer;
  self->length = length;
  self->allocated = allocated;
}

void
xmpp_code_points_normalize (XmppCodePoints *self, uninorm_t form)
{
  gsize allocated = self->length * (form == UNINORM_NFC ? NFC_EXPANSION : NFKC_EXPANSION);
  gsize length = allocated;
  guint32 *buffer;
  guint32 *result;

  if (self->length == 0)
    return;

  buffer = g_new0 (guint32, allocated);
  result = u32_normalize (form, self->data, self->length, buffer, &length);
  take_result (self, buffer, allocated, result, length);
}

void
xmpp_code_points_lower (XmppCodePoints *self)
{
  gsize allocated = self->length * LOWER_EXPANSION;
  gsize length = allocated;
  guint32 *buffer;
  guint32 *result;

  if (self->length == 0)
    return;

  buffer = g_new0 (guint32, allocated);
  result = u32_tolower (self->data, self->length, NULL, NULL, buffer, &length);
  take_result (self, buffer, allocated, result, length);
}

gboolean
xmpp_code_points_equal (const XmppCodePoints *a, const XmppCodePoints *b)
{
  return a->length == b->length &&
         (a->length == 0 || memcmp (a->data, b->data, a->length * sizeof (guint32)) == 0);
}

char *
xmpp_code_points_to_utf8 (const XmppCodePoints *self)
{
  if (self->length == 0)
    return g_strdup ("");

  return g_ucs4_to_utf8 ((const gunichar *) self->data, self->length, NULL, NULL, NULL);
}
