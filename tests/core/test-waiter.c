/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-waiter.h"

typedef struct
{
  XmppWaiter waiter;
  guint calls;
  gboolean value;
  GError *error;
} Fixture;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->calls++;
  fixture->value = g_task_propagate_boolean (G_TASK (result), &fixture->error);
}

static void
begin (Fixture *fixture)
{
  GTask *task = g_task_new (NULL, NULL, answered_cb, fixture);

  g_task_set_source_tag (task, begin);
  g_clear_error (&fixture->error);
  fixture->calls = 0;
  xmpp_waiter_init (&fixture->waiter, task);
}

static void
run_pending (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_first_answer_counts (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "failed");

  begin (&fixture);
  g_assert_false (xmpp_waiter_is_answered (&fixture.waiter));
  g_assert_true (xmpp_waiter_fail (&fixture.waiter, error));
  g_assert_true (xmpp_waiter_is_answered (&fixture.waiter));
  g_assert_false (xmpp_waiter_fail (&fixture.waiter, error));
  xmpp_waiter_drop (&fixture.waiter, g_error_copy (error));
  run_pending ();
  g_assert_cmpuint (fixture.calls, ==, 1);
  g_assert_error (fixture.error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_clear_error (&fixture.error);
}

static gboolean
drop_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  /* In a later dispatch than that of g_task_new(), where GTask calls back at once */
  xmpp_waiter_drop (&fixture->waiter,
                    fixture->value ? g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "x")
                                   : NULL);
  g_assert_cmpuint (fixture->calls, ==, 0);
  return G_SOURCE_REMOVE;
}

static void
test_drop_calls_nobody_back_at_once (void)
{
  for (guint with_error = 0; with_error < 2; with_error++)
    {
      Fixture fixture = { .value = with_error };

      begin (&fixture);
      g_usleep (1000);
      g_timeout_add (1, drop_cb, &fixture);
      while (fixture.calls == 0)
        g_main_context_iteration (NULL, TRUE);
      run_pending ();
      g_assert_cmpuint (fixture.calls, ==, 1);
      g_assert_false (fixture.value);
      if (with_error)
        g_assert_error (fixture.error, G_IO_ERROR, G_IO_ERROR_CLOSED);
      else
        g_assert_no_error (fixture.error);
      g_clear_error (&fixture.error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/waiter/first-answer-counts", test_first_answer_counts);
  g_test_add_func ("/waiter/drop-calls-nobody-back-at-once",
                   test_drop_calls_nobody_back_at_once);
  return g_test_run ();
}
