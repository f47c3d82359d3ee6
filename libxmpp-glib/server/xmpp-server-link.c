/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Server"

#include "config.h"

#include "server/xmpp-server-link.h"

#include "negotiation/xmpp-exchange.h"
#include "server/xmpp-server-private.h"
#include "server/xmpp-server-routing.h"
#include "transport/xmpp-address-scope.h"

typedef struct
{
  XmppServer *server;        /* not owned; NULL once it is gone */
  GSocketConnection *socket; /* until the stream has it */
  GSocketAddress *address;
  XmppVisit *visit; /* NULL once it is over */
  XmppJid *bound;
  gint64 full_since; /* when its output was found full; 0: since then it has read */
} XmppServerLinkPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (XmppServerLink,
                                     xmpp_server_link,
                                     XMPP_TYPE_CONNECTION)

#define PRIVATE(link)                                                                    \
  ((XmppServerLinkPrivate *) xmpp_server_link_get_instance_private (link))

static void
end_visit (XmppServerLinkPrivate *priv)
{
  if (priv->visit != NULL)
    xmpp_visit_end (g_steal_pointer (&priv->visit), g_get_monotonic_time ());
}

/* ---- The login ---- */

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  XmppServerLinkPrivate *priv = PRIVATE (XMPP_SERVER_LINK (object));
  XmppConnection *self = XMPP_CONNECTION (object);
  g_autoptr (GError) error = NULL;

  g_clear_object (&priv->socket);
  if (xmpp_connection_open_finish (self, result, &error))
    return;

  end_visit (priv);
  if (priv->server != NULL)
    xmpp_server_connection_refused (priv->server, self, priv->address, error);
}

void
xmpp_server_link_start (XmppServerLink *self)
{
  xmpp_connection_open_async (XMPP_CONNECTION (self), NULL, opened_cb, NULL);
}

gboolean
xmpp_server_link_count_failure (XmppServerLink *self, const GError *failure)
{
  XmppServerLinkPrivate *priv = PRIVATE (self);
  gboolean may_go_on = priv->visit != NULL &&
                       xmpp_visit_fail (priv->visit, g_get_monotonic_time ());

  if (priv->server != NULL)
    xmpp_server_tell_refused (priv->server, priv->address, failure);

  return may_go_on;
}

typedef struct
{
  GError *error;
  XmppDeadline *deadline;
} LastWords;

static void
last_words_free (gpointer data)
{
  LastWords *words = data;

  g_clear_error (&words->error);
  g_clear_pointer (&words->deadline, xmpp_deadline_free);
  g_free (words);
}

static void
said_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  LastWords *words = g_task_get_task_data (task);

  xmpp_stream_close_finish (XMPP_STREAM (object), result, NULL);
  g_task_return_error (task, g_steal_pointer (&words->error));
}

/* Why it ends where that was not the peer's doing */
static XmppStreamError
get_condition (XmppServerLink *self)
{
  XmppConnectionPrivate *connection =
      xmpp_connection_get_private (XMPP_CONNECTION (self));

  if (connection->opening != NULL && xmpp_deadline_has_passed (connection->opening))
    return XMPP_STREAM_ERROR_CONNECTION_TIMEOUT;

  return XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN;
}

void
xmpp_server_link_fail_dial (GTask *task_arg, XmppStream *stream, GError *error)
{
  g_autoptr (GTask) task = task_arg;
  XmppServerLink *self = g_task_get_source_object (task);
  guint seconds =
      xmpp_connection_get_private (XMPP_CONNECTION (self))->limit->close_seconds;
  GCancellable *cancellable;
  LastWords *words;

  if (stream == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (xmpp_stream_get_error (stream) == NULL &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_error_free (
        xmpp_exchange_fail (stream, get_condition (self), "%s", error->message));

  words = g_new0 (LastWords, 1);
  words->error = error;
  words->deadline = xmpp_deadline_new (seconds, NULL);
  cancellable = xmpp_deadline_get_cancellable (words->deadline);
  g_task_set_task_data (task, words, last_words_free);
  xmpp_stream_close_async (stream, cancellable, said_cb, g_steal_pointer (&task));
}

/* ---- What happens to it once it is open ---- */

static void
xmpp_server_link_opened (XmppConnection *connection, gboolean resumed)
{
  XmppServerLinkPrivate *priv = PRIVATE (XMPP_SERVER_LINK (connection));

  if (priv->visit != NULL)
    xmpp_visit_log_in (priv->visit);
  if (priv->server != NULL)
    xmpp_server_connection_opened (priv->server, connection);
}

static void
xmpp_server_link_closed (XmppConnection *connection, const GError *error)
{
  XmppServerLinkPrivate *priv = PRIVATE (XMPP_SERVER_LINK (connection));

  end_visit (priv);
  if (priv->server != NULL)
    xmpp_server_connection_closed (priv->server, connection, error);
}

static void
xmpp_server_link_undelivered (XmppConnection *connection, XmppStanza *stanza)
{
  XmppServerLinkPrivate *priv = PRIVATE (XMPP_SERVER_LINK (connection));

  if (priv->server != NULL)
    xmpp_server_return_stanza (priv->server, stanza);
}

void
xmpp_server_link_end (XmppServerLink *self,
                      XmppStreamError condition,
                      const char *message)
{
  XmppConnection *connection = XMPP_CONNECTION (self);
  XmppConnectionPrivate *priv = xmpp_connection_get_private (connection);
  g_autoptr (GError) error = g_error_new_literal (XMPP_STREAM_ERROR, condition, message);

  if (priv->stream != NULL)
    xmpp_stream_fail (priv->stream, error);
  else
    xmpp_connection_abort (connection);
}

void
xmpp_server_link_farewell (XmppConnection *connection, const char *status)
{
  XmppServer *server = PRIVATE (XMPP_SERVER_LINK (connection))->server;
  g_autoptr (GError) error = NULL;

  if (server == NULL || xmpp_server_get_private (server)->stopping == 0)
    return;

  error = g_error_new_literal (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN,
                               "The server stops");
  xmpp_stream_write_error (xmpp_connection_get_private (connection)->stream, error);
}

gboolean
xmpp_server_link_take (XmppConnection *connection, XmppStanza *stanza)
{
  XmppServerLink *self = XMPP_SERVER_LINK (connection);
  XmppServer *server = PRIVATE (self)->server;

  return server == NULL ||
         !XMPP_SERVER_LINK_GET_CLASS (self)->check_sender (connection, stanza) ||
         xmpp_server_take_stanza (server, connection, stanza);
}

/* Who does not read what is sent to it may be slow, or may not be there any more. */
static void
note_full (XmppServerLink *self)
{
  XmppServerLinkPrivate *priv = PRIVATE (self);
  guint patience =
      xmpp_connection_get_private (XMPP_CONNECTION (self))->limit->idle_answer_seconds;
  gint64 now = g_get_monotonic_time ();

  if (priv->full_since == 0)
    priv->full_since = now;
  else if (now - priv->full_since >= (gint64) patience * G_USEC_PER_SEC)
    xmpp_server_link_end (self, XMPP_STREAM_ERROR_POLICY_VIOLATION,
                          "The peer does not read what is sent to it");
}

gboolean
xmpp_server_link_deliver (XmppServerLink *self, XmppStanza *stanza, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (xmpp_connection_send (XMPP_CONNECTION (self), stanza, &reason))
    {
      PRIVATE (self)->full_since = 0;
      return TRUE;
    }

  g_set_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_RECIPIENT_UNAVAILABLE,
               "The recipient takes nothing in at present (%s)", reason->message);
  if (g_error_matches (reason, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_QUEUE_FULL))
    note_full (self);

  return FALSE;
}

/* ---- The object ---- */

static void
xmpp_server_link_finalize (GObject *object)
{
  XmppServerLinkPrivate *priv = PRIVATE (XMPP_SERVER_LINK (object));

  end_visit (priv);
  g_clear_object (&priv->socket);
  g_clear_object (&priv->address);
  g_clear_pointer (&priv->bound, xmpp_jid_unref);

  G_OBJECT_CLASS (xmpp_server_link_parent_class)->finalize (object);
}

static void
xmpp_server_link_class_init (XmppServerLinkClass *klass)
{
  XmppConnectionClass *connection_class = XMPP_CONNECTION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = xmpp_server_link_finalize;
  connection_class->opened = xmpp_server_link_opened;
  connection_class->closed = xmpp_server_link_closed;
  connection_class->undelivered = xmpp_server_link_undelivered;
}

static void
xmpp_server_link_init (XmppServerLink *self)
{
}

XmppServerLink *
xmpp_server_link_new (GType type,
                      XmppServer *server,
                      GSocketConnection *socket,
                      XmppVisit *visit)
{
  XmppServerLink *self = g_object_new (type, NULL);
  XmppServerLinkPrivate *priv = PRIVATE (self);
  XmppConnectionPrivate *connection =
      xmpp_connection_get_private (XMPP_CONNECTION (self));

  priv->server = server;
  priv->visit = visit;
  priv->socket = g_object_ref (socket);
  priv->address = g_socket_connection_get_remote_address (socket, NULL);
  g_set_object (&connection->limits, xmpp_server_get_limits (server));
  connection->limit = xmpp_limits_peek (connection->limits);

  return self;
}

XmppServer *
xmpp_server_link_get_server (XmppServerLink *self)
{
  return PRIVATE (self)->server;
}

void
xmpp_server_link_forget_server (XmppServerLink *self)
{
  PRIVATE (self)->server = NULL;
}

GSocketConnection *
xmpp_server_link_get_socket (XmppServerLink *self)
{
  return PRIVATE (self)->socket;
}

GSocketAddress *
xmpp_server_link_get_address (XmppServerLink *self)
{
  return PRIVATE (self)->address;
}

gboolean
xmpp_server_link_is_loopback (XmppServerLink *self)
{
  GSocketAddress *address = PRIVATE (self)->address;

  return address != NULL && xmpp_address_scope_is_loopback (address);
}

XmppJid *
xmpp_server_link_get_bound (XmppServerLink *self)
{
  return PRIVATE (self)->bound;
}

void
xmpp_server_link_set_bound (XmppServerLink *self, XmppJid *bound)
{
  XmppServerLinkPrivate *priv = PRIVATE (self);

  g_clear_pointer (&priv->bound, xmpp_jid_unref);
  priv->bound = bound != NULL ? xmpp_jid_ref (bound) : NULL;
}
