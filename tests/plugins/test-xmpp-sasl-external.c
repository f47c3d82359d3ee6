/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-sasl.h"

#include <string.h>

static const char *const one[] = { "alice@a.test", NULL };
static const char *const two[] = { "alice@a.test", "bob@a.test", NULL };
static const char *const foreign[] = { "alice@b.test", NULL };
static const char *const mixed[] = { "alice@b.test", "Bob@A.test",     "not a name@@",
                                     "a.test",       "carol@a.test/r", NULL };
static const char *const none[] = { NULL };

static void
test_client (void)
{
  static const struct
  {
    const char *authzid;
    const char *message;
  } rows[] = {
    { NULL, "" },
    { "", "" },
    { "bob@a.test", "bob@a.test" },
    { "b\xc3\xbc@a.test", "b\xc3\xbc@a.test" },
  };
  g_autoptr (GTlsCertificate) certificate = xmpp_test_sasl_certificate ();
  const XmppTestChannel channel = { .certificate = certificate };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", "pencil");
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("EXTERNAL", &channel, credential);
      g_autofree char *message = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      xmpp_credential_set_field (credential, "authzid", rows[i].authzid);
      message = xmpp_test_step (client, NULL, &status, &error);
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_COMPLETE);
      g_assert_cmpstr (message, ==, rows[i].message);
    }
}

/* Without a certificate that TLS has sent to a verified server there is nothing to say. */
static void
test_client_unavailable (void)
{
  g_autoptr (GTlsCertificate) certificate = xmpp_test_sasl_certificate ();
  const XmppTestChannel rows[] = {
    { 0 },
    { .insecure = TRUE, .certificate = certificate },
    { .insecure = TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("alice", "pencil");
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("EXTERNAL", &rows[i], credential);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_assert_null (xmpp_test_step (client, NULL, &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
    }
}

static void
test_client_refuses (void)
{
  g_autoptr (GTlsCertificate) certificate = xmpp_test_sasl_certificate ();
  const XmppTestChannel channel = { .certificate = certificate };
  g_autofree char *overlong = g_strnfill (2048, 'a');
  const char *rows[] = { "alice\xff@a.test", overlong };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("EXTERNAL", &channel, credential);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      xmpp_credential_set_field (credential, "authzid", rows[i]);
      g_assert_null (xmpp_test_step (client, NULL, &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
    }
}

/* Both sides: what the client asks to be, and who it becomes */
static void
test_pairs (void)
{
  static const struct
  {
    const char *const *identities;
    const char *authzid;
    const char *username; /* NULL: refused */
    int code;
  } rows[] = {
    { one, NULL, "alice", 0 },
    { one, "alice@a.test", "alice", 0 },
    { one, "Alice@A.TEST", "alice", 0 },
    { one, "bob@a.test", NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { one, "alice@b.test", NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { one, "alice@a.test/phone", NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { one, "alice", NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { two, NULL, NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { two, "alice@a.test", "alice", 0 },
    { two, "bob@a.test", "bob", 0 },
    { two, "carol@a.test", NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    /* Those of other domains are no accounts here. */
    { foreign, NULL, NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { foreign, "alice@b.test", NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { foreign, "alice@a.test", NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { mixed, NULL, "bob", 0 },
    { mixed, "bob@a.test", "bob", 0 },
    { mixed, "alice@b.test", NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { mixed, "carol@a.test", NULL, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { none, NULL, NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { none, "alice@a.test", NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    /* The certificate was not verified, or there is none. */
    { NULL, NULL, NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { NULL, "alice@a.test", NULL, XMPP_SASL_ERROR_NOT_AUTHORIZED },
  };
  g_autoptr (GTlsCertificate) certificate = xmpp_test_sasl_certificate ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const XmppTestChannel channel = { .certificate = certificate,
                                        .identities = rows[i].identities };
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("EXTERNAL", &channel, credential);
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("EXTERNAL", &channel, authenticator);
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;

      g_test_message ("row %u", i);
      xmpp_credential_set_field (credential, "authzid", rows[i].authzid);
      g_assert_cmpint (xmpp_test_sasl_run (client, server, &client_error, &server_error),
                       ==, rows[i].username != NULL);
      g_assert_no_error (client_error);
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, rows[i].username);
      if (rows[i].username == NULL)
        g_assert_error (server_error, XMPP_SASL_ERROR, rows[i].code);
      else
        g_assert_cmpstr (xmpp_sasl_mechanism_get_authzid (server), ==, rows[i].authzid);
    }
}

/* Without an initial response the server asks for one. */
static void
test_server_asks (void)
{
  static const XmppTestChannel channel = { .identities = one };
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("EXTERNAL", &channel, authenticator);
  g_autofree char *challenge = NULL;

  challenge = xmpp_test_step_good (server, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_assert_cmpstr (challenge, ==, "");

  g_assert_null (xmpp_test_step_good (server, "", XMPP_SASL_STATUS_COMPLETE));
  g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
}

static void
test_server_refuses (void)
{
  g_autofree char *overlong = g_strnfill (2048, 'a');
  g_autofree char *longest = g_strnfill (2047, 'a');
  const struct
  {
    const char *message;
    gssize length;
    int code;
  } rows[] = {
    { "\0", 1, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "alice@a.test\0", 13, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "alice@a.test\0bob@a.test", 23, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "alice\xff@a.test", -1, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "\xed\xa0\x80@a.test", -1, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { overlong, -1, XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { longest, -1, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { " ", -1, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "=", -1, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "@a.test", -1, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice@", -1, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice@a.test ", -1, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice@a.test/", -1, XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "xmpp:alice@a.test", -1, XMPP_SASL_ERROR_INVALID_AUTHZID },
  };
  static const XmppTestChannel channel = { .identities = one };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize length = rows[i].length >= 0 ? (gsize) rows[i].length
                                         : strlen (rows[i].message);
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("EXTERNAL", &channel, authenticator);
      g_autoptr (GBytes) message = g_bytes_new (rows[i].message, length);
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;

      g_test_message ("row %u", i);
      g_assert_null (xmpp_test_step_bytes (server, message, &status, &error));
      g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
      g_assert_null (xmpp_sasl_mechanism_get_username (server));
    }
}

static void
test_server_insecure (void)
{
  static const XmppTestChannel channel = { .insecure = TRUE, .identities = one };
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("EXTERNAL", &channel, authenticator);
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  g_assert_null (xmpp_test_step (server, "", &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl-external/client", test_client);
  g_test_add_func ("/sasl-external/client-unavailable", test_client_unavailable);
  g_test_add_func ("/sasl-external/client-refuses", test_client_refuses);
  g_test_add_func ("/sasl-external/pairs", test_pairs);
  g_test_add_func ("/sasl-external/server-asks", test_server_asks);
  g_test_add_func ("/sasl-external/server-refuses", test_server_refuses);
  g_test_add_func ("/sasl-external/server-insecure", test_server_insecure);

  return g_test_run ();
}
