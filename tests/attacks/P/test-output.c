/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* Data that wants to become markup on the way out: P12 */

#include "config.h"

#include "attack-parser.h"
#include "stream/xmpp-writer.h"

/* Pieces of text that would do harm where one of them went out as it is */
static const char *const pieces[] = {
  "</body></message><message from='admin'>",
  "'/><presence/><x a='",
  "\"/><presence/><x a=\"",
  "]]>",
  "<![CDATA[",
  "<!-- ",
  "&amp;",
  "&",
  "<",
  ">",
  "'",
  "\"",
  "\t",
  "\n",
  "\r",
  "\r\n",
  " ",
  "plain",
  "\xc3\xa9",
  "\xe2\x82\xac",
  "\xf0\x9f\x98\x80",
  "\x7f",
};

static const char *const names[] = { "a",     "body", "message",
                                     "x-y.z", "_",    "\xc3\xa9t\xc3\xa9" };
static const char *const namespaces[] = {
  NULL, NULL,           "urn:a",         "urn:b?c&d=e",
  "",   XMPP_NS_CLIENT, XMPP_NS_STREAMS, "http://x.test/#\xc3\xa9"
};

#define PICK(array) array[g_test_rand_int_range (0, G_N_ELEMENTS (array))]

static char *
random_text (void)
{
  GString *text = g_string_new (NULL);

  for (int n = g_test_rand_int_range (0, 5); n > 0; n--)
    g_string_append (text, PICK (pieces));
  return g_string_free (text, FALSE);
}

static void
add_random_content (XmppElement *root)
{
  XmppElement *element = root;

  for (int n = g_test_rand_int_range (0, 30); n > 0; n--)
    {
      g_autofree char *text = random_text ();

      switch (g_test_rand_int_range (0, 5))
        {
        case 0:
          element =
              xmpp_element_append_child (element, PICK (names), PICK (namespaces), NULL);
          break;
        case 1:
          xmpp_element_append_text (element, text);
          break;
        case 2:
          xmpp_element_set_attribute (element, PICK (names), text);
          break;
        case 3:
          xmpp_element_set_attribute_ns (element, PICK (names), PICK (namespaces), text);
          break;
        default:
          if (xmpp_element_get_parent (element) != NULL)
            element = xmpp_element_get_parent (element);
          break;
        }
    }
}

static void
assert_equal_alone (XmppElement *a, XmppElement *b)
{
  const char *a_xmlns = xmpp_element_get_xmlns (a);

  g_assert_cmpstr (xmpp_element_get_name (a), ==, xmpp_element_get_name (b));
  g_assert_cmpstr (a_xmlns != NULL ? a_xmlns : XMPP_NS_CLIENT, ==,
                   xmpp_element_get_xmlns (b));
  g_assert_cmpstr (xmpp_element_get_text (a), ==, xmpp_element_get_text (b));
  g_assert_cmpuint (xmpp_element_get_n_children (a), ==, xmpp_element_get_n_children (b));
  g_assert_cmpuint (xmpp_element_get_n_attributes (a), ==,
                    xmpp_element_get_n_attributes (b));
  for (guint i = 0; i < xmpp_element_get_n_attributes (a); i++)
    {
      const char *name = xmpp_element_get_attribute_name (a, i);
      const char *xmlns = xmpp_element_get_attribute_xmlns (a, i);

      g_assert_cmpstr (xmpp_element_get_attribute_ns (a, name, xmlns), ==,
                       xmpp_element_get_attribute_ns (b, name, xmlns));
    }
}

static void
assert_equal (XmppElement *a, XmppElement *b)
{
  XmppElement *root = a;

  for (;;)
    {
      assert_equal_alone (a, b);
      if (xmpp_element_get_first_child (a) != NULL)
        {
          a = xmpp_element_get_first_child (a);
          b = xmpp_element_get_first_child (b);
          continue;
        }
      while (a != root && xmpp_element_get_next_sibling (a) == NULL)
        {
          a = xmpp_element_get_parent (a);
          b = xmpp_element_get_parent (b);
        }
      if (a == root)
        return;
      a = xmpp_element_get_next_sibling (a);
      b = xmpp_element_get_next_sibling (b);
    }
}

static void
test_round_trip (void)
{
  Attack attack;

  attack_init (&attack);
  attack.authenticated = TRUE;
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (XmppElement)
          element = xmpp_element_new (PICK (names), PICK (namespaces));
      g_autoptr (XmppElement) sentinel = xmpp_element_new ("sentinel", NULL);
      XmppBuffer buffer = { 0 };

      add_random_content (element);
      xmpp_writer_append_header (&buffer, XMPP_NS_CLIENT, NULL);
      g_assert_true (xmpp_writer_append (&buffer, element, XMPP_NS_CLIENT, NULL));
      g_assert_true (xmpp_writer_append (&buffer, sentinel, XMPP_NS_CLIENT, NULL));
      attack_run (&attack, xmpp_buffer_peek (&buffer), xmpp_buffer_get_length (&buffer),
                  0, i % 2);
      g_assert_no_error (attack.error);
      g_assert_cmpuint (attack.elements->len, ==, 2);
      assert_equal (element, g_ptr_array_index (attack.elements, 0));
      assert_equal (sentinel, g_ptr_array_index (attack.elements, 1));
      xmpp_buffer_clear (&buffer);
    }
  attack_clear (&attack);
}

static void
assert_refused (XmppElement *element)
{
  g_autoptr (GError) error = NULL;
  XmppBuffer buffer = { 0 };

  g_assert_false (xmpp_writer_append (&buffer, element, XMPP_NS_CLIENT, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (xmpp_buffer_get_length (&buffer), ==, 0);
  xmpp_buffer_clear (&buffer);
}

static void
test_names (void)
{
  const char *bad[] = { "a><evil", "x:y", "a b", "a/",    "a='b'",
                        "",        "a\n", "<",   "&amp;", "1" };
  const char *bad_namespaces[] = { "a' b='", "a\" b=\"", "a'/><evil xmlns='", "a b",
                                   "a<b" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (XmppElement) named = xmpp_element_new (bad[i], NULL);
      g_autoptr (XmppElement) parent = xmpp_element_new ("a", NULL);
      g_autoptr (XmppElement) owner = xmpp_element_new ("a", NULL);

      xmpp_element_append_child (parent, bad[i], "urn:x", "text");
      xmpp_element_set_attribute (owner, bad[i], "1");
      assert_refused (named);
      assert_refused (parent);
      assert_refused (owner);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_namespaces); i++)
    {
      g_autoptr (XmppElement) named = xmpp_element_new ("a", bad_namespaces[i]);
      g_autoptr (XmppElement) owner = xmpp_element_new ("a", NULL);

      xmpp_element_set_attribute_ns (owner, "b", bad_namespaces[i], "1");
      assert_refused (named);
      assert_refused (owner);
    }
}

static void
test_declaration_as_attribute (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("a", NULL);
  g_autoptr (XmppElement) foreign = xmpp_element_new ("a", NULL);

  xmpp_element_set_attribute (element, "xmlns", "urn:evil");
  assert_refused (element);
  xmpp_element_set_attribute_ns (foreign, "b", "http://www.w3.org/2000/xmlns/",
                                 "urn:evil");
  assert_refused (foreign);
}

static void
test_password (void)
{
  g_autoptr (XmppElement) auth = xmpp_element_new ("auth", XMPP_NS_SASL);
  XmppBuffer buffer = { 0 };
  Attack attack;

  xmpp_element_set_text (auth, "</auth><presence/>");
  xmpp_writer_append_header (&buffer, XMPP_NS_CLIENT, NULL);
  g_assert_true (xmpp_writer_append (&buffer, auth, XMPP_NS_CLIENT, NULL));
  attack_init (&attack);
  attack_expect (&attack, xmpp_buffer_peek (&buffer), xmpp_buffer_get_length (&buffer),
                 "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                 "&lt;/auth&gt;&lt;presence/&gt;</auth>\n",
                 ATTACK_NONE);
  attack_clear (&attack);
  xmpp_buffer_clear (&buffer);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/P/P12-round-trip", test_round_trip);
  g_test_add_func ("/attacks/P/P12-names", test_names);
  g_test_add_func ("/attacks/P/P12-declaration-as-attribute",
                   test_declaration_as_attribute);
  g_test_add_func ("/attacks/P/P12-password", test_password);

  return g_test_run ();
}
