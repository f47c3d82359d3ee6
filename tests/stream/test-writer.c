/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <string.h>

#include "core/xmpp-element-private.h"
#include "core/xmpp-namespaces.h"
#include "stream/xmpp-writer.h"

static void
assert_written (XmppElement *element, const char *content_xmlns, const char *expected)
{
  XmppBuffer buffer = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = NULL;

  g_assert_true (xmpp_writer_append (&buffer, element, content_xmlns, &error));
  g_assert_no_error (error);
  xml = g_strndup (xmpp_buffer_peek (&buffer), xmpp_buffer_get_length (&buffer));
  g_assert_cmpstr (xml, ==, expected);
  xmpp_buffer_clear (&buffer);
}

static void
test_content_namespace (void)
{
  const char *namespaces[] = { NULL, XMPP_NS_CLIENT, XMPP_NS_SERVER, XMPP_NS_COMPONENT };

  for (guint i = 0; i < G_N_ELEMENTS (namespaces); i++)
    for (guint j = 1; j < G_N_ELEMENTS (namespaces); j++)
      {
        g_autoptr (XmppElement) element = xmpp_element_new ("message", namespaces[i]);

        xmpp_element_append_child (element, "body", namespaces[i], "x");
        xmpp_element_append_child (element, "y", "urn:y", NULL);
        assert_written (element, namespaces[j],
                        "<message><body>x</body><y xmlns='urn:y'/></message>");
      }
}

static void
test_forwarded (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("message", NULL);
  XmppElement *forwarded;
  XmppElement *inner;

  forwarded =
      xmpp_element_append_child (element, "forwarded", "urn:xmpp:forward:0", NULL);
  xmpp_element_append_child (forwarded, "delay", "urn:xmpp:delay", NULL);
  inner = xmpp_element_append_child (forwarded, "message", XMPP_NS_CLIENT, NULL);
  xmpp_element_append_child (inner, "body", NULL, "x");
  xmpp_element_append_child (element, "thread", NULL, "t");
  assert_written (element, XMPP_NS_SERVER,
                  "<message><forwarded xmlns='urn:xmpp:forward:0'>"
                  "<delay xmlns='urn:xmpp:delay'/>"
                  "<message xmlns='jabber:client'><body>x</body></message>"
                  "</forwarded><thread>t</thread></message>");
}

static void
test_stream_prefix (void)
{
  g_autoptr (XmppElement) features = xmpp_element_new ("features", XMPP_NS_STREAMS);
  g_autoptr (XmppElement) error = xmpp_element_new ("error", XMPP_NS_STREAMS);
  XmppElement *mechanisms;

  mechanisms = xmpp_element_append_child (features, "mechanisms", XMPP_NS_SASL, NULL);
  xmpp_element_append_child (mechanisms, "mechanism", NULL, "PLAIN");
  xmpp_element_append_child (features, "x", NULL, NULL);
  xmpp_element_append_child (features, "y", XMPP_NS_CLIENT, NULL);
  assert_written (features, XMPP_NS_CLIENT,
                  "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                  "<mechanism>PLAIN</mechanism></mechanisms><stream:x/><y/></"
                  "stream:features>");

  xmpp_element_append_child (error, "bad-format", XMPP_NS_STREAM_ERRORS, NULL);
  assert_written (error, XMPP_NS_CLIENT,
                  "<stream:error><bad-format "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                  "</stream:error>");
}

static void
test_part_of_a_tree (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("a", "urn:a");
  XmppElement *child = xmpp_element_append_child (element, "b", NULL, "x");

  xmpp_element_append_child (element, "c", NULL, NULL);
  assert_written (child, XMPP_NS_CLIENT, "<b xmlns='urn:a'>x</b>");
}

static void
test_escaping (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("a", NULL);

  xmpp_element_set_attribute (element, "x", "&<>\"'\t\n\r\xc3\xa9");
  xmpp_element_append_text (element, "&<>\"'\t\n\r\xc3\xa9</a>");
  assert_written (element, XMPP_NS_CLIENT,
                  "<a x='&amp;&lt;&gt;&quot;&apos;&#9;&#10;&#13;\xc3\xa9'>"
                  "&amp;&lt;&gt;&quot;&apos;\t\n&#13;\xc3\xa9&lt;/a&gt;</a>");
}

static void
test_broken (void)
{
  XmppBuffer buffer = { 0 };
  g_autoptr (XmppElement) element = xmpp_element_new ("a", NULL);
  g_autoptr (GError) error = NULL;

  xmpp_buffer_append (&buffer, "before", 6);
  xmpp_element_append_child (xmpp_element_append_child (element, "b", NULL, "good"), "c",
                             NULL, "bad\x01");
  g_assert_false (xmpp_writer_append (&buffer, element, XMPP_NS_CLIENT, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpuint (xmpp_buffer_get_length (&buffer), ==, 6);
  xmpp_buffer_clear (&buffer);
}

static void
test_header (void)
{
  const char *attributes[] = { "to",      "p.test",    "from",     NULL,
                               "version", "1.0",       "xml:lang", "en",
                               "id",      "a'b<c>&\n", NULL };
  XmppBuffer buffer = { 0 };
  g_autofree char *xml = NULL;

  xmpp_writer_append_header (&buffer, XMPP_NS_CLIENT, attributes);
  xml = g_strndup (xmpp_buffer_peek (&buffer), xmpp_buffer_get_length (&buffer));
  g_assert_cmpstr (xml, ==,
                   "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                   "xmlns:stream='http://etherx.jabber.org/streams' to='p.test' "
                   "version='1.0' "
                   "xml:lang='en' id='a&apos;b&lt;c&gt;&amp;&#10;'>");
  xmpp_buffer_clear (&buffer);
}

static void
test_buffer (void)
{
  XmppBuffer buffer = { .sensitive = TRUE };
  g_autoptr (GString) expected = g_string_new (NULL);
  gsize taken = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u;", i);

      g_string_append (expected, text);
      xmpp_buffer_append (&buffer, text, strlen (text));
      if (i % 3 == 0)
        {
          gsize length = MIN (xmpp_buffer_get_length (&buffer), i % 11);

          g_assert_cmpmem (xmpp_buffer_peek (&buffer), length, expected->str + taken,
                           length);
          xmpp_buffer_consume (&buffer, length);
          taken += length;
        }
    }
  g_assert_cmpmem (xmpp_buffer_peek (&buffer), xmpp_buffer_get_length (&buffer),
                   expected->str + taken, expected->len - taken);
  xmpp_buffer_truncate (&buffer, 10);
  g_assert_cmpmem (xmpp_buffer_peek (&buffer), xmpp_buffer_get_length (&buffer),
                   expected->str + taken, 10);
  xmpp_buffer_consume (&buffer, 10);
  g_assert_cmpuint (xmpp_buffer_get_length (&buffer), ==, 0);
  memcpy (xmpp_buffer_reserve (&buffer, 100000), "abc", 3);
  xmpp_buffer_commit (&buffer, 3);
  g_assert_cmpmem (xmpp_buffer_peek (&buffer), xmpp_buffer_get_length (&buffer), "abc",
                   3);
  xmpp_buffer_clear (&buffer);
  g_assert_true (buffer.sensitive);
  g_assert_cmpuint (xmpp_buffer_get_length (&buffer), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/writer/content-namespace", test_content_namespace);
  g_test_add_func ("/writer/forwarded", test_forwarded);
  g_test_add_func ("/writer/stream-prefix", test_stream_prefix);
  g_test_add_func ("/writer/part-of-a-tree", test_part_of_a_tree);
  g_test_add_func ("/writer/escaping", test_escaping);
  g_test_add_func ("/writer/broken", test_broken);
  g_test_add_func ("/writer/header", test_header);
  g_test_add_func ("/writer/buffer", test_buffer);

  return g_test_run ();
}
