/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-fixture.h"

#include <string.h>

/* What the bridge refuses, and what it says */

static void
test_unavailable (void)
{
  static const struct
  {
    const char *mechanism;
    const char *username;
    gboolean unbound;
  } rows[] = {
    { "X-NOBODY-HAS-IT", "alice" },
    { "SCRAM-SHA-256-PLUS", "alice", .unbound = TRUE },
    { "GSSAPI", "alice" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential)
          credential = xmpp_credential_new (rows[i].username, "pencil");
      g_autoptr (XmppSaslContext) context =
          xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT,
                                 rows[i].unbound ? NULL : &cyrus_fixture_bound, NULL);
      g_autoptr (XmppSaslMechanism)
          client = cyrus_bridge_new (rows[i].mechanism, context, credential);
      g_autofree char *message =
          xmpp_test_step_refused (client, NULL, XMPP_SASL_ERROR_UNAVAILABLE);

      g_assert_nonnull (strstr (message, rows[i].mechanism));
    }
}

static void
test_bad_messages (void)
{
  static const struct
  {
    const char *mechanism;
    const char *challenge;
    int code;
  } rows[] = {
    { "CRAM-MD5", "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "OTP", "nonsense", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "NTLM", "nonsense", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "X-SITE", "why?", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "DIGEST-MD5", "nonsense", XMPP_SASL_ERROR_SERVER_NOT_TRUSTED },
    { "SCRAM-SHA-1", "nonsense", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "SCRAM-SHA-1", "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "SCRAM-SHA-256-PLUS", "", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = cyrus_fixture_client (rows[i].mechanism, "pencil");
      g_autofree char *initial =
          xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autofree char *message = NULL;

      g_test_message ("%s", rows[i].mechanism);
      message = xmpp_test_step_refused (client, rows[i].challenge, rows[i].code);
      g_assert_null (strstr (message, "pencil"));
      g_assert_true (rows[i].challenge[0] == '\0' ||
                     strstr (message, rows[i].challenge) == NULL);
    }
}

static void
test_server_bad_messages (void)
{
  static const char *const names[] = { "PLAIN",  "CRAM-MD5",          "DIGEST-MD5",
                                       "LOGIN",  "SCRAM-SHA-1",       "NTLM",
                                       "X-SITE", "SCRAM-SHA-256-PLUS" };
  static const char *const messages[] = { "",         "x",   "nonsense nonsense",
                                          "\xff\xfe", "n,,", "=" };
  g_autoptr (XmppAuthenticator) accounts = cyrus_fixture_accounts ();

  for (guint i = 0; i < G_N_ELEMENTS (names) * G_N_ELEMENTS (messages); i++)
    {
      const char *name = names[i / G_N_ELEMENTS (messages)];
      const char *message = messages[i % G_N_ELEMENTS (messages)];
      g_autoptr (XmppSaslMechanism) server = cyrus_fixture_server (name, accounts);
      XmppSaslStatus status = XMPP_SASL_STATUS_CONTINUE;
      const char *next = NULL;

      g_test_message ("%s: row %u", name, i);
      for (guint n = 0; n < 4 && status == XMPP_SASL_STATUS_CONTINUE; n++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *output = xmpp_test_step (server, next, &status, &error);

          g_assert_cmpint (status, !=, XMPP_SASL_STATUS_COMPLETE);
          next = message;
        }
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
    }
}

/* No name of an account in this domain: nobody is asked about it, and nobody is let in. */
static void
test_names (void)
{
  static const char *const names[] = {
    "bob@b.test", "bob@b.test@a.test",   "@a.test",        "al\001ice",
    "\xff\xfe",   "alice@a.test@b.test", "alice@A.TEST@x", "\xc2\xad",
  };
  static const char *const good[] = { "alice", "alice@a.test", "\xef\xbd\x81lice" };
  g_autofree char *last = g_strnfill (1100, 'a');

  for (guint i = 0; i <= G_N_ELEMENTS (names) + G_N_ELEMENTS (good); i++)
    {
      g_autoptr (XmppTestAuthenticator) accounts = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = cyrus_fixture_server ("CRAM-MD5", XMPP_AUTHENTICATOR (accounts));
      g_autofree char *challenge =
          xmpp_test_step_good (server, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autofree char *proof =
          g_compute_hmac_for_string (G_CHECKSUM_MD5, (const guint8 *) "pencil",
                                     strlen ("pencil"), challenge, -1);
      gboolean is_good = i > G_N_ELEMENTS (names);
      const char *name = is_good                     ? good[i - G_N_ELEMENTS (names) - 1]
                         : i == G_N_ELEMENTS (names) ? last
                                                     : names[i];
      g_autofree char *response = g_strconcat (name, " ", proof, NULL);
      g_autofree char *log = NULL;

      g_test_message ("row %u", i);
      xmpp_test_authenticator_set (accounts, "alice", "password", "pencil");
      xmpp_test_authenticator_set (accounts, "bob@b.test", "password", "pencil");
      if (is_good)
        {
          g_autofree char *nothing =
              xmpp_test_step_good (server, response, XMPP_SASL_STATUS_COMPLETE);

          g_assert_null (nothing);
          g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
          continue;
        }
      g_free (xmpp_test_step_refused (server, response,
                                      i == G_N_ELEMENTS (names)
                                          ? XMPP_SASL_ERROR_MALFORMED_REQUEST
                                          : XMPP_SASL_ERROR_NOT_AUTHORIZED));
      log = xmpp_test_authenticator_take_log (accounts);
      g_assert_cmpstr (log, ==, "");
    }
}

/* No password is no password, whatever the authenticator would say to it (RFC 4616 §2). */
static void
test_no_password (void)
{
  static const char *const names[] = { "PLAIN", "LOGIN" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (XmppTestAuthenticator) accounts = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = cyrus_fixture_server (names[i], XMPP_AUTHENTICATOR (accounts));
      g_autoptr (CyrusPeer) client = cyrus_peer_new_client (names[i], "alice", "");
      g_autoptr (GError) error = NULL;

      xmpp_test_authenticator_set (accounts, "alice", "password", "");
      g_assert_false (cyrus_peer_run_server (client, server, &error));
      g_assert_nonnull (error);
      g_assert_null (xmpp_sasl_mechanism_get_username (server));
    }
}

/* The authenticator cannot say: that is not the user's fault. */
static void
test_no_authenticator (void)
{
  static const char *const names[] = { "PLAIN", "CRAM-MD5", "SCRAM-SHA-1" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (XmppSaslMechanism) client = cyrus_fixture_client (names[i], "pencil");
      g_autoptr (XmppSaslMechanism) server = cyrus_fixture_server (names[i], NULL);
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;

      g_assert_false (xmpp_test_sasl_run (client, server, &client_error, &server_error));
      g_assert_error (server_error, XMPP_SASL_ERROR,
                      XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE);
    }
}

int
main (int argc, char **argv)
{
  cyrus_fixture_init (&argc, &argv);

  g_test_add_func ("/cyrus-refusals/unavailable", test_unavailable);
  g_test_add_func ("/cyrus-refusals/bad-messages", test_bad_messages);
  g_test_add_func ("/cyrus-refusals/server-bad-messages", test_server_bad_messages);
  g_test_add_func ("/cyrus-refusals/A11/names", test_names);
  g_test_add_func ("/cyrus-refusals/no-password", test_no_password);
  g_test_add_func ("/cyrus-refusals/no-authenticator", test_no_authenticator);

  return cyrus_fixture_run ();
}
