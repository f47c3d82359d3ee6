/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* I11: what others write reaches a terminal as something to read only */

#include "config.h"

#include "tool-text.h"

#include <string.h>

/* C0, C1, ESC and what changes the direction (joiners are parts of words); every one of them at the start, between
 * letters and at the end */
static gboolean
is_dangerous (gunichar c)
{
  return (c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0) || c == 0x061c ||
         c == 0x200b || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

static void
test_characters (void)
{
  for (gunichar c = 1; c <= 0xffff; c++)
    {
      char utf8[7] = "";
      g_autofree char *text = NULL;

      if (!is_dangerous (c))
        continue;

      utf8[g_unichar_to_utf8 (c, utf8)] = '\0';
      text = g_strconcat (utf8, "a", utf8, "b", utf8, NULL);
      for (ToolTextStyle style = TOOL_TEXT_LINE; style <= TOOL_TEXT_JSON; style++)
        {
          g_autofree char *shown = tool_text_escape (style, text);

          g_test_message ("U+%04X as %d: %s", c, style, shown);
          g_assert_null (strstr (shown, utf8));
          g_assert_nonnull (strchr (shown, 'a'));
        }
    }
}

static void
test_sequences (void)
{
  g_autofree char *title = tool_text_escape (TOOL_TEXT_LINE, "\x1b]0;owned\x07");
  g_autofree char *turned = tool_text_escape (TOOL_TEXT_LINE, "a\xe2\x80\xae"
                                                              "b");
  g_autofree char *line = tool_text_escape (TOOL_TEXT_LINE, "one\nmessage\tfaked");
  g_autofree char *json = tool_text_escape (TOOL_TEXT_JSON, "{\"a\": \"\x1b\"}");

  g_assert_cmpstr (title, ==, "\\x1b]0;owned\\x07");
  g_assert_cmpstr (turned, ==, "a\\u202eb");
  g_assert_null (strchr (line, '\n'));
  g_assert_null (strchr (line, '\t'));
  g_assert_cmpstr (json, ==, "{\"a\": \"\\u001b\"}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/I/I11-characters", test_characters);
  g_test_add_func ("/attacks/I/I11-sequences", test_sequences);

  return g_test_run ();
}
