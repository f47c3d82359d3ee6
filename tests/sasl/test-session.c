/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <string.h>

#include "sasl/xmpp-sasl-session-private.h"
#include "toy-session.h"
#include "xmpp-test-loop.h"

static void
test_success (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *initial = NULL;
  g_autofree char *response = NULL;
  g_autofree char *proof = toy_hash ("client", TOY_NONCE, "pencil");
  g_autofree char *server_proof = toy_hash ("server", TOY_NONCE, "pencil");
  g_autofree char *report = NULL;
  g_autofree char *keys = NULL;

  toy_session_init (&toy, "alice", "pencil");
  g_assert_true (toy_session_offer (&toy, "X-SECRET X-TOY X-NONE", NULL, &error));
  initial = toy_session_start (&toy, &error);
  g_assert_cmpstr (initial, ==, "X-TOY alice");
  response = toy_session_step (&toy, TOY_NONCE, &error);
  g_assert_cmpstr (response, ==, proof);
  /* Nothing is kept before success. */
  g_assert_cmpstr (toy.log->str, ==, "");
  g_assert_true (toy_session_succeed (&toy, server_proof, &error));
  g_assert_no_error (error);

  g_assert_cmpstr (toy.log->str, ==, "obtained toy-keys;");
  keys = xmpp_credential_dup_field (toy.credential, "toy-keys");
  g_assert_cmpstr (keys, ==, "derived");
  g_assert_cmpstr (xmpp_sasl_session_get_mechanism (toy.session), ==, "X-TOY");
  g_assert_null (xmpp_sasl_session_get_binding_type (toy.session));
  g_assert_true (xmpp_sasl_session_is_mutual (toy.session));
  report = toy_session_report (&toy);
  g_assert_cmpstr (report, ==,
                   "X-NONE-(there is no module for it);X-TOY+;"
                   "X-SECRET-(X-TOY was preferred);");
}

static void
test_names_come_from_the_jid (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *initial = NULL;

  toy_session_init (&toy, NULL, "pencil");
  g_assert_true (toy_session_offer (&toy, "X-TOY", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  g_assert_cmpstr (initial, ==, "X-TOY local");
}

/* The host that a server names counts over verified TLS (XEP-0233), and until it names
 * another one or none */
static void
test_host (void)
{
  static const struct
  {
    gboolean secure;
    const char *named;
    const char *host;
  } rows[] = {
    { TRUE, "auth.p.test", "auth.p.test" },
    { TRUE, NULL, "p.test" },
    { FALSE, "auth.p.test", "p.test" },
    { TRUE, "other.p.test", "other.p.test" },
  };
  g_auto (ToySession) toy = { 0 };

  toy_session_init (&toy, "alice", "pencil");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *initial = NULL;
      XmppSaslContext *context;

      toy_session_connect (&toy, rows[i].secure, NULL);
      xmpp_sasl_session_set_host (toy.session, rows[i].named);
      g_assert_true (toy_session_offer (&toy, "X-TOY", NULL, NULL));
      initial = toy_session_start (&toy, NULL);
      g_assert_nonnull (initial);
      context = xmpp_sasl_mechanism_get_context (toy.session->mechanism);
      g_assert_cmpstr (xmpp_sasl_context_get_host (context), ==, rows[i].host);
      g_assert_cmpstr (xmpp_sasl_context_get_domain (context), ==, "p.test");
    }
}

static void
test_channel_binding (void)
{
  static const struct
  {
    const char *mechanisms;
    const char *types;
    const char *name;
    const char *type;
    const char *why_not;
  } rows[] = {
    { "X-TOY X-TOY-PLUS", "tls-server-end-point", "X-TOY-PLUS", "tls-server-end-point" },
    { "X-TOY X-TOY-PLUS", "tls-server-end-point tls-exporter", "X-TOY-PLUS",
      "tls-exporter" },
    /* As ejabberd 23 on TLS 1.3 does */
    { "X-TOY X-TOY-PLUS", NULL, "X-TOY", NULL,
      "the server does not say which types of channel binding it knows" },
    { "X-TOY", NULL, "X-TOY", NULL, "the server offers no channel binding" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *initial = NULL;

      toy_session_init (&toy, "alice", "pencil");
      toy_session_connect (&toy, TRUE, "tls-exporter tls-server-end-point");
      g_assert_true (toy_session_offer (&toy, rows[i].mechanisms, rows[i].types, NULL));
      initial = toy_session_start (&toy, NULL);
      g_assert_true (g_str_has_prefix (initial, rows[i].name));
      g_assert_cmpstr (xmpp_sasl_session_get_mechanism (toy.session), ==, rows[i].name);
      g_assert_cmpstr (xmpp_sasl_session_get_binding_type (toy.session), ==,
                       rows[i].type);
      g_assert_cmpstr (xmpp_sasl_session_get_why_not_bound (toy.session), ==,
                       rows[i].why_not);
    }
}

/* What the mechanism is told of the connection */
static char *seen;

static GBytes *
look_around (XmppSaslMechanism *mechanism,
             GBytes *input,
             GCancellable *cancellable,
             XmppSaslStatus *status,
             GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  g_autofree char *offered =
      g_strjoinv (",", (char **) xmpp_sasl_context_get_offered (context));
  g_autofree char *types =
      g_strjoinv (",", (char **) xmpp_sasl_context_get_channel_bindings (context));
  g_autoptr (GBytes)
      data = xmpp_sasl_context_get_channel_binding (context, "tls-exporter");

  g_free (seen);
  seen = g_strdup_printf ("%d %s %s %s %d [%s] [%s] %d %u %u",
                          xmpp_sasl_context_get_role (context),
                          xmpp_sasl_context_get_service (context),
                          xmpp_sasl_context_get_domain (context),
                          xmpp_sasl_context_get_host (context),
                          xmpp_sasl_context_is_secure (context), offered, types,
                          xmpp_sasl_context_get_binding (context),
                          xmpp_sasl_context_get_min_iterations (context),
                          xmpp_sasl_context_get_max_iterations (context));
  g_assert_cmpstr (g_bytes_get_data (data, NULL), ==, "tls-exporter");
  *status = XMPP_SASL_STATUS_COMPLETE;

  return NULL;
}

static void
test_context (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *initial = NULL;

  toy_session_init (&toy, "alice", "pencil");
  g_object_set (toy.limits, "scram-iterations-min", 5000, "scram-iterations-max", 6000,
                NULL);
  toy_session_connect (&toy, TRUE, "tls-exporter tls-server-end-point");
  toy_step_func = look_around;
  g_assert_true (toy_session_offer (&toy, "X-ODD X-NONE", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  g_assert_cmpstr (initial, ==, "X-ODD");
  g_assert_cmpstr (seen, ==,
                   "1 xmpp p.test p.test 1 [X-ODD,X-NONE] "
                   "[tls-exporter,tls-server-end-point] 1 5000 6000");
  g_clear_pointer (&seen, g_free);
}

/* ---- What is passed over before anything was sent ---- */

static XmppSaslError odd_code;

static GBytes *
throw_odd_code (XmppSaslMechanism *mechanism,
                GBytes *input,
                GCancellable *cancellable,
                XmppSaslStatus *status,
                GError **error)
{
  g_set_error_literal (error, XMPP_SASL_ERROR, odd_code, "No ticket");
  return NULL;
}

static void
test_passed_over (void)
{
  static const struct
  {
    int code;
    gboolean passed_over;
  } rows[] = {
    { XMPP_SASL_ERROR_UNAVAILABLE, TRUE },
    { XMPP_SASL_ERROR_MODULE, TRUE },
    { XMPP_SASL_ERROR_INTERNAL, TRUE },
    { XMPP_SASL_ERROR_NEED_CREDENTIAL, TRUE },
    { XMPP_SASL_ERROR_NOT_AUTHORIZED, FALSE },
    { XMPP_SASL_ERROR_DOWNGRADE, FALSE },
    { XMPP_SASL_ERROR_MALFORMED_REQUEST, FALSE },
  };

  toy_step_func = throw_odd_code;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *initial = NULL;
      g_autofree char *report = NULL;
      g_autoptr (GError) error = NULL;

      odd_code = rows[i].code;
      toy_session_init (&toy, "alice", "pencil");
      g_assert_true (toy_session_offer (&toy, "X-ODD X-SECRET", NULL, NULL));
      initial = toy_session_start (&toy, &error);
      report = toy_session_report (&toy);
      if (rows[i].passed_over)
        {
          g_assert_cmpstr (initial, ==, "X-SECRET pencil");
          g_assert_nonnull (strstr (report, "X-ODD-(No ticket);"));
        }
      else
        g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
    }
}

static guint n_tries;

static GBytes *
find_no_ticket (XmppSaslMechanism *mechanism,
                GBytes *input,
                GCancellable *cancellable,
                XmppSaslStatus *status,
                GError **error)
{
  n_tries++;

  return throw_odd_code (mechanism, input, cancellable, status, error);
}

/* Kerberos may take half a minute to say that nobody answers: it is asked once. */
static void
test_no_ticket (void)
{
  static const struct
  {
    int code;
    guint n_tries;
  } rows[] = {
    { XMPP_SASL_ERROR_UNAVAILABLE, 1 },
    { XMPP_SASL_ERROR_MODULE, 2 },
  };
  static const char *const names[] = { "GS2-KRB5", "GSSAPI" };

  toy_step_func = find_no_ticket;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *initial = NULL;
      g_autofree char *report = NULL;

      toy_session_init (&toy, "alice", "pencil");
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        {
          g_autoptr (XmppSaslMechanismInfo) info =
              xmpp_sasl_mechanism_info_new (names[j], XMPP_SASL_ROLE_CLIENT, 0, 70, NULL);

          xmpp_sasl_registry_register (toy.registry, info, TOY_TYPE_ODD);
        }

      odd_code = rows[i].code;
      n_tries = 0;
      g_assert_true (toy_session_offer (&toy, "GSSAPI GS2-KRB5 X-SECRET", NULL, NULL));
      initial = toy_session_start (&toy, NULL);
      g_assert_cmpstr (initial, ==, "X-SECRET pencil");
      g_assert_cmpuint (n_tries, ==, rows[i].n_tries);
      report = toy_session_report (&toy);
      g_assert_nonnull (strstr (report, "GSSAPI-(No ticket);"));
      g_assert_nonnull (strstr (report, "GS2-KRB5-(No ticket);"));
    }
}

static void
test_nothing_left (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autoptr (GError) error = NULL;

  odd_code = XMPP_SASL_ERROR_UNAVAILABLE;
  toy_step_func = throw_odd_code;
  toy_session_init (&toy, "alice", NULL);
  g_assert_true (toy_session_offer (&toy, "X-ODD X-SECRET", NULL, NULL));
  g_assert_null (toy_session_start (&toy, &error));
  /* The last one that was tried says it: nobody gives a password. */
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
  g_clear_error (&error);

  g_assert_null (toy_session_start (&toy, &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
}

static gboolean
cancel_request_cb (XmppCredential *credential,
                   XmppCredentialRequest *request,
                   gpointer user_data)
{
  g_autoptr (GError)
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "No, thanks");

  xmpp_credential_request_fail (request, error);

  return TRUE;
}

static void
test_person_cancels (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", NULL);
  g_signal_connect (toy.credential, "request", G_CALLBACK (cancel_request_cb), NULL);
  g_assert_true (toy_session_offer (&toy, "X-SECRET", NULL, NULL));
  g_assert_null (toy_session_start (&toy, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* ---- Another secret ---- */

static void
test_renewal (void)
{
  static const struct
  {
    const char *answers[4];
    XmppSaslError code;
    gboolean again;
    const char *log;
  } rows[] = {
    { { "other" },
      XMPP_SASL_ERROR_NOT_AUTHORIZED,
      TRUE,
      "rejected password;request password 1 #1;" },
    { { "other" },
      XMPP_SASL_ERROR_CREDENTIALS_EXPIRED,
      TRUE,
      "rejected password;request password 2 #1;" },
    /* The same again is not tried again, nor is nothing. */
    { { "pencil" },
      XMPP_SASL_ERROR_NOT_AUTHORIZED,
      FALSE,
      "rejected password;request password 1 #1;" },
    { { NULL },
      XMPP_SASL_ERROR_NOT_AUTHORIZED,
      FALSE,
      "rejected password;request password 1 #1;" },
    { { "other" }, XMPP_SASL_ERROR_ACCOUNT_DISABLED, FALSE, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *initial = NULL;
      g_autofree char *second = NULL;
      g_autoptr (GError) error = NULL;

      toy_session_init (&toy, "alice", "pencil");
      toy.answers = rows[i].answers;
      g_assert_true (toy_session_offer (&toy, "X-SECRET", NULL, NULL));
      initial = toy_session_start (&toy, NULL);
      g_assert_cmpstr (initial, ==, "X-SECRET pencil");
      g_assert_cmpint (toy_session_fail (&toy, rows[i].code, &error), ==, rows[i].again);
      g_assert_cmpstr (toy.log->str, ==, rows[i].log);
      if (rows[i].again)
        {
          second = toy_session_start (&toy, NULL);
          g_assert_cmpstr (second, ==, "X-SECRET other");
        }
      else
        g_assert_error (error, XMPP_SASL_ERROR, (int) rows[i].code);
    }
}

/* Who answers knows how often he was asked, whichever mechanism it was for. */
static void
test_attempts (void)
{
  static const char *const answers[] = { "one", "two", "three", NULL };
  g_auto (ToySession) toy = { 0 };

  toy_session_init (&toy, "alice", NULL);
  toy.answers = answers;
  g_assert_true (toy_session_offer (&toy, "X-SECRET", NULL, NULL));
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *initial = toy_session_start (&toy, NULL);

      g_assert_true (g_str_has_suffix (initial, answers[i]));
      g_assert_cmpint (toy_session_fail (&toy, XMPP_SASL_ERROR_NOT_AUTHORIZED, NULL), ==,
                       i < 2);
    }
  g_assert_cmpstr (toy.log->str, ==,
                   "request password 0 #1;rejected password;request password 1 #2;"
                   "rejected password;request password 1 #3;rejected password;");
}

static void
test_renewal_unhandled (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *initial = NULL;
  g_autofree char *password = NULL;
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  g_assert_true (toy_session_offer (&toy, "X-SECRET", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  g_assert_false (toy_session_fail (&toy, XMPP_SASL_ERROR_NOT_AUTHORIZED, &error));
  /* What the server said, not that nobody answered */
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
  /* What the application gave stays as it is. */
  password = xmpp_credential_dup_field (toy.credential, "password");
  g_assert_cmpstr (password, ==, "pencil");
}

/* Derived keys that are refused are forgotten; the password they came from is another
 * secret, and nobody needs to be asked. */
static GBytes *
prefer_keys (XmppSaslMechanism *mechanism,
             GBytes *input,
             GCancellable *cancellable,
             XmppSaslStatus *status,
             GError **error)
{
  g_autofree char *keys = xmpp_sasl_mechanism_peek_secret (mechanism, "toy-keys");
  g_autofree char *password = NULL;

  *status = XMPP_SASL_STATUS_COMPLETE;
  if (keys != NULL)
    return toy_bytes (keys);

  password = xmpp_sasl_mechanism_get_secret (mechanism, "password", error);

  return password != NULL ? toy_bytes (password) : NULL;
}

static void
test_stale_keys (void)
{
  static const char *const answers[] = { "asked", NULL };
  static const char *const passwords[] = { "pencil", NULL };

  toy_step_func = prefer_keys;
  for (guint i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *first = NULL;
      g_autofree char *second = NULL;

      toy_session_init (&toy, "alice", passwords[i]);
      toy.answers = answers;
      xmpp_credential_set_field (toy.credential, "toy-keys", "stale");
      g_assert_true (toy_session_offer (&toy, "X-ODD", NULL, NULL));
      first = toy_session_start (&toy, NULL);
      g_assert_cmpstr (first, ==, "X-ODD stale");
      g_assert_true (toy_session_fail (&toy, XMPP_SASL_ERROR_NOT_AUTHORIZED, NULL));
      g_assert_cmpstr (toy.log->str, ==,
                       i == 0 ? "rejected toy-keys;"
                              : "rejected toy-keys;request password 1 #1;");
      g_assert_false (xmpp_credential_has_field (toy.credential, "toy-keys"));
      second = toy_session_start (&toy, NULL);
      g_assert_cmpstr (second, ==, i == 0 ? "X-ODD pencil" : "X-ODD asked");
    }
}

static gboolean
keep_request_cb (XmppCredential *credential,
                 XmppCredentialRequest *request,
                 gpointer user_data)
{
  g_set_object ((XmppCredentialRequest **) user_data, request);

  return TRUE;
}

static void
test_renewal_cancelled (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (XmppCredentialRequest) request = NULL;
  g_autofree char *initial = NULL;
  g_autoptr (GError)
      failure = g_error_new_literal (XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                                     "The server says no");
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  g_signal_connect (toy.credential, "request", G_CALLBACK (keep_request_cb), &request);
  g_assert_true (toy_session_offer (&toy, "X-SECRET", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  xmpp_sasl_session_fail_async (toy.session, failure, cancellable, xmpp_test_result_cb,
                                &result);
  g_assert_nonnull (request);
  g_cancellable_cancel (cancellable);
  g_assert_false (xmpp_sasl_session_fail_finish (toy.session,
                                                 xmpp_test_result_wait (&result),
                                                 &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  xmpp_credential_request_reply (request);
  g_clear_object (&request);
  xmpp_test_run_pending ();
}

/* ---- A second offer ---- */

static void
test_new_offer_drops_what_was_begun (void)
{
  g_auto (ToySession) toy = { 0 };
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GBytes) initial = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  toy_later_result = TRUE;
  g_assert_true (toy_session_offer (&toy, "X-LATER", NULL, NULL));
  xmpp_sasl_session_start_async (toy.session, NULL, xmpp_test_result_cb, &result);

  g_assert_true (toy_session_offer (&toy, "X-TOY", NULL, NULL));
  xmpp_sasl_step_reply (toy_later_step, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_clear_object (&toy_later_step);
  g_assert_null (xmpp_sasl_session_start_finish (toy.session,
                                                 xmpp_test_result_wait (&result),
                                                 &initial, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);

  second = toy_session_start (&toy, NULL);
  g_assert_cmpstr (second, ==, "X-TOY alice");
}

static void
test_sends_secret (void)
{
  g_auto (ToySession) toy = { 0 };

  toy_session_init (&toy, "alice", "pencil");
  g_assert_true (xmpp_sasl_session_sends_secret (toy.session, "X-SECRET"));
  g_assert_true (xmpp_sasl_session_sends_secret (toy.session, "X-NONE"));
  g_assert_true (xmpp_sasl_session_sends_secret (toy.session, NULL));
  g_assert_false (xmpp_sasl_session_sends_secret (toy.session, "X-TOY"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl/session/success", test_success);
  g_test_add_func ("/sasl/session/names-come-from-the-jid", test_names_come_from_the_jid);
  g_test_add_func ("/sasl-session/A13/host", test_host);
  g_test_add_func ("/sasl/session/channel-binding", test_channel_binding);
  g_test_add_func ("/sasl/session/context", test_context);
  g_test_add_func ("/sasl/session/passed-over", test_passed_over);
  g_test_add_func ("/sasl/session/no-ticket", test_no_ticket);
  g_test_add_func ("/sasl/session/nothing-left", test_nothing_left);
  g_test_add_func ("/sasl/session/person-cancels", test_person_cancels);
  g_test_add_func ("/sasl/session/renewal", test_renewal);
  g_test_add_func ("/sasl/session/attempts", test_attempts);
  g_test_add_func ("/sasl/session/renewal-unhandled", test_renewal_unhandled);
  g_test_add_func ("/sasl/session/renewal-cancelled", test_renewal_cancelled);
  g_test_add_func ("/sasl/session/stale-keys", test_stale_keys);
  g_test_add_func ("/sasl/session/new-offer-drops-what-was-begun",
                   test_new_offer_drops_what_was_begun);
  g_test_add_func ("/sasl/session/sends-secret", test_sends_secret);

  return g_test_run ();
}
