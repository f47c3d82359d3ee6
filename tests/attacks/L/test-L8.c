/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <string.h>

#include <xmpp.h>

/* L8: no input ends in an assertion. Criticals are fatal here (G_DEBUG), and GLib's test
 * framework prints the seed with which a run can be repeated. */

#define ROUNDS 20000
#define MAX_BYTES 512

static const char *const addresses[] = {
  "juliet@example.com/balcony",
  "fu\u00dfball@b\u00fccher.example/\u265a",
  "xn--bcher-kva.example",
  "[2001:db8::1]/x",
  "\u05d0\u05d1@\u05e9\u05dc\u05d5\u05dd.example/\u0628\u200c\u0628",
  "d\\27artagnan\\5c20@example.com.",
};

static const char *const texts[] = {
  "p\u00e4ssw\u00f6rd",
  "I\u00adX\u2168",
  "l\u00b7l\u30fb\u0660",
  "e\u0301\uff21\u3000",
};

static const char *const elements[] = {
  "<message from='a@b.example/c' type='chat'><body>x &amp; y</body></message>",
  "<iq type='error' id='1'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:"
  "xmpp-stanzas'>xmpp:x@y</gone></error></iq>",
  "<presence><status xml:lang='de'>z</status><a:x xmlns:a='urn:a' a:b='c'/></presence>",
  "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms "
  "xmlns='urn:"
  "ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"
  "</stream:features>",
};

/* Bytes that mean something to one of the readers */
static const char *const pieces[] = {
  "<",
  ">",
  "/",
  "&",
  "'",
  "\"",
  "@",
  "\\",
  "]]>",
  "<!--",
  "<?",
  "<!DOCTYPE",
  "xmlns='",
  "&#0;",
  "&lt;",
  ".",
  "[",
  "]",
  "xn--",
  "\xff",
  "\xc0\x80",
  "\xed\xa0\x80",
  "\xef\xbf\xbe",
  "\u202e",
  "\u0301",
  "\u200d",
  "\u212a",
  "\u3002",
  "\uff20",
  "\u05d0",
};

static void
mutate_once (GString *text)
{
  gsize at = text->len > 0 ? g_test_rand_int_range (0, text->len) : 0;
  gsize some = g_test_rand_int_range (1, 5);

  switch (g_test_rand_int_range (0, 4))
    {
    case 0:
      if (text->len > 0)
        text->str[at] = (char) g_test_rand_int_range (1, 256);
      break;
    case 1:
      g_string_erase (text, at, MIN (text->len - at, some));
      break;
    case 2:
      g_string_insert (text, at,
                       pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      break;
    default:
      {
        g_autofree char *copy = g_strdup (text->str + at);

        g_string_insert (text, g_test_rand_int_range (0, text->len + 1), copy);
        break;
      }
    }

  g_string_truncate (text, MIN (text->len, MAX_BYTES));
}

static char *
mutate (const char *const *seeds, gsize n_seeds)
{
  GString *text = g_string_new (seeds[g_test_rand_int_range (0, n_seeds)]);

  for (int n = g_test_rand_int_range (1, 6); n > 0; n--)
    mutate_once (text);

  return g_string_free (text, FALSE);
}

/* What is refused has an error that may be shown; what is taken keeps its form. */
static void
check_error (gpointer result, const GError *error)
{
  g_assert_true ((result == NULL) == (error != NULL));
  if (error != NULL)
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_addresses (void)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      g_autofree char *text = mutate (addresses, G_N_ELEMENTS (addresses));
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppJid) jid = xmpp_jid_new (text, &error);
      g_autoptr (XmppJid) again = NULL;
      g_autofree char *shown = xmpp_jid_unescape_local (text);
      g_autofree char *escaped = xmpp_jid_escape_local (text);

      check_error (jid, error);
      if (jid == NULL)
        continue;

      again = xmpp_jid_new (xmpp_jid_to_string (jid), NULL);
      g_assert_nonnull (again);
      g_assert_true (xmpp_jid_equal (jid, again));
    }
}

static void
test_texts (void)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      g_autofree char *text = mutate (texts, G_N_ELEMENTS (texts));

      for (int profile = XMPP_SASL_PROFILE_SASLPREP; profile <= XMPP_SASL_PROFILE_TRACE;
           profile++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *result = xmpp_sasl_prepare (profile, text, &error);

          check_error (result, error);
          if (result != NULL)
            g_assert_true (result[0] != '\0' && g_utf8_validate (result, -1, NULL));
        }
    }
}

/* Everything that is asked of a stanza that has just come */
static void
look_at_stanza (XmppElement *element)
{
  g_autoptr (XmppStanza) stanza = xmpp_stanza_new_from_element (element, NULL);
  g_autoptr (XmppStanza) reply = NULL;
  g_autoptr (XmppStanza) refusal = NULL;
  g_autoptr (GError) error = NULL;

  if (stanza == NULL)
    return;

  xmpp_stanza_get_stanza_type (stanza);
  xmpp_stanza_get_from (stanza);
  xmpp_stanza_get_to (stanza);
  xmpp_stanza_get_lang (stanza);
  xmpp_stanza_get_body (stanza);
  xmpp_stanza_get_status (stanza);
  xmpp_stanza_get_payload (stanza, NULL, NULL);
  error = xmpp_stanza_dup_error (stanza);
  if (error != NULL)
    g_assert_true (g_utf8_validate (error->message, -1, NULL));

  reply = xmpp_stanza_reply (stanza, NULL);
  refusal = xmpp_stanza_reply_error (stanza, XMPP_STANZA_ERROR_TYPE_CANCEL,
                                     XMPP_STANZA_ERROR_SERVICE_UNAVAILABLE, NULL, NULL);
  /* An error is not answered. */
  if (xmpp_stanza_get_stanza_type (stanza) == XMPP_STANZA_TYPE_ERROR)
    g_assert_true (reply == NULL && refusal == NULL);
}

static void
test_elements (void)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      g_autofree char *text = mutate (elements, G_N_ELEMENTS (elements));
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppElement) element = xmpp_element_new_from_string (text, &error);
      g_autoptr (XmppElement) again = NULL;
      g_autofree char *written = NULL;

      check_error (element, error);
      if (element == NULL)
        continue;

      look_at_stanza (element);
      written = xmpp_element_to_string (element);
      again = xmpp_element_new_from_string (written, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (xmpp_element_get_name (again), ==,
                       xmpp_element_get_name (element));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/L8/addresses", test_addresses);
  g_test_add_func ("/attacks/L8/texts", test_texts);
  g_test_add_func ("/attacks/L8/elements", test_elements);

  return g_test_run ();
}
