/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "stream/xmpp-element-reader.h"

#include <string.h>

#include "core/xmpp-error.h"
#include "core/xmpp-limits-private.h"
#include "core/xmpp-namespaces.h"
#include "stream/xmpp-parser.h"

#define ROOT_START                                                                       \
  "<stream:stream xmlns='" XMPP_NS_CLIENT "' xmlns:stream='" XMPP_NS_STREAMS "'>"
#define ROOT_END "</stream:stream>"

static const XmppLimitValues default_limits = {
#define XMPP_LIMIT_DEFAULT(name, value) .name = value,
  XMPP_LIMITS_TABLE (XMPP_LIMIT_DEFAULT)
#undef XMPP_LIMIT_DEFAULT
};

typedef struct
{
  XmppElement *element; /* the first */
  guint n_elements;
  gboolean ended;
} Reading;

static void
got_header (XmppElement *root, gpointer user_data)
{
}

static void
got_element (XmppElement *element, gpointer user_data)
{
  Reading *reading = user_data;

  if (reading->n_elements++ == 0)
    reading->element = element;
  else
    xmpp_element_unref (element);
}

static void
got_end (gpointer user_data)
{
  Reading *reading = user_data;

  reading->ended = TRUE;
}

static const XmppParserSink sink = { got_header, got_element, got_end };

/* The text may not close the root itself: it would be cut off there. */
static gboolean
read_all (XmppParser *parser, Reading *reading, const char *xml, GError **error)
{
  if (!xmpp_parser_feed (parser, ROOT_START, strlen (ROOT_START), NULL, error) ||
      !xmpp_parser_feed (parser, xml, strlen (xml), NULL, error))
    return FALSE;
  if (!reading->ended)
    {
      if (!xmpp_parser_feed (parser, ROOT_END, strlen (ROOT_END), NULL, error))
        return FALSE;
      if (reading->ended && reading->n_elements == 1)
        return TRUE;
    }

  if (reading->n_elements != 1)
    g_set_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_BAD_FORMAT,
                 "The text is not one XML element, but %u", reading->n_elements);
  else
    g_set_error_literal (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_WELL_FORMED,
                         "The text is not one whole XML element");
  return FALSE;
}

/**
 * xmpp_element_new_from_string: (constructor)
 * @xml: one whole element, without an XML declaration
 * @error: return location for an error
 *
 * Reads an element from text. Without a namespace of its own it is in `jabber:client`, which
 * at the top means that of the stream it is sent on. The prefix `stream` is declared.
 *
 * What a peer must not send is refused here too: comments, processing instructions, entities.
 *
 * Returns: (transfer full): a new element, which can be changed; %NULL with an error in the
 *   domain `XMPP_STREAM_ERROR`
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_new_from_string (const char *xml, GError **error)
{
  g_autoptr (XmppParser) parser = NULL;
  g_autoptr (XmppElement) element = NULL;
  Reading reading = { 0 };
  gboolean good;

  g_return_val_if_fail (xml != NULL, NULL);

  parser = xmpp_parser_new (&default_limits, &sink, &reading);
  xmpp_parser_set_authenticated (parser, TRUE);
  good = read_all (parser, &reading, xml, error);
  element = reading.element;
  return good ? xmpp_element_copy (element) : NULL;
}
