/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-pipe.h"

#include <string.h>

XmppTestControls *
xmpp_test_controls_new (void)
{
  XmppTestControls *controls = g_new0 (XmppTestControls, 1);

  g_atomic_ref_count_init (&controls->ref_count);
  g_mutex_init (&controls->mutex);
  controls->random = g_rand_new_with_seed (1);

  return controls;
}

XmppTestControls *
xmpp_test_controls_ref (XmppTestControls *controls)
{
  g_atomic_ref_count_inc (&controls->ref_count);
  return controls;
}

void
xmpp_test_controls_unref (XmppTestControls *controls)
{
  if (!g_atomic_ref_count_dec (&controls->ref_count))
    return;

  g_mutex_clear (&controls->mutex);
  g_rand_free (controls->random);
  g_clear_error (&controls->fault);
  g_free (controls);
}

gsize
xmpp_test_controls_cut (XmppTestControls *controls, gsize length, gboolean writing)
{
  gsize piece = length;

  g_mutex_lock (&controls->mutex);

  switch (controls->bytes)
    {
    case XMPP_TEST_BYTES_WHOLE:
      break;

    case XMPP_TEST_BYTES_ONE:
      piece = writing ? length : MIN (length, 1);
      break;

    case XMPP_TEST_BYTES_HALVES:
      piece = writing ? (length + 1) / 2 : length;
      break;

    case XMPP_TEST_BYTES_RANDOM:
      if (length > 1)
        piece =
            (gsize) g_rand_int_range (controls->random, 1, (gint32) MIN (length, 64) + 1);
      break;

    default:
      g_assert_not_reached ();
    }

  g_mutex_unlock (&controls->mutex);

  return piece;
}

gboolean
xmpp_test_controls_operate (XmppTestControls *controls, GError **error)
{
  gboolean fails;

  g_mutex_lock (&controls->mutex);
  controls->operations++;
  fails = controls->operations == controls->fail_at;
  if (fails)
    g_propagate_error (error, g_error_copy (controls->fault));
  g_mutex_unlock (&controls->mutex);

  return !fails;
}

/* Every other look finds nothing, so that each piece is waited for. */
static gboolean
hesitates (XmppTestControls *controls)
{
  gboolean result;

  g_mutex_lock (&controls->mutex);
  controls->hesitated = controls->hesitant && !controls->hesitated;
  result = controls->hesitated;
  g_mutex_unlock (&controls->mutex);

  return result;
}

XmppTestPipe *
xmpp_test_pipe_new (void)
{
  XmppTestPipe *pipe = g_new0 (XmppTestPipe, 1);

  g_atomic_ref_count_init (&pipe->ref_count);
  g_mutex_init (&pipe->mutex);
  g_cond_init (&pipe->cond);
  pipe->bytes = g_byte_array_new ();
  pipe->capacity = G_MAXSIZE;

  return pipe;
}

XmppTestPipe *
xmpp_test_pipe_ref (XmppTestPipe *pipe)
{
  g_atomic_ref_count_inc (&pipe->ref_count);
  return pipe;
}

void
xmpp_test_pipe_unref (XmppTestPipe *pipe)
{
  if (!g_atomic_ref_count_dec (&pipe->ref_count))
    return;

  g_assert (pipe->sources == NULL);
  g_byte_array_unref (pipe->bytes);
  g_clear_error (&pipe->broken);
  g_cond_clear (&pipe->cond);
  g_mutex_clear (&pipe->mutex);
  g_free (pipe);
}

static gboolean
is_readable_locked (XmppTestPipe *pipe)
{
  return pipe->bytes->len > 0 || pipe->broken != NULL || pipe->writer_gone ||
         pipe->reader_gone;
}

static gboolean
is_writable_locked (XmppTestPipe *pipe)
{
  return pipe->bytes->len < pipe->capacity || pipe->broken != NULL || pipe->writer_gone ||
         pipe->reader_gone;
}

/* With the lock held: something has changed. */
static void
wake (XmppTestPipe *pipe)
{
  g_cond_broadcast (&pipe->cond);
  for (GList *l = pipe->sources; l != NULL; l = l->next)
    g_source_set_ready_time (l->data, 0);
}

static gboolean
wait_locked (XmppTestPipe *pipe, GCancellable *cancellable, GError **error)
{
  gint64 until = g_get_monotonic_time () + 10 * G_TIME_SPAN_MILLISECOND;

  g_cond_wait_until (&pipe->cond, &pipe->mutex, until);

  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
would_block (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Nothing there yet");
  return FALSE;
}

/* With the lock held: is there something to take? */
static gboolean
wait_readable (XmppTestPipe *pipe,
               XmppTestControls *controls,
               GCancellable *cancellable,
               gboolean block,
               GError **error)
{
  if (!block && hesitates (controls))
    return would_block (error);

  while (!is_readable_locked (pipe))
    {
      if (!block)
        return would_block (error);
      if (!wait_locked (pipe, cancellable, error))
        return FALSE;
    }

  return TRUE;
}

gssize
xmpp_test_pipe_read (XmppTestPipe *pipe,
                     XmppTestControls *controls,
                     void *buffer,
                     gsize length,
                     GCancellable *cancellable,
                     gboolean block,
                     GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);
  gsize n;

  if (!wait_readable (pipe, controls, cancellable, block, error))
    return -1;

  if (!xmpp_test_controls_operate (controls, error))
    return -1;

  if (pipe->reader_gone)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The stream is closed");
      return -1;
    }
  if (pipe->bytes->len == 0 && pipe->broken != NULL)
    {
      g_propagate_error (error, g_error_copy (pipe->broken));
      return -1;
    }

  n = MIN (length, pipe->bytes->len);
  if (n == 0)
    return 0;

  n = xmpp_test_controls_cut (controls, n, FALSE);
  memcpy (buffer, pipe->bytes->data, n);
  g_byte_array_remove_range (pipe->bytes, 0, n);
  wake (pipe);

  return (gssize) n;
}

gssize
xmpp_test_pipe_write (XmppTestPipe *pipe,
                      XmppTestControls *controls,
                      const void *buffer,
                      gsize length,
                      GCancellable *cancellable,
                      gboolean block,
                      GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipe->mutex);
  gsize n;

  while (!is_writable_locked (pipe))
    {
      if (!block)
        {
          would_block (error);
          return -1;
        }
      if (!wait_locked (pipe, cancellable, error))
        return -1;
    }

  if (!xmpp_test_controls_operate (controls, error))
    return -1;

  if (pipe->writer_gone || pipe->reader_gone || pipe->broken != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR,
                           pipe->writer_gone ? G_IO_ERROR_CLOSED : G_IO_ERROR_BROKEN_PIPE,
                           "Nobody is there to read this");
      return -1;
    }

  n = MIN (length, pipe->capacity - pipe->bytes->len);
  n = xmpp_test_controls_cut (controls, n, TRUE);
  g_byte_array_append (pipe->bytes, buffer, (guint) n);
  controls->writes++;
  wake (pipe);

  return (gssize) n;
}

void
xmpp_test_pipe_close_writer (XmppTestPipe *pipe)
{
  g_mutex_lock (&pipe->mutex);
  pipe->writer_gone = TRUE;
  wake (pipe);
  g_mutex_unlock (&pipe->mutex);
}

void
xmpp_test_pipe_close_reader (XmppTestPipe *pipe)
{
  g_mutex_lock (&pipe->mutex);
  pipe->reader_gone = TRUE;
  wake (pipe);
  g_mutex_unlock (&pipe->mutex);
}

void
xmpp_test_pipe_break (XmppTestPipe *pipe, const GError *error)
{
  g_mutex_lock (&pipe->mutex);
  g_clear_error (&pipe->broken);
  pipe->broken = g_error_copy (error);
  wake (pipe);
  g_mutex_unlock (&pipe->mutex);
}

gboolean
xmpp_test_pipe_is_ready (XmppTestPipe *pipe, gboolean for_writing)
{
  gboolean ready;

  g_mutex_lock (&pipe->mutex);
  ready = for_writing ? is_writable_locked (pipe) : is_readable_locked (pipe);
  g_mutex_unlock (&pipe->mutex);

  return ready;
}

/* ---- A source that fires while the pipe is ready ---- */

typedef struct
{
  GSource source;
  XmppTestPipe *pipe;
  gboolean for_writing;
} PipeSource;

static gboolean
pipe_source_check (GSource *source)
{
  PipeSource *self = (PipeSource *) source;

  return xmpp_test_pipe_is_ready (self->pipe, self->for_writing);
}

static gboolean
pipe_source_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return pipe_source_check (source);
}

static gboolean
pipe_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_source_set_ready_time (source, -1);
  return G_SOURCE_CONTINUE;
}

static void
pipe_source_finalize (GSource *source)
{
  PipeSource *self = (PipeSource *) source;

  g_mutex_lock (&self->pipe->mutex);
  self->pipe->sources = g_list_remove (self->pipe->sources, source);
  g_mutex_unlock (&self->pipe->mutex);
  xmpp_test_pipe_unref (self->pipe);
}

/* A child source gets a dummy closure, for which GLib wants this; dispatch calls neither.
 */
static gboolean
closure_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs pipe_source_funcs = {
  .prepare = pipe_source_prepare,
  .check = pipe_source_check,
  .dispatch = pipe_source_dispatch,
  .finalize = pipe_source_finalize,
  .closure_callback = closure_cb,
};

GSource *
xmpp_test_pipe_create_source (XmppTestPipe *pipe, gboolean for_writing)
{
  GSource *source = g_source_new (&pipe_source_funcs, sizeof (PipeSource));
  PipeSource *self = (PipeSource *) source;

  self->pipe = xmpp_test_pipe_ref (pipe);
  self->for_writing = for_writing;
  g_mutex_lock (&pipe->mutex);
  pipe->sources = g_list_prepend (pipe->sources, source);
  g_mutex_unlock (&pipe->mutex);

  return source;
}
