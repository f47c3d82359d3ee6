/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-text.h"

#include <stdio.h>

/* C0, DEL, C1, the line separators of Unicode, and what changes the direction of writing */
static gboolean
is_dangerous (gunichar character)
{
  return character < 0x20 || (character >= 0x7f && character <= 0x9f) ||
         character == 0x061c || character == 0x200e || character == 0x200f ||
         (character >= 0x2028 && character <= 0x202e) ||
         (character >= 0x2066 && character <= 0x2069);
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
