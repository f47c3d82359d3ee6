/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-connection-private.h"

#include "connection/xmpp-marshal.h"
#include "core/xmpp-mask.h"
#include "xmpp-enum-types.h"

/**
 * XmppConnection:
 *
 * One logical XMPP connection.
 *
 * Subclasses say how it comes about: [class@Client] is an account on a server. What they
 * have in common is here: opening, sending, receiving, requests, and the polite close.
 *
 * A received stanza goes to the request that waits for it, then to the handlers that
 * [method@Connection.add_handler] added, then to the signal of its kind, then into the
 * queue of [method@Connection.receive_async] if [property@Connection:queue-kinds] names
 * its kind. An iq request that nobody takes is refused with service-unavailable. Pings
 * (XEP-0199) are answered by the library.
 *
 * Everything happens in the main context that was the thread's default when the
 * connection was opened; other threads are refused.
 *
 * Since: 1.0
 */

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (XmppConnection, xmpp_connection, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_JID,
  PROP_PEER,
  PROP_SECURE,
  PROP_TLS_CONNECTION,
  PROP_FEATURES,
  PROP_STREAM_ID,
  PROP_LIMITS,
  PROP_QUEUE_KINDS,
  PROP_REPORT,
  PROP_ERROR,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];
guint xmpp_connection_signals[XMPP_CONNECTION_N_SIGNALS];

XmppConnectionPrivate *
xmpp_connection_get_private (XmppConnection *self)
{
  return xmpp_connection_get_instance_private (self);
}

void
xmpp_connection_set_state (XmppConnection *self, XmppConnectionState state)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  if (priv->state == state)
    return;

  priv->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
xmpp_connection_set_jid (XmppConnection *self, XmppJid *jid)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (XmppJid) old = g_steal_pointer (&priv->jid);

  priv->jid = jid != NULL ? xmpp_jid_ref (jid) : NULL;
  if (old != jid)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JID]);
}

gboolean
xmpp_connection_check_thread (XmppConnection *self, GError **error)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  if (priv->thread == NULL || priv->thread == g_thread_self ())
    return TRUE;

  g_set_error_literal (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                       "The connection belongs to the thread that opened it: call it "
                       "there");
  return FALSE;
}

static void
xmpp_connection_dispose (GObject *object)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (XMPP_CONNECTION (object));

  /* Nobody but g_object_run_dispose() gets here meanwhile: what opens has a reference. */
  if (priv->opening != NULL)
    g_cancellable_cancel (xmpp_deadline_get_cancellable (priv->opening));
  if (priv->stream != NULL)
    {
      priv->state = XMPP_CONNECTION_STATE_CLOSED;
      xmpp_stream_set_sink (priv->stream, NULL, NULL);
      xmpp_stream_set_tap (priv->stream, NULL, NULL);
      xmpp_stream_abort (priv->stream);
    }
  g_clear_pointer (&priv->liveness, xmpp_liveness_free);
  g_clear_pointer (&priv->closing, xmpp_deadline_free);
  g_clear_pointer (&priv->requests, xmpp_request_table_free);
  g_clear_pointer (&priv->queue, xmpp_receive_queue_free);
  g_clear_pointer (&priv->features, g_ptr_array_unref);
  g_clear_object (&priv->stream);
  xmpp_connection_forget_certificates (XMPP_CONNECTION (object));

  G_OBJECT_CLASS (xmpp_connection_parent_class)->dispose (object);
}

static void
xmpp_connection_finalize (GObject *object)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (XMPP_CONNECTION (object));

  xmpp_handler_table_free (priv->handlers);
  g_clear_error (&priv->error);
  g_clear_object (&priv->report);
  g_clear_object (&priv->limits);
  g_clear_pointer (&priv->offer, xmpp_element_unref);
  g_clear_pointer (&priv->jid, xmpp_jid_unref);

  G_OBJECT_CLASS (xmpp_connection_parent_class)->finalize (object);
}

static void
xmpp_connection_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  XmppConnection *self = XMPP_CONNECTION (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, xmpp_connection_get_state (self));
      break;
    case PROP_JID:
      g_value_set_boxed (value, xmpp_connection_get_jid (self));
      break;
    case PROP_PEER:
      g_value_set_string (value, xmpp_connection_get_peer (self));
      break;
    case PROP_SECURE:
      g_value_set_boolean (value, xmpp_connection_is_secure (self));
      break;
    case PROP_TLS_CONNECTION:
      g_value_set_object (value, xmpp_connection_get_tls_connection (self));
      break;
    case PROP_FEATURES:
      g_value_set_boxed (value, xmpp_connection_get_features (self));
      break;
    case PROP_STREAM_ID:
      g_value_set_string (value, xmpp_connection_get_stream_id (self));
      break;
    case PROP_LIMITS:
      g_value_set_object (value, xmpp_connection_get_limits (self));
      break;
    case PROP_QUEUE_KINDS:
      g_value_set_flags (value, xmpp_connection_get_queue_kinds (self));
      break;
    case PROP_REPORT:
      g_value_set_object (value, xmpp_connection_get_report (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, xmpp_connection_get_error (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
xmpp_connection_set_property (GObject *object,
                              guint id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_QUEUE_KINDS:
      xmpp_connection_set_queue_kinds (XMPP_CONNECTION (object),
                                       g_value_get_flags (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void
init_stream_properties (void)
{
  /**
   * XmppConnection:jid: (getter get_jid)
   *
   * Our full address; NULL before it was bound.
   *
   * Since: 1.0
   */
  properties[PROP_JID] = g_param_spec_boxed ("jid", NULL, NULL, XMPP_TYPE_JID, READABLE);

  /**
   * XmppConnection:peer: (getter get_peer)
   *
   * The domain of the peer.
   *
   * Since: 1.0
   */
  properties[PROP_PEER] = g_param_spec_string ("peer", NULL, NULL, NULL, READABLE);

  /**
   * XmppConnection:secure: (getter is_secure)
   *
   * Whether the open connection is inside TLS with a verified peer.
   *
   * Since: 1.0
   */
  properties[PROP_SECURE] = g_param_spec_boolean ("secure", NULL, NULL, FALSE, READABLE);

  /**
   * XmppConnection:tls-connection: (getter get_tls_connection)
   *
   * The TLS connection, for its certificate and ciphersuite.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_CONNECTION] =
      g_param_spec_object ("tls-connection", NULL, NULL, G_TYPE_TLS_CONNECTION, READABLE);

  /**
   * XmppConnection:features: (getter get_features)
   *
   * The last stream features that the peer offered.
   *
   * Since: 1.0
   */
  properties[PROP_FEATURES] =
      g_param_spec_boxed ("features", NULL, NULL, XMPP_TYPE_ELEMENT, READABLE);

  /**
   * XmppConnection:stream-id: (getter get_stream_id)
   *
   * The id that the peer gave the stream.
   *
   * Since: 1.0
   */
  properties[PROP_STREAM_ID] =
      g_param_spec_string ("stream-id", NULL, NULL, NULL, READABLE);
}

static void
init_life_properties (void)
{
  /**
   * XmppConnection:state: (getter get_state)
   *
   * Where in its life the connection is.
   *
   * Since: 1.0
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL,
                                              XMPP_TYPE_CONNECTION_STATE,
                                              XMPP_CONNECTION_STATE_CLOSED, READABLE);

  /**
   * XmppConnection:error: (getter get_error)
   *
   * Why the connection was closed last.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] =
      g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, READABLE);

  /**
   * XmppConnection:report: (getter get_report)
   *
   * What happened in the last attempt to open the connection.
   *
   * Since: 1.0
   */
  properties[PROP_REPORT] =
      g_param_spec_object ("report", NULL, NULL, XMPP_TYPE_REPORT, READABLE);

  /**
   * XmppConnection:limits: (getter get_limits)
   *
   * Bounds on what the peer may make us do; to be changed before opening.
   *
   * Since: 1.0
   */
  properties[PROP_LIMITS] =
      g_param_spec_object ("limits", NULL, NULL, XMPP_TYPE_LIMITS, READABLE);

  /**
   * XmppConnection:queue-kinds: (getter get_queue_kinds) (setter set_queue_kinds)
   *
   * Which kinds of stanzas are kept for [method@Connection.receive_async].
   *
   * Since: 1.0
   */
  properties[PROP_QUEUE_KINDS] =
      g_param_spec_flags ("queue-kinds", NULL, NULL, XMPP_TYPE_STANZA_KIND,
                          XMPP_STANZA_KIND_NONE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY |
                              G_PARAM_STATIC_STRINGS);
}

/* Without G_SIGNAL_TYPE_STATIC_SCOPE: a stanza that JavaScript keeps must hold a
 * reference. */
static guint
new_stanza_signal (const char *name, guint offset)
{
  guint signal = g_signal_new (name, XMPP_TYPE_CONNECTION, G_SIGNAL_RUN_LAST, offset,
                               g_signal_accumulator_true_handled, NULL,
                               xmpp_marshal_BOOLEAN__BOXED, G_TYPE_BOOLEAN, 1,
                               XMPP_TYPE_STANZA);

  g_signal_set_va_marshaller (signal, XMPP_TYPE_CONNECTION, xmpp_marshal_BOOLEAN__BOXEDv);
  return signal;
}

static void
install_stanza_signals (void)
{
  guint *signals = xmpp_connection_signals;

  /**
   * XmppConnection::message:
   * @connection: the connection
   * @stanza: the stanza, sealed
   *
   * A message came that no handler took.
   *
   * Returns: whether it was taken
   *
   * Since: 1.0
   */
  signals[XMPP_CONNECTION_SIGNAL_MESSAGE] =
      new_stanza_signal ("message", G_STRUCT_OFFSET (XmppConnectionClass, message));

  /**
   * XmppConnection::presence:
   * @connection: the connection
   * @stanza: the stanza, sealed
   *
   * A presence came that no handler took.
   *
   * Returns: whether it was taken
   *
   * Since: 1.0
   */
  signals[XMPP_CONNECTION_SIGNAL_PRESENCE] =
      new_stanza_signal ("presence", G_STRUCT_OFFSET (XmppConnectionClass, presence));

  /**
   * XmppConnection::iq:
   * @connection: the connection
   * @stanza: the stanza, sealed; of type get or set
   *
   * A request came that no handler took. Whoever takes it must answer it.
   *
   * Returns: whether it was taken
   *
   * Since: 1.0
   */
  signals[XMPP_CONNECTION_SIGNAL_IQ] =
      new_stanza_signal ("iq", G_STRUCT_OFFSET (XmppConnectionClass, iq));
}

static void
install_element_signals (void)
{
  guint *signals = xmpp_connection_signals;

  /**
   * XmppConnection::undelivered:
   * @connection: the connection
   * @stanza: the stanza, sealed
   *
   * A stanza could not be handed to the system before the connection ended. Stanzas of
   * [method@Connection.send_async] and [method@Connection.request_async] are not among
   * these: their callers get the error.
   *
   * Since: 1.0
   */
  signals[XMPP_CONNECTION_SIGNAL_UNDELIVERED] =
      g_signal_new ("undelivered", XMPP_TYPE_CONNECTION, G_SIGNAL_RUN_LAST,
                    G_STRUCT_OFFSET (XmppConnectionClass, undelivered), NULL, NULL, NULL,
                    G_TYPE_NONE, 1, XMPP_TYPE_STANZA);

  /**
   * XmppConnection::element-sent:
   * @connection: the connection
   * @element: the element, secrets masked
   *
   * An element was written, also while the connection was being opened. The header of a
   * stream is an element `stream` in `http://etherx.jabber.org/streams`, without content.
   *
   * Since: 1.0
   */
  signals[XMPP_CONNECTION_SIGNAL_ELEMENT_SENT] =
      g_signal_new ("element-sent", XMPP_TYPE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, XMPP_TYPE_ELEMENT);

  /**
   * XmppConnection::element-received:
   * @connection: the connection
   * @element: the element, secrets masked
   *
   * An element was read, also while the connection was being opened. The header of a
   * stream is an element `stream` in `http://etherx.jabber.org/streams`, without content.
   *
   * Since: 1.0
   */
  signals[XMPP_CONNECTION_SIGNAL_ELEMENT_RECEIVED] =
      g_signal_new ("element-received", XMPP_TYPE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 1, XMPP_TYPE_ELEMENT);
}

static void
install_life_signals (void)
{
  guint *signals = xmpp_connection_signals;

  /**
   * XmppConnection::opened:
   * @connection: the connection
   * @resumed: whether an earlier session goes on
   *
   * The connection is open.
   *
   * Since: 1.0
   */
  signals[XMPP_CONNECTION_SIGNAL_OPENED] =
      g_signal_new ("opened", XMPP_TYPE_CONNECTION, G_SIGNAL_RUN_LAST,
                    G_STRUCT_OFFSET (XmppConnectionClass, opened), NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_BOOLEAN);

  /**
   * XmppConnection::closed:
   * @connection: the connection
   * @error: (nullable): what ended it; NULL: both sides closed politely
   *
   * A connection that was open is closed. Comes once, after everything else, and not for
   * an attempt that failed.
   *
   * Since: 1.0
   */
  signals[XMPP_CONNECTION_SIGNAL_CLOSED] =
      g_signal_new ("closed", XMPP_TYPE_CONNECTION, G_SIGNAL_RUN_LAST,
                    G_STRUCT_OFFSET (XmppConnectionClass, closed), NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * XmppConnection::accept-certificate:
   * @connection: the connection
   * @request: the question
   *
   * The server's certificate is not acceptable, and no other way to the server was found.
   * The handler answers @request now, or keeps it and answers later; the deadline of
   * [method@Connection.open_async] stands still meanwhile. Where nobody handles this, and
   * where a handler returns %FALSE without an answer, the certificate is refused. Comes at
   * most once in an attempt.
   *
   * Nothing was sent to the server, not even a client certificate. When the certificate is
   * accepted the server is called again.
   *
   * Not asked about are keys other than [property@Client:pins] and chains that are not fit
   * to be looked at.
   *
   * Returns: %TRUE: @request is or will be answered; %FALSE: ask the next handler
   *
   * Since: 1.0
   */
  signals[XMPP_CONNECTION_SIGNAL_ACCEPT_CERTIFICATE] =
      g_signal_new ("accept-certificate", XMPP_TYPE_CONNECTION, G_SIGNAL_RUN_LAST,
                    G_STRUCT_OFFSET (XmppConnectionClass, accept_certificate),
                    g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 1,
                    XMPP_TYPE_CERTIFICATE_REQUEST);
}

static void
xmpp_connection_class_init (XmppConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_connection_dispose;
  object_class->finalize = xmpp_connection_finalize;
  object_class->get_property = xmpp_connection_get_property;
  object_class->set_property = xmpp_connection_set_property;

  init_stream_properties ();
  init_life_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_life_signals ();
  install_stanza_signals ();
  install_element_signals ();
}

static void
xmpp_connection_init (XmppConnection *self)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  priv->limits = xmpp_limits_new ();
  priv->limit = xmpp_limits_peek (priv->limits);
  priv->handlers = xmpp_handler_table_new ();
  g_queue_init (&priv->closers);
}

/**
 * xmpp_connection_get_state: (get-property state)
 * @connection: a connection
 *
 * Gets [property@Connection:state].
 *
 * Returns: where in its life the connection is
 *
 * Since: 1.0
 */
XmppConnectionState
xmpp_connection_get_state (XmppConnection *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTION (self), XMPP_CONNECTION_STATE_CLOSED);

  return xmpp_connection_get_private (self)->state;
}

/**
 * xmpp_connection_get_error: (get-property error)
 * @connection: a connection
 *
 * Gets [property@Connection:error].
 *
 * Returns: (transfer none) (nullable): why the connection was closed last; NULL where it
 * was closed politely, is open, or never was
 *
 * Since: 1.0
 */
const GError *
xmpp_connection_get_error (XmppConnection *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTION (self), NULL);

  return xmpp_connection_get_private (self)->error;
}

/**
 * xmpp_connection_get_jid: (get-property jid)
 * @connection: a connection
 *
 * Gets [property@Connection:jid].
 *
 * Returns: (transfer none) (nullable): our full address, once it was bound
 *
 * Since: 1.0
 */
XmppJid *
xmpp_connection_get_jid (XmppConnection *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTION (self), NULL);

  return xmpp_connection_get_private (self)->jid;
}

/**
 * xmpp_connection_get_peer: (get-property peer)
 * @connection: a connection
 *
 * Gets [property@Connection:peer].
 *
 * Returns: (nullable): the domain of the peer; NULL before the connection was open
 *
 * Since: 1.0
 */
const char *
xmpp_connection_get_peer (XmppConnection *self)
{
  XmppJid *jid = xmpp_connection_get_jid (self);

  return jid != NULL ? xmpp_jid_get_domain (jid) : NULL;
}

/**
 * xmpp_connection_is_secure: (get-property secure)
 * @connection: a connection
 *
 * Gets [property@Connection:secure].
 *
 * Returns: whether the open connection is inside TLS with a verified peer
 *
 * Since: 1.0
 */
gboolean
xmpp_connection_is_secure (XmppConnection *self)
{
  XmppConnectionPrivate *priv;

  g_return_val_if_fail (XMPP_IS_CONNECTION (self), FALSE);

  priv = xmpp_connection_get_private (self);
  return priv->stream != NULL &&
         (xmpp_stream_get_state (priv->stream) & XMPP_STREAM_SECURE) != 0;
}

/**
 * xmpp_connection_get_tls_connection: (get-property tls-connection)
 * @connection: a connection
 *
 * Gets [property@Connection:tls-connection].
 *
 * Returns: (transfer none) (nullable): the TLS connection of the open stream
 *
 * Since: 1.0
 */
GTlsConnection *
xmpp_connection_get_tls_connection (XmppConnection *self)
{
  XmppConnectionPrivate *priv;
  GIOStream *io;

  g_return_val_if_fail (XMPP_IS_CONNECTION (self), NULL);

  priv = xmpp_connection_get_private (self);
  io = priv->stream != NULL ? xmpp_stream_get_io (priv->stream) : NULL;
  return G_IS_TLS_CONNECTION (io) ? G_TLS_CONNECTION (io) : NULL;
}

/**
 * xmpp_connection_get_features: (get-property features)
 * @connection: a connection
 *
 * Gets [property@Connection:features].
 *
 * Returns: (transfer none) (nullable): the last stream features that the peer offered,
 *   RFC 6120 §4.3.2
 *
 * Since: 1.0
 */
XmppElement *
xmpp_connection_get_features (XmppConnection *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTION (self), NULL);

  return xmpp_connection_get_private (self)->offer;
}

/**
 * xmpp_connection_get_stream_id: (get-property stream-id)
 * @connection: a connection
 *
 * Gets [property@Connection:stream-id].
 *
 * Returns: (nullable): the id that the peer gave the open stream, RFC 6120 §4.7.3
 *
 * Since: 1.0
 */
const char *
xmpp_connection_get_stream_id (XmppConnection *self)
{
  XmppConnectionPrivate *priv;
  const XmppStreamHeader *header;

  g_return_val_if_fail (XMPP_IS_CONNECTION (self), NULL);

  priv = xmpp_connection_get_private (self);
  header = priv->stream != NULL ? xmpp_stream_get_peer_header (priv->stream) : NULL;
  return header != NULL ? header->id : NULL;
}

/**
 * xmpp_connection_get_limits: (get-property limits)
 * @connection: a connection
 *
 * Gets [property@Connection:limits].
 *
 * Returns: (transfer none): bounds on what the peer may make us do
 *
 * Since: 1.0
 */
XmppLimits *
xmpp_connection_get_limits (XmppConnection *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTION (self), NULL);

  return xmpp_connection_get_private (self)->limits;
}

/**
 * xmpp_connection_get_report: (get-property report)
 * @connection: a connection
 *
 * Gets [property@Connection:report].
 *
 * Returns: (transfer none) (nullable): what happened in the last attempt to open the
 *   connection; NULL before the first
 *
 * Since: 1.0
 */
XmppReport *
xmpp_connection_get_report (XmppConnection *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTION (self), NULL);

  return xmpp_connection_get_private (self)->report;
}

/**
 * xmpp_connection_get_queue_kinds: (get-property queue-kinds)
 * @connection: a connection
 *
 * Gets [property@Connection:queue-kinds].
 *
 * Returns: which kinds of stanzas are kept for [method@Connection.receive_async]
 *
 * Since: 1.0
 */
XmppStanzaKind
xmpp_connection_get_queue_kinds (XmppConnection *self)
{
  g_return_val_if_fail (XMPP_IS_CONNECTION (self), XMPP_STANZA_KIND_NONE);

  return xmpp_connection_get_private (self)->queue_kinds;
}

/**
 * xmpp_connection_set_queue_kinds: (set-property queue-kinds)
 * @connection: a connection
 * @kinds: which kinds of stanzas
 *
 * Says which kinds of stanzas are kept for [method@Connection.receive_async] where
 * neither a handler nor a signal took them. To be set before opening, so that none is
 * missed. Once [property@Limits:queued-stanzas] wait, reading pauses.
 *
 * Since: 1.0
 */
void
xmpp_connection_set_queue_kinds (XmppConnection *self, XmppStanzaKind kinds)
{
  XmppConnectionPrivate *priv;

  g_return_if_fail (XMPP_IS_CONNECTION (self));

  priv = xmpp_connection_get_private (self);
  if (priv->queue_kinds == kinds)
    return;

  priv->queue_kinds = kinds;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUEUE_KINDS]);
}
