/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-connection-private.h"

#include "xmpp-test-host.h"
#include "xmpp-test-raw.h"

/* What clients that have logged in try: V5, V6, and speaking in others' names. */

static XmppTestHost *
new_host (void)
{
  XmppTestHost *host = xmpp_test_host_new ();

  g_object_set (host->server, "insecure-loopback", TRUE, NULL);
  return host;
}

static const char *const forged[] = {
  "<message from='bob@p.test' to='bob@p.test'/>",
  "<message from='bob@p.test/b' to='bob@p.test'/>",
  "<message from='p.test' to='bob@p.test'/>",
  "<message from='alice@p.test/other' to='bob@p.test'/>",
  "<message from='alice@q.test/a' to='bob@p.test'/>",
  "<message from='alice@p.test.evil.test/a' to='bob@p.test'/>",
  "<message from='' to='bob@p.test'/>",
  "<message from='@@' to='bob@p.test'/>",
  "<iq type='result' id='1' from='bob@p.test/b'/>",
  "<presence from='bob@p.test/b'/>",
};

/* RFC 6120 §8.1.2.1, §4.9.3.9 */
static void
test_forged (void)
{
  g_autoptr (XmppTestHost) host = new_host ();
  g_autoptr (XmppClient) bob = xmpp_test_host_login (host, "bob@p.test/b", 0);
  g_auto (XmppTestInbox) inbox = { 0 };

  xmpp_test_inbox_watch (&inbox, bob);
  for (guint i = 0; i < G_N_ELEMENTS (forged); i++)
    {
      g_autoptr (XmppTestRaw) alice = xmpp_test_raw_new (host->port);

      xmpp_test_raw_login (alice, "alice", "a");
      xmpp_test_raw_send (alice, forged[i]);
      xmpp_test_raw_send (alice, "<message to='bob@p.test'/>");
      xmpp_test_raw_expect_end (alice);
      g_assert_cmpstr (xmpp_test_raw_get_text (alice), ==,
                       "<stream:error><invalid-from "
                       "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
                       "</stream:stream>");
      xmpp_test_host_wait_closed (host, i + 1);
      g_assert_error (host->closed_error, XMPP_STREAM_ERROR,
                      XMPP_STREAM_ERROR_INVALID_FROM);
    }
  xmpp_test_run_pending ();
  g_assert_cmpuint (inbox.count, ==, 0);
  xmpp_connection_abort (XMPP_CONNECTION (bob));
}

/* V6: the address goes to the new one, and bind is not for twice. */
static void
test_bind (void)
{
  static const char again[] =
      "<iq type='set' id='b2'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
      "<resource>other</resource></bind></iq>";
  g_autoptr (XmppTestHost) host = new_host ();
  g_autoptr (XmppTestRaw) old = xmpp_test_raw_new (host->port);
  g_autoptr (XmppTestRaw) new = xmpp_test_raw_new (host->port);
  g_autoptr (GPtrArray) list = NULL;

  xmpp_test_raw_login (old, "alice", "a");
  xmpp_test_raw_login (new, "alice", "a");
  xmpp_test_raw_expect (old, "<conflict ");
  xmpp_test_raw_expect_end (old);
  xmpp_test_host_wait_closed (host, 1);

  xmpp_test_raw_send (new, again);
  xmpp_test_raw_expect (new, "id='b2'");
  xmpp_test_raw_expect (new, "<service-unavailable");
  list = xmpp_server_list_connections (host->server);
  g_assert_cmpuint (list->len, ==, 1);
}

/* V6: the eleventh is one too many. */
static void
test_resources (void)
{
  g_autoptr (XmppTestHost) host = new_host ();
  g_autoptr (GPtrArray)
      all = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_test_raw_free);
  g_autoptr (XmppClient) last = xmpp_test_host_new_client (host, "alice@p.test/11");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *resource = g_strdup_printf ("r%u", i);
      XmppTestRaw *raw = xmpp_test_raw_new (host->port);

      g_ptr_array_add (all, raw);
      xmpp_test_raw_login (raw, "alice", resource);
    }
  error = xmpp_test_host_open (last);
  g_assert_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT);
}

static XmppStanza *
make_message (XmppJid *to, gsize length)
{
  g_autofree char *body = g_strnfill (length, 'x');
  g_autoptr (XmppJid) from = xmpp_jid_new ("bob@p.test/b", NULL);
  XmppStanza *stanza = xmpp_stanza_new_message (XMPP_STANZA_TYPE_NORMAL, to, body);

  xmpp_stanza_set_from (stanza, from);
  return stanza;
}

#define BODY 4000

/* V5: who does not read costs so much and no more; the sender is told, and in the end it is let
 * go. */
static void
test_deaf (void)
{
  g_autoptr (XmppTestHost) host = new_host ();
  g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (host->port);
  g_autoptr (XmppJid) to = xmpp_jid_new ("alice@p.test/a", NULL);
  g_autoptr (XmppStanza) stanza = make_message (to, BODY);
  XmppLimits *limits = xmpp_server_get_limits (host->server);
  guint refused = 0, delivered = 0;

  xmpp_test_raw_login (raw, "alice", "a");
  xmpp_test_host_wait_opened (host, 1);
  xmpp_test_raw_set_deaf (raw, TRUE);
  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr (GError) error = NULL;

      if (xmpp_server_route (host->server, stanza, &error))
        delivered++;
      else
        {
          g_assert_error (error, XMPP_STANZA_ERROR,
                          XMPP_STANZA_ERROR_RECIPIENT_UNAVAILABLE);
          refused++;
        }
      if (i % 50 == 0)
        xmpp_test_run_pending ();
    }
  g_test_message ("%u delivered, %u refused", delivered, refused);
  g_assert_cmpuint (refused, >, 0);
  /* What the kernel takes comes on top of our megabyte. */
  g_assert_cmpuint (delivered, <, (1 << 20) / BODY + 8 * (1 << 20) / BODY);
  g_assert_cmpuint (host->closed, ==, 0);

  /* Reading helps: the connection was only slow. */
  xmpp_test_raw_set_deaf (raw, FALSE);
  xmpp_test_raw_send (raw, "<iq type='get' id='x'><ping xmlns='urn:xmpp:ping'/></iq>");
  xmpp_test_run_for (200);
  g_assert_true (xmpp_server_route (host->server, stanza, NULL));

  /* It stays deaf. */
  xmpp_test_raw_set_deaf (raw, TRUE);
  g_object_set (limits, "idle-answer-seconds", 0, NULL);
  for (guint i = 0; i < 10000 && host->closed == 0; i++)
    {
      xmpp_server_route (host->server, stanza, NULL);
      if (i % 50 == 0)
        xmpp_test_run_pending ();
    }
  xmpp_test_host_wait_closed (host, 1);
  g_assert_error (host->closed_error, XMPP_STREAM_ERROR,
                  XMPP_STREAM_ERROR_POLICY_VIOLATION);
}

static void
count_cb (XmppConnection *connection, XmppStanza *stanza, guint *count)
{
  (*count)++;
}

/* What was on its way to one who has gone comes back to who has sent it. */
static void
test_undelivered (void)
{
  g_autoptr (XmppTestHost) host = new_host ();
  g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (host->port);
  g_autoptr (XmppClient) bob = NULL;
  g_autoptr (XmppJid) to = xmpp_jid_new ("alice@p.test/a", NULL);
  g_autoptr (XmppStanza) stanza = make_message (to, BODY);
  g_auto (XmppTestInbox) inbox = { 0 };
  guint undelivered = 0, refused = 0;

  xmpp_test_raw_login (raw, "alice", "a");
  xmpp_test_host_wait_opened (host, 1);
  bob = xmpp_test_host_login (host, "bob@p.test/b", 0);
  xmpp_test_inbox_watch (&inbox, bob);
  xmpp_test_raw_set_deaf (raw, TRUE);
  while (refused == 0)
    {
      if (!xmpp_server_route (host->server, stanza, NULL))
        refused++;
      xmpp_test_run_pending ();
    }
  g_signal_connect (xmpp_server_find_connection (host->server, to), "undelivered",
                    G_CALLBACK (count_cb), &undelivered);
  g_clear_pointer (&raw, xmpp_test_raw_free);
  xmpp_test_host_wait_closed (host, 1);
  g_assert_cmpuint (undelivered, >, 0);
  xmpp_test_inbox_wait (&inbox, undelivered);
  g_assert_cmpint (xmpp_stanza_get_stanza_type (inbox.last), ==, XMPP_STANZA_TYPE_ERROR);
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_stanza_get_from (inbox.last)), ==,
                   "alice@p.test/a");
  xmpp_connection_abort (XMPP_CONNECTION (bob));
}

/* S12 of the other side: a stanza that is larger than may come */
static void
test_large (void)
{
  g_autoptr (XmppTestHost) host = new_host ();
  g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (host->port);
  g_autofree char *body = g_strnfill (300000, 'x');
  g_autofree char *text = g_strdup_printf ("<message><body>%s</body></message>", body);

  xmpp_test_raw_login (raw, "alice", "a");
  xmpp_test_raw_send (raw, text);
  xmpp_test_raw_expect (raw, "<policy-violation");
  xmpp_test_raw_expect_end (raw);
  xmpp_test_host_wait_closed (host, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/V/forged", test_forged);
  g_test_add_func ("/V5/deaf", test_deaf);
  g_test_add_func ("/V5/undelivered", test_undelivered);
  g_test_add_func ("/V6/bind", test_bind);
  g_test_add_func ("/V6/resources", test_resources);
  g_test_add_func ("/V/large", test_large);
  return g_test_run ();
}
