/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Stream"

#include "config.h"

#include "stream/xmpp-stream.h"

#include "core/xmpp-element-private.h"
#include "core/xmpp-error.h"
#include "stream/xmpp-stream-private.h"
#include "stream/xmpp-writer.h"

/* ---- What has not been handed to the socket ---- */

static void
note_unsent (XmppStream *self, XmppElement *element, gboolean awaited)
{
  XmppUnsent *unsent;

  if (self->unsent_count == self->unsent_size)
    {
      guint size = self->unsent_size == 0 ? 8 : 2 * self->unsent_size;
      XmppUnsent *ring = g_new (XmppUnsent, size);

      for (guint i = 0; i < self->unsent_count; i++)
        ring[i] = self->unsent[(self->unsent_first + i) & (self->unsent_size - 1)];
      g_free (self->unsent);
      self->unsent = ring;
      self->unsent_size = size;
      self->unsent_first = 0;
    }

  unsent = &self->unsent[(self->unsent_first + self->unsent_count++) &
                         (self->unsent_size - 1)];
  unsent->element = xmpp_element_ref (element);
  unsent->end = self->handed_over + xmpp_buffer_get_length (&self->out);
  unsent->awaited = awaited;
}

static XmppUnsent
pop_unsent (XmppStream *self)
{
  XmppUnsent unsent = self->unsent[self->unsent_first];

  self->unsent_first = (self->unsent_first + 1) & (self->unsent_size - 1);
  self->unsent_count--;

  return unsent;
}

void
xmpp_stream_clear_unsent (XmppStream *self)
{
  while (self->unsent_count > 0)
    xmpp_element_unref (pop_unsent (self).element);
}

static void
note_handed_over (XmppStream *self, gsize length)
{
  self->handed_over += length;
  self->last_output = g_get_monotonic_time ();
  while (self->unsent_count > 0 &&
         self->unsent[self->unsent_first].end <= self->handed_over)
    xmpp_element_unref (pop_unsent (self).element);
}

void
xmpp_stream_stop_awaiting (XmppStream *stream, XmppElement *element)
{
  for (guint i = 0; i < stream->unsent_count; i++)
    {
      XmppUnsent *unsent =
          &stream->unsent[(stream->unsent_first + i) & (stream->unsent_size - 1)];

      if (unsent->element == element && unsent->awaited)
        {
          unsent->awaited = FALSE;
          return;
        }
    }
}

GPtrArray *
xmpp_stream_steal_unsent (XmppStream *stream)
{
  GPtrArray *elements =
      g_ptr_array_new_full (stream->unsent_count, (GDestroyNotify) xmpp_element_unref);

  while (stream->unsent_count > 0)
    {
      XmppUnsent unsent = pop_unsent (stream);

      if (unsent.awaited)
        xmpp_element_unref (unsent.element);
      else
        g_ptr_array_add (elements, unsent.element);
    }

  return elements;
}

/* ---- Appending ---- */

static gboolean
may_write (XmppStream *self, GError **error)
{
  if (self->error != NULL)
    g_propagate_error (error, g_error_copy (self->error));
  else if (self->write_error != NULL)
    g_propagate_error (error, g_error_copy (self->write_error));
  else if (self->end_written)
    g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                 "The stream with %s is being closed", xmpp_stream_name_peer (self));
  else if (!self->header_sent)
    g_set_error_literal (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_OPEN,
                         "The stream has not been opened yet");
  else
    return TRUE;

  return FALSE;
}

/* What is waiting has grown from @before to @length. */
static gboolean
check_room (XmppStream *self, gsize before, gsize length, GError **error)
{
  if (self->peer_max_bytes > 0 && length - before > self->peer_max_bytes)
    {
      /* XEP-0478 §4 */
      g_set_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_POLICY_VIOLATION,
                   "A stanza of %" G_GSIZE_FORMAT
                   " bytes is too large: %s takes at most %u "
                   "bytes at once",
                   length - before, xmpp_stream_name_peer (self), self->peer_max_bytes);
      return FALSE;
    }

  if (length > self->values->output_bytes)
    {
      g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_QUEUE_FULL,
                   "%" G_GSIZE_FORMAT " bytes for %s are waiting to be sent already",
                   before, xmpp_stream_name_peer (self));
      return FALSE;
    }

  return TRUE;
}

static gboolean
write_element (XmppStream *stream, XmppElement *element, gboolean awaited, GError **error)
{
  gsize before = xmpp_buffer_get_length (&stream->out);
  gsize length;

  if (!may_write (stream, error))
    return FALSE;

  if (!xmpp_writer_append (&stream->out, element, stream->content_xmlns, error))
    return FALSE;

  length = xmpp_buffer_get_length (&stream->out);
  if (!check_room (stream, before, length, error))
    {
      xmpp_buffer_truncate (&stream->out, before);
      return FALSE;
    }

  xmpp_element_seal (element);
  note_unsent (stream, element, awaited);

  /* A long burst does not have to wait in memory for the end of the dispatch. */
  if (length >= stream->values->output_high_bytes && stream->sink != NULL &&
      stream->write_source == NULL)
    xmpp_stream_flush_now (stream);
  if (stream->write_error != NULL)
    xmpp_stream_wake (stream);
  else
    xmpp_stream_schedule_flush (stream);

  /* Last: who looks may abort the stream, and drop it. */
  xmpp_stream_show (stream, element, TRUE);

  return TRUE;
}

gboolean
xmpp_stream_write (XmppStream *stream, XmppElement *element, GError **error)
{
  g_return_val_if_fail (element != NULL, FALSE);

  return write_element (stream, element, FALSE, error);
}

gboolean
xmpp_stream_write_awaited (XmppStream *stream, XmppElement *element, GError **error)
{
  g_return_val_if_fail (element != NULL, FALSE);

  return write_element (stream, element, TRUE, error);
}

void
xmpp_stream_write_end (XmppStream *stream)
{
  static const char end[] = "</stream:stream>";

  if (stream->end_written)
    return;

  stream->end_written = TRUE;
  if (!stream->header_sent || stream->output_state != XMPP_OUTPUT_OPEN)
    return;

  xmpp_buffer_append (&stream->out, end, sizeof end - 1);
  xmpp_stream_schedule_flush (stream);
}

/* ---- Flushing ---- */

void
xmpp_stream_drop_output (XmppStream *self)
{
  xmpp_stream_clear_source (&self->write_source);
  xmpp_stream_clear_source (&self->flush_source);
  xmpp_buffer_consume (&self->out, xmpp_buffer_get_length (&self->out));
}

/* The peer may have said why before it closed, so what it sent is read before anybody is
 * told. */
static void
output_failed (XmppStream *self, GError *error)
{
  self->output_state = XMPP_OUTPUT_CLOSED;
  xmpp_stream_drop_output (self);

  if (self->error == NULL && self->write_error == NULL)
    self->write_error = error;
  else
    g_error_free (error);
}

static gboolean
writable_cb (GObject *pollable, gpointer user_data)
{
  XmppStream *self = user_data;

  g_object_ref (self);
  xmpp_stream_clear_source (&self->write_source);
  xmpp_stream_flush_now (self);
  while (xmpp_stream_complete_flush (self))
    {
    }
  if (self->write_error != NULL || (self->closing != NULL && self->write_source == NULL))
    xmpp_stream_pump (self);
  g_object_unref (self);

  return G_SOURCE_REMOVE;
}

static void
note_flushed (XmppStream *self)
{
  if (!self->waiting)
    self->flushed = TRUE;
  else if (!self->wait_counted)
    {
      self->wait_counted = TRUE;
      self->round_trips++;
    }
}

void
xmpp_stream_flush_now (XmppStream *self)
{
  xmpp_stream_clear_source (&self->flush_source);
  if (self->output == NULL || self->output_state != XMPP_OUTPUT_OPEN)
    {
      xmpp_stream_drop_output (self);
      return;
    }

  while (xmpp_stream_has_output (self))
    {
      g_autoptr (GError) error = NULL;
      gssize n =
          g_pollable_output_stream_write_nonblocking (self->output,
                                                      xmpp_buffer_peek (&self->out),
                                                      xmpp_buffer_get_length (&self->out),
                                                      NULL, &error);

      if (n >= 0)
        {
          note_flushed (self);
          xmpp_buffer_consume (&self->out, (gsize) n);
          note_handed_over (self, (gsize) n);
        }
      else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          output_failed (self, g_steal_pointer (&error));
          return;
        }
      else
        {
          if (self->write_source == NULL)
            self->write_source =
                xmpp_stream_attach (self,
                                    g_pollable_output_stream_create_source (self->output,
                                                                            NULL),
                                    G_SOURCE_FUNC (writable_cb), G_PRIORITY_DEFAULT);
          return;
        }
    }

  self->out.sensitive = FALSE;
}

static gboolean
flush_cb (gpointer user_data)
{
  XmppStream *self = user_data;

  xmpp_stream_flush_now (self);
  if (self->write_error != NULL)
    xmpp_stream_pump (self);

  return G_SOURCE_REMOVE;
}

void
xmpp_stream_schedule_flush (XmppStream *self)
{
  /* While pulling, the next wait flushes; in a dispatch, its end. */
  if (self->pumping || self->flush_source != NULL || self->write_source != NULL ||
      (self->sink == NULL && !self->waiting && self->error == NULL))
    return;

  self->flush_source =
      xmpp_stream_attach (self, g_idle_source_new (), flush_cb, G_PRIORITY_HIGH_IDLE);
}

/* ---- Those who wait for a flush ---- */

typedef struct
{
  XmppStream *stream; /* kept by the task */
  GTask *task;
  guint64 target;
  GSource *cancelled;
} Flush;

static void
flush_free (Flush *flush)
{
  xmpp_stream_clear_source (&flush->cancelled);
  g_clear_object (&flush->task);
  g_free (flush);
}

static gboolean
flush_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Flush *flush = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&flush->task);

  g_queue_remove (&flush->stream->flushes, flush);
  flush_free (flush);
  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

gboolean
xmpp_stream_complete_flush (XmppStream *self)
{
  Flush *flush = g_queue_peek_head (&self->flushes);
  const GError *error = self->error != NULL ? self->error : self->write_error;
  g_autoptr (GTask) task = NULL;
  gboolean done;

  if (flush == NULL)
    return FALSE;

  done = flush->target <= self->handed_over;
  if (!done && self->error == NULL)
    return FALSE;

  g_queue_pop_head (&self->flushes);
  task = g_steal_pointer (&flush->task);
  flush_free (flush);
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_error_copy (error));

  return TRUE;
}

void
xmpp_stream_flush_async (XmppStream *stream,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  Flush *flush;

  g_task_set_source_tag (task, xmpp_stream_flush_async);
  g_task_set_check_cancellable (task, FALSE);
  if (g_task_return_error_if_cancelled (task))
    return;

  if (stream->error != NULL || stream->write_error != NULL)
    {
      g_task_return_error (task,
                           g_error_copy (stream->error != NULL ? stream->error
                                                               : stream->write_error));
      return;
    }

  flush = g_new0 (Flush, 1);
  flush->stream = stream;
  flush->target = stream->handed_over + xmpp_buffer_get_length (&stream->out);
  if (cancellable != NULL)
    {
      flush->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (flush->cancelled, G_SOURCE_FUNC (flush_cancelled_cb), flush,
                             NULL);
      g_source_attach (flush->cancelled, stream->context);
    }
  flush->task = g_steal_pointer (&task);
  g_queue_push_tail (&stream->flushes, flush);

  if (stream->write_source == NULL)
    xmpp_stream_flush_now (stream);
  if (stream->write_error != NULL)
    xmpp_stream_wake (stream);
  while (xmpp_stream_complete_flush (stream))
    {
    }
}

gboolean
xmpp_stream_flush_finish (XmppStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_stream_flush_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Closing our half ---- */

static void
output_closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GWeakRef *weak = user_data;
  g_autoptr (XmppStream) self = g_weak_ref_get (weak);

  g_weak_ref_clear (weak);
  g_free (weak);
  /* The last bytes are on their way; whether the end could be said does not matter to us. */
  g_output_stream_close_finish (G_OUTPUT_STREAM (object), result, NULL);
  if (self == NULL)
    return;
  self->output_state = XMPP_OUTPUT_CLOSED;
  if (self->closing != NULL)
    xmpp_stream_pump (self);
}

void
xmpp_stream_start_output_close (XmppStream *self)
{
  if (self->output_state != XMPP_OUTPUT_OPEN)
    return;

  if (self->output == NULL || self->io_closed)
    {
      self->output_state = XMPP_OUTPUT_CLOSED;
    }
  else if (G_IS_SOCKET_CONNECTION (self->io))
    {
      /* Closing the stream of a socket would not say anything to the peer. */
      GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (self->io));

      g_socket_shutdown (socket, FALSE, TRUE, NULL);
      self->output_state = XMPP_OUTPUT_CLOSED;
    }
  else
    {
      GWeakRef *weak = g_new0 (GWeakRef, 1);

      /* TLS does this in a thread, which a peer that does not read can hold up; the stream
       * may be dropped all the same. */
      g_weak_ref_init (weak, self);
      self->output_state = XMPP_OUTPUT_CLOSING;
      g_output_stream_close_async (G_OUTPUT_STREAM (self->output), G_PRIORITY_DEFAULT,
                                   self->output_cancellable, output_closed_cb, weak);
    }
}
