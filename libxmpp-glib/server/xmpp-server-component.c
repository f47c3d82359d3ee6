/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Server"

#include "config.h"

#include "server/xmpp-server-component.h"

#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-component-handshake.h"
#include "negotiation/xmpp-exchange.h"
#include "server/xmpp-server-private.h"
#include "server/xmpp-server-routing.h"

/* A component proves that it knows its domain's secret, and speaks for every address there. It
 * has no TLS, so it must be on this machine. */

struct _XmppServerComponent
{
  XmppServerLink parent_instance;
};

G_DEFINE_FINAL_TYPE (XmppServerComponent, xmpp_server_component, XMPP_TYPE_SERVER_LINK)

static void responded_cb (GObject *object, GAsyncResult *result, gpointer user_data);

/* Data of the task */
static void
stream_free (gpointer stream)
{
  xmpp_stream_set_tap (stream, NULL, NULL);
  g_object_unref (stream);
}

static const char *
find_secret (const char *domain, gpointer user_data, GError **error)
{
  XmppServer *server = xmpp_server_link_get_server (user_data);
  XmppServerPrivate *priv = server != NULL ? xmpp_server_get_private (server) : NULL;

  if (priv == NULL)
    return NULL;

  /* No other domain can be given to it. */
  if (priv->conflict != XMPP_RESOURCE_CONFLICT_REPLACE &&
      g_hash_table_contains (priv->components, domain))
    {
      g_set_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT,
                   "The component %s is connected already", domain);
      return NULL;
    }

  return g_hash_table_lookup (priv->secrets, domain);
}

static void
dial_async (XmppConnection *connection,
            XmppReport *report,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  XmppServerLink *link = XMPP_SERVER_LINK (connection);
  g_autoptr (GTask) task = g_task_new (connection, cancellable, callback, user_data);
  GSocketConnection *socket = xmpp_server_link_get_socket (link);
  XmppStream *stream;
  GError *error;

  g_task_set_source_tag (task, dial_async);
  if (socket == NULL)
    {
      g_task_return_new_error (task, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                               "A connection that was accepted is not opened again");
      return;
    }

  stream = xmpp_stream_new (G_IO_STREAM (socket), XMPP_STREAM_RECEIVING,
                            XMPP_NS_COMPONENT, xmpp_connection_get_limits (connection));
  xmpp_stream_set_tap (stream, &xmpp_connection_tap, connection);
  g_object_set_data_full (G_OBJECT (task), "stream", stream, stream_free);

  if (!xmpp_server_link_is_loopback (link))
    {
      error = xmpp_exchange_fail (stream, XMPP_STREAM_ERROR_POLICY_VIOLATION,
                                  "Components are taken from this machine alone: their "
                                  "streams are in plain text");
      xmpp_server_link_fail_dial (g_steal_pointer (&task), stream, error);
      return;
    }

  xmpp_component_respond_async (stream, find_secret, link, cancellable, responded_cb,
                                g_steal_pointer (&task));
}

static void
responded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStream *stream = XMPP_STREAM (object);
  XmppServerLink *link = g_task_get_source_object (task);
  XmppDialResult *dialled;
  GError *error = NULL;

  if (!xmpp_component_respond_finish (stream, result, &error))
    {
      if (g_error_matches (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_AUTHORIZED))
        xmpp_server_link_count_failure (link, error);
      xmpp_server_link_fail_dial (g_steal_pointer (&task), stream, error);
      return;
    }

  dialled = g_new0 (XmppDialResult, 1);
  dialled->stream = g_object_steal_data (G_OBJECT (task), "stream");
  dialled->features = g_ptr_array_new_with_free_func (g_object_unref);
  g_task_return_pointer (task, dialled, (GDestroyNotify) xmpp_dial_result_free);
}

static XmppDialResult *
dial_finish (XmppConnection *connection, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, dial_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- The open stream ---- */

/* The one that was there may be dead without knowing it: who knows the secret now counts. */
static void
opened (XmppConnection *connection, XmppDialResult *dialled)
{
  XmppServer *server = xmpp_server_link_get_server (XMPP_SERVER_LINK (connection));
  XmppServerPrivate *priv = server != NULL ? xmpp_server_get_private (server) : NULL;
  const char *domain = xmpp_connection_get_peer (connection);
  g_autoptr (XmppConnection) old = NULL;

  if (priv == NULL)
    return;

  g_set_object (&old, g_hash_table_lookup (priv->components, domain));
  g_hash_table_insert (priv->components, g_strdup (domain), connection);
  if (old != NULL)
    xmpp_server_link_end (XMPP_SERVER_LINK (old), XMPP_STREAM_ERROR_CONFLICT,
                          "The component has connected again");
}

void
xmpp_server_component_forget (XmppServer *server, XmppConnection *connection)
{
  XmppServerPrivate *priv = xmpp_server_get_private (server);
  const char *domain = xmpp_connection_get_peer (connection);

  if (domain != NULL && g_hash_table_lookup (priv->components, domain) == connection)
    g_hash_table_remove (priv->components, domain);
}

/* XEP-0114 §3: any address of its own domain. TRUE: it is */
static gboolean
check_sender (XmppConnection *connection, XmppStanza *stanza)
{
  XmppJid *from = xmpp_stanza_get_from (stanza);

  if (from != NULL &&
      g_str_equal (xmpp_jid_get_domain (from), xmpp_connection_get_peer (connection)))
    return TRUE;

  xmpp_server_link_end (XMPP_SERVER_LINK (connection), XMPP_STREAM_ERROR_INVALID_FROM,
                        "The component sent a stanza that is not from its domain");
  return FALSE;
}

static const XmppConnectionOps ops = {
  .dial_async = dial_async,
  .dial_finish = dial_finish,
  .opened = opened,
  .farewell = xmpp_server_link_farewell,
  .take = xmpp_server_link_take,
};

static void
xmpp_server_component_class_init (XmppServerComponentClass *klass)
{
  XMPP_CONNECTION_CLASS (klass)->ops = &ops;
  XMPP_SERVER_LINK_CLASS (klass)->check_sender = check_sender;
}

static void
xmpp_server_component_init (XmppServerComponent *self)
{
}

XmppServerLink *
xmpp_server_component_new (XmppServer *server,
                           GSocketConnection *socket,
                           XmppVisit *visit)
{
  return xmpp_server_link_new (XMPP_TYPE_SERVER_COMPONENT, server, socket, visit);
}
