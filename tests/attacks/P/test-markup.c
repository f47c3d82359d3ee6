/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* What XML allows and XMPP does not, and what readers of XML disagree about: P3 to P6 */

#include "config.h"

#include <libxml/xmlIO.h>

#include "attack-parser.h"
#include "stream/xmpp-writer.h"

#define BEHIND "<message/></stream:stream>"

static void
test_namespaces (void)
{
  static const struct
  {
    const char *text;
    XmppStreamError code;
  } rows[] = {
    { "<p:message/>" BEHIND, XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX },
    { "<message><p:x/></message>" BEHIND, XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX },
    { "<message p:a='1'/>" BEHIND, XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX },
    { "<message><x xmlns:p='urn:p'/><p:y/></message>" BEHIND,
      XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX },
    { "<x xmlns:p='urn:u' xmlns:q='urn:u' p:a='1' q:a='2'/>" BEHIND,
      XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x a='1' a='2'/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x xmlns='urn:a' xmlns='urn:b'/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x xmlns:p='urn:a' xmlns:p='urn:b'/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x xmlns:p=''/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x xmlns:a='urn:a'><a:b:c/></x>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<:a/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a:/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a :b='1'/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a xmlns:='urn:x'/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x xmlns:xml='urn:x'/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x xmlns:p='http://www.w3.org/XML/1998/namespace'/>" BEHIND,
      XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x xmlns='http://www.w3.org/XML/1998/namespace'/>" BEHIND,
      XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x xmlns:xmlns='urn:x'/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<x xmlns='http://www.w3.org/2000/xmlns/'/>" BEHIND,
      XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a><b></c></a>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<s:a xmlns:s='urn:x'></t:a>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a b=1/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a b/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a>]]></a>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a b='<'/><c d=''/>" BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<a>&amp</a>" BEHIND BEHIND BEHIND, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].text);
      attack_expect_behind_header (rows[i].text, "", rows[i].code);
    }
}

static guint n_opened;

static int
count_opened (const char *name)
{
  n_opened++;
  return 0;
}

static void
test_entities (void)
{
  const char *subsets[] = {
    "<!DOCTYPE s>",
    "<!DOCTYPE s [<!ENTITY a 'x'>]>",
    "<!DOCTYPE s [<!ENTITY a 'xxxxxxxxxx'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>]>",
    "<!DOCTYPE s [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
    "<!DOCTYPE s SYSTEM 'http://127.0.0.1:1/x.dtd'>",
    "<!DOCTYPE s PUBLIC 'x' 'file:///etc/passwd'>",
    "<!DOCTYPE s [<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;]>",
    "<!DOCTYPE s [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>",
  };
  const char *behind_header[] = {
    "<message>&a;</message>" BEHIND,
    "<message a='&a;'/>" BEHIND,
    "<message>&nbsp;</message>" BEHIND,
  };

  g_assert_cmpint (xmlRegisterInputCallbacks (count_opened, xmlFileOpen, xmlFileRead,
                                              xmlFileClose),
                   >=, 0);
  n_opened = 0;
  for (guint i = 0; i < G_N_ELEMENTS (subsets); i++)
    {
      g_autofree char *text =
          g_strconcat (DECLARATION, subsets[i],
                       HEADER_TAG "<message a='&d;'>&a;&d;</message>" BEHIND, NULL);
      Attack attack;

      attack_init (&attack);
      attack_expect (&attack, text, strlen (text), "", XMPP_STREAM_ERROR_RESTRICTED_XML);
      g_assert_cmpuint (attack.n_headers, ==, 0);
      attack_clear (&attack);
    }
  for (guint i = 0; i < G_N_ELEMENTS (behind_header); i++)
    attack_expect_behind_header (behind_header[i], "", XMPP_STREAM_ERROR_RESTRICTED_XML);
  attack_expect_behind_header ("<!DOCTYPE x><message/>" BEHIND, "",
                               XMPP_STREAM_ERROR_NOT_WELL_FORMED);
  g_assert_cmpuint (n_opened, ==, 0);
}

/* What is written comes back as it was. */
static void
test_attribute_value (void)
{
  static const char text[] = HEADER
      "<x a='a &amp; &lt; &#38; &#60; &quot; &apos; &#9;&#10;&#13;&gt;' b='&amp;amp;'/>";
  const char *value = "a & < & < \" ' \t\n\r>";
  XmppBuffer buffer = { 0 };
  Attack attack;

  attack_init (&attack);
  for (guint i = 0; i < 2; i++)
    {
      XmppElement *element;

      if (i == 0)
        attack_run (&attack, text, strlen (text), 7, FALSE);
      else
        attack_run (&attack, xmpp_buffer_peek (&buffer), xmpp_buffer_get_length (&buffer),
                    7, FALSE);
      g_assert_no_error (attack.error);
      g_assert_cmpuint (attack.elements->len, ==, 1);
      element = g_ptr_array_index (attack.elements, 0);
      g_assert_cmpstr (xmpp_element_get_attribute (element, "a"), ==, value);
      g_assert_cmpstr (xmpp_element_get_attribute (element, "b"), ==, "&amp;");

      xmpp_buffer_clear (&buffer);
      xmpp_writer_append_header (&buffer, XMPP_NS_CLIENT, NULL);
      g_assert_true (xmpp_writer_append (&buffer, element, XMPP_NS_CLIENT, NULL));
    }
  xmpp_buffer_clear (&buffer);
  attack_clear (&attack);
}

static void
test_restricted (void)
{
  const char *inside[] = { "<!-- -->",
                           "<!---->",
                           "<?x y?>",
                           "<?x?>",
                           "<?xml version='1.0'?>",
                           "<?XML version='1.0'?>" };
  static const struct
  {
    const char *start;
    XmppStreamError code;
  } starts[] = {
    { "<?xml version='1.1'?>" HEADER_TAG, XMPP_STREAM_ERROR_UNSUPPORTED_VERSION },
    { "<?xml version='2.0'?>" HEADER_TAG, XMPP_STREAM_ERROR_UNSUPPORTED_VERSION },
    { "<?xml version='1.0' standalone='no'?>" HEADER_TAG,
      XMPP_STREAM_ERROR_RESTRICTED_XML },
    { DECLARATION DECLARATION HEADER_TAG, XMPP_STREAM_ERROR_RESTRICTED_XML },
    { DECLARATION "<!-- -->" HEADER_TAG, XMPP_STREAM_ERROR_RESTRICTED_XML },
    { "<!-- -->" HEADER_TAG, XMPP_STREAM_ERROR_RESTRICTED_XML },
    { "<?pi?>" HEADER_TAG, XMPP_STREAM_ERROR_RESTRICTED_XML },
    { DECLARATION "<?pi?>" HEADER_TAG, XMPP_STREAM_ERROR_RESTRICTED_XML },
    { "<?xml encoding='UTF-8'?>" HEADER_TAG, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<?xml version='1.0' version='1.0'?>" HEADER_TAG,
      XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<?xml version='1.0'encoding='UTF-8'?>" HEADER_TAG,
      XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<?xml version='1.0' x='>" HEADER_TAG, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
    { "<?xml ?>" HEADER_TAG, XMPP_STREAM_ERROR_NOT_WELL_FORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      g_autofree char *in_text =
          g_strdup_printf ("<message><body>adm%sin</body></message>" BEHIND, inside[i]);
      g_autofree char *in_stanza =
          g_strdup_printf ("<message>%s<body>x</body></message>" BEHIND, inside[i]);
      g_autofree char *between =
          g_strdup_printf ("<message><body>x</body></message>%s" BEHIND, inside[i]);

      attack_expect_behind_header (in_text, "", XMPP_STREAM_ERROR_RESTRICTED_XML);
      attack_expect_behind_header (in_stanza, "", XMPP_STREAM_ERROR_RESTRICTED_XML);
      attack_expect_behind_header (between,
                                   "<message "
                                   "xmlns='jabber:client'><body>x</body></message>\n",
                                   XMPP_STREAM_ERROR_RESTRICTED_XML);
    }
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      Attack attack;

      g_test_message ("%s", starts[i].start);
      attack_init (&attack);
      attack_expect (&attack, starts[i].start, strlen (starts[i].start), "",
                     starts[i].code);
      g_assert_cmpuint (attack.n_headers, ==, 0);
      attack_clear (&attack);
    }
}

static void
test_cdata (void)
{
  attack_expect_behind_header (
      "<message><body>a<![CDATA[<b>&amp;]]]]><![CDATA[>' \"]]>c</body></message>",
      "<message xmlns='jabber:client'><body>a&lt;b&gt;&amp;amp;]]&gt;&apos; "
      "&quot;c</body>"
      "</message>\n",
      ATTACK_NONE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/P/P03-namespaces", test_namespaces);
  g_test_add_func ("/attacks/P/P04-entities", test_entities);
  g_test_add_func ("/attacks/P/P05-attribute-value", test_attribute_value);
  g_test_add_func ("/attacks/P/P06-restricted", test_restricted);
  g_test_add_func ("/attacks/P/P06-cdata", test_cdata);

  return g_test_run ();
}
