/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "server/xmpp-resource-table.h"

/* The rows of RFC 6121 §8.5. Connections are letters: the resource that they have. */

#define MESSAGE XMPP_STANZA_KIND_MESSAGE
#define PRESENCE XMPP_STANZA_KIND_PRESENCE
#define IQ XMPP_STANZA_KIND_IQ

#define NOBODY ""
#define SILENT "a?"            /* connected, and has not sent any presence */
#define NEGATIVE "a-1"         /* wants no messages */
#define ONE "a0"               /* the usual case */
#define MANY "a0 b5 c5 d-1 e?" /* c spoke after b */
#define CLOSED "a0!"           /* the address is taken, the stream is not open yet */

static const struct
{
  const char *resources;
  const char *to;
  XmppStanzaKind kind;
  XmppStanzaType type;
  const char *outcome; /* who gets it, "ignore" or "refuse" */
} rows[] = {
  /* §8.5.2.1, §8.5.2.2: to the account */
  { NOBODY, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_NORMAL, "refuse" },
  { NOBODY, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_CHAT, "refuse" },
  { NOBODY, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_GROUPCHAT, "refuse" },
  { NOBODY, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_HEADLINE, "ignore" },
  { NOBODY, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_ERROR, "ignore" },
  { SILENT, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_NORMAL, "refuse" },
  { SILENT, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_HEADLINE, "ignore" },
  { CLOSED, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_CHAT, "refuse" },
  { NEGATIVE, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_NORMAL, "refuse" },
  { NEGATIVE, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_CHAT, "refuse" },
  { NEGATIVE, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_GROUPCHAT, "refuse" },
  { NEGATIVE, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_HEADLINE, "ignore" },
  { ONE, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_NORMAL, "a" },
  { ONE, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_CHAT, "a" },
  { ONE, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_GROUPCHAT, "refuse" },
  { ONE, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_HEADLINE, "a" },
  { ONE, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_ERROR, "ignore" },
  { MANY, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_NORMAL, "c" },
  { MANY, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_CHAT, "c" },
  { MANY, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_GROUPCHAT, "refuse" },
  { MANY, "u@p.test", MESSAGE, XMPP_STANZA_TYPE_HEADLINE, "abc" },
  { NOBODY, "u@p.test", PRESENCE, XMPP_STANZA_TYPE_AVAILABLE, "ignore" },
  { ONE, "u@p.test", PRESENCE, XMPP_STANZA_TYPE_AVAILABLE, "a" },
  { NEGATIVE, "u@p.test", PRESENCE, XMPP_STANZA_TYPE_AVAILABLE, "a" },
  { SILENT, "u@p.test", PRESENCE, XMPP_STANZA_TYPE_AVAILABLE, "ignore" },
  { MANY, "u@p.test", PRESENCE, XMPP_STANZA_TYPE_UNAVAILABLE, "abcd" },
  { MANY, "u@p.test", PRESENCE, XMPP_STANZA_TYPE_SUBSCRIBE, "abcd" },
  { MANY, "u@p.test", PRESENCE, XMPP_STANZA_TYPE_PROBE, "ignore" },
  { MANY, "u@p.test", PRESENCE, XMPP_STANZA_TYPE_ERROR, "ignore" },
  { NOBODY, "u@p.test", IQ, XMPP_STANZA_TYPE_GET, "refuse" },
  { MANY, "u@p.test", IQ, XMPP_STANZA_TYPE_GET, "refuse" },
  { MANY, "u@p.test", IQ, XMPP_STANZA_TYPE_SET, "refuse" },
  { MANY, "u@p.test", IQ, XMPP_STANZA_TYPE_RESULT, "ignore" },
  { MANY, "u@p.test", IQ, XMPP_STANZA_TYPE_ERROR, "ignore" },
  /* §8.5.3.1: to a resource that is there, whatever it has said of itself */
  { SILENT, "u@p.test/a", MESSAGE, XMPP_STANZA_TYPE_CHAT, "a" },
  { NEGATIVE, "u@p.test/a", MESSAGE, XMPP_STANZA_TYPE_NORMAL, "a" },
  { MANY, "u@p.test/d", MESSAGE, XMPP_STANZA_TYPE_GROUPCHAT, "d" },
  { MANY, "u@p.test/e", MESSAGE, XMPP_STANZA_TYPE_HEADLINE, "e" },
  { MANY, "u@p.test/b", MESSAGE, XMPP_STANZA_TYPE_ERROR, "b" },
  { MANY, "u@p.test/b", PRESENCE, XMPP_STANZA_TYPE_UNAVAILABLE, "b" },
  { MANY, "u@p.test/b", IQ, XMPP_STANZA_TYPE_GET, "b" },
  { MANY, "u@p.test/b", IQ, XMPP_STANZA_TYPE_RESULT, "b" },
  { MANY, "u@p.test/b", IQ, XMPP_STANZA_TYPE_ERROR, "b" },
  /* §8.5.3.2: to one that is not */
  { NOBODY, "u@p.test/x", MESSAGE, XMPP_STANZA_TYPE_NORMAL, "refuse" },
  { NOBODY, "u@p.test/x", MESSAGE, XMPP_STANZA_TYPE_CHAT, "refuse" },
  { ONE, "u@p.test/x", MESSAGE, XMPP_STANZA_TYPE_CHAT, "a" },
  { NEGATIVE, "u@p.test/x", MESSAGE, XMPP_STANZA_TYPE_CHAT, "refuse" },
  { MANY, "u@p.test/x", MESSAGE, XMPP_STANZA_TYPE_CHAT, "c" },
  { MANY, "u@p.test/x", MESSAGE, XMPP_STANZA_TYPE_NORMAL, "refuse" },
  { MANY, "u@p.test/x", MESSAGE, XMPP_STANZA_TYPE_GROUPCHAT, "refuse" },
  { MANY, "u@p.test/x", MESSAGE, XMPP_STANZA_TYPE_HEADLINE, "ignore" },
  { MANY, "u@p.test/x", MESSAGE, XMPP_STANZA_TYPE_ERROR, "ignore" },
  { MANY, "u@p.test/x", PRESENCE, XMPP_STANZA_TYPE_AVAILABLE, "ignore" },
  { MANY, "u@p.test/x", IQ, XMPP_STANZA_TYPE_GET, "refuse" },
  { MANY, "u@p.test/x", IQ, XMPP_STANZA_TYPE_RESULT, "ignore" },
  { CLOSED, "u@p.test/a", IQ, XMPP_STANZA_TYPE_GET, "refuse" },
  /* Somebody else's */
  { MANY, "v@p.test/a", IQ, XMPP_STANZA_TYPE_GET, "refuse" },
  { MANY, "u@q.test", MESSAGE, XMPP_STANZA_TYPE_CHAT, "refuse" },
};

static XmppJid *
make_jid (const char *text)
{
  g_autoptr (GError) error = NULL;
  XmppJid *jid = xmpp_jid_new (text, &error);

  g_assert_no_error (error);
  return jid;
}

/* "b5": the resource b, with priority 5 */
static void
add_resource (XmppResourceTable *table, const char *word)
{
  g_autofree char *text = g_strdup_printf ("u@p.test/%c", word[0]);
  g_autoptr (XmppJid) jid = make_jid (text);
  gpointer connection = GUINT_TO_POINTER (word[0]);

  xmpp_resource_table_add (table, jid, connection);
  if (!g_str_has_suffix (word, "!"))
    xmpp_resource_table_set_open (table, jid, connection);
  if (word[1] != '?')
    xmpp_resource_table_set_presence (table, jid, TRUE,
                                      (int) g_ascii_strtoll (word + 1, NULL, 10));
}

static XmppResourceTable *
make_table (const char *resources)
{
  XmppResourceTable *table = xmpp_resource_table_new ();
  g_auto (GStrv) words = g_strsplit (resources, " ", -1);

  for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++)
    add_resource (table, words[i]);
  return table;
}

static char *
describe (XmppDelivery delivery, GPtrArray *found)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    g_string_append_c (text, (char) GPOINTER_TO_UINT (g_ptr_array_index (found, i)));

  g_assert_cmpint (delivery == XMPP_DELIVERY_SEND, ==, found->len > 0);
  if (delivery == XMPP_DELIVERY_IGNORE)
    g_string_append (text, "ignore");
  else if (delivery == XMPP_DELIVERY_REFUSE)
    g_string_append (text, "refuse");
  return g_string_free (text, FALSE);
}

static void
test_delivery (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppResourceTable) table = make_table (rows[i].resources);
      g_autoptr (XmppJid) to = make_jid (rows[i].to);
      g_autoptr (GPtrArray) found = g_ptr_array_new ();
      XmppDelivery delivery =
          xmpp_resource_table_deliver (table, to, rows[i].kind, rows[i].type, found);
      g_autofree char *outcome = describe (delivery, found);

      g_test_message ("row %u: to %s among “%s”", i, rows[i].to, rows[i].resources);
      g_assert_cmpstr (outcome, ==, rows[i].outcome);
    }
}

/* Who becomes unavailable is still there, but nobody's choice. */
static void
test_presence (void)
{
  g_autoptr (XmppResourceTable) table = make_table ("a1 b0");
  g_autoptr (XmppJid) a = make_jid ("u@p.test/a");
  g_autoptr (XmppJid) bare = make_jid ("u@p.test");
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  xmpp_resource_table_set_presence (table, a, FALSE, 0);
  xmpp_resource_table_deliver (table, bare, MESSAGE, XMPP_STANZA_TYPE_CHAT, found);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_true (g_ptr_array_index (found, 0) == GUINT_TO_POINTER ('b'));
  g_assert_true (xmpp_resource_table_is_open (table, a));
}

static void
test_life (void)
{
  g_autoptr (XmppResourceTable) table = make_table ("a0 b0");
  g_autoptr (XmppJid) a = make_jid ("u@p.test/a");
  g_autoptr (XmppJid) b = make_jid ("u@p.test/b");

  g_assert_cmpuint (xmpp_resource_table_count (table, a), ==, 2);
  g_assert_true (xmpp_resource_table_find (table, a) == GUINT_TO_POINTER ('a'));

  /* The old one leaves after its address was given to the new one. */
  xmpp_resource_table_remove (table, a, GUINT_TO_POINTER ('a'));
  xmpp_resource_table_add (table, a, GUINT_TO_POINTER ('n'));
  xmpp_resource_table_remove (table, a, GUINT_TO_POINTER ('a'));
  xmpp_resource_table_set_open (table, a, GUINT_TO_POINTER ('a'));
  g_assert_true (xmpp_resource_table_find (table, a) == GUINT_TO_POINTER ('n'));
  g_assert_false (xmpp_resource_table_is_open (table, a));

  xmpp_resource_table_remove (table, a, GUINT_TO_POINTER ('n'));
  xmpp_resource_table_remove (table, b, GUINT_TO_POINTER ('b'));
  xmpp_resource_table_set_presence (table, b, TRUE, 0);
  g_assert_cmpuint (xmpp_resource_table_count (table, a), ==, 0);
  g_assert_null (xmpp_resource_table_find (table, b));
  g_assert_false (xmpp_resource_table_is_open (table, b));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resource-table/delivery", test_delivery);
  g_test_add_func ("/resource-table/presence", test_presence);
  g_test_add_func ("/resource-table/life", test_life);
  return g_test_run ();
}
