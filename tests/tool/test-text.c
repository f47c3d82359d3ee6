/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tool-text.h"

/* I11: what others have written cannot steer the terminal. */
static void
test_escape (void)
{
  static const struct
  {
    ToolTextStyle style;
    const char *text;
    const char *result;
  } rows[] = {
    { TOOL_TEXT_LINE, "plain, gr\u00fc\u00dfe \U0001f600",
      "plain, gr\u00fc\u00dfe \U0001f600" },
    { TOOL_TEXT_LINE, "\x1b]0;title\x07", "\\x1b]0;title\\x07" },
    { TOOL_TEXT_LINE, "a\tb\nc\rd", "a\\x09b\\x0ac\\x0dd" },
    { TOOL_TEXT_LINE, "\x7f\xc2\x9b", "\\x7f\\x9b" },
    { TOOL_TEXT_LINE, "a\u202eb\u2066c\u200f\u061c", "a\\u202eb\\u2066c\\u200f\\u061c" },
    { TOOL_TEXT_LINE, "\u2028\u2029", "\\u2028\\u2029" },
    { TOOL_TEXT_LINE, "\u00ad\u180e\u200b\u2060\u206f\ufeff\ufff9",
      "\\xad\\u180e\\u200b\\u2060\\u206f\\ufeff\\ufff9" },
    { TOOL_TEXT_LINE, "\u0645\u06cc\u200c\u062e \U0001f468\u200d\U0001f4bb",
      "\u0645\u06cc\u200c\u062e \U0001f468\u200d\U0001f4bb" },
    { TOOL_TEXT_LINE, "a\xff", "a\ufffd" },
    { TOOL_TEXT_LINE, "d\\27artagnan", "d\\27artagnan" },
    { TOOL_TEXT_LINES, "a\n\x1b[2J\n", "a\n\\x1b[2J\n" },
    { TOOL_TEXT_XML, "<a>\n\u202e</a>", "<a>&#xa;&#x202e;</a>" },
    { TOOL_TEXT_JSON, "{\n\"a\": \"\u202e\xc2\x9b\"\n}",
      "{\n\"a\": \"\\u202e\\u009b\"\n}" },
    { TOOL_TEXT_LINE, "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *result = tool_text_escape (rows[i].style, rows[i].text);

      g_assert_cmpstr (result, ==, rows[i].result);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tool/text/escape", test_escape);

  return g_test_run ();
}
