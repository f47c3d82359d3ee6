/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Transport"

#include "config.h"

#include "transport/xmpp-attempt.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-error.h"
#include "tls/xmpp-tls-handshake.h"
#include "transport/xmpp-address-scope.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

/* On what goes through a proxy, or may do so */
#define PROXIED "xmpp-proxied"

typedef struct
{
  XmppCandidate *candidate;
  char *place; /* host:port */
  XmppTlsParameters *tls;
  XmppLimits *limits;
  XmppReport *report;
  const gboolean *lost;

  GSocketClient *client;
  XmppDeadline *deadline;
  guint step; /* open in the report, 0: none */
  char *note; /* for people, behind the place; nullable */
  gboolean proxied;
  gboolean answered;
} Attempt;

/* The steps, in the order in which they run. */
static void connect_tcp (Attempt *self, GProxyResolver *resolver, GTask *task);
static void event_cb (GSocketClient *client,
                      GSocketClientEvent event,
                      GSocketConnectable *connectable,
                      GIOStream *connection,
                      gpointer user_data);
static void connected_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void handshake (Attempt *self, GIOStream *tcp, GTask *task);
static void handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
attempt_free (Attempt *self)
{
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  g_clear_pointer (&self->deadline, xmpp_deadline_free);
  g_clear_pointer (&self->candidate, xmpp_candidate_unref);
  g_clear_pointer (&self->tls, xmpp_tls_parameters_unref);
  g_clear_object (&self->limits);
  g_clear_object (&self->report);
  g_free (self->place);
  g_free (self->note);
  g_free (self);
}

static void
begin_step (Attempt *self, const char *step)
{
  self->step = xmpp_report_begin_step (self->report, step);
}

static void
end_step (Attempt *self, const GError *error)
{
  /* explain_failure() may have put the place into the message. */
  gboolean says_place = error != NULL && strstr (error->message, self->place) != NULL;
  g_autofree char *detail = g_strconcat (says_place ? "" : self->place,
                                         self->note != NULL ? self->note : "", NULL);

  if (error != NULL && self->lost != NULL && *self->lost)
    xmpp_report_drop_step (self->report, self->step);
  else
    xmpp_report_end_step (self->report, self->step, error,
                          detail[0] != '\0' ? detail : NULL);
  self->step = 0;
}

void
xmpp_attempt_async (XmppCandidate *candidate,
                    const XmppAttemptSettings *settings,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Attempt *self = g_new0 (Attempt, 1);

  g_task_set_source_tag (task, xmpp_attempt_async);
  g_task_set_task_data (task, self, (GDestroyNotify) attempt_free);

  self->candidate = xmpp_candidate_ref (candidate);
  self->place = xmpp_candidate_to_string (candidate);
  self->limits = g_object_ref (settings->limits);
  g_set_object (&self->report, settings->report);
  self->lost = settings->lost;
  if (settings->tls != NULL)
    self->tls = xmpp_tls_parameters_ref (settings->tls);

  if (candidate->direct_tls && self->tls == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                               "%s is for direct TLS, but TLS is not set up",
                               self->place);
      return;
    }
  connect_tcp (self, settings->resolver, g_steal_pointer (&task));
}

GIOStream *
xmpp_attempt_finish (GAsyncResult *result, gboolean *answered, GError **error)
{
  Attempt *self;

  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_attempt_async), NULL);

  self = g_task_get_task_data (G_TASK (result));
  *answered = self->answered;

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
xmpp_attempt_is_proxied (GSocketConnection *tcp)
{
  return g_object_get_data (G_OBJECT (tcp), PROXIED) != NULL;
}

gboolean
xmpp_attempt_is_on_loopback (GIOStream *io)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (!G_IS_SOCKET_CONNECTION (io) || xmpp_attempt_is_proxied (G_SOCKET_CONNECTION (io)))
    return FALSE;

  address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (io), NULL);
  return address != NULL && xmpp_address_scope_is_loopback (address);
}

static void
connect_tcp (Attempt *self, GProxyResolver *resolver, GTask *task)
{
  const XmppLimitValues *limits = xmpp_limits_peek (self->limits);
  g_autoptr (GSocketConnectable)
      address = g_network_address_new (self->candidate->host, self->candidate->port);

  begin_step (self, "connect");
  self->deadline =
      xmpp_deadline_new (limits->connect_seconds, g_task_get_cancellable (task));
  self->client = g_socket_client_new ();
  if (resolver != NULL)
    g_socket_client_set_proxy_resolver (self->client, resolver);
  g_signal_connect (self->client, "event", G_CALLBACK (event_cb), self);

  g_socket_client_connect_async (self->client, address,
                                 xmpp_deadline_get_cancellable (self->deadline),
                                 connected_cb, task);
}

/* With Nagle's algorithm on, the stream header would wait for the acknowledgement of the
 * client's TLS Finished. The liveness of the connection is checked in XMPP, not by TCP.
 */
static void
tune_socket (GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autoptr (GError) error = NULL;

  g_socket_set_keepalive (socket, FALSE);
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX)
    return;
  if (!g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, &error))
    g_debug ("TCP_NODELAY: %s", error->message);
}

/* All that has to do with the proxy is its step. Its URI may hold a password, and stays
 * where it is. */
static void
note_proxy (Attempt *self, GProxyAddress *proxy)
{
  GInetSocketAddress *address = G_INET_SOCKET_ADDRESS (proxy);
  g_autofree char *host =
      g_inet_address_to_string (g_inet_socket_address_get_address (address));

  if (!self->proxied)
    {
      xmpp_report_drop_step (self->report, self->step);
      begin_step (self, "proxy");
    }
  self->proxied = TRUE;
  g_free (self->note);
  self->note = g_strdup_printf (" through the %s proxy at %s port %u",
                                g_proxy_address_get_protocol (proxy), host,
                                g_inet_socket_address_get_port (address));
}

/* Who points a name at a machine of its user's makes the client knock there. That may well
 * be meant; a person should know. */
static void
note_address (Attempt *self, GInetSocketAddress *socket_address)
{
  GInetAddress *address = g_inet_socket_address_get_address (socket_address);
  const char *domain = self->tls != NULL ? self->tls->domain : NULL;
  const char *scope = xmpp_address_scope_describe (address);
  g_autofree char *text = NULL;

  if (scope == NULL || domain == NULL || g_str_equal (self->candidate->source, "given") ||
      !xmpp_address_scope_is_public_name (domain))
    return;

  text = g_inet_address_to_string (address);
  g_free (self->note);
  self->note =
      g_strdup_printf (" (%s is %s, though %s is a public name)", text, scope, domain);
}

static void
connecting (Attempt *self, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress)
      address = g_socket_connection_get_remote_address (connection, NULL);

  tune_socket (connection);
  if (G_IS_PROXY_ADDRESS (address))
    note_proxy (self, G_PROXY_ADDRESS (address));
  else if (G_IS_INET_SOCKET_ADDRESS (address))
    note_address (self, G_INET_SOCKET_ADDRESS (address));
}

static void
event_cb (GSocketClient *client,
          GSocketClientEvent event,
          GSocketConnectable *connectable,
          GIOStream *connection,
          gpointer user_data)
{
  if (event == G_SOCKET_CLIENT_CONNECTING && G_IS_SOCKET_CONNECTION (connection))
    connecting (user_data, G_SOCKET_CONNECTION (connection));
}

/* Domain and code stay, the message says where. */
static void
explain_failure (Attempt *self, const char *phase, GError **error)
{
  g_autofree char *what = g_strdup_printf ("%s %s", phase, self->place);

  xmpp_deadline_translate (self->deadline, error, what);
  if (!xmpp_deadline_has_passed (self->deadline) &&
      !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (error, "%s: ", self->place);
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *self = g_task_get_task_data (task);
  g_autoptr (GSocketConnection) tcp = NULL;
  GError *error = NULL;

  tcp = g_socket_client_connect_finish (G_SOCKET_CLIENT (object), result, &error);
  if (tcp == NULL)
    explain_failure (self, "The connection to", &error);
  end_step (self, error);
  g_clear_pointer (&self->deadline, xmpp_deadline_free);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  tune_socket (tcp);
  if (self->proxied)
    g_object_set_data (G_OBJECT (tcp), PROXIED, tcp);
  self->answered = TRUE;
  if (self->candidate->direct_tls)
    handshake (self, G_IO_STREAM (tcp), g_steal_pointer (&task));
  else
    g_task_return_pointer (task, g_steal_pointer (&tcp), g_object_unref);
}

static void
handshake (Attempt *self, GIOStream *tcp, GTask *task)
{
  const XmppLimitValues *limits = xmpp_limits_peek (self->limits);

  begin_step (self, "tls");
  self->deadline = xmpp_deadline_new (limits->tls_seconds, g_task_get_cancellable (task));
  xmpp_tls_handshake_async (tcp, self->tls,
                            xmpp_deadline_get_cancellable (self->deadline), handshaken_cb,
                            task);
}

static void
handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *self = g_task_get_task_data (task);
  GTlsConnection *connection;
  GError *error = NULL;

  connection = xmpp_tls_handshake_finish (result, &error);
  if (connection == NULL)
    {
      explain_failure (self, "The TLS handshake with", &error);
      end_step (self, error);
      g_task_return_error (task, error);
      return;
    }

  end_step (self, NULL);
  g_task_return_pointer (task, connection, g_object_unref);
}
