/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Stream"

#include "config.h"

#include "stream/xmpp-stream.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-error-private.h"
#include "core/xmpp-namespaces.h"
#include "stream/xmpp-stream-private.h"
#include "stream/xmpp-writer.h"

/* A bound for a peer that goes on behind its own end */
#define DRAIN_READS 64

void
xmpp_stream_end (XmppStream *self, GError *error)
{
  if (self->error != NULL)
    {
      g_error_free (error);
      return;
    }

  g_debug ("The stream with %s ends: %s", xmpp_stream_name_peer (self), error->message);
  self->error = error;
  g_clear_error (&self->header_error);
  xmpp_stream_clear_source (&self->read_source);
  if (!self->pumping)
    xmpp_stream_wake (self);
}

/* ---- A rule was broken ---- */

/* <stream:error><condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>
 *                                                                   RFC 6120 §4.9 */
static XmppElement *
build_error (const GError *error)
{
  XmppElement *element = xmpp_element_new ("error", XMPP_NS_STREAMS);
  const char *condition = "undefined-condition";

  if (error->domain == XMPP_STREAM_ERROR)
    {
      condition = xmpp_error_to_wire (error);
      if (condition == NULL)
        condition = "policy-violation";
    }
  xmpp_element_append_child (element, condition, XMPP_NS_STREAM_ERRORS, NULL);

  return element;
}

static void
append_error (XmppStream *self, const GError *error)
{
  g_autoptr (XmppElement) element = build_error (error);

  if (xmpp_writer_append (&self->out, element, self->content_xmlns, NULL))
    xmpp_stream_show (self, element, TRUE);
}

/* RFC 6120 §4.9.1.1, §4.9.1.2: where the peer's header was bad, ours comes first. */
static void
answer_header (XmppStream *self)
{
  XmppStreamHeader header = { NULL };

  header.from = self->peer_header.to;
  header.to = self->peer_header.from;
  xmpp_stream_send_header (self, &header);
}

void
xmpp_stream_fail (XmppStream *stream, const GError *error)
{
  g_autoptr (GError) copy = NULL;

  g_return_if_fail (error != NULL);

  if (stream->error != NULL)
    return;

  /* Who sees the error being sent may drop the stream. */
  g_object_ref (stream);
  copy = g_error_copy (error);
  if (!stream->end_written && stream->output_state == XMPP_OUTPUT_OPEN)
    {
      if (!stream->header_sent && stream->role == XMPP_STREAM_RECEIVING)
        answer_header (stream);
      if (stream->header_sent && stream->error == NULL)
        append_error (stream, copy);
    }
  xmpp_stream_write_end (stream);
  xmpp_stream_end (stream, g_steal_pointer (&copy));

  if (stream->write_source == NULL && stream->output != NULL)
    xmpp_stream_flush_now (stream);
  if (!xmpp_stream_has_output (stream))
    xmpp_stream_start_output_close (stream);
  g_object_unref (stream);
}

void
xmpp_stream_fail_with (XmppStream *self, int code, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list arguments;

  va_start (arguments, format);
  error = g_error_new_valist (XMPP_STREAM_ERROR, code, format, arguments);
  va_end (arguments);
  xmpp_stream_fail (self, error);
}

void
xmpp_stream_write_error (XmppStream *stream, const GError *error)
{
  if (stream->error != NULL || stream->end_written || !stream->header_sent ||
      stream->output_state != XMPP_OUTPUT_OPEN)
    return;

  append_error (stream, error);
}

/* ---- Closing ---- */

/* At once: of TLS the connection below, since close_notify would have to be waited for. */
void
xmpp_stream_close_io (XmppStream *self)
{
  g_autoptr (GIOStream) io = NULL;

  if (self->io_closed || self->io == NULL)
    return;

  self->io_closed = TRUE;
  self->input_over = TRUE;
  xmpp_stream_clear_source (&self->read_source);
  xmpp_stream_drop_output (self);
  g_cancellable_cancel (self->output_cancellable);

  io = g_object_ref (self->io);
  while (G_IS_TLS_CONNECTION (io))
    {
      GIOStream *base = NULL;

      g_object_get (io, "base-io-stream", &base, NULL);
      if (base == NULL)
        break;
      g_object_unref (io);
      io = base;
    }
  g_io_stream_close (io, NULL, NULL);
}

static void
finish_close (XmppStream *self, GTask *task)
{
  if (self->peer_ended)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_error_copy (self->error));
}

/* Takes what may have come since: unread bytes would reset the connection, and the peer would
 * lose our last words. GIO's TLS leaks an error that nobody takes. */
static void
drain (XmppStream *self)
{
  char bytes[1024];
  gboolean more = self->input != NULL && !self->input_over;

  for (guint i = 0; more && i < DRAIN_READS; i++)
    {
      g_autoptr (GError) error = NULL;

      more = g_pollable_input_stream_read_nonblocking (self->input, bytes, sizeof bytes,
                                                       NULL, &error) == sizeof bytes;
    }
}

/* The connection is not closed before the peer's closing tag (RFC 6120 §4.4), not even our
 * half of it: a server that sees that end throws away what it still has to write. */
static gboolean
awaits_end (XmppStream *self)
{
  return self->header_seen && self->error == NULL && !self->peer_ended &&
         !self->input_over;
}

gboolean
xmpp_stream_close_step (XmppStream *self)
{
  g_autoptr (GTask) task = NULL;

  if (!self->io_closed)
    {
      if (xmpp_stream_has_output (self) && self->write_source == NULL)
        xmpp_stream_flush_now (self);
      if (!xmpp_stream_has_output (self) && !awaits_end (self))
        xmpp_stream_start_output_close (self);
      if (self->output_state != XMPP_OUTPUT_CLOSED ||
          !(self->peer_ended || self->input_over))
        return FALSE;
      drain (self);
      xmpp_stream_close_io (self);
    }

  xmpp_stream_clear_source (&self->closing_cancelled);
  task = g_steal_pointer (&self->closing);
  finish_close (self, task);

  return TRUE;
}

static gboolean
close_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  XmppStream *self = XMPP_STREAM (user_data);
  g_autoptr (GTask) task = g_steal_pointer (&self->closing);

  xmpp_stream_clear_source (&self->closing_cancelled);
  xmpp_stream_abort (self);
  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

void
xmpp_stream_close_async (XmppStream *stream,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, xmpp_stream_close_async);
  g_task_set_check_cancellable (task, FALSE);

  if (stream->closing != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                               "The stream with %s is being closed already",
                               xmpp_stream_name_peer (stream));
      return;
    }

  if (stream->io_closed && stream->error != NULL)
    {
      finish_close (stream, task);
      return;
    }

  xmpp_stream_write_end (stream);
  if (g_cancellable_is_cancelled (cancellable))
    {
      xmpp_stream_flush_now (stream);
      xmpp_stream_abort (stream);
      g_task_return_error_if_cancelled (task);
      return;
    }

  if (cancellable != NULL)
    stream->closing_cancelled =
        xmpp_stream_attach (stream, g_cancellable_source_new (cancellable),
                            G_SOURCE_FUNC (close_cancelled_cb), G_PRIORITY_DEFAULT);
  stream->closing = g_steal_pointer (&task);
  xmpp_stream_pump (stream);
}

gboolean
xmpp_stream_close_finish (XmppStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_stream_close_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
lingered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (XmppDeadline) deadline = user_data;

  xmpp_stream_close_finish (XMPP_STREAM (object), result, NULL);
}

void
xmpp_stream_linger (XmppStream *stream, guint seconds)
{
  XmppDeadline *deadline;
  GCancellable *cancellable;

  if (stream->error == NULL || stream->io_closed || stream->input_over ||
      stream->closing != NULL || xmpp_stream_has_output (stream))
    {
      xmpp_stream_abort (stream);
      return;
    }

  deadline = xmpp_deadline_new (MAX (seconds, 1), NULL);
  cancellable = xmpp_deadline_get_cancellable (deadline);
  xmpp_stream_close_async (stream, cancellable, lingered_cb, deadline);
}

void
xmpp_stream_abort (XmppStream *stream)
{
  stream->end_written = TRUE;
  xmpp_stream_end (stream,
                   g_error_new (XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                                "The stream with %s was broken off",
                                xmpp_stream_name_peer (stream)));
  xmpp_stream_close_io (stream);
}
