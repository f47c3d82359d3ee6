/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <string.h>

#include "toy-session.h"
#include "xmpp-test-loop.h"

/* Lying servers, and people in between, against a login */

/* A1: nothing that carries a secret goes over plain text. */
static void
test_A1 (void)
{
  static const char *const names[] = { "PLAIN",       "LOGIN",           "X-OAUTH2",
                                       "OAUTHBEARER", "HT-SHA-256-NONE", "X-SECRET" };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (names); i++)
    {
      const char *name = names[i / 2];
      gboolean allow = i % 2 == 1;
      g_auto (ToySession) toy = { 0 };
      g_autoptr (XmppSaslMechanismInfo) info = NULL;
      g_autoptr (GError) error = NULL;

      toy_session_init (&toy, "alice", "pencil");
      /* A module that says that it reveals nothing */
      if (!g_str_equal (name, "X-SECRET"))
        {
          info = xmpp_sasl_mechanism_info_new (name, XMPP_SASL_ROLE_CLIENT,
                                               XMPP_SASL_FACTS_MUTUAL, 100, NULL);
          xmpp_sasl_registry_register (toy.registry, info, TOY_TYPE_MECHANISM);
        }
      toy_session_connect (&toy, FALSE, NULL);
      xmpp_sasl_session_set_allow_plain (toy.session, allow);

      /* HT-* is never of this list, loopback or not. */
      if (allow && !g_str_has_prefix (name, "HT-"))
        {
          g_assert_true (toy_session_offer (&toy, name, NULL, &error));
          continue;
        }

      g_assert_false (toy_session_offer (&toy, name, NULL, &error));
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
      g_clear_error (&error);
      /* Nor when somebody tries nevertheless */
      g_assert_null (toy_session_start (&toy, &error));
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
    }
}

/* A2: success is believed of a complete mechanism only. The steps: what the server sends,
 * "!" before what comes with success, "!" alone: success without data. */
static void
test_A2 (void)
{
  g_autofree char *right = toy_hash ("server", TOY_NONCE, "pencil");
  g_autofree char *wrong = toy_hash ("server", TOY_NONCE, "guess");
  g_autofree char *truncated = g_strndup (right, 10);
  g_autofree char *extended = g_strconcat (right, ",x=", NULL);
  struct
  {
    const char *challenges[3];
    const char *data;
    gboolean believed;
  } rows[] = {
    { { NULL }, NULL, FALSE },
    { { NULL }, "", FALSE },
    { { NULL }, right, FALSE },
    { { TOY_NONCE }, NULL, FALSE },
    { { TOY_NONCE }, "", FALSE },
    { { TOY_NONCE }, wrong, FALSE },
    { { TOY_NONCE }, truncated, FALSE },
    { { TOY_NONCE }, extended, FALSE },
    { { TOY_NONCE }, right, TRUE },
    /* The proof may come as a challenge, then success is empty; what comes with it does
     * not matter any more. */
    { { TOY_NONCE, right }, NULL, TRUE },
    { { TOY_NONCE, right }, "", TRUE },
    { { TOY_NONCE, right }, "junk", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *initial = NULL;
      g_autoptr (GError) error = NULL;

      toy_session_init (&toy, "alice", "pencil");
      g_assert_true (toy_session_offer (&toy, "X-TOY", NULL, NULL));
      initial = toy_session_start (&toy, NULL);
      for (guint step = 0; rows[i].challenges[step] != NULL; step++)
        {
          g_autofree char *response =
              toy_session_step (&toy, rows[i].challenges[step], &error);

          g_assert_no_error (error);
          g_assert_nonnull (response);
        }

      g_test_message ("row %u", i);
      g_assert_cmpint (toy_session_succeed (&toy, rows[i].data, &error), ==,
                       rows[i].believed);
      if (rows[i].believed)
        g_assert_cmpstr (toy.log->str, ==, "obtained toy-keys;");
      else
        {
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
          g_assert_null (strstr (error->message, "pencil"));
          /* The cache of passwords is unchanged. */
          g_assert_cmpstr (toy.log->str, ==, "");
          g_assert_false (xmpp_credential_has_field (toy.credential, "toy-keys"));
        }
    }
}

static void
test_A2_before_anything (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  g_assert_false (toy_session_succeed (&toy, NULL, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
  g_clear_error (&error);
  g_assert_true (toy_session_offer (&toy, "X-TOY", NULL, NULL));
  g_assert_false (toy_session_succeed (&toy, "data", &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
}

/* A mechanism that has failed is not believed later. */
static void
test_A2_after_a_failed_step (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *initial = NULL;
  g_autofree char *response = NULL;
  g_autofree char *right = toy_hash ("server", TOY_NONCE, "pencil");
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  g_assert_true (toy_session_offer (&toy, "X-TOY", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  response = toy_session_step (&toy, TOY_NONCE, NULL);
  g_assert_null (toy_session_step (&toy, "wrong", &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
  g_clear_error (&error);
  g_assert_false (toy_session_succeed (&toy, right, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
}

/* A4: the decision has its 19 rows in the test of the policy; here, what a login makes of
 * them. */
static void
test_A4 (void)
{
  static const struct
  {
    const char *mechanisms;
    const char *types;
    gboolean required;
    const char *start; /* NULL: the offer is refused */
    GQuark (*domain) (void);
    int code;
  } rows[] = {
    { "X-TOY X-TOY-PLUS", "tls-exporter", FALSE, "X-TOY-PLUS alice" },
    { "X-TOY X-TOY-PLUS", "tls-exporter", TRUE, "X-TOY-PLUS alice" },
    { "X-TOY", "tls-exporter", FALSE, NULL, xmpp_sasl_error_quark,
      XMPP_SASL_ERROR_DOWNGRADE },
    { "X-TOY X-TOY-PLUS", "tls-unique", FALSE, NULL, xmpp_sasl_error_quark,
      XMPP_SASL_ERROR_DOWNGRADE },
    { "X-TOY X-TOY-PLUS X-SECRET", "x-made-up", TRUE, NULL, xmpp_sasl_error_quark,
      XMPP_SASL_ERROR_DOWNGRADE },
    { "X-SECRET X-TOY", "tls-exporter", FALSE, NULL, xmpp_sasl_error_quark,
      XMPP_SASL_ERROR_DOWNGRADE },
    { "X-SECRET", "tls-exporter", FALSE, "X-SECRET pencil" },
    { "X-TOY X-TOY-PLUS", NULL, FALSE, "X-TOY alice" },
    { "X-TOY X-TOY-PLUS", NULL, TRUE, NULL, xmpp_connection_error_quark,
      XMPP_CONNECTION_ERROR_POLICY },
    { "X-TOY", NULL, TRUE, NULL, xmpp_connection_error_quark,
      XMPP_CONNECTION_ERROR_POLICY },
    { "X-SECRET", NULL, TRUE, NULL, xmpp_connection_error_quark,
      XMPP_CONNECTION_ERROR_POLICY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *start = NULL;
      g_autoptr (GError) error = NULL;

      toy_session_init (&toy, "alice", "pencil");
      toy_session_connect (&toy, TRUE, "tls-exporter tls-server-end-point");
      g_object_set (toy.policy, "require-channel-binding", rows[i].required, NULL);
      g_assert_cmpint (toy_session_offer (&toy, rows[i].mechanisms, rows[i].types,
                                          &error),
                       ==, rows[i].start != NULL);
      if (rows[i].start == NULL)
        {
          g_assert_error (error, rows[i].domain (), rows[i].code);
          continue;
        }
      start = toy_session_start (&toy, &error);
      g_assert_cmpstr (start, ==, rows[i].start);
    }
}

/* A16: after a failure nothing is tried that reveals more. */
static void
test_A16_next (void)
{
  static const struct
  {
    const char *offer;
    int code;
    const char *then; /* NULL: over */
  } rows[] = {
    { "X-TOY X-SECRET", XMPP_SASL_ERROR_NOT_AUTHORIZED, NULL },
    { "X-TOY X-SECRET", XMPP_SASL_ERROR_INVALID_MECHANISM, NULL },
    { "X-TOY X-SECRET", XMPP_SASL_ERROR_MECHANISM_TOO_WEAK, NULL },
    { "X-TOY X-SECRET", XMPP_SASL_ERROR_MALFORMED_REQUEST, NULL },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_INVALID_MECHANISM, "X-TOY-WORKER alice" },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_MECHANISM_TOO_WEAK, "X-TOY-WORKER alice" },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_MALFORMED_REQUEST, "X-TOY-WORKER alice" },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_NOT_AUTHORIZED, NULL },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_ACCOUNT_DISABLED, NULL },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_CREDENTIALS_EXPIRED, NULL },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE, NULL },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_ENCRYPTION_REQUIRED, NULL },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_INVALID_AUTHZID, NULL },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_INCORRECT_ENCODING, NULL },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_ABORTED, NULL },
    /* Said by a server these are nothing that it can know. */
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_UNAVAILABLE, NULL },
    { "X-TOY X-TOY-WORKER", XMPP_SASL_ERROR_MODULE, NULL },
    /* A proof that is bound to the channel, then one that can be carried away */
    { "X-TOY X-TOY-PLUS", XMPP_SASL_ERROR_INVALID_MECHANISM, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *first = NULL;
      g_autofree char *then = NULL;
      g_autoptr (GError) error = NULL;

      toy_session_init (&toy, "alice", "pencil");
      toy_session_connect (&toy, TRUE, "tls-exporter");
      g_assert_true (
          toy_session_offer (&toy, rows[i].offer,
                             strstr (rows[i].offer, "-PLUS") ? "tls-exporter" : NULL,
                             NULL));
      first = toy_session_start (&toy, NULL);
      g_assert_true (g_str_has_prefix (first, "X-TOY"));

      g_test_message ("row %u", i);
      g_assert_cmpint (toy_session_fail (&toy, rows[i].code, &error), ==,
                       rows[i].then != NULL);
      if (rows[i].then == NULL)
        g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
      else
        {
          then = toy_session_start (&toy, NULL);
          g_assert_cmpstr (then, ==, rows[i].then);
        }
    }
}

/* Nor with another list of the same stream */
static void
test_A16_new_offer (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *first = NULL;
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  g_assert_true (toy_session_offer (&toy, "X-TOY", NULL, NULL));
  first = toy_session_start (&toy, NULL);
  g_assert_false (toy_session_fail (&toy, XMPP_SASL_ERROR_INVALID_MECHANISM, &error));
  g_clear_error (&error);

  g_assert_true (toy_session_offer (&toy, "X-TOY X-SECRET", NULL, NULL));
  g_assert_null (toy_session_start (&toy, &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
}

static GBytes *
send_what_is_needed (XmppSaslMechanism *mechanism,
                     GBytes *input,
                     GCancellable *cancellable,
                     XmppSaslStatus *status,
                     GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  const char *field = g_str_equal (name, "X-PIN") ? "pin" : "password";
  g_autofree char *secret = xmpp_sasl_mechanism_get_secret (mechanism, field, error);

  *status = XMPP_SASL_STATUS_COMPLETE;
  return secret != NULL ? toy_bytes (secret) : NULL;
}

/* Nor is a person asked for something that reveals more: who has not typed the password for
 * the first one may do so for the second. */
static void
test_A16_unanswered (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *report = NULL;
  g_autoptr (GError) error = NULL;

  toy_step_func = send_what_is_needed;
  toy_session_init (&toy, "alice", NULL);
  g_assert_true (toy_session_offer (&toy, "X-ODD X-ODD-WORKER X-SECRET", NULL, NULL));
  g_assert_null (toy_session_start (&toy, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
  g_assert_cmpstr (toy.log->str, ==, "request password 0 #1;request password 0 #2;");
  report = toy_session_report (&toy);
  g_assert_nonnull (strstr (report, "X-SECRET-(it reveals more than the one that nobody "
                                    "gave the secret for);"));
}

/* What is there for just this purpose needs no question. */
static void
test_A16_unanswered_pin (void)
{
  static const char *const fields[] = { "username", "pin", NULL };
  g_autoptr (XmppSaslMechanismInfo)
      info = xmpp_sasl_mechanism_info_new ("X-PIN", XMPP_SASL_ROLE_CLIENT,
                                           XMPP_SASL_FACTS_PLAIN_TEXT, 20, fields);
  g_auto (ToySession) toy = { 0 };
  g_autofree char *start = NULL;

  toy_step_func = send_what_is_needed;
  toy_session_init (&toy, "alice", NULL);
  xmpp_sasl_registry_register (toy.registry, info, TOY_TYPE_ODD);
  xmpp_credential_set_field (toy.credential, "pin", "sesame");
  g_assert_true (toy_session_offer (&toy, "X-ODD X-PIN", NULL, NULL));
  start = toy_session_start (&toy, NULL);
  g_assert_cmpstr (start, ==, "X-PIN sesame");
  g_assert_cmpstr (toy.log->str, ==, "request password 0 #1;");
}

/* Three attempts, whatever a person types */
static void
test_A16_attempts (void)
{
  static const char *const answers[] = { "one", "two", "three", "four", NULL };
  static const char *const expected[] = { "X-TOY alice", "X-TOY alice", "X-TOY alice" };
  g_auto (ToySession) toy = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *report = NULL;

  toy_session_init (&toy, "alice", "pencil");
  toy.answers = answers;
  g_assert_true (toy_session_offer (&toy, "X-TOY X-SECRET", NULL, NULL));
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *initial = toy_session_start (&toy, NULL);
      g_autofree char *response = toy_session_step (&toy, TOY_NONCE, NULL);

      g_assert_cmpstr (initial, ==, expected[i]);
      g_assert_nonnull (response);
      g_assert_cmpint (toy_session_fail (&toy, XMPP_SASL_ERROR_NOT_AUTHORIZED, &error),
                       ==, i < 2);
    }
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
  g_assert_cmpstr (toy.log->str, ==,
                   "rejected password;request password 1 #1;"
                   "rejected password;request password 1 #2;rejected password;");
  report = toy_session_report (&toy);
  g_assert_nonnull (strstr (report, "X-TOY+(not-authorized);"));
  g_assert_null (strstr (report, "X-SECRET+"));
}

/* A step that fails here ends it, unless it is the mechanism's own fault. */
static XmppSaslError step_code;

static GBytes *
fail_second_step (XmppSaslMechanism *mechanism,
                  GBytes *input,
                  GCancellable *cancellable,
                  XmppSaslStatus *status,
                  GError **error)
{
  *status = XMPP_SASL_STATUS_CONTINUE;
  if (input == NULL)
    return NULL;

  g_set_error_literal (error, XMPP_SASL_ERROR, step_code, "It cannot go on");

  return NULL;
}

static void
test_A16_local (void)
{
  static const struct
  {
    int code;
    gboolean again;
  } rows[] = {
    { XMPP_SASL_ERROR_MODULE, TRUE },
    { XMPP_SASL_ERROR_INTERNAL, TRUE },
    { XMPP_SASL_ERROR_UNAVAILABLE, TRUE },
    { XMPP_SASL_ERROR_SERVER_NOT_TRUSTED, FALSE },
    { XMPP_SASL_ERROR_MALFORMED_REQUEST, FALSE },
    { XMPP_SASL_ERROR_MECHANISM_TOO_WEAK, FALSE },
    { XMPP_SASL_ERROR_TOO_EXPENSIVE, FALSE },
    { XMPP_SASL_ERROR_NOT_AUTHORIZED, FALSE },
    { XMPP_SASL_ERROR_DOWNGRADE, FALSE },
  };

  toy_step_func = fail_second_step;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *first = NULL;
      g_autofree char *then = NULL;
      g_autoptr (GError) failure = NULL;
      g_autoptr (GError) error = NULL;

      step_code = rows[i].code;
      toy_session_init (&toy, "alice", "pencil");
      g_assert_true (toy_session_offer (&toy, "X-ODD X-ODD-WORKER X-SECRET", NULL, NULL));
      first = toy_session_start (&toy, NULL);
      g_assert_cmpstr (first, ==, "X-ODD");
      g_assert_null (toy_session_step (&toy, "challenge", &failure));
      g_assert_error (failure, XMPP_SASL_ERROR, rows[i].code);
      g_assert_cmpint (toy_session_fail_with (&toy, failure, &error), ==, rows[i].again);
      if (rows[i].again)
        {
          then = toy_session_start (&toy, NULL);
          g_assert_cmpstr (then, ==, "X-ODD-WORKER");
        }
      else
        g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
    }
}

/* A17: no end of challenges, challenges out of turn */
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

static void
test_A17_endless (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *initial = NULL;
  g_autoptr (GError) error = NULL;
  guint count = 0;

  toy_step_func = go_on;
  toy_session_init (&toy, "alice", "pencil");
  g_assert_true (toy_session_offer (&toy, "X-ODD", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  while (error == NULL)
    {
      g_autofree char *response = toy_session_step (&toy, "more", &error);

      /* A challenge is answered, if only with an empty response. */
      if (error == NULL)
        g_assert_cmpstr (response, ==, "");
      count++;
      g_assert_cmpint (count, <=, 10);
    }
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
  /* The first message is a step, too. */
  g_assert_cmpint (count, ==, 10);
}

static void
test_A17_after_completion (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *initial = NULL;
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  g_assert_true (toy_session_offer (&toy, "X-SECRET", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  g_assert_null (toy_session_step (&toy, "one more", &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
  g_clear_error (&error);
  /* And no success after that */
  g_assert_false (toy_session_succeed (&toy, NULL, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
}

static void
test_A17_before_the_start (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  g_assert_null (toy_session_step (&toy, "challenge", &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
  g_clear_error (&error);
  g_assert_false (toy_session_fail (&toy, XMPP_SASL_ERROR_NOT_AUTHORIZED, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
}

static void
test_A17_too_long (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *initial = NULL;
  g_autofree char *response = NULL;
  g_autofree char *longest = g_strnfill (49152, 'x');
  g_autofree char *too_long = g_strnfill (49153, 'x');
  g_autoptr (GError) error = NULL;

  toy_step_func = go_on;
  toy_session_init (&toy, "alice", "pencil");
  g_assert_true (toy_session_offer (&toy, "X-ODD", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  response = toy_session_step (&toy, longest, &error);
  g_assert_no_error (error);
  g_assert_null (toy_session_step (&toy, too_long, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
}

/* Nothing and an empty message are not the same. */
static GBytes *
tell_input (XmppSaslMechanism *mechanism,
            GBytes *input,
            GCancellable *cancellable,
            XmppSaslStatus *status,
            GError **error)
{
  *status = XMPP_SASL_STATUS_CONTINUE;
  if (input == NULL)
    return NULL;

  g_assert_cmpint (g_bytes_get_size (input), ==, 0);
  *status = XMPP_SASL_STATUS_COMPLETE;

  return g_bytes_new_static ("", 0);
}

static void
test_A17_empty_is_not_nothing (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *initial = NULL;
  g_autofree char *response = NULL;

  toy_step_func = tell_input;
  toy_session_init (&toy, "alice", "pencil");
  g_assert_true (toy_session_offer (&toy, "X-ODD", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  /* No initial response, not an empty one */
  g_assert_cmpstr (initial, ==, "X-ODD");
  response = toy_session_step (&toy, "", NULL);
  g_assert_cmpstr (response, ==, "");
  g_assert_true (toy_session_succeed (&toy, NULL, NULL));
}

/* ---- A15 ---- */

static char *
start_external (ToySession *toy, const char *offer, GError **error)
{
  g_autoptr (XmppSaslMechanismInfo) info =
      xmpp_sasl_mechanism_info_new ("EXTERNAL", XMPP_SASL_ROLE_CLIENT, 0, 99, NULL);

  toy_step_func = NULL;
  xmpp_sasl_registry_register (toy->registry, info, TOY_TYPE_MECHANISM);
  if (!toy_session_offer (toy, offer, NULL, error))
    return NULL;

  return toy_session_start (toy, error);
}

/* A15: servers offer EXTERNAL to everybody. Who has sent no certificate does not try it, and
 * says why. */
static void
test_A15_without_certificate (void)
{
  static const char *const reasons[][2] = {
    { NULL, "EXTERNAL-(no client certificate was sent);" },
    { "none is set", "EXTERNAL-(no client certificate was sent: none is set);" },
    { "p.test did not ask for one",
      "EXTERNAL-(no client certificate was sent: p.test did not ask for one);" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *start = NULL;
      g_autofree char *report = NULL;
      g_autoptr (GError) error = NULL;

      toy_session_init (&toy, "alice", "pencil");
      xmpp_sasl_session_set_certificate (toy.session, NULL, reasons[i][0]);
      start = start_external (&toy, "EXTERNAL X-TOY", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (start, ==, "X-TOY alice");
      report = toy_session_report (&toy);
      g_assert_nonnull (strstr (report, reasons[i][1]));

      /* With nothing else to choose from, the error has the reason. */
      g_assert_false (toy_session_offer (&toy, "EXTERNAL", NULL, &error));
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
      g_assert_nonnull (
          strstr (error->message, "EXTERNAL (no client certificate was sent"));
    }
}

static GTlsCertificate *
load_certificate (void)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "client.crt", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);

  return certificate;
}

/* With one it comes first, and what is done to the lists of channel bindings does not matter: the
 * proof is a part of the TLS handshake. */
static void
test_A15_with_certificate (void)
{
  static const struct
  {
    const char *offer;
    const char *types;
    gboolean chosen;
  } rows[] = {
    { "X-TOY EXTERNAL", NULL, TRUE },
    { "X-TOY EXTERNAL", "tls-exporter", TRUE },
    { "X-TOY-PLUS X-TOY EXTERNAL", "tls-strange", TRUE },
    { "EXTERNAL", "tls-exporter", TRUE },
    { "X-TOY", "tls-exporter", FALSE },
  };
  g_autoptr (GTlsCertificate) certificate = load_certificate ();

  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *start = NULL;
      g_autoptr (GError) error = NULL;

      toy_session_init (&toy, "alice", "pencil");
      toy_session_connect (&toy, TRUE, "tls-exporter");
      g_object_set (toy.policy, "require-channel-binding", i % 2 == 1, NULL);
      xmpp_sasl_session_set_certificate (toy.session, certificate, NULL);
      start_external (&toy, "", NULL);
      if (toy_session_offer (&toy, rows[i / 2].offer, rows[i / 2].types, &error))
        start = toy_session_start (&toy, &error);
      g_assert_cmpint (g_strcmp0 (xmpp_sasl_session_get_mechanism (toy.session),
                                  "EXTERNAL") == 0,
                       ==, rows[i / 2].chosen);
      g_assert_true (xmpp_sasl_session_get_certificate (toy.session) ==
                     (rows[i / 2].chosen ? certificate : NULL));
      if (rows[i / 2].chosen)
        g_assert_no_error (error);
      else if (i % 2 == 1)
        g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
      else
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE);
    }
}

/* After a login by certificate nothing that reveals more is used, unless there is none any more:
 * nobody but the user can take it out. */
static void
test_A3_after_certificate (void)
{
  g_autoptr (GTlsCertificate) certificate = load_certificate ();
  g_autoptr (XmppSaslBaseline) baseline =
      xmpp_sasl_baseline_new (XMPP_SASL_EXPOSURE_NOTHING, "EXTERNAL", NULL, FALSE);

  for (guint set = 0; set < 2; set++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *start = NULL;
      g_autoptr (GError) error = NULL;

      toy_session_init (&toy, "alice", "pencil");
      toy_session_connect (&toy, TRUE, "tls-exporter");
      start_external (&toy, "", NULL);
      xmpp_sasl_session_set_baseline (toy.session, baseline);
      xmpp_sasl_session_set_certificate (toy.session, set ? certificate : NULL,
                                         "p.test did not ask for one");
      g_assert_cmpint (toy_session_offer (&toy, "X-TOY EXTERNAL", NULL, &error), ==,
                       !set);
      if (set)
        {
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE);
          continue;
        }
      start = toy_session_start (&toy, &error);
      g_assert_cmpstr (start, ==, "X-TOY alice");
    }
}

/* Nothing of it over a connection whose server was not verified */
static void
test_A15_not_verified (void)
{
  g_autoptr (GTlsCertificate) certificate = load_certificate ();
  g_auto (ToySession) toy = { 0 };
  g_autofree char *report = NULL;
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  toy_session_connect (&toy, FALSE, NULL);
  xmpp_sasl_session_set_certificate (toy.session, certificate, NULL);
  g_assert_null (start_external (&toy, "EXTERNAL", &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
  report = toy_session_report (&toy);
  g_assert_cmpstr (report, ==, "EXTERNAL-(it needs verified TLS);");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/A15/without-certificate", test_A15_without_certificate);
  g_test_add_func ("/attacks/A15/with-certificate", test_A15_with_certificate);
  g_test_add_func ("/attacks/A15/not-verified", test_A15_not_verified);
  g_test_add_func ("/attacks/A3/after-certificate", test_A3_after_certificate);
  g_test_add_func ("/attacks/A1/session", test_A1);
  g_test_add_func ("/attacks/A2/session", test_A2);
  g_test_add_func ("/attacks/A2/before-anything", test_A2_before_anything);
  g_test_add_func ("/attacks/A2/after-a-failed-step", test_A2_after_a_failed_step);
  g_test_add_func ("/attacks/A4/session", test_A4);
  g_test_add_func ("/attacks/A16/next", test_A16_next);
  g_test_add_func ("/attacks/A16/new-offer", test_A16_new_offer);
  g_test_add_func ("/attacks/A16/unanswered", test_A16_unanswered);
  g_test_add_func ("/attacks/A16/unanswered-pin", test_A16_unanswered_pin);
  g_test_add_func ("/attacks/A16/attempts", test_A16_attempts);
  g_test_add_func ("/attacks/A16/local", test_A16_local);
  g_test_add_func ("/attacks/A17/endless", test_A17_endless);
  g_test_add_func ("/attacks/A17/after-completion", test_A17_after_completion);
  g_test_add_func ("/attacks/A17/before-the-start", test_A17_before_the_start);
  g_test_add_func ("/attacks/A17/too-long", test_A17_too_long);
  g_test_add_func ("/attacks/A17/empty-is-not-nothing", test_A17_empty_is_not_nothing);

  return g_test_run ();
}
