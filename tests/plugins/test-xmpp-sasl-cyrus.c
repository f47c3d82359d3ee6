/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-fixture.h"

#include <string.h>

static void
test_client (void)
{
  /* Twice, for what plug-ins remember of the first time */
  for (guint i = 0; i < 2 * CYRUS_FIXTURE_N_MECHANISMS; i++)
    {
      const char *name = cyrus_fixture_mechanisms[i / 2].name;
      g_autoptr (XmppSaslMechanism) client = cyrus_fixture_client (name, "pencil");
      g_autoptr (CyrusPeer)
          server = cyrus_peer_new_server (name, cyrus_fixture_get_database ());
      g_autoptr (GError) error = NULL;

      if (cyrus_fixture_is_left_out (name, i % 2))
        continue;
      g_test_message ("%s", name);
      cyrus_fixture_bind (server, name);
      g_assert_true (cyrus_peer_run_client (client, server, &error));
      g_assert_no_error (error);
      if (!cyrus_fixture_mechanisms[i / 2].checks_none)
        g_assert_cmpstr (cyrus_peer_get_username (server), ==, "alice");
    }
}

static void
test_client_refused (void)
{
  for (guint i = 0; i < CYRUS_FIXTURE_N_MECHANISMS; i++)
    {
      const char *name = cyrus_fixture_mechanisms[i].name;
      g_autoptr (XmppSaslMechanism) client = cyrus_fixture_client (name, "wrong");
      g_autoptr (CyrusPeer)
          server = cyrus_peer_new_server (name, cyrus_fixture_get_database ());
      g_autoptr (GError) error = NULL;

      if (cyrus_fixture_is_left_out (name, 0))
        continue;
      g_test_message ("%s", name);
      cyrus_fixture_bind (server, name);
      g_assert_cmpint (cyrus_peer_run_client (client, server, &error), ==,
                       cyrus_fixture_mechanisms[i].checks_none);
    }
}

static void
assert_let_in (XmppSaslMechanism *server, guint i)
{
  if (cyrus_fixture_mechanisms[i].checks_none)
    g_assert_null (xmpp_sasl_mechanism_get_username (server));
  else
    g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
}

static void
test_server (void)
{
  for (guint i = 0; i < CYRUS_FIXTURE_N_MECHANISMS; i++)
    {
      const char *name = cyrus_fixture_mechanisms[i].name;
      g_autoptr (XmppAuthenticator) authenticator =
          cyrus_fixture_mechanisms[i].stores ? cyrus_fixture_database_accounts (NULL)
                                             : cyrus_fixture_accounts ();
      g_autoptr (XmppSaslMechanism) server = cyrus_fixture_server (name, authenticator);
      g_autoptr (CyrusPeer) client = cyrus_peer_new_client (name, "alice", "pencil");
      g_autoptr (GError) error = NULL;
      gboolean let_in;

      if (cyrus_fixture_mechanisms[i].asks_more)
        continue;
      if (cyrus_fixture_is_left_out (name, 0))
        continue;
      g_test_message ("%s", name);
      cyrus_fixture_bind (client, name);
      let_in = cyrus_peer_run_server (client, server, &error);
      g_assert_no_error (error);
      g_assert_true (let_in);
      assert_let_in (server, i);
    }
}

/* A wrong password, and nobody known by that name */
static void
test_server_refuses (void)
{
  for (guint i = 0; i < 2 * CYRUS_FIXTURE_N_MECHANISMS; i++)
    {
      const char *name = cyrus_fixture_mechanisms[i / 2].name;
      g_autoptr (XmppAuthenticator) authenticator =
          cyrus_fixture_mechanisms[i / 2].stores ? cyrus_fixture_database_accounts (NULL)
                                                 : cyrus_fixture_accounts ();
      g_autoptr (XmppSaslMechanism) server = cyrus_fixture_server (name, authenticator);
      g_autoptr (CyrusPeer)
          client = cyrus_peer_new_client (name, i % 2 == 0 ? "alice" : "nobody", "wrong");
      g_autoptr (GError) error = NULL;

      if (cyrus_fixture_mechanisms[i / 2].asks_more ||
          cyrus_fixture_mechanisms[i / 2].checks_none)
        continue;
      if (cyrus_fixture_is_left_out (name, 0))
        continue;
      g_test_message ("%s", name);
      cyrus_fixture_bind (client, name);
      g_assert_false (cyrus_peer_run_server (client, server, &error));
      /* What a client's SCRAM finds wrong first is no matter of the server's. */
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
      g_assert_null (strstr (error->message, "wrong"));
      g_assert_null (xmpp_sasl_mechanism_get_username (server));
    }
}

static void
test_both (void)
{
  g_autoptr (XmppAuthenticator) accounts = cyrus_fixture_accounts ();
  g_autoptr (XmppAuthenticator) database = cyrus_fixture_database_accounts (NULL);

  for (guint i = 0; i < 2 * CYRUS_FIXTURE_N_MECHANISMS; i++)
    {
      const char *name = cyrus_fixture_mechanisms[i / 2].name;
      gboolean of_database = i % 2 == 1 || cyrus_fixture_mechanisms[i / 2].stores;
      g_autoptr (XmppSaslMechanism) client = cyrus_fixture_client (name, "pencil");
      g_autoptr (XmppSaslMechanism)
          server = cyrus_fixture_server (name, of_database ? database : accounts);

      if (cyrus_fixture_is_left_out (name, i % 2))
        continue;
      g_test_message ("%s", name);
      cyrus_fixture_assert_runs (client, server);
      assert_let_in (server, i / 2);
    }
}

/* The library's own against the bridge */
static void
test_native (void)
{
  static const char *const names[] = { "PLAIN",         "DIGEST-MD5",
                                       "SCRAM-SHA-1",   "SCRAM-SHA-256",
                                       "SCRAM-SHA-512", "SCRAM-SHA-256-PLUS" };
  g_autoptr (XmppAuthenticator) accounts = cyrus_fixture_accounts ();

  for (guint i = 0; i < 2 * G_N_ELEMENTS (names); i++)
    {
      const char *name = names[i / 2];
      gboolean native_server = i % 2 == 1;
      const XmppTestChannel *channel =
          g_str_has_suffix (name, "-PLUS") ? &cyrus_fixture_bound : NULL;
      g_autoptr (XmppCredential) credential = cyrus_fixture_credential ("pencil");
      g_autoptr (XmppSaslMechanism) client =
          native_server ? cyrus_fixture_client (name, "pencil")
                        : xmpp_test_mechanism_new_client (name, channel, credential);
      g_autoptr (XmppSaslMechanism) server =
          native_server
              ? xmpp_test_mechanism_new_server (name, channel,
                                                XMPP_TEST_AUTHENTICATOR (accounts))
              : cyrus_fixture_server (name, accounts);

      if (cyrus_fixture_is_left_out (name, 0))
        continue;
      g_test_message ("%s", name);
      cyrus_fixture_assert_runs (client, server);
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
    }
}

static void
test_authzid (void)
{
  static const struct
  {
    const char *authzid;
    const char *mechanism;
    int code; /* 0: it is let in */
  } rows[] = {
    { "alice@a.test", "PLAIN", 0 },
    { "alice@a.test", "DIGEST-MD5", 0 },
    { "alice@a.test", "SCRAM-SHA-256", 0 },
    { "bob@a.test", "PLAIN", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "bob@a.test", "DIGEST-MD5", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "bob@a.test", "SCRAM-SHA-256", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice@b.test", "PLAIN", XMPP_SASL_ERROR_INVALID_AUTHZID },
  };
  g_autoptr (XmppAuthenticator) accounts = cyrus_fixture_accounts ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = cyrus_fixture_client (rows[i].mechanism, "pencil");
      g_autoptr (XmppSaslMechanism)
          server = cyrus_fixture_server (rows[i].mechanism, accounts);
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;

      xmpp_credential_set_field (xmpp_sasl_mechanism_get_credential (client), "authzid",
                                 rows[i].authzid);
      if (cyrus_fixture_is_left_out (rows[i].mechanism, 0))
        continue;
      g_test_message ("%s %s", rows[i].mechanism, rows[i].authzid);
      g_assert_cmpint (xmpp_test_sasl_run (client, server, &client_error, &server_error),
                       ==, rows[i].code == 0);
      g_assert_no_error (client_error);
      if (rows[i].code == 0)
        g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
      else
        g_assert_error (server_error, XMPP_SASL_ERROR, rows[i].code);
    }
}

/* ---- Prompts ---- */

static gboolean
request_cb (XmppCredential *credential,
            XmppCredentialRequest *request,
            gpointer user_data)
{
  const char *const *fields = xmpp_credential_request_get_fields (request);

  ++*(guint *) user_data;
  for (guint i = 0; fields[i] != NULL; i++)
    xmpp_credential_request_set_field (request, fields[i],
                                       g_str_equal (fields[i], "username") ? "alice"
                                                                           : "pencil");
  xmpp_credential_request_reply (request);

  return TRUE;
}

/* A person is asked, once, and the step goes on where it was. */
static void
test_asks (void)
{
  g_autoptr (XmppAuthenticator) accounts = cyrus_fixture_accounts ();

  for (guint i = 0; i < CYRUS_FIXTURE_N_MECHANISMS; i++)
    {
      const char *name = cyrus_fixture_mechanisms[i].name;
      guint asked = 0;
      g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
      g_autoptr (XmppSaslContext) context =
          xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT, &cyrus_fixture_bound, NULL);
      g_autoptr (XmppSaslMechanism) client = cyrus_bridge_new (name, context, credential);
      g_autoptr (XmppSaslMechanism) server = cyrus_fixture_server (name, accounts);

      if (cyrus_fixture_mechanisms[i].stores || cyrus_fixture_mechanisms[i].checks_none)
        continue;
      if (cyrus_fixture_is_left_out (name, 0))
        continue;
      g_test_message ("%s", name);
      g_signal_connect (credential, "request", G_CALLBACK (request_cb), &asked);
      cyrus_fixture_assert_runs (client, server);
      g_assert_cmpuint (asked, ==, cyrus_fixture_mechanisms[i].asks_more ? 2 : 1);
    }
}

/* Nobody answers: the error is that of every mechanism, and nothing is left behind. */
static void
test_nobody_answers (void)
{
  for (guint i = 0; i < CYRUS_FIXTURE_N_MECHANISMS; i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
      g_autoptr (XmppSaslContext) context =
          xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT, &cyrus_fixture_bound, NULL);
      g_autoptr (XmppSaslMechanism) client =
          cyrus_bridge_new (cyrus_fixture_mechanisms[i].name, context, credential);
      g_autoptr (CyrusPeer)
          server = cyrus_peer_new_server (cyrus_fixture_mechanisms[i].name,
                                          cyrus_fixture_get_database ());
      g_autoptr (GError) error = NULL;

      if (cyrus_fixture_mechanisms[i].checks_none)
        continue;
      g_test_message ("%s", cyrus_fixture_mechanisms[i].name);
      cyrus_fixture_bind (server, cyrus_fixture_mechanisms[i].name);
      g_assert_false (cyrus_peer_run_client (client, server, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
    }
}

int
main (int argc, char **argv)
{
  cyrus_fixture_init (&argc, &argv);

  g_test_add_func ("/cyrus/client", test_client);
  g_test_add_func ("/cyrus/client-refused", test_client_refused);
  g_test_add_func ("/cyrus/server", test_server);
  g_test_add_func ("/cyrus/server-refuses", test_server_refuses);
  g_test_add_func ("/cyrus/both", test_both);
  g_test_add_func ("/cyrus/native", test_native);
  g_test_add_func ("/cyrus/authzid", test_authzid);
  g_test_add_func ("/cyrus/asks", test_asks);
  g_test_add_func ("/cyrus/nobody-answers", test_nobody_answers);

  return cyrus_fixture_run ();
}
