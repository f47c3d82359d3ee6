/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-saslprep.h"

#include "core/xmpp-code-points.h"

#include <unictype.h>

/* RFC 4505 §2: the trace information has at most so many characters. */
#define TRACE_MAX_CHARACTERS 255

typedef struct
{
  guint32 first;
  guint32 last;
} Range;

/* RFC 3454 appendix B.1: commonly mapped to nothing */
static const Range nothing[] = {
  { 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x1806, 0x1806 }, { 0x180b, 0x180d },
  { 0x200b, 0x200d }, { 0x2060, 0x2060 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
};

/* C.1.2: spaces outside ASCII */
static const Range spaces[] = {
  { 0x00a0, 0x00a0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200b },
  { 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

/* C.2.1 and C.2.2: control characters */
static const Range controls[] = {
  { 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x06dd, 0x06dd }, { 0x070f, 0x070f },
  { 0x180e, 0x180e }, { 0x200c, 0x200d }, { 0x2028, 0x2029 }, { 0x2060, 0x2063 },
  { 0x206a, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffc }, { 0x1d173, 0x1d17a },
};

/* C.3 private use, C.5 surrogates, C.6 not for plain text, C.8 display, C.9 tags */
static const Range never[] = {
  { 0x0340, 0x0341 },   { 0x200e, 0x200f },     { 0x202a, 0x202e },
  { 0x206a, 0x206f },   { 0xd800, 0xdfff },     { 0xe000, 0xf8ff },
  { 0xfff9, 0xfffd },   { 0xe0001, 0xe0001 },   { 0xe0020, 0xe007f },
  { 0xf0000, 0xffffd }, { 0x100000, 0x10fffd },
};

/* C.7: ideographic description */
static const Range description[] = {
  { 0x2ff0, 0x2ffb },
};

static gboolean
is_in (guint32 character, const Range *ranges, gsize n_ranges)
{
  for (gsize i = 0; i < n_ranges; i++)
    {
      if (character >= ranges[i].first && character <= ranges[i].last)
        return TRUE;
    }

  return FALSE;
}

#define IS_IN(character, ranges) is_in (character, ranges, G_N_ELEMENTS (ranges))

/* C.4 */
static gboolean
is_noncharacter (guint32 character)
{
  return (character & 0xfffe) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef);
}

/* What both profiles forbid */
static gboolean
is_prohibited (guint32 character)
{
  return IS_IN (character, controls) || IS_IN (character, never) ||
         is_noncharacter (character);
}

/* RFC 4013 §2.1. U+200B is in both tables; it counts as the space that it looks like. */
static void
map_saslprep (XmppCodePoints *text)
{
  gsize length = 0;

  for (gsize i = 0; i < text->length; i++)
    {
      guint32 character = text->data[i];

      if (IS_IN (character, spaces))
        text->data[length++] = ' ';
      else if (!IS_IN (character, nothing))
        text->data[length++] = character;
    }

  text->length = length;
}

/* RFC 3454 §6 */
static gboolean
check_direction (const XmppCodePoints *text)
{
  gboolean left_to_right = FALSE;
  gboolean right_to_left = FALSE;
  gboolean first = FALSE;
  gboolean last = FALSE;

  for (gsize i = 0; i < text->length; i++)
    {
      int bidi_class = uc_bidi_class (text->data[i]);

      last = bidi_class == UC_BIDI_R || bidi_class == UC_BIDI_AL;
      if (i == 0)
        first = last;
      right_to_left |= last;
      left_to_right |= bidi_class == UC_BIDI_L;
    }

  return !right_to_left || (!left_to_right && first && last);
}

XmppPrepareFault
xmpp_saslprep (const char *text, gsize length, char **result)
{
  g_auto (XmppCodePoints) points = { NULL, 0, 0 };

  *result = NULL;
  if (!xmpp_code_points_init (&points, text, length))
    return XMPP_PREPARE_FAULT_NOT_UTF8;

  map_saslprep (&points);
  xmpp_code_points_normalize (&points, UNINORM_NFKC);
  if (points.length == 0)
    return XMPP_PREPARE_FAULT_EMPTY;

  for (gsize i = 0; i < points.length; i++)
    {
      if (is_prohibited (points.data[i]) || IS_IN (points.data[i], spaces) ||
          IS_IN (points.data[i], description))
        return XMPP_PREPARE_FAULT_CHARACTER;
    }
  if (!check_direction (&points))
    return XMPP_PREPARE_FAULT_DIRECTION;

  *result = xmpp_code_points_to_utf8 (&points);

  return XMPP_PREPARE_FAULT_NONE;
}

XmppPrepareFault
xmpp_saslprep_trace (const char *text, gsize length, char **result)
{
  g_auto (XmppCodePoints) points = { NULL, 0, 0 };

  *result = NULL;
  if (length == 0)
    return XMPP_PREPARE_FAULT_EMPTY;
  if (!xmpp_code_points_init (&points, text, length))
    return XMPP_PREPARE_FAULT_NOT_UTF8;
  if (points.length > TRACE_MAX_CHARACTERS)
    return XMPP_PREPARE_FAULT_TOO_LONG;

  for (gsize i = 0; i < points.length; i++)
    {
      if (is_prohibited (points.data[i]))
        return XMPP_PREPARE_FAULT_CHARACTER;
    }
  if (!check_direction (&points))
    return XMPP_PREPARE_FAULT_DIRECTION;

  *result = xmpp_code_points_to_utf8 (&points);

  return XMPP_PREPARE_FAULT_NONE;
}
