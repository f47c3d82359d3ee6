/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error.h"
#include "core/xmpp-precis-class.h"
#include "core/xmpp-precis.h"
#include "core/xmpp-prepare.h"

#include <string.h>

typedef struct
{
  const char *text;
  const char *result; /* NULL: refused */
} Row;

static void
check_rows (XmppSaslProfile profile, const Row *rows, gsize n_rows)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *result = xmpp_sasl_prepare (profile, rows[i].text, &error);

      g_test_message ("%d, row %" G_GSIZE_FORMAT ": %s", profile, i,
                      error != NULL ? error->message : result);
      g_assert_cmpstr (result, ==, rows[i].result);
      if (rows[i].result == NULL)
        {
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
          /* It may be a password: nothing of it is told. */
          g_assert_true (rows[i].text[0] == '\0' ||
                         strstr (error->message, rows[i].text) == NULL);
        }
      else
        {
          g_autofree char *again = xmpp_sasl_prepare (profile, result, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (again, ==, result);
        }
    }
}

static void
test_saslprep (void)
{
  static const Row rows[] = {
    /* RFC 4013 §3 */
    { "I\u00adX", "IX" },
    { "user", "user" },
    { "USER", "USER" },
    { "\u00aa", "a" },
    { "\u2168", "IX" },
    { "\x07", NULL },
    { "\u0627"
      "1",
      NULL },

    /* Mappings, alone and together */
    { "a\u00a0b\u3000c", "a b c" },
    { "\u00ad", NULL },
    { "\u200d\ufe0f", NULL },
    { "", NULL },
    { " ", " " },
    { "e\u0301", "\u00e9" },
    { "\uff0c\uff1d", ",=" },
    { "p\u00e4ssw\u00f6rd", "p\u00e4ssw\u00f6rd" },
    { "\U0001f511", "\U0001f511" },

    /* What is prohibited (§2.3) */
    { "a\x7f", NULL },
    { "a\xc2\x85", NULL },
    { "a\u2028", NULL },
    { "a\ue000", NULL },
    { "a\ufdd0", NULL },
    { "a\U0001ffff", NULL },
    { "a\ufffd", NULL },
    { "a\u2ff0", NULL },
    { "a\u202e", NULL },
    { "a\U000e0041", NULL },

    /* Directions (RFC 3454 §6) */
    { "\u05d0", "\u05d0" },
    { "\u05d01\u05d0", "\u05d01\u05d0" },
    { "\u05d0a\u05d0", NULL },
    { "1\u05d0", NULL },

    /* Not UTF-8 */
    { "a\xff", NULL },
    { "a\xc0\x80", NULL },
    { "a\xed\xa0\x80", NULL },
  };

  check_rows (XMPP_SASL_PROFILE_SASLPREP, rows, G_N_ELEMENTS (rows));
}

static void
test_username (void)
{
  static const Row rows[] = {
    /* RFC 8265 §3.5 */
    { "juliet@example.com", "juliet@example.com" },
    { "fussball", "fussball" },
    { "fu\u00dfball", "fu\u00dfball" },
    { "\u03c0", "\u03c0" },
    { "\u03a3", "\u03c3" },
    { "\u03c3", "\u03c3" },
    { "\u03c2", "\u03c2" },
    { "foo bar", NULL },
    { "", NULL },
    { "henry\u2163", NULL },
    { "\u265a", NULL },

    /* Case, width, composition */
    { "JULIET", "juliet" },
    { "\uff2a\uff55\uff4c", "jul" },
    { "\uff76\uff9e", "\u30ac" },
    { "E\u0301", "\u00e9" },
    { "\u01c4", NULL },
    { "\u0130", "i\u0307" },
    { "\u1f88", NULL },

    /* Confusables, controls, what is not assigned */
    { "\u017f", NULL },
    { "\u212a", NULL },
    { "\u2126", NULL },
    { "a\u00a0b", NULL },
    { "a\x01", NULL },
    { "a\u0378", NULL },
    { "a\ufffe", NULL },
    { "\u1100", NULL },
    { "a\u0301", "\u00e1" },
    { "a\xff", NULL },

    /* Directions (RFC 5893 §2) */
    { "\u05d0\u05d1", "\u05d0\u05d1" },
    { "\u05d01", "\u05d01" },
    { "1\u05d0", NULL },
    { "a\u05d0", NULL },
    { "\u05d0a", NULL },
    { "\u05d0-", NULL },
    { "\u05d0\u05b4", "\u05d0\u05b4" },
    { "\u06281\u0661", NULL },
    { "\u0628\u0661", "\u0628\u0661" },
    { "\u0661", NULL },
  };

  check_rows (XMPP_SASL_PROFILE_USERNAME, rows, G_N_ELEMENTS (rows));
}

/* RFC 5892 appendix A */
static void
test_context (void)
{
  static const Row rows[] = {
    /* A.1, A.2: after a virama; ZWNJ also between letters that join */
    { "\u0915\u094d\u200c\u0937", "\u0915\u094d\u200c\u0937" },
    { "\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937" },
    { "\u0915\u200d\u0937", NULL },
    { "\u200d", NULL },
    { "\u200c", NULL },
    { "\u0628\u200c\u0628", "\u0628\u200c\u0628" },
    { "\u0628\u064b\u200c\u064b\u0628", "\u0628\u064b\u200c\u064b\u0628" },
    { "\u0628\u200c\u0627", "\u0628\u200c\u0627" },
    { "\u0627\u200c\u0628", NULL },
    { "\u0628\u200c", NULL },
    { "\u0628\u200d\u0628", NULL },
    { "a\u200cb", NULL },
    /* A.3 */
    { "l\u00b7l", "l\u00b7l" },
    { "a\u00b7l", NULL },
    { "l\u00b7", NULL },
    { "\u00b7l", NULL },
    /* A.4 */
    { "\u0375\u03b1", "\u0375\u03b1" },
    { "\u0375a", NULL },
    { "\u03b1\u0375", NULL },
    /* A.5, A.6 */
    { "\u05d0\u05f3", "\u05d0\u05f3" },
    { "\u05d0\u05f4", "\u05d0\u05f4" },
    { "\u05f3\u05d0", NULL },
    { "\u05f4\u05d0", NULL },
    /* A.7 */
    { "\u30ab\u30fb", "\u30ab\u30fb" },
    { "\u3042\u30fb", "\u3042\u30fb" },
    { "\u30fb\u6f22", "\u30fb\u6f22" },
    { "a\u30fb", NULL },
    { "\u30fb", NULL },
    /* A.8, A.9 */
    { "\u0628\u0660", "\u0628\u0660" },
    { "\u0628\u06f0", "\u0628\u06f0" },
    { "\u0628\u0660\u06f0", NULL },
  };

  check_rows (XMPP_SASL_PROFILE_USERNAME, rows, G_N_ELEMENTS (rows));
}

static void
test_opaque (void)
{
  static const Row rows[] = {
    /* RFC 8265 §4.3 */
    { "correct horse battery staple", "correct horse battery staple" },
    { "Correct Horse Battery Staple", "Correct Horse Battery Staple" },
    { "\u03c0\u00df\u00e5", "\u03c0\u00df\u00e5" },
    { "Jack of \u2666s", "Jack of \u2666s" },
    { "foo\u1680bar", "foo bar" },
    { "", NULL },
    { "my cat is a \x09 by", NULL },

    { " ", " " },
    { "\u3000\u00a0", "  " },
    { "e\u0301", "\u00e9" },
    { "\uff21", "\uff21" },
    { "\u2163", "\u2163" },
    { "\u212a", "K" },
    { "\u05d0a\u05d0", "\u05d0a\u05d0" },
    { "a\x7f", NULL },
    { "a\u200b", NULL },
    { "a\u00ad", NULL },
    { "a\ue000", NULL },
    { "a\u0378", NULL },
    { "a\u00b7b", NULL },
    { "a\xff", NULL },
  };

  check_rows (XMPP_SASL_PROFILE_OPAQUE, rows, G_N_ELEMENTS (rows));
}

static void
test_trace (void)
{
  g_autofree char *just = g_strnfill (255, 'a');
  g_autofree char *over = g_strnfill (256, 'a');
  const Row rows[] = {
    { "sirhc", "sirhc" },
    { "a@example.com", "a@example.com" },
    { "\u00aa\u00ad", "\u00aa\u00ad" },
    { "", NULL },
    { "a\x07", NULL },
    { "a\u200e", NULL },
    { "a\ue000", NULL },
    { "\u05d0a", NULL },
    { "a\xff", NULL },
    { just, just },
    { over, NULL },
  };

  check_rows (XMPP_SASL_PROFILE_TRACE, rows, G_N_ELEMENTS (rows));
}

/* RFC 8264 §8, a code point for each of its lines */
static void
test_property (void)
{
  static const struct
  {
    guint32 character;
    XmppPrecisProperty property;
  } rows[] = {
    { 0x00df, XMPP_PRECIS_VALID },       { 0x3007, XMPP_PRECIS_VALID },
    { 0x00b7, XMPP_PRECIS_CONTEXT },     { 0x06f5, XMPP_PRECIS_CONTEXT },
    { 0x0640, XMPP_PRECIS_DISALLOWED },  { 0x303b, XMPP_PRECIS_DISALLOWED },
    { 0x0378, XMPP_PRECIS_UNASSIGNED },  { 0x0021, XMPP_PRECIS_VALID },
    { 0x007e, XMPP_PRECIS_VALID },       { 0x200c, XMPP_PRECIS_CONTEXT },
    { 0x1160, XMPP_PRECIS_DISALLOWED },  { 0x00ad, XMPP_PRECIS_DISALLOWED },
    { 0xfffe, XMPP_PRECIS_DISALLOWED },  { 0x0085, XMPP_PRECIS_DISALLOWED },
    { 0x2163, XMPP_PRECIS_FREEFORM },    { 0x00e9, XMPP_PRECIS_VALID },
    { 0x4e00, XMPP_PRECIS_VALID },       { 0x0301, XMPP_PRECIS_VALID },
    { 0x0020, XMPP_PRECIS_FREEFORM },    { 0x2666, XMPP_PRECIS_FREEFORM },
    { 0x00a7, XMPP_PRECIS_FREEFORM },    { 0x20dd, XMPP_PRECIS_FREEFORM },
    { 0xe000, XMPP_PRECIS_DISALLOWED },  { 0x06dd, XMPP_PRECIS_DISALLOWED },
    { 0xe0080, XMPP_PRECIS_DISALLOWED }, { 0xfdd0, XMPP_PRECIS_DISALLOWED },
    { 0x2065, XMPP_PRECIS_DISALLOWED },  { 0x3ffff, XMPP_PRECIS_DISALLOWED },
    { 0xac00, XMPP_PRECIS_VALID },       { 0x1f600, XMPP_PRECIS_FREEFORM },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("U+%04X", rows[i].character);
      g_assert_cmpint (xmpp_precis_get_property (rows[i].character), ==,
                       rows[i].property);
    }
}

/* The fastest of several runs, in nanoseconds */
static double
measure (const char *unit, gsize n_units, const char *end)
{
  g_autoptr (GString) text = g_string_new (NULL);
  double best = G_MAXDOUBLE;

  for (gsize i = 0; i < n_units; i++)
    g_string_append (text, unit);
  g_string_append (text, end);

  for (int run = 0; run < 7; run++)
    {
      g_autoptr (GTimer) timer = g_timer_new ();

      for (int i = 0; i < 5; i++)
        {
          g_autofree char *result = NULL;

          g_assert_cmpint (xmpp_precis_opaque (text->str, text->len, &result, NULL), ==,
                           XMPP_PREPARE_FAULT_NONE);
        }
      best = MIN (best, g_timer_elapsed (timer, NULL) * 1e9);
    }

  return best;
}

/* Rules about the whole text are asked once: eight times as long a text must not take 64
 * times as long. */
static void
test_long_context (void)
{
  static const struct
  {
    const char *unit;
    const char *end;
  } rows[] = {
    { "\u30fb", "\u3042" }, /* a Katakana dot wants Japanese */
    { "\u0660", "" },       /* Arabic-Indic digits want no others */
    { "\u06f0", "" },
    { "\u094d\u200c", "a" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      double few = measure (rows[i].unit, 250, rows[i].end);
      double many = measure (rows[i].unit, 2000, rows[i].end);

      g_test_message ("row %zu: %.0f ns, %.0f ns", i, few, many);
      g_assert_cmpfloat (many, <, 24 * few);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/prepare/saslprep", test_saslprep);
  g_test_add_func ("/prepare/username", test_username);
  g_test_add_func ("/prepare/context", test_context);
  g_test_add_func ("/prepare/long-context", test_long_context);
  g_test_add_func ("/prepare/opaque", test_opaque);
  g_test_add_func ("/prepare/trace", test_trace);
  g_test_add_func ("/prepare/property", test_property);

  return g_test_run ();
}
