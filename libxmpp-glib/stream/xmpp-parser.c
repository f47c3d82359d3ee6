/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "stream/xmpp-parser-private.h"

#include "core/xmpp-error.h"

/* libxml2's buffer grows to the largest piece, and stays. */
#define PIECE_BYTES 1024
#define MAX_BUFFER_BYTES (16 * PIECE_BYTES)

/* For the semicolon of &amp; libxml2 would wait for ever. */
#define MAX_REFERENCE_BYTES 64

XmppParser *
xmpp_parser_new (const XmppLimitValues *limits,
                 const XmppParserSink *sink,
                 gpointer user_data)
{
  XmppParser *parser = g_new0 (XmppParser, 1);

  parser->limits = limits;
  parser->sink = sink;
  parser->user_data = user_data;
  parser->between = TRUE;
  parser->scan.state = XMPP_PARSER_SCAN_TEXT;
  return parser;
}

void
xmpp_parser_free (XmppParser *parser)
{
  XmppNode *node;

  if (parser == NULL)
    return;
  if (parser->busy)
    {
      parser->dead = TRUE;
      return;
    }

  xmpp_parser_drop_context (parser);
  if (parser->current != NULL)
    xmpp_element_unref (parser->current);
  if (parser->header != NULL)
    xmpp_element_unref (parser->header);
  while ((node = parser->first_ready) != NULL)
    {
      parser->first_ready = node->next;
      xmpp_element_unref ((XmppElement *) node);
    }
  g_clear_error (&parser->error);
  g_free (parser->content_xmlns);
  g_free (parser->root_tag);
  g_free (parser);
}

const char *
xmpp_parser_get_content_xmlns (XmppParser *parser)
{
  return parser->content_xmlns != NULL ? parser->content_xmlns : "";
}

void
xmpp_parser_set_authenticated (XmppParser *parser, gboolean authenticated)
{
  parser->authenticated = authenticated;
}

void
xmpp_parser_set_single (XmppParser *parser, gboolean single)
{
  parser->single = single;
}

gboolean
xmpp_parser_is_between (XmppParser *parser)
{
  return parser->between && parser->first_ready == NULL && !parser->end_ready;
}

void
xmpp_parser_sleep (XmppParser *parser)
{
  if (xmpp_parser_is_between (parser))
    xmpp_parser_drop_context (parser);
}

/* Hands over what is complete. Outside of libxml2, so that the receiver may do what it likes:
 * free the parser, put it to sleep, run a main loop. TRUE where there was something */
static gboolean
deliver (XmppParser *parser)
{
  gboolean any = FALSE;

  if (parser->header != NULL)
    {
      g_autoptr (XmppElement) header = g_steal_pointer (&parser->header);

      any = TRUE;
      parser->sink->header (header, parser->user_data);
    }
  while (parser->first_ready != NULL && !parser->dead)
    {
      XmppNode *node = parser->first_ready;

      parser->first_ready = node->next;
      if (parser->first_ready == NULL)
        parser->last_ready = NULL;
      node->next = NULL;
      any = TRUE;
      parser->sink->element ((XmppElement *) node, parser->user_data);
    }
  if (parser->end_ready && !parser->dead)
    {
      any = TRUE;
      parser->end_ready = FALSE;
      parser->ended = TRUE;
      parser->sink->end (parser->user_data);
    }
  return any;
}

/* What libxml2 keeps back until it sees more */
static gsize
get_unparsed (XmppParser *parser)
{
  const xmlParserInput *input = parser->context != NULL ? parser->context->input : NULL;

  return input != NULL ? input->end - input->cur : 0;
}

static void
note_place (XmppParser *parser)
{
  const xmlParserInput *input = parser->context->input;
  const xmlChar *p;

  parser->between = FALSE;
  if (input == NULL)
    return;
  if (input->cur < input->end && *input->cur == '&' &&
      input->end - input->cur > MAX_REFERENCE_BYTES)
    xmpp_parser_fail (parser, XMPP_STREAM_ERROR_NOT_WELL_FORMED,
                      "The peer sends a reference that does not end");
  if (parser->depth != 1)
    return;
  for (p = input->cur; p < input->end; p++)
    if (!xmpp_parser_is_space ((char) *p))
      return;
  parser->between = TRUE;
  parser->scan.state = XMPP_PARSER_SCAN_TEXT;
}

static void
parse (XmppParser *parser, const char *data, gsize length)
{
  xmpp_parser_wake (parser);
  parser->n_fed += length;
  xmpp_parser_dict_lock (parser->dict);
  xmlParseChunk (parser->context, data, (int) length, FALSE);
  if (parser->error == NULL && parser->context->disableSAX && !parser->end_ready)
    xmpp_parser_fail (parser, XMPP_STREAM_ERROR_NOT_WELL_FORMED,
                      "The peer's XML is not well-formed");
  if (get_unparsed (parser) > MAX_BUFFER_BYTES)
    parser->bloated = TRUE;
  note_place (parser);
  xmpp_parser_dict_unlock (parser->dict);
}

/* A peer chooses the names in the dictionary, and how far libxml2's buffer grows: when they
 * are too big they are given up as soon as nothing depends on them. */
static gboolean
must_renew (XmppParser *parser)
{
  return parser->dict != NULL &&
         (parser->bloated || xmpp_parser_dict_is_full (parser->dict));
}

/* Brings the search for ends of tags to where the parser is: what libxml2 keeps back starts
 * with a token, or is inside CDATA. */
static void
find_place (XmppParser *parser)
{
  const xmlParserCtxt *context = parser->context;
  gsize rest = get_unparsed (parser);
  const char *text;

  parser->scan.matched = 0;
  parser->scan.state = XMPP_PARSER_SCAN_TEXT;
  if (context == NULL || context->input == NULL)
    return;
  if (context->instate == XML_PARSER_CDATA_SECTION)
    parser->scan.state = XMPP_PARSER_SCAN_CDATA;
  text = (const char *) context->input->cur;
  while (rest > 0)
    {
      gsize n = xmpp_parser_scan (&parser->scan, text, rest);

      text += n;
      rest -= n;
    }
}

/* How many bytes may be fed: up to the limit for one top-level element, however few events
 * libxml2 makes of them. 0 with an error */
static gsize
choose_piece (XmppParser *parser, const char *data, gsize length)
{
  guint64 limit = parser->authenticated ? parser->limits->element_bytes
                                        : parser->limits->element_bytes_before_auth;
  guint64 used = parser->n_fed - parser->last_event;
  gsize piece = MAX (PIECE_BYTES, get_unparsed (parser) / 2);

  if (used >= limit)
    {
      xmpp_parser_fail (parser, XMPP_STREAM_ERROR_POLICY_VIOLATION,
                        "The peer sends a stanza of too many bytes");
      return 0;
    }
  piece = MIN (piece, MIN (length, limit - used));
  /* xmlParseChunk() takes an int. */
  piece = MIN (piece, G_MAXINT / 2);

  if (parser->single || must_renew (parser))
    {
      if (parser->scan.state == XMPP_PARSER_SCAN_LOST)
        find_place (parser);
      piece = xmpp_parser_scan (&parser->scan, data, piece);
    }
  else
    parser->scan.state = XMPP_PARSER_SCAN_LOST;
  return piece;
}

static gsize
skip_white_space (XmppParser *parser, const char *data, gsize length)
{
  gsize n = 0;

  length = MIN (length, PIECE_BYTES);
  while (n < length && xmpp_parser_is_space (data[n]))
    n++;
  xmpp_parser_count_white_space (parser, n, get_unparsed (parser));
  return n;
}

/* Until the bytes are known to be UTF-8, see XmppParserProlog */
static gsize
feed_prolog (XmppParser *parser, const char *data, gsize length)
{
  XmppParserProlog *prolog = &parser->prolog;
  gsize taken = 0;

  if (xmpp_parser_prolog_take (prolog, data, length, &taken, &parser->error) &&
      prolog->done)
    {
      if (prolog->bytes[1] != '?')
        xmpp_parser_scan (&parser->scan, prolog->bytes, prolog->length);
      parse (parser, prolog->bytes, prolog->length);
    }
  else
    parser->between = FALSE;
  return taken;
}

/* Some bytes, at least one; TRUE where an event came of them */
static gboolean
feed_some (XmppParser *parser, const char *data, gsize length, gsize *used)
{
  gboolean any;

  if (parser->between && xmpp_parser_is_space (*data))
    {
      *used = skip_white_space (parser, data, length);
      return FALSE;
    }
  if (!parser->prolog.done)
    {
      *used = feed_prolog (parser, data, length);
    }
  else
    {
      *used = choose_piece (parser, data, length);
      if (*used > 0)
        parse (parser, data, *used);
    }

  any = deliver (parser);
  if (any && parser->single && !parser->ended && get_unparsed (parser) > 0)
    xmpp_parser_fail (parser, XMPP_STREAM_ERROR_NOT_WELL_FORMED,
                      "The peer's XML cannot be told apart");
  if (must_renew (parser))
    xmpp_parser_sleep (parser);
  return any;
}

gboolean
xmpp_parser_feed (
    XmppParser *parser, const char *data, gsize length, gsize *consumed, GError **error)
{
  gboolean was_ended;
  gboolean good;
  gsize done = 0;

  g_return_val_if_fail (parser != NULL, FALSE);
  g_return_val_if_fail (!parser->busy, FALSE);

  was_ended = parser->ended;
  parser->busy = TRUE;
  while (done < length && parser->error == NULL && !parser->ended && !parser->dead)
    {
      gsize used = 0;
      gboolean any = feed_some (parser, data + done, length - done, &used);

      done += used;
      if (any && parser->single)
        break;
    }
  parser->busy = FALSE;

  /* What comes behind the end is thrown away unread. */
  if (was_ended || (parser->ended && !parser->single))
    done = length;
  if (consumed != NULL)
    *consumed = done;
  good = parser->error == NULL;
  if (!good && error != NULL)
    *error = g_error_copy (parser->error);
  if (parser->ended || parser->error != NULL)
    xmpp_parser_drop_context (parser);
  if (parser->dead)
    xmpp_parser_free (parser);
  return good;
}
