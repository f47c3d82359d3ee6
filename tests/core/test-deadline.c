/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-deadline.h"
#include "core/xmpp-error.h"

static GError *
get_cancelled (XmppDeadline *deadline)
{
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (xmpp_deadline_get_cancellable (deadline), &error);

  return error;
}

/* One second for all that needs a clock: one deadline runs out, one is paused over the
 * end of its time, one was freed, one has no limit, one has a parent that is faster. */
static void
test_time (void)
{
  g_autoptr (GCancellable) parent = g_cancellable_new ();
  gint64 start = g_get_monotonic_time ();
  g_autoptr (XmppDeadline) plain = xmpp_deadline_new (1, NULL);
  g_autoptr (XmppDeadline) paused = xmpp_deadline_new (1, NULL);
  g_autoptr (XmppDeadline) endless = xmpp_deadline_new (0, NULL);
  g_autoptr (XmppDeadline) child = xmpp_deadline_new (1, parent);
  XmppDeadline *freed = xmpp_deadline_new (1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) child_error = NULL;

  xmpp_deadline_pause (xmpp_deadline_get_cancellable (paused));
  xmpp_deadline_pause (xmpp_deadline_get_cancellable (paused));
  xmpp_deadline_pause (xmpp_deadline_get_cancellable (endless));
  xmpp_deadline_resume (xmpp_deadline_get_cancellable (endless));
  g_cancellable_cancel (parent);
  xmpp_deadline_free (freed);

  g_assert_false (xmpp_deadline_has_passed (plain));
  while (!xmpp_deadline_has_passed (plain))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, G_TIME_SPAN_SECOND);

  error = get_cancelled (plain);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  xmpp_deadline_translate (plain, &error, "The handshake with p.test");
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  g_assert_cmpstr (error->message, ==,
                   "The handshake with p.test was not finished within 1 s");

  while (g_main_context_iteration (NULL, FALSE))
    ;
  child_error = get_cancelled (child);
  g_assert_error (child_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (xmpp_deadline_has_passed (child));
  xmpp_deadline_translate (child, &child_error, "The handshake");
  g_assert_error (child_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_assert_false (xmpp_deadline_has_passed (endless));
  g_assert_null (get_cancelled (endless));

  /* The nested pause still holds; what is left then is nearly all of the second. */
  xmpp_deadline_resume (xmpp_deadline_get_cancellable (paused));
  g_main_context_iteration (NULL, FALSE);
  g_assert_false (xmpp_deadline_has_passed (paused));
  xmpp_deadline_resume (xmpp_deadline_get_cancellable (paused));
  g_main_context_iteration (NULL, FALSE);
  g_assert_false (xmpp_deadline_has_passed (paused));
  g_assert_null (get_cancelled (paused));
}

/* What is asked deep inside stops the clocks all the way out, until it is answered, or what
 * asked is gone. */
static void
test_pause_reaches_parents (void)
{
  g_autoptr (XmppDeadline) outer = xmpp_deadline_new (1, NULL);
  XmppDeadline *inner = xmpp_deadline_new (0, xmpp_deadline_get_cancellable (outer));
  gint64 end = g_get_monotonic_time () + 1200 * G_TIME_SPAN_MILLISECOND;

  xmpp_deadline_pause (xmpp_deadline_get_cancellable (inner));
  while (g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
  g_assert_false (xmpp_deadline_has_passed (outer));

  xmpp_deadline_free (inner);
  while (!xmpp_deadline_has_passed (outer))
    g_main_context_iteration (NULL, TRUE);
}

/* Nobody is asked for ever, but as long as is allowed, however often. */
static void
test_patience (void)
{
  g_autoptr (XmppDeadline) outer = xmpp_deadline_new (5, NULL);
  g_autoptr (XmppDeadline)
      inner = xmpp_deadline_new (0, xmpp_deadline_get_cancellable (outer));
  g_autoptr (XmppDeadline) endless = xmpp_deadline_new (0, NULL);
  XmppDeadline *const both[] = { outer, endless };
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    xmpp_deadline_set_patience (both[i], 1);
  xmpp_deadline_pause (xmpp_deadline_get_cancellable (endless));
  xmpp_deadline_resume (xmpp_deadline_get_cancellable (endless));
  for (guint i = 0; i < 2; i++)
    {
      gint64 end = g_get_monotonic_time () + 300 * G_TIME_SPAN_MILLISECOND;

      xmpp_deadline_pause (xmpp_deadline_get_cancellable (inner));
      while (i == 0 && g_get_monotonic_time () < end)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep (10000);
        }
      if (i == 0)
        xmpp_deadline_resume (xmpp_deadline_get_cancellable (inner));
    }
  xmpp_deadline_pause (xmpp_deadline_get_cancellable (endless));

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_autoptr (GError) error = NULL;

      while (!xmpp_deadline_has_passed (both[i]))
        g_main_context_iteration (NULL, TRUE);
      error = get_cancelled (both[i]);
      xmpp_deadline_translate (both[i], &error, "The login");
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
      g_assert_cmpstr (error->message, ==,
                       "The login was not finished: a question was not answered within 1 "
                       "s");
    }
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 1300 * G_TIME_SPAN_MILLISECOND);
  g_assert_true (g_cancellable_is_cancelled (xmpp_deadline_get_cancellable (inner)));
}

static void
test_parent (void)
{
  g_autoptr (GCancellable) parent = g_cancellable_new ();
  g_autoptr (XmppDeadline) before = xmpp_deadline_new (0, parent);
  g_autoptr (XmppDeadline) after = NULL;

  g_assert_false (g_cancellable_is_cancelled (xmpp_deadline_get_cancellable (before)));
  g_cancellable_cancel (parent);
  g_assert_true (g_cancellable_is_cancelled (xmpp_deadline_get_cancellable (before)));

  after = xmpp_deadline_new (5, parent);
  g_assert_true (g_cancellable_is_cancelled (xmpp_deadline_get_cancellable (after)));
  g_assert_false (xmpp_deadline_has_passed (after));
}

static void
free_deadline_cb (GCancellable *cancellable, XmppDeadline **deadline)
{
  g_clear_pointer (deadline, xmpp_deadline_free);
}

/* The operation under the deadline may end, and free it, while the cancellation is told.
 */
static void
test_freed_by_cancellation (void)
{
  g_autoptr (GCancellable) parent = g_cancellable_new ();
  XmppDeadline *deadline = xmpp_deadline_new (5, parent);

  g_signal_connect (xmpp_deadline_get_cancellable (deadline), "cancelled",
                    G_CALLBACK (free_deadline_cb), &deadline);
  g_cancellable_cancel (parent);
  g_assert_null (deadline);

  xmpp_deadline_free (NULL);
}

static void
test_other_errors (void)
{
  g_autoptr (XmppDeadline) deadline = xmpp_deadline_new (5, NULL);
  g_autoptr (GError) none = NULL;
  g_autoptr (GError)
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "Refused");

  xmpp_deadline_translate (deadline, &error, "This");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  xmpp_deadline_translate (deadline, &none, "This");
  g_assert_no_error (none);
  xmpp_deadline_translate (deadline, NULL, "This");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/deadline/time", test_time);
  g_test_add_func ("/deadline/pause-reaches-parents", test_pause_reaches_parents);
  g_test_add_func ("/deadline/patience", test_patience);
  g_test_add_func ("/deadline/parent", test_parent);
  g_test_add_func ("/deadline/freed-by-cancellation", test_freed_by_cancellation);
  g_test_add_func ("/deadline/other-errors", test_other_errors);

  return g_test_run ();
}
