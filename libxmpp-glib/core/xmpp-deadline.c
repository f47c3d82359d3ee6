/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-deadline.h"

#include "core/xmpp-error.h"

struct _XmppDeadline
{
  GCancellable *cancellable;
  GCancellable *parent;
  gulong parent_handler;
  GSource *timer; /* NULL: no limit, and endless patience */
  guint seconds;  /* 0: no limit */
  guint patience; /* 0: endless */
  guint paused;
  gint64 remaining; /* microseconds, while paused */
  gboolean passed;
  gboolean unanswered; /* while a person was being asked */
};

typedef struct
{
  GSource source;
  XmppDeadline *deadline;
} DeadlineSource;

/* On a cancellable: the deadline that it belongs to */
static GQuark
deadline_quark (void)
{
  return g_quark_from_static_string ("xmpp-deadline");
}

static gboolean
deadline_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  XmppDeadline *self = ((DeadlineSource *) source)->deadline;
  g_autoptr (GCancellable) cancellable = g_object_ref (self->cancellable);

  /* Where the parent was faster it is a cancellation, and stays one. */
  self->passed = !g_cancellable_is_cancelled (cancellable);
  self->unanswered = self->paused > 0;

  /* A handler may free the deadline: it is not touched after this. */
  g_cancellable_cancel (cancellable);

  return G_SOURCE_REMOVE;
}

static GSourceFuncs deadline_source_funcs = { .dispatch = deadline_source_dispatch };

static void
start_timer (XmppDeadline *self, gint64 ready_time)
{
  self->timer = g_source_new (&deadline_source_funcs, sizeof (DeadlineSource));
  ((DeadlineSource *) self->timer)->deadline = self;
  g_source_set_static_name (self->timer, "[xmpp] deadline");
  g_source_set_ready_time (self->timer, ready_time);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static gint64
get_time_after (guint seconds)
{
  return g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
}

static void
parent_cancelled_cb (GCancellable *parent, GCancellable *cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
release_cancellable (gpointer data, GClosure *closure)
{
  g_object_unref (data);
}

XmppDeadline *
xmpp_deadline_new (guint seconds, GCancellable *parent)
{
  XmppDeadline *self = g_new0 (XmppDeadline, 1);

  self->cancellable = g_cancellable_new ();
  self->seconds = seconds;
  g_object_set_qdata (G_OBJECT (self->cancellable), deadline_quark (), self);

  if (parent != NULL)
    {
      /* Not g_cancellable_connect(): its disconnecting waits for handlers that run, and a
       * deadline may be freed by what follows from the parent's own signal. */
      self->parent = g_object_ref (parent);
      self->parent_handler = g_signal_connect_data (parent, "cancelled",
                                                    G_CALLBACK (parent_cancelled_cb),
                                                    g_object_ref (self->cancellable),
                                                    release_cancellable, 0);
      if (g_cancellable_is_cancelled (parent))
        g_cancellable_cancel (self->cancellable);
    }

  if (seconds > 0)
    start_timer (self, get_time_after (seconds));

  return self;
}

void
xmpp_deadline_free (XmppDeadline *self)
{
  if (self == NULL)
    return;

  if (self->timer != NULL)
    {
      g_source_destroy (self->timer);
      g_source_unref (self->timer);
    }
  g_object_set_qdata (G_OBJECT (self->cancellable), deadline_quark (), NULL);
  if (self->parent != NULL)
    g_signal_handler_disconnect (self->parent, self->parent_handler);
  /* Nobody can resume through us any more. */
  for (; self->paused > 0; self->paused--)
    xmpp_deadline_resume (self->parent);
  g_clear_object (&self->parent);
  g_clear_object (&self->cancellable);
  g_free (self);
}

void
xmpp_deadline_set_patience (XmppDeadline *self, guint seconds)
{
  g_return_if_fail (self != NULL);

  self->patience = seconds;
  if (self->timer == NULL && seconds > 0)
    start_timer (self, -1);
}

GCancellable *
xmpp_deadline_get_cancellable (XmppDeadline *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->cancellable;
}

gboolean
xmpp_deadline_has_passed (XmppDeadline *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->passed;
}

gboolean
xmpp_deadline_is_paused (XmppDeadline *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->paused > 0;
}

void
xmpp_deadline_translate (XmppDeadline *self, GError **error, const char *what)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (what != NULL);

  if (!self->passed || error == NULL ||
      !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_error (error);
  if (self->unanswered)
    g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT,
                 "%s was not finished: a question was not answered within %u s", what,
                 self->patience);
  else
    g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT,
                 "%s was not finished within %u s", what, self->seconds);
}

static void
pause_one (XmppDeadline *self)
{
  if (self->paused++ > 0 || self->timer == NULL)
    return;

  self->remaining =
      MAX (g_source_get_ready_time (self->timer) - g_get_monotonic_time (), 0);
  g_source_set_ready_time (self->timer,
                           self->patience > 0 ? get_time_after (self->patience) : -1);
}

static void
resume_one (XmppDeadline *self)
{
  if (--self->paused > 0 || self->timer == NULL || g_source_is_destroyed (self->timer))
    return;

  g_source_set_ready_time (self->timer, self->seconds > 0
                                            ? g_get_monotonic_time () + self->remaining
                                            : -1);
}

static XmppDeadline *
find_deadline (GCancellable *cancellable)
{
  if (cancellable == NULL)
    return NULL;

  return g_object_get_qdata (G_OBJECT (cancellable), deadline_quark ());
}

void
xmpp_deadline_pause (GCancellable *cancellable)
{
  XmppDeadline *deadline;

  while ((deadline = find_deadline (cancellable)) != NULL)
    {
      pause_one (deadline);
      cancellable = deadline->parent;
    }
}

void
xmpp_deadline_resume (GCancellable *cancellable)
{
  XmppDeadline *deadline;

  while ((deadline = find_deadline (cancellable)) != NULL)
    {
      resume_one (deadline);
      cancellable = deadline->parent;
    }
}
