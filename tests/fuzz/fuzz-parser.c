/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "core/xmpp-error.h"
#include "stream/xmpp-parser.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  GString *text;
  gboolean ended;
} Events;

static void
got_header (XmppElement *root, gpointer user_data)
{
  Events *events = user_data;
  g_autofree char *text = xmpp_element_to_string (root);

  g_string_append_printf (events->text, "header %s\n", text);
}

static void
got_element (XmppElement *element, gpointer user_data)
{
  Events *events = user_data;
  g_autofree char *text = xmpp_element_to_string (element);

  g_string_append_printf (events->text, "element %s\n", text);
  xmpp_element_unref (element);
}

static void
got_end (gpointer user_data)
{
  Events *events = user_data;

  events->ended = TRUE;
  g_string_append (events->text, "end\n");
}

static const XmppParserSink sink = { got_header, got_element, got_end };

/* What the parser made of the bytes, fed in pieces of @piece */
static char *
parse (const char *data, gsize size, gsize piece, gboolean single, gboolean sleep)
{
  g_autoptr (XmppLimits) limits = xmpp_limits_new ();
  Events events = { g_string_new (NULL), FALSE };
  g_autoptr (XmppParser)
      parser = xmpp_parser_new (xmpp_limits_peek (limits), &sink, &events);
  g_autoptr (GError) error = NULL;
  gsize done = 0;

  xmpp_parser_set_single (parser, single);
  while (done < size && error == NULL)
    {
      gsize length = MIN (piece, size - done), consumed = 0;

      if (!xmpp_parser_feed (parser, data + done, length, &consumed, &error))
        break;
      g_assert_cmpuint (consumed, >, 0);
      g_assert_cmpuint (consumed, <=, length);
      done += consumed;
      if (events.ended)
        break;
      if (sleep && xmpp_parser_is_between (parser))
        xmpp_parser_sleep (parser);
    }
  if (error != NULL)
    {
      g_assert_cmpuint (error->domain, ==, XMPP_STREAM_ERROR);
      g_string_append_printf (events.text, "\1error %d\n", error->code);
    }
  return g_string_free (events.text, FALSE);
}

/* The first byte says how the rest is cut. The elements do not depend on it; how early a
 * fault is found does, since libxml2 waits for a whole tag, so that a text which ends in the
 * middle of one may pass. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *bytes = (const char *) data + 1;
  g_autofree char *whole = NULL;
  g_autofree char *cut = NULL;
  char *error;

  if (size < 2)
    return 0;
  whole = parse (bytes, size - 1, size, FALSE, FALSE);
  cut = parse (bytes, size - 1, 1 + data[0] % 32, (data[0] & 64) != 0,
               (data[0] & 128) != 0);
  if ((error = strchr (whole, '\1')) != NULL)
    *error = '\0';
  if ((error = strchr (cut, '\1')) != NULL)
    *error = '\0';
  g_assert_cmpstr (cut, ==, whole);
  return 0;
}
