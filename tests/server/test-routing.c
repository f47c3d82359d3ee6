/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-host.h"
#include "xmpp-test-raw.h"

/* Alice writes, as the script has it; what comes back to her, or to bob, must hold the words. */
static const struct
{
  const char *name, *sent;
  const char *alice, *bob; /* NULL: nothing comes */
} rows[] = {
  { "no-from", "<message to='bob@p.test/b'><body>1</body></message>", NULL,
    "from='alice@p.test/a'" },
  { "bare-from",
    "<message from='alice@p.test' to='bob@p.test/b'><body>1</body></message>", NULL,
    "from='alice@p.test/a'" },
  { "full-from",
    "<message from='ALICE@p.test/a' to='bob@p.test/b'><body>1</body></message>", NULL,
    "from='alice@p.test/a'" },
  { "iq-full", "<iq type='get' id='1' to='bob@p.test/b'><query xmlns='a:b'/></iq>", NULL,
    "to='bob@p.test/b' from='alice@p.test/a'>" },
  { "ping-server", "<iq type='get' id='1' to='p.test'><ping xmlns='urn:xmpp:ping'/></iq>",
    "type='result'", NULL },
  { "ping-nobody", "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
    "type='result'", NULL },
  { "iq-nobody", "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>",
    "<service-unavailable", NULL },
  { "iq-own-account",
    "<iq type='get' id='1' to='alice@p.test'><query xmlns='jabber:iq:roster'/></iq>",
    "<service-unavailable", NULL },
  { "iq-account", "<iq type='get' id='1' to='bob@p.test'><query xmlns='a:b'/></iq>",
    "<service-unavailable", NULL },
  { "iq-away", "<iq type='get' id='1' to='bob@p.test/x'><query xmlns='a:b'/></iq>",
    "<service-unavailable", NULL },
  { "iq-resource-of-server", "<iq type='get' id='1' to='p.test/x'><q xmlns='a:b'/></iq>",
    "<service-unavailable", NULL },
  { "iq-no-children", "<iq type='get' id='1'/>", "<bad-request", NULL },
  { "away", "<message to='carol@p.test' type='chat'><body>1</body></message>",
    "<service-unavailable", NULL },
  { "elsewhere", "<message to='carol@q.test'><body>1</body></message>",
    "<remote-server-not-found", NULL },
  { "malformed", "<message to='@@' id='m'><body>1</body></message>", "<jid-malformed",
    NULL },
  { "account", "<message to='bob@p.test' type='chat'><body>1</body></message>", NULL,
    "<body>1</body>" },
  { "directed-presence", "<presence to='bob@p.test/b'/>", NULL, "<presence" },
  /* Nobody answers an answer. */
  { "error", "<message to='carol@p.test' type='error'/>", NULL, NULL },
  { "result", "<iq to='bob@p.test/x' type='result' id='9'/>", NULL, NULL },
  { "result-to-server", "<iq to='p.test' type='result' id='9'/>", NULL, NULL },
  { "headline", "<message to='carol@p.test' type='headline'><body>1</body></message>",
    NULL, NULL },
  { "presence-away", "<presence to='carol@p.test'/>", NULL, NULL },
  { "message-nobody", "<message><body>1</body></message>", NULL, NULL },
};

static XmppTestRaw *
login (XmppTestHost *host, const char *local, const char *resource)
{
  XmppTestRaw *raw = xmpp_test_raw_new (host->port);

  xmpp_test_raw_login (raw, local, resource);
  xmpp_test_raw_send (raw, "<presence/>");
  return raw;
}

/* Both have been heard, and hear: whatever is on its way comes before this. */
static void
settle (XmppTestRaw *raw)
{
  xmpp_test_raw_send (raw, "<iq type='get' id='end'><ping xmlns='urn:xmpp:ping'/></iq>");
  xmpp_test_raw_expect (raw, "id='end'");
  xmpp_test_raw_expect (raw, ">");
}

static void
test_rows (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) alice = NULL;
  g_autoptr (XmppTestRaw) bob = NULL;

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  alice = login (host, "alice", "a");
  bob = login (host, "bob", "b");
  settle (alice);
  settle (bob);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].name);
      xmpp_test_raw_send (alice, rows[i].sent);
      if (rows[i].alice != NULL)
        xmpp_test_raw_expect (alice, rows[i].alice);
      else
        {
          xmpp_test_raw_send (alice, "<iq type='get' id='x'><ping "
                                     "xmlns='urn:xmpp:ping'/></iq>");
          xmpp_test_raw_expect (alice, "id='x'");
        }
      if (rows[i].bob != NULL)
        xmpp_test_raw_expect (bob, rows[i].bob);
      else
        {
          xmpp_test_raw_send (bob, "<iq type='get' id='x'><ping "
                                   "xmlns='urn:xmpp:ping'/></iq>");
          xmpp_test_raw_expect (bob, "id='x'");
        }
    }
  g_assert_cmpuint (host->closed, ==, 0);
}

static gboolean
handler_cb (XmppConnection *connection, XmppStanza *stanza, gpointer user_data)
{
  g_autoptr (XmppStanza) reply = xmpp_stanza_reply (stanza, NULL);
  g_autoptr (GError) error = NULL;

  xmpp_connection_send (connection, reply, &error);
  g_assert_no_error (error);
  return TRUE;
}

static void
opened_cb (XmppServer *server, XmppConnection *connection, gpointer user_data)
{
  xmpp_connection_add_handler (connection, XMPP_STANZA_KIND_IQ, "query",
                               "jabber:iq:roster", handler_cb, NULL, NULL);
}

static XmppStanza *
ask (gpointer connection, const char *to, const char *xmlns, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (XmppElement) query = xmpp_element_new ("query", xmlns);
  g_autoptr (XmppJid) jid = to != NULL ? xmpp_jid_new (to, NULL) : NULL;
  g_autoptr (XmppStanza) iq = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, jid, query);

  xmpp_connection_request_async (connection, iq, NULL, xmpp_test_result_cb, &result);
  return xmpp_connection_request_finish (connection, xmpp_test_result_wait (&result),
                                         error);
}

/* What a client asks its server or its account meets the handlers of its connection. */
static void
test_handler (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) alice = NULL;
  static const char *const asked[] = { NULL, "p.test", "alice@p.test" };

  g_signal_connect (host->server, "opened", G_CALLBACK (opened_cb), NULL);
  alice = xmpp_test_host_login (host, "alice@p.test/a", 0);
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppStanza) reply = ask (alice, asked[i], "jabber:iq:roster", &error);

      g_assert_no_error (error);
      g_assert_nonnull (reply);
    }
  xmpp_connection_abort (XMPP_CONNECTION (alice));
}

static gboolean
answer_cb (XmppConnection *connection, XmppStanza *stanza, gpointer user_data)
{
  g_autoptr (XmppStanza) reply = xmpp_stanza_reply (stanza, NULL);

  return xmpp_connection_send (connection, reply, NULL);
}

/* The server's side asks, in whoever's name. */
static void
test_request (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) alice = xmpp_test_host_login (host, "alice@p.test/a", 0);
  XmppJid *jid = xmpp_connection_get_jid (XMPP_CONNECTION (alice));
  XmppConnection *connection = xmpp_server_find_connection (host->server, jid);
  static const char *const froms[] = { NULL, "p.test", "bot@p.test", "x@q.test/y" };

  g_signal_connect (alice, "iq", G_CALLBACK (answer_cb), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (froms); i++)
    {
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (XmppElement) query = xmpp_element_new ("query", "a:b");
      g_autoptr (XmppStanza) iq = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, jid, query);
      g_autoptr (XmppStanza) reply = NULL;
      g_autoptr (GError) error = NULL;

      if (froms[i] != NULL)
        {
          g_autoptr (XmppJid) from = xmpp_jid_new (froms[i], NULL);

          xmpp_stanza_set_from (iq, from);
        }
      xmpp_connection_request_async (connection, iq, NULL, xmpp_test_result_cb, &result);
      reply = xmpp_connection_request_finish (connection, xmpp_test_result_wait (&result),
                                              &error);
      g_assert_no_error (error);
      g_assert_nonnull (reply);
    }
  xmpp_connection_abort (XMPP_CONNECTION (alice));
}

static gboolean
take_cb (XmppServer *server,
         XmppConnection *connection,
         XmppStanza *stanza,
         XmppTestInbox *inbox)
{
  g_assert_true (xmpp_jid_equal (xmpp_stanza_get_from (stanza),
                                 xmpp_connection_get_jid (connection)));
  if (xmpp_stanza_get_body (stanza) == NULL)
    return FALSE;

  g_clear_pointer (&inbox->last, xmpp_stanza_unref);
  inbox->last = xmpp_stanza_ref (stanza);
  inbox->count++;
  return TRUE;
}

static void
test_taken (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) alice = xmpp_test_host_login (host, "alice@p.test/a", 0);
  g_auto (XmppTestInbox) taken = { 0 };
  g_auto (XmppTestInbox) back = { 0 };

  xmpp_test_inbox_watch (&back, alice);
  g_signal_connect (host->server, "stanza", G_CALLBACK (take_cb), &taken);
  xmpp_test_host_send (alice, "<message to='x@q.test'><body>1</body></message>");
  xmpp_test_inbox_wait (&taken, 1);
  g_assert_true (xmpp_element_is_sealed (xmpp_stanza_get_element (taken.last)));
  xmpp_test_run_pending ();
  g_assert_cmpuint (back.count, ==, 0);
  xmpp_connection_abort (XMPP_CONNECTION (alice));
}

static gboolean
end_it_cb (XmppServer *server,
           XmppConnection *connection,
           XmppStanza *stanza,
           gpointer user_data)
{
  xmpp_connection_abort (connection);
  return FALSE;
}

/* L9: who looks at a stanza may end the connection that it came from. */
static void
test_ended_by_handler (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) alice = xmpp_test_host_login (host, "alice@p.test/a", 0);

  g_signal_connect (host->server, "stanza", G_CALLBACK (end_it_cb), NULL);
  xmpp_test_host_send (alice, "<iq type='get' id='1'><query xmlns='a:b'/></iq>");
  xmpp_test_host_wait_closed (host, 1);
}

static void
test_priorities (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) alice = xmpp_test_host_login (host, "alice@p.test/a", 0);
  g_autoptr (XmppClient) low = xmpp_test_host_login (host, "bob@p.test/low", 1);
  g_autoptr (XmppClient) high = xmpp_test_host_login (host, "bob@p.test/high", 5);
  g_auto (XmppTestInbox) low_inbox = { 0 };
  g_auto (XmppTestInbox) high_inbox = { 0 };
  g_auto (XmppTestInbox) back = { 0 };

  xmpp_test_inbox_watch (&low_inbox, low);
  xmpp_test_inbox_watch (&high_inbox, high);
  xmpp_test_inbox_watch (&back, alice);
  xmpp_test_host_send (alice, "<message to='bob@p.test'><body>1</body></message>");
  xmpp_test_inbox_wait (&high_inbox, 1);
  xmpp_test_host_send (alice, "<message to='bob@p.test' type='headline'><body>2</body>"
                              "</message>");
  xmpp_test_inbox_wait (&high_inbox, 2);
  xmpp_test_inbox_wait (&low_inbox, 1);

  xmpp_connection_abort (XMPP_CONNECTION (high));
  xmpp_test_host_wait_closed (host, 1);
  xmpp_test_host_send (alice, "<message to='bob@p.test/high' type='chat'><body>3</body>"
                              "</message>");
  xmpp_test_inbox_wait (&low_inbox, 2);

  xmpp_test_host_send (low, "<presence type='unavailable'/>");
  xmpp_test_host_send (low, "<message to='alice@p.test/a'><body>gone</body></message>");
  xmpp_test_inbox_wait (&back, 1);
  xmpp_test_host_send (alice, "<message to='bob@p.test'><body>4</body></message>");
  xmpp_test_inbox_wait (&back, 2);
  g_assert_cmpint (xmpp_stanza_get_stanza_type (back.last), ==, XMPP_STANZA_TYPE_ERROR);
  xmpp_connection_abort (XMPP_CONNECTION (alice));
  xmpp_connection_abort (XMPP_CONNECTION (low));
}

static void
test_misuse (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppJid) jid = xmpp_jid_new ("bob@p.test/b", NULL);
  g_autoptr (XmppStanza)
      stanza = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, jid, "x");
  g_autoptr (GError) error = NULL;

  g_assert_false (xmpp_server_route (host->server, stanza, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  xmpp_stanza_set_from (stanza, jid);
  g_assert_false (xmpp_server_route (host->server, stanza, &error));
  g_assert_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_SERVICE_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routing/rows", test_rows);
  g_test_add_func ("/routing/handler", test_handler);
  g_test_add_func ("/routing/request", test_request);
  g_test_add_func ("/routing/taken", test_taken);
  g_test_add_func ("/routing/ended-by-handler", test_ended_by_handler);
  g_test_add_func ("/routing/priorities", test_priorities);
  g_test_add_func ("/routing/misuse", test_misuse);
  return g_test_run ();
}
