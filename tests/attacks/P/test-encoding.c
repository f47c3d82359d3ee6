/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* What bytes may be part of a stream: P1, P2, P11 */

#include "config.h"

#include "attack-parser.h"
#include "stream/xmpp-writer.h"

#define BEHIND "<message><body>second</body></message></stream:stream>"

/* A user's text that one reader sees as text and another one as the end of it */
static void
test_smuggling (void)
{
  const char *bad[] = {
    "\xeb\x3c",     "\xc0\xbc",         "\xed\xa0\x80", "\xf4\x90\x80\x80",
    "\xef\xbf\xbe", "\xef\xbf\xbf",     "\x80",         "\xff",
    "\xe0\x80\xbc", "\xf0\x80\x80\xbc", "\xc3<",        "\xf8\x88\x80\x80\xbc",
  };
  const char *bad_namespaces[] = { "a\x01"
                                   "b",
                                   "a|b",
                                   "a b",
                                   "a\nb",
                                   "a&lt;b",
                                   "a&quot;b",
                                   "a\xff"
                                   "b",
                                   "a&#9;b" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("<message><body>x%s/body></message>" BEHIND, bad[i]);
      g_autofree char *attribute = g_strdup_printf ("<message a='%s'/>" BEHIND, bad[i]);
      g_autofree char *name = g_strdup_printf ("<x><a%s/></x>" BEHIND, bad[i]);
      g_autofree char *cdata =
          g_strdup_printf ("<message><![CDATA[%s]]></message>" BEHIND, bad[i]);
      g_autofree char *before =
          g_strdup_printf ("<iq/><message>%s</message>" BEHIND, bad[i]);

      attack_expect_behind_header (text, "", XMPP_STREAM_ERROR_NOT_WELL_FORMED);
      attack_expect_behind_header (attribute, "", XMPP_STREAM_ERROR_NOT_WELL_FORMED);
      attack_expect_behind_header (name, "", XMPP_STREAM_ERROR_NOT_WELL_FORMED);
      attack_expect_behind_header (cdata, "", XMPP_STREAM_ERROR_NOT_WELL_FORMED);
      attack_expect_behind_header (before, "<iq xmlns='jabber:client'/>\n",
                                   XMPP_STREAM_ERROR_NOT_WELL_FORMED);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_namespaces); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("<message><x xmlns='%s'/></message>" BEHIND,
                           bad_namespaces[i]);
      g_autofree char *prefixed =
          g_strdup_printf ("<message><x xmlns:p='%s'/></message>" BEHIND,
                           bad_namespaces[i]);

      attack_expect_behind_header (text, "", XMPP_STREAM_ERROR_NOT_WELL_FORMED);
      attack_expect_behind_header (prefixed, "", XMPP_STREAM_ERROR_NOT_WELL_FORMED);
    }
}

static void
expect_start (const char *data, gsize length, int code)
{
  Attack attack;

  attack_init (&attack);
  attack_expect (&attack, data, length, "", code);
  g_assert_cmpuint (attack.n_headers, ==, code == ATTACK_NONE);
  attack_clear (&attack);
}

static void
expect_converted (const char *encoding, const char *mark, gsize mark_length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) data = g_string_new_len (mark, mark_length);
  g_autofree char *converted = NULL;
  gsize length;

  converted = g_convert (HEADER "<x/>", -1, encoding, "UTF-8", NULL, &length, &error);
  g_assert_no_error (error);
  g_string_append_len (data, converted, length);
  expect_start (data->str, data->len, XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING);
}

static void
test_encodings (void)
{
  static const struct
  {
    const char *start;
    int code;
  } rows[] = {
    { "<?xml version='1.0' encoding='ISO-8859-1'?>" HEADER_TAG "<x>\xe9</x>",
      XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING },
    { "<?xml version='1.0' encoding='UTF-7'?>" HEADER_TAG "+ADw-x/+AD4-",
      XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING },
    { "<?xml version=\"1.0\" encoding=\"utf-16\"?>" HEADER_TAG,
      XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING },
    { "<?xml version='1.0' encoding='UTF-8x'?>" HEADER_TAG,
      XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING },
    { "<?xml version='1.0' encoding='UTF-8'?>" HEADER_TAG, ATTACK_NONE },
    { "<?xml version='1.0' encoding='utf-8' ?>" HEADER_TAG, ATTACK_NONE },
    { "<?xml version = \"1.0\"\tencoding = \"UTF-8\" standalone='yes'?>\n" HEADER_TAG,
      ATTACK_NONE },
    { "\xef\xbb\xbf" HEADER, ATTACK_NONE },
    { "\xef\xbb\xbf" HEADER_TAG, ATTACK_NONE },
    { HEADER_TAG, ATTACK_NONE },
    { " \n" HEADER, ATTACK_NONE },
    { "\xef\xbb\xbf\xef\xbb\xbf" HEADER, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "\xef\xbb" HEADER, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "HTTP/1.1 400 Bad Request\r\n\r\n", XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "\x15\x03\x03", XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "+ADw-stream:stream", XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "\xfe\xff", XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING },
    { "\xff\xfe", XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      expect_start (rows[i].start, strlen (rows[i].start), rows[i].code);
    }
  expect_converted ("UTF-16LE", "\xff\xfe", 2);
  expect_converted ("UTF-16BE", "\xfe\xff", 2);
  expect_converted ("UTF-16LE", "", 0);
  expect_converted ("UTF-16BE", "", 0);
  expect_converted ("UTF-32LE", "", 0);
  expect_converted ("UTF-32BE", "", 0);
}

static void
test_characters_in (void)
{
  const char *bad[] = { "&#0;",     "&#x0;",    "\x01",       "\x0b",
                        "\x1f",     "&#1;",     "&#xD800;",   "&#xDFFF;",
                        "&#xFFFE;", "&#xFFFF;", "&#x110000;", "&#99999999999999999999;",
                        "&#x;",     "&#;",      "&#-1;" };
  static const char zero[] = HEADER "<message>a\0b</message><message/>";
  static const char zero_attribute[] = HEADER "<message a='a\0b'/><message/>";
  static const char zero_name[] = HEADER "<mes\0sage/><message/>";
  Attack attack;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = g_strdup_printf ("<message>%s</message>" BEHIND, bad[i]);
      g_autofree char *attribute = g_strdup_printf ("<message a='%s'/>" BEHIND, bad[i]);

      attack_expect_behind_header (text, "", XMPP_STREAM_ERROR_NOT_WELL_FORMED);
      attack_expect_behind_header (attribute, "", XMPP_STREAM_ERROR_NOT_WELL_FORMED);
    }
  attack_init (&attack);
  attack_expect (&attack, zero, sizeof zero - 1, "", XMPP_STREAM_ERROR_NOT_WELL_FORMED);
  attack_expect (&attack, zero_attribute, sizeof zero_attribute - 1, "",
                 XMPP_STREAM_ERROR_NOT_WELL_FORMED);
  attack_expect (&attack, zero_name, sizeof zero_name - 1, "",
                 XMPP_STREAM_ERROR_NOT_WELL_FORMED);
  attack_clear (&attack);
}

static void
test_characters_out (void)
{
  const char *bad[] = { "\x01",         "a\x08", "\x1f", "\xed\xa0\x80",
                        "\xef\xbf\xbe", "\xff",  "\xc3" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    for (guint j = 0; j < 3; j++)
      {
        g_autoptr (XmppElement) element = xmpp_element_new ("message", NULL);
        g_autoptr (GError) error = NULL;
        XmppBuffer buffer = { 0 };

        if (j == 0)
          xmpp_element_append_child (element, "body", NULL, bad[i]);
        else if (j == 1)
          xmpp_element_set_attribute (element, "id", bad[i]);
        else
          xmpp_element_append_child (element, "x", bad[i], NULL);
        g_assert_false (xmpp_writer_append (&buffer, element, XMPP_NS_CLIENT, &error));
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
        g_assert_cmpuint (xmpp_buffer_get_length (&buffer), ==, 0);
        xmpp_buffer_clear (&buffer);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/P/P01-smuggling", test_smuggling);
  g_test_add_func ("/attacks/P/P02-encodings", test_encodings);
  g_test_add_func ("/attacks/P/P11-characters-in", test_characters_in);
  g_test_add_func ("/attacks/P/P11-characters-out", test_characters_out);

  return g_test_run ();
}
