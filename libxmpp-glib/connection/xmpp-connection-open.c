/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Connection"

#include "config.h"

#include "connection/xmpp-connection-private.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-error-private.h"
#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-feature.h"

/* CLOSED → OPENING → OPEN: let the subclass dial, take the stream over. */

static void dial (XmppConnection *self, GTask *task);
static void dialled_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void ask_for_trust (XmppConnection *self, GTask *task, GError *error);
static void asked_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void take_stream (XmppConnection *self, XmppDialResult *dialled);
static void fail_opening (GTask *task, GError *error);

static const XmppLivenessFuncs liveness_funcs;

static gboolean
check_can_open (XmppConnection *self, GError **error)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  if (priv->state == XMPP_CONNECTION_STATE_CLOSED)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                       priv->state == XMPP_CONNECTION_STATE_OPEN
                           ? "The connection is open already"
                           : "The connection is being opened or closed already");
  return FALSE;
}

static void
start_attempt (XmppConnection *self, GCancellable *cancellable)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  priv->thread = g_thread_self ();
  g_clear_error (&priv->error);
  g_clear_object (&priv->report);
  priv->report = xmpp_report_new ();
  priv->opening = xmpp_deadline_new (priv->limit->open_seconds, cancellable);
  xmpp_deadline_set_patience (priv->opening, priv->limit->question_seconds);
  priv->told_open = FALSE;
  xmpp_connection_forget_certificates (self);
  xmpp_connection_set_state (self, XMPP_CONNECTION_STATE_OPENING);
}

/**
 * xmpp_connection_open_async:
 * @connection: a connection
 * @cancellable: (nullable): cancels the attempt
 * @callback: called when the connection is open, or could not be opened
 * @user_data: for @callback
 *
 * Opens the connection: finds the server, connects, secures the stream, authenticates,
 * binds. From then on the connection belongs to this thread and to its thread-default
 * main context, in which all signals are emitted.
 *
 * A connection that has been closed can be opened again.
 *
 * Since: 1.0
 */
void
xmpp_connection_open_async (XmppConnection *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (XMPP_IS_CONNECTION (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_connection_open_async);
  g_task_set_check_cancellable (task, FALSE);

  if (XMPP_CONNECTION_GET_CLASS (self)->ops == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                             "%s is abstract: open an XmppClient",
                             G_OBJECT_TYPE_NAME (self));
  else if (!check_can_open (self, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    {
      start_attempt (self, cancellable);
      dial (self, g_steal_pointer (&task));
    }
}

static void
dial (XmppConnection *self, GTask *task)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  GCancellable *attempt = xmpp_deadline_get_cancellable (priv->opening);

  XMPP_CONNECTION_GET_CLASS (self)->ops->dial_async (self, priv->report, attempt,
                                                     dialled_cb, task);
}

static void
dialled_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppConnection *self = XMPP_CONNECTION (object);
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (XmppDialResult) dialled = NULL;
  g_autoptr (GError) error = NULL;

  dialled = XMPP_CONNECTION_GET_CLASS (self)->ops->dial_finish (self, result, &error);
  if (dialled == NULL && xmpp_connection_has_doubt (self) &&
      !g_cancellable_is_cancelled (xmpp_deadline_get_cancellable (priv->opening)))
    {
      ask_for_trust (self, g_steal_pointer (&task), g_steal_pointer (&error));
      return;
    }
  if (dialled == NULL)
    {
      fail_opening (task, g_steal_pointer (&error));
      return;
    }

  g_clear_pointer (&priv->opening, xmpp_deadline_free);
  take_stream (self, dialled);
  if (priv->stream != dialled->stream)
    {
      g_task_return_new_error (task, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                               "The connection was aborted while it was being opened");
      return;
    }

  /* What has arrived meanwhile comes in a later turn, after "opened". Who closes in there
   * still gets it. */
  priv->told_open = TRUE;
  xmpp_stream_set_sink (priv->stream, &xmpp_connection_sink, self);
  g_signal_emit (self, xmpp_connection_signals[XMPP_CONNECTION_SIGNAL_OPENED], 0, FALSE);
  g_task_return_boolean (task, TRUE);
}

/* @error: what the attempt came to, and what it is left with where the answer is no */
static void
ask_for_trust (XmppConnection *self, GTask *task_arg, GError *error)
{
  g_autoptr (GTask) task = task_arg;
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  GCancellable *attempt = xmpp_deadline_get_cancellable (priv->opening);

  g_task_set_task_data (task, error, (GDestroyNotify) g_error_free);
  xmpp_connection_ask_certificate_async (self, attempt, asked_cb,
                                         g_steal_pointer (&task));
}

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppConnection *self = XMPP_CONNECTION (object);
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (GError) error = NULL;

  if (xmpp_connection_ask_certificate_finish (self, result, &error))
    {
      xmpp_report_start_over (priv->report);
      dial (self, g_steal_pointer (&task));
    }
  else if (error != NULL)
    fail_opening (task, g_steal_pointer (&error));
  else
    fail_opening (task, g_error_copy (g_task_get_task_data (task)));
}

/* TCP is one round trip, TLS 1.3 one, TLS 1.2 two; the stream counts its own. */
static void
report_round_trips (XmppConnectionPrivate *priv)
{
  GIOStream *io = xmpp_stream_get_io (priv->stream);
  guint count = 1 + xmpp_stream_get_round_trips (priv->stream);

  if (G_IS_TLS_CONNECTION (io))
    count += g_tls_connection_get_protocol_version (G_TLS_CONNECTION (io)) ==
                     G_TLS_PROTOCOL_VERSION_TLS_1_3
                 ? 1
                 : 2;
  xmpp_report_set_fact (priv->report, "stream", "round_trips",
                        g_variant_new_uint32 (count));
}

/* Who hears of a property that changes may close or abort the connection: all is in place
 * by then. */
static void
take_stream (XmppConnection *self, XmppDialResult *dialled)
{
  const XmppConnectionOps *ops = XMPP_CONNECTION_GET_CLASS (self)->ops;
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  const XmppStreamHeader *header = xmpp_stream_get_peer_header (dialled->stream);

  g_object_freeze_notify (G_OBJECT (self));
  priv->stream = g_object_ref (dialled->stream);
  priv->features = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < dialled->features->len; i++)
    if (xmpp_feature_can_handle (g_ptr_array_index (dialled->features, i)))
      g_ptr_array_add (priv->features,
                       g_object_ref (g_ptr_array_index (dialled->features, i)));
  g_clear_pointer (&priv->offer, xmpp_element_unref);
  if (dialled->offer != NULL)
    priv->offer = xmpp_element_ref (dialled->offer);
  xmpp_connection_set_jid (self, xmpp_stream_get_jid (priv->stream));

  g_clear_pointer (&priv->queue, xmpp_receive_queue_free);
  priv->queue = xmpp_receive_queue_new ();
  priv->requests =
      xmpp_request_table_new (priv->limit, g_main_context_get_thread_default ());
  priv->liveness = xmpp_liveness_new (priv->stream, &liveness_funcs, self);

  report_round_trips (priv);
  if (header != NULL && header->id != NULL)
    xmpp_report_set_fact (priv->report, "stream", "id",
                          g_variant_new_string (header->id));

  xmpp_stream_set_tap (priv->stream, &xmpp_connection_tap, self);
  xmpp_connection_set_state (self, XMPP_CONNECTION_STATE_OPEN);
  if (ops->opened != NULL)
    ops->opened (self, dialled);
  g_object_thaw_notify (G_OBJECT (self));
}

/* The order says why: the caller's own cancellation, the deadline, a close() meanwhile,
 * and only then what the step itself reported. */
static void
fail_opening (GTask *task, GError *step_error)
{
  XmppConnection *self = g_task_get_source_object (task);
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (XmppDeadline) opening = g_steal_pointer (&priv->opening);
  gboolean closed = priv->state == XMPP_CONNECTION_STATE_CLOSING;
  g_autoptr (GError) error = step_error;

  xmpp_deadline_translate (opening, &error, "Opening the connection");
  if (closed && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      g_set_error_literal (&error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                           "The connection was closed while it was being opened");
    }

  xmpp_error_explain (error, xmpp_report_get_failed_step (priv->report),
                      xmpp_report_get_text (priv->report, "account", "domain"));
  g_debug ("not opened: %s", error->message);
  xmpp_connection_end (self, error);
  g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * xmpp_connection_open_finish:
 * @connection: a connection
 * @result: the result
 * @error: what went wrong, as [method@Connection.open_async] describes
 *
 * Finishes opening the connection.
 *
 * Which step failed is in [method@Connection.get_report]; whether trying again makes
 * sense says [func@error_get_advice]. Errors come from [error@ConnectionError],
 * [error@StreamError], [error@SaslError], [error@StanzaError] (binding), and unchanged
 * from GIO: [error@Gio.IOErrorEnum], [error@Gio.TlsError], [error@Gio.ResolverError].
 * [error@Gio.IOErrorEnum.PENDING] says that the connection was not closed.
 *
 * Returns: whether the connection is open
 *
 * Since: 1.0
 */
gboolean
xmpp_connection_open_finish (XmppConnection *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_connection_open_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* XEP-0199: our server answers, if only with an error. Nobody waits for the reply itself:
 * that something came is enough. A component's stanza needs both addresses (XEP-0114 §3): what
 * goes to its own domain comes back on the same stream. */
static void
ask (gpointer user_data)
{
  XmppConnection *self = user_data;
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (XmppElement) ping = xmpp_element_new ("ping", "urn:xmpp:ping");
  g_autoptr (XmppStanza) iq = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, NULL, ping);

  if (priv->state != XMPP_CONNECTION_STATE_OPEN)
    return;

  if (g_str_equal (xmpp_stream_get_content_xmlns (priv->stream), XMPP_NS_COMPONENT))
    {
      xmpp_stanza_set_from (iq, priv->jid);
      xmpp_stanza_set_to (iq, priv->jid);
    }
  xmpp_stream_write (priv->stream, xmpp_stanza_get_element (iq), NULL);
}

static void
dead (gpointer user_data)
{
  XmppConnection *self = user_data;
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (GError) error = NULL;

  g_set_error (&error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONNECTION_TIMEOUT,
               "%s has been silent for too long and did not answer a ping",
               xmpp_connection_get_peer (self));
  xmpp_stream_fail (priv->stream, error);
}

static const XmppLivenessFuncs liveness_funcs = { .ask = ask, .dead = dead };
