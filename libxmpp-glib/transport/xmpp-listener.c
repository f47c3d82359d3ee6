/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Transport"

#include "config.h"

#include "transport/xmpp-listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/* Who connects waits in the kernel's queue while nobody accepts; the kernel has a bound of its
 * own. */
#define BACKLOG 1024
/* Connections accepted in one dispatch: others in the main loop have their turn */
#define BUDGET 16
/* A listening socket stays readable while accepting fails: to try at once would be to spin. */
#define RETRY_MILLISECONDS 100
/* At most one line in the log for so long: who is at the edge of a bound passes it often. */
#define COMPLAIN_SECONDS 60

struct _XmppListener
{
  GSocket *socket; /* NULL: freed, in one of its own calls */
  GMainContext *context;
  guint16 port;
  XmppListenerFunc accepted;
  gpointer user_data;

  GSource *source;   /* accepts; NULL while it is paused */
  GSource *timer;    /* until the next try after a failure */
  gboolean paused;   /* by the owner */
  gint64 complained; /* when; 0: never */
};

static void update (XmppListener *self);

static void
destroy_source (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
clear (gpointer data)
{
  XmppListener *self = data;

  g_main_context_unref (self->context);
}

static void
release (XmppListener *self)
{
  g_rc_box_release_full (self, clear);
}

static void
attach_source (XmppListener *self,
               GSource *source,
               const char *name,
               GSourceFunc callback)
{
  g_source_set_static_name (source, name);
  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, self->context);
}

static gboolean
retry_cb (gpointer user_data)
{
  XmppListener *self = user_data;

  g_clear_pointer (&self->timer, destroy_source);
  update (self);

  return G_SOURCE_REMOVE;
}

/* The peer has gone before it was accepted. */
static gboolean
is_about_one_connection (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
}

/* No descriptors, no memory, no network: it may become better, and whoever is let go then leaves
 * room. */
static void
wait_after_failure (XmppListener *self, const GError *error)
{
  gint64 now = g_get_monotonic_time ();

  if (self->complained == 0 ||
      now - self->complained >= COMPLAIN_SECONDS * G_TIME_SPAN_SECOND)
    {
      g_message ("Connections to port %u are not accepted for now: %s", self->port,
                 error->message);
      self->complained = now;
    }

  self->timer = g_timeout_source_new (RETRY_MILLISECONDS);
  attach_source (self, self->timer, "xmpp: accept again", retry_cb);
  update (self);
}

/* With Nagle's algorithm on, an answer would wait for the acknowledgement of the one before it.
 * The liveness of the connection is checked in XMPP, not by TCP. */
static void
hand_out (XmppListener *self, GSocket *socket)
{
  g_autoptr (GSocketConnection)
      connection = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GSocketAddress)
      remote = g_socket_connection_get_remote_address (connection, NULL);

  if (!G_IS_INET_SOCKET_ADDRESS (remote) ||
      !g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL))
    return;

  self->accepted (self, connection,
                  g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)),
                  self->user_data);
}

static gboolean
readable_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  XmppListener *self = g_rc_box_acquire (user_data);

  for (guint i = 0; i < BUDGET && self->source != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) accepted = g_socket_accept (self->socket, NULL, &error);

      if (accepted != NULL)
        hand_out (self, accepted);
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      else if (!is_about_one_connection (error))
        wait_after_failure (self, error);
    }

  release (self);
  return G_SOURCE_CONTINUE;
}

/* The source is there while connections are to be accepted, and only then. */
static void
update (XmppListener *self)
{
  gboolean accepting = self->socket != NULL && !self->paused && self->timer == NULL;

  if (accepting && self->source == NULL)
    {
      self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
      attach_source (self, self->source, "xmpp: accept", G_SOURCE_FUNC (readable_cb));
    }
  else if (!accepting)
    g_clear_pointer (&self->source, destroy_source);
}

/* The port that it got in the place of 0 */
static guint16
find_port (GSocket *socket, GError **error)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, error);

  if (address == NULL)
    return 0;
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static GSocket *
open_socket (GSocketAddress *address, GError **error)
{
  GSocketFamily family = g_socket_address_get_family (address);
  g_autoptr (GSocket)
      socket = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;

  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (family == G_SOCKET_FAMILY_IPV6 &&
      !g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, error))
    return NULL;
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;

  return g_steal_pointer (&socket);
}

XmppListener *
xmpp_listener_new (const char *address,
                   guint16 port,
                   XmppListenerFunc accepted,
                   gpointer user_data,
                   GError **error)
{
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocket) socket = NULL;
  XmppListener *self;

  g_return_val_if_fail (address != NULL, NULL);
  g_return_val_if_fail (accepted != NULL, NULL);

  local = g_inet_socket_address_new_from_string (address, port);
  if (local == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is not an IPv4 or IPv6 address to listen on", address);
      return NULL;
    }

  socket = open_socket (local, error);
  if (socket == NULL || (port == 0 && (port = find_port (socket, error)) == 0))
    {
      g_prefix_error (error, "Cannot listen on %s port %u: ", address, port);
      return NULL;
    }

  self = g_rc_box_new0 (XmppListener);
  self->socket = g_steal_pointer (&socket);
  self->context = g_main_context_ref_thread_default ();
  self->port = port;
  self->accepted = accepted;
  self->user_data = user_data;
  update (self);
  return self;
}

void
xmpp_listener_free (XmppListener *self)
{
  g_autoptr (GSocket) socket = NULL;

  if (self == NULL)
    return;

  socket = g_steal_pointer (&self->socket);
  g_clear_pointer (&self->timer, destroy_source);
  update (self);
  g_socket_close (socket, NULL);
  release (self);
}

guint16
xmpp_listener_get_port (XmppListener *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->port;
}

void
xmpp_listener_pause (XmppListener *self)
{
  g_return_if_fail (self != NULL);

  self->paused = TRUE;
  update (self);
}

void
xmpp_listener_resume (XmppListener *self)
{
  g_return_if_fail (self != NULL);

  self->paused = FALSE;
  update (self);
}
