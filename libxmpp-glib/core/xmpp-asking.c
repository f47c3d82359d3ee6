/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-asking.h"

#include "core/xmpp-deadline.h"

typedef struct
{
  GSource *cancel_source; /* nullable */
  gboolean ended;
} Asking;

static void
asking_free (gpointer data)
{
  Asking *asking = data;

  g_clear_pointer (&asking->cancel_source, g_source_unref);
  g_free (asking);
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, &error) &&
      xmpp_asking_end (task))
    g_task_return_error (task, g_steal_pointer (&error));
  return G_SOURCE_REMOVE;
}

void
xmpp_asking_begin (GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Asking *asking = g_new0 (Asking, 1);

  g_task_set_task_data (task, asking, asking_free);
  if (cancellable != NULL)
    {
      asking->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_static_name (asking->cancel_source, "[xmpp] question");
      g_task_attach_source (task, asking->cancel_source, G_SOURCE_FUNC (cancelled_cb));
    }
  xmpp_deadline_pause (cancellable);
}

gboolean
xmpp_asking_end (GTask *task)
{
  Asking *asking = g_task_get_task_data (task);

  if (asking->ended)
    return FALSE;

  asking->ended = TRUE;
  if (asking->cancel_source != NULL)
    g_source_destroy (asking->cancel_source);
  xmpp_deadline_resume (g_task_get_cancellable (task));
  return TRUE;
}
