/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* Who is who: I5, I10 */

#include "config.h"

#include "stream/xmpp-element-reader.h"

#include "xmpp-test-connection.h"

/* What tells of the account's own data: bookmarks, the roster, its nodes */
static const struct
{
  const char *from;
  gboolean own;
} senders[] = {
  { NULL, TRUE },
  { "alice@p.test", TRUE },
  { "ALICE@P.test", TRUE },
  { "alice@p.test/here", FALSE },
  { "alice@p.test/there", FALSE },
  { "p.test", FALSE },
  { "alice@q.test", FALSE },
  { "alicia@p.test", FALSE },
  { "mallory@q.test/alice@p.test", FALSE },
  { "@@", FALSE },
  { "", FALSE },
};

static void
test_account_data (void)
{
  g_autoptr (XmppJid) account = xmpp_jid_new ("alice@p.test/here", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (senders); i++)
    {
      g_autoptr (XmppElement) element =
          xmpp_element_new_from_string ("<message xmlns='jabber:client'><event "
                                        "xmlns='http://jabber.org/protocol/pubsub#event'>"
                                        "<items "
                                        "node='storage:bookmarks'/></event></message>",
                                        NULL);
      g_autoptr (XmppStanza) event = NULL;

      g_test_message ("%s", senders[i].from);
      xmpp_element_set_attribute (element, "from", senders[i].from);
      event = xmpp_stanza_new_from_element (element, NULL);
      g_assert_cmpint (xmpp_stanza_is_from_account (event, account), ==, senders[i].own);
    }
}

/* RFC 7622 §3.5, and what looks like something else. NULL: refused */
static const struct
{
  const char *text, *prepared;
} jids[] = {
  { "juliet@example.com", "juliet@example.com" },
  { "juliet@example.com/foo bar", "juliet@example.com/foo bar" },
  { "juliet@example.com/foo@bar", "juliet@example.com/foo@bar" },
  { "foo\\20bar@example.com", "foo\\20bar@example.com" },
  { "fussball@example.com", "fussball@example.com" },
  { "fu\xc3\x9f"
    "ball@example.com",
    "fu\xc3\x9f"
    "ball@example.com" },
  { "\xcf\x80@example.com", "\xcf\x80@example.com" },
  { "\xce\xa3@example.com/foo", "\xcf\x83@example.com/foo" },
  { "king@example.com/\xe2\x99\x9a", "king@example.com/\xe2\x99\x9a" },
  { "\"juliet\"@example.com", NULL },
  { "foo bar@example.com", NULL },
  { "juliet@example.com/ foo", "juliet@example.com/ foo" },
  { "@example.com/", NULL },
  { "henry\xe2\x85\xa3@example.com", NULL },
  { "\xe2\x99\x9a@example.com", NULL },
  { "juliet@", NULL },
  { "/foobar", NULL },
  /* Empty parts, and too many of them */
  { "", NULL },
  { "@", NULL },
  { "@a", NULL },
  { "a@", NULL },
  { "a@b/", NULL },
  { "a@b@c/d", NULL },
  { "a@b/c/d@e", "a@b/c/d@e" },
  /* A long s, the sign for kelvin, a wide at, a wide a */
  { "\xc5\xbf@example.com", NULL },
  { "\xe2\x84\xaa@example.com", NULL },
  { "a\xef\xbc\xa0"
    "example.com",
    NULL },
  { "\xef\xbd\x81@example.com", "a@example.com" },
  /* Malformed and overlong UTF-8, a surrogate */
  { "\xff@example.com", NULL },
  { "a\xc0\x80@example.com", NULL },
  { "a@example.com/\xed\xa0\x80", NULL },
  { "a@example.com/\xc3", NULL },
};

static void
test_jids (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (jids); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppJid) jid = xmpp_jid_new (jids[i].text, &error);

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      if (jids[i].prepared == NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      else
        {
          g_assert_no_error (error);
          g_assert_cmpstr (xmpp_jid_to_string (jid), ==, jids[i].prepared);
        }
    }
}

/* Counted after preparation, and never cut */
static void
test_lengths (void)
{
  for (guint length = 1023; length <= 1024; length++)
    {
      g_autofree char *part = g_strnfill (length, 'a');
      g_autofree char *local = g_strconcat (part, "@p.test", NULL);
      g_autofree char *resource = g_strconcat ("a@p.test/", part, NULL);
      g_autoptr (XmppJid) first = xmpp_jid_new (local, NULL);
      g_autoptr (XmppJid) second = xmpp_jid_new (resource, NULL);

      g_assert_cmpint (first != NULL, ==, length == 1023);
      g_assert_cmpint (second != NULL, ==, length == 1023);
    }
}

/* From an address that is none nothing is handed on, or it would look as if it had no
 * sender, and our own server had said it. */
static void
test_inbound (void)
{
  static const char *const froms[] = { "",        "@@",      "a@",
                                       "@p.test", "a@b@c/d", "a\xef\xbc\xa0p.test" };

  for (gsize i = 0; i < G_N_ELEMENTS (froms); i++)
    {
      g_autofree char *script = g_strdup_printf (
          "S: <message from='%s'><body>forged</body></message><presence from='%s'/>"
          "<iq type='set' id='i' from='%s'><q xmlns='x'/></iq>"
          "<message from='bob@p.test'><body>real</body></message>\n",
          froms[i], froms[i], froms[i]);
      g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);
      g_autofree char *log = NULL;

      g_test_message ("%s", froms[i]);
      xmpp_test_connection_open (connection);
      xmpp_test_run_for (5);
      xmpp_test_run_pending ();
      log = xmpp_test_connection_take_log (connection);
      g_assert_cmpstr (log, ==, "opened; message real");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/I/I05-account-data", test_account_data);
  g_test_add_func ("/attacks/I/I10-jids", test_jids);
  g_test_add_func ("/attacks/I/I10-lengths", test_lengths);
  g_test_add_func ("/attacks/I/I10-inbound", test_inbound);

  return g_test_run ();
}
