/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Connection"

#include "config.h"

#include "connection/xmpp-connection-private.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-error-private.h"
#include "tls/xmpp-tls-handshake.h"

/* OPEN → CLOSING → CLOSED: the polite close (RFC 6120 §4.4), the abrupt one, and what is
 * left to do when a stream has ended, whatever ended it. */

static void stream_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static gboolean
closer_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  XmppConnection *self = g_task_get_source_object (task);

  /* Where it is not there any more its answer is on the way. */
  if (g_queue_remove (&xmpp_connection_get_private (self)->closers, task))
    {
      g_task_return_error_if_cancelled (task);
      g_object_unref (task);
    }
  return G_SOURCE_REMOVE;
}

static void
destroy_source (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* Until the connection is closed, or until it is cancelled itself */
static void
watch_closer (GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  GSource *source;

  if (cancellable == NULL)
    return;

  source = g_cancellable_source_new (cancellable);
  g_source_set_callback (source, G_SOURCE_FUNC (closer_cancelled_cb), task, NULL);
  g_source_attach (source, g_task_get_context (task));
  g_task_set_task_data (task, source, destroy_source);
}

/* ---- What closing waits for beyond the stream ---- */

/* Data of a task that is held: how the stream was closed; NULL: politely */
static void
return_held (XmppConnectionPrivate *priv)
{
  GQueue held = priv->held;
  GTask *task;

  g_queue_init (&priv->held);
  if (priv->hold_timer != NULL)
    destroy_source (g_steal_pointer (&priv->hold_timer));

  while ((task = g_queue_pop_head (&held)) != NULL)
    {
      const GError *error = g_task_get_task_data (task);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

static gboolean
held_too_long_cb (gpointer user_data)
{
  return_held (xmpp_connection_get_private (user_data));

  return G_SOURCE_REMOVE;
}

/* @error: (nullable) */
static void
hold_closer (XmppConnection *self, GTask *task, const GError *error)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  /* What it has watched is over: it is not to be cancelled any more. */
  g_task_set_task_data (task, NULL, NULL);
  if (error != NULL)
    g_task_set_task_data (task, g_error_copy (error), (GDestroyNotify) g_error_free);
  g_queue_push_tail (&priv->held, task);

  if (priv->holds == 0)
    return_held (priv);
  else if (priv->hold_timer == NULL)
    {
      priv->hold_timer = g_timeout_source_new_seconds (priv->limit->close_seconds);
      g_source_set_static_name (priv->hold_timer, "[xmpp] closing");
      /* The tasks in the queue keep the connection alive. */
      g_source_set_callback (priv->hold_timer, held_too_long_cb, self, NULL);
      g_source_attach (priv->hold_timer, g_main_context_get_thread_default ());
    }
}

void
xmpp_connection_hold_close (XmppConnection *self)
{
  xmpp_connection_get_private (self)->holds++;
}

void
xmpp_connection_release_close (XmppConnection *self)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  if (--priv->holds == 0)
    return_held (priv);
}

static void
return_to_closers (XmppConnection *self, GQueue *closers, const GError *error)
{
  GTask *task;

  while ((task = g_queue_pop_head (closers)) != NULL)
    hold_closer (self, task, error);
}

static gboolean
is_open_state (XmppConnectionState state)
{
  return state == XMPP_CONNECTION_STATE_OPEN || state == XMPP_CONNECTION_STATE_CLOSING;
}

/* What had not been handed to the system and has no waiter who gets an error for it */
static GPtrArray *
collect_undelivered (XmppConnectionPrivate *priv)
{
  g_autoptr (GPtrArray) unsent = xmpp_stream_steal_unsent (priv->stream);
  GPtrArray *stanzas =
      g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_stanza_unref);

  for (guint i = 0; i < unsent->len; i++)
    {
      XmppElement *element = g_ptr_array_index (unsent, i);
      XmppStanza *stanza;

      stanza = xmpp_stanza_new_from_element (element, NULL);
      if (stanza != NULL)
        g_ptr_array_add (stanzas, stanza);
    }

  return stanzas;
}

/* Who is told why he is let go must be able to read it; a server that is left by us has other
 * things to do. */
static void
drop_stream (XmppConnectionPrivate *priv)
{
  xmpp_stream_set_sink (priv->stream, NULL, NULL);
  xmpp_stream_set_tap (priv->stream, NULL, NULL);
  if (xmpp_stream_get_role (priv->stream) == XMPP_STREAM_RECEIVING)
    xmpp_stream_linger (priv->stream, priv->limit->close_seconds);
  else
    xmpp_stream_abort (priv->stream);
  g_clear_pointer (&priv->liveness, xmpp_liveness_free);
  g_clear_pointer (&priv->closing, xmpp_deadline_free);
  g_clear_pointer (&priv->features, g_ptr_array_unref);
  g_clear_object (&priv->stream);
}

/* The order in which the application learns of it: its requests, its stanzas, its queue,
 * the state, and last that it is over. Any of these may open the connection again. */
void
xmpp_connection_end (XmppConnection *connection, const GError *error)
{
  g_autoptr (XmppConnection) self = g_object_ref (connection);
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (GError) reason = error != NULL ? g_error_copy (error) : NULL;
  g_autoptr (GError) closed = NULL;
  g_autoptr (GPtrArray) undelivered = NULL;
  XmppRequestTable *requests;
  GQueue closers;
  gboolean told_open = priv->told_open;

  if (priv->state == XMPP_CONNECTION_STATE_CLOSED)
    return;

  if (reason != NULL && priv->stream != NULL)
    {
      xmpp_tls_explain (xmpp_stream_get_io (priv->stream), reason);
      xmpp_error_explain (reason, NULL, xmpp_connection_get_peer (self));
    }
  g_set_error_literal (&closed, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                       "The connection was closed");
  if (priv->stream != NULL)
    {
      undelivered = collect_undelivered (priv);
      drop_stream (priv);
    }
  requests = g_steal_pointer (&priv->requests);
  /* Whoever closes the next attempt waits for that one. */
  closers = priv->closers;
  g_queue_init (&priv->closers);
  priv->told_open = FALSE;

  g_clear_error (&priv->error);
  priv->error = reason != NULL ? g_error_copy (reason) : NULL;
  xmpp_connection_set_state (self, XMPP_CONNECTION_STATE_CLOSED);

  if (requests != NULL)
    {
      xmpp_request_table_fail (requests, reason != NULL ? reason : closed);
      xmpp_request_table_free (requests);
    }
  for (guint i = 0; undelivered != NULL && i < undelivered->len; i++)
    g_signal_emit (self, xmpp_connection_signals[XMPP_CONNECTION_SIGNAL_UNDELIVERED], 0,
                   g_ptr_array_index (undelivered, i));
  if (told_open)
    {
      xmpp_receive_queue_end (priv->queue);
      g_signal_emit (self, xmpp_connection_signals[XMPP_CONNECTION_SIGNAL_CLOSED], 0,
                     reason);
    }
  return_to_closers (self, &closers, told_open ? reason : NULL);
}

void
xmpp_connection_finish_stream (XmppConnection *self, GCancellable *cancellable)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (XmppStream) stream = g_object_ref (priv->stream);

  xmpp_connection_set_state (self, XMPP_CONNECTION_STATE_CLOSING);
  /* Who hears of that may abort. */
  if (priv->stream != stream)
    return;

  priv->closing = xmpp_deadline_new (priv->limit->close_seconds, cancellable);
  xmpp_connection_update_paused (self);
  xmpp_stream_close_async (stream, xmpp_deadline_get_cancellable (priv->closing),
                           stream_closed_cb, g_object_ref (self));
}

static void
stream_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (XmppConnection) self = user_data;
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (GError) error = NULL;

  xmpp_stream_close_finish (XMPP_STREAM (object), result, &error);

  /* Aborted, or the stream's error came through the sink and ended it. */
  if (priv->stream != XMPP_STREAM (object))
    return;

  if (error != NULL)
    xmpp_deadline_translate (priv->closing, &error,
                             "Waiting for the peer to close the stream");
  xmpp_connection_end (self, error);
}

/* Who hears of what is sent last may close too, which must not send it again, and abort. */
static void
leave (XmppConnection *self, const char *status, GCancellable *cancellable)
{
  const XmppConnectionOps *ops = XMPP_CONNECTION_GET_CLASS (self)->ops;
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (XmppStream) stream = g_object_ref (priv->stream);

  priv->leaving = stream;
  if (ops->farewell != NULL)
    ops->farewell (self, status);
  if (priv->leaving == stream)
    priv->leaving = NULL;

  if (priv->stream == stream && priv->state == XMPP_CONNECTION_STATE_OPEN)
    xmpp_connection_finish_stream (self, cancellable);
}

/**
 * xmpp_connection_close_async:
 * @connection: a connection
 * @status: (nullable): a text for those who see us leave
 * @cancellable: (nullable): aborts instead of waiting further; where the connection is
 * being closed already, it ends only the wait of this call
 * @callback: called when the connection is closed
 * @user_data: for @callback
 *
 * Leaves politely: the final unavailable presence with @status, the closing tag, and then
 * waiting for the peer's, for at most [property@Limits:close-seconds] (RFC 6120 §4.4).
 * What was sent before is delivered, and stanzas that are on their way to us still
 * arrive. What the account's [class@StateStore] is still busy saving is waited for too, as
 * long again at most.
 *
 * Legal in every state: while the connection is being opened the attempt is cancelled; a
 * closed connection is closed already.
 *
 * Since: 1.0
 */
void
xmpp_connection_close_async (XmppConnection *self,
                             const char *status,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  XmppConnectionPrivate *priv;

  g_return_if_fail (XMPP_IS_CONNECTION (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  priv = xmpp_connection_get_private (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_connection_close_async);

  if (!xmpp_connection_check_thread (self, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (priv->state == XMPP_CONNECTION_STATE_CLOSED)
    {
      hold_closer (self, g_steal_pointer (&task), NULL);
      return;
    }

  g_queue_push_tail (&priv->closers, g_object_ref (task));
  if (priv->state == XMPP_CONNECTION_STATE_OPENING)
    {
      xmpp_connection_set_state (self, XMPP_CONNECTION_STATE_CLOSING);
      if (priv->opening != NULL)
        g_cancellable_cancel (xmpp_deadline_get_cancellable (priv->opening));
    }
  else if (priv->state == XMPP_CONNECTION_STATE_OPEN && priv->leaving != priv->stream)
    leave (self, status, cancellable);
  else
    watch_closer (task);
}

/**
 * xmpp_connection_close_finish:
 * @connection: a connection
 * @result: the result
 * @error: what kept the close from being polite: [error@ConnectionError.TIMED_OUT] where
 * the peer did not close its side in time, or what broke the stream
 *
 * Finishes closing the connection. It is closed in any case, but for
 * [error@Gio.IOErrorEnum.CANCELLED] while somebody else still closes it.
 *
 * Returns: whether both sides have closed
 *
 * Since: 1.0
 */
gboolean
xmpp_connection_close_finish (XmppConnection *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_connection_close_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * xmpp_connection_abort:
 * @connection: a connection
 *
 * Ends the connection at once, without a word to the peer. What had not been written
 * comes back through [signal@Connection::undelivered]. Legal in every state.
 *
 * Since: 1.0
 */
void
xmpp_connection_abort (XmppConnection *self)
{
  XmppConnectionPrivate *priv;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (XMPP_IS_CONNECTION (self));

  priv = xmpp_connection_get_private (self);
  if (!xmpp_connection_check_thread (self, &error))
    {
      g_warning ("%s", error->message);
      return;
    }

  if (priv->opening != NULL)
    g_cancellable_cancel (xmpp_deadline_get_cancellable (priv->opening));
  else if (is_open_state (priv->state))
    {
      g_set_error_literal (&error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                           "The connection was aborted");
      xmpp_connection_end (self, error);
    }
}
