/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-text.h"

#include <stdio.h>

/* C0, DEL, C1, the line separators of Unicode, what changes the direction of writing, and what
 * has no width and no use in a word (the joiners have) */
static gboolean
is_dangerous (gunichar character)
{
  return character < 0x20 || (character >= 0x7f && character <= 0x9f) ||
         character == 0x00ad || character == 0x061c || character == 0x180e ||
         character == 0x200b || character == 0x200e || character == 0x200f ||
         (character >= 0x2028 && character <= 0x202e) ||
         (character >= 0x2060 && character <= 0x206f) || character == 0xfeff ||
         (character >= 0xfff9 && character <= 0xfffb);
}

static void
append_escaped (GString *result, ToolTextStyle style, gunichar character)
{
  if (style == TOOL_TEXT_XML)
    g_string_append_printf (result, "&#x%x;", character);
  else if (style == TOOL_TEXT_JSON || character > 0xff)
    g_string_append_printf (result, "\\u%04x", character);
  else
    g_string_append_printf (result, "\\x%02x", character);
}

char *
tool_text_escape (ToolTextStyle style, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *result = g_string_sized_new (strlen (valid));
  gboolean keep_breaks = style == TOOL_TEXT_LINES || style == TOOL_TEXT_JSON;

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (is_dangerous (character) && !(character == '\n' && keep_breaks))
        append_escaped (result, style, character);
      else
        g_string_append_unichar (result, character);
    }

  return g_string_free (result, FALSE);
}

GLogWriterOutput
tool_log_writer (GLogLevelFlags level,
                 const GLogField *fields,
                 gsize n_fields,
                 gpointer user_data)
{
  const char *domain = NULL;
  g_autofree char *message = NULL;
  g_autofree char *escaped = NULL;

  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "GLIB_DOMAIN") && fields[i].length < 0)
      domain = fields[i].value;
  if (g_log_writer_default_would_drop (level, domain))
    return G_LOG_WRITER_HANDLED;

  message = g_log_writer_format_fields (level, fields, n_fields, FALSE);
  escaped = tool_text_escape (TOOL_TEXT_LINES, message);
  fprintf (stderr, "%s\n", escaped);
  fflush (stderr);

  return G_LOG_WRITER_HANDLED;
}

void
tool_complain (const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *escaped = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  escaped = tool_text_escape (TOOL_TEXT_LINE, message);
  fprintf (stderr, "xmpp-tool: %s\n", escaped);
}
