/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-jid.h"

#include <string.h>

typedef struct
{
  const char *text;
  const char *local;
  const char *domain;
  const char *resource;
  const char *ascii; /* NULL: as the domain */
} ValidRow;

static const ValidRow valid_rows[] = {
  /* RFC 7622 §3.5, table 1 */
  { "juliet@example.com", "juliet", "example.com", NULL },
  { "juliet@example.com/foo", "juliet", "example.com", "foo" },
  { "juliet@example.com/foo bar", "juliet", "example.com", "foo bar" },
  { "juliet@example.com/foo@bar", "juliet", "example.com", "foo@bar" },
  { "foo\\20bar@example.com", "foo\\20bar", "example.com", NULL },
  { "fussball@example.com", "fussball", "example.com", NULL },
  { "fu\u00dfball@example.com", "fu\u00dfball", "example.com", NULL },
  { "\u03c0@example.com", "\u03c0", "example.com", NULL },
  { "\u03a3@example.com/foo", "\u03c3", "example.com", "foo" },
  { "\u03c3@example.com/foo", "\u03c3", "example.com", "foo" },
  { "\u03c2@example.com/foo", "\u03c2", "example.com", "foo" },
  { "king@example.com/\u265a", "king", "example.com", "\u265a" },
  { "example.com", NULL, "example.com", NULL },
  { "example.com/foobar", NULL, "example.com", "foobar" },
  { "a.example.com/b@example.net", NULL, "a.example.com", "b@example.net" },
  /* Table 2, example 18, is allowed after all (erratum 4560). */
  { "juliet@example.com/ foo", "juliet", "example.com", " foo" },

  /* Case, width, composition */
  { "Juliet@Example.COM/Balcony", "juliet", "example.com", "Balcony" },
  { "\uff4a\uff55\uff4c\uff49\uff45\uff54@example.com", "juliet", "example.com", NULL },
  { "e\u0301@example.com/e\u0301", "\u00e9", "example.com", "\u00e9" },
  { "\u00c9@example.com", "\u00e9", "example.com", NULL },
  { "a@example.com/\u00a0\u3000", "a", "example.com", "  " },
  { "a@example.com/\u2163", "a", "example.com", "\u2163" },

  /* Domains */
  { "example.com.", NULL, "example.com", NULL },
  { "localhost", NULL, "localhost", NULL },
  { "a@127.0.0.1/r", "a", "127.0.0.1", "r" },
  { "a@[::1]/r", "a", "[::1]", "r" },
  { "[2001:DB8:0::1]", NULL, "[2001:db8::1]", NULL },
  { "a@b\u00fccher.example", "a", "b\u00fccher.example", NULL, "xn--bcher-kva.example" },
  { "a@B\u00dccher.Example/r", "a", "b\u00fccher.example", "r", "xn--bcher-kva.example" },
  { "a@bu\u0308cher.example", "a", "b\u00fccher.example", NULL, "xn--bcher-kva.example" },
  { "xn--bcher-kva.example", NULL, "b\u00fccher.example", NULL, "xn--bcher-kva.example" },
  { "XN--BCHER-KVA.example", NULL, "b\u00fccher.example", NULL, "xn--bcher-kva.example" },
  { "fa\u00df.de", NULL, "fa\u00df.de", NULL, "xn--fa-hia.de" },
  { "\u65e5\u672c\u8a9e\u3002jp", NULL, "\u65e5\u672c\u8a9e.jp", NULL,
    "xn--wgv71a119e.jp" },
  { "\uff45\uff58.example", NULL, "ex.example", NULL },
  { "\u05e9\u05dc\u05d5\u05dd.example", NULL, "\u05e9\u05dc\u05d5\u05dd.example", NULL,
    "xn--9dbne9b.example" },
};

static void
check_valid (const ValidRow *row, XmppJid *jid)
{
  g_assert_cmpstr (xmpp_jid_get_local (jid), ==, row->local);
  g_assert_cmpstr (xmpp_jid_get_domain (jid), ==, row->domain);
  g_assert_cmpstr (xmpp_jid_get_resource (jid), ==, row->resource);
  g_assert_cmpstr (xmpp_jid_get_ascii_domain (jid), ==,
                   row->ascii != NULL ? row->ascii : row->domain);
  g_assert_cmpint (xmpp_jid_is_bare (jid), ==, row->resource == NULL);
}

static void
test_valid (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (valid_rows); i++)
    {
      const ValidRow *row = &valid_rows[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppJid) jid = xmpp_jid_new (row->text, &error);
      g_autoptr (XmppJid) again = NULL;
      g_autoptr (XmppJid) from_parts = NULL;
      g_autoptr (XmppJid) bare = NULL;
      g_autoptr (XmppJid) full = NULL;

      g_test_message ("%s", row->text);
      g_assert_no_error (error);
      check_valid (row, jid);

      again = xmpp_jid_new (xmpp_jid_to_string (jid), &error);
      g_assert_no_error (error);
      check_valid (row, again);
      g_assert_true (xmpp_jid_equal (jid, again));
      g_assert_cmpuint (xmpp_jid_hash (jid), ==, xmpp_jid_hash (again));

      from_parts =
          xmpp_jid_new_from_parts (row->local, row->domain, row->resource, &error);
      g_assert_no_error (error);
      g_assert_true (xmpp_jid_equal (jid, from_parts));

      bare = xmpp_jid_dup_bare (jid);
      g_assert_true (xmpp_jid_equal_bare (jid, bare));
      g_assert_null (xmpp_jid_get_resource (bare));
      g_assert_cmpstr (xmpp_jid_get_ascii_domain (bare), ==,
                       xmpp_jid_get_ascii_domain (jid));
      full = xmpp_jid_dup_with_resource (bare, row->resource, &error);
      g_assert_no_error (error);
      g_assert_true (xmpp_jid_equal (full, jid));
    }
}

typedef struct
{
  const char *text;
  const char *message; /* a piece of it */
} InvalidRow;

static const InvalidRow invalid_rows[] = {
  /* RFC 7622 §3.5, table 2 */
  { "\"juliet\"@example.com", "local part holds U+0022" },
  { "foo bar@example.com", "local part holds U+0020" },
  { "@example.com/", "local part is empty" },
  { "henry\u2163@example.com", "local part holds U+2163" },
  { "\u265a@example.com", "local part holds U+265A" },
  { "juliet@", "domain is empty" },
  { "/foobar", "domain is empty" },

  /* Parts that are empty, or too many */
  { "", "domain is empty" },
  { "@", "local part is empty" },
  { "@a", "local part is empty" },
  { "a@", "domain is empty" },
  { "a@/b", "domain is empty" },
  { "a/", "resource is empty" },
  { "a@b/", "resource is empty" },
  { "a@b@c/d", "domain is not a host name" },
  { ".", "domain is empty" },
  { "a@.", "domain is empty" },

  /* Characters that the local part excludes, plain and behind a mapping */
  { "a&b@example.com", "local part holds U+0026" },
  { "a'b@example.com", "local part holds U+0027" },
  { "a:b@example.com", "local part holds U+003A" },
  { "a<b@example.com", "local part holds U+003C" },
  { "a>b@example.com", "local part holds U+003E" },
  { "a\uff20b@example.com", "local part holds U+0040" },
  { "a\uff0fb@example.com", "local part holds U+002F" },
  { "a\tb@example.com", "local part holds U+0009" },
  { "a\x7f@example.com", "local part holds U+007F" },

  /* Confusables */
  { "juliet\u017f@example.com", "local part holds U+017F" },
  { "\u212aate@example.com", "local part holds U+212A" },
  { "\ufb01@example.com", "local part holds U+FB01" },
  { "a\u200b@example.com", "local part holds U+200B" },
  { "a\u00ad@example.com", "local part holds U+00AD" },
  { "a\u200d@example.com", "local part holds U+200D" },
  { "a\u202e@example.com", "local part holds U+202E" },
  { "a\u0640@example.com", "local part holds U+0640" },
  { "a\u05d0@example.com", "local part mixes" },
  { "\u0661\u06f1@example.com", "local part holds" },
  { "a@example.com/\x07", "resource holds U+0007" },
  { "a@example.com/\ue000", "resource holds U+E000" },
  { "a@example.com/\u202e", "resource holds U+202E" },
  { "a@example.com/\ufdd0", "resource holds U+FDD0" },

  /* Not UTF-8 */
  { "a\xff@example.com", "local part is not valid UTF-8" },
  { "a\xc0\xaf@example.com", "local part is not valid UTF-8" },
  { "a@ex\xed\xa0\x80mple.com", "domain has a label that is not valid UTF-8" },
  { "a@example.com/\xe2\x82", "resource is not valid UTF-8" },
  { "a@example.com/\xf4\x90\x80\x80", "resource is not valid UTF-8" },

  /* Domains */
  { "a@example..com", "domain has a label that is empty" },
  { "a@.example.com", "domain has a label that is empty" },
  { "a@-example.com", "domain is not a host name" },
  { "a@example-.com", "domain is not a host name" },
  { "a@ex_ample.com", "domain is not a host name" },
  { "a@ex ample.com", "domain holds U+0020" },
  { "a@ex\uff20ample.com", "domain is not a host name" },
  { "a@ex\u2100ample.com", "domain holds U+2100" },
  { "a@\u2603.example", "domain holds U+2603" },
  { "a@\u212aelvin.example", "domain holds U+212A" },
  { "a@\u00b7.example", "domain holds U+00B7" },
  { "xn--n3h.example", "domain is not a valid internationalized name" },
  { "xn--uba.example", "domain holds U+00B7" },
  { "xn--bcher.example", "domain is not a valid internationalized name" },
  { "xn--.example", "domain" },
  { "ab--cd.example", "domain is not a host name" },
  { "a\u05d0.example", "domain has a label that mixes" },
  { "[::1", "domain begins with [" },
  { "[", "domain begins with [" },
  { "[]", "domain is no IPv6 address" },
  { "[127.0.0.1]", "domain is no IPv6 address" },
  { "[fe80::1%1]", "domain is no IPv6 address" },
  { "[example.com]", "domain is no IPv6 address" },
};

static void
test_invalid (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (invalid_rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppJid) jid = xmpp_jid_new (invalid_rows[i].text, &error);

      g_assert_null (jid);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_test_message ("%s: %s", invalid_rows[i].message, error->message);
      g_assert_nonnull (strstr (error->message, invalid_rows[i].message));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
test_invalid_parts (void)
{
  static const struct
  {
    const char *local;
    const char *domain;
    const char *resource;
  } rows[] = {
    { "", "example.com", NULL },     { NULL, "", NULL },
    { NULL, "example.com", "" },     { "a@b", "example.com", NULL },
    { "a/b", "example.com", NULL },  { NULL, "a@example.com", NULL },
    { NULL, "example.com/x", NULL }, { "a", "example.com", "\n" },
  };
  g_autoptr (XmppJid) jid = xmpp_jid_new ("a@example.com", NULL);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) row_error = NULL;

      g_assert_null (xmpp_jid_new_from_parts (rows[i].local, rows[i].domain,
                                              rows[i].resource, &row_error));
      g_assert_error (row_error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }

  g_assert_null (xmpp_jid_dup_with_resource (jid, "", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* What a later version of Unicode has added (U+0378 stands for that, in each version so far):
 * read in a resource, where somebody else has let it in, and nowhere else. */
static void
test_unassigned (void)
{
  static const char *const strict[] = { "a\u0378@example.com", "a@b\u0378.example",
                                        "a@example.com/\U000e0080",
                                        "a@example.com/\U0003ffff" };
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppJid) jid = xmpp_jid_new ("Room@Example.Com/e\u0301\u0378\u00a0", &error);
  g_autoptr (XmppJid) again = NULL;
  g_autoptr (XmppJid) bare = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_jid_to_string (jid), ==, "room@example.com/\u00e9\u0378 ");
  again = xmpp_jid_new (xmpp_jid_to_string (jid), &error);
  g_assert_no_error (error);
  g_assert_true (xmpp_jid_equal (jid, again));

  bare = xmpp_jid_dup_bare (jid);
  g_assert_null (xmpp_jid_dup_with_resource (bare, "\u0378", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_null (xmpp_jid_new_from_parts ("room", "example.com", "\u0378", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);

  for (gsize i = 0; i < G_N_ELEMENTS (strict); i++)
    g_assert_null (xmpp_jid_new (strict[i], NULL));
}

static char *
repeat (const char *text, gsize times)
{
  GString *result = g_string_new (NULL);

  for (gsize i = 0; i < times; i++)
    g_string_append (result, text);

  return g_string_free (result, FALSE);
}

/* 1023 bytes per part, counted after preparation (RFC 7622 §3.1) */
static void
test_length (void)
{
  g_autofree char *just = repeat ("a", 1023);
  g_autofree char *over = repeat ("a", 1024);
  /* Three bytes each, one once prepared */
  g_autofree char *wide_just = repeat ("\uff41", 1023);
  g_autofree char *wide_over = repeat ("\uff41", 1024);
  /* Two bytes each before and after */
  g_autofree char *two_just = repeat ("\u00e9", 511);
  g_autofree char *two_over = repeat ("\u00e9", 512);
  g_autofree char *endless = repeat ("\uff41", 100000);
  g_autofree char *label = repeat ("a", 63);
  g_autofree char *long_label = repeat ("a", 64);
  const struct
  {
    const char *local;
    const char *domain;
    const char *resource;
    gboolean valid;
  } rows[] = {
    { just, "b", NULL, TRUE },      { over, "b", NULL, FALSE },
    { wide_just, "b", NULL, TRUE }, { wide_over, "b", NULL, FALSE },
    { two_just, "b", NULL, TRUE },  { two_over, "b", NULL, FALSE },
    { NULL, "b", just, TRUE },      { NULL, "b", over, FALSE },
    { NULL, "b", two_just, TRUE },  { NULL, "b", two_over, FALSE },
    { endless, "b", NULL, FALSE },  { NULL, "b", endless, FALSE },
    { NULL, label, NULL, TRUE },    { NULL, long_label, NULL, FALSE },
    { NULL, endless, NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppJid) jid = xmpp_jid_new_from_parts (rows[i].local, rows[i].domain,
                                                         rows[i].resource, &error);

      if (rows[i].valid)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }

  for (int n = 16; n <= 17; n++)
    {
      g_autofree char *dotted = g_strconcat (label, ".", NULL);
      g_autofree char *many = repeat (dotted, n);
      g_autoptr (XmppJid) jid = xmpp_jid_new (many, NULL);

      /* 16 labels with 15 dots; the last dot does not count. */
      g_assert_cmpint (jid != NULL, ==, n == 16);
    }
}

static void
test_compare (void)
{
  static const char *const ordered[] = {
    "a@a.example",   "a@a.example/r", "b.example",   "a@b.example",
    "a@b.example/1", "a@b.example/2", "b@b.example",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ordered); i++)
    {
      g_autoptr (XmppJid) a = xmpp_jid_new (ordered[i], NULL);

      for (gsize j = 0; j < G_N_ELEMENTS (ordered); j++)
        {
          g_autoptr (XmppJid) b = xmpp_jid_new (ordered[j], NULL);
          int order = xmpp_jid_compare (a, b);

          g_assert_cmpint ((order > 0) - (order < 0), ==, (i > j) - (i < j));
          g_assert_cmpint (xmpp_jid_equal (a, b), ==, i == j);
        }
    }
}

static void
test_equal_bare (void)
{
  g_autoptr (XmppJid) a = xmpp_jid_new ("a@b.example/1", NULL);
  g_autoptr (XmppJid) same = xmpp_jid_new ("A@B.example/2", NULL);
  g_autoptr (XmppJid) domain = xmpp_jid_new ("b.example/1", NULL);
  g_autoptr (XmppJid) other = xmpp_jid_new ("a@c.example/1", NULL);

  g_assert_true (xmpp_jid_equal_bare (a, same));
  g_assert_false (xmpp_jid_equal (a, same));
  g_assert_false (xmpp_jid_equal_bare (a, domain));
  g_assert_false (xmpp_jid_equal_bare (a, other));
}

static void
test_boxed (void)
{
  g_autoptr (XmppJid) jid = xmpp_jid_new ("a@b.example/1", NULL);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, XMPP_TYPE_JID);
  g_value_set_boxed (&value, jid);
  g_assert_true (g_value_get_boxed (&value) == jid);
}

/* XEP-0106 §5: examples, and the rules of §4.1 */
static void
test_escape (void)
{
  static const struct
  {
    const char *text;
    const char *local;
  } rows[] = {
    { "space cadet", "space\\20cadet" },
    { "call me \"ishmael\"", "call\\20me\\20\\22ishmael\\22" },
    { "at&t guy", "at\\26t\\20guy" },
    { "d'artagnan", "d\\27artagnan" },
    { "/.fanboy", "\\2f.fanboy" },
    { "::foo::", "\\3a\\3afoo\\3a\\3a" },
    { "<foo>", "\\3cfoo\\3e" },
    { "user@host", "user\\40host" },
    { "c:\\net", "c\\3a\\net" },
    { "c:\\\\net", "c\\3a\\\\net" },
    { "c:\\cool stuff", "c\\3a\\cool\\20stuff" },
    { "c:\\5commas", "c\\3a\\5c5commas" },
    { "\\27", "\\5c27" },
    { "\\5c", "\\5c5c" },
    { "\\2F", "\\2F" },
    { "\\", "\\" },
    { "\\20", "\\5c20" },
    { "", "" },
    { "plain", "plain" },
    { "\u00e9 \u00e9", "\u00e9\\20\u00e9" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *local = xmpp_jid_escape_local (rows[i].text);
      g_autofree char *text = xmpp_jid_unescape_local (rows[i].local);

      g_assert_cmpstr (local, ==, rows[i].local);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_escape_ends (void)
{
  static const struct
  {
    const char *local;
    const char *text;
  } rows[] = {
    { "\\20a", "\\20a" }, { "a\\20", "a\\20" }, { "\\20", "\\20" },
    { "a\\2", "a\\2" },   { "a\\", "a\\" },     { "\\20\\20a\\27", "\\20 a'" },
  };

  g_assert_null (xmpp_jid_escape_local (" a"));
  g_assert_null (xmpp_jid_escape_local ("a "));
  g_assert_null (xmpp_jid_escape_local (" "));

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = xmpp_jid_unescape_local (rows[i].local);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/jid/valid", test_valid);
  g_test_add_func ("/jid/invalid", test_invalid);
  g_test_add_func ("/jid/invalid-parts", test_invalid_parts);
  g_test_add_func ("/jid/unassigned", test_unassigned);
  g_test_add_func ("/jid/length", test_length);
  g_test_add_func ("/jid/compare", test_compare);
  g_test_add_func ("/jid/equal-bare", test_equal_bare);
  g_test_add_func ("/jid/boxed", test_boxed);
  g_test_add_func ("/jid/escape", test_escape);
  g_test_add_func ("/jid/escape-ends", test_escape_ends);

  return g_test_run ();
}
