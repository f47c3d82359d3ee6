/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <xmpp.h>

#include "sasl/xmpp-credential-private.h"

#include "xmpp-test-loop.h"

/* What a handler of "request" does with it */
typedef struct
{
  enum
  {
    LEAVE,
    ANSWER,
    FAIL,
    KEEP,
    DROP,
  } act;
  GError *error;
  XmppCredentialRequest *kept;
  guint calls;
} Handler;

static gboolean
request_cb (XmppCredential *credential, XmppCredentialRequest *request, Handler *handler)
{
  handler->calls++;

  switch (handler->act)
    {
    case LEAVE:
      return FALSE;
    case ANSWER:
      xmpp_credential_request_set_field (request, "password", "pencil");
      xmpp_credential_request_set_field (request, "realm", "r");
      xmpp_credential_request_set_field (request, "realm", NULL);
      xmpp_credential_request_reply (request);
      break;
    case FAIL:
      xmpp_credential_request_fail (request, handler->error);
      break;
    case KEEP:
      handler->kept = g_object_ref (request);
      break;
    case DROP:
      break;
    }

  return TRUE;
}

static const char *const fields[] = { "password", NULL };
static const XmppCredentialQuestion question = { .fields = fields,
                                                 .mechanism = "X-TOY",
                                                 .username = "alice",
                                                 .reason =
                                                     XMPP_CREDENTIAL_REASON_REJECTED };

static gboolean
ask (XmppCredential *credential, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_credential_ask_async (credential, &question, NULL, xmpp_test_result_cb, &result);
  g_assert_false (result.done);

  return xmpp_credential_ask_finish (credential, xmpp_test_result_wait (&result), error);
}

static void
assert_field (XmppCredential *credential, const char *field, const char *expected)
{
  char *value = xmpp_credential_dup_field (credential, field);

  g_assert_cmpstr (value, ==, expected);
  g_assert_cmpint (xmpp_credential_has_field (credential, field), ==, expected != NULL);
  xmpp_secret_free (value);
}

static void
test_fields (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);

  g_assert_false (xmpp_credential_is_anonymous (credential));
  assert_field (credential, "username", "alice");
  assert_field (credential, "password", NULL);
  xmpp_credential_set_field (credential, "password", "pencil");
  assert_field (credential, "password", "pencil");
  xmpp_credential_set_field (credential, "password", "");
  assert_field (credential, "password", "");
  xmpp_credential_set_field (credential, "password", NULL);
  assert_field (credential, "password", NULL);
}

static void
test_anonymous (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new_anonymous ();
  g_autoptr (XmppCredential) named = xmpp_credential_new ("alice", NULL);

  g_assert_true (xmpp_credential_is_anonymous (credential));
  g_assert_false (xmpp_credential_is_anonymous (named));
  assert_field (credential, "username", NULL);
}

static void
test_unhandled (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
  Handler first = { .act = LEAVE }, second = { .act = LEAVE };
  g_autoptr (GError) error = NULL;

  g_signal_connect (credential, "request", G_CALLBACK (request_cb), &first);
  g_signal_connect (credential, "request", G_CALLBACK (request_cb), &second);

  g_assert_false (ask (credential, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
  g_assert_nonnull (strstr (error->message, "Nobody handles"));
  g_assert_nonnull (strstr (error->message, "password"));
  g_assert_cmpint (first.calls + second.calls, ==, 2);
}

static void
test_answered_now (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
  Handler first = { .act = LEAVE }, second = { .act = ANSWER }, third = { .act = LEAVE };
  g_autoptr (GError) error = NULL;

  g_signal_connect (credential, "request", G_CALLBACK (request_cb), &first);
  g_signal_connect (credential, "request", G_CALLBACK (request_cb), &second);
  g_signal_connect (credential, "request", G_CALLBACK (request_cb), &third);

  g_assert_true (ask (credential, &error));
  g_assert_no_error (error);
  assert_field (credential, "password", "pencil");
  assert_field (credential, "realm", NULL);
  /* The first one that handles it is the last one that is asked. */
  g_assert_cmpint (third.calls, ==, 0);
}

static void
test_answered_later (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
  Handler handler = { .act = KEEP };
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  g_signal_connect (credential, "request", G_CALLBACK (request_cb), &handler);
  xmpp_credential_ask_async (credential, &question, NULL, xmpp_test_result_cb, &result);
  xmpp_test_run_pending ();
  g_assert_false (result.done);

  g_assert_cmpstr (xmpp_credential_request_get_fields (handler.kept)[0], ==, "password");
  g_assert_null (xmpp_credential_request_get_fields (handler.kept)[1]);
  g_assert_cmpstr (xmpp_credential_request_get_mechanism (handler.kept), ==, "X-TOY");
  g_assert_cmpstr (xmpp_credential_request_get_username (handler.kept), ==, "alice");
  g_assert_cmpint (xmpp_credential_request_get_reason (handler.kept), ==,
                   XMPP_CREDENTIAL_REASON_REJECTED);
  g_assert_nonnull (xmpp_credential_request_get_cancellable (handler.kept));

  xmpp_credential_request_set_field (handler.kept, "password", "pencil");
  /* Nothing of a half-filled form is in the credential. */
  assert_field (credential, "password", NULL);
  xmpp_credential_request_reply (handler.kept);

  g_test_expect_message ("Xmpp-Sasl", G_LOG_LEVEL_WARNING, "*answered twice*");
  xmpp_credential_request_reply (handler.kept);
  g_test_assert_expected_messages ();
  xmpp_credential_request_set_field (handler.kept, "password", "too late");

  g_assert_true (
      xmpp_credential_ask_finish (credential, xmpp_test_result_wait (&result), &error));
  g_assert_no_error (error);
  assert_field (credential, "password", "pencil");
  g_object_unref (handler.kept);
}

static void
test_failed (void)
{
  static const struct
  {
    GQuark (*domain) (void);
    int code;
  } rows[] = {
    { g_io_error_quark, G_IO_ERROR_CANCELLED },
    { xmpp_sasl_error_quark, XMPP_SASL_ERROR_UNAVAILABLE },
    { g_file_error_quark, G_FILE_ERROR_NOENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
      g_autoptr (GError)
          reason = g_error_new_literal (rows[i].domain (), rows[i].code, "No");
      Handler handler = { .act = FAIL, .error = reason };
      g_autoptr (GError) error = NULL;

      g_signal_connect (credential, "request", G_CALLBACK (request_cb), &handler);
      g_assert_false (ask (credential, &error));
      g_assert_error (error, rows[i].domain (), rows[i].code);
    }
}

static void
test_dropped (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
  Handler handler = { .act = DROP };
  g_autoptr (GError) error = NULL;

  g_signal_connect (credential, "request", G_CALLBACK (request_cb), &handler);
  g_assert_false (ask (credential, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
  g_assert_nonnull (strstr (error->message, "Nobody answered"));
}

static void
test_cancelled (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Handler handler = { .act = KEEP };
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  g_signal_connect (credential, "request", G_CALLBACK (request_cb), &handler);
  xmpp_credential_ask_async (credential, &question, cancellable, xmpp_test_result_cb,
                             &result);
  g_assert_true (xmpp_credential_request_get_cancellable (handler.kept) == cancellable);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      xmpp_credential_ask_finish (credential, xmpp_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* An answer that comes after that is not kept. */
  xmpp_credential_request_set_field (handler.kept, "password", "pencil");
  xmpp_credential_request_reply (handler.kept);
  xmpp_test_run_pending ();
  assert_field (credential, "password", NULL);
  g_object_unref (handler.kept);
}

static gpointer
answer_in_thread (gpointer data)
{
  XmppCredentialRequest *request = data;

  xmpp_credential_request_set_field (request, "password", "pencil");
  xmpp_credential_request_reply (request);

  return NULL;
}

static void
test_answered_in_a_thread (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", NULL);
  Handler handler = { .act = KEEP };
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  g_signal_connect (credential, "request", G_CALLBACK (request_cb), &handler);
  xmpp_credential_ask_async (credential, &question, NULL, xmpp_test_result_cb, &result);
  g_thread_join (g_thread_new ("answer", answer_in_thread, handler.kept));
  g_assert_false (result.done);
  g_assert_true (
      xmpp_credential_ask_finish (credential, xmpp_test_result_wait (&result), &error));
  assert_field (credential, "password", "pencil");
  g_object_unref (handler.kept);
}

typedef XmppCredential Subclass;
typedef XmppCredentialClass SubclassClass;
static GType subclass_get_type (void);
G_DEFINE_TYPE (Subclass, subclass, XMPP_TYPE_CREDENTIAL)

static GString *subclass_log;

static gboolean
subclass_request (XmppCredential *credential, XmppCredentialRequest *request)
{
  g_string_append (subclass_log, "request;");
  xmpp_credential_request_reply (request);

  return TRUE;
}

static void
subclass_obtained (XmppCredential *credential, const char *field, const char *value)
{
  g_string_append_printf (subclass_log, "obtained %s=%s;", field, value);
}

static void
subclass_rejected (XmppCredential *credential, const char *field)
{
  g_string_append_printf (subclass_log, "rejected %s;", field);
}

static void
subclass_class_init (SubclassClass *klass)
{
  klass->request = subclass_request;
  klass->obtained = subclass_obtained;
  klass->rejected = subclass_rejected;
}

static void
subclass_init (Subclass *self)
{
}

static void
test_subclass (void)
{
  g_autoptr (XmppCredential) credential = g_object_new (subclass_get_type (), NULL);

  subclass_log = g_string_new (NULL);
  g_assert_true (ask (credential, NULL));
  xmpp_credential_obtain (credential, "toy-keys", "k");
  assert_field (credential, "toy-keys", "k");
  xmpp_credential_reject (credential, "toy-keys");
  g_assert_cmpstr (subclass_log->str, ==,
                   "request;obtained toy-keys=k;rejected toy-keys;");
  g_string_free (subclass_log, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/credential/fields", test_fields);
  g_test_add_func ("/sasl/credential/anonymous", test_anonymous);
  g_test_add_func ("/sasl/credential/unhandled", test_unhandled);
  g_test_add_func ("/sasl/credential/answered-now", test_answered_now);
  g_test_add_func ("/sasl/credential/answered-later", test_answered_later);
  g_test_add_func ("/sasl/credential/failed", test_failed);
  g_test_add_func ("/sasl/credential/dropped", test_dropped);
  g_test_add_func ("/sasl/credential/cancelled", test_cancelled);
  g_test_add_func ("/sasl/credential/answered-in-a-thread", test_answered_in_a_thread);
  g_test_add_func ("/sasl/credential/subclass", test_subclass);

  return g_test_run ();
}
