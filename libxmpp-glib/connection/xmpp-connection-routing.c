/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Connection"

#include "config.h"

#include "connection/xmpp-connection-private.h"

#include "core/xmpp-namespaces.h"
#include "negotiation/xmpp-feature.h"

/* Where a received element goes: to what kind of connection this is, to the request that waits
 * for it, to the library, to the application's handlers, its signal, its queue; an iq that
 * nobody takes is refused. */

static void
send_reply (XmppConnection *self, XmppStanza *reply)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (XmppStanza) stamped = NULL;
  g_autoptr (GError) error = NULL;

  if (reply == NULL)
    return;

  stamped = xmpp_connection_stamp (self, reply, &error);
  if (stamped == NULL ||
      !xmpp_stream_write (priv->stream, xmpp_stanza_get_element (stamped), &error))
    g_debug ("no reply: %s", error->message);
}

static void
refuse (XmppConnection *self,
        XmppStanza *stanza,
        XmppStanzaErrorType type,
        XmppStanzaError condition)
{
  g_autoptr (XmppStanza)
      reply = xmpp_stanza_reply_error (stanza, type, condition, NULL, NULL);

  send_reply (self, reply);
}

static gboolean
is_request (XmppStanzaType type)
{
  return type == XMPP_STANZA_TYPE_GET || type == XMPP_STANZA_TYPE_SET;
}

/* TRUE: answered by the library itself (XEP-0199 §4.1, §4.2) */
static gboolean
answer_ping (XmppConnection *self, XmppStanza *stanza)
{
  g_autoptr (XmppStanza) reply = NULL;

  if (xmpp_stanza_get_stanza_type (stanza) != XMPP_STANZA_TYPE_GET ||
      xmpp_stanza_get_payload (stanza, "ping", XMPP_NS_PING) == NULL)
    return FALSE;

  reply = xmpp_stanza_reply (stanza, NULL);
  send_reply (self, reply);
  return TRUE;
}

static gboolean
emit_stanza (XmppConnection *self, XmppStanza *stanza)
{
  gboolean taken = FALSE;
  guint signal;

  switch (xmpp_stanza_get_kind (stanza))
    {
    case XMPP_STANZA_KIND_MESSAGE:
      signal = XMPP_CONNECTION_SIGNAL_MESSAGE;
      break;
    case XMPP_STANZA_KIND_PRESENCE:
      signal = XMPP_CONNECTION_SIGNAL_PRESENCE;
      break;
    default:
      signal = XMPP_CONNECTION_SIGNAL_IQ;
    }

  g_signal_emit (self, xmpp_connection_signals[signal], 0, stanza, &taken);
  return taken;
}

static void
enqueue (XmppConnection *self, XmppStanza *stanza)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (GError) error = NULL;

  if (xmpp_receive_queue_get_length (priv->queue) >= priv->limit->queued_stanzas_hard)
    {
      g_set_error (&error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_RESOURCE_CONSTRAINT,
                   "%u received stanzas wait to be taken: call receive more often",
                   priv->limit->queued_stanzas_hard);
      xmpp_stream_fail (priv->stream, error);
      return;
    }

  xmpp_receive_queue_push (priv->queue, stanza);
  xmpp_connection_update_paused (self);
}

/* Nobody can tell whose it is, and it must not look as if it had no sender. */
static gboolean
has_malformed_sender (XmppStanza *stanza)
{
  return xmpp_stanza_get_from (stanza) == NULL &&
         xmpp_element_get_attribute (xmpp_stanza_get_element (stanza), "from") != NULL;
}

static gboolean
offer_to_features (XmppConnection *self, XmppElement *element)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (XmppStream) stream = g_object_ref (priv->stream);
  g_autoptr (GPtrArray) features = g_ptr_array_ref (priv->features);

  for (guint i = 0; i < features->len; i++)
    if (xmpp_feature_handle (g_ptr_array_index (features, i), stream, element))
      return TRUE;

  return FALSE;
}

gboolean
xmpp_connection_take_reply (XmppConnection *self, XmppStanza *stanza)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  if (xmpp_stanza_get_kind (stanza) != XMPP_STANZA_KIND_IQ ||
      !xmpp_request_table_take (priv->requests, stanza, priv->jid))
    return FALSE;

  xmpp_connection_update_paused (self);
  return TRUE;
}

/* RFC 6120 §8.2.3: one of four types, an id always, exactly one child in a request, at most
 * one in a result. TRUE: it goes no further */
static gboolean
take_iq (XmppConnection *self, XmppStanza *stanza)
{
  XmppStanzaType type = xmpp_stanza_get_stanza_type (stanza);
  gsize n_children = xmpp_element_get_n_children (xmpp_stanza_get_element (stanza));

  if (xmpp_stanza_get_id (stanza) == NULL ||
      (type == XMPP_STANZA_TYPE_RESULT && n_children > 1))
    return TRUE;

  if (type == XMPP_STANZA_TYPE_RESULT || type == XMPP_STANZA_TYPE_ERROR)
    {
      /* A reply that nobody waits for is a late one or a forged one. */
      xmpp_connection_take_reply (self, stanza);
      return TRUE;
    }

  if (!is_request (type) || n_children != 1)
    {
      refuse (self, stanza, XMPP_STANZA_ERROR_TYPE_MODIFY, XMPP_STANZA_ERROR_BAD_REQUEST);
      return TRUE;
    }

  return answer_ping (self, stanza) ||
         offer_to_features (self, xmpp_stanza_get_element (stanza));
}

static void
route (XmppConnection *self, XmppStanza *stanza)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  XmppStanzaKind kind = xmpp_stanza_get_kind (stanza);
  const XmppConnectionOps *ops = XMPP_CONNECTION_GET_CLASS (self)->ops;
  gpointer stream = priv->stream;

  if (ops->take != NULL && ops->take (self, stanza))
    return;

  if (has_malformed_sender (stanza))
    {
      g_debug ("dropped a stanza from an address that is none");
      return;
    }

  if (kind == XMPP_STANZA_KIND_IQ && take_iq (self, stanza))
    return;

  if (xmpp_handler_table_run (priv->handlers, self, stanza) || emit_stanza (self, stanza))
    return;

  /* The application may have ended it, and even opened another one. */
  if (priv->stream != stream)
    return;

  if ((priv->queue_kinds & kind) != 0)
    enqueue (self, stanza);
  else if (kind == XMPP_STANZA_KIND_IQ)
    refuse (self, stanza, XMPP_STANZA_ERROR_TYPE_CANCEL,
            XMPP_STANZA_ERROR_SERVICE_UNAVAILABLE);
}

/* No stanza: a feature's own element, or something that is to be ignored */
static void
handle_element (XmppConnection *self, XmppElement *element)
{
  if (!offer_to_features (self, element))
    g_debug ("ignored <%s xmlns='%s'/>", xmpp_element_get_name (element),
             xmpp_element_get_xmlns (element));
}

static void
element_cb (XmppElement *element, gpointer user_data)
{
  g_autoptr (XmppConnection) self = g_object_ref (user_data);
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (XmppStanza) stanza = NULL;

  /* RFC 6120 §4.8.3: a stanza is in the namespace of the stream's content. */
  if (g_str_equal (xmpp_element_get_xmlns (element),
                   xmpp_stream_get_content_xmlns (priv->stream)))
    stanza = xmpp_stanza_new_from_element (element, NULL);

  if (stanza != NULL)
    route (self, stanza);
  else
    handle_element (self, element);
}

static void
ended_cb (const GError *error, gpointer user_data)
{
  g_autoptr (XmppConnection) self = g_object_ref (user_data);
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  /* While we are closing, the result of that says how it went. */
  if (priv->state != XMPP_CONNECTION_STATE_OPEN)
    return;

  if (error != NULL)
    xmpp_connection_end (self, error);
  else
    xmpp_connection_finish_stream (self, NULL);
}

const XmppStreamSink xmpp_connection_sink = { .element = element_cb, .ended = ended_cb };

/* Where somebody waits for the peer, what he waits for may stand behind what fills the
 * queue: then reading goes on to the hard limit. */
void
xmpp_connection_update_paused (XmppConnection *self)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  if (priv->stream == NULL || priv->queue_kinds == XMPP_STANZA_KIND_NONE)
    return;

  xmpp_stream_set_paused (priv->stream,
                          priv->state == XMPP_CONNECTION_STATE_OPEN &&
                              xmpp_request_table_is_empty (priv->requests) &&
                              xmpp_receive_queue_get_length (priv->queue) >=
                                  priv->limit->queued_stanzas);
}

static gboolean
tap_wants (gboolean sent, gpointer user_data)
{
  guint signal = sent ? XMPP_CONNECTION_SIGNAL_ELEMENT_SENT
                      : XMPP_CONNECTION_SIGNAL_ELEMENT_RECEIVED;

  return g_signal_has_handler_pending (user_data, xmpp_connection_signals[signal], 0,
                                       TRUE);
}

static void
tap_show (XmppElement *element, gboolean sent, gpointer user_data)
{
  guint signal = sent ? XMPP_CONNECTION_SIGNAL_ELEMENT_SENT
                      : XMPP_CONNECTION_SIGNAL_ELEMENT_RECEIVED;

  g_signal_emit (user_data, xmpp_connection_signals[signal], 0, element);
}

const XmppStreamTap xmpp_connection_tap = { .wants = tap_wants, .show = tap_show };
