/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "stream/xmpp-stream.h"

#include "core/xmpp-element-private.h"
#include "core/xmpp-error.h"
#include "stream/xmpp-stream-private.h"

typedef enum
{
  PULL_HEADER,
  PULL_ELEMENT,
  PULL_ANSWER,
} PullKind;

typedef struct
{
  PullKind kind;
  XmppStreamMatchFunc match;
  gpointer match_data;
} Pull;

static GTask *
new_task (XmppStream *self,
          PullKind kind,
          gpointer tag,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Pull *pull = g_new0 (Pull, 1);

  pull->kind = kind;
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, pull, g_free);
  /* An element that was taken off the stream must not be lost to a late cancellation. */
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

static gboolean
fits (Pull *pull, XmppElement *element)
{
  return pull->match == NULL || pull->match (element, pull->match_data);
}

static GTask *
steal_pull (XmppStream *self)
{
  xmpp_stream_clear_source (&self->pull_cancelled);
  return g_steal_pointer (&self->pull);
}

void
xmpp_stream_inbox_push (XmppStream *self, XmppElement *element)
{
  self->inbox_bytes += xmpp_element_get_memory (element);
  g_queue_push_tail (&self->inbox, element);
}

XmppElement *
xmpp_stream_inbox_take (XmppStream *self, GList *link)
{
  XmppElement *element = link->data;

  g_queue_delete_link (&self->inbox, link);
  /* Somebody who saw it arrive may have made it part of a bigger tree. */
  self->inbox_bytes -= MIN (self->inbox_bytes, xmpp_element_get_memory (element));
  return element;
}

/* The first in the inbox that the operation is after */
static XmppElement *
take_from_inbox (XmppStream *self, Pull *pull)
{
  for (GList *l = self->inbox.head; l != NULL; l = l->next)
    if (fits (pull, l->data))
      return xmpp_stream_inbox_take (self, l);

  return NULL;
}

/* Whether the operation may begin; else @task has its error. */
static gboolean
may_begin (XmppStream *self, GTask *task)
{
  if (self->pull != NULL || self->sink != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                               "Somebody else is reading from the stream with %s",
                               xmpp_stream_name_peer (self));
      return FALSE;
    }

  return !g_task_return_error_if_cancelled (task);
}

/* Takes @task over. */
static void
begin (XmppStream *self, GTask *task)
{
  if (self->error != NULL)
    {
      g_task_return_error (task, g_error_copy (self->error));
      g_object_unref (task);
      return;
    }

  self->pull = task;
  self->waiting = FALSE;
  self->wait_counted = FALSE;
  xmpp_stream_pump (self);
}

void
xmpp_stream_read_header_async (XmppStream *stream,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = new_task (stream, PULL_HEADER, xmpp_stream_read_header_async,
                                     cancellable, callback, user_data);

  if (!may_begin (stream, task))
    return;

  if (stream->header_seen && stream->error == NULL && stream->header_error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    begin (stream, g_steal_pointer (&task));
}

const XmppStreamHeader *
xmpp_stream_read_header_finish (XmppStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_stream_read_header_async),
                        NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  return &stream->peer_header;
}

void
xmpp_stream_read_async (XmppStream *stream,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_autoptr (GTask) task = new_task (stream, PULL_ELEMENT, xmpp_stream_read_async,
                                     cancellable, callback, user_data);
  XmppElement *element;

  if (!may_begin (stream, task))
    return;

  element = take_from_inbox (stream, g_task_get_task_data (task));
  if (element != NULL)
    g_task_return_pointer (task, element, (GDestroyNotify) xmpp_element_unref);
  else
    begin (stream, g_steal_pointer (&task));
}

XmppElement *
xmpp_stream_read_finish (XmppStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_stream_read_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
xmpp_stream_exchange_async (XmppStream *stream,
                            XmppElement *request,
                            XmppStreamMatchFunc match,
                            gpointer match_data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = new_task (stream, PULL_ANSWER, xmpp_stream_exchange_async,
                                     cancellable, callback, user_data);
  Pull *pull = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  XmppElement *element = NULL;

  pull->match = match;
  pull->match_data = match_data;
  if (!may_begin (stream, task))
    return;

  /* Nothing that came before the request can be the answer to it. */
  if (request == NULL)
    element = take_from_inbox (stream, pull);
  else if (!xmpp_stream_write (stream, request, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  if (element != NULL)
    g_task_return_pointer (task, element, (GDestroyNotify) xmpp_element_unref);
  else
    begin (stream, g_steal_pointer (&task));
}

XmppElement *
xmpp_stream_exchange_finish (XmppStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_stream_exchange_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- What pump() brings ---- */

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  XmppStream *self = XMPP_STREAM (user_data);
  g_autoptr (GTask) task = steal_pull (self);

  self->waiting = FALSE;
  self->wait_counted = FALSE;
  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

void
xmpp_stream_pull_watch_cancellable (XmppStream *self)
{
  GCancellable *cancellable;

  if (self->pull == NULL || self->pull_cancelled != NULL)
    return;

  cancellable = g_task_get_cancellable (self->pull);
  if (cancellable != NULL)
    self->pull_cancelled =
        xmpp_stream_attach (self, g_cancellable_source_new (cancellable),
                            G_SOURCE_FUNC (cancelled_cb), G_PRIORITY_DEFAULT);
}

void
xmpp_stream_pull_header (XmppStream *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->pull == NULL ||
      ((Pull *) g_task_get_task_data (self->pull))->kind != PULL_HEADER)
    return;

  task = steal_pull (self);
  g_task_return_boolean (task, TRUE);
}

static void
put_into_inbox (XmppStream *self, XmppElement *element)
{
  xmpp_stream_inbox_push (self, element);
  if (self->inbox.length > self->values->inbox_elements ||
      self->inbox_bytes > self->values->inbox_bytes)
    xmpp_stream_fail_with (self, XMPP_STREAM_ERROR_POLICY_VIOLATION,
                           "%s sent %u stanzas, %" G_GSIZE_FORMAT " bytes, while an "
                           "answer was waited for",
                           xmpp_stream_name_peer (self), self->inbox.length,
                           self->inbox_bytes);
}

static void
refuse_element (XmppStream *self, XmppElement *element)
{
  gboolean early = self->role == XMPP_STREAM_RECEIVING &&
                   (self->state & XMPP_STREAM_AUTHENTICATED) == 0;

  xmpp_stream_fail_with (self,
                         early ? XMPP_STREAM_ERROR_NOT_AUTHORIZED
                               : XMPP_STREAM_ERROR_BAD_FORMAT,
                         "%s sent <%.100s/> out of turn", xmpp_stream_name_peer (self),
                         xmpp_element_get_name (element));
  xmpp_element_unref (element);
}

void
xmpp_stream_pull_element (XmppStream *self, XmppElement *element)
{
  g_autoptr (GTask) task = NULL;

  if (self->pull == NULL)
    {
      put_into_inbox (self, element);
      return;
    }

  if (!fits (g_task_get_task_data (self->pull), element))
    {
      if ((self->state & XMPP_STREAM_BOUND) != 0)
        put_into_inbox (self, element);
      else
        refuse_element (self, element);
      return;
    }

  task = steal_pull (self);
  g_task_return_pointer (task, element, (GDestroyNotify) xmpp_element_unref);
}

gboolean
xmpp_stream_pull_end (XmppStream *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->pull == NULL)
    return FALSE;

  task = steal_pull (self);
  g_task_return_error (task, g_error_copy (self->error));

  return TRUE;
}
