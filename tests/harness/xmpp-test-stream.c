/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-stream.h"

#include "xmpp-test-pipe.h"

typedef struct
{
  GInputStream parent_instance;
  XmppTestPipe *pipe;
  XmppTestControls *controls;
} XmppTestInput;

typedef GInputStreamClass XmppTestInputClass;

typedef struct
{
  GOutputStream parent_instance;
  XmppTestPipe *pipe;
  XmppTestControls *controls;
} XmppTestOutput;

typedef GOutputStreamClass XmppTestOutputClass;

struct _XmppTestStream
{
  GIOStream parent_instance;
  XmppTestInput *input;
  XmppTestOutput *output;
  XmppTestControls *controls;
};

/* ---- The half that reads ---- */

static void xmpp_test_input_pollable_init (GPollableInputStreamInterface *iface);
GType xmpp_test_input_get_type (void);
G_DEFINE_TYPE_WITH_CODE (XmppTestInput,
                         xmpp_test_input,
                         G_TYPE_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                xmpp_test_input_pollable_init))

static gssize
xmpp_test_input_read (GInputStream *stream,
                      void *buffer,
                      gsize count,
                      GCancellable *cancellable,
                      GError **error)
{
  XmppTestInput *self = (XmppTestInput *) stream;

  return xmpp_test_pipe_read (self->pipe, self->controls, buffer, count, cancellable,
                              TRUE, error);
}

static gssize
xmpp_test_input_read_nonblocking (GPollableInputStream *stream,
                                  void *buffer,
                                  gsize count,
                                  GError **error)
{
  XmppTestInput *self = (XmppTestInput *) stream;

  return xmpp_test_pipe_read (self->pipe, self->controls, buffer, count, NULL, FALSE,
                              error);
}

static gboolean
xmpp_test_input_is_readable (GPollableInputStream *stream)
{
  return xmpp_test_pipe_is_ready (((XmppTestInput *) stream)->pipe, FALSE);
}

static GSource *
xmpp_test_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  XmppTestInput *self = (XmppTestInput *) stream;
  g_autoptr (GSource) source = xmpp_test_pipe_create_source (self->pipe, FALSE);

  return g_pollable_source_new_full (stream, source, cancellable);
}

static gboolean
xmpp_test_input_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  XmppTestInput *self = (XmppTestInput *) stream;

  xmpp_test_pipe_close_reader (self->pipe);

  return xmpp_test_controls_operate (self->controls, error);
}

static void
return_closed (gpointer source,
               gboolean closed,
               GError *error,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  if (closed)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
xmpp_test_input_close_async (GInputStream *stream,
                             int priority,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GError *error = NULL;
  gboolean closed = xmpp_test_input_close (stream, cancellable, &error);

  return_closed (stream, closed, error, cancellable, callback, user_data);
}

static gboolean
xmpp_test_input_close_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
xmpp_test_input_finalize (GObject *object)
{
  XmppTestInput *self = (XmppTestInput *) object;

  xmpp_test_pipe_unref (self->pipe);
  xmpp_test_controls_unref (self->controls);
  G_OBJECT_CLASS (xmpp_test_input_parent_class)->finalize (object);
}

static void
xmpp_test_input_class_init (XmppTestInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_test_input_finalize;
  klass->read_fn = xmpp_test_input_read;
  klass->close_fn = xmpp_test_input_close;
  klass->close_async = xmpp_test_input_close_async;
  klass->close_finish = xmpp_test_input_close_finish;
}

static void
xmpp_test_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = xmpp_test_input_is_readable;
  iface->create_source = xmpp_test_input_create_source;
  iface->read_nonblocking = xmpp_test_input_read_nonblocking;
}

static void
xmpp_test_input_init (XmppTestInput *self)
{
}

/* ---- The half that writes ---- */

static void xmpp_test_output_pollable_init (GPollableOutputStreamInterface *iface);
GType xmpp_test_output_get_type (void);
G_DEFINE_TYPE_WITH_CODE (XmppTestOutput,
                         xmpp_test_output,
                         G_TYPE_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                xmpp_test_output_pollable_init))

static gssize
xmpp_test_output_write (GOutputStream *stream,
                        const void *buffer,
                        gsize count,
                        GCancellable *cancellable,
                        GError **error)
{
  XmppTestOutput *self = (XmppTestOutput *) stream;

  return xmpp_test_pipe_write (self->pipe, self->controls, buffer, count, cancellable,
                               TRUE, error);
}

static gssize
xmpp_test_output_write_nonblocking (GPollableOutputStream *stream,
                                    const void *buffer,
                                    gsize count,
                                    GError **error)
{
  XmppTestOutput *self = (XmppTestOutput *) stream;

  return xmpp_test_pipe_write (self->pipe, self->controls, buffer, count, NULL, FALSE,
                               error);
}

static gboolean
xmpp_test_output_is_writable (GPollableOutputStream *stream)
{
  return xmpp_test_pipe_is_ready (((XmppTestOutput *) stream)->pipe, TRUE);
}

static GSource *
xmpp_test_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  XmppTestOutput *self = (XmppTestOutput *) stream;
  g_autoptr (GSource) source = xmpp_test_pipe_create_source (self->pipe, TRUE);

  return g_pollable_source_new_full (stream, source, cancellable);
}

static gboolean
xmpp_test_output_flush (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  return xmpp_test_controls_operate (((XmppTestOutput *) stream)->controls, error);
}

static gboolean
xmpp_test_output_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  XmppTestOutput *self = (XmppTestOutput *) stream;

  xmpp_test_pipe_close_writer (self->pipe);

  return xmpp_test_controls_operate (self->controls, error);
}

static void
xmpp_test_output_close_async (GOutputStream *stream,
                              int priority,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;
  gboolean closed = xmpp_test_output_close (stream, cancellable, &error);

  return_closed (stream, closed, error, cancellable, callback, user_data);
}

static gboolean
xmpp_test_output_close_finish (GOutputStream *stream,
                               GAsyncResult *result,
                               GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
xmpp_test_output_finalize (GObject *object)
{
  XmppTestOutput *self = (XmppTestOutput *) object;

  xmpp_test_pipe_unref (self->pipe);
  xmpp_test_controls_unref (self->controls);
  G_OBJECT_CLASS (xmpp_test_output_parent_class)->finalize (object);
}

static void
xmpp_test_output_class_init (XmppTestOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_test_output_finalize;
  klass->write_fn = xmpp_test_output_write;
  klass->flush = xmpp_test_output_flush;
  klass->close_fn = xmpp_test_output_close;
  klass->close_async = xmpp_test_output_close_async;
  klass->close_finish = xmpp_test_output_close_finish;
}

static void
xmpp_test_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = xmpp_test_output_is_writable;
  iface->create_source = xmpp_test_output_create_source;
  iface->write_nonblocking = xmpp_test_output_write_nonblocking;
}

static void
xmpp_test_output_init (XmppTestOutput *self)
{
}

/* ---- The two halves ---- */

G_DEFINE_FINAL_TYPE (XmppTestStream, xmpp_test_stream, G_TYPE_IO_STREAM)

static GInputStream *
xmpp_test_stream_get_input_stream (GIOStream *stream)
{
  return (GInputStream *) XMPP_TEST_STREAM (stream)->input;
}

static GOutputStream *
xmpp_test_stream_get_output_stream (GIOStream *stream)
{
  return (GOutputStream *) XMPP_TEST_STREAM (stream)->output;
}

static void
xmpp_test_stream_finalize (GObject *object)
{
  XmppTestStream *self = XMPP_TEST_STREAM (object);

  /* A descriptor that nobody holds any more is closed. */
  xmpp_test_pipe_close_writer (self->output->pipe);
  xmpp_test_pipe_close_reader (self->input->pipe);
  g_object_unref (self->input);
  g_object_unref (self->output);
  xmpp_test_controls_unref (self->controls);
  G_OBJECT_CLASS (xmpp_test_stream_parent_class)->finalize (object);
}

static void
xmpp_test_stream_class_init (XmppTestStreamClass *klass)
{
  GIOStreamClass *io_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = xmpp_test_stream_finalize;
  io_class->get_input_stream = xmpp_test_stream_get_input_stream;
  io_class->get_output_stream = xmpp_test_stream_get_output_stream;
}

static void
xmpp_test_stream_init (XmppTestStream *self)
{
}

static GIOStream *
new_end (XmppTestPipe *in, XmppTestPipe *out, XmppTestControls *controls)
{
  XmppTestStream *self = g_object_new (XMPP_TEST_TYPE_STREAM, NULL);

  self->controls = controls;
  self->input = g_object_new (xmpp_test_input_get_type (), NULL);
  self->input->pipe = xmpp_test_pipe_ref (in);
  self->input->controls = xmpp_test_controls_ref (controls);
  self->output = g_object_new (xmpp_test_output_get_type (), NULL);
  self->output->pipe = xmpp_test_pipe_ref (out);
  self->output->controls = xmpp_test_controls_ref (controls);

  return G_IO_STREAM (self);
}

static void
new_pair (XmppTestControls *controls, GIOStream **a, GIOStream **b)
{
  XmppTestPipe *forth = xmpp_test_pipe_new ();
  XmppTestPipe *back = xmpp_test_pipe_new ();

  *a = new_end (back, forth, controls);
  *b = new_end (forth, back, xmpp_test_controls_new ());
  xmpp_test_pipe_unref (forth);
  xmpp_test_pipe_unref (back);
}

void
xmpp_test_stream_pair (GIOStream **a, GIOStream **b)
{
  new_pair (xmpp_test_controls_new (), a, b);
}

void
xmpp_test_stream_pair_over (GIOStream *base, GIOStream **a, GIOStream **b)
{
  new_pair (xmpp_test_controls_ref (XMPP_TEST_STREAM (base)->controls), a, b);
}

void
xmpp_test_stream_set_bytes (GIOStream *stream, XmppTestBytes bytes, guint32 seed)
{
  XmppTestControls *controls = XMPP_TEST_STREAM (stream)->controls;

  controls->bytes = bytes;
  g_rand_set_seed (controls->random, seed);
}

void
xmpp_test_stream_set_capacity (GIOStream *stream, gsize capacity)
{
  XmppTestPipe *pipe = XMPP_TEST_STREAM (stream)->output->pipe;

  g_mutex_lock (&pipe->mutex);
  pipe->capacity = capacity;
  g_mutex_unlock (&pipe->mutex);
  g_main_context_wakeup (g_main_context_get_thread_default ());
}

void
xmpp_test_stream_fail_at (GIOStream *stream, guint n, const GError *error)
{
  XmppTestControls *controls = XMPP_TEST_STREAM (stream)->controls;

  g_clear_error (&controls->fault);
  controls->fail_at = n;
  controls->fault = g_error_copy (error);
}

guint
xmpp_test_stream_get_operations (GIOStream *stream)
{
  return XMPP_TEST_STREAM (stream)->controls->operations;
}

guint
xmpp_test_stream_get_writes (GIOStream *stream)
{
  return XMPP_TEST_STREAM (stream)->controls->writes;
}

gsize
xmpp_test_stream_get_unread (GIOStream *stream)
{
  XmppTestPipe *pipe = XMPP_TEST_STREAM (stream)->input->pipe;
  gsize length;

  g_mutex_lock (&pipe->mutex);
  length = pipe->bytes->len;
  g_mutex_unlock (&pipe->mutex);

  return length;
}

void
xmpp_test_stream_break (GIOStream *stream, const GError *error)
{
  xmpp_test_pipe_break (XMPP_TEST_STREAM (stream)->output->pipe, error);
}

XmppTestControls *
xmpp_test_stream_get_controls (GIOStream *stream)
{
  return XMPP_TEST_STREAM (stream)->controls;
}

gboolean
xmpp_test_stream_is_joined_to (GIOStream *stream, GIOStream *other)
{
  return XMPP_TEST_STREAM (stream)->input->pipe == XMPP_TEST_STREAM (other)->output->pipe;
}
