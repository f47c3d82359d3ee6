/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <xmpp.h>

#include "sasl/xmpp-authenticator-private.h"

#include "xmpp-test-loop.h"

/* alice has a password; carol's record fails; dave's is forgotten; nobody else is known. */
#define TYPE_BOOK (book_get_type ())
typedef XmppAuthenticator Book;
typedef XmppAuthenticatorClass BookClass;
static GType book_get_type (void);
G_DEFINE_TYPE (Book, book, XMPP_TYPE_AUTHENTICATOR)

static gboolean
book_lookup (XmppAuthenticator *authenticator, XmppAuthenticatorRequest *request)
{
  const char *username = xmpp_authenticator_request_get_username (request);
  g_autoptr (GError) error =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "The data base is away");

  g_assert_cmpint (xmpp_authenticator_request_get_kind (request), ==,
                   XMPP_AUTHENTICATOR_LOOKUP);
  g_assert_cmpstr (xmpp_authenticator_request_get_domain (request), ==, "p.test");
  g_assert_nonnull (xmpp_authenticator_request_get_cancellable (request));
  /* A look-up is not told what is to be verified. */
  g_assert_null (xmpp_authenticator_request_get_value (request));

  if (g_str_equal (username, "alice") &&
      g_str_equal (xmpp_authenticator_request_get_field (request), "password"))
    xmpp_authenticator_request_reply (request, "pen cil");
  else if (g_str_equal (username, "bob"))
    xmpp_authenticator_request_reply (request, NULL);
  else if (g_str_equal (username, "carol"))
    xmpp_authenticator_request_fail (request, error);
  else
    return g_str_equal (username, "dave");

  return TRUE;
}

static void
book_class_init (BookClass *klass)
{
  klass->lookup = book_lookup;
}

static void
book_init (Book *self)
{
}

static gboolean
ask_value (XmppAuthenticator *book,
           const char *username,
           const char *field,
           char **value,
           GError **error)
{
  g_auto (XmppTestResult) result = { 0 };
  XmppAuthenticatorQuestion question = { .kind = XMPP_AUTHENTICATOR_LOOKUP,
                                         .username = username,
                                         .domain = "p.test",
                                         .field = field };

  xmpp_authenticator_ask_async (book, &question, NULL, xmpp_test_result_cb, &result);

  return xmpp_authenticator_ask_finish_value (book, xmpp_test_result_wait (&result),
                                              value, error);
}

static gboolean
ask_verdict (XmppAuthenticator *book,
             XmppAuthenticatorQuestion *question,
             gboolean *allowed,
             GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_authenticator_ask_async (book, question, NULL, xmpp_test_result_cb, &result);

  return xmpp_authenticator_ask_finish_verdict (book, xmpp_test_result_wait (&result),
                                                allowed, error);
}

static void
test_lookup (void)
{
  static const struct
  {
    const char *username;
    const char *field;
    const char *value;
    GQuark (*domain) (void);
    int code;
  } rows[] = {
    { "alice", "password", "pen cil" },
    { "alice", "token", NULL },
    { "bob", "password", NULL },
    { "carol", "password", NULL, g_io_error_quark, G_IO_ERROR_NOT_CONNECTED },
    { "dave", "password", NULL, xmpp_sasl_error_quark,
      XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE },
    { "erin", "password", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppAuthenticator) book = g_object_new (TYPE_BOOK, NULL);
      g_autofree char *value = NULL;
      g_autoptr (GError) error = NULL;
      gboolean ok = ask_value (book, rows[i].username, rows[i].field, &value, &error);

      g_assert_cmpint (ok, ==, rows[i].domain == NULL);
      if (ok)
        g_assert_cmpstr (value, ==, rows[i].value);
      else
        g_assert_error (error, rows[i].domain (), rows[i].code);
    }
}

static void
test_verify (void)
{
  static const struct
  {
    const char *username;
    const char *value;
    gboolean allowed;
    gboolean fails;
  } rows[] = {
    { "alice", "pen cil", TRUE },
    /* The same after SASLprep: U+00A0 is mapped to a space (RFC 4013 §2.1). */
    { "alice",
      "pen\xc2\xa0"
      "cil",
      TRUE },
    { "alice", "pencil", FALSE },
    { "alice", "", FALSE },
    { "bob", "pen cil", FALSE },
    { "carol", "pen cil", FALSE, TRUE },
    { "dave", "pen cil", FALSE, TRUE },
    { "erin", "", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppAuthenticator) book = g_object_new (TYPE_BOOK, NULL);
      XmppAuthenticatorQuestion question = { .kind = XMPP_AUTHENTICATOR_VERIFY,
                                             .username = rows[i].username,
                                             .domain = "p.test",
                                             .field = "password",
                                             .value = rows[i].value };
      g_autoptr (GError) error = NULL;
      gboolean allowed = TRUE;

      g_assert_cmpint (ask_verdict (book, &question, &allowed, &error), !=,
                       rows[i].fails);
      g_assert_cmpint (allowed, ==, rows[i].allowed);
      g_assert_cmpint (error != NULL, ==, rows[i].fails);
    }
}

static void
test_defaults (void)
{
  g_autoptr (XmppAuthenticator) nobody = g_object_new (XMPP_TYPE_AUTHENTICATOR, NULL);
  XmppAuthenticatorQuestion verify = { .kind = XMPP_AUTHENTICATOR_VERIFY,
                                       .username = "alice",
                                       .domain = "p.test",
                                       .field = "password",
                                       .value = "" };
  XmppAuthenticatorQuestion authorize = { .kind = XMPP_AUTHENTICATOR_AUTHORIZE,
                                          .username = "alice",
                                          .domain = "p.test",
                                          .authzid = "bob@p.test" };
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;
  gboolean allowed = TRUE;

  g_assert_true (ask_value (nobody, "alice", "password", &value, &error));
  g_assert_null (value);
  g_assert_true (ask_verdict (nobody, &verify, &allowed, &error));
  g_assert_false (allowed);
  allowed = TRUE;
  g_assert_true (ask_verdict (nobody, &authorize, &allowed, &error));
  g_assert_false (allowed);
}

static void
count_cb (GObject *object, GParamSpec *pspec, guint *count)
{
  ++*count;
}

static void
test_keytab (void)
{
  g_autoptr (XmppAuthenticator) authenticator = g_object_new (book_get_type (), NULL);
  g_autofree char *none = xmpp_authenticator_dup_keytab (authenticator);
  g_autofree char *set = NULL;
  g_autofree char *got = NULL;
  guint count = 0;

  g_assert_null (none);
  g_signal_connect (authenticator, "notify::keytab", G_CALLBACK (count_cb), &count);
  g_object_set (authenticator, "keytab", "FILE:/a", NULL);
  set = xmpp_authenticator_dup_keytab (authenticator);
  g_assert_cmpstr (set, ==, "FILE:/a");
  xmpp_authenticator_set_keytab (authenticator, "FILE:/a");
  g_assert_cmpuint (count, ==, 1);
  xmpp_authenticator_set_keytab (authenticator, NULL);
  g_assert_cmpuint (count, ==, 2);
  g_object_get (authenticator, "keytab", &got, NULL);
  g_assert_null (got);
}

/* Answers of the wrong kind, and second ones */
static void
test_misuse (void)
{
  g_autoptr (XmppAuthenticator) nobody = g_object_new (XMPP_TYPE_AUTHENTICATOR, NULL);
  XmppAuthenticatorQuestion question = { .kind = XMPP_AUTHENTICATOR_VERIFY,
                                         .username = "alice" };
  g_auto (XmppTestResult) result = { 0 };
  GTask *task = g_task_new (nobody, NULL, xmpp_test_result_cb, &result);
  g_autoptr (XmppAuthenticatorRequest) request = NULL;

  request = xmpp_authenticator_request_new (&question, NULL, task);

  g_test_expect_message ("Xmpp-Sasl", G_LOG_LEVEL_CRITICAL, "*LOOKUP*");
  xmpp_authenticator_request_reply (request, "x");
  g_test_assert_expected_messages ();

  xmpp_authenticator_request_refuse (request);
  g_test_expect_message ("Xmpp-Sasl", G_LOG_LEVEL_WARNING, "*answered twice*");
  xmpp_authenticator_request_allow (request);
  g_test_assert_expected_messages ();

  g_assert_false (
      g_task_propagate_boolean (G_TASK (xmpp_test_result_wait (&result)), NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/authenticator/lookup", test_lookup);
  g_test_add_func ("/sasl/authenticator/verify", test_verify);
  g_test_add_func ("/sasl/authenticator/defaults", test_defaults);
  g_test_add_func ("/sasl/authenticator/keytab", test_keytab);
  g_test_add_func ("/sasl/authenticator/misuse", test_misuse);

  return g_test_run ();
}
