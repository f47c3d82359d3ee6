/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* What a peer can make us hold and compute: P7 to P10 */

#include "config.h"

#include <malloc.h>
#include <pthread.h>

#include "attack-parser.h"
#include "core/xmpp-arena.h"
#include "stream/xmpp-writer.h"

/* Under valgrind the same checks with less of everything */
static guint
scaled (guint n)
{
  return g_getenv ("XMPP_TEST_SLOW") != NULL ? n / 8 : n;
}

static GString *
nested (guint depth, gboolean closed)
{
  GString *text = g_string_new (HEADER);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, "<a>");
  for (guint i = 0; closed && i < depth; i++)
    g_string_append (text, "</a>");
  return text;
}

static void
expect_depth (guint depth, gboolean authenticated, int code)
{
  g_autoptr (GString) text = nested (depth, TRUE);
  Attack attack;

  attack_init (&attack);
  attack.authenticated = authenticated;
  for (guint i = 0; i < 3; i++)
    {
      attack_run (&attack, text->str, text->len, i, i == 2);
      g_assert_cmpuint (attack.elements->len, ==, code == ATTACK_NONE);
      if (code == ATTACK_NONE)
        g_assert_no_error (attack.error);
      else
        g_assert_error (attack.error, XMPP_STREAM_ERROR, code);
    }
  attack_clear (&attack);
}

static void
test_depth (void)
{
  g_autoptr (GString) text = nested (scaled (1000000), FALSE);
  Attack attack;

  expect_depth (16, FALSE, ATTACK_NONE);
  expect_depth (17, FALSE, XMPP_STREAM_ERROR_POLICY_VIOLATION);
  expect_depth (64, TRUE, ATTACK_NONE);
  expect_depth (65, TRUE, XMPP_STREAM_ERROR_POLICY_VIOLATION);

  attack_init (&attack);
  attack.authenticated = TRUE;
  attack_run (&attack, text->str, text->len, text->len, FALSE);
  g_assert_error (attack.error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_POLICY_VIOLATION);
  /* Found in the piece that holds the 65th */
  g_assert_cmpuint (attack.n_consumed, <=, strlen (HEADER) + 65 * 3 + 1024);
  attack_clear (&attack);
}

static gpointer
handle_deep_tree (gpointer data)
{
  XmppElement *element = data;
  g_autoptr (XmppElement) copy = xmpp_element_copy (element);
  g_autoptr (XmppElement) outer = xmpp_element_new ("outer", NULL);
  XmppBuffer buffer = { 0 };

  g_assert_true (xmpp_writer_append (&buffer, copy, XMPP_NS_CLIENT, NULL));
  g_assert_cmpuint (xmpp_buffer_get_length (&buffer), ==, 63 * 7 + 4);
  xmpp_buffer_clear (&buffer);
  xmpp_element_add_child (outer, copy);
  xmpp_element_set_sensitive (outer);
  xmpp_element_seal (outer);
  g_assert_true (xmpp_element_check (outer, NULL));
  xmpp_element_unref (element);
  return NULL;
}

static void
test_deep_tree (void)
{
  g_autoptr (GString) text = nested (64, TRUE);
  pthread_attr_t attributes;
  pthread_t thread;
  Attack attack;

  attack_init (&attack);
  attack.authenticated = TRUE;
  attack_run (&attack, text->str, text->len, text->len, FALSE);
  g_assert_no_error (attack.error);

  g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, 64 * 1024), ==, 0);
  g_assert_cmpint (pthread_create (&thread, &attributes, handle_deep_tree,
                                   g_ptr_array_steal_index (attack.elements, 0)),
                   ==, 0);
  pthread_join (thread, NULL);
  pthread_attr_destroy (&attributes);
  attack_clear (&attack);
}

typedef enum
{
  ATTRIBUTES,
  NAMESPACES,
  NAME_BYTES,
  ATTRIBUTE_NAME_BYTES,
  PREFIX_BYTES,
  NAMESPACE_BYTES,
  PREFIXED_NAMESPACE_BYTES,
} Kind;

static void
append_tag (GString *text, Kind kind, guint n)
{
  g_autofree char *name = g_strnfill (n, 'n');

  switch (kind)
    {
    case ATTRIBUTES:
      g_string_append (text, "<x");
      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, " a%u=''", i);
      g_string_append (text, "/>");
      break;
    case NAMESPACES:
      g_string_append (text, "<x");
      for (guint i = 0; i < n; i++)
        g_string_append_printf (text, " xmlns:p%u='urn:%u'", i, i);
      g_string_append (text, "/>");
      break;
    case NAME_BYTES:
      g_string_append_printf (text, "<%s/>", name);
      break;
    case ATTRIBUTE_NAME_BYTES:
      g_string_append_printf (text, "<x %s=''/>", name);
      break;
    case PREFIX_BYTES:
      g_string_append_printf (text, "<x xmlns:%s='urn:x'/>", name);
      break;
    case NAMESPACE_BYTES:
      g_string_append_printf (text, "<x xmlns='%s'/>", name);
      break;
    case PREFIXED_NAMESPACE_BYTES:
    default:
      g_string_append_printf (text, "<x xmlns:p='%s'/>", name);
      break;
    }
}

static void
test_floods (void)
{
  static const struct
  {
    Kind kind;
    guint limit;
  } rows[] = {
    { ATTRIBUTES, 64 },
    { NAMESPACES, 32 },
    { NAME_BYTES, 256 },
    { PREFIX_BYTES, 256 },
    { NAMESPACE_BYTES, 1024 },
    { PREFIXED_NAMESPACE_BYTES, 1024 },
    { ATTRIBUTE_NAME_BYTES, 256 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint over = 0; over < 2; over++)
      {
        g_autoptr (GString) text = g_string_new (HEADER);
        Attack attack;

        append_tag (text, rows[i].kind, rows[i].limit + over);
        attack_init (&attack);
        for (guint j = 0; j < 6; j++)
          {
            attack_run (&attack, text->str, text->len, j < 2 ? j : text->len, j % 2);
            g_assert_cmpuint (attack.elements->len, ==, 1 - over);
            if (over)
              g_assert_error (attack.error, XMPP_STREAM_ERROR,
                              XMPP_STREAM_ERROR_POLICY_VIOLATION);
            else
              g_assert_no_error (attack.error);
          }
        attack_clear (&attack);
      }
}

/* Many tags at the limit, and one far beyond it: neither is held up by look-ups that grow with
 * what came before. */
static void
test_flood_goes_on (void)
{
  g_autoptr (GString) text = g_string_new (HEADER);
  g_autoptr (GString) huge = g_string_new (HEADER);
  Attack attack;

  for (guint i = 0; i < scaled (1000); i++)
    {
      append_tag (text, ATTRIBUTES, 64);
      append_tag (text, NAMESPACES, 32);
    }
  append_tag (huge, ATTRIBUTES, scaled (60000));
  attack_init (&attack);
  attack.authenticated = TRUE;
  attack_run (&attack, text->str, text->len, text->len, FALSE);
  g_assert_no_error (attack.error);
  g_assert_cmpuint (attack.elements->len, ==, 2 * scaled (1000));
  attack_run (&attack, huge->str, huge->len, huge->len, FALSE);
  g_assert_error (attack.error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_POLICY_VIOLATION);
  g_assert_cmpuint (attack.elements->len, ==, 0);
  attack_clear (&attack);
}

static void
ignore_header (XmppElement *root, gpointer user_data)
{
}

static void
ignore_element (XmppElement *element, gpointer user_data)
{
  xmpp_element_unref (element);
}

static void
ignore_end (gpointer user_data)
{
}

static const XmppParserSink ignore = { ignore_header, ignore_element, ignore_end };

static gsize
memory_in_use (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* Feeds the start, then @drip without end: must end at the limit, with bounded memory. */
static void
drip (const char *start, const char *drip, gsize piece, gsize limit, gboolean single)
{
  XmppLimitValues limits = {
#define ROW(name, value) .name = value,
    XMPP_LIMITS_TABLE (ROW)
#undef ROW
  };
  g_autoptr (XmppParser) parser = xmpp_parser_new (&limits, &ignore, NULL);
  g_autoptr (GString) block = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gsize before;
  gsize most = 0;
  gsize fed = strlen (start) - strlen (HEADER);

  xmpp_parser_set_single (parser, single);
  limits.element_bytes_before_auth = limit;
  while (block->len < piece)
    g_string_append (block, drip);
  for (gsize done = 0; done < strlen (start);)
    {
      gsize consumed;

      g_assert_true (xmpp_parser_feed (parser, start + done, strlen (start) - done,
                                       &consumed, NULL));
      done += consumed;
    }

  before = memory_in_use ();
  while (error == NULL)
    {
      gsize used;
      gsize consumed;

      xmpp_parser_feed (parser, block->str, block->len, &consumed, &error);
      fed += consumed;
      used = memory_in_use ();
      most = MAX (most, used > before ? used - before : 0);
      g_assert_cmpuint (fed, <=, limit);
    }
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_POLICY_VIOLATION);
  g_assert_cmpuint (most, <, 40 * limit);
}

static void
test_bytes_without_event (void)
{
  static const struct
  {
    const char *start;
    const char *drip;
  } rows[] = {
    { HEADER "<message a='", "x" },
    { HEADER "<message a='", ">" },
    { HEADER "<message a='", "/>" },
    { HEADER "<message a='", "&amp;" },
    { HEADER "<message a='", "\xc3\xa9" },
    { HEADER "<message ", " " },
    { HEADER "<message>", "x" },
    { HEADER "<message>", "\xc3\xa9" },
    { HEADER "<message>", "&lt;" },
    { HEADER "<message>", "\n" },
    { HEADER "<message><![CDATA[", "x" },
    { HEADER "<message><![CDATA[", ">" },
    { HEADER "<message>", "<![CDATA[]]>" },
    { HEADER "<", "n" },
    { HEADER "<message></", "n" },
    { HEADER "<message><!--", "x" },
    { HEADER "<message><!--", ">" },
    { HEADER "<message><?x ", "x" },
    { HEADER "<message xmlns='", "x" },
  };
  const gsize pieces[] = { 1, 100, 100000 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS (pieces); j++)
      for (guint single = 0; single < 2; single++)
        {
          g_autofree char *shown = g_strescape (rows[i].drip, NULL);

          g_test_message ("%s %s by %u", rows[i].start + strlen (HEADER), shown,
                          (guint) pieces[j]);
          drip (rows[i].start, rows[i].drip, pieces[j],
                scaled (pieces[j] == 1 ? 4096 : 65536), single);
        }
}

/* A megabyte of what looks like ends of tags. Were each taken for one, libxml2 would look
 * through all of it a million times, and the test would not end within its time. */
static void
test_false_ends (void)
{
  const char *fillings[] = { ">", "/>", "</a>", "\"/>" };

  for (guint i = 0; i < G_N_ELEMENTS (fillings); i++)
    for (guint single = 0; single < 2; single++)
      {
        g_autoptr (GString) text = g_string_new (HEADER);
        Attack attack;

        for (guint j = 0; j < scaled (3000); j++)
          g_string_append_printf (text, "<n%u/>", j);
        g_string_append (text, i == 2 ? "<a><![CDATA[" : "<a b='");
        for (guint j = 0; j < scaled (1000000); j += strlen (fillings[i]))
          g_string_append (text, fillings[i]);
        g_string_append (text, i == 2 ? "]]></a><b/>" : "'/><b/>");
        attack_init (&attack);
        attack.authenticated = TRUE;
        attack_run (&attack, text->str, text->len, text->len, single);
        g_assert_no_error (attack.error);
        g_assert_cmpuint (attack.elements->len, ==, scaled (3000) + 2);
        attack_clear (&attack);
      }
}

/* The header itself, and what comes before it */
static void
test_bytes_before_header (void)
{
  static const struct
  {
    const char *start;
    const char *drip;
  } rows[] = {
    { "<?xml version='1.0", " " },
    { "<?xml ", " " },
    { "<stream:stream a='", "x" },
    { "<stream:stream ", " " },
    { DECLARATION, "\n" },
    { "", " " },
    { "<", "n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) text = g_string_new (rows[i].start);
      Attack attack;

      while (text->len < 100000)
        g_string_append (text, rows[i].drip);
      attack_init (&attack);
      attack_run (&attack, text->str, text->len, text->len, FALSE);
      g_assert_nonnull (attack.error);
      g_assert_cmpuint (attack.n_consumed, <=, 65536);
      attack_run (&attack, text->str, text->len, 10, TRUE);
      g_assert_nonnull (attack.error);
      g_assert_cmpuint (attack.n_consumed, <=, 65536);
      attack_clear (&attack);
    }
}

static void
expect_elements (guint n, gboolean authenticated, int code)
{
  g_autoptr (GString) text = g_string_new (HEADER "<message>");
  Attack attack;

  for (guint i = 1; i < n; i++)
    g_string_append (text, "<a/>");
  g_string_append (text, "</message>");
  attack_init (&attack);
  attack.authenticated = authenticated;
  attack_run (&attack, text->str, text->len, text->len, FALSE);
  g_assert_cmpuint (attack.elements->len, ==, code == ATTACK_NONE);
  if (code == ATTACK_NONE)
    g_assert_no_error (attack.error);
  else
    g_assert_error (attack.error, XMPP_STREAM_ERROR, code);
  attack_clear (&attack);
}

static void
test_elements (void)
{
  expect_elements (256, FALSE, ATTACK_NONE);
  expect_elements (257, FALSE, XMPP_STREAM_ERROR_POLICY_VIOLATION);
  expect_elements (65536, TRUE, ATTACK_NONE);
  expect_elements (65537, TRUE, XMPP_STREAM_ERROR_POLICY_VIOLATION);
}

/* The limits are for one stanza, not for the stream. */
static void
test_many_stanzas (void)
{
  g_autoptr (GString) text = g_string_new (HEADER);
  Attack attack;

  for (guint i = 0; i < scaled (20000); i++)
    g_string_append (text, "<message><body>hello</body></message>\n");
  attack_init (&attack);
  attack_run (&attack, text->str, text->len, text->len, FALSE);
  g_assert_no_error (attack.error);
  g_assert_cmpuint (attack.elements->len, ==, scaled (20000));
  attack_clear (&attack);
}

static void
test_white_space (void)
{
  Attack attack;

  attack_init (&attack);
  for (guint n = 1024; n <= 1025; n++)
    for (guint i = 0; i < 3; i++)
      {
        g_autoptr (GString) text = g_string_new (HEADER "<message/>");

        for (guint j = 0; j < n; j++)
          g_string_append_c (text, " \n\t\r"[j % 4]);
        attack_run (&attack, text->str, text->len, i == 2 ? text->len : i, i == 1);
        g_assert_cmpuint (attack.elements->len, ==, 1);
        if (n <= 1024)
          g_assert_no_error (attack.error);
        else
          g_assert_error (attack.error, XMPP_STREAM_ERROR,
                          XMPP_STREAM_ERROR_POLICY_VIOLATION);
      }
  attack_clear (&attack);
}

static void
test_long_sums (void)
{
  if (g_test_subprocess ())
    {
      XmppArena *arena = xmpp_arena_new (XMPP_ARENA_SMALL);

      xmpp_arena_alloc (arena, G_MAXSIZE - 3);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*more bytes than there are addresses*");
}

static void
test_long_buffer (void)
{
  if (g_test_subprocess ())
    {
      XmppBuffer buffer = { 0 };

      xmpp_buffer_append (&buffer, "x", 1);
      xmpp_buffer_reserve (&buffer, G_MAXSIZE - 1);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*more bytes than there are addresses*");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/P/P07-depth", test_depth);
  g_test_add_func ("/attacks/P/P07-deep-tree", test_deep_tree);
  g_test_add_func ("/attacks/P/P08-floods", test_floods);
  g_test_add_func ("/attacks/P/P08-flood-goes-on", test_flood_goes_on);
  g_test_add_func ("/attacks/P/P09-bytes-without-event", test_bytes_without_event);
  g_test_add_func ("/attacks/P/P09-false-ends", test_false_ends);
  g_test_add_func ("/attacks/P/P09-bytes-before-header", test_bytes_before_header);
  g_test_add_func ("/attacks/P/P09-elements", test_elements);
  g_test_add_func ("/attacks/P/P09-many-stanzas", test_many_stanzas);
  g_test_add_func ("/attacks/P/P09-white-space", test_white_space);
  g_test_add_func ("/attacks/P/P10-long-sums", test_long_sums);
  g_test_add_func ("/attacks/P/P10-long-buffer", test_long_buffer);

  return g_test_run ();
}
