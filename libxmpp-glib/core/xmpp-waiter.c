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
