/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-waiter.h"

void
xmpp_waiter_init (XmppWaiter *waiter, GTask *task)
{
  g_atomic_pointer_set (&waiter->task, task);
}

gboolean
xmpp_waiter_is_answered (XmppWaiter *waiter)
{
  return g_atomic_pointer_get (&waiter->task) == NULL;
}

GTask *
xmpp_waiter_take (XmppWaiter *waiter)
{
  return g_atomic_pointer_exchange (&waiter->task, NULL);
}

gboolean
xmpp_waiter_fail (XmppWaiter *waiter, const GError *error)
{
  g_autoptr (GTask) task = xmpp_waiter_take (waiter);

  if (task == NULL)
    return FALSE;

  g_task_return_error (task, g_error_copy (error));
  return TRUE;
}

typedef struct
{
  GTask *task;
  GError *error;
} Dropped;

static void
dropped_free (gpointer data)
{
  Dropped *dropped = data;

  g_object_unref (dropped->task);
  g_clear_error (&dropped->error);
  g_free (dropped);
}

static gboolean
dropped_cb (gpointer user_data)
{
  Dropped *dropped = user_data;

  if (dropped->error != NULL)
    g_task_return_error (dropped->task, g_steal_pointer (&dropped->error));
  else
    g_task_return_boolean (dropped->task, FALSE);

  return G_SOURCE_REMOVE;
}

void
xmpp_waiter_drop (XmppWaiter *waiter, GError *error)
{
  g_autoptr (GError) owned_error = error;
  g_autoptr (GTask) task = xmpp_waiter_take (waiter);
  g_autoptr (GSource) source = NULL;
  Dropped *dropped;

  if (task == NULL)
    return;

  dropped = g_new0 (Dropped, 1);
  dropped->task = g_steal_pointer (&task);
  dropped->error = g_steal_pointer (&owned_error);
  source = g_idle_source_new ();
  g_source_set_static_name (source, "[xmpp] nobody answered");
  g_source_set_priority (source, g_task_get_priority (dropped->task));
  g_source_set_callback (source, dropped_cb, dropped, dropped_free);
  g_source_attach (source, g_task_get_context (dropped->task));
}
