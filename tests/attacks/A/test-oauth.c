/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "toy-session.h"
#include "xmpp-test-mechanisms.h"

#include <string.h>

/* Servers against whoever logs in with a token */

#define TOKEN "hunter2-hunter2"
#define URL "https://p.test/.well-known/openid-configuration"
#define REFUSAL                                                                          \
  "{\"status\":\"invalid_token\",\"scope\":\"xmpp:chat\",\"openid-configuration\":"      \
  "\"" URL "\"}"

/* What was asked for and told, and the tokens to answer with; NULL: nobody answers */
typedef struct
{
  ToySession toy;
  GString *log;
  const char *const *answers;
} Login;

static gboolean
request_cb (XmppCredential *credential, XmppCredentialRequest *request, Login *login)
{
  g_autofree char *fields =
      g_strjoinv (",", (char **) xmpp_credential_request_get_fields (request));
  g_autofree char *scope = NULL;
  g_autofree char *configuration = NULL;

  g_object_get (request, "scope", &scope, "openid-configuration", &configuration, NULL);
  g_assert_cmpstr (scope, ==, xmpp_credential_request_get_scope (request));
  g_assert_cmpstr (configuration, ==,
                   xmpp_credential_request_get_openid_configuration (request));
  g_string_append_printf (login->log, "request %s %d%s%s%s%s;", fields,
                          xmpp_credential_request_get_reason (request),
                          scope != NULL ? " " : "", scope != NULL ? scope : "",
                          configuration != NULL ? " " : "",
                          configuration != NULL ? configuration : "");
  if (login->answers == NULL || *login->answers == NULL)
    return FALSE;

  xmpp_credential_request_set_field (request, "token", *login->answers++);
  xmpp_credential_request_reply (request);

  return TRUE;
}

static void
rejected_cb (XmppCredential *credential, const char *field, Login *login)
{
  g_string_append_printf (login->log, "rejected %s;", field);
}

/* Takes over @credential */
static void
login_init (Login *login, XmppCredential *credential)
{
  toy_session_init (&login->toy, NULL, NULL);
  xmpp_test_register_mechanisms (login->toy.registry);
  toy_session_set_credential (&login->toy, credential);
  g_object_unref (credential);
  login->log = g_string_new (NULL);
  login->answers = NULL;
  g_signal_connect (credential, "request", G_CALLBACK (request_cb), login);
  g_signal_connect (credential, "rejected", G_CALLBACK (rejected_cb), login);
}

static void
login_clear (Login *login)
{
  g_signal_handlers_disconnect_by_data (login->toy.credential, login);
  toy_session_clear (&login->toy);
  g_string_free (login->log, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Login, login_clear)

static void
login_init_token (Login *login, const char *token)
{
  login_init (login, xmpp_credential_new_for_token ("alice", token));
}

static char *
dup_report (Login *login)
{
  g_autoptr (GVariant) variant = xmpp_report_to_variant (login->toy.report);
  g_autofree char *printed = g_variant_print (variant, FALSE);
  g_autofree char *text = xmpp_report_to_string (login->toy.report);

  return g_strconcat (text, printed, NULL);
}

static void
start (Login *login, const char *offer, const char *expected)
{
  g_autofree char *initial = NULL;
  g_autoptr (GError) error = NULL;

  if (offer != NULL)
    {
      g_assert_true (toy_session_offer (&login->toy, offer, NULL, &error));
      g_assert_no_error (error);
    }
  initial = toy_session_start (&login->toy, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (initial, ==, expected);
}

static void
refuse_and_acknowledge (Login *login)
{
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  answer = toy_session_step (&login->toy, REFUSAL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, "\1");
}

#define BEARER(token) "OAUTHBEARER n,a=alice@p.test,\1auth=Bearer " token "\1\1"

/* A14: the error is answered with one byte; what it says reaches the application, which is
 * asked once for another token, on the same stream. */
static void
test_A14_renewed (void)
{
  static const char *const answers[] = { "second", "third", NULL };
  g_auto (Login) login = { 0 };
  g_autofree char *report = NULL;
  g_autoptr (GError) error = NULL;

  login_init_token (&login, TOKEN);
  login.answers = answers;
  start (&login, "OAUTHBEARER PLAIN", BEARER (TOKEN));
  refuse_and_acknowledge (&login);
  g_assert_true (toy_session_fail (&login.toy, XMPP_SASL_ERROR_NOT_AUTHORIZED, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (login.log->str, ==,
                   "rejected token;request token 2 xmpp:chat " URL ";");

  start (&login, NULL, BEARER ("second"));
  refuse_and_acknowledge (&login);
  g_assert_false (toy_session_fail (&login.toy, XMPP_SASL_ERROR_NOT_AUTHORIZED, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
  g_assert_cmpstr (error->message, ==,
                   "p.test refused the token: invalid_token. What to do: get a new "
                   "token, "
                   "for this account and this server");
  g_assert_cmpstr (login.log->str, ==,
                   "rejected token;request token 2 xmpp:chat " URL ";rejected token;");

  report = dup_report (&login);
  g_assert_nonnull (strstr (report, "invalid_token"));
  g_assert_nonnull (strstr (report, "xmpp:chat"));
  g_assert_nonnull (strstr (report, URL));
  g_assert_null (strstr (report, TOKEN));
  g_assert_null (strstr (report, "second"));
}

static void
test_A14_new_token_is_right (void)
{
  static const char *const answers[] = { "second", NULL };
  g_auto (Login) login = { 0 };
  g_autoptr (GError) error = NULL;

  login_init_token (&login, TOKEN);
  login.answers = answers;
  start (&login, "OAUTHBEARER", BEARER (TOKEN));
  refuse_and_acknowledge (&login);
  g_assert_true (toy_session_fail (&login.toy, XMPP_SASL_ERROR_NOT_AUTHORIZED, &error));
  start (&login, NULL, BEARER ("second"));
  g_assert_true (toy_session_succeed (&login.toy, NULL, &error));
  g_assert_no_error (error);
}

/* Whatever failure follows has the status in its words, and its own code. */
static void
test_A14_statuses (void)
{
  static const struct
  {
    const char *challenge; /* NULL: there is none */
    int code;
    const char *log;
    const char *message;
  } rows[] = {
    { "{\"status\":\"insufficient_scope\",\"scope\":\"a b\"}",
      XMPP_SASL_ERROR_NOT_AUTHORIZED, "rejected token;request token 1 a b;",
      "p.test refused the token: insufficient_scope. What to do: get a token for the "
      "scope that the report names" },
    { "{\"status\":\"401\"}", XMPP_SASL_ERROR_NOT_AUTHORIZED,
      "rejected token;request token 1;",
      "p.test refused the token: 401. What to do: get a new token, and check the user "
      "name, which is the part before the @" },
    { "{\"status\":\"invalid_token\"}", XMPP_SASL_ERROR_CREDENTIALS_EXPIRED,
      "rejected token;request token 2;",
      "p.test refused the token: invalid_token. What to do: get a new token, for this "
      "account and this server" },
    { "{\"status\":\"temporarily_unavailable\"}", XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
      "", "p.test refused the token: temporarily_unavailable" },
    { NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED, "rejected token;request token 2;",
      "The server says no. What to do: get a new token, and check the user name, which "
      "is "
      "the part before the @" },
    { NULL, XMPP_SASL_ERROR_ACCOUNT_DISABLED, "", "The server says no" },
    /* What is no line of text is not shown. */
    { "{\"status\":\"a\\nb\",\"scope\":\"\\u001b[2J\",\"openid-configuration\":\"\"}",
      XMPP_SASL_ERROR_NOT_AUTHORIZED, "rejected token;request token 2;",
      "The server says no. What to do: get a new token, and check the user name, which "
      "is "
      "the part before the @" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Login) login = { 0 };
      g_autoptr (GError) error = NULL;

      g_test_message ("row %u", i);
      login_init_token (&login, TOKEN);
      start (&login, "OAUTHBEARER", BEARER (TOKEN));
      if (rows[i].challenge != NULL)
        {
          g_autofree char *answer =
              toy_session_step (&login.toy, rows[i].challenge, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (answer, ==, "\1");
        }
      g_assert_false (toy_session_fail (&login.toy, rows[i].code, &error));
      g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
      g_assert_cmpstr (error->message, ==, rows[i].message);
      g_assert_cmpstr (login.log->str, ==, rows[i].log);
    }
}

/* A14: one error challenge, and no more; A17: nor success after it */
static void
test_A14_goes_on (void)
{
  g_auto (Login) login = { 0 };
  g_autoptr (GError) error = NULL;

  login_init_token (&login, TOKEN);
  start (&login, "OAUTHBEARER", BEARER (TOKEN));
  refuse_and_acknowledge (&login);
  g_assert_null (toy_session_step (&login.toy, REFUSAL, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
  g_clear_error (&error);
  g_assert_false (toy_session_fail (&login.toy, XMPP_SASL_ERROR_ABORTED, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
}

static void
test_A14_success_after_error (void)
{
  g_auto (Login) login = { 0 };
  g_autoptr (GError) error = NULL;

  login_init_token (&login, TOKEN);
  start (&login, "OAUTHBEARER", BEARER (TOKEN));
  refuse_and_acknowledge (&login);
  g_assert_false (toy_session_succeed (&login.toy, NULL, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
}

/* A14: too long, too deep, or no JSON: nothing is answered. */
static void
test_A14_bounds (void)
{
  g_autofree char *too_long = g_strnfill (8193, ' ');
  const char *const rows[] = { too_long, "{\"a\":[[[[[[[[]]]]]]]],\"status\":\"x\"}", "",
                               "no" };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Login) login = { 0 };
      g_autoptr (GError) error = NULL;

      login_init_token (&login, TOKEN);
      start (&login, "OAUTHBEARER", BEARER (TOKEN));
      g_assert_null (toy_session_step (&login.toy, rows[i], &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
      g_assert_cmpstr (login.log->str, ==, "");
    }
}

/* A14: the separator of the message in a token would make another message of it. */
static void
test_A14_separator (void)
{
  g_auto (Login) login = { 0 };
  g_autoptr (GError) error = NULL;

  login_init_token (&login, TOKEN "\1host=x");
  g_assert_true (toy_session_offer (&login.toy, "OAUTHBEARER X-OAUTH2", NULL, NULL));
  g_assert_null (toy_session_start (&login.toy, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
  g_assert_null (strstr (error->message, TOKEN));
}

/* A1: no token over plain text */
static void
test_A1 (void)
{
  static const char *const offers[] = { "OAUTHBEARER", "X-OAUTH2",
                                        "OAUTHBEARER X-OAUTH2 PLAIN" };

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      g_auto (Login) login = { 0 };
      g_autoptr (GError) error = NULL;

      login_init_token (&login, TOKEN);
      toy_session_connect (&login.toy, FALSE, NULL);
      g_assert_false (toy_session_offer (&login.toy, offers[i], NULL, &error));
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
      g_clear_error (&error);
      g_assert_null (toy_session_start (&login.toy, &error));
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
    }
}

/* A16: whoever refuses the token does not get the password for it. */
static void
test_A16 (void)
{
  static const struct
  {
    const char *offer;
    int code;
    const char *then; /* NULL: over */
  } rows[] = {
    { "OAUTHBEARER PLAIN", XMPP_SASL_ERROR_NOT_AUTHORIZED, NULL },
    { "OAUTHBEARER PLAIN", XMPP_SASL_ERROR_CREDENTIALS_EXPIRED, NULL },
    { "OAUTHBEARER PLAIN", XMPP_SASL_ERROR_MALFORMED_REQUEST, NULL },
    { "OAUTHBEARER PLAIN", XMPP_SASL_ERROR_INVALID_MECHANISM, NULL },
    { "OAUTHBEARER PLAIN", XMPP_SASL_ERROR_MECHANISM_TOO_WEAK, NULL },
    { "OAUTHBEARER X-OAUTH2 PLAIN", XMPP_SASL_ERROR_INVALID_MECHANISM, "X-OAUTH2 " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      XmppCredential *credential = xmpp_credential_new_for_token ("alice", TOKEN);
      g_auto (Login) login = { 0 };
      g_autofree char *then = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("row %u", i);
      xmpp_credential_set_field (credential, "password", "pencil");
      login_init (&login, credential);
      start (&login, rows[i].offer, BEARER (TOKEN));
      g_assert_cmpint (toy_session_fail (&login.toy, rows[i].code, &error), ==,
                       rows[i].then != NULL);
      if (rows[i].then == NULL)
        {
          g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
          continue;
        }
      then = toy_session_start (&login.toy, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (then, ==, rows[i].then);
    }
}

/* What the credential has decides, whatever is stronger. */
static void
test_means (void)
{
  static const struct
  {
    const char *password;
    const char *token;
    gboolean for_token;
    const char *offer;
    const char *begins; /* NULL: nothing may be used */
    const char *report;
  } rows[] = {
    { "pencil", NULL, FALSE, "OAUTHBEARER X-OAUTH2 PLAIN", "PLAIN ",
      "X-OAUTH2-(the login is to be with a password);" },
    { "pencil", NULL, FALSE, "OAUTHBEARER", NULL,
      "OAUTHBEARER-(the login is to be with a password);" },
    { NULL, TOKEN, TRUE, "SCRAM-SHA-256 PLAIN X-OAUTH2", "X-OAUTH2 ",
      "SCRAM-SHA-256-(the login is to be with a token);" },
    { NULL, TOKEN, FALSE, "SCRAM-SHA-256 PLAIN X-OAUTH2", "X-OAUTH2 ",
      "PLAIN-(the login is to be with a token);" },
    { NULL, TOKEN, TRUE, "PLAIN", NULL, "PLAIN-(the login is to be with a token);" },
    { "pencil", TOKEN, TRUE, "PLAIN OAUTHBEARER", "OAUTHBEARER ", "" },
    /* Nothing is there yet: what the credential was made for */
    { NULL, NULL, FALSE, "OAUTHBEARER", NULL,
      "OAUTHBEARER-(the login is to be with a password);" },
    { NULL, NULL, TRUE, "PLAIN", NULL, "PLAIN-(the login is to be with a token);" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      XmppCredential *credential =
          rows[i].for_token ? xmpp_credential_new_for_token ("alice", rows[i].token)
                            : xmpp_credential_new ("alice", rows[i].password);
      g_auto (Login) login = { 0 };
      g_autofree char *initial = NULL;
      g_autofree char *report = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("row %u", i);
      xmpp_credential_set_field (credential, "password", rows[i].password);
      xmpp_credential_set_field (credential, "token", rows[i].token);
      login_init (&login, credential);
      g_assert_cmpint (toy_session_offer (&login.toy, rows[i].offer, NULL, &error), ==,
                       rows[i].begins != NULL);
      if (rows[i].begins != NULL)
        {
          initial = toy_session_start (&login.toy, &error);
          g_assert_no_error (error);
          g_assert_true (g_str_has_prefix (initial, rows[i].begins));
        }
      else
        g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
      report = toy_session_report (&login.toy);
      g_assert_nonnull (strstr (report, rows[i].report));
      g_assert_cmpstr (login.log->str, ==, "");
    }
}

/* A subclass says what it is for. */
static void
test_means_of_kind (void)
{
  static const char *const answers[] = { TOKEN, NULL };
  g_auto (Login) login = { 0 };

  login_init (&login, g_object_new (XMPP_TYPE_CREDENTIAL, "kind",
                                    XMPP_CREDENTIAL_KIND_TOKEN, NULL));
  xmpp_credential_set_field (login.toy.credential, "username", "alice");
  login.answers = answers;
  start (&login, "SCRAM-SHA-256 OAUTHBEARER", BEARER (TOKEN));
  g_assert_cmpstr (login.log->str, ==, "request token 0;");
}

/* A credential that nothing is known of yet: nobody has a token, and then a password. */
static void
test_means_open (void)
{
  g_auto (Login) login = { 0 };
  g_autoptr (GError) error = NULL;

  login_init (&login, g_object_new (XMPP_TYPE_CREDENTIAL, NULL));
  g_assert_true (toy_session_offer (&login.toy, "OAUTHBEARER PLAIN", NULL, NULL));
  g_assert_null (toy_session_start (&login.toy, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
  g_assert_cmpstr (login.log->str, ==, "request token 0;request password 0;");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/A/oauth/A14-renewed", test_A14_renewed);
  g_test_add_func ("/A/oauth/A14-new-token-is-right", test_A14_new_token_is_right);
  g_test_add_func ("/A/oauth/A14-statuses", test_A14_statuses);
  g_test_add_func ("/A/oauth/A14-goes-on", test_A14_goes_on);
  g_test_add_func ("/A/oauth/A14-success-after-error", test_A14_success_after_error);
  g_test_add_func ("/A/oauth/A14-bounds", test_A14_bounds);
  g_test_add_func ("/A/oauth/A14-separator", test_A14_separator);
  g_test_add_func ("/A/oauth/A1", test_A1);
  g_test_add_func ("/A/oauth/A16", test_A16);
  g_test_add_func ("/A/oauth/means", test_means);
  g_test_add_func ("/A/oauth/means-of-kind", test_means_of_kind);
  g_test_add_func ("/A/oauth/means-open", test_means_open);

  return g_test_run ();
}
