/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Who has asked something and waits for one answer, which comes now or later, from any
 * thread. It stands in the objects that carry such questions; zeroed, nobody waits. */
typedef struct
{
  GTask *task;
} XmppWaiter;

/* @task: (transfer full) */
void xmpp_waiter_init (XmppWaiter *waiter, GTask *task);
gboolean xmpp_waiter_is_answered (XmppWaiter *waiter);
/* (transfer full): the first to come gets the task; NULL: there was an answer */
GTask *xmpp_waiter_take (XmppWaiter *waiter);
/* The answer that something went wrong. FALSE: there was an answer */
gboolean xmpp_waiter_fail (XmppWaiter *waiter, const GError *error);
/* For dispose: nobody will answer any more. Whoever waits gets @error, or FALSE without one,
 * in a later turn of the main loop: it may be a garbage collector that drops the object, in
 * which no language can be called back. @error: (transfer full) (nullable) */
void xmpp_waiter_drop (XmppWaiter *waiter, GError *error);

G_END_DECLS
