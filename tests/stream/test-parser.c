/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <malloc.h>
#include <string.h>

#include "core/xmpp-element-private.h"
#include "core/xmpp-error.h"
#include "core/xmpp-namespaces.h"
#include "stream/xmpp-element-reader.h"
#include "stream/xmpp-parser.h"

#define HEADER                                                                           \
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "                           \
  "xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0' xml:lang='en'>"

typedef struct
{
  XmppParser *parser;
  XmppLimitValues limits;
  GString *log; /* what came, one line each */
  guint n_headers, n_elements, n_ends;
  gboolean sleep; /* after each event */
  gboolean free_parser;
} Fixture;

static void
got_header (XmppElement *root, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *xml = xmpp_element_to_string (root);

  g_assert_true (xmpp_element_is_sealed (root));
  fixture->n_headers++;
  g_string_append_printf (fixture->log, "header %s default %s\n", xml,
                          xmpp_parser_get_content_xmlns (fixture->parser));
}

static void
got_element (XmppElement *element, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *xml = xmpp_element_to_string (element);

  g_assert_true (xmpp_element_is_sealed (element));
  g_assert_null (xmpp_element_get_parent (element));
  fixture->n_elements++;
  g_string_append_printf (fixture->log, "%s\n", xml);
  xmpp_element_unref (element);
  if (fixture->sleep)
    xmpp_parser_sleep (fixture->parser);
  if (fixture->free_parser)
    xmpp_parser_free (g_steal_pointer (&fixture->parser));
}

static void
got_end (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_ends++;
  g_string_append (fixture->log, "end\n");
}

static const XmppParserSink sink = { got_header, got_element, got_end };

static void
fixture_init (Fixture *fixture)
{
  const XmppLimitValues limits = {
#define ROW(name, value) .name = value,
    XMPP_LIMITS_TABLE (ROW)
#undef ROW
  };

  memset (fixture, 0, sizeof *fixture);
  fixture->limits = limits;
  fixture->log = g_string_new (NULL);
  fixture->parser = xmpp_parser_new (&fixture->limits, &sink, fixture);
}

static void
fixture_clear (Fixture *fixture)
{
  xmpp_parser_free (fixture->parser);
  g_string_free (fixture->log, TRUE);
}

static void
feed (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;
  gsize consumed;

  g_assert_true (
      xmpp_parser_feed (fixture->parser, text, strlen (text), &consumed, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (consumed, ==, strlen (text));
}

static const char conversation[] = HEADER
    "<stream:features><bind "
    "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>\n"
    "<message to='a@b' type='chat'><body>Hello &amp; &lt;all&gt; &#x263a; "
    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80</body>"
    "<x xmlns='urn:x' xmlns:y='urn:y' y:a='1' a='a &amp; &lt; &#38; &#60; &quot; &apos; "
    "&#9;&#10;>'/></message> "
    "<iq id='1'><query xmlns='jabber:iq:roster'><item jid='a'/>between<item jid='b'/>"
    "</query></iq><p:presence xmlns:p='jabber:client'><![CDATA[a > b <x '] "
    "]]]></p:presence>"
    "<a xmlns=''><b/></a></stream:stream>";

static const char conversation_log[] =
    "header <stream:stream xmlns:stream='http://etherx.jabber.org/streams' id='1' "
    "version='1.0' "
    "xml:lang='en'/> default jabber:client\n"
    "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>"
    "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>\n"
    "<message xmlns='jabber:client' to='a@b' type='chat'><body>Hello &amp; &lt;all&gt; "
    "\xe2\x98\xba \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80</body>"
    "<x xmlns='urn:x' xmlns:ns1='urn:y' ns1:a='1' a='a &amp; &lt; &amp; &lt; &quot; "
    "&apos; "
    "&#9;&#10;&gt;'/></message>\n"
    "<iq xmlns='jabber:client' id='1'><query xmlns='jabber:iq:roster'><item "
    "jid='a'/>between"
    "<item jid='b'/></query></iq>\n"
    "<presence xmlns='jabber:client'>a &gt; b &lt;x &apos;] ]</presence>\n"
    "<a xmlns=''><b/></a>\n"
    "end\n";

static void
test_pieces (void)
{
  const gsize length = strlen (conversation);

  for (gsize size = 1; size <= length; size++)
    {
      Fixture fixture;

      fixture_init (&fixture);
      fixture.sleep = size % 2;
      for (gsize i = 0; i < length; i += size)
        {
          g_autoptr (GError) error = NULL;
          gsize n = MIN (size, length - i);
          gsize consumed;

          xmpp_parser_feed (fixture.parser, conversation + i, n, &consumed, &error);
          g_assert_no_error (error);
          g_assert_cmpuint (consumed, ==, n);
        }
      g_assert_cmpstr (fixture.log->str, ==, conversation_log);
      fixture_clear (&fixture);
    }
}

/* In single mode feed() stops behind each event, to the byte. */
static void
test_single (void)
{
  const char *ends[] = { "xml:lang='en'>",  "</stream:features>", "</message>",
                         "</iq>",           "</p:presence>",      "</a>",
                         "</stream:stream>" };
  const gsize length = strlen (conversation);

  for (gsize size = 1; size <= length; size++)
    {
      Fixture fixture;
      guint n_events = 0;
      gsize i = 0;

      fixture_init (&fixture);
      xmpp_parser_set_single (fixture.parser, TRUE);
      while (i < length)
        {
          g_autoptr (GError) error = NULL;
          gsize consumed;
          guint before = n_events;

          xmpp_parser_feed (fixture.parser, conversation + i, MIN (size, length - i),
                            &consumed, &error);
          g_assert_no_error (error);
          i += consumed;
          n_events = fixture.n_headers + fixture.n_elements + fixture.n_ends;
          g_assert_cmpuint (n_events - before, <=, 1);
          if (n_events > before)
            {
              g_autofree char *so_far = g_strndup (conversation, i);

              g_assert_true (g_str_has_suffix (so_far, ends[before]));
              g_assert_true (xmpp_parser_is_between (fixture.parser) || i == length);
            }
        }
      g_assert_cmpuint (n_events, ==, G_N_ELEMENTS (ends));
      g_assert_cmpstr (fixture.log->str, ==, conversation_log);
      fixture_clear (&fixture);
    }
}

static void
test_between (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  g_assert_true (xmpp_parser_is_between (fixture.parser));
  xmpp_parser_sleep (fixture.parser);
  feed (&fixture, "<?x");
  g_assert_false (xmpp_parser_is_between (fixture.parser));
  feed (&fixture, HEADER + 3);
  g_assert_true (xmpp_parser_is_between (fixture.parser));
  xmpp_parser_sleep (fixture.parser);
  feed (&fixture, " \n");
  g_assert_true (xmpp_parser_is_between (fixture.parser));
  feed (&fixture, "<");
  g_assert_false (xmpp_parser_is_between (fixture.parser));
  xmpp_parser_sleep (fixture.parser);
  feed (&fixture, "iq/> ");
  g_assert_true (xmpp_parser_is_between (fixture.parser));
  g_assert_cmpuint (fixture.n_elements, ==, 1);
  fixture_clear (&fixture);
}

/* A sleeping parser knows the header's namespaces. */
static void
test_sleep (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  feed (&fixture,
        "<s:stream xmlns='jabber:server' xmlns:s='http://etherx.jabber.org/streams' "
        "xmlns:db='jabber:server:dialback' xmlns:q='urn:a&amp;b'>");
  xmpp_parser_sleep (fixture.parser);
  feed (&fixture, "<db:result/><message/><s:features/><q:x/>");
  xmpp_parser_sleep (fixture.parser);
  feed (&fixture, "</s:stream>");
  g_assert_cmpstr (fixture.log->str, ==,
                   "header <stream:stream "
                   "xmlns:stream='http://etherx.jabber.org/streams'/> "
                   "default jabber:server\n"
                   "<result xmlns='jabber:server:dialback'/>\n"
                   "<message xmlns='jabber:server'/>\n"
                   "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>\n"
                   "<x xmlns='urn:a&amp;b'/>\nend\n");
  fixture_clear (&fixture);
}

static void
test_after_the_end (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  feed (&fixture, HEADER "</stream:stream><message/>\xff<?x");
  feed (&fixture, "anything");
  g_assert_cmpuint (fixture.n_ends, ==, 1);
  g_assert_cmpuint (fixture.n_elements, ==, 0);
  fixture_clear (&fixture);
}

static void
test_after_an_error (void)
{
  Fixture fixture;
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  const char *text = "<a/><b></a><c/>";

  fixture_init (&fixture);
  feed (&fixture, HEADER);
  g_assert_false (xmpp_parser_feed (fixture.parser, text, strlen (text), NULL, &first));
  g_assert_error (first, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_WELL_FORMED);
  g_assert_false (xmpp_parser_feed (fixture.parser, "<d/>", 4, NULL, &second));
  g_assert_error (second, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_WELL_FORMED);
  g_assert_cmpuint (fixture.n_elements, ==, 1);
  fixture_clear (&fixture);
}

static void
test_free_in_callback (void)
{
  Fixture fixture;
  XmppParser *parser;
  const char *text = HEADER "<a/><b/><c/></stream:stream>";

  fixture_init (&fixture);
  fixture.free_parser = TRUE;
  parser = fixture.parser;
  xmpp_parser_feed (parser, text, strlen (text), NULL, NULL);
  g_assert_cmpuint (fixture.n_elements, ==, 1);
  g_assert_cmpuint (fixture.n_ends, ==, 0);
  fixture_clear (&fixture);
}

/* Names that a peer makes up do not stay: the dictionary is renewed on the way. */
static void
test_many_names (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  xmpp_parser_set_authenticated (fixture.parser, TRUE);
  feed (&fixture, HEADER);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("<n%u><m%u/></n%u><x", i, i, i);

      feed (&fixture, text);
      g_string_truncate (fixture.log, 0);
      feed (&fixture, "/>");
      g_string_truncate (fixture.log, 0);
    }
  feed (&fixture, "<message/>");
  g_assert_cmpstr (fixture.log->str, ==, "<message xmlns='jabber:client'/>\n");
  g_assert_cmpuint (fixture.n_elements, ==, 40001);
  fixture_clear (&fixture);
}

static void
test_long_text (void)
{
  Fixture fixture;
  g_autoptr (GString) text = g_string_new (HEADER "<message><body>");
  const gsize start = text->len;

  for (guint i = 0; i < 40000; i++)
    g_string_append (text, i % 7 ? "plain text " : "\xc3\xa9\xf0\x9f\x98\x80");
  for (gsize size = 333; size < 100000; size *= 7)
    {
      g_autofree char *expected = NULL;
      g_autofree char *end = NULL;

      fixture_init (&fixture);
      xmpp_parser_set_authenticated (fixture.parser, TRUE);
      for (gsize i = 0; i < text->len; i += size)
        {
          g_autoptr (GError) error = NULL;

          xmpp_parser_feed (fixture.parser, text->str + i, MIN (size, text->len - i),
                            NULL, &error);
          g_assert_no_error (error);
        }
      g_string_truncate (fixture.log, 0);
      feed (&fixture, "</body></message>");
      expected =
          g_strdup_printf ("<message xmlns='jabber:client'><body>%s</body></message>\n",
                           text->str + start);
      g_assert_true (g_str_equal (fixture.log->str, expected));
      fixture_clear (&fixture);
    }
}

/* From any place on one event at a time can be asked for. */
static void
test_single_from_here (void)
{
  const gsize length = strlen (conversation);

  for (gsize turn = 1; turn < length; turn++)
    {
      Fixture fixture;
      gsize i;

      fixture_init (&fixture);
      g_assert_true (xmpp_parser_feed (fixture.parser, conversation, turn, NULL, NULL));
      xmpp_parser_set_single (fixture.parser, TRUE);
      for (i = turn; i < length;)
        {
          g_autoptr (GError) error = NULL;
          guint before = fixture.n_headers + fixture.n_elements + fixture.n_ends;
          gsize consumed;

          xmpp_parser_feed (fixture.parser, conversation + i, length - i, &consumed,
                            &error);
          g_assert_no_error (error);
          i += consumed;
          g_assert_cmpuint (fixture.n_headers + fixture.n_elements + fixture.n_ends -
                                before,
                            ==, 1);
          g_assert_true (xmpp_parser_is_between (fixture.parser) || i == length);
          g_assert_cmpint (conversation[i - 1], ==, '>');
        }
      g_assert_cmpstr (fixture.log->str, ==, conversation_log);
      fixture_clear (&fixture);
    }
}

/* What a big attribute has made libxml2's buffer does not stay. */
static void
test_buffer_shrinks (void)
{
  Fixture fixture;
  g_autofree char *value = g_strnfill (1000000, 'x');
  struct mallinfo2 before;
  struct mallinfo2 after;

  fixture_init (&fixture);
  xmpp_parser_set_authenticated (fixture.parser, TRUE);
  feed (&fixture, HEADER);
  feed (&fixture, "<a/>");
  before = mallinfo2 ();
  for (guint i = 0; i < 3; i++)
    {
      feed (&fixture, "<a b='");
      feed (&fixture, value);
      feed (&fixture, "'/><c/><d/><e>");
      feed (&fixture, "</e>");
      g_string_free (fixture.log, TRUE);
      fixture.log = g_string_new (NULL);
    }
  after = mallinfo2 ();
  g_assert_cmpuint (fixture.n_elements, ==, 13);
  g_assert_cmpuint (after.uordblks + after.hblkhd, <,
                    before.uordblks + before.hblkhd + 100000);
  fixture_clear (&fixture);
}

static void
test_reader (void)
{
  static const struct
  {
    const char *xml;
    const char *expected; /* NULL: an error */
    XmppStreamError code;
  } rows[] = {
    { "<a/>", "<a xmlns='jabber:client'/>" },
    { " <a xmlns='urn:x'>&lt;<b/></a>\n", "<a xmlns='urn:x'>&lt;<b/></a>" },
    { "<stream:features/>",
      "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>" },
    { "", NULL, XMPP_STREAM_ERROR_BAD_FORMAT },
    { "<a/><b/>", NULL, XMPP_STREAM_ERROR_BAD_FORMAT },
    { "text", NULL, XMPP_STREAM_ERROR_BAD_FORMAT },
    { "<a>", NULL, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a/></stream:stream>", NULL, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a/></stream:stream><b/>", NULL, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a/><!-- ", NULL, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a><!-- --></a>", NULL, XMPP_STREAM_ERROR_RESTRICTED_XML },
    { "<a>\xff</a>", NULL, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x:a/>", NULL, XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX },
    { "<?xml version='1.0'?><a/>", NULL, XMPP_STREAM_ERROR_RESTRICTED_XML },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppElement)
          element = xmpp_element_new_from_string (rows[i].xml, &error);

      g_test_message ("row %u", i);
      if (rows[i].expected != NULL)
        {
          g_autofree char *xml = NULL;

          g_assert_no_error (error);
          xml = xmpp_element_to_string (element);
          g_assert_cmpstr (xml, ==, rows[i].expected);
          g_assert_false (xmpp_element_is_sealed (element));
        }
      else
        {
          g_assert_error (error, XMPP_STREAM_ERROR, (int) rows[i].code);
          g_assert_null (element);
        }
    }
}

/* What a peer may send can be sent on: the namespace that nobody may declare. */
static void
test_element_of_xml (void)
{
  g_autoptr (XmppElement)
      element = xmpp_element_new_from_string ("<a><xml:b><c/></xml:b></a>", NULL);
  g_autofree char *xml = xmpp_element_to_string (element);
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement) again = xmpp_element_new_from_string (xml, &error);

  g_assert_no_error (error);
  g_assert_true (
      xmpp_element_is (xmpp_element_get_first_child (again), "b", XMPP_NS_XML));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/parser/pieces", test_pieces);
  g_test_add_func ("/parser/single", test_single);
  g_test_add_func ("/parser/single-from-here", test_single_from_here);
  g_test_add_func ("/parser/between", test_between);
  g_test_add_func ("/parser/sleep", test_sleep);
  g_test_add_func ("/parser/after-the-end", test_after_the_end);
  g_test_add_func ("/parser/after-an-error", test_after_an_error);
  g_test_add_func ("/parser/free-in-callback", test_free_in_callback);
  g_test_add_func ("/parser/many-names", test_many_names);
  g_test_add_func ("/parser/long-text", test_long_text);
  g_test_add_func ("/parser/buffer-shrinks", test_buffer_shrinks);
  g_test_add_func ("/parser/element-of-xml", test_element_of_xml);
  g_test_add_func ("/parser/reader", test_reader);

  return g_test_run ();
}
