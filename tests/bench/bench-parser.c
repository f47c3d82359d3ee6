/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* bench-parser ROW N: XmppParser and XmppWriter alone, N times. tests/bench/run counts what it
 * costs. Without arguments: lists the rows. */

#include <stdlib.h>
#include <string.h>

#include "bench-text.h"
#include "core/xmpp-element-private.h"
#include "core/xmpp-limits-private.h"
#include "core/xmpp-namespaces.h"
#include "core/xmpp-stanza.h"
#include "stream/xmpp-parser.h"
#include "stream/xmpp-writer.h"

/* As much as XmppStream reads at once */
#define READ_BYTES 32768

static void
got_header (XmppElement *root, gpointer user_data)
{
}

static void
got_element (XmppElement *element, gpointer user_data)
{
  guint *n_results = user_data;
  g_autoptr (XmppStanza) stanza = xmpp_stanza_new_from_element (element, NULL);
  const char *body = xmpp_stanza_get_body (stanza);

  if (body != NULL ? strlen (body) > 0
                   : xmpp_stanza_get_payload (stanza, NULL, NULL) != NULL)
    *n_results += 1;
  xmpp_element_unref (element);
}

static void
got_end (gpointer user_data)
{
}

static const XmppParserSink sink = { got_header, got_element, got_end };

static guint
parse (guint n, void (*append) (GString *text, guint i))
{
  g_autoptr (XmppLimits) limits = xmpp_limits_new ();
  g_autoptr (GString) text = g_string_new (BENCH_HEADER);
  g_autoptr (XmppParser) parser = NULL;
  guint n_results = 0;

  parser = xmpp_parser_new (xmpp_limits_peek (limits), &sink, &n_results);
  xmpp_parser_set_authenticated (parser, TRUE);
  for (guint i = 0; i < n; i++)
    {
      append (text, i);
      if (text->len < READ_BYTES && i < n - 1)
        continue;
      for (gsize done = 0; done < text->len; done += READ_BYTES)
        if (!xmpp_parser_feed (parser, text->str + done,
                               MIN (READ_BYTES, text->len - done), NULL, NULL))
          return 0;
      g_string_truncate (text, 0);
    }
  return n_results;
}

/* The text is made once: what is measured is not printf. */
static void
append_made (GString *text, guint i, void (*append) (GString *text, guint i))
{
  static GString *made;

  if (made == NULL)
    {
      made = g_string_new (NULL);
      append (made, i);
    }
  g_string_append_len (text, made->str, made->len);
}

static void
append_small (GString *text, guint i)
{
  append_made (text, i, bench_append_small);
}

static void
append_muc (GString *text, guint i)
{
  append_made (text, i, bench_append_muc);
}

static void
append_numbered_big (GString *text, guint i)
{
  bench_append_big (text, "1");
}

static void
append_big (GString *text, guint i)
{
  append_made (text, i, append_numbered_big);
}

static guint
parse_small (guint n)
{
  return parse (n, append_small);
}

static guint
parse_muc (guint n)
{
  return parse (n, append_muc);
}

static guint
parse_big (guint n)
{
  return parse (n, append_big);
}

static guint
build_and_write (guint n)
{
  g_autoptr (XmppJid) to = xmpp_jid_new ("srv@localhost/src", NULL);
  XmppBuffer buffer = { 0 };
  guint n_results = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (XmppStanza)
          stanza = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, to,
                                            "Hello, message 000000 & friends");
      XmppElement *element = xmpp_stanza_get_element (stanza);
      XmppElement *origin;

      xmpp_element_append_child (element, "active",
                                 "http://jabber.org/protocol/chatstates", NULL);
      origin = xmpp_element_append_child (element, "origin-id", "urn:xmpp:sid:0", NULL);
      xmpp_element_set_attribute (origin, "id", xmpp_stanza_get_id (stanza));
      xmpp_element_seal (element);
      if (xmpp_writer_append (&buffer, element, XMPP_NS_CLIENT, NULL))
        n_results++;
      if (xmpp_buffer_get_length (&buffer) > READ_BYTES)
        xmpp_buffer_consume (&buffer, xmpp_buffer_get_length (&buffer));
    }
  xmpp_buffer_clear (&buffer);
  return n_results;
}

static const struct
{
  const char *name;
  guint (*run) (guint n);
  const char *description;
} rows[] = {
  { "parse", parse_small, "250-byte stanza, body read" },
  { "parse-muc", parse_muc, "603-byte stanza, body read" },
  { "parse-big", parse_big, "1 MB stanza" },
  { "write", build_and_write, "build a stanza and write it to a buffer" },
};

int
main (int argc, char *argv[])
{
  guint n;

  if (argc != 3)
    {
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        g_print ("%s\t%s\n", rows[i].name, rows[i].description);
      return argc == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
  n = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].name, argv[1]))
      {
        guint results = rows[i].run (n);

        if (results != n)
          g_error ("%s: %u instead of %u", rows[i].name, results, n);
        return EXIT_SUCCESS;
      }
  g_printerr ("no row %s\n", argv[1]);
  return EXIT_FAILURE;
}
