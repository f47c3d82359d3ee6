/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Server"

#include "config.h"

#include "sasl/xmpp-sasl-policy-private.h"
#include "sasl/xmpp-sasl-registry-private.h"
#include "server/xmpp-server-component.h"
#include "server/xmpp-server-private.h"
#include "server/xmpp-server-session.h"
#include "transport/xmpp-listener.h"

#define TICKET_BYTES 65536

/* From the socket that listens to the end of what was accepted there. The server holds a
 * reference on each connection for as long. */

typedef struct
{
  XmppServer *server; /* not owned: it frees its doors */
  XmppListenKind kind;
  XmppListener *listener;
} Door;

static void
door_free (gpointer data)
{
  Door *door = data;

  g_clear_pointer (&door->listener, xmpp_listener_free);
  g_free (door);
}

static void
update_listeners (XmppServer *self)
{
  XmppServerPrivate *priv = xmpp_server_get_private (self);
  gboolean full = xmpp_admission_is_full (priv->admission);

  for (guint i = 0; i < priv->doors->len; i++)
    {
      Door *door = g_ptr_array_index (priv->doors, i);

      if (full)
        xmpp_listener_pause (door->listener);
      else
        xmpp_listener_resume (door->listener);
    }
}

static void
accepted_cb (XmppListener *listener,
             GSocketConnection *socket,
             GInetAddress *remote,
             gpointer user_data)
{
  Door *door = user_data;
  g_autoptr (XmppServer) self = g_object_ref (door->server);
  XmppServerPrivate *priv = xmpp_server_get_private (self);
  XmppServerLink *link;
  XmppVisit *visit;
  g_autoptr (GError) error = NULL;

  visit = xmpp_admission_enter (priv->admission, remote, g_get_monotonic_time (), &error);
  if (visit == NULL)
    {
      g_autoptr (GSocketAddress)
          address = g_socket_connection_get_remote_address (socket, NULL);

      g_debug ("%s", error->message);
      xmpp_server_tell_refused (self, address, error);
      return;
    }

  if (door->kind == XMPP_LISTEN_COMPONENTS)
    link = xmpp_server_component_new (self, socket, visit);
  else
    link = xmpp_server_session_new (self, socket, visit,
                                    door->kind == XMPP_LISTEN_CLIENTS_DIRECT_TLS);
  g_hash_table_add (priv->connections, link);
  xmpp_server_link_start (link);
  update_listeners (self);
}

/* Tickets of Kerberos do not fit into what is enough for everybody else. */
static void
make_room_for_tickets (XmppServerPrivate *priv)
{
  g_autoptr (XmppLimits) defaults = xmpp_limits_new_for_server ();
  guint usual = xmpp_limits_peek (defaults)->element_bytes_before_auth;

  if (xmpp_limits_peek (priv->limits)->element_bytes_before_auth == usual &&
      xmpp_sasl_registry_find_from (priv->registry, "GSSAPI", XMPP_SASL_ROLE_SERVER,
                                    xmpp_sasl_policy_get_modules (priv->policy)) != NULL)
    g_object_set (priv->limits, "element-bytes-before-auth", TICKET_BYTES, NULL);
}

/**
 * xmpp_server_listen:
 * @server: a server
 * @kind: who is expected
 * @address: an address of this machine; `0.0.0.0` and `::` are all of them, of IPv4 and IPv6
 * @port: the port; 0: any that is free
 * @error: [error@Gio.IOErrorEnum]
 *
 * Listens on one more port. What is accepted belongs to this thread and to its thread-default
 * main context; all signals are emitted there.
 *
 * Returns: the port; 0 on error
 *
 * Since: 1.0
 */
guint
xmpp_server_listen (XmppServer *self,
                    XmppListenKind kind,
                    const char *address,
                    guint port,
                    GError **error)
{
  XmppServerPrivate *priv;
  Door *door;

  g_return_val_if_fail (XMPP_IS_SERVER (self), 0);
  g_return_val_if_fail (address != NULL, 0);
  g_return_val_if_fail (port <= G_MAXUINT16, 0);

  priv = xmpp_server_get_private (self);
  if (priv->stopping > 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                           "The server is being stopped");
      return 0;
    }

  door = g_new0 (Door, 1);
  door->server = self;
  door->kind = kind;
  door->listener = xmpp_listener_new (address, (guint16) port, accepted_cb, door, error);
  if (door->listener == NULL)
    {
      door_free (door);
      return 0;
    }

  make_room_for_tickets (priv);
  g_ptr_array_add (priv->doors, door);
  update_listeners (self);
  return xmpp_listener_get_port (door->listener);
}

GPtrArray *
xmpp_server_doors_new (void)
{
  return g_ptr_array_new_with_free_func (door_free);
}

/* ---- What becomes of a connection ---- */

static void
forget (XmppServer *self, XmppConnection *connection)
{
  XmppServerPrivate *priv = xmpp_server_get_private (self);
  XmppJid *bound = xmpp_server_link_get_bound (XMPP_SERVER_LINK (connection));

  if (bound != NULL)
    xmpp_resource_table_remove (priv->resources, bound, connection);
  xmpp_server_component_forget (self, connection);
  g_hash_table_remove (priv->connections, connection);
  update_listeners (self);
}

void
xmpp_server_connection_opened (XmppServer *server, XmppConnection *connection)
{
  g_autoptr (XmppServer) self = g_object_ref (server);
  XmppServerPrivate *priv = xmpp_server_get_private (self);
  XmppJid *bound = xmpp_server_link_get_bound (XMPP_SERVER_LINK (connection));

  if (bound != NULL)
    xmpp_resource_table_set_open (priv->resources, bound, connection);
  update_listeners (self);
  g_signal_emit (self, xmpp_server_signals[XMPP_SERVER_SIGNAL_OPENED], 0, connection);
}

void
xmpp_server_connection_closed (XmppServer *server,
                               XmppConnection *connection,
                               const GError *error)
{
  g_autoptr (XmppServer) self = g_object_ref (server);
  g_autoptr (XmppConnection) held = g_object_ref (connection);

  forget (self, held);
  g_signal_emit (self, xmpp_server_signals[XMPP_SERVER_SIGNAL_CLOSED], 0, held, error);
}

void
xmpp_server_connection_refused (XmppServer *server,
                                XmppConnection *connection,
                                GSocketAddress *address,
                                const GError *error)
{
  g_autoptr (XmppServer) self = g_object_ref (server);
  g_autoptr (XmppConnection) held = g_object_ref (connection);

  forget (self, held);
  xmpp_server_tell_refused (self, address, error);
}

void
xmpp_server_tell_refused (XmppServer *server,
                          GSocketAddress *address,
                          const GError *error)
{
  g_signal_emit (server, xmpp_server_signals[XMPP_SERVER_SIGNAL_REFUSED], 0, address,
                 error);
}

/**
 * xmpp_server_list_connections:
 * @server: a server
 *
 * Lists the connections that have logged in.
 *
 * Returns: (transfer container) (element-type XmppConnection): the connections, in no order
 *
 * Since: 1.0
 */
GPtrArray *
xmpp_server_list_connections (XmppServer *self)
{
  GPtrArray *list;
  GHashTableIter iter;
  gpointer connection;

  g_return_val_if_fail (XMPP_IS_SERVER (self), NULL);

  list = g_ptr_array_new_with_free_func (g_object_unref);
  g_hash_table_iter_init (&iter, xmpp_server_get_private (self)->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    if (xmpp_connection_get_jid (connection) != NULL)
      g_ptr_array_add (list, g_object_ref (connection));

  return list;
}

/**
 * xmpp_server_find_connection:
 * @server: a server
 * @full_jid: a full address
 *
 * Finds the connection that has a full address.
 *
 * Returns: (transfer none) (nullable): the connection; NULL where nobody has the address
 *
 * Since: 1.0
 */
XmppConnection *
xmpp_server_find_connection (XmppServer *self, XmppJid *full_jid)
{
  XmppServerPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SERVER (self), NULL);
  g_return_val_if_fail (full_jid != NULL, NULL);

  priv = xmpp_server_get_private (self);
  return xmpp_resource_table_is_open (priv->resources, full_jid)
             ? xmpp_resource_table_find (priv->resources, full_jid)
             : NULL;
}

/* ---- The end ---- */

/* What is done to one may take others out of the table. */
static GPtrArray *
hold_all (XmppServer *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, xmpp_server_get_private (self)->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    g_ptr_array_add (all, g_object_ref (connection));

  return all;
}

void
xmpp_server_drop_all (XmppServer *self)
{
  XmppServerPrivate *priv = xmpp_server_get_private (self);
  g_autoptr (GPtrArray) all = hold_all (self);

  g_ptr_array_set_size (priv->doors, 0);
  g_hash_table_remove_all (priv->components);
  g_hash_table_remove_all (priv->connections);
  for (guint i = 0; i < all->len; i++)
    {
      xmpp_server_link_forget_server (g_ptr_array_index (all, i));
      xmpp_connection_abort (g_ptr_array_index (all, i));
    }
}

/* Data of stop_async()'s task: how many it still waits for */
static void
let_go (GTask *task)
{
  guint *waiting = g_task_get_task_data (task);
  XmppServer *self = g_task_get_source_object (task);

  if (--*waiting > 0)
    return;

  xmpp_server_get_private (self)->stopping--;
  g_task_return_boolean (task, TRUE);
}

static void
closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  xmpp_connection_close_finish (XMPP_CONNECTION (object), result, NULL);
  let_go (task);
}

/**
 * xmpp_server_stop_async:
 * @server: a server
 * @cancellable: (nullable): aborts what is still open
 * @callback: called when all connections are closed
 * @user_data: for @callback
 *
 * Stops listening at once, and leaves politely: every stream ends with `system-shutdown`, after
 * what was sent before, and waits for its peer to close, for at most
 * [property@Limits:close-seconds]. Where nothing is open it does nothing. Afterwards the server
 * may listen again.
 *
 * Since: 1.0
 */
void
xmpp_server_stop_async (XmppServer *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GPtrArray) all = NULL;
  XmppServerPrivate *priv;
  guint *waiting;

  g_return_if_fail (XMPP_IS_SERVER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  priv = xmpp_server_get_private (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_server_stop_async);

  priv->stopping++;
  g_ptr_array_set_size (priv->doors, 0);
  all = hold_all (self);
  waiting = g_new (guint, 1);
  *waiting = all->len + 1;
  g_task_set_task_data (task, waiting, g_free);

  for (guint i = 0; i < all->len; i++)
    xmpp_connection_close_async (g_ptr_array_index (all, i), NULL, cancellable, closed_cb,
                                 g_object_ref (task));
  let_go (task);
}

/**
 * xmpp_server_stop_finish:
 * @server: a server
 * @result: the result
 * @error: [error@Gio.IOErrorEnum.CANCELLED]
 *
 * Finishes stopping the server. Its connections are closed in any case.
 *
 * Returns: whether it was not cancelled
 *
 * Since: 1.0
 */
gboolean
xmpp_server_stop_finish (XmppServer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_server_stop_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
