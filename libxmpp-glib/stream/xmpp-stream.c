/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Stream"

#include "config.h"

#include "stream/xmpp-stream.h"

#include "core/xmpp-error.h"
#include "core/xmpp-mask.h"
#include "stream/xmpp-stream-private.h"

/* One XML stream over a GIOStream. Three rules make what stands on it simple:
 *
 * - Pull while negotiating: read_async() and exchange_async() give one element at a time.
 * - Push when open: a sink gets every element, in the dispatch that read it.
 * - Flush before you wait: writing appends to a buffer, which goes out when the stream is
 *   about to wait for input. So what belongs together leaves together, and each wait that
 *   follows a flush is a round trip.
 *
 * The parts: headers in xmpp-stream-header.c, reading in -input.c, the operations of the first
 * rule in -pull.c, writing in -output.c, the peer's errors in -error.c, all ends in -close.c. */

G_DEFINE_FINAL_TYPE (XmppStream, xmpp_stream, G_TYPE_OBJECT)

void
xmpp_stream_clear_source (GSource **source)
{
  if (*source == NULL)
    return;

  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

GSource *
xmpp_stream_attach (XmppStream *self, GSource *source, GSourceFunc callback, int priority)
{
  g_source_set_callback (source, callback, self, NULL);
  g_source_set_priority (source, priority);
  g_source_attach (source, self->context);

  return source;
}

static void
clear_sources (XmppStream *self)
{
  xmpp_stream_clear_source (&self->read_source);
  xmpp_stream_clear_source (&self->wake_source);
  xmpp_stream_clear_source (&self->write_source);
  xmpp_stream_clear_source (&self->flush_source);
  xmpp_stream_clear_source (&self->pull_cancelled);
  xmpp_stream_clear_source (&self->closing_cancelled);
}

/* Only one with operations under way has waiters, and they hold a reference. */
static void
xmpp_stream_finalize (GObject *object)
{
  XmppStream *self = XMPP_STREAM (object);

  clear_sources (self);
  xmpp_stream_close_io (self);
  xmpp_stream_clear_unsent (self);
  xmpp_buffer_clear (&self->out);
  xmpp_buffer_clear (&self->leftover);
  g_clear_pointer (&self->parser, xmpp_parser_free);
  g_queue_clear_full (&self->inbox, (GDestroyNotify) xmpp_element_unref);
  g_clear_pointer (&self->arrived, xmpp_element_unref);
  g_clear_pointer (&self->features, xmpp_element_unref);
  xmpp_stream_forget_header (self);
  g_free (self->asked);
  g_free (self->other_host);
  g_free (self->unsent);
  g_clear_pointer (&self->jid, xmpp_jid_unref);
  g_clear_error (&self->error);
  g_clear_error (&self->write_error);
  g_clear_object (&self->output_cancellable);
  g_clear_object (&self->io);
  g_clear_object (&self->limits);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (xmpp_stream_parent_class)->finalize (object);
}

static void
xmpp_stream_class_init (XmppStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_stream_finalize;
}

static void
xmpp_stream_init (XmppStream *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->output_cancellable = g_cancellable_new ();
  /* Until the peer has authenticated, what it sends may be a password. */
  self->leftover.sensitive = TRUE;
  g_queue_init (&self->inbox);
  g_queue_init (&self->flushes);
}

static void
use_io (XmppStream *self, GIOStream *io)
{
  GInputStream *input = g_io_stream_get_input_stream (io);
  GOutputStream *output = g_io_stream_get_output_stream (io);

  g_set_object (&self->io, io);
  self->input = NULL;
  self->output = NULL;
  /* TLS gives a record at a time. */
  self->short_read_is_all = G_IS_SOCKET_CONNECTION (io);

  if (G_IS_POLLABLE_INPUT_STREAM (input) &&
      g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (input)))
    self->input = G_POLLABLE_INPUT_STREAM (input);
  if (G_IS_POLLABLE_OUTPUT_STREAM (output) &&
      g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (output)))
    self->output = G_POLLABLE_OUTPUT_STREAM (output);

  if (self->input != NULL && self->output != NULL)
    return;

  self->input_over = TRUE;
  xmpp_stream_end (self, g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                                      "An XMPP stream needs a connection that can be "
                                      "polled; %s "
                                      "cannot",
                                      G_OBJECT_TYPE_NAME (io)));
}

XmppStream *
xmpp_stream_new (GIOStream *io,
                 XmppStreamRole role,
                 const char *content_xmlns,
                 XmppLimits *limits)
{
  XmppStream *self;

  g_return_val_if_fail (G_IS_IO_STREAM (io), NULL);
  g_return_val_if_fail (content_xmlns != NULL, NULL);

  self = g_object_new (XMPP_TYPE_STREAM, NULL);
  self->role = role;
  self->content_xmlns = g_intern_string (content_xmlns);
  self->limits = limits != NULL ? g_object_ref (limits) : xmpp_limits_new ();
  self->values = xmpp_limits_peek (self->limits);
  self->last_input = g_get_monotonic_time ();
  self->last_output = self->last_input;
  xmpp_stream_renew_parser (self);
  use_io (self, io);

  return self;
}

GIOStream *
xmpp_stream_get_io (XmppStream *stream)
{
  return stream->io;
}

XmppStreamRole
xmpp_stream_get_role (XmppStream *stream)
{
  return stream->role;
}

const char *
xmpp_stream_get_content_xmlns (XmppStream *stream)
{
  return stream->content_xmlns;
}

const XmppLimitValues *
xmpp_stream_get_limits (XmppStream *stream)
{
  return stream->values;
}

XmppStreamState
xmpp_stream_get_state (XmppStream *stream)
{
  return stream->state;
}

void
xmpp_stream_add_state (XmppStream *stream, XmppStreamState state)
{
  stream->state |= state;
  if ((state & XMPP_STREAM_AUTHENTICATED) == 0)
    return;

  stream->leftover.sensitive = FALSE;
  xmpp_parser_set_authenticated (stream->parser, TRUE);
}

XmppJid *
xmpp_stream_get_jid (XmppStream *stream)
{
  return stream->jid;
}

void
xmpp_stream_set_jid (XmppStream *stream, XmppJid *jid)
{
  if (jid != NULL)
    xmpp_jid_ref (jid);
  g_clear_pointer (&stream->jid, xmpp_jid_unref);
  stream->jid = jid;
}

guint
xmpp_stream_get_round_trips (XmppStream *stream)
{
  return stream->round_trips;
}

const GError *
xmpp_stream_get_error (XmppStream *stream)
{
  return stream->error;
}

const char *
xmpp_stream_get_other_host (XmppStream *stream)
{
  return stream->other_host;
}

gint64
xmpp_stream_get_last_input (XmppStream *stream)
{
  return stream->last_input;
}

gint64
xmpp_stream_get_last_output (XmppStream *stream)
{
  return stream->last_output;
}

void
xmpp_stream_set_peer_limits (XmppStream *stream, guint max_bytes, guint idle_seconds)
{
  stream->peer_max_bytes = max_bytes;
  stream->peer_idle_seconds = idle_seconds;
}

guint
xmpp_stream_get_peer_max_bytes (XmppStream *stream)
{
  return stream->peer_max_bytes;
}

guint
xmpp_stream_get_peer_idle_seconds (XmppStream *stream)
{
  return stream->peer_idle_seconds;
}

/* ---- What is seen of the elements ---- */

void
xmpp_stream_set_tap (XmppStream *stream, const XmppStreamTap *tap, gpointer user_data)
{
  stream->tap = tap;
  stream->tap_data = user_data;
}

static gboolean
is_tapped (XmppStream *self, gboolean sent)
{
  return self->tap != NULL &&
         (self->tap->wants == NULL || self->tap->wants (sent, self->tap_data));
}

gboolean
xmpp_stream_is_shown (XmppStream *self, gboolean sent)
{
  return self->debug || is_tapped (self, sent);
}

void
xmpp_stream_show (XmppStream *self, XmppElement *element, gboolean sent)
{
  g_autoptr (XmppElement) masked = NULL;
  gboolean tapped = is_tapped (self, sent);

  if (!self->debug && !tapped)
    return;

  masked = xmpp_debug_mask_element (element);

  if (self->debug)
    {
      g_autofree char *text = xmpp_element_to_string (masked);

      g_debug ("%s %s: %s", xmpp_stream_name_peer (self), sent ? "is sent" : "sends",
               text);
    }

  if (tapped)
    self->tap->show (masked, sent, self->tap_data);
}

/* ---- Features for the driver ---- */

void
xmpp_stream_set_features_aside (XmppStream *stream,
                                gboolean aside,
                                void (*arrived) (XmppStream *stream, gpointer user_data),
                                gpointer user_data)
{
  stream->features_aside = aside;
  stream->features_arrived = arrived;
  stream->features_data = user_data;
}

XmppElement *
xmpp_stream_take_features (XmppStream *stream)
{
  return g_steal_pointer (&stream->features);
}

/* ---- Starting over ---- */

/* RFC 6120 §4.3.3: nothing of the old stream is known in the new one. */
void
xmpp_stream_renew_parser (XmppStream *self)
{
  g_clear_pointer (&self->parser, xmpp_parser_free);
  self->parser = xmpp_parser_new (self->values, &xmpp_stream_parser_sink, self);
  xmpp_parser_set_authenticated (self->parser,
                                 (self->state & XMPP_STREAM_AUTHENTICATED) != 0);
  xmpp_parser_set_single (self->parser, self->sink == NULL);
}

void
xmpp_stream_restart (XmppStream *stream)
{
  g_return_if_fail (!stream->feeding);

  xmpp_stream_renew_parser (stream);
  xmpp_stream_forget_header (stream);
  g_clear_pointer (&stream->arrived, xmpp_element_unref);
  g_clear_pointer (&stream->features, xmpp_element_unref);
  stream->header_sent = FALSE;
  stream->header_seen = FALSE;
}

static gboolean
has_no_input (XmppStream *self, GError **error)
{
  g_autoptr (GError) read_error = NULL;
  char byte;
  gssize n;

  if (xmpp_buffer_get_length (&self->leftover) > 0 ||
      !xmpp_parser_is_between (self->parser))
    return FALSE;

  n = g_pollable_input_stream_read_nonblocking (self->input, &byte, 1, NULL, &read_error);
  /* Where the bytes have ended the handshake will say so. */
  if (n == 0 || g_error_matches (read_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return TRUE;

  if (read_error != NULL)
    g_propagate_error (error, g_steal_pointer (&read_error));
  return FALSE;
}

gboolean
xmpp_stream_check_no_input (XmppStream *stream, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (stream->error != NULL)
    {
      g_propagate_error (error, g_error_copy (stream->error));
      return FALSE;
    }

  if (has_no_input (stream, &local_error))
    return TRUE;

  if (local_error == NULL)
    g_set_error (&local_error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TLS_INJECTION,
                 "%s sent bytes in clear where TLS should begin: somebody may be "
                 "changing "
                 "the connection",
                 xmpp_stream_name_peer (stream));

  /* Nothing is written: whoever injects must not choose what follows, and where TLS was about
   * to begin XML would not be understood. */
  xmpp_stream_end (stream, g_error_copy (local_error));
  xmpp_stream_close_io (stream);
  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

void
xmpp_stream_replace_io (XmppStream *stream, GIOStream *io, gboolean secure)
{
  g_return_if_fail (G_IS_IO_STREAM (io));
  g_return_if_fail (!stream->feeding);

  xmpp_stream_clear_source (&stream->read_source);
  xmpp_stream_clear_source (&stream->write_source);
  xmpp_buffer_consume (&stream->leftover, xmpp_buffer_get_length (&stream->leftover));
  stream->waiting = FALSE;
  stream->wait_counted = FALSE;
  if (secure)
    stream->state |= XMPP_STREAM_SECURE;
  stream->output_state = XMPP_OUTPUT_OPEN;
  use_io (stream, io);
  xmpp_stream_restart (stream);
}

/* ---- Push ---- */

void
xmpp_stream_set_sink (XmppStream *stream, const XmppStreamSink *sink, gpointer user_data)
{
  stream->sink = sink;
  stream->sink_data = user_data;
  stream->sink_told = FALSE;

  /* What is there already is handed over in a later turn, like everything else. */
  if (sink != NULL)
    xmpp_stream_wake (stream);
}

void
xmpp_stream_set_paused (XmppStream *stream, gboolean paused)
{
  if (stream->paused == paused)
    return;

  stream->paused = paused;
  if (!paused && stream->sink != NULL)
    xmpp_stream_wake (stream);
}

gboolean
xmpp_stream_is_paused (XmppStream *stream)
{
  return stream->paused;
}

void
xmpp_stream_sleep (XmppStream *stream)
{
  if (stream->pumping || stream->error != NULL || !stream->header_seen ||
      xmpp_buffer_get_length (&stream->leftover) > 0 ||
      !xmpp_parser_is_between (stream->parser))
    return;

  xmpp_parser_sleep (stream->parser);
  xmpp_buffer_clear (&stream->leftover);
  if (xmpp_stream_has_output (stream))
    return;

  xmpp_buffer_clear (&stream->out);
  g_clear_pointer (&stream->unsent, g_free);
  stream->unsent_size = 0;
  stream->unsent_first = 0;
}
