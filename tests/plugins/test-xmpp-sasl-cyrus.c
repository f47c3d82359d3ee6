/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-peer.h"
#include "xmpp-cyrus-authenticator.h"
#include "xmpp-test-sasl.h"

#include <string.h>
#include <unistd.h>

#include <sasl/saslplug.h>

static char *directory;
static char *options; /* a file in it, which names a sasldb */

/* All that Debian ships, and the site's own */
static const struct
{
  const char *name;
  gboolean asks_more;   /* what the peer's client has no answer for */
  gboolean stores;      /* the server keeps records of its own */
  gboolean checks_none; /* any password is right */
} mechanisms[] = {
  { "ANONYMOUS", .checks_none = TRUE },
  { "PLAIN" },
  { "LOGIN" },
  { "CRAM-MD5" },
  { "DIGEST-MD5" },
  { "NTLM" },
  { "SCRAM-SHA-1" },
  { "SCRAM-SHA-224" },
  { "SCRAM-SHA-256" },
  { "SCRAM-SHA-384" },
  { "SCRAM-SHA-512" },
  { "SCRAM-SHA-256-PLUS" },
  { "OTP", .stores = TRUE },
  { "X-SITE", .asks_more = TRUE },
};

static const XmppTestChannel bound = {
  .binding = XMPP_SASL_BINDING_USED,
  .type = "tls-exporter",
  .data = "0123456789abcdef0123456789abcdef",
};

/* Thousands of hashes for each login: where each takes its time (valgrind), two of SCRAM do. */
static gboolean
is_left_out (const char *name)
{
  return g_getenv ("XMPP_TEST_SLOW") != NULL && g_str_has_prefix (name, "SCRAM-") &&
         !g_str_equal (name, "SCRAM-SHA-1") && !g_str_equal (name, "SCRAM-SHA-256-PLUS");
}

static XmppCredential *
create_credential (const char *password)
{
  XmppCredential *credential = xmpp_credential_new ("alice", password);

  xmpp_credential_set_field (credential, "passcode", password);

  return credential;
}

static XmppSaslMechanism *
create_client (const char *name, const char *password)
{
  g_autoptr (XmppCredential) credential = create_credential (password);
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT, &bound, NULL);

  return cyrus_bridge_new (name, context, credential);
}

static XmppSaslMechanism *
create_server (const char *name, XmppAuthenticator *authenticator)
{
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, &bound, authenticator);

  return cyrus_bridge_new (name, context, NULL);
}

static XmppAuthenticator *
create_authenticator (void)
{
  XmppTestAuthenticator *authenticator = xmpp_test_authenticator_new ();

  xmpp_test_authenticator_set (authenticator, "alice", "password", "pencil");
  xmpp_test_authenticator_set_delayed (authenticator, TRUE);

  return XMPP_AUTHENTICATOR (authenticator);
}

static XmppAuthenticator *
create_database_authenticator (void)
{
  return g_object_new (XMPP_TYPE_CYRUS_AUTHENTICATOR, "config-file", options, NULL);
}

static void
bind_peer (CyrusPeer *peer, const char *name)
{
  if (g_str_has_suffix (name, "-PLUS"))
    cyrus_peer_bind (peer, bound.type, bound.data);
}

static void
assert_runs (XmppSaslMechanism *client, XmppSaslMechanism *server)
{
  g_autoptr (GError) client_error = NULL;
  g_autoptr (GError) server_error = NULL;
  gboolean done = xmpp_test_sasl_run (client, server, &client_error, &server_error);

  g_assert_no_error (client_error);
  g_assert_no_error (server_error);
  g_assert_true (done);
}

static void
test_client (void)
{
  g_autofree char *database = g_build_filename (directory, "sasldb2", NULL);

  /* Twice, for what plug-ins remember of the first time */
  for (guint i = 0; i < 2 * G_N_ELEMENTS (mechanisms); i++)
    {
      const char *name = mechanisms[i / 2].name;
      g_autoptr (XmppSaslMechanism) client = create_client (name, "pencil");
      g_autoptr (CyrusPeer) server = cyrus_peer_new_server (name, database);
      g_autoptr (GError) error = NULL;

      if (is_left_out (name))
        continue;
      g_test_message ("%s", name);
      bind_peer (server, name);
      g_assert_true (cyrus_peer_run_client (client, server, &error));
      g_assert_no_error (error);
      if (!mechanisms[i / 2].checks_none)
        g_assert_cmpstr (cyrus_peer_get_username (server), ==, "alice");
    }
}

static void
test_client_refused (void)
{
  g_autofree char *database = g_build_filename (directory, "sasldb2", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      const char *name = mechanisms[i].name;
      g_autoptr (XmppSaslMechanism) client = create_client (name, "wrong");
      g_autoptr (CyrusPeer) server = cyrus_peer_new_server (name, database);
      g_autoptr (GError) error = NULL;

      if (is_left_out (name))
        continue;
      g_test_message ("%s", name);
      bind_peer (server, name);
      g_assert_cmpint (cyrus_peer_run_client (client, server, &error), ==,
                       mechanisms[i].checks_none);
    }
}

static void
assert_let_in (XmppSaslMechanism *server, guint i)
{
  if (mechanisms[i].checks_none)
    g_assert_null (xmpp_sasl_mechanism_get_username (server));
  else
    g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
}

static void
test_server (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      const char *name = mechanisms[i].name;
      g_autoptr (XmppAuthenticator) authenticator = mechanisms[i].stores
                                                        ? create_database_authenticator ()
                                                        : create_authenticator ();
      g_autoptr (XmppSaslMechanism) server = create_server (name, authenticator);
      g_autoptr (CyrusPeer) client = cyrus_peer_new_client (name, "alice", "pencil");
      g_autoptr (GError) error = NULL;
      gboolean let_in;

      if (mechanisms[i].asks_more)
        continue;
      if (is_left_out (name))
        continue;
      g_test_message ("%s", name);
      bind_peer (client, name);
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
  for (guint i = 0; i < 2 * G_N_ELEMENTS (mechanisms); i++)
    {
      const char *name = mechanisms[i / 2].name;
      g_autoptr (XmppAuthenticator) authenticator = mechanisms[i / 2].stores
                                                        ? create_database_authenticator ()
                                                        : create_authenticator ();
      g_autoptr (XmppSaslMechanism) server = create_server (name, authenticator);
      g_autoptr (CyrusPeer)
          client = cyrus_peer_new_client (name, i % 2 == 0 ? "alice" : "nobody", "wrong");
      g_autoptr (GError) error = NULL;

      if (mechanisms[i / 2].asks_more || mechanisms[i / 2].checks_none)
        continue;
      if (is_left_out (name))
        continue;
      g_test_message ("%s", name);
      bind_peer (client, name);
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
  g_autoptr (XmppAuthenticator) accounts = create_authenticator ();
  g_autoptr (XmppAuthenticator) database = create_database_authenticator ();

  for (guint i = 0; i < 2 * G_N_ELEMENTS (mechanisms); i++)
    {
      const char *name = mechanisms[i / 2].name;
      gboolean of_database = i % 2 == 1 || mechanisms[i / 2].stores;
      g_autoptr (XmppSaslMechanism) client = create_client (name, "pencil");
      g_autoptr (XmppSaslMechanism)
          server = create_server (name, of_database ? database : accounts);

      if (is_left_out (name))
        continue;
      g_test_message ("%s", name);
      assert_runs (client, server);
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
  g_autoptr (XmppAuthenticator) accounts = create_authenticator ();

  for (guint i = 0; i < 2 * G_N_ELEMENTS (names); i++)
    {
      const char *name = names[i / 2];
      gboolean native_server = i % 2 == 1;
      const XmppTestChannel *channel = g_str_has_suffix (name, "-PLUS") ? &bound : NULL;
      g_autoptr (XmppCredential) credential = create_credential ("pencil");
      g_autoptr (XmppSaslMechanism) client =
          native_server ? create_client (name, "pencil")
                        : xmpp_test_mechanism_new_client (name, channel, credential);
      g_autoptr (XmppSaslMechanism) server =
          native_server
              ? xmpp_test_mechanism_new_server (name, channel,
                                                XMPP_TEST_AUTHENTICATOR (accounts))
              : create_server (name, accounts);

      if (is_left_out (name))
        continue;
      g_test_message ("%s", name);
      assert_runs (client, server);
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
  g_autoptr (XmppAuthenticator) accounts = create_authenticator ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) client = create_client (rows[i].mechanism, "pencil");
      g_autoptr (XmppSaslMechanism) server = create_server (rows[i].mechanism, accounts);
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;

      xmpp_credential_set_field (xmpp_sasl_mechanism_get_credential (client), "authzid",
                                 rows[i].authzid);
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
  g_autoptr (XmppAuthenticator) accounts = create_authenticator ();

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      const char *name = mechanisms[i].name;
      guint asked = 0;
      g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
      g_autoptr (XmppSaslContext)
          context = xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT, &bound, NULL);
      g_autoptr (XmppSaslMechanism) client = cyrus_bridge_new (name, context, credential);
      g_autoptr (XmppSaslMechanism) server = create_server (name, accounts);

      if (mechanisms[i].stores || mechanisms[i].checks_none)
        continue;
      if (is_left_out (name))
        continue;
      g_test_message ("%s", name);
      g_signal_connect (credential, "request", G_CALLBACK (request_cb), &asked);
      assert_runs (client, server);
      g_assert_cmpuint (asked, ==, mechanisms[i].asks_more ? 2 : 1);
    }
}

/* Nobody answers: the error is that of every mechanism, and nothing is left behind. */
static void
test_nobody_answers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      g_autofree char *database = g_build_filename (directory, "sasldb2", NULL);
      g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
      g_autoptr (XmppSaslContext)
          context = xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT, &bound, NULL);
      g_autoptr (XmppSaslMechanism)
          client = cyrus_bridge_new (mechanisms[i].name, context, credential);
      g_autoptr (CyrusPeer) server = cyrus_peer_new_server (mechanisms[i].name, database);
      g_autoptr (GError) error = NULL;

      if (mechanisms[i].checks_none)
        continue;
      g_test_message ("%s", mechanisms[i].name);
      bind_peer (server, mechanisms[i].name);
      g_assert_false (cyrus_peer_run_client (client, server, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL);
    }
}

/* ---- Errors ---- */

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
      g_autoptr (XmppSaslContext)
          context = xmpp_test_context_new (XMPP_SASL_ROLE_CLIENT,
                                           rows[i].unbound ? NULL : &bound, NULL);
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
      g_autoptr (XmppSaslMechanism) client = create_client (rows[i].mechanism, "pencil");
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
  g_autoptr (XmppAuthenticator) accounts = create_authenticator ();

  for (guint i = 0; i < G_N_ELEMENTS (names) * G_N_ELEMENTS (messages); i++)
    {
      const char *name = names[i / G_N_ELEMENTS (messages)];
      const char *message = messages[i % G_N_ELEMENTS (messages)];
      g_autoptr (XmppSaslMechanism) server = create_server (name, accounts);
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
          server = create_server ("CRAM-MD5", XMPP_AUTHENTICATOR (accounts));
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
          server = create_server (names[i], XMPP_AUTHENTICATOR (accounts));
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
      g_autoptr (XmppSaslMechanism) client = create_client (names[i], "pencil");
      g_autoptr (XmppSaslMechanism) server = create_server (names[i], NULL);
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;

      g_assert_false (xmpp_test_sasl_run (client, server, &client_error, &server_error));
      g_assert_error (server_error, XMPP_SASL_ERROR,
                      XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE);
    }
}

/* ---- Many ---- */

#define LOGINS 200

typedef struct
{
  XmppSaslMechanism *client;
  XmppSaslMechanism *server;
  XmppSaslStatus client_status;
  XmppSaslStatus server_status;
  guint *running;
} Login;

static void
login_end (Login *login)
{
  g_assert_cmpint (login->client_status, ==, XMPP_SASL_STATUS_COMPLETE);
  g_assert_cmpint (login->server_status, ==, XMPP_SASL_STATUS_COMPLETE);
  --*login->running;
  g_object_unref (login->client);
  g_object_unref (login->server);
  g_free (login);
}

static void server_stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
client_stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Login *login = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes)
      output = xmpp_sasl_mechanism_step_finish (login->client, result,
                                                &login->client_status, &error);

  g_assert_no_error (error);
  if (login->server_status == XMPP_SASL_STATUS_COMPLETE)
    login_end (login);
  else
    xmpp_sasl_mechanism_step_async (login->server, output, NULL, server_stepped_cb,
                                    login);
}

static void
server_stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Login *login = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes)
      output = xmpp_sasl_mechanism_step_finish (login->server, result,
                                                &login->server_status, &error);

  g_assert_no_error (error);
  if (login->client_status == XMPP_SASL_STATUS_COMPLETE &&
      login->server_status == XMPP_SASL_STATUS_COMPLETE)
    login_end (login);
  else
    xmpp_sasl_mechanism_step_async (login->client, output, NULL, client_stepped_cb,
                                    login);
}

static void
test_parallel (void)
{
  static const char *const names[] = { "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "LOGIN",
                                       "X-SITE" };
  g_autoptr (XmppAuthenticator) accounts = create_authenticator ();
  guint running = 0;
  /* Under valgrind there is one thread at a time anyway. */
  guint logins = g_getenv ("XMPP_TEST_SLOW") != NULL ? LOGINS / 10 : LOGINS;

  for (guint i = 0; i < logins; i++)
    {
      Login *login = g_new0 (Login, 1);

      login->client = create_client (names[i % G_N_ELEMENTS (names)], "pencil");
      login->server = create_server (names[i % G_N_ELEMENTS (names)], accounts);
      login->running = &running;
      running++;
      xmpp_sasl_mechanism_step_async (login->client, NULL, NULL, client_stepped_cb,
                                      login);
    }
  while (running > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- Others in the process ---- */

/* What it asks for has the answers of all plug-ins; ours finds nothing for it. */
static void
test_other_user (void)
{
  g_autofree char *database = g_build_filename (directory, "sasldb2", NULL);
  g_autoptr (CyrusPeer) before = cyrus_peer_new_server ("CRAM-MD5", database);
  g_autoptr (CyrusPeer) client = cyrus_peer_new_client ("CRAM-MD5", "alice", "pencil");
  g_autoptr (XmppSaslMechanism) mechanism = create_client ("CRAM-MD5", "pencil");
  g_autoptr (GBytes) challenge = NULL;
  g_autoptr (GBytes) response = NULL;
  g_autoptr (GBytes) nothing = NULL;
  g_autofree char *initial = NULL;

  g_assert_cmpint (cyrus_peer_step (before, NULL, &challenge), ==, SASL_CONTINUE);
  g_assert_cmpint (cyrus_peer_step (client, NULL, &nothing), ==, SASL_CONTINUE);
  initial = xmpp_test_step_good (mechanism, NULL, XMPP_SASL_STATUS_CONTINUE);
  /* They were begun twice, and are ended once: ours still goes on. */
  sasl_client_done ();
  sasl_server_done ();
  g_assert_cmpint (cyrus_peer_step (client, challenge, &response), ==, SASL_OK);
  g_assert_cmpint (cyrus_peer_step (before, response, &nothing), ==, SASL_OK);
  test_both ();
}

/* Somebody ends all: no mechanism is there any more, and nothing breaks. */
static void
test_ended (void)
{
  static const XmppSaslRole roles[] = { XMPP_SASL_ROLE_CLIENT, XMPP_SASL_ROLE_SERVER };

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }

  test_both ();
  sasl_done ();
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autoptr (XmppAuthenticator) accounts = create_authenticator ();
      g_autoptr (XmppSaslMechanism) mechanism =
          roles[i] == XMPP_SASL_ROLE_CLIENT ? create_client ("CRAM-MD5", "pencil")
                                            : create_server ("CRAM-MD5", accounts);
      g_autofree char *message =
          xmpp_test_step_refused (mechanism, NULL, XMPP_SASL_ERROR_UNAVAILABLE);

      g_assert_nonnull (strstr (message, "CRAM-MD5"));
    }

  /* The plug-in of GS2 has left a list behind. With its code gone, no list of exceptions for a
   * leak checker can name it. */
  cyrus_peer_remove_database (directory);
  _exit (0);
}

/* Elsewhere: by TLS, and with a KDC (test-cyrus-gssapi). GS2-IAKERB is Kerberos through the
 * server, of MIT's own. */
static void
assert_tested (const char *name)
{
  static const char *const elsewhere[] = { "EXTERNAL", "GSSAPI",     "GSS-SPNEGO",
                                           "GS2-KRB5", "GS2-IAKERB", NULL };
  gboolean found = g_strv_contains (elsewhere, name);

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    found |= g_str_equal (mechanisms[i].name, name);
  if (!found)
    g_error ("%s is not tested", name);
}

static void
client_plugin_cb (client_sasl_mechanism_t *mechanism,
                  sasl_info_callback_stage_t stage,
                  void *count)
{
  if (stage != SASL_INFO_LIST_MECH)
    return;

  assert_tested (mechanism->plug->mech_name);
  ++*(guint *) count;
}

static void
server_plugin_cb (server_sasl_mechanism_t *mechanism,
                  sasl_info_callback_stage_t stage,
                  void *count)
{
  if (stage != SASL_INFO_LIST_MECH)
    return;

  assert_tested (mechanism->plug->mech_name);
  ++*(guint *) count;
}

/* Whatever the system has, on either side: each is in the table above, or needs what is not
 * here. */
static void
test_all_are_tested (void)
{
  guint clients = 0;
  guint servers = 0;

  g_assert_cmpint (sasl_client_init (NULL), ==, SASL_OK);
  g_assert_cmpint (sasl_server_init (NULL, NULL), ==, SASL_OK);
  sasl_client_plugin_info (NULL, client_plugin_cb, &clients);
  sasl_server_plugin_info (NULL, server_plugin_cb, &servers);
  g_assert_cmpuint (clients, >, G_N_ELEMENTS (mechanisms) - 2);
  g_assert_cmpuint (servers, >, G_N_ELEMENTS (mechanisms) - 2);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);

  directory = g_dir_make_tmp ("xmpp-cyrus-XXXXXX", NULL);
  options = cyrus_peer_make_database (directory);
  cyrus_peer_set_path ();

  g_test_add_func ("/cyrus/all-are-tested", test_all_are_tested);
  g_test_add_func ("/cyrus/client", test_client);
  g_test_add_func ("/cyrus/client-refused", test_client_refused);
  g_test_add_func ("/cyrus/server", test_server);
  g_test_add_func ("/cyrus/server-refuses", test_server_refuses);
  g_test_add_func ("/cyrus/both", test_both);
  g_test_add_func ("/cyrus/native", test_native);
  g_test_add_func ("/cyrus/authzid", test_authzid);
  g_test_add_func ("/cyrus/asks", test_asks);
  g_test_add_func ("/cyrus/nobody-answers", test_nobody_answers);
  g_test_add_func ("/cyrus/unavailable", test_unavailable);
  g_test_add_func ("/cyrus/bad-messages", test_bad_messages);
  g_test_add_func ("/cyrus/server-bad-messages", test_server_bad_messages);
  g_test_add_func ("/cyrus/A11/names", test_names);
  g_test_add_func ("/cyrus/no-password", test_no_password);
  g_test_add_func ("/cyrus/no-authenticator", test_no_authenticator);
  g_test_add_func ("/cyrus/parallel", test_parallel);
  g_test_add_func ("/cyrus/other-user", test_other_user);
  g_test_add_func ("/cyrus/ended", test_ended);

  result = g_test_run ();
  cyrus_peer_remove_database (directory);
  g_free (directory);
  g_free (options);

  return result;
}
