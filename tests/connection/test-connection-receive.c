/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-connection-private.h"

#include "xmpp-test-connection.h"

#define LEAVE                                                                            \
  "C: <presence type='unavailable'/>\nC: </stream:stream>\nS: </stream:stream>\nE: "     \
  "close\n"

static gboolean
is_closed (gpointer connection)
{
  return xmpp_connection_get_state (connection) == XMPP_CONNECTION_STATE_CLOSED;
}

static XmppStanza *
receive (XmppConnection *connection, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_connection_receive_async (connection, XMPP_STANZA_KIND_MESSAGE, NULL,
                                 xmpp_test_result_cb, &result);
  return xmpp_connection_receive_finish (connection, xmpp_test_result_wait (&result),
                                         error);
}

static void
close_politely (XmppConnection *connection)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_connection_close_async (connection, NULL, NULL, xmpp_test_result_cb, &result);
  xmpp_connection_close_finish (connection, xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
}

static void
test_queue (void)
{
  g_autoptr (XmppConnection) connection =
      xmpp_test_connection_new ("S: "
                                "<message><body>1</body></message><presence/"
                                "><message><body>2</body></message>\n" LEAVE);
  g_autoptr (XmppStanza) one = NULL;
  g_autoptr (XmppStanza) two = NULL;
  g_autoptr (XmppStanza) end = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_test_connection_set_takes (connection, FALSE);
  g_assert_null (receive (connection, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  xmpp_connection_set_queue_kinds (connection, XMPP_STANZA_KIND_MESSAGE);
  g_assert_null (receive (connection, &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_OPEN);
  g_clear_error (&error);

  xmpp_test_connection_open (connection);
  one = receive (connection, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_stanza_get_body (one), ==, "1");
  close_politely (connection);

  /* What was there before the end can still be taken; then it is over, without an error. */
  two = receive (connection, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_stanza_get_body (two), ==, "2");
  end = receive (connection, &error);
  g_assert_no_error (error);
  g_assert_null (end);
}

static void
test_waiting (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (
      "P: 20\nS: <message><body>1</body></message>\nP: 20\nS: </stream:stream>\n"
      "C: </stream:stream>\nE: close\n");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) first = { 0 };
  g_auto (XmppTestResult) second = { 0 };
  g_auto (XmppTestResult) cancelled = { 0 };
  g_autoptr (XmppStanza) one = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_test_connection_set_takes (connection, FALSE);
  xmpp_connection_set_queue_kinds (connection, XMPP_STANZA_KIND_MESSAGE);
  xmpp_test_connection_open (connection);
  xmpp_connection_receive_async (connection, XMPP_STANZA_KIND_MESSAGE, cancellable,
                                 xmpp_test_result_cb, &cancelled);
  xmpp_connection_receive_async (connection, XMPP_STANZA_KIND_MESSAGE, NULL,
                                 xmpp_test_result_cb, &first);
  xmpp_connection_receive_async (connection, XMPP_STANZA_KIND_MESSAGE, NULL,
                                 xmpp_test_result_cb, &second);
  g_cancellable_cancel (cancellable);

  g_assert_null (xmpp_connection_receive_finish (connection,
                                                 xmpp_test_result_wait (&cancelled),
                                                 &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  one =
      xmpp_connection_receive_finish (connection, xmpp_test_result_wait (&first), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_stanza_get_body (one), ==, "1");
  g_assert_null (xmpp_connection_receive_finish (connection,
                                                 xmpp_test_result_wait (&second),
                                                 &error));
  g_assert_no_error (error);
}

/* A waiter that is cancelled while a stanza is on its way in does not swallow it. */
static void
test_cancelled_waiter (void)
{
  XmppReceiveQueue *queue = xmpp_receive_queue_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (XmppStanza)
      message = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, NULL, "1");
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  {
    g_autoptr (GTask) task = g_task_new (NULL, cancellable, xmpp_test_result_cb, &result);

    xmpp_receive_queue_pop (queue, XMPP_STANZA_KIND_MESSAGE, task);
  }
  g_cancellable_cancel (cancellable);
  xmpp_receive_queue_push (queue, message);
  g_assert_cmpuint (xmpp_receive_queue_get_length (queue), ==, 1);
  g_assert_null (
      g_task_propagate_pointer (G_TASK (xmpp_test_result_wait (&result)), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  xmpp_receive_queue_free (queue);
}

static char *
make_flood (guint n, const char *rest)
{
  GString *script = g_string_new ("S: ");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (script, "<message><body>%u</body></message>", i);
  g_string_append_printf (script, "\n%s", rest);
  return g_string_free (script, FALSE);
}

/* The queue is full: reading stops, and goes on as the application takes. Nothing is lost. */
static void
test_back_pressure (void)
{
  g_autofree char *script = make_flood (100, LEAVE);
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);
  XmppConnectionPrivate *priv = xmpp_connection_get_private (connection);

  xmpp_test_connection_set_takes (connection, FALSE);
  xmpp_connection_set_queue_kinds (connection, XMPP_STANZA_KIND_MESSAGE);
  g_object_set (xmpp_connection_get_limits (connection), "queued-stanzas", 10, NULL);
  xmpp_test_peer_set_bytes (xmpp_test_connection_get_peer (connection),
                            XMPP_TEST_BYTES_RANDOM, 5);
  xmpp_test_connection_open (connection);
  xmpp_test_run_for (20);
  g_assert_cmpuint (xmpp_receive_queue_get_length (priv->queue), >=, 10);
  g_assert_cmpuint (xmpp_receive_queue_get_length (priv->queue), <, 20);

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *body = g_strdup_printf ("%u", i);
      g_autoptr (XmppStanza) message = receive (connection, NULL);

      g_assert_cmpstr (xmpp_stanza_get_body (message), ==, body);
    }
  close_politely (connection);
}

/* Somebody waits for a reply that stands behind what fills the queue: no deadlock. */
static void
test_request_behind_full_queue (void)
{
  g_autofree char *flood = make_flood (100, "S: <iq type='result' id='r'/>\n" LEAVE);
  g_autofree char *script =
      g_strconcat ("C: <iq type='get' id='r'><q xmlns='x'/></iq>\n", flood, NULL);
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);
  g_autoptr (XmppElement) query = xmpp_element_new ("q", "x");
  g_autoptr (XmppStanza) request = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, NULL, query);
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (XmppStanza) reply = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_stanza_set_id (request, "r");
  xmpp_test_connection_set_takes (connection, FALSE);
  xmpp_connection_set_queue_kinds (connection, XMPP_STANZA_KIND_MESSAGE);
  g_object_set (xmpp_connection_get_limits (connection), "queued-stanzas", 10, NULL);
  xmpp_test_connection_open (connection);
  xmpp_connection_request_async (connection, request, NULL, xmpp_test_result_cb, &result);
  reply = xmpp_connection_request_finish (connection, xmpp_test_result_wait (&result),
                                          &error);
  g_assert_no_error (error);
  close_politely (connection);
}

static gboolean
passed_cb (gpointer passed)
{
  *(gboolean *) passed = TRUE;
  return G_SOURCE_REMOVE;
}

/* Who does not read does not hear the answer to a ping: that is not the peer's silence. */
static void
test_full_queue_is_alive (void)
{
  g_autofree char *script = make_flood (100, LEAVE);
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);
  gboolean passed = FALSE;

  xmpp_test_connection_set_takes (connection, FALSE);
  xmpp_connection_set_queue_kinds (connection, XMPP_STANZA_KIND_MESSAGE);
  g_object_set (xmpp_connection_get_limits (connection), "queued-stanzas", 10,
                "idle-seconds", 1, "idle-answer-seconds", 1, NULL);
  xmpp_test_connection_open (connection);
  g_timeout_add (4500, passed_cb, &passed);
  while (!passed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_closed (connection));
  close_politely (connection);
}

static void
test_hard_limit (void)
{
  g_autofree char *flood =
      make_flood (100, "C: <stream:error><resource-constraint "
                       "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>\n"
                       "C: </stream:stream>\n");
  g_autofree char *script =
      g_strconcat ("C: <iq type='get' id='r'><q xmlns='x'/></iq>\n", flood, NULL);
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);
  g_autoptr (XmppElement) query = xmpp_element_new ("q", "x");
  g_autoptr (XmppStanza) request = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, NULL, query);
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_stanza_set_id (request, "r");
  xmpp_test_connection_set_takes (connection, FALSE);
  xmpp_connection_set_queue_kinds (connection, XMPP_STANZA_KIND_MESSAGE);
  g_object_set (xmpp_connection_get_limits (connection), "queued-stanzas", 10,
                "queued-stanzas-hard", 50, NULL);
  xmpp_test_connection_open (connection);
  xmpp_connection_request_async (connection, request, NULL, xmpp_test_result_cb, &result);
  g_assert_null (xmpp_connection_request_finish (connection,
                                                 xmpp_test_result_wait (&result),
                                                 &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_RESOURCE_CONSTRAINT);
  g_assert_true (is_closed (connection));
}

typedef void (*Misuse) (XmppConnection *connection);

static void
misuse_close (XmppConnection *connection)
{
  xmpp_connection_close_async (connection, NULL, NULL, NULL, NULL);
}

static void
misuse_send (XmppConnection *connection)
{
  g_autoptr (XmppStanza)
      message = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, NULL, "x");

  xmpp_connection_send (connection, message, NULL);
  xmpp_connection_close_async (connection, NULL, NULL, NULL, NULL);
}

static void
misuse_loop (XmppConnection *connection)
{
  xmpp_test_run_pending ();
  xmpp_connection_abort (connection);
}

static gboolean
misuse_cb (XmppConnection *connection, XmppStanza *stanza, Misuse misuse)
{
  misuse (connection);
  return TRUE;
}

static gboolean
drop_cb (XmppConnection *connection, XmppStanza *stanza, XmppConnection **owned)
{
  g_clear_object (owned);
  return TRUE;
}

/* A handler does to the connection what it likes while its stanza is being handed out. */
static void
test_reentrancy (void)
{
  const Misuse misuses[] = { xmpp_connection_abort, misuse_close, misuse_send,
                             misuse_loop };

  for (gsize i = 0; i < G_N_ELEMENTS (misuses); i++)
    {
      g_autoptr (XmppConnection) connection = xmpp_test_connection_new (
          "S: <message><body>1</body></message><message><body>2</body></message>"
          "</stream:stream>\nE: close\n");

      g_signal_connect (connection, "message", G_CALLBACK (misuse_cb), misuses[i]);
      xmpp_test_connection_open (connection);
      xmpp_test_run_until_true (is_closed, connection, "the connection to be closed");
      xmpp_test_run_pending ();
      xmpp_test_assert_last_unref (&connection);
    }
}

static void
test_dropped_in_handler (void)
{
  XmppConnection *connection =
      xmpp_test_connection_new ("S: <message><body>1</body></message>\nP: 100\n");
  gpointer weak = connection;

  g_object_add_weak_pointer (G_OBJECT (connection), &weak);
  g_signal_connect (connection, "message", G_CALLBACK (drop_cb), &connection);
  xmpp_test_connection_open (connection);
  xmpp_test_run_for (20);
  g_assert_null (weak);
}

static void
note_element (XmppConnection *connection, XmppElement *element, GString *log)
{
  g_string_append_printf (log, "<%s/>", xmpp_element_get_name (element));
}

static void
test_elements (void)
{
  g_autoptr (XmppConnection) connection =
      xmpp_test_connection_new ("S: <message><body>1</body></message>\n" LEAVE);
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (connection, "element-received", G_CALLBACK (note_element), log);
  g_signal_connect (connection, "element-sent", G_CALLBACK (note_element), log);
  xmpp_test_connection_open (connection);
  xmpp_test_run_for (20);
  close_politely (connection);
  g_assert_cmpstr (log->str, ==, "<message/><presence/>");
}

static gpointer
use_elsewhere (gpointer data)
{
  GError *error = NULL;
  g_autoptr (XmppStanza)
      presence = xmpp_stanza_new_presence (XMPP_STANZA_TYPE_AVAILABLE, NULL, NULL);

  xmpp_connection_send (data, presence, &error);
  return error;
}

static void
test_wrong_thread (void)
{
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (LEAVE);
  g_autoptr (GError) error = NULL;

  xmpp_test_connection_open (connection);
  error = g_thread_join (g_thread_new ("elsewhere", use_elsewhere, connection));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
  close_politely (connection);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/connection/receive/queue", test_queue);
  g_test_add_func ("/connection/receive/waiting", test_waiting);
  g_test_add_func ("/connection/receive/cancelled-waiter", test_cancelled_waiter);
  g_test_add_func ("/connection/receive/back-pressure", test_back_pressure);
  g_test_add_func ("/connection/receive/request-behind-full-queue",
                   test_request_behind_full_queue);
  g_test_add_func ("/connection/receive/full-queue-is-alive", test_full_queue_is_alive);
  g_test_add_func ("/connection/receive/hard-limit", test_hard_limit);
  g_test_add_func ("/connection/receive/reentrancy", test_reentrancy);
  g_test_add_func ("/connection/receive/dropped-in-handler", test_dropped_in_handler);
  g_test_add_func ("/connection/receive/elements", test_elements);
  g_test_add_func ("/connection/receive/wrong-thread", test_wrong_thread);

  return g_test_run ();
}
