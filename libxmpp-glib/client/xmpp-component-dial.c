/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-component-private.h"

#include "core/xmpp-error-private.h"
#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-component-handshake.h"
#include "tls/xmpp-tls-handshake.h"
#include "transport/xmpp-attempt.h"
#include "transport/xmpp-connector.h"

/* What XmppComponent tells XmppConnection: how it comes to a stream, and whose stanzas may be
 * sent. There is one place where the server may be, and nothing to negotiate. */

typedef struct
{
  XmppReport *report;
  XmppJid *domain;
  XmppStream *stream;
  GError *failure;
} Dial;

static void connected_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static gboolean may_be_in_clear (XmppComponent *self, GIOStream *io, GError **error);
static void handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void leave (GTask *task, GError *error);
static void left_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
dial_free (gpointer data)
{
  Dial *dial = data;

  g_clear_object (&dial->report);
  g_clear_pointer (&dial->domain, xmpp_jid_unref);
  g_clear_error (&dial->failure);
  if (dial->stream != NULL)
    {
      xmpp_stream_set_tap (dial->stream, NULL, NULL);
      xmpp_stream_abort (dial->stream);
    }
  g_clear_object (&dial->stream);
  g_free (dial);
}

XmppJid *
xmpp_component_parse_domain (const char *domain, GError **error)
{
  g_autoptr (XmppJid) jid = xmpp_jid_new (domain != NULL ? domain : "", error);

  if (jid == NULL)
    return NULL;

  if (xmpp_jid_get_local (jid) != NULL || !xmpp_jid_is_bare (jid))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "A component is a domain, and “%.100s” is more than that", domain);
      return NULL;
    }

  return g_steal_pointer (&jid);
}

static gboolean
check_settings (XmppComponent *self, GError **error)
{
  if (self->secret == NULL || *self->secret == '\0')
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL,
                 "The component %s has no secret. What to do: give the one that the "
                 "server's configuration has for it",
                 self->domain);
  else if (self->tls_mode == XMPP_TLS_MODE_STARTTLS)
    g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                 "Components have no STARTTLS (XEP-0114). What to do: use direct TLS for "
                 "%s, where the server offers it",
                 self->domain);
  else
    return TRUE;

  return FALSE;
}

static XmppCandidate *
make_candidate (XmppComponent *self)
{
  return xmpp_candidate_new_for_host (self->host != NULL ? self->host : "localhost",
                                      self->port != 0 ? (guint16) self->port
                                                      : XMPP_PORT_COMPONENT,
                                      self->tls_mode == XMPP_TLS_MODE_DIRECT, "given");
}

static void
dial_async (XmppConnection *connection,
            XmppReport *report,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  XmppComponent *self = XMPP_COMPONENT (connection);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GPtrArray) candidates = xmpp_candidate_list_new ();
  g_autoptr (XmppTlsParameters) tls = NULL;
  g_autoptr (XmppConnector) connector = NULL;
  XmppCandidate *candidate;
  Dial *dial = g_new0 (Dial, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, dial_async);
  g_task_set_task_data (task, dial, dial_free);
  dial->report = g_object_ref (report);
  dial->domain = xmpp_component_parse_domain (self->domain, &error);
  if (dial->domain == NULL || !check_settings (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  xmpp_report_set_fact (report, "account", "domain", g_variant_new_string (self->domain));
  candidate = make_candidate (self);
  g_ptr_array_add (candidates, candidate);
  xmpp_report_list_candidate (report, candidate->host, candidate->port,
                              candidate->direct_tls, candidate->source);

  /* There is no service of components in certificates, and no ALPN. */
  tls = xmpp_tls_parameters_new (candidate->host, NULL);
  g_set_object (&tls->database, self->tls_database);
  xmpp_connection_prepare_tls (connection, tls);
  connector =
      xmpp_connector_new (NULL, tls, xmpp_connection_get_limits (connection), report);
  xmpp_connector_connect_async (connector, candidates, cancellable, connected_cb,
                                g_steal_pointer (&task));
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppComponent *self = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  XmppLimits *limits = xmpp_connection_get_limits (XMPP_CONNECTION (self));
  Dial *dial = g_task_get_task_data (task);
  g_autoptr (GIOStream) io = NULL;
  GError *error = NULL;

  io =
      xmpp_connector_connect_finish (XMPP_CONNECTOR (object), result, NULL, NULL, &error);
  if (io != NULL && !G_IS_TLS_CONNECTION (io) && !may_be_in_clear (self, io, &error))
    xmpp_report_end_step (dial->report, xmpp_report_begin_step (dial->report, "tls"),
                          error, NULL);
  if (error != NULL)
    {
      if (io != NULL)
        g_io_stream_close (io, NULL, NULL);
      g_task_return_error (task, error);
      return;
    }

  dial->stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, XMPP_NS_COMPONENT, limits);
  xmpp_stream_set_tap (dial->stream, &xmpp_connection_tap, self);
  if (G_IS_TLS_CONNECTION (io))
    xmpp_stream_add_state (dial->stream, XMPP_STREAM_SECURE);
  xmpp_component_handshake_async (dial->stream, dial->domain, self->secret, dial->report,
                                  cancellable, handshaken_cb, g_steal_pointer (&task));
}

static gboolean
may_be_in_clear (XmppComponent *self, GIOStream *io, GError **error)
{
  if (self->insecure || xmpp_attempt_is_on_loopback (io))
    return TRUE;

  g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
               "The component %s would speak in plain text to another machine, %s. What "
               "to do: let it run beside the server, or use direct TLS or a tunnel",
               self->domain, self->host != NULL ? self->host : "localhost");
  return FALSE;
}

static void
handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppStream *stream = XMPP_STREAM (object);
  Dial *dial = g_task_get_task_data (task);
  XmppDialResult *dialled;
  GError *error = NULL;

  if (!xmpp_component_handshake_finish (stream, result, &error))
    {
      leave (g_steal_pointer (&task), error);
      return;
    }

  dialled = g_new0 (XmppDialResult, 1);
  dialled->stream = g_steal_pointer (&dial->stream);
  dialled->features = g_ptr_array_new_with_free_func (g_object_unref);
  g_task_return_pointer (task, dialled, (GDestroyNotify) xmpp_dial_result_free);
}

/* Takes over both. A stream that still works is left with its closing tag (RFC 6120 §4.4);
 * nobody waits for the peer's. */
static void
leave (GTask *task_arg, GError *error)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Dial *dial = g_task_get_task_data (task);

  xmpp_tls_explain (xmpp_stream_get_io (dial->stream), error);
  if (xmpp_stream_get_error (dial->stream) != NULL ||
      g_cancellable_is_cancelled (cancellable))
    {
      g_task_return_error (task, error);
      return;
    }

  dial->failure = error;
  xmpp_stream_write_end (dial->stream);
  xmpp_stream_flush_async (dial->stream, cancellable, left_cb, g_steal_pointer (&task));
}

static void
left_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Dial *dial = g_task_get_task_data (task);

  xmpp_stream_flush_finish (XMPP_STREAM (object), result, NULL);
  g_task_return_error (task, g_steal_pointer (&dial->failure));
}

static XmppDialResult *
dial_finish (XmppConnection *connection, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- The open stream ---- */

/* XEP-0114 §3: every stanza has both addresses, and “from” is one of ours. */
static XmppStanza *
stamp (XmppConnection *connection, XmppStanza *stanza, GError **error)
{
  XmppJid *own = xmpp_connection_get_jid (connection);
  XmppElement *element = xmpp_stanza_get_element (stanza);
  XmppJid *from = xmpp_stanza_get_from (stanza);
  XmppStanza *stamped;

  if (xmpp_stanza_get_to (stanza) == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "A component says to whom each stanza goes: this one has no "
                           "“to”");
      return NULL;
    }

  if (from != NULL && g_str_equal (xmpp_jid_get_domain (from), xmpp_jid_get_domain (own)))
    return xmpp_stanza_ref (stanza);

  if (xmpp_element_get_attribute (element, "from") != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The component %s does not speak for “%.200s”",
                   xmpp_jid_get_domain (own),
                   xmpp_element_get_attribute (element, "from"));
      return NULL;
    }

  stamped = xmpp_element_is_sealed (element) ? xmpp_stanza_copy (stanza)
                                             : xmpp_stanza_ref (stanza);
  xmpp_stanza_set_from (stamped, own);
  return stamped;
}

const XmppConnectionOps xmpp_component_ops = {
  .dial_async = dial_async,
  .dial_finish = dial_finish,
  .stamp = stamp,
};
