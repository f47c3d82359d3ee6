/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* What is at the top of a stream and what is not: P13 to P16 */

#include "config.h"

#include "attack-parser.h"
#include "core/xmpp-stanza.h"

static void
test_depth_is_counted_once (void)
{
  attack_expect_behind_header ("<iq><q><bad jid='@@'><message "
                               "from='admin'/></bad></q></iq><presence/>",
                               "<iq xmlns='jabber:client'><q><bad jid='@@'><message "
                               "from='admin'/></bad></q></iq>\n"
                               "<presence xmlns='jabber:client'/>\n",
                               ATTACK_NONE);
  attack_expect_behind_header ("<iq><q></iq><message from='admin'/></q></iq>", "",
                               XMPP_STREAM_ERROR_NOT_WELL_FORMED);
}

static void
test_stream_level (void)
{
  static const struct
  {
    const char *text;
    const char *elements;
    int code;
  } rows[] = {
    { "text<message/>", "", XMPP_STREAM_ERROR_BAD_FORMAT },
    { "<a/> x <message/>", "<a xmlns='jabber:client'/>\n", XMPP_STREAM_ERROR_BAD_FORMAT },
    { "<a/>&amp;<message/>", "<a xmlns='jabber:client'/>\n",
      XMPP_STREAM_ERROR_BAD_FORMAT },
    { "<![CDATA[x]]><message/>", "", XMPP_STREAM_ERROR_BAD_FORMAT },
    { "\xc2\xa0<message/>", "", XMPP_STREAM_ERROR_BAD_FORMAT },
    { HEADER_TAG "<message/>", "", XMPP_STREAM_ERROR_BAD_FORMAT },
    { "<s:stream xmlns:s='http://etherx.jabber.org/streams'/><message/>", "",
      XMPP_STREAM_ERROR_BAD_FORMAT },
    { HEADER "<message/>", "", XMPP_STREAM_ERROR_RESTRICTED_XML },
    { "<a/></stream:stream><message/>", "<a xmlns='jabber:client'/>\n", ATTACK_NONE },
    { "<a/></stream:stream>text\xff<!-- -->", "<a xmlns='jabber:client'/>\n",
      ATTACK_NONE },
    { "<a/></stream:stream></stream:stream>", "<a xmlns='jabber:client'/>\n",
      ATTACK_NONE },
    { "</message>", "", XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "</stream>", "", XMPP_STREAM_ERROR_NOT_WELL_FORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      attack_expect_behind_header (rows[i].text, rows[i].elements, rows[i].code);
    }
}

static void
test_roots (void)
{
  static const struct
  {
    const char *text;
    int code;
  } rows[] = {
    { "<stream xmlns='http://etherx.jabber.org/streams'>", ATTACK_NONE },
    { "<s:stream xmlns:s='http://etherx.jabber.org/streams'>", ATTACK_NONE },
    { "<stream:stream xmlns:stream='http://etherx.jabber.org/stream'>",
      XMPP_STREAM_ERROR_INVALID_NAMESPACE },
    { "<stream:stream xmlns:stream='jabber:client'>",
      XMPP_STREAM_ERROR_INVALID_NAMESPACE },
    { "<stream:stream>", XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX },
    { "<stream>", XMPP_STREAM_ERROR_INVALID_NAMESPACE },
    { "<message xmlns='jabber:client'>", XMPP_STREAM_ERROR_INVALID_NAMESPACE },
    { "<message>", XMPP_STREAM_ERROR_INVALID_NAMESPACE },
    { "<html><body>404</body></html>", XMPP_STREAM_ERROR_INVALID_NAMESPACE },
    { "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>",
      XMPP_STREAM_ERROR_BAD_FORMAT },
    { "<stream:Stream xmlns:stream='http://etherx.jabber.org/streams'>",
      XMPP_STREAM_ERROR_BAD_FORMAT },
    { "text<stream:stream>", XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { DECLARATION "text<stream:stream>", XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "</stream:stream>", XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' a='1'<>",
      XMPP_STREAM_ERROR_NOT_WELL_FORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Attack attack;

      g_test_message ("row %u", i);
      attack_init (&attack);
      attack_expect (&attack, rows[i].text, strlen (rows[i].text), "", rows[i].code);
      g_assert_cmpuint (attack.n_headers, ==, rows[i].code == ATTACK_NONE);
      attack_clear (&attack);
    }
}

static void
test_matched_by_namespace (void)
{
  static const char text[] =
      "<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams'>"
      "<message xmlns='evil'/>"
      "<m xmlns:stream='evil'><stream:error/></m>"
      "<stream:error xmlns:stream='evil'/>"
      "<s:error/>"
      "<message xmlns='http://etherx.jabber.org/streams'/>"
      "<c:message xmlns:c='jabber:client'/>"
      "<x:message xmlns:x='jabber:clien' xmlns:message='jabber:client'/>";
  static const struct
  {
    gboolean stanza;
    gboolean error;
  } rows[] = {
    { FALSE, FALSE }, { FALSE, FALSE }, { FALSE, FALSE }, { FALSE, TRUE },
    { FALSE, FALSE }, { TRUE, FALSE },  { FALSE, FALSE },
  };
  Attack attack;

  attack_init (&attack);
  for (guint piece = 0; piece < 3; piece++)
    {
      attack_run (&attack, text, strlen (text), piece == 2 ? strlen (text) : piece,
                  piece == 1);
      g_assert_no_error (attack.error);
      g_assert_cmpuint (attack.elements->len, ==, G_N_ELEMENTS (rows));
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        {
          XmppElement *element = g_ptr_array_index (attack.elements, i);
          g_autoptr (XmppStanza) stanza = xmpp_stanza_new_from_element (element, NULL);

          g_assert_true ((stanza != NULL) == rows[i].stanza);
          g_assert_true (xmpp_element_is (element, "error", XMPP_NS_STREAMS) ==
                         rows[i].error);
        }
      g_assert_null (xmpp_element_get_child (g_ptr_array_index (attack.elements, 1),
                                             "error", XMPP_NS_STREAMS));
    }
  attack_clear (&attack);
}

/* One parser for each stream: bytes that follow the last element of one go to the next. */
typedef struct
{
  GPtrArray *elements;
  guint n_headers;
  guint n_events;
} Restart;

static void
got_header (XmppElement *root, gpointer user_data)
{
  Restart *restart = user_data;

  restart->n_headers++;
  restart->n_events++;
}

static void
got_element (XmppElement *element, gpointer user_data)
{
  Restart *restart = user_data;

  g_ptr_array_add (restart->elements, element);
  restart->n_events++;
}

static void
got_end (gpointer user_data)
{
}

static const XmppParserSink sink = { got_header, got_element, got_end };

/* Restarts behind each element named @last; cut into @first bytes and the rest. */
static gboolean
run_with_restarts (
    Restart *restart, const char *text, gsize first, const char *last, GError **error)
{
  const XmppLimitValues limits = {
#define ROW(name, value) .name = value,
    XMPP_LIMITS_TABLE (ROW)
#undef ROW
  };
  g_autoptr (XmppParser) parser = xmpp_parser_new (&limits, &sink, restart);
  gsize length = strlen (text);
  gsize done = 0;
  gsize end = first;

  g_ptr_array_set_size (restart->elements, 0);
  restart->n_headers = 0;
  xmpp_parser_set_single (parser, TRUE);
  while (done < length)
    {
      guint n_before = restart->elements->len;
      gsize consumed;

      if (done == end)
        end = length;
      if (!xmpp_parser_feed (parser, text + done, end - done, &consumed, error))
        return FALSE;
      done += consumed;
      if (restart->elements->len > n_before &&
          xmpp_element_is (g_ptr_array_index (restart->elements, n_before), last, NULL))
        {
          g_assert_true (g_str_has_suffix (last, "proceed") ||
                         xmpp_parser_is_between (parser));
          xmpp_parser_free (parser);
          parser = xmpp_parser_new (&limits, &sink, restart);
          xmpp_parser_set_single (parser, TRUE);
        }
    }
  return TRUE;
}

static void
test_restart (void)
{
  static const struct
  {
    const char *text;
    const char *last;
    guint n_headers;
    guint n_elements;
    int code;
  } rows[] = {
    /* Client: the server's answer and its next header in one packet */
    { HEADER "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>dj0x</success>" HEADER
             "<stream:features/>",
      "success", 2, 2, ATTACK_NONE },
    { HEADER_TAG "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>" HEADER_TAG
                 "<stream:features/>",
      "success", 2, 2, ATTACK_NONE },
    /* Server: the client does not wait for <success/> */
    { HEADER "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>eA==</response>" HEADER
             "<iq type='set'/>",
      "response", 2, 2, ATTACK_NONE },
    /* A prefix of the first stream in the second */
    { "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns:p='urn:p'>"
      "<p:success/>" HEADER_TAG "<p:x/>",
      "success", 2, 1, XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX },
    /* Text that was begun on the first stream */
    { HEADER "<success/>text" HEADER, "success", 1, 1,
      XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    /* Another encoding on the second */
    { HEADER "<success/><?xml version='1.0' encoding='UTF-7'?>" HEADER_TAG, "success", 1,
      1, XMPP_STREAM_ERROR_UNSUPPORTED_ENCODING },
    /* No second header */
    { HEADER "<success/><stream:features/>", "success", 1, 1,
      XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX },
    { HEADER "<success/></stream:stream>", "success", 1, 1,
      XMPP_STREAM_ERROR_NOT_WELL_FORMED },
  };
  Restart restart = { g_ptr_array_new_with_free_func (
      (GDestroyNotify) xmpp_element_unref) };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize cut = 1; cut <= strlen (rows[i].text); cut++)
      {
        g_autoptr (GError) error = NULL;
        gboolean good =
            run_with_restarts (&restart, rows[i].text, cut, rows[i].last, &error);

        g_assert_true (good == (rows[i].code == ATTACK_NONE));
        if (good)
          g_assert_no_error (error);
        else
          g_assert_error (error, XMPP_STREAM_ERROR, rows[i].code);
        g_assert_cmpuint (restart.n_headers, ==, rows[i].n_headers);
        g_assert_cmpuint (restart.elements->len, ==, rows[i].n_elements);
      }
  g_ptr_array_unref (restart.elements);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/P/P13-depth-is-counted-once", test_depth_is_counted_once);
  g_test_add_func ("/attacks/P/P14-stream-level", test_stream_level);
  g_test_add_func ("/attacks/P/P14-roots", test_roots);
  g_test_add_func ("/attacks/P/P15-matched-by-namespace", test_matched_by_namespace);
  g_test_add_func ("/attacks/P/P16-restart", test_restart);

  return g_test_run ();
}
