/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-plain.h"

#include "xmpp-test-sasl.h"

#include <string.h>

/* The parts of a message, with '|' for NUL */
static GBytes *
message_new (const char *text)
{
  GBytes *bytes;
  char *message = g_strdup (text);

  g_strdelimit (message, "|", '\0');
  bytes = g_bytes_new (message, strlen (text));
  g_free (message);

  return bytes;
}

static void
test_client (void)
{
  static const struct
  {
    const char *username;
    const char *password;
    const char *authzid;
    const char *message;
  } rows[] = {
    { "user", "pencil", NULL, "|user|pencil" },
    { "user", "pencil", "other@a.test", "other@a.test|user|pencil" },
    { "a,b=c", "</auth><presence/>", NULL, "|a,b=c|</auth><presence/>" },
    { "I\xc2\xadX", "\xc2\xaa", NULL, "|IX|a" },
    { "user", "a\xc2\xa0 b", NULL, "|user|a  b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential)
          credential = xmpp_credential_new (rows[i].username, rows[i].password);
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("PLAIN", NULL, credential);
      g_autoptr (GBytes) expected = message_new (rows[i].message);
      g_autoptr (GBytes) message = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      xmpp_credential_set_field (credential, "authzid", rows[i].authzid);
      message = xmpp_test_step_bytes (client, NULL, &status, &error);
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
      g_assert_true (g_bytes_equal (message, expected));
    }
}

#define TEST_TYPE_STAND_IN (test_stand_in_get_type ())
G_DECLARE_FINAL_TYPE (TestStandIn, test_stand_in, TEST, STAND_IN, XmppAuthenticator)

/* Knows the password of whoever is asked about, and lets Kurt be Ursel */
struct _TestStandIn
{
  XmppAuthenticator parent_instance;

  const char *password;
};

G_DEFINE_FINAL_TYPE (TestStandIn, test_stand_in, XMPP_TYPE_AUTHENTICATOR)

static gboolean
test_stand_in_lookup (XmppAuthenticator *authenticator, XmppAuthenticatorRequest *request)
{
  xmpp_authenticator_request_reply (request, TEST_STAND_IN (authenticator)->password);

  return TRUE;
}

static gboolean
test_stand_in_authorize (XmppAuthenticator *authenticator,
                         XmppAuthenticatorRequest *request)
{
  g_assert_cmpstr (xmpp_authenticator_request_get_username (request), ==, "Kurt");
  g_assert_cmpstr (xmpp_authenticator_request_get_authzid (request), ==, "Ursel");
  xmpp_authenticator_request_allow (request);

  return TRUE;
}

static void
test_stand_in_class_init (TestStandInClass *klass)
{
  XMPP_AUTHENTICATOR_CLASS (klass)->lookup = test_stand_in_lookup;
  XMPP_AUTHENTICATOR_CLASS (klass)->authorize = test_stand_in_authorize;
}

static void
test_stand_in_init (TestStandIn *self)
{
}

/* RFC 4616 §4, both sides, with the password and with another one */
static void
test_vectors (void)
{
  static const struct
  {
    const char *authzid;
    const char *username;
    const char *password;
    const char *message;
    const char *session;
  } rows[] = {
    { NULL, "tim", "tanstaaftanstaaf", "|tim|tanstaaftanstaaf", "tim" },
    { "Ursel", "Kurt", "xipj3plmq", "Ursel|Kurt|xipj3plmq", "ursel" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint right = 0; right < 2; right++)
      {
        g_autoptr (TestStandIn) users = g_object_new (TEST_TYPE_STAND_IN, NULL);
        g_autoptr (XmppCredential)
            credential = xmpp_credential_new (rows[i].username, rows[i].password);
        g_autoptr (XmppSaslMechanism)
            client = xmpp_test_mechanism_new_client ("PLAIN", NULL, credential);
        g_autoptr (XmppSaslContext)
            context = xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL,
                                             XMPP_AUTHENTICATOR (users));
        g_autoptr (XmppSaslMechanism)
            server = xmpp_test_mechanism_new ("PLAIN", context, NULL);
        g_autoptr (GBytes) expected = message_new (rows[i].message);
        g_autoptr (GBytes) message = NULL;
        g_autoptr (GError) error = NULL;
        XmppSaslStatus status;

        users->password = right ? rows[i].password : "tanstaaf";
        xmpp_credential_set_field (credential, "authzid", rows[i].authzid);
        message = xmpp_test_step_bytes (client, NULL, &status, NULL);
        g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
        g_assert_true (g_bytes_equal (message, expected));

        g_assert_null (xmpp_test_step_bytes (server, message, &status, &error));
        if (right)
          {
            g_assert_no_error (error);
            g_assert_cmpstr (xmpp_sasl_mechanism_get_authzid (server), ==,
                             rows[i].authzid);
            g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==,
                             rows[i].session);
          }
        else
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
      }
}

static void
run_pair (const char *known_password, gboolean delayed, gboolean right)
{
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("PLAIN", NULL, credential);
  g_autoptr (XmppSaslMechanism) server = NULL;

  if (known_password != NULL)
    xmpp_test_authenticator_set (authenticator, "user", "password", known_password);
  xmpp_test_authenticator_set_delayed (authenticator, delayed);
  server = xmpp_test_mechanism_new_server ("PLAIN", NULL, authenticator);

  xmpp_test_sasl_check (client, server, right ? "user" : NULL);
}

static void
test_pairs (void)
{
  for (guint delayed = 0; delayed < 2; delayed++)
    {
      run_pair ("pencil", delayed, TRUE);
      run_pair ("pencil2", delayed, FALSE);
      run_pair ("penci", delayed, FALSE);
      run_pair (NULL, delayed, FALSE);
    }
}

static void
test_server_asks (void)
{
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("PLAIN", NULL, authenticator);
  g_autoptr (GBytes) challenge = NULL;
  g_autoptr (GBytes) message = message_new ("|user|pencil");
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  xmpp_test_authenticator_set (authenticator, "user", "password", "pencil");
  challenge = xmpp_test_step_bytes (server, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_CONTINUE);
  g_assert_cmpuint (g_bytes_get_size (challenge), ==, 0);

  output = xmpp_test_step_bytes (server, message, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
  g_assert_null (output);
}

static void
test_server_refuses (void)
{
  static const struct
  {
    const char *message;
    int code;
  } rows[] = {
    { "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "|", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "||", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "|||", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "user", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "user|pencil", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "|user|", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "||pencil", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "|user|pencil|", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "|user|pencil|more", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "|user|pen\xc0\x80"
      "cil",
      XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "|us\xff|pencil", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "\xff|user|pencil", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    /* Prohibited, or nothing left of it */
    { "|user|pen\x07"
      "cil",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "|us\x07"
      "er|pencil",
      XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "|user|\xc2\xad", XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "|\xc2\xad|pencil", XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "|other|pencil", XMPP_SASL_ERROR_NOT_AUTHORIZED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("PLAIN", NULL, authenticator);
      g_autoptr (GBytes) message = message_new (rows[i].message);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      xmpp_test_authenticator_set (authenticator, "user", "password", "pencil");
      g_assert_null (xmpp_test_step_bytes (server, message, &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
      g_assert_null (strstr (error->message, "pencil"));
    }
}

static void
test_long_message (void)
{
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("PLAIN", NULL, authenticator);
  g_autofree char *password = g_strnfill (4096, 'x');
  g_autofree char *text = g_strconcat ("|user|", password, NULL);
  g_autoptr (GBytes) message = message_new (text);
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  xmpp_test_authenticator_set (authenticator, "user", "password", password);
  g_assert_null (xmpp_test_step_bytes (server, message, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
}

/* Neither side takes a password over a connection that is not secure */
static void
test_insecure (void)
{
  static const XmppTestChannel insecure = { .insecure = TRUE };
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("PLAIN", &insecure, credential);
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("PLAIN", &insecure, authenticator);
  g_autoptr (GBytes) message = message_new ("|user|pencil");
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  xmpp_test_authenticator_set (authenticator, "user", "password", "pencil");
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

  g_test_add_func ("/sasl-plain/vectors", test_vectors);
  g_test_add_func ("/sasl-plain/client", test_client);
  g_test_add_func ("/sasl-plain/pairs", test_pairs);
  g_test_add_func ("/sasl-plain/server-asks", test_server_asks);
  g_test_add_func ("/sasl-plain/server-refuses", test_server_refuses);
  g_test_add_func ("/sasl-plain/long-message", test_long_message);
  g_test_add_func ("/sasl-plain/insecure", test_insecure);

  return g_test_run ();
}
