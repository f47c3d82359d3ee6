/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-oauthbearer.h"

#include "xmpp-test-sasl.h"

#include <string.h>

#define TOKEN "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
#define MESSAGE "n,a=user@a.test,\1auth=Bearer " TOKEN "\1\1"
#define URL "https://a.test/.well-known/openid-configuration"

static XmppTestAuthenticator *
authenticator_new (const char *token)
{
  XmppTestAuthenticator *authenticator = xmpp_test_authenticator_new ();

  if (token != NULL)
    xmpp_test_authenticator_set (authenticator, "user", "token", token);

  return authenticator;
}

/* ---- The client ---- */

static void
test_client (void)
{
  static const struct
  {
    const char *username;
    const char *authzid;
    const char *message;
  } rows[] = {
    { "user", NULL, MESSAGE },
    { "USER", NULL, MESSAGE },
    /* RFC 7628 §4.1, without host and port */
    { "user", "user@example.com", "n,a=user@example.com,\1auth=Bearer " TOKEN "\1\1" },
    { "a,b=c", NULL, "n,a=a=2Cb=3Dc@a.test,\1auth=Bearer " TOKEN "\1\1" },
    { "user", "", MESSAGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential)
          credential = xmpp_credential_new_for_token (rows[i].username, TOKEN);
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("OAUTHBEARER", NULL, credential);
      g_autofree char *message = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      xmpp_credential_set_field (credential, "authzid", rows[i].authzid);
      message = xmpp_test_step (client, NULL, &status, &error);
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_SATISFIED);
      g_assert_cmpstr (message, ==, rows[i].message);
    }
}

/* What cannot be sent is not. */
static void
test_client_refuses (void)
{
  static const struct
  {
    const char *username;
    const char *token;
  } rows[] = {
    { "user", "" },         { "user", "hunter\1" }, { "user", "\1host=x\1hunter" },
    { "user", "hunter\n" }, { "user", "hun ter" },  { "user", "hunter\xc3\xa9" },
    { "a@b", "hunter" },    { "a b", "hunter" },    { "", "hunter" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential)
          credential = xmpp_credential_new_for_token (rows[i].username, rows[i].token);
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("OAUTHBEARER", NULL, credential);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_test_message ("row %u", i);
      g_assert_null (xmpp_test_step (client, NULL, &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
      g_assert_null (strstr (error->message, "hunter"));
    }
}

static XmppSaslMechanism *
client_new_sent (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_token ("user", TOKEN);
  XmppSaslMechanism *client =
      xmpp_test_mechanism_new_client ("OAUTHBEARER", NULL, credential);
  g_autofree char *message = xmpp_test_step (client, NULL, NULL, NULL);

  g_assert_cmpstr (message, ==, MESSAGE);

  return client;
}

/* A14, RFC 7628 §4.3: the error is answered with one byte, and once. */
static void
test_client_error (void)
{
  static const char error_message[] = "{\"status\":\"invalid_token\"}";
  g_autoptr (XmppSaslMechanism) client = client_new_sent ();
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  answer = xmpp_test_step (client, error_message, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_CONTINUE);
  g_assert_cmpstr (answer, ==, "\1");

  g_assert_null (xmpp_test_step (client, error_message, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
}

static void
test_client_bad_error (void)
{
  g_autofree char *too_long = g_strnfill (8193, ' ');
  g_autofree char *too_deep = g_strnfill (100, '[');
  const char *const rows[] = { "", "\1", "{}", "not authorized", too_long, too_deep };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) client = client_new_sent ();
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_assert_null (xmpp_test_step (client, rows[i], &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
    }
}

/* ---- Both sides ---- */

static void
run_pair (const char *known, gboolean delayed, gboolean right)
{
  g_autoptr (XmppTestAuthenticator) authenticator = authenticator_new (known);
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_token ("user", TOKEN);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("OAUTHBEARER", NULL, credential);
  g_autoptr (XmppSaslMechanism) server = NULL;

  xmpp_test_authenticator_set_delayed (authenticator, delayed);
  server = xmpp_test_mechanism_new_server ("OAUTHBEARER", NULL, authenticator);

  xmpp_test_sasl_check (client, server, right ? "user" : NULL);
}

static void
test_pairs (void)
{
  for (guint delayed = 0; delayed < 2; delayed++)
    {
      run_pair (TOKEN, delayed, TRUE);
      run_pair (TOKEN "=", delayed, FALSE);
      run_pair ("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=", delayed, FALSE);
      run_pair (NULL, delayed, FALSE);
    }
}

/* ---- The server ---- */

static void
test_server_asks (void)
{
  g_autoptr (XmppTestAuthenticator) authenticator = authenticator_new (TOKEN);
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("OAUTHBEARER", NULL, authenticator);
  g_autofree char *challenge = NULL;

  challenge = xmpp_test_step_good (server, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_assert_cmpstr (challenge, ==, "");
  g_assert_null (xmpp_test_step_good (server, MESSAGE, XMPP_SASL_STATUS_COMPLETE));
}

/* What the server's application says of tokens goes to the client with the error. */
static void
test_server_error (void)
{
  static const struct
  {
    const char *message;
    const char *scope;
    const char *configuration;
    const char *answer;
    XmppSaslError code;
    const char *error;
  } rows[] = {
    { "n,a=user@a.test,\1auth=Bearer wrong\1\1", NULL, NULL, "\1",
      XMPP_SASL_ERROR_NOT_AUTHORIZED, "{\"status\":\"invalid_token\"}" },
    { "n,a=user@a.test,\1auth=Bearer wrong\1\1", "xmpp", URL, "\1",
      XMPP_SASL_ERROR_NOT_AUTHORIZED,
      "{\"status\":\"invalid_token\",\"scope\":\"xmpp\",\"openid-configuration\":\"" URL
      "\"}" },
    { "n,a=other@a.test,\1auth=Bearer " TOKEN "\1\1", "xmpp", NULL, "\1",
      XMPP_SASL_ERROR_NOT_AUTHORIZED, "{\"status\":\"invalid_token\"}" },
    { "n,,\1auth=Bearer " TOKEN "\1\1", "xmpp", NULL, "\1",
      XMPP_SASL_ERROR_NOT_AUTHORIZED, "{\"status\":\"invalid_request\"}" },
    /* Anything but the one byte, a second try among it */
    { "n,a=user@a.test,\1auth=Bearer wrong\1\1", NULL, NULL, MESSAGE,
      XMPP_SASL_ERROR_MALFORMED_REQUEST, "{\"status\":\"invalid_token\"}" },
    { "n,a=user@a.test,\1auth=Bearer wrong\1\1", NULL, NULL, "",
      XMPP_SASL_ERROR_MALFORMED_REQUEST, "{\"status\":\"invalid_token\"}" },
    { "n,a=user@a.test,\1auth=Bearer wrong\1\1", NULL, NULL, "\1\1",
      XMPP_SASL_ERROR_MALFORMED_REQUEST, "{\"status\":\"invalid_token\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = authenticator_new (TOKEN);
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("OAUTHBEARER", NULL, authenticator);
      g_autofree char *challenge = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      xmpp_test_authenticator_set_delayed (authenticator, i % 2);
      xmpp_test_authenticator_set (authenticator, "user", "oauth-scope", rows[i].scope);
      xmpp_test_authenticator_set (authenticator, "user", "openid-configuration",
                                   rows[i].configuration);
      g_test_message ("row %u", i);
      challenge = xmpp_test_step (server, rows[i].message, &status, &error);
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_CONTINUE);
      g_assert_cmpstr (challenge, ==, rows[i].error);

      g_assert_null (xmpp_test_step (server, rows[i].answer, &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, (int) rows[i].code);
      g_assert_null (xmpp_sasl_mechanism_get_username (server));
    }
}

/* A11: who may be whom */
static void
test_server_identity (void)
{
  static const struct
  {
    const char *authzid;
    int code; /* -1: let in, as "user" */
  } rows[] = {
    { "user", -1 },
    { "user@a.test", -1 },
    { "USER@A.test", -1 },
    { "user@other.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "user@a.test/r", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "user@", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "@a.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "us er@a.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "\xc2\xad", XMPP_SASL_ERROR_INVALID_AUTHZID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = authenticator_new (TOKEN);
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("OAUTHBEARER", NULL, authenticator);
      g_autofree char *message =
          g_strdup_printf ("n,a=%s,\1auth=Bearer " TOKEN "\1\1", rows[i].authzid);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_test_message ("row %u", i);
      g_assert_null (xmpp_test_step (server, message, &status, &error));
      if (rows[i].code < 0)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "user");
        }
      else
        g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
    }
}

static void
test_server_refuses (void)
{
  g_autoptr (XmppTestAuthenticator) authenticator = authenticator_new (TOKEN);
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("OAUTHBEARER", NULL, authenticator);
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  /* The dummy of a client that has not sent anything yet */
  g_assert_null (xmpp_test_step (server, "\1", &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
}

/* A1: neither side takes a token over a connection that is not secure. */
static void
test_insecure (void)
{
  static const XmppTestChannel insecure = { .insecure = TRUE };
  g_autoptr (XmppTestAuthenticator) authenticator = authenticator_new (TOKEN);
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_token ("user", TOKEN);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("OAUTHBEARER", &insecure, credential);
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("OAUTHBEARER", &insecure, authenticator);
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  g_assert_null (xmpp_test_step (client, NULL, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED);
  g_clear_error (&error);

  g_assert_null (xmpp_test_step (server, MESSAGE, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl-oauthbearer/client", test_client);
  g_test_add_func ("/sasl-oauthbearer/client-refuses", test_client_refuses);
  g_test_add_func ("/sasl-oauthbearer/client-error", test_client_error);
  g_test_add_func ("/sasl-oauthbearer/client-bad-error", test_client_bad_error);
  g_test_add_func ("/sasl-oauthbearer/pairs", test_pairs);
  g_test_add_func ("/sasl-oauthbearer/server-asks", test_server_asks);
  g_test_add_func ("/sasl-oauthbearer/server-error", test_server_error);
  g_test_add_func ("/sasl-oauthbearer/server-identity", test_server_identity);
  g_test_add_func ("/sasl-oauthbearer/server-refuses", test_server_refuses);
  g_test_add_func ("/sasl-oauthbearer/insecure", test_insecure);

  return g_test_run ();
}
