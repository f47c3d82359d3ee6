/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-connection-private.h"

/**
 * XmppStanzaHandler:
 * @connection: the connection
 * @stanza: what came, sealed
 * @user_data: the handler's data
 *
 * Looks at a stanza. It may send, close the connection, add and remove handlers.
 *
 * Returns: whether the stanza was taken; nobody else sees it then
 *
 * Since: 1.0
 */

/**
 * xmpp_connection_add_handler:
 * @connection: a connection
 * @kinds: which kinds of stanzas
 * @name: (nullable): the name of a child that the stanza must have
 * @xmlns: (nullable): the namespace of that child
 * @handler: (scope notified) (closure user_data) (destroy destroy): what to call
 * @user_data: for @handler
 * @destroy: (nullable): frees @user_data
 *
 * Adds a handler for the stanzas of some kinds, or only for those with a certain payload.
 * Handlers run in the order in which they were added, until one of them takes the stanza.
 * They stay when the connection is closed and opened again.
 *
 * Returns: the id, for [method@Connection.remove_handler]
 *
 * Since: 1.0
 */
guint
xmpp_connection_add_handler (XmppConnection *self,
                             XmppStanzaKind kinds,
                             const char *name,
                             const char *xmlns,
                             XmppStanzaHandler handler,
                             gpointer user_data,
                             GDestroyNotify destroy)
{
  g_return_val_if_fail (XMPP_IS_CONNECTION (self), 0);
  g_return_val_if_fail (handler != NULL, 0);

  return xmpp_handler_table_add (xmpp_connection_get_private (self)->handlers, kinds,
                                 name, xmlns, handler, user_data, destroy);
}

/**
 * xmpp_connection_remove_handler:
 * @connection: a connection
 * @id: what [method@Connection.add_handler] returned
 *
 * Removes a handler; an unknown @id is ignored.
 *
 * Since: 1.0
 */
void
xmpp_connection_remove_handler (XmppConnection *self, guint id)
{
  g_return_if_fail (XMPP_IS_CONNECTION (self));

  xmpp_handler_table_remove (xmpp_connection_get_private (self)->handlers, id);
}

/**
 * xmpp_connection_receive_async:
 * @connection: a connection that is or was open
 * @kinds: which kinds of stanzas; among those of [property@Connection:queue-kinds]
 * @cancellable: (nullable): stops waiting
 * @callback: called when a stanza is there
 * @user_data: for @callback
 *
 * Takes the next stanza from the queue, or waits for it.
 *
 * Since: 1.0
 */
void
xmpp_connection_receive_async (XmppConnection *self,
                               XmppStanzaKind kinds,
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
  g_task_set_source_tag (task, xmpp_connection_receive_async);
  /* A stanza that was taken out is handed over, whatever is cancelled behind that. */
  g_task_set_check_cancellable (task, FALSE);

  if (!xmpp_connection_check_thread (self, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (g_task_return_error_if_cancelled (task))
    return;
  else if ((kinds & ~priv->queue_kinds) != 0 || kinds == XMPP_STANZA_KIND_NONE)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                             "Only kinds that “queue-kinds” names can be received");
  else if (priv->queue == NULL)
    g_task_return_new_error (task, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_OPEN,
                             "The connection was never open: open it before receiving");
  else
    {
      xmpp_receive_queue_pop (priv->queue, kinds, task);
      xmpp_connection_update_paused (self);
    }
}

/**
 * xmpp_connection_receive_finish:
 * @connection: a connection
 * @result: the result
 * @error: [error@ConnectionError.NOT_OPEN], [error@Gio.IOErrorEnum.INVALID_ARGUMENT] or
 *   [error@Gio.IOErrorEnum.CANCELLED]
 *
 * Finishes receiving a stanza.
 *
 * Returns: (transfer full) (nullable): the stanza; NULL without @error after the
 * connection has ended and the queue is empty
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_connection_receive_finish (XmppConnection *self,
                                GAsyncResult *result,
                                GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_connection_receive_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
