/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-worker.h"

#include "toy.h"
#include "xmpp-test-loop.h"

/* More than the pool of GTask has threads at once */
#define MANY 40

/* ---- Steps that block until they are let go ---- */

static GMutex mutex;
static GCond cond;
static guint n_blocked; /* that have come so far */
static gboolean released;

static GBytes *
block (XmppSaslMechanism *mechanism,
       GBytes *input,
       GCancellable *cancellable,
       XmppSaslStatus *status,
       GError **error)
{
  g_mutex_lock (&mutex);
  n_blocked++;
  g_cond_broadcast (&cond);
  while (!released)
    g_cond_wait (&cond, &mutex);
  g_mutex_unlock (&mutex);

  *status = XMPP_SASL_STATUS_COMPLETE;
  return toy_bytes ("late");
}

static GBytes *
reply (XmppSaslMechanism *mechanism,
       GBytes *input,
       GCancellable *cancellable,
       XmppSaslStatus *status,
       GError **error)
{
  *status = XMPP_SASL_STATUS_COMPLETE;
  return toy_bytes ("at once");
}

static void
wait_for_blocked (guint n)
{
  g_mutex_lock (&mutex);
  while (n_blocked < n)
    g_cond_wait (&cond, &mutex);
  g_mutex_unlock (&mutex);
}

static void
release (void)
{
  g_mutex_lock (&mutex);
  released = TRUE;
  g_cond_broadcast (&cond);
  g_mutex_unlock (&mutex);
}

typedef struct
{
  XmppSaslMechanism *mechanism;
  XmppTestResult result;
} Step;

static void
step_start (Step *step, GCancellable *cancellable)
{
  step->mechanism = toy_new_client ("X-ODD-WORKER", NULL);
  xmpp_sasl_mechanism_step_async (step->mechanism, NULL, cancellable, xmpp_test_result_cb,
                                  &step->result);
}

/* Blocks @n threads. */
static Step *
start_blocked (guint n)
{
  Step *steps = g_new0 (Step, n);

  n_blocked = 0;
  released = FALSE;
  toy_step_func = block;
  for (guint i = 0; i < n; i++)
    step_start (&steps[i], NULL);
  wait_for_blocked (n);

  return steps;
}

static void
end_blocked (Step *steps, guint n)
{
  release ();
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) output = NULL;
      XmppSaslStatus status;

      output = xmpp_sasl_mechanism_step_finish (steps[i].mechanism,
                                                xmpp_test_result_wait (&steps[i].result),
                                                &status, &error);
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
      g_assert_nonnull (output);
      xmpp_test_result_clear (&steps[i].result);
      g_object_unref (steps[i].mechanism);
    }
  g_free (steps);
}

/* ---- Tests ---- */

static void
answer_in_thread (GTask *task,
                  gpointer source,
                  gpointer task_data,
                  GCancellable *cancellable)
{
  g_task_return_boolean (task, TRUE);
}

/* What GResolver and GFile do */
static void
run_foreign_task (void)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GTask) task = g_task_new (NULL, NULL, xmpp_test_result_cb, &result);
  g_autoptr (GError) error = NULL;

  g_task_run_in_thread (task, answer_in_thread);
  g_assert_true (
      g_task_propagate_boolean (G_TASK (xmpp_test_result_wait (&result)), &error));
  g_assert_no_error (error);
}

static void
test_others_go_on (void)
{
  Step *steps = start_blocked (MANY);
  g_autoptr (XmppSaslMechanism) mechanism = toy_new_client ("X-ODD-WORKER", NULL);
  g_autofree char *output = NULL;

  run_foreign_task ();

  /* One more login is served, too. */
  toy_step_func = reply;
  output = toy_step (mechanism, NULL, NULL, NULL);
  g_assert_cmpstr (output, ==, "at once");

  end_blocked (steps, MANY);
}

/* All threads are taken: whoever waits for one can go, and is not served when nobody wants
 * it any more. */
static void
test_all_taken (void)
{
  Step *steps = start_blocked (XMPP_SASL_WORKERS_MAX);
  Step given_up = { 0 };
  Step patient = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) cancelled = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) output = NULL;
  XmppSaslStatus status;

  step_start (&given_up, cancellable);
  step_start (&patient, NULL);
  xmpp_test_run_for (50);
  g_assert_false (given_up.result.done);
  g_assert_false (patient.result.done);
  run_foreign_task ();

  g_cancellable_cancel (cancellable);
  g_assert_null (
      xmpp_sasl_mechanism_step_finish (given_up.mechanism,
                                       xmpp_test_result_wait (&given_up.result), &status,
                                       &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  end_blocked (steps, XMPP_SASL_WORKERS_MAX);
  output = xmpp_sasl_mechanism_step_finish (patient.mechanism,
                                            xmpp_test_result_wait (&patient.result),
                                            &status, &error);
  g_assert_no_error (error);
  g_assert_nonnull (output);
  g_assert_cmpuint (n_blocked, ==, XMPP_SASL_WORKERS_MAX + 1);

  xmpp_test_result_clear (&given_up.result);
  xmpp_test_result_clear (&patient.result);
  xmpp_test_assert_last_unref (&given_up.mechanism);
  xmpp_test_assert_last_unref (&patient.mechanism);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/worker/others-go-on", test_others_go_on);
  g_test_add_func ("/sasl/worker/all-taken", test_all_taken);

  return g_test_run ();
}
