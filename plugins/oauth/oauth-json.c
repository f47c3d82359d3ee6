/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "oauth-json.h"

#include <string.h>

/* What is left to read; every function takes what it reads off it, or returns FALSE. */
typedef struct
{
  const char *cursor;
  guint depth_left;
} Reader;

static gboolean read_value (Reader *reader);

static void
skip_blanks (Reader *reader)
{
  reader->cursor += strspn (reader->cursor, " \t\r\n");
}

static gboolean
take (Reader *reader, char c)
{
  if (*reader->cursor != c)
    return FALSE;

  reader->cursor++;
  return TRUE;
}

static gboolean
take_word (Reader *reader, const char *word)
{
  if (!g_str_has_prefix (reader->cursor, word))
    return FALSE;

  reader->cursor += strlen (word);
  return TRUE;
}

/* ---- Strings ---- */

static gboolean
read_hex (Reader *reader, gunichar *unit)
{
  *unit = 0;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (*reader->cursor);

      if (digit < 0)
        return FALSE;
      *unit = *unit << 4 | (gunichar) digit;
      reader->cursor++;
    }

  return TRUE;
}

/* What follows "\u": half of a pair is no character, and U+0000 none that is wanted. */
static gboolean
read_escaped_character (Reader *reader, GString *string)
{
  gunichar first, second;

  if (!read_hex (reader, &first))
    return FALSE;

  if (first >= 0xd800 && first < 0xdc00)
    {
      if (!take_word (reader, "\\u") || !read_hex (reader, &second) || second < 0xdc00 ||
          second > 0xdfff)
        return FALSE;
      first = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    }

  if (first == 0 || !g_unichar_validate (first))
    return FALSE;

  g_string_append_unichar (string, first);
  return TRUE;
}

static gboolean
read_escape (Reader *reader, GString *string)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meant[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (take (reader, 'u'))
    return read_escaped_character (reader, string);

  found = *reader->cursor != '\0' ? strchr (letters, *reader->cursor) : NULL;
  if (found == NULL)
    return FALSE;

  g_string_append_c (string, meant[found - letters]);
  reader->cursor++;
  return TRUE;
}

/* NULL: it is none */
static char *
read_string (Reader *reader)
{
  g_autoptr (GString) string = g_string_new (NULL);

  if (!take (reader, '"'))
    return NULL;

  while (!take (reader, '"'))
    {
      guchar c = *reader->cursor;

      if (c < 0x20)
        return NULL;

      reader->cursor++;
      if (c != '\\')
        g_string_append_c (string, (char) c);
      else if (!read_escape (reader, string))
        return NULL;
    }

  return g_string_free (g_steal_pointer (&string), FALSE);
}

/* ---- Other values ---- */

static gboolean
read_digits (Reader *reader)
{
  gsize length = strspn (reader->cursor, "0123456789");

  reader->cursor += length;
  return length > 0;
}

static gboolean
read_number (Reader *reader)
{
  take (reader, '-');
  if (!take (reader, '0') && !read_digits (reader))
    return FALSE;
  if (take (reader, '.') && !read_digits (reader))
    return FALSE;

  if (!take (reader, 'e') && !take (reader, 'E'))
    return TRUE;
  if (!take (reader, '+'))
    take (reader, '-');
  return read_digits (reader);
}

static gboolean
read_array (Reader *reader)
{
  skip_blanks (reader);
  if (take (reader, ']'))
    return TRUE;

  for (;;)
    {
      if (!read_value (reader))
        return FALSE;
      if (take (reader, ']'))
        return TRUE;
      if (!take (reader, ','))
        return FALSE;
    }
}

/* Behind the brace. @func: (nullable) */
static gboolean
read_members (Reader *reader, OauthJsonFunc func, gpointer user_data)
{
  skip_blanks (reader);
  if (take (reader, '}'))
    return TRUE;

  for (;;)
    {
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      skip_blanks (reader);
      name = read_string (reader);
      skip_blanks (reader);
      if (name == NULL || !take (reader, ':'))
        return FALSE;

      skip_blanks (reader);
      if (*reader->cursor == '"')
        {
          value = read_string (reader);
          if (value == NULL)
            return FALSE;
          if (func != NULL)
            func (name, value, user_data);
          skip_blanks (reader);
        }
      else if (!read_value (reader))
        return FALSE;

      if (take (reader, '}'))
        return TRUE;
      if (!take (reader, ','))
        return FALSE;
    }
}

static gboolean
read_nested (Reader *reader)
{
  gboolean ok;

  if (reader->depth_left == 0)
    return FALSE;

  reader->depth_left--;
  ok = take (reader, '{') ? read_members (reader, NULL, NULL)
                          : take (reader, '[') && read_array (reader);
  reader->depth_left++;

  return ok;
}

/* With the blanks around it */
static gboolean
read_value (Reader *reader)
{
  g_autofree char *string = NULL;
  gboolean ok;

  skip_blanks (reader);
  switch (*reader->cursor)
    {
    case '"':
      string = read_string (reader);
      ok = string != NULL;
      break;
    case '{':
    case '[':
      ok = read_nested (reader);
      break;
    case 't':
      ok = take_word (reader, "true");
      break;
    case 'f':
      ok = take_word (reader, "false");
      break;
    case 'n':
      ok = take_word (reader, "null");
      break;
    default:
      ok = read_number (reader);
      break;
    }
  skip_blanks (reader);

  return ok;
}

gboolean
oauth_json_read (const char *text,
                 guint max_depth,
                 OauthJsonFunc func,
                 gpointer user_data)
{
  Reader reader = { text, max_depth - 1 };

  skip_blanks (&reader);
  if (!take (&reader, '{') || !read_members (&reader, func, user_data))
    return FALSE;
  skip_blanks (&reader);

  return *reader.cursor == '\0';
}

void
oauth_json_append_string (GString *json, const char *text)
{
  g_string_append_c (json, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_printf (json, "\\%c", *p);
      else if ((guchar) *p < 0x20)
        g_string_append_printf (json, "\\u%04x", (guchar) *p);
      else
        g_string_append_c (json, *p);
    }
  g_string_append_c (json, '"');
}
