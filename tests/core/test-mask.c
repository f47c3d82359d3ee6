/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-element-private.h"
#include "core/xmpp-mask.h"
#include "core/xmpp-namespaces.h"
#include "stream/xmpp-element-reader.h"

#define SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"

static void
test_known (void)
{
  static const struct
  {
    const char *xml;
    const char *masked; /* NULL: nothing is secret */
  } rows[] = {
    { "<auth " SASL " mechanism='PLAIN'>AGEAcw==</auth>",
      "<auth " SASL " mechanism='PLAIN'>[8 bytes]</auth>" },
    { "<response " SASL ">abc</response>", "<response " SASL ">[3 bytes]</response>" },
    { "<challenge " SASL ">abc</challenge>",
      "<challenge " SASL ">[3 bytes]</challenge>" },
    { "<success " SASL ">abc</success>", "<success " SASL ">[3 bytes]</success>" },
    { "<success " SASL "/>", NULL },
    { "<success xmlns='urn:x'>abc</success>", NULL },
    { "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'>"
      "<initial-response>abc</initial-response></authenticate>",
      "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'>"
      "<initial-response>[3 bytes]</initial-response></authenticate>" },
    { "<success xmlns='urn:xmpp:sasl:2'><additional-data>v=1</additional-data>"
      "<authorization-identifier>a@b</authorization-identifier>"
      "<token xmlns='urn:xmpp:fast:0' expiry='now' token='verysecret'/></success>",
      "<success xmlns='urn:xmpp:sasl:2'><additional-data>[3 bytes]</additional-data>"
      "<authorization-identifier>a@b</authorization-identifier>"
      "<token xmlns='urn:xmpp:fast:0' expiry='now' token='[10 bytes]'/></success>" },
    { "<handshake xmlns='jabber:component:accept'>aaee</handshake>",
      "<handshake xmlns='jabber:component:accept'>[4 bytes]</handshake>" },
    { "<result xmlns='jabber:server:dialback' to='a'>key</result>",
      "<result xmlns='jabber:server:dialback' to='a'>[3 bytes]</result>" },
    { "<verify xmlns='jabber:server:dialback' to='a'>key</verify>",
      "<verify xmlns='jabber:server:dialback' to='a'>[3 bytes]</verify>" },
    { "<iq type='set'><query xmlns='jabber:iq:register'><username>a</username>"
      "<password>\xc3\xa9</password></query></iq>",
      "<iq xmlns='jabber:client' type='set'><query xmlns='jabber:iq:register'>"
      "<username>a</username><password>[2 bytes]</password></query></iq>" },
    { "<x xmlns='jabber:x:data'><field type='text-private' "
      "var='x'><value>s</value></field>"
      "<field var='y'><value>t</value></field></x>",
      "<x xmlns='jabber:x:data'><field type='text-private' var='x'><value>[1 "
      "bytes]</value>"
      "</field><field var='y'><value>t</value></field></x>" },
    { "<message><body>password</body></message>", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppElement) element = xmpp_element_new_from_string (rows[i].xml, NULL);
      g_autoptr (XmppElement) masked = NULL;
      g_autofree char *before = xmpp_element_to_string (element);
      g_autofree char *after = NULL;
      g_autofree char *xml = NULL;

      xmpp_element_seal (element);
      masked = xmpp_debug_mask_element (element);
      xml = xmpp_element_to_string (masked);
      g_assert_true ((masked == element) == (rows[i].masked == NULL));
      if (rows[i].masked != NULL)
        g_assert_cmpstr (xml, ==, rows[i].masked);
      after = xmpp_element_to_string (element);
      g_assert_cmpstr (after, ==, before);
    }
}

static void
test_sensitive (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("a", "urn:a");
  g_autoptr (XmppElement) masked = NULL;
  g_autofree char *xml = NULL;

  xmpp_element_append_text (element, "one");
  xmpp_element_append_child (element, "b", NULL, "three");
  xmpp_element_append_text (element, "seven77");
  xmpp_element_set_sensitive (element);
  masked = xmpp_debug_mask_element (element);
  xml = xmpp_element_to_string (masked);
  g_assert_cmpstr (xml, ==, "<a xmlns='urn:a'>[3 bytes]<b>[5 bytes]</b>[7 bytes]</a>");
  g_assert_cmpstr (xmpp_element_get_text (masked), ==, "[3 bytes][7 bytes]");
}

/* Before it is sent an element may have no namespace of its own. */
static void
test_without_namespace (void)
{
  g_autoptr (XmppElement) element = xmpp_element_new ("handshake", NULL);
  g_autoptr (XmppElement) masked = NULL;

  xmpp_element_append_text (element, "aaee");
  masked = xmpp_debug_mask_element (element);
  g_assert_cmpstr (xmpp_element_get_text (masked), ==, "[4 bytes]");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mask/known", test_known);
  g_test_add_func ("/mask/sensitive", test_sensitive);
  g_test_add_func ("/mask/without-namespace", test_without_namespace);

  return g_test_run ();
}
