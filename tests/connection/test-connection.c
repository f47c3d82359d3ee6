/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-connection-private.h"
#include "core/xmpp-namespaces.h"

#include "xmpp-test-connection.h"

#define END "C: </stream:stream>\nS: </stream:stream>\nE: close\n"
#define LEAVE "C: <presence type='unavailable'/>\n" END

static void
assert_log (XmppConnection *connection, const char *expected)
{
  g_autofree char *log = xmpp_test_connection_take_log (connection);

  g_assert_cmpstr (log, ==, expected);
}

static void
close_politely (XmppConnection *connection, const char *status)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_connection_close_async (connection, status, NULL, xmpp_test_result_cb, &result);
  xmpp_connection_close_finish (connection, xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpint (xmpp_connection_get_state (connection), ==,
                   XMPP_CONNECTION_STATE_CLOSED);
}

static gboolean
is_closed (gpointer connection)
{
  return xmpp_connection_get_state (connection) == XMPP_CONNECTION_STATE_CLOSED;
}

static void
wait_until_closed (XmppConnection *connection)
{
  xmpp_test_run_until_true (is_closed, connection, "the connection to be closed");
}

static gboolean
peer_is_done (gpointer connection)
{
  return xmpp_test_peer_is_done (xmpp_test_connection_get_peer (connection));
}

static XmppStanza *
new_message (const char *body)
{
  g_autoptr (XmppJid) to = xmpp_jid_new ("bob@p.test", NULL);
  XmppStanza *message = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, to, body);

  xmpp_stanza_set_id (message, "m");
  return message;
}

static XmppStanza *
new_ping (void)
{
  g_autoptr (XmppJid) to = xmpp_jid_new ("p.test", NULL);
  g_autoptr (XmppElement) ping = xmpp_element_new ("ping", XMPP_NS_PING);

  return xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, to, ping);
}

static void
test_life (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (
      "C: <message to='bob@p.test' id='m' type='chat'><body>hi</body></message>\n"
      "S: <message from='bob@p.test'><body>one</body></message>\n"
      "C: <presence type='unavailable'><status>Back at nine</status></presence>\n"
      "C: </stream:stream>\n"
      "S: <message from='bob@p.test'><body>in flight</body></message></stream:stream>\n"
      "E: close\n");
  g_autoptr (XmppStanza) message = new_message ("hi");
  g_autoptr (GError) error = NULL;

  g_assert_false (xmpp_connection_send (connection, message, &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_OPEN);
  g_clear_error (&error);

  xmpp_test_connection_open (connection);
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_connection_get_jid (connection)), ==,
                   "alice@p.test/here");
  g_assert_cmpstr (xmpp_connection_get_peer (connection), ==, "p.test");
  g_assert_cmpstr (xmpp_connection_get_stream_id (connection), ==, "s1");
  g_assert_true (xmpp_connection_is_secure (connection));

  g_assert_true (xmpp_connection_send (connection, message, &error));
  g_assert_true (xmpp_element_is_sealed (xmpp_stanza_get_element (message)));
  xmpp_test_run_for (20);
  close_politely (connection, "Back at nine");
  assert_log (connection, "opened; message one; message in flight; closed");

  /* A closed one is closed already, and can be opened again. */
  close_politely (connection, NULL);
  xmpp_test_connection_set_script (connection, LEAVE);
  xmpp_test_connection_open (connection);
  close_politely (connection, NULL);
  assert_log (connection, "opened; closed");
  xmpp_test_assert_last_unref (&connection);
}

/* What the peer says, what it gets, what the application sees. */
static const struct
{
  const char *name, *script, *log;
} routes[] = {
  { "ping",
    "S: <iq type='get' id='p' from='p.test'><ping xmlns='urn:xmpp:ping'/></iq>\n"
    "C: <iq type='result' id='p' to='p.test'/>\n",
    "opened" },
  { "nobody takes it",
    "S: <iq type='set' id='p' from='q.test'><query xmlns='jabber:iq:roster'/></iq>\n"
    "C: <iq type='error' id='p' to='q.test'><error type='cancel'><service-unavailable "
    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\n",
    "opened" },
  { "no child",
    "S: <iq type='get' id='p' from='q.test'/>\n"
    "C: <iq type='error' id='p' to='q.test'><error type='modify'><bad-request "
    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\n",
    "opened" },
  { "two children",
    "S: <iq type='get' id='p' from='q.test'><a xmlns='a'/><b xmlns='b'/></iq>\n"
    "C: <iq type='error' id='p' to='q.test'><error type='modify'><bad-request "
    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\n",
    "opened" },
  { "unknown type",
    "S: <iq type='ask' id='p' from='q.test'><a xmlns='a'/></iq>\n"
    "C: <iq type='error' id='p' to='q.test'><error type='modify'><bad-request "
    "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\n",
    "opened" },
  { "what is dropped",
    "S: <iq type='get' from='q.test'><a xmlns='a'/></iq><iq type='result' id='late'/>"
    "<iq type='error' id='late'/><unknown xmlns='x'/><message "
    "xmlns='evil'><body>no</body>"
    "</message> \n"
    "S: <iq type='get' id='p' from='p.test'><ping xmlns='urn:xmpp:ping'/></iq>\n"
    "C: <iq type='result' id='p' to='p.test'/>\n",
    "opened" },
};

static void
test_routes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    for (XmppTestBytes bytes = 0; bytes < XMPP_TEST_BYTES_LAST; bytes++)
      {
        g_autofree char *script = g_strconcat (routes[i].script, LEAVE, NULL);
        g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);

        g_test_message ("%s, bytes %d", routes[i].name, bytes);
        xmpp_test_peer_set_bytes (xmpp_test_connection_get_peer (connection), bytes, 7);
        xmpp_test_connection_open (connection);
        xmpp_test_run_for (5);
        xmpp_test_run_pending ();
        close_politely (connection, NULL);
        g_assert_true (peer_is_done (connection));
        {
          g_autofree char *log = xmpp_test_connection_take_log (connection);
          g_autofree char *expected = g_strconcat (routes[i].log, "; closed", NULL);

          g_assert_cmpstr (log, ==, expected);
        }
      }
}

static gboolean
handled_cb (XmppConnection *connection, XmppStanza *stanza, gpointer user_data)
{
  GString *log = user_data;

  g_string_append (log, xmpp_stanza_get_id (stanza));
  return strcmp (xmpp_stanza_get_id (stanza), "taken") == 0;
}

static gboolean
removed_cb (XmppConnection *connection, XmppStanza *stanza, gpointer user_data)
{
  guint *id = user_data;

  xmpp_connection_remove_handler (connection, *id);
  return FALSE;
}

static void
test_handlers (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (
      "S: <message id='taken'><x xmlns='y'/><body>1</body></message>"
      "<message id='seen'><x xmlns='y'/><body>2</body></message>"
      "<message id='other'><x xmlns='z'/><body>3</body></message>"
      "<presence id='kind'><x xmlns='y'/></presence>\n" LEAVE);
  g_autoptr (GString) log = g_string_new (NULL);
  guint id = 0;

  id = xmpp_connection_add_handler (connection, XMPP_STANZA_KIND_MESSAGE, NULL, NULL,
                                    removed_cb, &id, NULL);
  g_assert_cmpuint (xmpp_connection_add_handler (connection, XMPP_STANZA_KIND_MESSAGE,
                                                 "x", "y", handled_cb, log, NULL),
                    >, id);
  xmpp_test_connection_open (connection);
  xmpp_test_run_for (20);
  close_politely (connection, NULL);
  g_assert_cmpstr (log->str, ==, "takenseen");
  assert_log (connection, "opened; message 2; message 3; closed");
}

static void
test_request (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (
      "C: <iq type='get' id='{a}' to='p.test'><ping xmlns='urn:xmpp:ping'/></iq>\n"
      "S: <iq type='result' id='{a}' from='evil.test'/><iq type='result' id='{a}' "
      "from='p.test'/>\n"
      "C: <iq type='get' id='{b}' to='p.test'><ping xmlns='urn:xmpp:ping'/></iq>\n"
      "S: <iq type='error' id='{b}' from='p.test'><error type='cancel'><item-not-found "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>\n"
      "C: <iq type='get' id='{c}' to='p.test'><ping xmlns='urn:xmpp:ping'/></iq>\n"
      "S: </stream:stream>\n"
      "C: </stream:stream>\n"
      "E: close\n");
  static const struct
  {
    GQuark (*domain) (void);
    int code;
  } expected[] = { { NULL, 0 },
                   { xmpp_stanza_error_quark, XMPP_STANZA_ERROR_ITEM_NOT_FOUND },
                   { xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_CLOSED } };

  xmpp_test_connection_open (connection);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (XmppStanza) request = new_ping ();
      g_autoptr (XmppStanza) reply = NULL;
      g_autoptr (GError) error = NULL;

      xmpp_connection_request_async (connection, request, NULL, xmpp_test_result_cb,
                                     &result);
      reply = xmpp_connection_request_finish (connection, xmpp_test_result_wait (&result),
                                              &error);
      if (expected[i].domain == NULL)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (xmpp_stanza_get_id (reply), ==, xmpp_stanza_get_id (request));
        }
      else
        g_assert_error (error, expected[i].domain (), expected[i].code);
    }

  wait_until_closed (connection);
  assert_log (connection, "opened; closed");
}

static void
test_broken_stanza (void)
{
  g_autoptr (XmppConnection) connection =
      xmpp_test_connection_new ("C: <message to='bob@p.test' id='m' "
                                "type='chat'><body>good</body></message>\n" LEAVE);
  g_autoptr (XmppStanza) bad = new_message ("\x01");
  g_autoptr (XmppStanza) good = new_message ("good");
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_connection_open (connection);
  g_assert_false (xmpp_connection_send (connection, bad, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);

  xmpp_connection_send_async (connection, good, NULL, xmpp_test_result_cb, &result);
  xmpp_connection_send_finish (connection, xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
  close_politely (connection, NULL);
  assert_log (connection, "opened; closed");
}

/* How the peer can end it: what comes before arrives, the error says which. */
static const struct
{
  const char *script, *log;
} ends[] = {
  { "S: <message><body>last</body></message></stream:stream>\nC: </stream:stream>\n"
    "E: close\n",
    "opened; message last; closed" },
  { "S: <message><body>last</body></message><stream:error><conflict "
    "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>\n"
    "C: </stream:stream>\nE: close\n",
    "opened; message last; closed conflict" },
  { "S: <message><body>last</body></message>\nE: close\n",
    "opened; message last; closed truncated" },
  { "S: <message><body>last</body></message><message><body>cut\nE: close\n",
    "opened; message last; closed truncated" },
  { "S: <message><body>last</body></message><message><body>&nbsp;</body></message>\n"
    "C: <stream:error><restricted-xml xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
    "</stream:error>\nC: </stream:stream>\nE: close\n",
    "opened; message last; closed restricted-xml" },
  { "S: <message><body>last</body></message><message><body></message>\n"
    "C: <stream:error><not-well-formed xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
    "</stream:error>\nC: </stream:stream>\nE: close\n",
    "opened; message last; closed not-well-formed" },
};

static void
test_ends (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    for (XmppTestBytes bytes = 0; bytes < XMPP_TEST_BYTES_LAST; bytes++)
      {
        g_autoptr (XmppConnection) connection = xmpp_test_connection_new (ends[i].script);

        g_test_message ("row %" G_GSIZE_FORMAT ", bytes %d", i, bytes);
        xmpp_test_peer_set_bytes (xmpp_test_connection_get_peer (connection), bytes, 3);
        xmpp_test_connection_open (connection);
        wait_until_closed (connection);
        xmpp_test_run_until_true (peer_is_done, connection, "the peer");
        assert_log (connection, ends[i].log);
        xmpp_test_assert_last_unref (&connection);
      }
}

static void
abort_connection (XmppConnection *connection, XmppElement *element, gpointer user_data)
{
  xmpp_connection_abort (connection);
}

/* Who sees a stanza leave may end the connection: whoever sent it hears of that. */
static void
test_abort_when_sent (void)
{
  static const char *const logs[] = {
    "opened; undelivered one; closed closed",
    "opened; closed closed",
    "opened; closed closed",
  };

  for (guint way = 0; way < 3; way++)
    {
      g_autoptr (XmppConnection) connection = xmpp_test_connection_new ("P: 200\n");
      g_autoptr (XmppStanza) stanza = way == 2 ? new_ping () : new_message ("one");
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (GError) error = NULL;

      xmpp_test_connection_open (connection);
      g_signal_connect (connection, "element-sent", G_CALLBACK (abort_connection), NULL);
      if (way == 0)
        g_assert_true (xmpp_connection_send (connection, stanza, NULL));
      else if (way == 1)
        xmpp_connection_send_async (connection, stanza, NULL, xmpp_test_result_cb,
                                    &result);
      else
        xmpp_connection_request_async (connection, stanza, NULL, xmpp_test_result_cb,
                                       &result);
      g_assert_true (is_closed (connection));
      assert_log (connection, logs[way]);
      if (way == 0)
        continue;

      if (way == 1)
        xmpp_connection_send_finish (connection, xmpp_test_result_wait (&result), &error);
      else
        xmpp_connection_request_finish (connection, xmpp_test_result_wait (&result),
                                        &error);
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
    }
}

static void
test_undelivered (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new ("P: 200\n");
  g_autoptr (XmppStanza) one = new_message ("one");
  g_autoptr (XmppStanza) two = new_message ("two");
  g_autoptr (XmppStanza) awaited = new_message ("awaited");
  g_autoptr (XmppStanza) request = new_ping ();
  g_auto (XmppTestResult) sent = { 0 };
  g_auto (XmppTestResult) requested = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_connection_open (connection);
  xmpp_test_stream_set_capacity (xmpp_stream_get_io (
                                     xmpp_connection_get_private (connection)->stream),
                                 0);
  g_assert_true (xmpp_connection_send (connection, one, NULL));
  xmpp_connection_send_async (connection, awaited, NULL, xmpp_test_result_cb, &sent);
  xmpp_connection_request_async (connection, request, NULL, xmpp_test_result_cb,
                                 &requested);
  g_assert_true (xmpp_connection_send (connection, two, NULL));
  xmpp_connection_abort (connection);
  g_assert_true (is_closed (connection));

  /* Each comes back once: to its own caller, or through the signal. */
  xmpp_connection_send_finish (connection, xmpp_test_result_wait (&sent), &error);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (xmpp_connection_request_finish (connection,
                                                 xmpp_test_result_wait (&requested),
                                                 &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  assert_log (connection, "opened; undelivered one; undelivered two; closed closed");
}

/* The same stanza several times: each of them has a fate of its own. */
static void
test_undelivered_twice (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new ("P: 200\n");
  g_autoptr (XmppStanza) stanza = new_message ("one");
  g_auto (XmppTestResult) left = { 0 };
  g_auto (XmppTestResult) first = { 0 };
  g_auto (XmppTestResult) second = { 0 };
  g_auto (XmppTestResult) given_up = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  xmpp_test_connection_open (connection);
  xmpp_connection_send_async (connection, stanza, NULL, xmpp_test_result_cb, &left);
  xmpp_test_stream_set_capacity (xmpp_stream_get_io (
                                     xmpp_connection_get_private (connection)->stream),
                                 0);
  xmpp_connection_send_async (connection, stanza, NULL, xmpp_test_result_cb, &first);
  xmpp_connection_send_async (connection, stanza, NULL, xmpp_test_result_cb, &second);
  xmpp_connection_send_async (connection, stanza, cancellable, xmpp_test_result_cb,
                              &given_up);
  g_assert_true (xmpp_connection_send (connection, stanza, NULL));
  g_cancellable_cancel (cancellable);
  xmpp_connection_send_finish (connection, xmpp_test_result_wait (&given_up), &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  xmpp_connection_abort (connection);
  assert_log (connection, "opened; undelivered one; undelivered one; closed closed");
  g_assert_true (
      xmpp_connection_send_finish (connection, xmpp_test_result_wait (&left), NULL));
  xmpp_connection_send_finish (connection, xmpp_test_result_wait (&first), &error);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  g_clear_error (&error);
  xmpp_connection_send_finish (connection, xmpp_test_result_wait (&second), &error);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
}

/* Who has left, and whose callback has not run yet, does not keep the next one from coming
 * back. */
static void
test_undelivered_after_sent (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new ("P: 200\n");
  g_autoptr (XmppStanza) stanza = new_message ("one");
  g_auto (XmppTestResult) left = { 0 };

  xmpp_test_connection_open (connection);
  xmpp_connection_send_async (connection, stanza, NULL, xmpp_test_result_cb, &left);
  g_assert_false (left.done);
  g_assert_true (xmpp_connection_send (connection, stanza, NULL));
  xmpp_connection_abort (connection);
  assert_log (connection, "opened; undelivered one; closed closed");
  g_assert_true (
      xmpp_connection_send_finish (connection, xmpp_test_result_wait (&left), NULL));
}

static void
test_close_while_opening (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (NULL);
  g_auto (XmppTestResult) opened = { 0 };
  g_auto (XmppTestResult) again = { 0 };
  g_auto (XmppTestResult) closed = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_connection_open_async (connection, NULL, xmpp_test_result_cb, &opened);
  xmpp_connection_open_async (connection, NULL, xmpp_test_result_cb, &again);
  xmpp_connection_close_async (connection, NULL, NULL, xmpp_test_result_cb, &closed);

  g_assert_false (
      xmpp_connection_open_finish (connection, xmpp_test_result_wait (&again), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  g_assert_false (
      xmpp_connection_open_finish (connection, xmpp_test_result_wait (&opened), &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  g_clear_error (&error);
  xmpp_connection_close_finish (connection, xmpp_test_result_wait (&closed), &error);
  g_assert_no_error (error);
  assert_log (connection, "");
}

static void
leave_in_notify_cb (XmppConnection *connection, GParamSpec *pspec, gpointer polite)
{
  if (xmpp_connection_get_jid (connection) == NULL || is_closed (connection))
    return;

  g_signal_handlers_disconnect_by_func (connection, leave_in_notify_cb, polite);
  if (GPOINTER_TO_INT (polite))
    xmpp_connection_close_async (connection, NULL, NULL, NULL, NULL);
  else
    xmpp_connection_abort (connection);
}

/* The properties change when the connection can be used, and be left. */
static void
test_leave_in_notify (gconstpointer property)
{
  g_autofree char *signal = g_strconcat ("notify::", (const char *) property, NULL);

  for (int polite = 0; polite < 2; polite++)
    {
      g_autoptr (XmppConnection) connection =
          xmpp_test_connection_new (polite ? "C: <presence type='unavailable'/>\n"
                                             "C: </stream:stream>\n"
                                             "S: </stream:stream>\nE: close\n"
                                           : "");
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (GError) error = NULL;

      g_signal_connect (connection, signal, G_CALLBACK (leave_in_notify_cb),
                        GINT_TO_POINTER (polite));
      xmpp_connection_open_async (connection, NULL, xmpp_test_result_cb, &result);
      xmpp_connection_open_finish (connection, xmpp_test_result_wait (&result), &error);
      if (polite)
        g_assert_no_error (error);
      else
        g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);

      wait_until_closed (connection);
      assert_log (connection, polite ? "opened; closed" : "");
    }
}

typedef struct
{
  XmppTestResult opened;
  XmppTestResult closed;
} Again;

static void
open_and_close_cb (XmppConnection *connection, const GError *error, Again *again)
{
  g_signal_handlers_disconnect_by_data (connection, again);
  xmpp_test_connection_set_script (connection, NULL);
  xmpp_connection_open_async (connection, NULL, xmpp_test_result_cb, &again->opened);
  xmpp_connection_close_async (connection, NULL, NULL, xmpp_test_result_cb,
                               &again->closed);
}

/* Who closes the attempt that a handler of "closed" has begun waits for that one. */
static void
test_again_in_closed (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (LEAVE);
  Again again = { 0 };
  g_autoptr (GError) error = NULL;

  g_signal_connect (connection, "closed", G_CALLBACK (open_and_close_cb), &again);
  xmpp_test_connection_open (connection);
  xmpp_connection_close_async (connection, NULL, NULL, NULL, NULL);
  xmpp_connection_close_finish (connection, xmpp_test_result_wait (&again.closed),
                                &error);
  g_assert_no_error (error);
  g_assert_true (again.opened.done);
  g_assert_true (is_closed (connection));
  g_assert_false (xmpp_connection_open_finish (connection,
                                               xmpp_test_result_wait (&again.opened),
                                               &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  xmpp_test_result_clear (&again.opened);
  xmpp_test_result_clear (&again.closed);
}

static void
test_cancel_while_opening (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) opened = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_connection_open_async (connection, cancellable, xmpp_test_result_cb, &opened);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      xmpp_connection_open_finish (connection, xmpp_test_result_wait (&opened), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (is_closed (connection));
}

static void
test_open_deadline (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (NULL);
  g_auto (XmppTestResult) opened = { 0 };
  g_autoptr (GError) error = NULL;

  g_object_set (xmpp_connection_get_limits (connection), "open-seconds", 1, NULL);
  xmpp_connection_open_async (connection, NULL, xmpp_test_result_cb, &opened);
  g_assert_false (
      xmpp_connection_open_finish (connection, xmpp_test_result_wait (&opened), &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
}

/* S9: the peer never answers our closing tag. */
static void
test_close_deadline (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (
      "C: <presence type='unavailable'/>\nC: </stream:stream>\nP: 5000\n");
  g_auto (XmppTestResult) closed = { 0 };
  g_autoptr (GError) error = NULL;

  g_object_set (xmpp_connection_get_limits (connection), "close-seconds", 1, NULL);
  xmpp_test_connection_open (connection);
  xmpp_connection_close_async (connection, NULL, NULL, xmpp_test_result_cb, &closed);
  g_assert_false (
      xmpp_connection_close_finish (connection, xmpp_test_result_wait (&closed), &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  assert_log (connection, "opened; closed timed-out");
}

/* Two close: the second may stop waiting, the first may cut it short. */
static void
test_close_cancelled (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (
      "C: <presence type='unavailable'/>\nC: </stream:stream>\nP: 5000\n");
  g_auto (XmppTestResult) first = { 0 };
  g_auto (XmppTestResult) second = { 0 };
  g_autoptr (GCancellable) stop_first = g_cancellable_new ();
  g_autoptr (GCancellable) stop_second = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  xmpp_test_connection_open (connection);
  xmpp_connection_close_async (connection, NULL, stop_first, xmpp_test_result_cb, &first);
  xmpp_connection_close_async (connection, NULL, stop_second, xmpp_test_result_cb,
                               &second);
  g_cancellable_cancel (stop_second);
  g_assert_false (
      xmpp_connection_close_finish (connection, xmpp_test_result_wait (&second), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  xmpp_test_run_for (20);
  g_assert_false (first.done);
  g_assert_false (is_closed (connection));

  g_cancellable_cancel (stop_first);
  g_assert_false (
      xmpp_connection_close_finish (connection, xmpp_test_result_wait (&first), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (is_closed (connection));
  assert_log (connection, "opened; closed cancelled");
}

static void
close_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (xmpp_connection_open_finish (XMPP_CONNECTION (object), result, NULL));
  xmpp_connection_close_async (XMPP_CONNECTION (object), NULL, NULL, xmpp_test_result_cb,
                               user_data);
}

/* Who closes as soon as it is open still gets what was on its way. */
static void
test_close_at_once (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (
      "S: <message><body>one</body></message>\n"
      "C: <presence type='unavailable'/>\nC: </stream:stream>\n"
      "S: <message><body>two</body></message></stream:stream>\nE: close\n");
  g_auto (XmppTestResult) closed = { 0 };

  xmpp_connection_open_async (connection, NULL, close_cb, &closed);
  g_assert_true (
      xmpp_connection_close_finish (connection, xmpp_test_result_wait (&closed), NULL));
  assert_log (connection, "opened; message one; message two; closed");
}

static void
test_dead_peer (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (
      "C: <iq type='get' id='{a}'><ping xmlns='urn:xmpp:ping'/></iq>\n"
      "S: <iq type='result' id='{a}'/>\n"
      "C: <iq type='get' id='{b}'><ping xmlns='urn:xmpp:ping'/></iq>\n"
      "C: <stream:error><connection-timeout xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
      "</stream:error>\nC: </stream:stream>\n");
  XmppLimits *limits = xmpp_connection_get_limits (connection);

  g_object_set (limits, "idle-seconds", 1, "idle-answer-seconds", 1, NULL);
  xmpp_test_connection_open (connection);
  wait_until_closed (connection);
  assert_log (connection, "opened; closed connection-timeout");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/connection/life", test_life);
  g_test_add_func ("/connection/routes", test_routes);
  g_test_add_func ("/connection/handlers", test_handlers);
  g_test_add_func ("/connection/request", test_request);
  g_test_add_func ("/connection/broken-stanza", test_broken_stanza);
  g_test_add_func ("/connection/ends", test_ends);
  g_test_add_func ("/connection/abort-when-sent", test_abort_when_sent);
  g_test_add_func ("/connection/undelivered", test_undelivered);
  g_test_add_func ("/connection/undelivered-twice", test_undelivered_twice);
  g_test_add_func ("/connection/undelivered-after-sent", test_undelivered_after_sent);
  g_test_add_func ("/connection/close-while-opening", test_close_while_opening);
  g_test_add_data_func ("/connection/leave-in-notify/jid", "jid", test_leave_in_notify);
  g_test_add_data_func ("/connection/leave-in-notify/state", "state",
                        test_leave_in_notify);
  g_test_add_func ("/connection/again-in-closed", test_again_in_closed);
  g_test_add_func ("/connection/cancel-while-opening", test_cancel_while_opening);
  g_test_add_func ("/connection/open-deadline", test_open_deadline);
  g_test_add_func ("/connection/close-deadline", test_close_deadline);
  g_test_add_func ("/connection/close-cancelled", test_close_cancelled);
  g_test_add_func ("/connection/close-at-once", test_close_at_once);
  g_test_add_func ("/connection/dead-peer", test_dead_peer);

  return g_test_run ();
}
