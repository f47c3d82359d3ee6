/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-handshake.h"

#include "tls/xmpp-client-certificate.h"
#include "tls/xmpp-tls-base.h"
#include "tls/xmpp-tls-database.h"
#include "tls/xmpp-tls-interaction.h"

#include <gnutls/gnutls.h>
#include <string.h>

typedef struct
{
  XmppTlsParameters *parameters;
  XmppTlsDatabase *database;
  GTlsConnection *connection;
} Handshake;

/* The steps, in the order in which they run. */
static GTlsConnection *construct_client (GIOStream *base,
                                         Handshake *self,
                                         GError **error);
static GTlsConnection *construct_server (GIOStream *base,
                                         Handshake *self,
                                         GError **error);
static void handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static gboolean check_outcome (Handshake *self, GError **error);
static void explain_failure (Handshake *self, GError **error);
static void fail (GTask *task, GError *error);

static void
handshake_free (Handshake *self)
{
  g_clear_pointer (&self->parameters, xmpp_tls_parameters_unref);
  g_clear_object (&self->database);
  g_clear_object (&self->connection);
  g_free (self);
}

void
xmpp_tls_handshake_async (GIOStream *base,
                          XmppTlsParameters *parameters,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  GTlsConnection *connection;
  Handshake *self;

  g_return_if_fail (G_IS_IO_STREAM (base));
  g_return_if_fail (parameters != NULL);

  task = g_task_new (base, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_tls_handshake_async);

  self = g_new0 (Handshake, 1);
  self->parameters = xmpp_tls_parameters_ref (parameters);
  self->database = xmpp_tls_database_new (parameters);
  g_task_set_task_data (task, self, (GDestroyNotify) handshake_free);

  self->connection = parameters->server ? construct_server (base, self, &error)
                                        : construct_client (base, self, &error);
  if (self->connection == NULL)
    {
      fail (task, g_steal_pointer (&error));
      return;
    }

  connection = self->connection;
  g_tls_connection_handshake_async (connection, G_PRIORITY_DEFAULT, cancellable,
                                    handshaken_cb, g_steal_pointer (&task));
}

GTlsConnection *
xmpp_tls_handshake_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_tls_handshake_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
set_common_properties (GTlsConnection *connection, XmppTlsParameters *parameters)
{
  if (parameters->alpn != NULL)
    {
      const char *protocols[] = { parameters->alpn, NULL };

      g_tls_connection_set_advertised_protocols (connection, protocols);
    }
  if (parameters->certificate != NULL)
    g_tls_connection_set_certificate (connection, parameters->certificate);
  if (parameters->interaction != NULL)
    {
      g_autoptr (GTlsInteraction)
          interaction = xmpp_tls_interaction_new (parameters->interaction);

      g_tls_connection_set_interaction (connection, interaction);
    }
}

/* An address is no name: as a socket address it stays out of the ClientHello (RFC 6066 §3). */
static GSocketConnectable *
server_identity (const char *domain)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (domain);

  if (address != NULL)
    return G_SOCKET_CONNECTABLE (g_inet_socket_address_new (address, 0));
  return g_network_address_new (domain, 0);
}

/* Who may be asked for a certificate must know whether it was sent: no session is resumed. */
static GIOStream *
choose_base (GIOStream *base, XmppTlsParameters *parameters)
{
  if ((parameters->certificate != NULL || parameters->interaction != NULL) &&
      G_IS_SOCKET_CONNECTION (base))
    return xmpp_tls_base_new (G_SOCKET_CONNECTION (base));

  return g_object_ref (base);
}

/* The database belongs to the construction: set later, GIO has loaded the system's
 * before. */
static GTlsConnection *
construct_client (GIOStream *base, Handshake *self, GError **error)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autoptr (GSocketConnectable) identity = NULL;
  g_autoptr (GIOStream) below = NULL;
  GTlsConnection *connection;

  if (self->parameters->domain == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "TLS cannot be verified without the domain of the server");
      return NULL;
    }

  identity = server_identity (self->parameters->domain);
  below = choose_base (base, self->parameters);
  connection = g_initable_new (g_tls_backend_get_client_connection_type (backend), NULL,
                               error, "base-io-stream", below, "server-identity",
                               identity, "database", self->database, NULL);
  if (connection == NULL)
    return NULL;

  set_common_properties (connection, self->parameters);
  xmpp_client_certificate_watch (connection);
  return connection;
}

/* A client's certificate never ends the handshake: who wants to know, for EXTERNAL or for
 * server-to-server streams, asks xmpp_tls_database_judge() afterwards. GIO asks this even
 * about certificates that it finds good. */
static gboolean
accept_certificate_cb (GTlsConnection *connection,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags flags,
                       gpointer user_data)
{
  return TRUE;
}

/* GIO renegotiates TLS 1.2 as often as the client likes and tells nobody but by this
 * signal, once in every handshake. */
static void
peer_certificate_notify_cb (GTlsConnection *connection,
                            GParamSpec *pspec,
                            gpointer user_data)
{
  g_autoptr (GIOStream) base = NULL;

  if (g_object_get_data (G_OBJECT (connection), "xmpp-handshaken") == NULL)
    {
      g_object_set_data (G_OBJECT (connection), "xmpp-handshaken", connection);
      return;
    }

  g_object_get (connection, "base-io-stream", &base, NULL);
  if (G_IS_SOCKET_CONNECTION (base))
    g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)), TRUE,
                       TRUE, NULL);
}

static GTlsConnection *
construct_server (GIOStream *base, Handshake *self, GError **error)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  GTlsConnection *connection;

  if (self->parameters->certificate == NULL)
    {
      g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                           "TLS needs a certificate on the receiving side");
      return NULL;
    }

  connection = g_initable_new (g_tls_backend_get_server_connection_type (backend), NULL,
                               error, "base-io-stream", base, "database", self->database,
                               "authentication-mode", G_TLS_AUTHENTICATION_REQUESTED,
                               NULL);
  if (connection == NULL)
    return NULL;

  set_common_properties (connection, self->parameters);
  g_signal_connect (connection, "accept-certificate", G_CALLBACK (accept_certificate_cb),
                    NULL);
  g_signal_connect (connection, "notify::peer-certificate",
                    G_CALLBACK (peer_certificate_notify_cb), NULL);
  return connection;
}

static void
handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Handshake *self = g_task_get_task_data (task);
  GTlsConnection *connection = G_TLS_CONNECTION (object);
  GError *error = NULL;

  if (!g_tls_connection_handshake_finish (connection, result, &error))
    explain_failure (self, &error);
  else if (check_outcome (self, &error))
    {
      g_task_return_pointer (task, g_steal_pointer (&self->connection), g_object_unref);
      return;
    }
  fail (task, error);
}

static const char *
peer_name (Handshake *self)
{
  return self->parameters->domain != NULL ? self->parameters->domain : "the peer";
}

/* What GIO leaves open when it reports success: a resumed session is not judged, TLS 1.0
 * is allowed. */
static gboolean
check_outcome (Handshake *self, GError **error)
{
  GTlsConnection *connection = self->connection;
  const char *protocol = g_tls_connection_get_negotiated_protocol (connection);

  if (g_tls_connection_get_protocol_version (connection) < G_TLS_PROTOCOL_VERSION_TLS_1_2)
    {
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC,
                   "%s speaks TLS %s at best; at least TLS 1.2 is required",
                   peer_name (self), xmpp_tls_describe_version (connection));
      return FALSE;
    }
  if (protocol != NULL && g_strcmp0 (protocol, self->parameters->alpn) != 0)
    {
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC,
                   "%s has chosen another protocol than XMPP over TLS (ALPN)",
                   peer_name (self));
      return FALSE;
    }
  if (self->parameters->server)
    return TRUE;
  if (!xmpp_tls_database_judge (self->database, connection, error))
    return FALSE;
  if (self->parameters->doubt != NULL)
    self->parameters->doubt->passed = TRUE;
  return TRUE;
}

/* Plain text where TLS was expected: GIO has one code for this and for many other things, and
 * leaves the difference in GnuTLS's words. */
static gboolean
is_no_tls (const GError *error)
{
  const int results[] = { GNUTLS_E_UNEXPECTED_PACKET, GNUTLS_E_UNEXPECTED_PACKET_LENGTH,
                          GNUTLS_E_UNSUPPORTED_VERSION_PACKET, GNUTLS_E_RECORD_OVERFLOW };

  if (!g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_MISC))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    if (strstr (error->message, gnutls_strerror (results[i])) != NULL)
      return TRUE;
  return FALSE;
}

/* A server that does not wait for the rest of the handshake resets the connection: its alert is
 * lost, and what GIO says is that it has no TLS. */
static gboolean
has_hung_up_on_our_certificate (Handshake *self, const GError *error)
{
  return g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS) &&
         !self->parameters->server &&
         xmpp_client_certificate_get_sent (self->connection) != NULL;
}

static void
explain_failure (Handshake *self, GError **error)
{
  g_autoptr (GError) verdict = NULL;

  if (is_no_tls (*error))
    (*error)->code = G_TLS_ERROR_NOT_TLS;

  if (has_hung_up_on_our_certificate (self, *error))
    {
      g_autofree char *message =
          xmpp_client_certificate_explain_refusal (self->connection,
                                                   "it has hung up on it");

      g_clear_error (error);
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC,
                   "The TLS handshake with %s failed: %s", peer_name (self), message);
    }
  else if (g_error_matches (*error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE) &&
           !xmpp_tls_database_judge (self->database, self->connection, &verdict))
    {
      g_clear_error (error);
      *error = g_steal_pointer (&verdict);
    }
  else if (g_error_matches (*error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS) &&
           self->parameters->alpn != NULL && !self->parameters->server)
    g_prefix_error (error,
                    "%s did not answer with TLS, or hung up; is this a STARTTLS port "
                    "(5222 "
                    "mostly) rather than one for direct TLS (5223)? ",
                    peer_name (self));
  else if (g_error_matches (*error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    g_prefix_error (error,
                    "%s did not answer with TLS, or hung up during the handshake: ",
                    peer_name (self));
  else if (g_error_matches (*error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED) &&
           !self->parameters->server)
    g_prefix_error (error, "%s has asked for a client certificate and hung up; %s: ",
                    peer_name (self),
                    self->parameters->certificate != NULL
                        ? "the key of the one that is set needs a PIN that nobody was "
                          "asked for"
                        : "none is set");
  else if (!g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      xmpp_tls_explain (G_IO_STREAM (self->connection), *error);
      g_prefix_error (error, "The TLS handshake with %s failed: ", peer_name (self));
    }
}

/* Takes over @error. To close a socket does not block; what else there may be below, a proxy's
 * TLS for one, is closed when it can. */
static void
fail (GTask *task, GError *error)
{
  GIOStream *base = g_task_get_source_object (task);

  if (G_IS_SOCKET_CONNECTION (base))
    g_io_stream_close (base, NULL, NULL);
  else
    g_io_stream_close_async (base, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_task_return_error (task, error);
}

/* RFC 8446 §6.2: what is sent about a certificate; GIO leaves it in GnuTLS's words. */
static gboolean
is_about_our_certificate (const GError *error)
{
  const gnutls_alert_description_t alerts[] = {
    GNUTLS_A_BAD_CERTIFICATE,     GNUTLS_A_UNSUPPORTED_CERTIFICATE,
    GNUTLS_A_CERTIFICATE_REVOKED, GNUTLS_A_CERTIFICATE_EXPIRED,
    GNUTLS_A_CERTIFICATE_UNKNOWN, GNUTLS_A_UNKNOWN_CA,
    GNUTLS_A_ACCESS_DENIED,
  };

  if (!g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_MISC))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (alerts); i++)
    if (strstr (error->message, gnutls_alert_get_name (alerts[i])) != NULL)
      return TRUE;
  return FALSE;
}

void
xmpp_tls_explain (GIOStream *io, GError *error)
{
  g_autoptr (GError) verdict = NULL;
  g_autofree char *message = NULL;
  GTlsDatabase *database;

  if (!G_IS_TLS_CLIENT_CONNECTION (io))
    return;

  database = g_tls_connection_get_database (G_TLS_CONNECTION (io));
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE) &&
      XMPP_IS_TLS_DATABASE (database) &&
      !xmpp_tls_database_judge (XMPP_TLS_DATABASE (database), G_TLS_CONNECTION (io),
                                &verdict))
    message = g_strdup (verdict->message);
  else if (is_about_our_certificate (error) &&
           g_tls_connection_get_certificate (G_TLS_CONNECTION (io)) != NULL)
    message =
        xmpp_client_certificate_explain_refusal (G_TLS_CONNECTION (io), error->message);
  else
    return;

  g_free (error->message);
  error->message = g_steal_pointer (&message);
}

const char *
xmpp_tls_describe_version (GTlsConnection *connection)
{
  switch (g_tls_connection_get_protocol_version (connection))
    {
    case G_TLS_PROTOCOL_VERSION_TLS_1_3:
      return "1.3";
    case G_TLS_PROTOCOL_VERSION_TLS_1_2:
      return "1.2";
    case G_TLS_PROTOCOL_VERSION_TLS_1_1:
      return "1.1";
    case G_TLS_PROTOCOL_VERSION_TLS_1_0:
      return "1.0";
    case G_TLS_PROTOCOL_VERSION_SSL_3_0:
      return "0 (SSL 3.0)";
    case G_TLS_PROTOCOL_VERSION_UNKNOWN:
    case G_TLS_PROTOCOL_VERSION_DTLS_1_0:
    case G_TLS_PROTOCOL_VERSION_DTLS_1_2:
    default:
      return "unknown";
    }
}
