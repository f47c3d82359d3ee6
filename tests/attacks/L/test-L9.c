/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* L9: whatever a signal handler does to the connection that emits */

#include "config.h"

#include "connection/xmpp-connection-private.h"

#include "xmpp-test-connection.h"

/* Everything happens once; the peer reads nothing and closes in the end. */
#define SCRIPT                                                                           \
  "S: <message from='bob@p.test'><body>one</body></message>"                             \
  "<presence from='bob@p.test'/>"                                                        \
  "<iq type='set' id='i' from='bob@p.test'><q xmlns='x'/></iq>"                          \
  "<message from='bob@p.test'><body>two</body></message>\n"                              \
  "P: 10\n"                                                                              \
  "S: </stream:stream>\n"                                                                \
  "E: close\n"

typedef enum
{
  CLOSE,
  ABORT,
  UNREF,
  SEND,
  SEND_ASYNC,
  REQUEST,
  OPEN,
  RUN_LOOP,
  CLOSE_AND_RUN_LOOP,
  ABORT_AND_OPEN,
  N_ACTIONS
} Action;

typedef struct
{
  XmppConnection *connection; /* NULL: dropped */
  Action action;
  guint calls;
  guint pending; /* operations of ours that have not ended */
} Test;

static void
ended_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Test *test = user_data;

  g_assert_cmpuint (test->pending, >, 0);
  test->pending--;
}

static XmppStanza *
new_stanza (Action action)
{
  g_autoptr (XmppJid) bob = xmpp_jid_new ("bob@p.test", NULL);
  g_autoptr (XmppElement) ping = xmpp_element_new ("ping", "urn:xmpp:ping");

  if (action == REQUEST)
    return xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, bob, ping);

  return xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, bob, "from a handler");
}

/* Where it is closed the peer plays once more. */
static void
open_again (Test *test)
{
  if (xmpp_connection_get_state (test->connection) == XMPP_CONNECTION_STATE_CLOSED)
    xmpp_test_connection_set_script (test->connection, SCRIPT);

  test->pending++;
  xmpp_connection_open_async (test->connection, NULL, ended_cb, test);
}

static void
act (Test *test)
{
  XmppConnection *connection = test->connection;
  g_autoptr (XmppStanza) stanza = new_stanza (test->action);

  if (test->calls++ > 0 || connection == NULL)
    return;

  switch (test->action)
    {
    case CLOSE:
    case CLOSE_AND_RUN_LOOP:
      test->pending++;
      xmpp_connection_close_async (connection, "bye", NULL, ended_cb, test);
      break;
    case ABORT:
      xmpp_connection_abort (connection);
      break;
    case UNREF:
      g_clear_object (&test->connection);
      break;
    case SEND:
      xmpp_connection_send (connection, stanza, NULL);
      break;
    case SEND_ASYNC:
      test->pending++;
      xmpp_connection_send_async (connection, stanza, NULL, ended_cb, test);
      break;
    case REQUEST:
      test->pending++;
      xmpp_connection_request_async (connection, stanza, NULL, ended_cb, test);
      break;
    case ABORT_AND_OPEN:
      xmpp_connection_abort (connection);
      open_again (test);
      break;
    case OPEN:
      open_again (test);
      break;
    case RUN_LOOP:
    default:
      break;
    }

  if (test->action == RUN_LOOP || test->action == CLOSE_AND_RUN_LOOP)
    xmpp_test_run_for (20);
}

/* For signals with any arguments: the user data is swapped to be the first. */
static gboolean
signalled_cb (Test *test)
{
  act (test);
  return FALSE;
}

static gboolean
handled_cb (XmppConnection *connection, XmppStanza *stanza, gpointer user_data)
{
  act (user_data);
  return FALSE;
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ended_cb (object, result, user_data);
  act (user_data);
}

static void
replied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ended_cb (object, result, user_data);
  act (user_data);
}

static gboolean
is_over (gpointer user_data)
{
  Test *test = user_data;

  return test->pending == 0 &&
         (test->connection == NULL ||
          xmpp_connection_get_state (test->connection) == XMPP_CONNECTION_STATE_CLOSED);
}

static void
start_request (Test *test)
{
  g_autoptr (XmppStanza) stanza = new_stanza (REQUEST);

  test->pending++;
  xmpp_connection_request_async (test->connection, stanza, NULL, replied_cb, test);
}

/* What the system cannot take comes back when it is all over. */
static void
leave_undelivered (Test *test)
{
  XmppConnection *connection = test->connection;
  g_autoptr (XmppStanza) stanza = new_stanza (SEND);
  GIOStream *io = xmpp_stream_get_io (xmpp_connection_get_private (connection)->stream);

  xmpp_test_stream_set_capacity (io, 0);
  g_assert_true (xmpp_connection_send (connection, stanza, NULL));
  g_object_ref (connection);
  xmpp_connection_abort (connection);
  g_object_unref (connection);
}

static void
watch (Test *test, const char *what)
{
  if (g_str_equal (what, "handler"))
    xmpp_connection_add_handler (test->connection, XMPP_STANZA_KIND_MESSAGE, NULL, NULL,
                                 handled_cb, test, NULL);
  else if (!g_str_equal (what, "open") && !g_str_equal (what, "request"))
    g_signal_connect_swapped (test->connection, what, G_CALLBACK (signalled_cb), test);
}

static void
run (const char *what, Action action)
{
  Test test = { .action = action };
  gboolean undelivered = g_str_equal (what, "undelivered");

  g_test_message ("%s, action %d", what, action);
  test.connection = xmpp_test_connection_new (SCRIPT);
  g_object_set (xmpp_connection_get_limits (test.connection), "close-seconds", 1, NULL);
  watch (&test, what);

  test.pending++;
  xmpp_connection_open_async (test.connection, NULL,
                              g_str_equal (what, "open") ? opened_cb : ended_cb, &test);
  if (undelivered || g_str_equal (what, "request") || g_str_equal (what, "element-sent"))
    while (test.pending > 0)
      g_main_context_iteration (NULL, TRUE);
  if (undelivered)
    leave_undelivered (&test);
  else if (g_str_equal (what, "request") && test.connection != NULL)
    start_request (&test);
  else if (g_str_equal (what, "element-sent") && test.connection != NULL)
    {
      g_autoptr (XmppStanza) stanza = new_stanza (SEND);

      xmpp_connection_send (test.connection, stanza, NULL);
    }

  xmpp_test_run_until_true (is_over, &test, "the end of the connection");
  g_assert_cmpuint (test.calls, >, 0);
  if (test.connection != NULL)
    {
      g_signal_handlers_disconnect_by_data (test.connection, &test);
      xmpp_test_assert_last_unref (&test.connection);
    }
}

static void
test_all_actions (gconstpointer what)
{
  for (Action action = CLOSE; action < N_ACTIONS; action++)
    run (what, action);
}

static void
close_each_time (XmppConnection *connection, XmppElement *element, guint *count)
{
  g_assert_cmpuint (++*count, <, 10);
  xmpp_connection_close_async (connection, NULL, NULL, NULL, NULL);
}

/* What the close itself sends must not make it begin again. */
static void
test_close_each_time (void)
{
  Test test = { .pending = 1 };
  guint count = 0;

  test.connection = xmpp_test_connection_new (SCRIPT);
  xmpp_connection_open_async (test.connection, NULL, ended_cb, &test);
  while (test.pending > 0)
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (test.connection, "element-sent", G_CALLBACK (close_each_time),
                    &count);
  xmpp_connection_close_async (test.connection, NULL, NULL, NULL, NULL);
  xmpp_test_run_until_true (is_over, &test, "the end of the connection");
  g_assert_cmpuint (count, ==, 1);
  xmpp_test_assert_last_unref (&test.connection);
}

int
main (int argc, char **argv)
{
  static const char *const places[] = {
    "opened",      "closed",       "message",          "presence",      "iq",
    "undelivered", "element-sent", "element-received", "notify::state", "notify::jid",
    "handler",     "open",         "request",
  };

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/L/L09-", places[i], NULL);

      g_test_add_data_func (path, places[i], test_all_actions);
    }

  g_test_add_func ("/attacks/L/L09-close-each-time", test_close_each_time);

  return g_test_run ();
}
