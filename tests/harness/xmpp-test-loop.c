/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-loop.h"

#define GUARD_SECONDS 10
#define GUARD_SECONDS_SLOW 200 /* under valgrind */

static guint
guard_seconds (void)
{
  return g_getenv ("XMPP_TEST_SLOW") != NULL ? GUARD_SECONDS_SLOW : GUARD_SECONDS;
}

static gboolean
guard_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

static GSource *
attach_timeout (guint milliseconds, gboolean *over)
{
  GSource *source = g_timeout_source_new (milliseconds);

  g_source_set_callback (source, guard_cb, over, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

void
xmpp_test_run_until_true (XmppTestCondition condition,
                          gpointer user_data,
                          const char *what)
{
  GMainContext *context = g_main_context_get_thread_default ();
  guint seconds = guard_seconds ();
  gboolean over = FALSE;
  GSource *guard = attach_timeout (seconds * 1000, &over);

  while (!condition (user_data))
    {
      if (over)
        g_error ("Nothing happened for %u s: %s", seconds, what);
      g_main_context_iteration (context, TRUE);
    }

  g_source_destroy (guard);
  g_source_unref (guard);
}

static gboolean
is_set (gpointer user_data)
{
  return *(gboolean *) user_data;
}

void
xmpp_test_run_until (gboolean *done)
{
  xmpp_test_run_until_true (is_set, done, "the end of an operation");
}

void
xmpp_test_run_pending (void)
{
  GMainContext *context = g_main_context_get_thread_default ();
  gint64 end = g_get_monotonic_time () + guard_seconds () * G_TIME_SPAN_SECOND;

  while (g_main_context_iteration (context, FALSE))
    {
      if (g_get_monotonic_time () > end)
        g_error ("The main loop does not come to rest");
    }
}

void
xmpp_test_run_for (guint milliseconds)
{
  GMainContext *context = g_main_context_get_thread_default ();
  gboolean over = FALSE;
  GSource *source = attach_timeout (milliseconds, &over);

  while (!over)
    g_main_context_iteration (context, TRUE);

  g_source_destroy (source);
  g_source_unref (source);
}

void
xmpp_test_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  XmppTestResult *self = user_data;

  g_assert_cmpuint (self->calls, ==, 0);
  self->calls++;
  self->done = TRUE;
  g_set_object (&self->source, source);
  g_set_object (&self->result, result);
}

GAsyncResult *
xmpp_test_result_wait (XmppTestResult *result)
{
  xmpp_test_run_until (&result->done);
  return result->result;
}

void
xmpp_test_result_clear (XmppTestResult *result)
{
  g_clear_object (&result->source);
  g_clear_object (&result->result);
  result->done = FALSE;
  result->calls = 0;
}

static gboolean
is_null (gpointer user_data)
{
  return *(gpointer *) user_data == NULL;
}

void
xmpp_test_assert_last_unref (gpointer object_pointer)
{
  GObject **object = object_pointer;
  gpointer weak = g_steal_pointer (object);

  g_assert_nonnull (weak);
  g_object_add_weak_pointer (weak, &weak);
  g_object_unref (weak);
  if (weak != NULL)
    xmpp_test_run_until_true (is_null, &weak, "somebody still holds the object");
}
