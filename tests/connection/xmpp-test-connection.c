/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-connection.h"

#include "connection/xmpp-connection-private.h"
#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-negotiator.h"

#define PROLOGUE                                                                         \
  "C: <stream:stream xmlns='jabber:client' "                                             \
  "xmlns:stream='http://etherx.jabber.org/streams' "                                     \
  "version='1.0' to='p.test'>\n"                                                         \
  "S: <stream:stream xmlns='jabber:client' "                                             \
  "xmlns:stream='http://etherx.jabber.org/streams' "                                     \
  "version='1.0' from='p.test' id='s1'><stream:features/>\n"

struct _XmppTestConnection
{
  XmppConnection parent_instance;

  XmppTestPeer *peer;
  GString *log;
  gboolean takes;
};

G_DEFINE_FINAL_TYPE (XmppTestConnection, xmpp_test_connection, XMPP_TYPE_CONNECTION)

static void note (XmppTestConnection *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
note (XmppTestConnection *self, const char *format, ...)
{
  va_list args;

  if (self->log->len > 0)
    g_string_append (self->log, "; ");
  va_start (args, format);
  g_string_append_vprintf (self->log, format, args);
  va_end (args);
}

static void
negotiated_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStream *stream = g_task_get_task_data (task);
  g_autoptr (XmppJid) jid = xmpp_jid_new ("alice@p.test/here", NULL);
  g_autoptr (GError) error = NULL;
  XmppDialResult *dialled;

  if (!xmpp_negotiator_run_finish (XMPP_NEGOTIATOR (object), result, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  xmpp_stream_add_state (stream, XMPP_STREAM_SECURE | XMPP_STREAM_AUTHENTICATED |
                                     XMPP_STREAM_BOUND);
  xmpp_stream_set_jid (stream, jid);
  dialled = g_new0 (XmppDialResult, 1);
  dialled->stream = g_object_ref (stream);
  dialled->features = g_ptr_array_new_with_free_func (g_object_unref);
  g_task_return_pointer (task, dialled, (GDestroyNotify) xmpp_dial_result_free);
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_task_return_error_if_cancelled (user_data);
  return G_SOURCE_REMOVE;
}

static void
dial_async (XmppConnection *connection,
            XmppReport *report,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  XmppTestConnection *self = XMPP_TEST_CONNECTION (connection);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GPtrArray) features = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (XmppNegotiator) negotiator = NULL;
  g_autoptr (GIOStream) io = NULL;
  XmppStream *stream;

  if (self->peer == NULL)
    {
      g_autoptr (GSource) source = g_cancellable_source_new (cancellable);

      g_task_attach_source (task, source, G_SOURCE_FUNC (cancelled_cb));
      return;
    }

  io = xmpp_test_peer_take_io (self->peer);
  stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, XMPP_NS_CLIENT,
                            xmpp_connection_get_limits (connection));
  g_task_set_task_data (task, stream, g_object_unref);
  negotiator = xmpp_negotiator_new (stream, features, 0, report);
  xmpp_negotiator_set_addresses (negotiator, "p.test", NULL, NULL);
  xmpp_negotiator_run_async (negotiator, cancellable, negotiated_cb,
                             g_steal_pointer (&task));
}

static XmppDialResult *
dial_finish (XmppConnection *connection, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
farewell (XmppConnection *connection, const char *status)
{
  g_autoptr (XmppStanza)
      presence = xmpp_stanza_new_presence (XMPP_STANZA_TYPE_UNAVAILABLE, NULL, status);

  xmpp_connection_send (connection, presence, NULL);
}

static const XmppConnectionOps ops = {
  .dial_async = dial_async,
  .dial_finish = dial_finish,
  .farewell = farewell,
};

static void
noted_opened (XmppConnection *connection, gboolean resumed)
{
  note (XMPP_TEST_CONNECTION (connection), "opened");
}

static void
noted_closed (XmppConnection *connection, const GError *error)
{
  g_autofree char *nick = error != NULL ? xmpp_error_dup_nick (error) : NULL;

  note (XMPP_TEST_CONNECTION (connection), "closed%s%s", nick != NULL ? " " : "",
        nick != NULL ? nick : "");
}

static void
noted_undelivered (XmppConnection *connection, XmppStanza *stanza)
{
  note (XMPP_TEST_CONNECTION (connection), "undelivered %s",
        xmpp_stanza_get_body (stanza));
}

static gboolean
noted_message (XmppConnection *connection, XmppStanza *stanza)
{
  XmppTestConnection *self = XMPP_TEST_CONNECTION (connection);

  note (self, "message %s", xmpp_stanza_get_body (stanza));
  return self->takes;
}

static void
xmpp_test_connection_finalize (GObject *object)
{
  XmppTestConnection *self = XMPP_TEST_CONNECTION (object);

  g_clear_pointer (&self->peer, xmpp_test_peer_free);
  g_string_free (self->log, TRUE);

  G_OBJECT_CLASS (xmpp_test_connection_parent_class)->finalize (object);
}

static void
xmpp_test_connection_class_init (XmppTestConnectionClass *klass)
{
  XmppConnectionClass *connection_class = XMPP_CONNECTION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = xmpp_test_connection_finalize;
  connection_class->ops = &ops;
  connection_class->opened = noted_opened;
  connection_class->closed = noted_closed;
  connection_class->undelivered = noted_undelivered;
  connection_class->message = noted_message;
}

static void
xmpp_test_connection_init (XmppTestConnection *self)
{
  self->log = g_string_new (NULL);
  self->takes = TRUE;
}

void
xmpp_test_connection_set_script (XmppConnection *connection, const char *script)
{
  XmppTestConnection *self = XMPP_TEST_CONNECTION (connection);
  g_autofree char *whole = g_strconcat (PROLOGUE, script, NULL);

  g_clear_pointer (&self->peer, xmpp_test_peer_free);
  if (script != NULL)
    self->peer = xmpp_test_peer_new (whole, XMPP_TEST_PEER_SERVER);
}

XmppConnection *
xmpp_test_connection_new (const char *script)
{
  XmppConnection *connection = g_object_new (XMPP_TEST_TYPE_CONNECTION, NULL);

  if (script != NULL)
    xmpp_test_connection_set_script (connection, script);
  return connection;
}

XmppTestPeer *
xmpp_test_connection_get_peer (XmppConnection *connection)
{
  return XMPP_TEST_CONNECTION (connection)->peer;
}

void
xmpp_test_connection_open (XmppConnection *connection)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_connection_open_async (connection, NULL, xmpp_test_result_cb, &result);
  xmpp_connection_open_finish (connection, xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
}

char *
xmpp_test_connection_take_log (XmppConnection *connection)
{
  XmppTestConnection *self = XMPP_TEST_CONNECTION (connection);
  char *log = g_string_free (self->log, FALSE);

  self->log = g_string_new (NULL);
  return log;
}

void
xmpp_test_connection_set_takes (XmppConnection *connection, gboolean takes)
{
  XMPP_TEST_CONNECTION (connection)->takes = takes;
}
