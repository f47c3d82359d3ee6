/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-exchange.h"

#include "core/xmpp-deadline.h"

typedef struct
{
  XmppDeadline *deadline;
  char *what;
} Wait;

static void exchanged_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_clear_pointer (&wait->deadline, xmpp_deadline_free);
  g_free (wait->what);
  g_free (wait);
}

void
xmpp_exchange_async (XmppStream *stream,
                     XmppElement *request,
                     const XmppExchange *exchange,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  Wait *wait = g_new0 (Wait, 1);

  wait->deadline =
      xmpp_deadline_new (xmpp_stream_get_limits (stream)->exchange_seconds, cancellable);
  wait->what = g_strdup_printf ("The step “%s” with %s", exchange->step, exchange->peer);
  g_task_set_source_tag (task, xmpp_exchange_async);
  g_task_set_task_data (task, wait, wait_free);
  /* What the exchange came to is never replaced by a cancellation that came later. */
  g_task_set_check_cancellable (task, FALSE);
  xmpp_stream_exchange_async (stream, request, exchange->match, exchange->match_data,
                              xmpp_deadline_get_cancellable (wait->deadline),
                              exchanged_cb, g_steal_pointer (&task));
}

static void
exchanged_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Wait *wait = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  XmppElement *answer;

  answer = xmpp_stream_exchange_finish (XMPP_STREAM (object), result, &error);

  if (answer != NULL)
    {
      g_task_return_pointer (task, answer, (GDestroyNotify) xmpp_element_unref);
      return;
    }

  xmpp_deadline_translate (wait->deadline, &error, wait->what);
  g_task_return_error (task, g_steal_pointer (&error));
}

XmppElement *
xmpp_exchange_finish (XmppStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_exchange_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

GError *
xmpp_exchange_fail (XmppStream *stream,
                    XmppStreamError condition,
                    const char *format,
                    ...)
{
  GError *error;
  va_list arguments;

  va_start (arguments, format);
  error = g_error_new_valist (XMPP_STREAM_ERROR, (int) condition, format, arguments);
  va_end (arguments);
  xmpp_stream_fail (stream, error);

  return error;
}

GError *
xmpp_exchange_tell_silence (XmppStream *stream, GError *error)
{
  g_autoptr (GError) owned = error;

  if (xmpp_stream_get_error (stream) != NULL ||
      !g_error_matches (owned, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT))
    return g_steal_pointer (&owned);

  return xmpp_exchange_fail (stream, XMPP_STREAM_ERROR_CONNECTION_TIMEOUT, "%s",
                             owned->message);
}
