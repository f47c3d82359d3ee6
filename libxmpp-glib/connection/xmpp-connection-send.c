/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-connection-private.h"

static gboolean
check_can_send (XmppConnection *self, GError **error)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  if (!xmpp_connection_check_thread (self, error))
    return FALSE;

  if (priv->state == XMPP_CONNECTION_STATE_OPEN)
    return TRUE;

  g_set_error_literal (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_OPEN,
                       "The connection is not open: open it before sending");
  return FALSE;
}

XmppStanza *
xmpp_connection_stamp (XmppConnection *self, XmppStanza *stanza, GError **error)
{
  const XmppConnectionOps *ops = XMPP_CONNECTION_GET_CLASS (self)->ops;

  return ops->stamp != NULL ? ops->stamp (self, stanza, error) : xmpp_stanza_ref (stanza);
}

/* (transfer full): what is to be sent, where something may be */
static XmppStanza *
prepare (XmppConnection *self, XmppStanza *stanza, GError **error)
{
  return check_can_send (self, error) ? xmpp_connection_stamp (self, stanza, error)
                                      : NULL;
}

/**
 * xmpp_connection_send:
 * @connection: an open connection
 * @stanza: what to send; it is sealed
 * @error: why it cannot be sent
 *
 * Appends a stanza to the output. It leaves with everything else that is sent in the same
 * turn of the main loop. Should the connection end before it was handed to the system,
 * [signal@Connection::undelivered] gives it back.
 *
 * Errors: [error@ConnectionError.NOT_OPEN], [error@ConnectionError.QUEUE_FULL] (the peer
 * does not read), [error@StanzaError.POLICY_VIOLATION] (it is larger than what the peer has
 * said it takes, XEP-0478), [error@Gio.IOErrorEnum.INVALID_ARGUMENT] and
 * [error@Gio.IOErrorEnum.INVALID_DATA] (names or text that XML cannot carry). Nothing has
 * been written then, and the connection stays as it is.
 *
 * Returns: whether the stanza was taken
 *
 * Since: 1.0
 */
gboolean
xmpp_connection_send (XmppConnection *self, XmppStanza *stanza, GError **error)
{
  XmppConnectionPrivate *priv;
  g_autoptr (XmppStanza) stamped = NULL;

  g_return_val_if_fail (XMPP_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (stanza != NULL, FALSE);

  priv = xmpp_connection_get_private (self);
  stamped = prepare (self, stanza, error);
  return stamped != NULL &&
         xmpp_stream_write (priv->stream, xmpp_stanza_get_element (stamped), error);
}

static void
sent_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppElement *element = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (xmpp_stream_flush_finish (XMPP_STREAM (object), result, &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  /* Cancelled, it may still leave, or come back like any other. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    xmpp_stream_stop_awaiting (XMPP_STREAM (object), element);
  g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * xmpp_connection_send_async:
 * @connection: an open connection
 * @stanza: what to send; it is sealed
 * @cancellable: (nullable): stops waiting; the stanza may leave all the same
 * @callback: called when the stanza was written
 * @user_data: for @callback
 *
 * Sends a stanza and waits until the system has taken it.
 *
 * Since: 1.0
 */
void
xmpp_connection_send_async (XmppConnection *self,
                            XmppStanza *stanza,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppStream) stream = NULL;
  g_autoptr (XmppStanza) stamped = NULL;
  XmppConnectionPrivate *priv;
  XmppElement *element;

  g_return_if_fail (XMPP_IS_CONNECTION (self));
  g_return_if_fail (stanza != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  priv = xmpp_connection_get_private (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_connection_send_async);

  stamped = prepare (self, stanza, &error);
  if (stamped == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  /* Who hears of it by element-sent may end the connection at once. */
  stream = g_object_ref (priv->stream);
  element = xmpp_element_ref (xmpp_stanza_get_element (stamped));
  g_task_set_task_data (task, element, (GDestroyNotify) xmpp_element_unref);
  if (!xmpp_stream_write_awaited (stream, element, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  xmpp_stream_flush_async (stream, cancellable, sent_cb, g_steal_pointer (&task));
}

/**
 * xmpp_connection_send_finish:
 * @connection: a connection
 * @result: the result
 * @error: why it was not sent: as [method@Connection.send], or what ended the connection
 *
 * Finishes sending a stanza.
 *
 * Returns: whether the stanza was written
 *
 * Since: 1.0
 */
gboolean
xmpp_connection_send_finish (XmppConnection *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_connection_send_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * xmpp_connection_request_async:
 * @connection: an open connection
 * @stanza: an iq of type get or set with an id; it is sealed
 * @cancellable: (nullable): stops waiting; a reply that comes later is dropped
 * @callback: called when the reply has come
 * @user_data: for @callback
 *
 * Sends a request and waits for its reply, for at most
 * [property@Limits:request-seconds]. Only an iq of type result or error with the same id
 * from the entity that was asked counts (RFC 6120 §8.2.3).
 *
 * Since: 1.0
 */
void
xmpp_connection_request_async (XmppConnection *self,
                               XmppStanza *stanza,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppStream) stream = NULL;
  g_autoptr (XmppStanza) stamped = NULL;
  XmppConnectionPrivate *priv;

  g_return_if_fail (XMPP_IS_CONNECTION (self));
  g_return_if_fail (stanza != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  priv = xmpp_connection_get_private (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_connection_request_async);

  stamped = prepare (self, stanza, &error);
  if (stamped == NULL || !xmpp_request_table_add (priv->requests, stamped, task, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  /* It is in the table by now: who hears of it by element-sent may end the connection, and
   * its task with it. */
  stream = g_object_ref (priv->stream);
  if (!xmpp_stream_write_awaited (stream, xmpp_stanza_get_element (stamped), &error))
    {
      xmpp_request_table_remove (priv->requests, stamped);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  xmpp_connection_update_paused (self);
}

/**
 * xmpp_connection_request_finish:
 * @connection: a connection
 * @result: the result
 * @error: [error@StanzaError] where the reply is an error,
 * [error@ConnectionError.TIMED_OUT], or as [method@Connection.send]
 *
 * Finishes a request.
 *
 * Returns: (transfer full): the result
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_connection_request_finish (XmppConnection *self,
                                GAsyncResult *result,
                                GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_connection_request_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
