/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-element-text.h"

#include <string.h>

#define NS_XMLNS "http://www.w3.org/2000/xmlns/"

/* The length of the character at @text, 0 where there is none that XML 1.0 [2] allows.
 * Overlong forms, surrogates and what lies beyond U+10FFFF are no characters. */
static guint
read_char (const guchar *text, gsize length, gunichar *out)
{
  guchar first = text[0];
  guint n;
  gunichar c;
  gunichar least;

  if (first < 0x80)
    {
      *out = first;
      return first >= 0x20 || first == '\t' || first == '\n' || first == '\r';
    }
  if (first < 0xc2 || first > 0xf4)
    return 0;
  n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (n > length)
    return 0;
  c = first & (0x7f >> n);
  least = n == 2 ? 0x80 : n == 3 ? 0x800 : 0x10000;
  for (guint i = 1; i < n; i++)
    {
      if ((text[i] & 0xc0) != 0x80)
        return 0;
      c = c << 6 | (text[i] & 0x3f);
    }
  if (c < least || (c >= 0xd800 && c < 0xe000) || c == 0xfffe || c == 0xffff ||
      c > 0x10ffff)
    return 0;
  *out = c;
  return n;
}

/* Nonzero where one of the eight bytes is above 0x7f or below 0x20 */
static inline guint64
has_special_byte (guint64 bytes)
{
  return (bytes | (bytes - G_GUINT64_CONSTANT (0x2020202020202020))) &
         G_GUINT64_CONSTANT (0x8080808080808080);
}

XmppTextVerdict
xmpp_text_check (const char *text, gsize length)
{
  const guchar *p = (const guchar *) text;
  const guchar *end = p + length;

  while (p < end)
    {
      guint64 bytes;
      gunichar c;
      guint n;

      if (end - p >= (gssize) sizeof bytes)
        {
          memcpy (&bytes, p, sizeof bytes);
          if (has_special_byte (bytes) == 0)
            {
              p += sizeof bytes;
              continue;
            }
        }
      if (*p >= 0x20 && *p < 0x80)
        {
          p++;
          continue;
        }
      n = read_char (p, end - p, &c);
      if (n == 0)
        return XMPP_TEXT_BAD_CHARS;
      p += n;
    }
  return XMPP_TEXT_GOOD;
}

/* XML 1.0 (fifth edition), [4] NameStartChar and [4a] NameChar beyond ASCII */
static const struct
{
  gunichar first;
  gunichar last;
  gboolean start;
} name_ranges[] = {
  { 0xb7, 0xb7, FALSE },    { 0xc0, 0xd6, TRUE },     { 0xd8, 0xf6, TRUE },
  { 0xf8, 0x2ff, TRUE },    { 0x300, 0x36f, FALSE },  { 0x370, 0x37d, TRUE },
  { 0x37f, 0x1fff, TRUE },  { 0x200c, 0x200d, TRUE }, { 0x203f, 0x2040, FALSE },
  { 0x2070, 0x218f, TRUE }, { 0x2c00, 0x2fef, TRUE }, { 0x3001, 0xd7ff, TRUE },
  { 0xf900, 0xfdcf, TRUE }, { 0xfdf0, 0xfffd, TRUE }, { 0x10000, 0xeffff, TRUE },
};

static gboolean
is_name_char (gunichar c, gboolean start)
{
  if (c < 0x80)
    return g_ascii_isalpha (c) || c == '_' ||
           (!start && (g_ascii_isdigit (c) || c == '-' || c == '.'));

  for (guint i = 0; i < G_N_ELEMENTS (name_ranges); i++)
    if (c >= name_ranges[i].first && c <= name_ranges[i].last)
      return !start || name_ranges[i].start;
  return FALSE;
}

XmppTextVerdict
xmpp_text_check_name (const char *text, gsize length)
{
  const guchar *p = (const guchar *) text;
  gsize i = 0;

  if (length == 0)
    return XMPP_TEXT_BAD_NAME;
  while (i < length)
    {
      gunichar c;
      guint n = read_char (p + i, length - i, &c);

      if (n == 0 || !is_name_char (c, i == 0))
        return XMPP_TEXT_BAD_NAME;
      i += n;
    }
  return XMPP_TEXT_GOOD;
}

XmppTextVerdict
xmpp_text_check_xmlns (const char *text, gsize length)
{
  XmppTextVerdict verdict = xmpp_text_check (text, length);

  if (verdict != XMPP_TEXT_GOOD)
    return verdict;
  /* That of declarations; nothing else can be in it. */
  if (length == sizeof NS_XMLNS - 1 && memcmp (text, NS_XMLNS, length) == 0)
    return XMPP_TEXT_BAD_NAME;
  for (gsize i = 0; i < length; i++)
    {
      guchar c = text[i];

      if (c <= 0x20 || c == 0x7f || memchr ("\"'<>{}|\\^`", c, 10) != NULL)
        return XMPP_TEXT_BAD_NAME;
    }
  return XMPP_TEXT_GOOD;
}
