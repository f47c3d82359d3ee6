/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-x-oauth2.h"

#include "xmpp-test-sasl.h"

#include <string.h>

#define TOKEN "hunter2-hunter2"

/* The message is PLAIN's, of which the test is elsewhere: here, that it carries the token,
 * and that this is what the server asks for. */
static GBytes *
message_new (const char *authzid, const char *username, const char *token)
{
  g_autofree char *text = g_strjoin ("|", authzid, username, token, NULL);
  gsize length = strlen (text);

  g_strdelimit (text, "|", '\0');

  return g_bytes_new (text, length);
}

static XmppSaslMechanism *
client_new (const XmppTestChannel *channel, const char *token)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_token ("user", token);

  xmpp_credential_set_field (credential, "password", "pencil");

  return xmpp_test_mechanism_new_client ("X-OAUTH2", channel, credential);
}

static XmppSaslMechanism *
server_new (const XmppTestChannel *channel)
{
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();

  xmpp_test_authenticator_set (authenticator, "user", "token", TOKEN);
  xmpp_test_authenticator_set (authenticator, "user", "password", "pencil");

  return xmpp_test_mechanism_new_server ("X-OAUTH2", channel, authenticator);
}

static void
test_client (void)
{
  g_autoptr (XmppSaslMechanism) client = client_new (NULL, TOKEN);
  g_autoptr (GBytes) expected = message_new ("", "user", TOKEN);
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  message = xmpp_test_step_bytes (client, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
  g_assert_true (g_bytes_equal (message, expected));
}

static void
test_client_refuses (void)
{
  static const char *const tokens[] = { "", "hunter\1", "hunter\n", "\x7f" };

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autoptr (XmppSaslMechanism) client = client_new (NULL, tokens[i]);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_assert_null (xmpp_test_step_bytes (client, NULL, &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
      g_assert_nonnull (strstr (error->message, "X-OAUTH2: the token"));
      g_assert_null (strstr (error->message, "hunter"));
    }
}

static void
test_server (void)
{
  static const struct
  {
    const char *authzid;
    const char *username;
    const char *token;
    int code; /* -1: let in, as "user" */
  } rows[] = {
    { "", "user", TOKEN, -1 },
    { "user@a.test", "user", TOKEN, -1 },
    { "bob@a.test", "user", TOKEN, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "user@other.test", "user", TOKEN, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "user@a.test/r", "user", TOKEN, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "", "user", TOKEN "x", XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "", "user", "pencil", XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "", "other", TOKEN, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "", "user", "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "", "", TOKEN, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "", "user", TOKEN "|", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    /* Google's, whose name has no hyphen */
    { NULL, "user=user@a.test\1auth=Bearer " TOKEN "\1\1", NULL,
      XMPP_SASL_ERROR_MALFORMED_REQUEST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) server = server_new (NULL);
      g_autoptr (GBytes)
          message = rows[i].authzid != NULL
                        ? message_new (rows[i].authzid, rows[i].username, rows[i].token)
                        : g_bytes_new (rows[i].username, strlen (rows[i].username));
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_test_message ("row %u", i);
      g_assert_null (xmpp_test_step_bytes (server, message, &status, &error));
      if (rows[i].code >= 0)
        {
          g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
          g_assert_null (strstr (error->message, TOKEN));
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "user");
    }
}

static void
test_pair (void)
{
  g_autoptr (XmppSaslMechanism) client = client_new (NULL, TOKEN);
  g_autoptr (XmppSaslMechanism) server = server_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (xmpp_test_sasl_run (client, server, &error, &error));
  g_assert_no_error (error);
}

/* A1: neither side takes a token over a connection that is not secure. */
static void
test_insecure (void)
{
  static const XmppTestChannel insecure = { .insecure = TRUE };
  g_autoptr (XmppSaslMechanism) client = client_new (&insecure, TOKEN);
  g_autoptr (XmppSaslMechanism) server = server_new (&insecure);
  g_autoptr (GBytes) message = message_new ("", "user", TOKEN);
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  g_assert_null (xmpp_test_step_bytes (client, NULL, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED);
  g_clear_error (&error);

  g_assert_null (xmpp_test_step_bytes (server, message, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl-x-oauth2/client", test_client);
  g_test_add_func ("/sasl-x-oauth2/client-refuses", test_client_refuses);
  g_test_add_func ("/sasl-x-oauth2/server", test_server);
  g_test_add_func ("/sasl-x-oauth2/pair", test_pair);
  g_test_add_func ("/sasl-x-oauth2/insecure", test_insecure);

  return g_test_run ();
}
