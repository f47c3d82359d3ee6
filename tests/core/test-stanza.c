/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/xmpp-element-private.h"
#include "core/xmpp-namespaces.h"
#include "core/xmpp-stanza-id.h"
#include "core/xmpp-stanza.h"
#include "stream/xmpp-element-reader.h"

static XmppStanza *
parse (const char *xml)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement) element = xmpp_element_new_from_string (xml, &error);
  XmppStanza *stanza;

  g_assert_no_error (error);
  stanza = xmpp_stanza_new_from_element (element, &error);
  g_assert_no_error (error);
  g_assert_true (xmpp_stanza_get_element (stanza) == element);
  return stanza;
}

static void
assert_xml (XmppStanza *stanza, const char *xml)
{
  g_autofree char *text = xmpp_element_to_string (xmpp_stanza_get_element (stanza));

  g_assert_cmpstr (text, ==, xml);
}

static XmppJid *
new_jid (const char *text)
{
  g_autoptr (GError) error = NULL;
  XmppJid *jid = xmpp_jid_new (text, &error);

  g_assert_no_error (error);
  return jid;
}

static void
test_new (void)
{
  g_autoptr (XmppJid) to = new_jid ("a@b.test/c");
  g_autoptr (XmppStanza)
      message = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, to, "Hello <you>");
  g_autoptr (XmppStanza)
      other = xmpp_stanza_new_message (XMPP_STANZA_TYPE_NORMAL, NULL, NULL);
  g_autoptr (XmppStanza)
      presence = xmpp_stanza_new_presence (XMPP_STANZA_TYPE_AVAILABLE, NULL, "there");
  g_autoptr (XmppStanza)
      gone = xmpp_stanza_new_presence (XMPP_STANZA_TYPE_UNAVAILABLE, to, NULL);
  g_autoptr (XmppElement) ping = xmpp_element_new ("ping", XMPP_NS_PING);
  g_autoptr (XmppStanza) iq = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, NULL, ping);

  g_assert_cmpuint (strlen (xmpp_stanza_get_id (message)), >=, 20);
  g_assert_cmpstr (xmpp_stanza_get_id (message), !=, xmpp_stanza_get_id (other));
  g_assert_null (xmpp_stanza_get_id (presence));
  g_assert_nonnull (xmpp_stanza_get_id (iq));

  xmpp_stanza_set_id (message, "1");
  xmpp_stanza_set_id (other, NULL);
  xmpp_stanza_set_id (iq, "2");
  assert_xml (message, "<message to='a@b.test/c' type='chat' id='1'>"
                       "<body>Hello &lt;you&gt;</body></message>");
  assert_xml (other, "<message/>");
  assert_xml (presence, "<presence><status>there</status></presence>");
  assert_xml (gone, "<presence to='a@b.test/c' type='unavailable'/>");
  assert_xml (iq, "<iq type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq>");
  g_assert_true (xmpp_jid_equal (xmpp_stanza_get_to (message), to));
  g_assert_cmpstr (xmpp_stanza_get_body (message), ==, "Hello <you>");
  g_assert_cmpstr (xmpp_stanza_get_status (presence), ==, "there");
  g_assert_true (xmpp_stanza_get_payload (iq, NULL, NULL) == ping);
}

static void
test_ids (void)
{
  g_autoptr (GHashTable)
      seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 10000; i++)
    {
      char id[XMPP_STANZA_ID_SIZE];

      g_assert_true (xmpp_stanza_make_id (id));
      g_assert_cmpuint (strlen (id), ==, XMPP_STANZA_ID_SIZE - 1);
      g_assert_cmpuint (strspn (id, "abcdefghijklmnopqrstuvwxyz234567"), ==, strlen (id));
      g_assert_true (g_hash_table_add (seen, g_strdup (id)));
    }
}

/* A child process does not go on with its parent's ids. */
static void
test_ids_after_fork (void)
{
  char here[XMPP_STANZA_ID_SIZE];
  char there[XMPP_STANZA_ID_SIZE];
  int ends[2];
  int status;
  pid_t child;

  g_assert_true (xmpp_stanza_make_id (here));
  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      if (!xmpp_stanza_make_id (there))
        _exit (1);
      _exit (write (ends[1], there, sizeof there) == sizeof there ? 0 : 1);
    }
  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (read (ends[0], there, sizeof there), ==, sizeof there);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (xmpp_stanza_make_id (here));
  g_assert_cmpstr (here, !=, there);
  close (ends[0]);
  close (ends[1]);
}

static void
test_kinds_and_types (void)
{
  static const struct
  {
    const char *xml;
    XmppStanzaKind kind;
    XmppStanzaType type;
  } rows[] = {
    { "<message/>", XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_NORMAL },
    { "<message type='normal'/>", XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_NORMAL },
    { "<message type='chat'/>", XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_CHAT },
    { "<message type='groupchat'/>", XMPP_STANZA_KIND_MESSAGE,
      XMPP_STANZA_TYPE_GROUPCHAT },
    { "<message type='headline'/>", XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_HEADLINE },
    { "<message type='error'/>", XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_ERROR },
    { "<message type='get'/>", XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_NORMAL },
    { "<presence/>", XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_AVAILABLE },
    { "<presence type='x'/>", XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_AVAILABLE },
    { "<presence type='unavailable'/>", XMPP_STANZA_KIND_PRESENCE,
      XMPP_STANZA_TYPE_UNAVAILABLE },
    { "<presence type='subscribe'/>", XMPP_STANZA_KIND_PRESENCE,
      XMPP_STANZA_TYPE_SUBSCRIBE },
    { "<presence type='subscribed'/>", XMPP_STANZA_KIND_PRESENCE,
      XMPP_STANZA_TYPE_SUBSCRIBED },
    { "<presence type='unsubscribe'/>", XMPP_STANZA_KIND_PRESENCE,
      XMPP_STANZA_TYPE_UNSUBSCRIBE },
    { "<presence type='unsubscribed'/>", XMPP_STANZA_KIND_PRESENCE,
      XMPP_STANZA_TYPE_UNSUBSCRIBED },
    { "<presence type='probe'/>", XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_PROBE },
    { "<iq type='get'/>", XMPP_STANZA_KIND_IQ, XMPP_STANZA_TYPE_GET },
    { "<iq type='set'/>", XMPP_STANZA_KIND_IQ, XMPP_STANZA_TYPE_SET },
    { "<iq type='result'/>", XMPP_STANZA_KIND_IQ, XMPP_STANZA_TYPE_RESULT },
    { "<iq type='error'/>", XMPP_STANZA_KIND_IQ, XMPP_STANZA_TYPE_ERROR },
    { "<iq/>", XMPP_STANZA_KIND_IQ, XMPP_STANZA_TYPE_INVALID },
    { "<iq type='chat'/>", XMPP_STANZA_KIND_IQ, XMPP_STANZA_TYPE_INVALID },
    { "<iq xmlns='jabber:server' type='get'/>", XMPP_STANZA_KIND_IQ,
      XMPP_STANZA_TYPE_GET },
    { "<iq xmlns='jabber:component:accept' type='get'/>", XMPP_STANZA_KIND_IQ,
      XMPP_STANZA_TYPE_GET },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppStanza) stanza = parse (rows[i].xml);

      g_test_message ("%s", rows[i].xml);
      g_assert_cmpint (xmpp_stanza_get_kind (stanza), ==, rows[i].kind);
      g_assert_cmpint (xmpp_stanza_get_stanza_type (stanza), ==, rows[i].type);
      g_assert_cmpint (xmpp_stanza_get_stanza_type (stanza), ==, rows[i].type);
      xmpp_element_set_attribute (xmpp_stanza_get_element (stanza), "type", "error");
      g_assert_cmpint (xmpp_stanza_get_stanza_type (stanza), ==, XMPP_STANZA_TYPE_ERROR);
    }
}

static void
test_no_stanzas (void)
{
  const char *rows[] = {
    "<message xmlns='evil'/>", "<message xmlns=''/>", "<messag/>", "<a/>",
    "<IQ type='get'/>",        "<x xmlns='urn:x'/>"
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppElement) element = xmpp_element_new_from_string (rows[i], NULL);

      g_assert_null (xmpp_stanza_new_from_element (element, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_addresses (void)
{
  g_autoptr (XmppStanza)
      stanza = parse ("<message to='Alice@B.test/x' from='@@' xml:lang='en' id='7'/>");
  g_autoptr (XmppJid) jid = new_jid ("other@b.test");
  g_autoptr (XmppStanza) copy = NULL;

  g_assert_cmpstr (xmpp_jid_to_string (xmpp_stanza_get_to (stanza)), ==,
                   "alice@b.test/x");
  g_assert_true (xmpp_stanza_get_to (stanza) == xmpp_stanza_get_to (stanza));
  g_assert_null (xmpp_stanza_get_from (stanza));
  g_assert_null (xmpp_stanza_get_from (stanza));
  g_assert_cmpstr (xmpp_stanza_get_lang (stanza), ==, "en");
  g_assert_cmpstr (xmpp_stanza_get_id (stanza), ==, "7");

  xmpp_stanza_set_from (stanza, jid);
  xmpp_stanza_set_id (stanza, "8");
  g_assert_true (xmpp_stanza_get_from (stanza) == jid);
  xmpp_element_set_attribute (xmpp_stanza_get_element (stanza), "to", "third@b.test");
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_stanza_get_to (stanza)), ==, "third@b.test");
  xmpp_stanza_set_to (stanza, NULL);
  g_assert_null (xmpp_stanza_get_to (stanza));
  copy = xmpp_stanza_copy (stanza);
  g_assert_true (xmpp_jid_equal (xmpp_stanza_get_from (copy), jid));
}

static gpointer
read_addresses (gpointer data)
{
  XmppStanza *stanza = data;

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (XmppStanza) reference = xmpp_stanza_ref (stanza);

      g_assert_cmpstr (xmpp_jid_get_local (xmpp_stanza_get_to (reference)), ==, "a");
      g_assert_cmpint (xmpp_stanza_get_stanza_type (reference), ==,
                       XMPP_STANZA_TYPE_CHAT);
      g_assert_cmpstr (xmpp_element_get_text (xmpp_stanza_get_element (reference)), ==,
                       "onetwo");
    }
  return NULL;
}

static void
test_threads (void)
{
  for (guint round = 0; round < 50; round++)
    {
      g_autoptr (XmppStanza)
          stanza = parse ("<message to='a@b.test' type='chat'>one<x/>two</message>");
      GThread *threads[4];

      xmpp_element_seal (xmpp_stanza_get_element (stanza));
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new (NULL, read_addresses, stanza);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
    }
}

static void
test_body (void)
{
  static const struct
  {
    const char *xml;
    const char *body;
  } rows[] = {
    { "<message/>", NULL },
    { "<message><body/></message>", "" },
    { "<message><body>x</body></message>", "x" },
    { "<message><body xmlns='urn:x'>x</body></message>", NULL },
    { "<message><body xml:lang='de'>x</body><body>y</body></message>", "y" },
    { "<message><body xml:lang='de'>x</body><body xml:lang='fr'>y</body></message>",
      "x" },
    { "<message xmlns='jabber:server'><body>x</body></message>", "x" },
    { "<message xmlns='jabber:server'><body xmlns='jabber:client'>x</body></message>",
      NULL },
    { "<message><x xmlns='urn:x'><body>x</body></x></message>", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppStanza) stanza = parse (rows[i].xml);

      g_test_message ("%s", rows[i].xml);
      g_assert_cmpstr (xmpp_stanza_get_body (stanza), ==, rows[i].body);
    }
}

static void
test_payload (void)
{
  g_autoptr (XmppStanza) error =
      parse ("<iq type='error'><error type='cancel'/><query xmlns='urn:q'/></iq>");
  g_autoptr (XmppStanza)
      message = parse ("<message><x xmlns='urn:x'/><y xmlns='urn:y'/></message>");
  g_autoptr (XmppStanza) empty = parse ("<iq type='result'/>");

  g_assert_cmpstr (xmpp_element_get_name (xmpp_stanza_get_payload (error, NULL, NULL)),
                   ==, "query");
  g_assert_cmpstr (xmpp_element_get_name (xmpp_stanza_get_payload (message, NULL, NULL)),
                   ==, "x");
  g_assert_cmpstr (xmpp_element_get_name (
                       xmpp_stanza_get_payload (message, NULL, "urn:y")),
                   ==, "y");
  g_assert_null (xmpp_stanza_get_payload (message, "x", "urn:y"));
  g_assert_null (xmpp_stanza_get_payload (empty, NULL, NULL));
}

static void
test_error (void)
{
  static const struct
  {
    const char *xml;
    XmppStanzaError code;
    const char *text;
  } rows[] = {
    { "<iq type='error'/>", XMPP_STANZA_ERROR_UNDEFINED_CONDITION, NULL },
    { "<iq type='error'><error/></iq>", XMPP_STANZA_ERROR_UNDEFINED_CONDITION, NULL },
    { "<iq type='error'><error type='cancel'><item-not-found "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
      XMPP_STANZA_ERROR_ITEM_NOT_FOUND, NULL },
    { "<iq type='error'><error type='cancel'><item-not-found xmlns='evil'/><forbidden "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Go away</text></error></iq>",
      XMPP_STANZA_ERROR_FORBIDDEN, "Go away" },
    { "<message type='error'><error><brand-new "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
      XMPP_STANZA_ERROR_UNDEFINED_CONDITION, "brand-new" },
  };
  g_autoptr (XmppStanza) result = parse ("<iq type='result'><error/></iq>");

  g_assert_null (xmpp_stanza_dup_error (result));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppStanza) stanza = parse (rows[i].xml);
      g_autoptr (GError) error = xmpp_stanza_dup_error (stanza);

      g_assert_error (error, XMPP_STANZA_ERROR, (int) rows[i].code);
      if (rows[i].text != NULL)
        g_assert_nonnull (strstr (error->message, rows[i].text));
    }
}

static void
test_reply (void)
{
  static const struct
  {
    const char *xml;
    const char *reply; /* NULL: refused */
    const char *error;
  } rows[] = {
    { "<iq type='get' id='1' from='a@b' to='c@d'><query "
      "xmlns='urn:q'>secret</query></iq>",
      "<iq to='a@b' from='c@d' id='1' type='result'/>",
      "<iq to='a@b' from='c@d' id='1' type='error'><error type='modify'><bad-request "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>no &amp; no</text></error></iq>" },
    { "<iq type='set' id='1'/>", "<iq id='1' type='result'/>",
      "<iq id='1' type='error'><error type='modify'><bad-request "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>no &amp; no</text></error></iq>" },
    { "<message type='chat' id='1' "
      "from='a@b/c'><body>x</body><thread>t</thread></message>",
      "<message to='a@b/c' id='1' type='chat'><thread>t</thread></message>", NULL },
    { "<message type='groupchat' from='room@b/nick'/>",
      "<message to='room@b' type='groupchat'/>", NULL },
    { "<message from='@@'/>", "<message to='@@'/>", NULL },
    { "<presence type='subscribe' from='a@b'/>", "<presence to='a@b'/>", NULL },
    { "<iq type='result' id='1'/>", NULL, NULL },
    { "<iq type='error' id='1'/>", NULL, NULL },
    { "<iq id='1'/>", NULL,
      "<iq id='1' type='error'><error type='modify'><bad-request "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>no &amp; no</text></error></iq>" },
    { "<message type='error'/>", NULL, NULL },
    { "<presence type='error'/>", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppStanza) stanza = parse (rows[i].xml);
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) error2 = NULL;
      g_autoptr (XmppStanza) reply = xmpp_stanza_reply (stanza, &error);
      g_autoptr (XmppStanza) refusal =
          xmpp_stanza_reply_error (stanza, XMPP_STANZA_ERROR_TYPE_MODIFY,
                                   XMPP_STANZA_ERROR_BAD_REQUEST, "no & no", &error2);

      g_test_message ("%s", rows[i].xml);
      if (rows[i].reply != NULL)
        {
          g_assert_no_error (error);
          assert_xml (reply, rows[i].reply);
        }
      else
        {
          g_assert_null (reply);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
        }
      if (rows[i].reply == NULL && rows[i].error == NULL)
        {
          g_assert_null (refusal);
          g_assert_error (error2, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_no_error (error2);
      g_assert_cmpint (xmpp_stanza_get_stanza_type (refusal), ==, XMPP_STANZA_TYPE_ERROR);
      if (rows[i].error != NULL)
        assert_xml (refusal, rows[i].error);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stanza/new", test_new);
  g_test_add_func ("/stanza/ids", test_ids);
  g_test_add_func ("/stanza/ids-after-fork", test_ids_after_fork);
  g_test_add_func ("/stanza/kinds-and-types", test_kinds_and_types);
  g_test_add_func ("/stanza/no-stanzas", test_no_stanzas);
  g_test_add_func ("/stanza/addresses", test_addresses);
  g_test_add_func ("/stanza/threads", test_threads);
  g_test_add_func ("/stanza/body", test_body);
  g_test_add_func ("/stanza/payload", test_payload);
  g_test_add_func ("/stanza/error", test_error);
  g_test_add_func ("/stanza/reply", test_reply);

  return g_test_run ();
}
