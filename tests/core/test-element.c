/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <pthread.h>
#include <string.h>

#include "core/xmpp-element-private.h"
#include "core/xmpp-namespaces.h"

static void
assert_xml (XmppElement *element, const char *xml)
{
  g_autofree char *text = xmpp_element_to_string (element);

  g_assert_cmpstr (text, ==, xml);
}

static void
assert_broken (XmppElement *element, GIOErrorEnum code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (xmpp_element_check (element, &error));
  g_assert_error (error, G_IO_ERROR, (int) code);
}

static void
test_build (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("message", XMPP_NS_CLIENT);
  XmppElement *body;

  xmpp_element_set_attribute (element, "to", "a@b.test");
  xmpp_element_set_attribute_ns (element, "lang", XMPP_NS_XML, "en");
  body = xmpp_element_append_child (element, "body", NULL, "Hello & <bye>");
  xmpp_element_append_child (element, "active", "http://jabber.org/protocol/chatstates",
                             NULL);

  g_assert_cmpstr (xmpp_element_get_name (element), ==, "message");
  g_assert_cmpstr (xmpp_element_get_xmlns (body), ==, XMPP_NS_CLIENT);
  g_assert_true (xmpp_element_is (body, "body", XMPP_NS_CLIENT));
  g_assert_false (xmpp_element_is (body, "body", XMPP_NS_SERVER));
  g_assert_true (xmpp_element_get_parent (body) == element);
  g_assert_cmpstr (xmpp_element_get_text (body), ==, "Hello & <bye>");
  g_assert_cmpstr (xmpp_element_get_text (element), ==, "");
  g_assert_cmpuint (xmpp_element_get_n_children (element), ==, 2);
  g_assert_null (xmpp_element_get_child (element, "active", XMPP_NS_CLIENT));
  g_assert_nonnull (xmpp_element_get_child (element, "active", NULL));
  g_assert_nonnull (
      xmpp_element_get_child (element, NULL, "http://jabber.org/protocol/chatstates"));
  assert_xml (element,
              "<message xmlns='jabber:client' to='a@b.test' xml:lang='en'>"
              "<body>Hello &amp; &lt;bye&gt;</body>"
              "<active xmlns='http://jabber.org/protocol/chatstates'/></message>");
}

static void
test_attributes (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("x", NULL);

  xmpp_element_set_attribute (element, "a", "1");
  xmpp_element_set_attribute (element, "b", "2");
  xmpp_element_set_attribute_ns (element, "a", "urn:x", "3");
  xmpp_element_set_attribute_ns (element, "b", "urn:y", "4");
  xmpp_element_set_attribute_ns (element, "c", "urn:x", "5");
  g_assert_cmpuint (xmpp_element_get_n_attributes (element), ==, 5);
  g_assert_cmpstr (xmpp_element_get_attribute (element, "a"), ==, "1");
  g_assert_cmpstr (xmpp_element_get_attribute_ns (element, "a", "urn:x"), ==, "3");
  g_assert_cmpstr (xmpp_element_get_attribute_ns (element, "a", NULL), ==, "1");
  g_assert_null (xmpp_element_get_attribute (element, "c"));
  g_assert_cmpstr (xmpp_element_get_attribute_name (element, 4), ==, "c");
  g_assert_cmpstr (xmpp_element_get_attribute_xmlns (element, 4), ==, "urn:x");
  g_assert_null (xmpp_element_get_attribute_xmlns (element, 0));
  g_assert_null (xmpp_element_get_attribute_name (element, 5));
  assert_xml (element,
              "<x a='1' b='2' xmlns:ns3='urn:x' ns3:a='3' xmlns:ns4='urn:y' ns4:b='4' "
              "ns3:c='5'/>");

  xmpp_element_set_attribute (element, "a", "tab\tquote'\"lf\ncr\r<>&");
  xmpp_element_set_attribute (element, "b", NULL);
  xmpp_element_set_attribute (element, "none", NULL);
  xmpp_element_set_attribute_ns (element, "a", "urn:x", NULL);
  xmpp_element_set_attribute_ns (element, "b", "urn:y", NULL);
  xmpp_element_set_attribute_ns (element, "c", "urn:x", NULL);
  assert_xml (element, "<x a='tab&#9;quote&apos;&quot;lf&#10;cr&#13;&lt;&gt;&amp;'/>");
}

static void
test_mixed (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("p", "urn:x");
  XmppElement *b;

  xmpp_element_append_text (element, "one ");
  xmpp_element_append_text (element, "two ");
  b = xmpp_element_append_child (element, "b", NULL, "bold");
  xmpp_element_append_text (element, " three");
  g_assert_cmpstr (xmpp_element_get_text (element), ==, "one two  three");
  xmpp_element_append_text (element, " four");
  g_assert_cmpstr (xmpp_element_get_text (element), ==, "one two  three four");
  assert_xml (element, "<p xmlns='urn:x'>one two <b>bold</b> three four</p>");

  xmpp_element_remove_child (element, b);
  g_assert_null (xmpp_element_get_parent (b));
  g_assert_cmpstr (xmpp_element_get_xmlns (b), ==, "urn:x");
  xmpp_element_append_text (element, " five");
  g_assert_cmpstr (xmpp_element_get_text (element), ==, "one two  three four five");
  {
    g_autoptr (XmppElement) copy = xmpp_element_copy (element);

    assert_xml (copy, "<p xmlns='urn:x'>one two  three four five</p>");
    g_assert_cmpstr (xmpp_element_get_text (copy), ==, "one two  three four five");
  }
  xmpp_element_set_text (element, "new");
  assert_xml (element, "<p xmlns='urn:x'>new</p>");
  xmpp_element_set_text (element, NULL);
  assert_xml (element, "<p xmlns='urn:x'/>");
}

static void
test_long_text (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("p", NULL);
  g_autoptr (GString) expected = g_string_new (NULL);

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *piece = g_strdup_printf ("%u, ", i);

      xmpp_element_append_text (element, piece);
      g_string_append (expected, piece);
    }
  g_assert_cmpstr (xmpp_element_get_text (element), ==, expected->str);
}

/* The text that is added may be the element's own. */
static void
test_doubled_text (void)
{
  g_autofree char *half = g_strnfill (200000, 'x');
  g_autofree char *whole = g_strnfill (400000, 'x');
  g_autoptr (XmppElement) element = xmpp_element_new ("p", NULL);

  xmpp_element_append_text (element, half);
  xmpp_element_append_text (element, xmpp_element_get_text (element));
  g_assert_cmpstr (xmpp_element_get_text (element), ==, whole);
}

static void
test_add_child (void)
{
  XmppElement *outer = xmpp_element_new ("outer", "urn:o");
  XmppElement *inner = xmpp_element_new ("inner", NULL);
  g_autoptr (XmppElement) other = xmpp_element_new ("other", "urn:p");
  XmppElement *copy;

  /* Adopted as it is; the reference stays the caller's. */
  g_assert_true (xmpp_element_add_child (outer, inner) == inner);
  xmpp_element_append_child (inner, "leaf", NULL, "text");

  /* Has a parent: copied, in the namespace that it had. */
  copy = xmpp_element_add_child (other, inner);
  g_assert_true (copy != inner);
  assert_xml (other, "<other xmlns='urn:p'><inner "
                     "xmlns='urn:o'><leaf>text</leaf></inner></other>");

  /* Holds the parent: copied. */
  copy = xmpp_element_add_child (inner, outer);
  g_assert_true (copy != outer);
  assert_xml (outer, "<outer xmlns='urn:o'><inner><leaf>text</leaf>"
                     "<outer><inner><leaf>text</leaf></inner></outer></inner></outer>");
  g_assert_true (xmpp_element_add_child (outer, outer) != outer);

  /* A reference on a part keeps the whole. */
  xmpp_element_unref (outer);
  g_assert_cmpstr (xmpp_element_get_name (xmpp_element_get_parent (inner)), ==, "outer");
  xmpp_element_unref (inner);
}

static void
test_adopt_chain (void)
{
  const guint n = 100000;
  XmppElement *element = xmpp_element_new ("e", "urn:x");
  XmppElement *first = xmpp_element_ref (element);
  guint depth = 0;

  for (guint i = 0; i < n; i++)
    {
      XmppElement *above = xmpp_element_new ("e", NULL);

      xmpp_element_add_child (above, element);
      xmpp_element_append_child (above, "after", NULL, NULL);
      xmpp_element_unref (element);
      element = above;
    }
  xmpp_element_unref (element);
  for (XmppElement *up = first; up != NULL; up = xmpp_element_get_parent (up))
    depth++;
  g_assert_cmpuint (depth, ==, n + 1);
  xmpp_element_unref (first);
}

static gpointer
deep_thread (gpointer data)
{
  const guint depth = 200000;
  g_autoptr (XmppElement) root = xmpp_element_new ("e", NULL);
  g_autoptr (XmppElement) copy = NULL;
  g_autofree char *xml = NULL;
  XmppElement *element = root;

  for (guint i = 1; i < depth; i++)
    element = xmpp_element_append_child (element, "e", i % 2 ? "urn:a" : NULL, NULL);
  copy = xmpp_element_copy (root);
  xmpp_element_set_sensitive (copy);
  xmpp_element_seal (copy);
  g_assert_true (xmpp_element_check (copy, NULL));
  xml = xmpp_element_to_string (copy);
  g_assert_cmpuint (strlen (xml), >, depth * 7);
  return NULL;
}

static void
test_deep (void)
{
  pthread_attr_t attributes;
  pthread_t thread;

  g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, 64 * 1024), ==, 0);
  g_assert_cmpint (pthread_create (&thread, &attributes, deep_thread, NULL), ==, 0);
  pthread_join (thread, NULL);
  pthread_attr_destroy (&attributes);
}

static void
test_seal (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("a", NULL);
  g_autoptr (XmppElement) other = xmpp_element_new ("b", NULL);
  g_autoptr (XmppElement) copy = NULL;
  XmppElement *child = xmpp_element_append_child (element, "c", NULL, "text");

  xmpp_element_seal (element);
  g_assert_true (xmpp_element_is_sealed (child));

  g_test_expect_message ("Xmpp-Core", G_LOG_LEVEL_CRITICAL, "*cannot be changed*");
  xmpp_element_set_attribute (element, "x", "y");
  g_test_assert_expected_messages ();
  g_test_expect_message ("Xmpp-Core", G_LOG_LEVEL_CRITICAL, "*cannot be changed*");
  xmpp_element_append_text (child, "y");
  g_test_assert_expected_messages ();
  g_test_expect_message ("Xmpp-Core", G_LOG_LEVEL_CRITICAL, "*cannot be changed*");
  xmpp_element_remove_child (element, child);
  g_test_assert_expected_messages ();
  g_test_expect_message ("Xmpp-Core", G_LOG_LEVEL_CRITICAL, "*cannot be changed*");
  xmpp_element_add_child (element, other);
  g_test_assert_expected_messages ();
  assert_xml (element, "<a><c>text</c></a>");

  g_assert_true (xmpp_element_add_child (other, element) != element);
  copy = xmpp_element_copy (element);
  g_assert_false (xmpp_element_is_sealed (copy));
  xmpp_element_append_text (copy, "!");
  assert_xml (copy, "<a><c>text</c>!</a>");
  assert_xml (other, "<b><a><c>text</c></a></b>");
}

static void
test_taken_from_sealed (void)
{
  g_autoptr (XmppElement) tree = xmpp_element_new ("a", NULL);
  g_autoptr (XmppElement) other = xmpp_element_new ("b", NULL);
  XmppElement *child = xmpp_element_append_child (tree, "c", NULL, NULL);

  xmpp_element_remove_child (tree, child);
  xmpp_element_seal (tree);
  g_assert_true (xmpp_element_add_child (other, child) != child);
  assert_xml (other, "<b><c/></b>");
}

static void
test_bad_names (void)
{
  const char *bad_names[] = { "",    "a b",  "a:b",   "1a",       "-a", "a><evil",
                              "a\n", "xml'", "a\xff", "\xc3\x97", "a/", "jabber:client" };
  const char *good_names[] = { "a", "_", "a-b.c", "\xc3\xa9t\xc3\xa9", "x1", "xmlns" };
  const char *bad_xmlns[] = {
    "a' b='", "a\"", "a b", "a<b", "a|b", "a\tb", "http://www.w3.org/2000/xmlns/"
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad_names); i++)
    {
      g_autoptr (XmppElement) element = xmpp_element_new (bad_names[i], NULL);
      g_autoptr (XmppElement) owner = xmpp_element_new ("a", NULL);
      g_autoptr (XmppElement) parent = xmpp_element_new ("a", NULL);

      assert_broken (element, G_IO_ERROR_INVALID_ARGUMENT);
      xmpp_element_set_attribute (owner, bad_names[i], "1");
      assert_broken (owner, G_IO_ERROR_INVALID_ARGUMENT);
      xmpp_element_append_child (xmpp_element_append_child (parent, "b", NULL, NULL),
                                 bad_names[i], NULL, NULL);
      assert_broken (parent, G_IO_ERROR_INVALID_ARGUMENT);
    }
  for (guint i = 0; i < G_N_ELEMENTS (good_names); i++)
    {
      g_autoptr (XmppElement) element = xmpp_element_new (good_names[i], NULL);

      g_assert_true (xmpp_element_check (element, NULL));
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_xmlns); i++)
    {
      g_autoptr (XmppElement) element = xmpp_element_new ("a", bad_xmlns[i]);
      g_autoptr (XmppElement) owner = xmpp_element_new ("a", NULL);

      assert_broken (element, G_IO_ERROR_INVALID_ARGUMENT);
      xmpp_element_set_attribute_ns (owner, "b", bad_xmlns[i], "c");
      assert_broken (owner, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_bad_text (void)
{
  const char *bad[] = { "\x01",         "a\x08",        "\xff",
                        "\xc0\xbc",     "\xed\xa0\x80", "\xf4\x90\x80\x80",
                        "\xef\xbf\xbe", "\xef\xbf\xbf", "12345678\x1f",
                        "1234567\xc3",  "\xe0\x80\xbc", "\xf0\x80\x80\xbc" };
  const char *good[] = { "",
                         "\t\r\n",
                         "12345678 \x7f",
                         "\xc2\x80",
                         "\xed\x9f\xbf",
                         "\xef\xbf\xbd",
                         "\xf4\x8f\xbf\xbf",
                         "1234567\xc3\xa9" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (XmppElement) parent = xmpp_element_new ("a", NULL);
      g_autoptr (XmppElement) owner = xmpp_element_new ("a", NULL);
      g_autoptr (XmppElement) foreign = xmpp_element_new ("a", bad[i]);
      g_autoptr (XmppElement) copy = NULL;
      g_autoptr (XmppElement) outer = xmpp_element_new ("o", NULL);
      g_autofree char *xml = NULL;

      xmpp_element_append_child (parent, "b", NULL, bad[i]);
      assert_broken (parent, G_IO_ERROR_INVALID_DATA);
      xmpp_element_set_attribute (owner, "b", bad[i]);
      assert_broken (owner, G_IO_ERROR_INVALID_DATA);
      assert_broken (foreign, G_IO_ERROR_INVALID_DATA);
      copy = xmpp_element_copy (parent);
      assert_broken (copy, G_IO_ERROR_INVALID_DATA);
      xmpp_element_add_child (outer, copy);
      assert_broken (outer, G_IO_ERROR_INVALID_DATA);
      xml = xmpp_element_to_string (outer);
      g_assert_true (g_utf8_validate (xml, -1, NULL));
      g_assert_null (strchr (xml, '<'));
      g_assert_true (g_utf8_validate (xmpp_element_get_text (
                                          xmpp_element_get_child (parent, "b", NULL)),
                                      -1, NULL));
    }
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (XmppElement) element = xmpp_element_new ("a", NULL);

      xmpp_element_append_text (element, good[i]);
      xmpp_element_set_attribute (element, "b", good[i]);
      g_assert_true (xmpp_element_check (element, NULL));
      g_assert_cmpstr (xmpp_element_get_text (element), ==, good[i]);
      g_assert_cmpstr (xmpp_element_get_attribute (element, "b"), ==, good[i]);
    }
}

static void
test_sensitive (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("auth", XMPP_NS_SASL);
  g_autoptr (XmppElement) copy = NULL;

  xmpp_element_append_text (element, "AGEAcGFzcw==");
  xmpp_element_set_sensitive (element);
  xmpp_element_append_child (element, "more", NULL, "secret");
  assert_xml (element, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>[12 bytes]"
                       "<more>[6 bytes]</more></auth>");
  copy = xmpp_element_copy (element);
  g_assert_true (xmpp_element_is_sensitive (copy));
  g_assert_cmpstr (xmpp_element_get_text (copy), ==, "AGEAcGFzcw==");
}

static void
test_namespaces_on_its_own (void)
{
  g_autoptr (XmppElement) features = xmpp_element_new ("features", XMPP_NS_STREAMS);
  g_autoptr (XmppElement) outer = xmpp_element_new ("x", "urn:x");

  xmpp_element_append_child (features, "bind", XMPP_NS_BIND, NULL);
  assert_xml (features,
              "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>"
              "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>");
  xmpp_element_append_child (outer, "y", "", NULL);
  xmpp_element_append_child (outer, "z", NULL, NULL);
  assert_xml (outer, "<x xmlns='urn:x'><y xmlns=''/><z/></x>");
}

/* Namespaces in XML 1.0 §3: this one cannot be declared as the default. */
static void
test_namespace_of_xml (void)
{
  g_autoptr (XmppElement) outer = xmpp_element_new ("x", "urn:x");
  XmppElement *inner = xmpp_element_append_child (outer, "a", XMPP_NS_XML, NULL);

  xmpp_element_append_child (inner, "b", NULL, "c");
  xmpp_element_append_child (inner, "d", "urn:x", NULL);
  xmpp_element_append_child (outer, "e", NULL, NULL);
  assert_xml (outer, "<x xmlns='urn:x'><xml:a><xml:b>c</xml:b><d/></xml:a><e/></x>");
  assert_xml (inner, "<xml:a><xml:b>c</xml:b><d xmlns='urn:x'/></xml:a>");
}

/* Who keeps a child that is taken away finds it as it was. */
static void
test_namespace_of_lost_child (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("x", "urn:x");
  XmppElement *removed = xmpp_element_append_child (element, "a", NULL, NULL);
  XmppElement *replaced = xmpp_element_append_child (element, "b", NULL, NULL);

  xmpp_element_remove_child (element, removed);
  xmpp_element_set_text (element, "text");
  assert_xml (removed, "<a xmlns='urn:x'/>");
  assert_xml (replaced, "<b xmlns='urn:x'/>");
}

static void
test_siblings (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("a", NULL);
  XmppElement *b = xmpp_element_append_child (element, "b", NULL, NULL);
  XmppElement *c = xmpp_element_append_child (element, "c", NULL, NULL);
  XmppElement *d = xmpp_element_append_child (element, "b", NULL, NULL);

  xmpp_element_append_text (element, "x");
  g_assert_true (xmpp_element_get_first_child (element) == b);
  g_assert_true (xmpp_element_get_next_sibling (b) == c);
  g_assert_true (xmpp_element_get_next_sibling (c) == d);
  g_assert_null (xmpp_element_get_next_sibling (d));
  g_assert_true (xmpp_element_has_duplicate (element, "b", NULL));
  g_assert_false (xmpp_element_has_duplicate (element, "c", NULL));
  xmpp_element_remove_child (element, c);
  xmpp_element_remove_child (element, b);
  g_assert_true (xmpp_element_get_first_child (element) == d);
  xmpp_element_remove_child (element, d);
  g_assert_null (xmpp_element_get_first_child (element));
  xmpp_element_add_child (element, c);
  assert_xml (element, "<a>x<c/></a>");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/element/build", test_build);
  g_test_add_func ("/element/attributes", test_attributes);
  g_test_add_func ("/element/mixed", test_mixed);
  g_test_add_func ("/element/long-text", test_long_text);
  g_test_add_func ("/element/doubled-text", test_doubled_text);
  g_test_add_func ("/element/add-child", test_add_child);
  g_test_add_func ("/element/adopt-chain", test_adopt_chain);
  g_test_add_func ("/element/deep", test_deep);
  g_test_add_func ("/element/seal", test_seal);
  g_test_add_func ("/element/taken-from-sealed", test_taken_from_sealed);
  g_test_add_func ("/element/bad-names", test_bad_names);
  g_test_add_func ("/element/bad-text", test_bad_text);
  g_test_add_func ("/element/sensitive", test_sensitive);
  g_test_add_func ("/element/namespaces-on-its-own", test_namespaces_on_its_own);
  g_test_add_func ("/element/namespace-of-xml", test_namespace_of_xml);
  g_test_add_func ("/element/namespace-of-lost-child", test_namespace_of_lost_child);
  g_test_add_func ("/element/siblings", test_siblings);

  return g_test_run ();
}
