/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-receive-queue.h"

struct _XmppReceiveQueue
{
  GQueue stanzas; /* of XmppStanza */
  GQueue waiters; /* of Waiter */
  gboolean ended;
};

typedef struct
{
  XmppReceiveQueue *queue;
  XmppStanzaKind kinds;
  GTask *task;
  GSource *cancelled; /* nullable */
} Waiter;

XmppReceiveQueue *
xmpp_receive_queue_new (void)
{
  XmppReceiveQueue *queue = g_new0 (XmppReceiveQueue, 1);

  g_queue_init (&queue->stanzas);
  g_queue_init (&queue->waiters);
  return queue;
}

static GTask *
remove_waiter (Waiter *waiter)
{
  GTask *task = g_steal_pointer (&waiter->task);

  g_queue_remove (&waiter->queue->waiters, waiter);
  if (waiter->cancelled != NULL)
    {
      g_source_destroy (waiter->cancelled);
      g_source_unref (waiter->cancelled);
    }
  g_free (waiter);
  return task;
}

void
xmpp_receive_queue_free (XmppReceiveQueue *queue)
{
  xmpp_receive_queue_end (queue);
  g_queue_clear_full (&queue->stanzas, (GDestroyNotify) xmpp_stanza_unref);
  g_free (queue);
}

static void
return_stanza (GTask *task, XmppStanza *stanza)
{
  g_task_return_pointer (task, stanza, (GDestroyNotify) xmpp_stanza_unref);
}

void
xmpp_receive_queue_push (XmppReceiveQueue *queue, XmppStanza *stanza)
{
  XmppStanzaKind kind = xmpp_stanza_get_kind (stanza);

  for (GList *l = queue->waiters.head; l != NULL; l = l->next)
    {
      Waiter *waiter = l->data;

      /* One that was cancelled is told so in its own turn; it must not swallow a stanza. */
      if ((waiter->kinds & kind) != 0 &&
          !g_cancellable_is_cancelled (g_task_get_cancellable (waiter->task)))
        {
          g_autoptr (GTask) task = remove_waiter (waiter);

          return_stanza (task, xmpp_stanza_ref (stanza));
          return;
        }
    }

  g_queue_push_tail (&queue->stanzas, xmpp_stanza_ref (stanza));
}

guint
xmpp_receive_queue_get_length (XmppReceiveQueue *queue)
{
  return queue->stanzas.length;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = remove_waiter (user_data);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
wait_for_stanza (XmppReceiveQueue *queue, XmppStanzaKind kinds, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->queue = queue;
  waiter->kinds = kinds;
  waiter->task = g_object_ref (task);
  if (cancellable != NULL)
    {
      waiter->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (waiter->cancelled, G_SOURCE_FUNC (cancelled_cb), waiter,
                             NULL);
      g_source_attach (waiter->cancelled, g_task_get_context (task));
    }
  g_queue_push_tail (&queue->waiters, waiter);
}

void
xmpp_receive_queue_pop (XmppReceiveQueue *queue, XmppStanzaKind kinds, GTask *task)
{
  for (GList *l = queue->stanzas.head; l != NULL; l = l->next)
    {
      XmppStanza *stanza = l->data;

      if ((xmpp_stanza_get_kind (stanza) & kinds) != 0)
        {
          g_queue_delete_link (&queue->stanzas, l);
          return_stanza (task, stanza);
          return;
        }
    }

  if (queue->ended)
    g_task_return_pointer (task, NULL, NULL);
  else
    wait_for_stanza (queue, kinds, task);
}

void
xmpp_receive_queue_end (XmppReceiveQueue *queue)
{
  GQueue tasks = G_QUEUE_INIT;
  GTask *task;

  queue->ended = TRUE;
  while (!g_queue_is_empty (&queue->waiters))
    g_queue_push_tail (&tasks, remove_waiter (g_queue_peek_head (&queue->waiters)));

  while ((task = g_queue_pop_head (&tasks)) != NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      g_object_unref (task);
    }
}
