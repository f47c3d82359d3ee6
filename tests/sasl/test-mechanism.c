/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-mechanism-private.h"

#include <string.h>

#include "toy.h"
#include "xmpp-test-loop.h"

/* ---- Odd results of step() ---- */

static GBytes *
odd_nothing (XmppSaslMechanism *mechanism,
             GBytes *input,
             GCancellable *cancellable,
             XmppSaslStatus *status,
             GError **error)
{
  g_assert_cmpint (*status, ==, XMPP_SASL_STATUS_FAILED);
  return NULL;
}

static GBytes *
odd_output_without_status (XmppSaslMechanism *mechanism,
                           GBytes *input,
                           GCancellable *cancellable,
                           XmppSaslStatus *status,
                           GError **error)
{
  return toy_bytes ("x");
}

static GBytes *
odd_status (XmppSaslMechanism *mechanism,
            GBytes *input,
            GCancellable *cancellable,
            XmppSaslStatus *status,
            GError **error)
{
  *status = 7;
  return toy_bytes ("x");
}

static GBytes *
odd_complete_with_error (XmppSaslMechanism *mechanism,
                         GBytes *input,
                         GCancellable *cancellable,
                         XmppSaslStatus *status,
                         GError **error)
{
  *status = XMPP_SASL_STATUS_COMPLETE;
  g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST, "Odd");
  return toy_bytes ("x");
}

static GBytes *
odd_foreign_error (XmppSaslMechanism *mechanism,
                   GBytes *input,
                   GCancellable *cancellable,
                   XmppSaslStatus *status,
                   GError **error)
{
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "TypeError: x");
  return NULL;
}

static GBytes *
odd_io_error (XmppSaslMechanism *mechanism,
              GBytes *input,
              GCancellable *cancellable,
              XmppSaslStatus *status,
              GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "No answer");
  return NULL;
}

static GBytes *
odd_own_need (XmppSaslMechanism *mechanism,
              GBytes *input,
              GCancellable *cancellable,
              XmppSaslStatus *status,
              GError **error)
{
  g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL, "What?");
  return NULL;
}

static GBytes *
odd_endless_questions (XmppSaslMechanism *mechanism,
                       GBytes *input,
                       GCancellable *cancellable,
                       XmppSaslStatus *status,
                       GError **error)
{
  static guint count;
  g_autofree char *field = g_strdup_printf ("field-%u", count++);

  return (GBytes *) xmpp_sasl_mechanism_get_secret (mechanism, field, error);
}

static GBytes *
odd_waits_here (XmppSaslMechanism *mechanism,
                GBytes *input,
                GCancellable *cancellable,
                XmppSaslStatus *status,
                GError **error)
{
  return (GBytes *) xmpp_sasl_mechanism_wait_secret (mechanism, "password", cancellable,
                                                     error);
}

static GBytes *
odd_verifies_as_client (XmppSaslMechanism *mechanism,
                        GBytes *input,
                        GCancellable *cancellable,
                        XmppSaslStatus *status,
                        GError **error)
{
  g_assert_false (xmpp_sasl_mechanism_verify_secret (mechanism, "password", "x", error));
  return NULL;
}

static gboolean
reply_cb (XmppCredential *credential, XmppCredentialRequest *request, gpointer user_data)
{
  xmpp_credential_request_reply (request);

  return TRUE;
}

static void
test_odd_results (void)
{
  static const struct
  {
    ToyStepFunc func;
    GQuark (*domain) (void);
    int code;
    const char *text;
  } rows[] = {
    { odd_nothing, xmpp_sasl_error_quark, XMPP_SASL_ERROR_INTERNAL, "ToyOdd" },
    { odd_output_without_status, xmpp_sasl_error_quark, XMPP_SASL_ERROR_INTERNAL,
      "ToyOdd" },
    { odd_status, xmpp_sasl_error_quark, XMPP_SASL_ERROR_INTERNAL, "ToyOdd" },
    { odd_complete_with_error, xmpp_sasl_error_quark, XMPP_SASL_ERROR_MALFORMED_REQUEST,
      "Odd" },
    { odd_foreign_error, xmpp_sasl_error_quark, XMPP_SASL_ERROR_MODULE,
      "ToyOdd: TypeError: x" },
    { odd_io_error, g_io_error_quark, G_IO_ERROR_TIMED_OUT, "No answer" },
    { odd_own_need, xmpp_sasl_error_quark, XMPP_SASL_ERROR_NEED_CREDENTIAL, "What?" },
    { odd_endless_questions, xmpp_sasl_error_quark, XMPP_SASL_ERROR_INTERNAL,
      "without end" },
    { odd_waits_here, xmpp_sasl_error_quark, XMPP_SASL_ERROR_INTERNAL, "worker" },
    { odd_verifies_as_client, xmpp_sasl_error_quark, XMPP_SASL_ERROR_INTERNAL,
      "server side" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
      XmppSaslMechanism *mechanism = toy_new_client ("X-ODD", credential);
      XmppSaslStatus status = XMPP_SASL_STATUS_COMPLETE;
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;

      g_signal_connect (credential, "request", G_CALLBACK (reply_cb), NULL);
      toy_step_func = rows[i].func;
      g_assert_null (toy_step (mechanism, NULL, &status, &error));
      g_assert_error (error, rows[i].domain (), rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].text));
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
      g_assert_cmpint (xmpp_sasl_mechanism_get_status (mechanism), ==,
                       XMPP_SASL_STATUS_FAILED);

      /* What has failed is not stepped again. */
      toy_step_func = NULL;
      g_assert_null (toy_step (mechanism, "x", &status, &again));
      g_assert_error (again, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
      xmpp_test_assert_last_unref (&mechanism);
    }
}

/* ---- Bounds ---- */

static GBytes *
go_on (XmppSaslMechanism *mechanism,
       GBytes *input,
       GCancellable *cancellable,
       XmppSaslStatus *status,
       GError **error)
{
  *status = XMPP_SASL_STATUS_CONTINUE;
  return NULL;
}

static GBytes *
complete (XmppSaslMechanism *mechanism,
          GBytes *input,
          GCancellable *cancellable,
          XmppSaslStatus *status,
          GError **error)
{
  *status = XMPP_SASL_STATUS_COMPLETE;
  return g_bytes_new_static ("", 0);
}

static void
test_too_many_steps (void)
{
  g_autoptr (XmppSaslMechanism) mechanism = toy_new_client ("X-ODD", NULL);
  XmppSaslStatus status;
  g_autoptr (GError) error = NULL;

  toy_step_func = go_on;
  g_assert_cmpint (xmpp_sasl_mechanism_get_status (mechanism), ==,
                   XMPP_SASL_STATUS_CONTINUE);
  for (guint i = 0; i < 10; i++)
    {
      g_assert_null (toy_step (mechanism, "x", &status, &error));
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_CONTINUE);
    }
  g_assert_null (toy_step (mechanism, "x", &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
}

static void
test_too_long (void)
{
  static const gsize sizes[] = { 49152, 49153 };

  toy_step_func = go_on;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (XmppSaslMechanism) mechanism = toy_new_client ("X-ODD", NULL);
      g_autofree char *text = g_strnfill (sizes[i], 'x');
      XmppSaslStatus status;
      g_autoptr (GError) error = NULL;

      g_assert_null (toy_step (mechanism, text, &status, &error));
      if (i == 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
    }
}

static void
test_after_complete (void)
{
  g_autoptr (XmppSaslMechanism) mechanism = toy_new_client ("X-ODD", NULL);
  XmppSaslStatus status;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;

  toy_step_func = complete;
  output = toy_step (mechanism, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (output, ==, "");
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);

  toy_step_func = NULL;
  g_assert_null (toy_step (mechanism, "more", &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
  g_assert_cmpint (xmpp_sasl_mechanism_get_status (mechanism), ==,
                   XMPP_SASL_STATUS_COMPLETE);
}

/* ---- Steps that are answered later ---- */

static void
test_later (void)
{
  g_autoptr (XmppSaslMechanism) mechanism = toy_new_client ("X-LATER", NULL);
  g_auto (XmppTestResult) first = { 0 };
  g_auto (XmppTestResult) second = { 0 };
  g_autoptr (GBytes) input = toy_bytes ("in");
  g_autoptr (GBytes) answer = toy_bytes ("out");
  g_autoptr (GBytes) output = NULL;
  XmppSaslStatus status;
  g_autoptr (GError) error = NULL;

  toy_later_result = TRUE;
  xmpp_sasl_mechanism_step_async (mechanism, input, NULL, xmpp_test_result_cb, &first);
  xmpp_test_run_pending ();
  g_assert_false (first.done);
  g_assert_true (xmpp_sasl_step_get_input (toy_later_step) == input);

  xmpp_sasl_mechanism_step_async (mechanism, input, NULL, xmpp_test_result_cb, &second);
  g_assert_null (xmpp_sasl_mechanism_step_finish (mechanism,
                                                  xmpp_test_result_wait (&second),
                                                  &status, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);

  xmpp_sasl_step_reply (toy_later_step, answer, XMPP_SASL_STATUS_COMPLETE);
  g_test_expect_message ("Xmpp-Sasl", G_LOG_LEVEL_WARNING, "*answered twice*");
  xmpp_sasl_step_reply (toy_later_step, answer, XMPP_SASL_STATUS_COMPLETE);
  g_test_assert_expected_messages ();
  g_clear_object (&toy_later_step);

  output = xmpp_sasl_mechanism_step_finish (mechanism, xmpp_test_result_wait (&first),
                                            &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (output, answer));
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
}

static void
test_not_begun_and_dropped (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (XmppSaslMechanism) mechanism = toy_new_client ("X-LATER", NULL);
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (GError) error = NULL;

      toy_later_result = i == 1;
      xmpp_sasl_mechanism_step_async (mechanism, NULL, NULL, xmpp_test_result_cb,
                                      &result);
      g_clear_object (&toy_later_step);
      g_assert_null (xmpp_sasl_mechanism_step_finish (mechanism,
                                                      xmpp_test_result_wait (&result),
                                                      NULL, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL);
      g_assert_nonnull (strstr (error->message, "ToyLater"));
    }
}

/* ---- Cancellation at each point ---- */

static gboolean
keep_request_cb (XmppCredential *credential,
                 XmppCredentialRequest *request,
                 gpointer user_data)
{
  g_set_object ((XmppCredentialRequest **) user_data, request);

  return TRUE;
}

static GMutex gate_mutex;
static GCond gate_cond;
static gboolean gate_reached, gate_open;

static void
gate_set (gboolean *what)
{
  g_mutex_lock (&gate_mutex);
  *what = TRUE;
  g_cond_broadcast (&gate_cond);
  g_mutex_unlock (&gate_mutex);
}

static void
gate_wait (gboolean *what)
{
  g_mutex_lock (&gate_mutex);
  while (!*what)
    g_cond_wait (&gate_cond, &gate_mutex);
  *what = FALSE;
  g_mutex_unlock (&gate_mutex);
}

/* As a key distribution centre that does not answer: deaf to the cancellable */
static GBytes *
block (XmppSaslMechanism *mechanism,
       GBytes *input,
       GCancellable *cancellable,
       XmppSaslStatus *status,
       GError **error)
{
  gate_set (&gate_reached);
  gate_wait (&gate_open);
  *status = XMPP_SASL_STATUS_COMPLETE;

  return NULL;
}

static GBytes *
wait_for_password (XmppSaslMechanism *mechanism,
                   GBytes *input,
                   GCancellable *cancellable,
                   XmppSaslStatus *status,
                   GError **error)
{
  GBytes *output = NULL;
  char *password;

  password = xmpp_sasl_mechanism_wait_secret (mechanism, "password", NULL, error);
  if (password != NULL)
    {
      *status = XMPP_SASL_STATUS_COMPLETE;
      output = toy_bytes (password);
    }
  xmpp_secret_free (password);
  gate_set (&gate_reached);

  return output;
}

static void
assert_cancelled (XmppSaslMechanism *mechanism,
                  GCancellable *cancellable,
                  XmppTestResult *result)
{
  XmppSaslStatus status;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (xmpp_sasl_mechanism_step_finish (mechanism,
                                                  xmpp_test_result_wait (result), &status,
                                                  &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
  g_assert_cmpint (xmpp_sasl_mechanism_get_status (mechanism), ==,
                   XMPP_SASL_STATUS_FAILED);
  xmpp_test_result_clear (result);
}

static void
test_cancelled_before (void)
{
  XmppSaslMechanism *mechanism = toy_new_client ("X-ODD", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  XmppTestResult result = { 0 };

  toy_step_func = NULL;
  g_cancellable_cancel (cancellable);
  xmpp_sasl_mechanism_step_async (mechanism, NULL, cancellable, xmpp_test_result_cb,
                                  &result);
  assert_cancelled (mechanism, cancellable, &result);
  xmpp_test_assert_last_unref (&mechanism);
}

static void
test_cancelled_later (void)
{
  XmppSaslMechanism *mechanism = toy_new_client ("X-LATER", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  XmppTestResult result = { 0 };

  toy_later_result = TRUE;
  xmpp_sasl_mechanism_step_async (mechanism, NULL, cancellable, xmpp_test_result_cb,
                                  &result);
  g_assert_true (xmpp_sasl_step_get_cancellable (toy_later_step) == cancellable);
  assert_cancelled (mechanism, cancellable, &result);

  /* The answer finds nobody any more. */
  xmpp_sasl_step_reply (toy_later_step, NULL, XMPP_SASL_STATUS_COMPLETE);
  g_clear_object (&toy_later_step);
  xmpp_test_run_pending ();
  g_assert_cmpint (xmpp_sasl_mechanism_get_status (mechanism), ==,
                   XMPP_SASL_STATUS_FAILED);
  xmpp_test_assert_last_unref (&mechanism);
}

static void
test_cancelled_in_worker (void)
{
  XmppSaslMechanism *mechanism = toy_new_client ("X-ODD-WORKER", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  XmppTestResult result = { 0 };
  gpointer watched = mechanism;

  toy_step_func = block;
  xmpp_sasl_mechanism_step_async (mechanism, NULL, cancellable, xmpp_test_result_cb,
                                  &result);
  gate_wait (&gate_reached);
  assert_cancelled (mechanism, cancellable, &result);

  /* The thread keeps it alive, and what it says at last is dropped. */
  g_object_add_weak_pointer (G_OBJECT (mechanism), &watched);
  g_object_unref (mechanism);
  g_assert_nonnull (watched);
  gate_set (&gate_open);
  while (g_atomic_pointer_get (&watched) != NULL)
    xmpp_test_run_for (1);
}

static void
test_cancelled_while_asking (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
  XmppSaslMechanism *mechanism = toy_new_client ("X-SECRET", credential);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  XmppTestResult result = { 0 };
  XmppCredentialRequest *request = NULL;

  g_signal_connect (credential, "request", G_CALLBACK (keep_request_cb), &request);
  xmpp_sasl_mechanism_step_async (mechanism, NULL, cancellable, xmpp_test_result_cb,
                                  &result);
  xmpp_test_run_pending ();
  g_assert_nonnull (request);
  assert_cancelled (mechanism, cancellable, &result);

  xmpp_credential_request_reply (request);
  g_object_unref (request);
  xmpp_test_run_pending ();
  xmpp_test_assert_last_unref (&mechanism);
}

static void
test_cancelled_while_waiting (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
  XmppSaslMechanism *mechanism = toy_new_client ("X-ODD-WORKER", credential);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  XmppTestResult result = { 0 };
  XmppCredentialRequest *request = NULL;
  gpointer watched = mechanism;

  g_signal_connect (credential, "request", G_CALLBACK (keep_request_cb), &request);
  toy_step_func = wait_for_password;
  xmpp_sasl_mechanism_step_async (mechanism, NULL, cancellable, xmpp_test_result_cb,
                                  &result);
  while (request == NULL)
    xmpp_test_run_for (1);
  assert_cancelled (mechanism, cancellable, &result);
  /* The worker has gone on, too. */
  gate_wait (&gate_reached);

  g_object_unref (request);
  g_object_add_weak_pointer (G_OBJECT (mechanism), &watched);
  g_object_unref (mechanism);
  while (g_atomic_pointer_get (&watched) != NULL)
    xmpp_test_run_for (1);
}

/* ---- Workers ---- */

static GThread *main_thread;

static GBytes *
report_thread (XmppSaslMechanism *mechanism,
               GBytes *input,
               GCancellable *cancellable,
               XmppSaslStatus *status,
               GError **error)
{
  *status = XMPP_SASL_STATUS_COMPLETE;

  return toy_bytes (g_thread_self () == main_thread ? "main" : "worker");
}

static void
test_thread_of_step (void)
{
  static const char *const rows[][2] = { { "X-ODD", "main" },
                                         { "X-ODD-WORKER", "worker" } };

  toy_step_func = report_thread;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) mechanism = toy_new_client (rows[i][0], NULL);
      g_autofree char *output = toy_step (mechanism, NULL, NULL, NULL);

      g_assert_cmpstr (output, ==, rows[i][1]);
    }
}

/* A thread that ends late is not the one that frees: an object of another language must not
 * end its life where its interpreter does not expect it. */
static void
test_freed_in_login_thread (void)
{
  toy_step_func = report_thread;
  for (guint i = 0; i < 200; i++)
    {
      XmppSaslMechanism *mechanism = toy_new_client ("X-ODD-WORKER", NULL);
      g_autofree char *output = toy_step (mechanism, NULL, NULL, NULL);

      g_assert_cmpstr (output, ==, "worker");
      toy_finalized_in = NULL;
      g_object_unref (mechanism);
      xmpp_test_run_pending ();
      g_assert_true (toy_finalized_in == main_thread);
    }
}

static void
test_freed_in_login_thread_when_cancelled (void)
{
  XmppSaslMechanism *mechanism = toy_new_client ("X-ODD-WORKER", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  XmppTestResult result = { 0 };

  toy_step_func = block;
  xmpp_sasl_mechanism_step_async (mechanism, NULL, cancellable, xmpp_test_result_cb,
                                  &result);
  gate_wait (&gate_reached);
  assert_cancelled (mechanism, cancellable, &result);
  toy_finalized_in = NULL;
  gate_set (&gate_open);
  xmpp_test_assert_last_unref (&mechanism);
  g_assert_true (toy_finalized_in == main_thread);
}

static gboolean
count_turn_cb (gpointer user_data)
{
  ++*(guint *) user_data;

  return G_SOURCE_CONTINUE;
}

static void
test_loop_turns_meanwhile (void)
{
  g_autoptr (XmppSaslMechanism) mechanism = toy_new_client ("X-ODD-WORKER", NULL);
  g_auto (XmppTestResult) result = { 0 };
  guint turns = 0, id = g_timeout_add (1, count_turn_cb, &turns);

  toy_step_func = block;
  xmpp_sasl_mechanism_step_async (mechanism, NULL, NULL, xmpp_test_result_cb, &result);
  gate_wait (&gate_reached);
  while (turns < 5)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (result.done);
  gate_set (&gate_open);
  xmpp_sasl_mechanism_step_finish (mechanism, xmpp_test_result_wait (&result), NULL,
                                   NULL);
  g_source_remove (id);
}

static gboolean
answer_cb (XmppCredential *credential, XmppCredentialRequest *request, gpointer user_data)
{
  g_assert_true (g_thread_self () == main_thread);
  xmpp_credential_request_set_field (request, "password", user_data);
  xmpp_credential_request_reply (request);

  return TRUE;
}

static void
test_wait_secret (void)
{
  static const struct
  {
    const char *answer;
    int code;
  } rows[] = { { "pencil" }, { NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED } };

  toy_step_func = wait_for_password;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
      g_autoptr (XmppSaslMechanism)
          mechanism = toy_new_client ("X-ODD-WORKER", credential);
      g_autofree char *output = NULL;
      g_autoptr (GError) error = NULL;

      g_signal_connect (credential, "request", G_CALLBACK (answer_cb),
                        (gpointer) rows[i].answer);
      output = toy_step (mechanism, NULL, NULL, &error);
      g_assert_cmpstr (output, ==, rows[i].answer);
      if (rows[i].answer == NULL)
        g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
      gate_wait (&gate_reached);
    }
}

/* ---- Questions of the client ---- */

typedef struct
{
  const char *username;
  const char *password;
  guint calls;
  char *asked;
} Person;

static gboolean
person_cb (XmppCredential *credential, XmppCredentialRequest *request, Person *person)
{
  person->calls++;
  g_free (person->asked);
  person->asked =
      g_strjoinv (",", (char **) xmpp_credential_request_get_fields (request));
  xmpp_credential_request_set_field (request, "username", person->username);
  xmpp_credential_request_set_field (request, "password", person->password);
  xmpp_credential_request_reply (request);

  return TRUE;
}

static void
test_asks_for_all_that_is_missing (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
  g_autoptr (XmppSaslMechanism) mechanism = toy_new_client ("X-TOY", credential);
  Person person = { .username = "alice", .password = "pencil" };
  XmppSaslStatus status;
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *expected = toy_hash ("client", TOY_NONCE, "pencil");

  g_signal_connect (credential, "request", G_CALLBACK (person_cb), &person);
  first = toy_step (mechanism, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, "alice");
  g_assert_cmpstr (person.asked, ==, "username,password");

  second = toy_step (mechanism, TOY_NONCE, &status, &error);
  g_assert_cmpstr (second, ==, expected);
  g_assert_cmpint (person.calls, ==, 1);
  g_free (person.asked);
}

static void
test_asks_only_when_needed (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
  g_autoptr (XmppSaslMechanism) mechanism = toy_new_client ("X-TOY", credential);
  Person person = { 0 };
  XmppSaslStatus status;
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;

  g_signal_connect (credential, "request", G_CALLBACK (person_cb), &person);
  xmpp_sasl_mechanism_set_local (mechanism, "local");
  first = toy_step (mechanism, NULL, &status, &error);
  g_assert_cmpstr (first, ==, "local");
  g_assert_cmpint (person.calls, ==, 0);

  /* Asked once; what is not given then is not asked for again. */
  g_assert_null (toy_step (mechanism, TOY_NONCE, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
  g_assert_nonnull (strstr (error->message, "password"));
  g_assert_cmpint (person.calls, ==, 1);
  g_assert_cmpstr (person.asked, ==, "password");
  g_free (person.asked);
}

static void
test_nobody_to_ask (void)
{
  g_autoptr (XmppCredential) silent = xmpp_credential_new (NULL, NULL);
  XmppCredential *credentials[] = { NULL, silent };

  for (guint i = 0; i < G_N_ELEMENTS (credentials); i++)
    {
      g_autoptr (XmppSaslMechanism)
          mechanism = toy_new_client ("X-TOY-WORKER", credentials[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (toy_step (mechanism, NULL, NULL, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  main_thread = g_thread_self ();

  g_test_add_func ("/sasl/mechanism/odd-results", test_odd_results);
  g_test_add_func ("/sasl/mechanism/too-many-steps", test_too_many_steps);
  g_test_add_func ("/sasl/mechanism/too-long", test_too_long);
  g_test_add_func ("/sasl/mechanism/after-complete", test_after_complete);
  g_test_add_func ("/sasl/mechanism/later", test_later);
  g_test_add_func ("/sasl/mechanism/not-begun-and-dropped", test_not_begun_and_dropped);
  g_test_add_func ("/sasl/mechanism/cancelled-before", test_cancelled_before);
  g_test_add_func ("/sasl/mechanism/cancelled-later", test_cancelled_later);
  g_test_add_func ("/sasl/mechanism/cancelled-in-worker", test_cancelled_in_worker);
  g_test_add_func ("/sasl/mechanism/cancelled-while-asking", test_cancelled_while_asking);
  g_test_add_func ("/sasl/mechanism/cancelled-while-waiting",
                   test_cancelled_while_waiting);
  g_test_add_func ("/sasl/mechanism/thread-of-step", test_thread_of_step);
  g_test_add_func ("/sasl/mechanism/freed-in-login-thread", test_freed_in_login_thread);
  g_test_add_func ("/sasl/mechanism/freed-in-login-thread-when-cancelled",
                   test_freed_in_login_thread_when_cancelled);
  g_test_add_func ("/sasl/mechanism/loop-turns-meanwhile", test_loop_turns_meanwhile);
  g_test_add_func ("/sasl/mechanism/wait-secret", test_wait_secret);
  g_test_add_func ("/sasl/mechanism/asks-for-all-that-is-missing",
                   test_asks_for_all_that_is_missing);
  g_test_add_func ("/sasl/mechanism/asks-only-when-needed", test_asks_only_when_needed);
  g_test_add_func ("/sasl/mechanism/nobody-to-ask", test_nobody_to_ask);

  return g_test_run ();
}
