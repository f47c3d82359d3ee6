/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack-parser.h"

#define RANDOM_RUNS 8

static void
got_header (XmppElement *root, gpointer user_data)
{
  Attack *attack = user_data;

  attack->n_headers++;
}

static void
got_element (XmppElement *element, gpointer user_data)
{
  Attack *attack = user_data;

  g_assert_cmpuint (attack->n_ends, ==, 0);
  g_assert_cmpuint (attack->n_headers, ==, 1);
  g_ptr_array_add (attack->elements, element);
}

static void
got_end (gpointer user_data)
{
  Attack *attack = user_data;

  attack->n_ends++;
}

static const XmppParserSink sink = { got_header, got_element, got_end };

void
attack_init (Attack *attack)
{
  const XmppLimitValues limits = {
#define ROW(name, value) .name = value,
    XMPP_LIMITS_TABLE (ROW)
#undef ROW
  };

  memset (attack, 0, sizeof *attack);
  attack->limits = limits;
  attack->elements = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_element_unref);
}

void
attack_clear (Attack *attack)
{
  g_ptr_array_unref (attack->elements);
  g_clear_error (&attack->error);
}

void
attack_run (Attack *attack, const char *data, gsize length, gsize piece, gboolean single)
{
  g_autoptr (XmppParser) parser = xmpp_parser_new (&attack->limits, &sink, attack);
  g_autofree char *copy = NULL;
  gsize start = 0; /* of the copy, in @data */
  gsize end = 0;

  g_ptr_array_set_size (attack->elements, 0);
  g_clear_error (&attack->error);
  attack->n_headers = 0;
  attack->n_ends = 0;
  attack->n_consumed = 0;
  xmpp_parser_set_authenticated (parser, attack->authenticated);
  xmpp_parser_set_single (parser, single);

  while (attack->n_consumed < length && attack->error == NULL)
    {
      gsize rest = length - attack->n_consumed;
      gsize size = piece != 0 ? piece : (gsize) g_test_rand_int_range (1, 100);
      guint n_before = attack->n_headers + attack->elements->len + attack->n_ends;
      guint n_after;
      gsize consumed = 0;

      /* A copy of its own: reading beyond the end is seen by AddressSanitizer. What is left of
       * one that has this end will do. */
      size = MIN (size, rest);
      if (attack->n_consumed + size != end)
        {
          start = attack->n_consumed;
          end = start + size;
          g_free (copy);
          copy = g_memdup2 (data + start, size);
        }
      xmpp_parser_feed (parser, copy + attack->n_consumed - start, size, &consumed,
                        &attack->error);
      g_assert_cmpuint (consumed, <=, size);
      attack->n_consumed += consumed;
      n_after = attack->n_headers + attack->elements->len + attack->n_ends;
      if (single)
        g_assert_cmpuint (n_after - n_before, <=, 1);
      else if (attack->error == NULL)
        g_assert_cmpuint (consumed, ==, size);
    }

  /* After an error nothing comes, whatever follows. */
  if (attack->error != NULL)
    {
      guint n_elements = attack->elements->len;
      g_autoptr (GError) again = NULL;

      g_assert_false (xmpp_parser_feed (parser, "<message/>", 10, NULL, &again));
      g_assert_error (again, attack->error->domain, attack->error->code);
      g_assert_cmpuint (attack->elements->len, ==, n_elements);
    }
}

static void
check (Attack *attack, const char *elements, int code)
{
  g_autoptr (GString) written = g_string_new (NULL);

  for (guint i = 0; i < attack->elements->len; i++)
    {
      g_autofree char *xml =
          xmpp_element_to_string (g_ptr_array_index (attack->elements, i));

      g_string_append (written, xml);
      g_string_append_c (written, '\n');
    }
  g_assert_cmpstr (written->str, ==, elements);
  if (code == ATTACK_NONE)
    g_assert_no_error (attack->error);
  else
    g_assert_error (attack->error, XMPP_STREAM_ERROR, code);
}

void
attack_expect (
    Attack *attack, const char *data, gsize length, const char *elements, int code)
{
  for (guint i = 0; i < 2; i++)
    {
      attack_run (attack, data, length, length, i);
      check (attack, elements, code);
      attack_run (attack, data, length, 1, i);
      check (attack, elements, code);
      for (guint j = 0; j < RANDOM_RUNS; j++)
        {
          attack_run (attack, data, length, 0, i);
          check (attack, elements, code);
        }
    }
}

void
attack_expect_behind_header (const char *text, const char *elements, int code)
{
  g_autofree char *data = g_strconcat (HEADER, text, NULL);
  Attack attack;

  attack_init (&attack);
  attack_expect (&attack, data, strlen (data), elements, code);
  g_assert_cmpuint (attack.n_headers, ==, 1);
  attack_clear (&attack);
}
