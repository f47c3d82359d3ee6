/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "toy-session.h"
#include "xmpp-sasl-digest-md5.h"
#include "xmpp-test-mechanisms.h"
#include "xmpp-test-sasl.h"

#include <string.h>

#define NONCE "OA6MG9tEQGm2hh"
#define CHALLENGE                                                                        \
  "realm=\"p.test\",nonce=\"" NONCE "\",qop=\"auth\",algorithm=md5-sess,charset=utf-8"
#define RSPAUTH "ea40f60335c427b5527b84dbabcdfffd"

static XmppSaslMechanism *
create_client (const char *username)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (username, "pencil");

  return xmpp_test_mechanism_new_client ("DIGEST-MD5", NULL, credential);
}

static char *
step (XmppSaslMechanism *mechanism, const char *input)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  char *output = xmpp_test_step (mechanism, input, &status, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status, !=, XMPP_SASL_STATUS_FAILED);

  return output;
}

static char *
step_fails (XmppSaslMechanism *mechanism, const char *input, int code)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;

  g_assert_null (xmpp_test_step (mechanism, input, &status, &error));
  g_assert_error (error, XMPP_SASL_ERROR, code);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
  g_assert_null (strstr (error->message, "pencil"));

  return g_strdup (error->message);
}

static void
start_session (ToySession *toy)
{
  g_autofree char *initial = NULL;

  toy_session_init (toy, "alice", "pencil");
  xmpp_test_register_mechanisms (toy->registry);
  g_assert_true (toy_session_offer (toy, "DIGEST-MD5", NULL, NULL));
  /* The server speaks first. */
  initial = toy_session_start (toy, NULL);
  g_assert_cmpstr (initial, ==, "DIGEST-MD5");
}

/* Success is believed with the server's proof, which comes with it or before it */
static void
test_a2 (void)
{
  static const char *const proofs[] = {
    NULL,
    "",
    "rspauth=",
    "rspauth=ea40f60335c427b5527b84dbabcdfffd",
    "rspauth=00000000000000000000000000000000",
    "rspauth=EA40F60335C427B5527B84DBABCDFFFD",
    "ea40f60335c427b5527b84dbabcdfffd",
    CHALLENGE,
    CHALLENGE ",stale=true",
    "\xff",
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (proofs); i++)
    {
      const char *proof = proofs[i / 2];
      gboolean as_challenge = i % 2 == 1 && proof != NULL;
      g_autofree char *shown = g_strescape (proof != NULL ? proof : "nothing", NULL);
      g_auto (ToySession) toy = { 0 };
      g_autofree char *response = NULL;
      g_autoptr (GError) error = NULL;

      start_session (&toy);
      response = toy_session_step (&toy, CHALLENGE, NULL);
      g_assert_nonnull (response);

      g_test_message ("%s", shown);
      if (as_challenge)
        {
          g_assert_null (toy_session_step (&toy, proof, &error));
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
          g_clear_error (&error);
        }
      g_assert_false (toy_session_succeed (&toy, as_challenge ? NULL : proof, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
      g_assert_null (strstr (error->message, "pencil"));
    }
}

/* Before there was a challenge, or instead of one */
static void
test_a2_early (void)
{
  static const char *const data[] = { NULL, "", "rspauth=" RSPAUTH, CHALLENGE };

  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autoptr (GError) error = NULL;

      start_session (&toy);
      g_assert_false (toy_session_succeed (&toy, data[i], &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
    }
}

/* The server's own words for the nonces that the client has sent */
static char *
prove (const char *response)
{
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autoptr (XmppSaslContext)
      context = g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", XMPP_SASL_ROLE_SERVER,
                              "domain", "p.test", "authenticator", users, NULL);
  g_autoptr (XmppSaslMechanism)
      server = g_object_new (XMPP_TYPE_SASL_DIGEST_MD5, "name", "DIGEST-MD5", "context",
                             context, NULL);

  xmpp_test_authenticator_set (users, "alice", "password", "pencil");
  xmpp_sasl_digest_md5_set_nonce (XMPP_SASL_DIGEST_MD5 (server), NONCE);
  g_free (step (server, NULL));

  return step (server, response);
}

/* The right proof in both places; what comes after it does not matter, or ends it */
static void
test_a17 (void)
{
  for (guint i = 0; i < 4; i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *response = NULL;
      g_autofree char *rspauth = NULL;
      g_autofree char *last = NULL;
      g_autoptr (GError) error = NULL;

      start_session (&toy);
      response = toy_session_step (&toy, CHALLENGE, NULL);
      rspauth = prove (response);
      if (i > 0)
        {
          last = toy_session_step (&toy, rspauth, &error);
          g_assert_no_error (error);
          g_assert_cmpstr (last, ==, "");
        }

      switch (i)
        {
        case 0:
          g_assert_true (toy_session_succeed (&toy, rspauth, &error));
          break;
        case 1:
          g_assert_true (toy_session_succeed (&toy, NULL, &error));
          break;
        case 2:
          g_assert_true (toy_session_succeed (&toy, "junk", &error));
          break;
        default:
          /* A challenge too many */
          g_assert_null (toy_session_step (&toy, rspauth, &error));
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED);
          break;
        }
    }
}

/* The receiving side: it speaks first, once, and hears one answer */
static void
test_a17_server (void)
{
  static const char *const first[] = { "", "username=\"user\"", CHALLENGE };
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();

  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    {
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("DIGEST-MD5", NULL, users);

      g_free (step_fails (server, first[i], XMPP_SASL_ERROR_MALFORMED_REQUEST));
    }

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("DIGEST-MD5", NULL, users);

      g_free (step (server, NULL));
      g_free (step_fails (server, i == 0 ? NULL : "", XMPP_SASL_ERROR_MALFORMED_REQUEST));
    }
}

/* A response that was good once is good for nothing later */
static void
test_a17_replay (void)
{
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("DIGEST-MD5", NULL, users);
  g_autoptr (XmppSaslMechanism)
      again = xmpp_test_mechanism_new_server ("DIGEST-MD5", NULL, users);
  g_autoptr (XmppSaslMechanism) client = create_client ("user");
  g_autofree char *challenge = step (server, NULL);
  g_autofree char *other = step (again, NULL);
  g_autofree char *response = NULL;

  g_assert_cmpstr (challenge, !=, other);
  xmpp_test_authenticator_set (users, "user", "password", "pencil");
  g_free (step (client, NULL));
  response = step (client, challenge);
  g_free (step (server, response));
  g_free (step_fails (again, response, XMPP_SASL_ERROR_MALFORMED_REQUEST));
}

/* 500 characters that are quoted, wherever a peer can put them: what a well-known client
 * had no room for. Nothing is written beyond the end, says the sanitizer; and the message
 * comes out as it went in. */
#define MANY 500

static char *
repeat (const char *text)
{
  GString *string = g_string_new (NULL);

  for (guint i = 0; i < MANY; i++)
    g_string_append (string, text);

  return g_string_free (string, FALSE);
}

static void
test_a12_client (void)
{
  static const char *const quoted[] = { "\\\\", "\\\"", "\\a", "\\\\\\\"" };
  static const char *const formats[] = {
    "realm=\"%s\",nonce=\"n\",algorithm=md5-sess",
    "realm=\"a.test\",nonce=\"%s\",algorithm=md5-sess",
    "nonce=\"n\",algorithm=md5-sess,x=\"%s\"",
    "nonce=\"n\",qop=\"auth,%s\",algorithm=md5-sess",
  };

  for (guint i = 0; i < G_N_ELEMENTS (formats) * G_N_ELEMENTS (quoted); i++)
    {
      const char *format = formats[i / G_N_ELEMENTS (quoted)];
      g_autofree char *many = repeat (quoted[i % G_N_ELEMENTS (quoted)]);
      g_auto (GStrv) parts = g_strsplit (format, "%s", 2);
      g_autofree char *challenge = g_strjoinv (many, parts);
      g_autoptr (XmppSaslMechanism) client = create_client ("user");
      g_autoptr (GError) error = NULL;
      g_autofree char *response = NULL;
      XmppSaslStatus status;

      g_free (step (client, NULL));
      response = xmpp_test_step (client, challenge, &status, &error);
      if (response == NULL)
        {
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
          continue;
        }
      g_assert_no_error (error);
      /* Written back as it is quoted: what needs no backslash has lost it */
      if (strstr (format, "x=") == NULL && i % G_N_ELEMENTS (quoted) != 2)
        g_assert_nonnull (strstr (response, many));
    }
}

static void
test_a12_user_name (void)
{
  static const char *const names[] = { "\\", "\"", "\\\"" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = repeat (names[i]);
      g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("DIGEST-MD5", NULL, users);
      g_autoptr (XmppSaslMechanism) client = create_client (name);
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;

      xmpp_test_authenticator_set (users, name, "password", "pencil");
      g_assert_true (xmpp_test_sasl_run (client, server, &client_error, &server_error));
    }
}

/* What is left open, what is too long, and NULs: refused by both sides */
static void
test_a12_broken (void)
{
  static const char *const starts[] = { "realm=\"", "nonce=\"", "username=\"", "x=\"" };
  static const char *const texts[] = { "\\", "\\\"", "\"", "\\\\\\" };

  for (guint i = 0; i < G_N_ELEMENTS (starts) * G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *many = repeat (texts[i % G_N_ELEMENTS (texts)]);
      g_autofree char *message =
          g_strconcat (starts[i / G_N_ELEMENTS (texts)], many, NULL);
      g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("DIGEST-MD5", NULL, users);
      g_autoptr (XmppSaslMechanism) client = create_client ("user");

      g_free (step (client, NULL));
      g_free (step_fails (client, message, XMPP_SASL_ERROR_MALFORMED_REQUEST));
      g_free (step (server, NULL));
      g_free (step_fails (server, message, XMPP_SASL_ERROR_MALFORMED_REQUEST));
    }
}

/* Where there is anything better, this is not used; and not when that was refused, which
 * somebody in between can do */
static void
test_a4 (void)
{
  static const char *const better[] = { "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512" };

  for (guint i = 0; i < G_N_ELEMENTS (better); i++)
    {
      g_auto (ToySession) toy = { 0 };
      g_autofree char *offer = g_strconcat ("DIGEST-MD5 PLAIN ", better[i], NULL);
      g_autofree char *initial = NULL;
      g_autoptr (GError) error = NULL;

      toy_session_init (&toy, "alice", "pencil");
      xmpp_test_register_mechanisms (toy.registry);
      g_assert_true (toy_session_offer (&toy, offer, NULL, NULL));
      initial = toy_session_start (&toy, NULL);
      g_assert_true (g_str_has_prefix (initial, better[i]));
      g_assert_false (toy_session_fail (&toy, XMPP_SASL_ERROR_INVALID_MECHANISM, &error));
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM);
    }
}

/* A layer that is not here: the next mechanism may try, and PLAIN is not it */
static void
test_a4_layers (void)
{
  g_auto (ToySession) toy = { 0 };
  g_autofree char *initial = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) error = NULL;

  toy_session_init (&toy, "alice", "pencil");
  xmpp_test_register_mechanisms (toy.registry);
  g_assert_true (toy_session_offer (&toy, "DIGEST-MD5 PLAIN", NULL, NULL));
  initial = toy_session_start (&toy, NULL);
  g_assert_cmpstr (initial, ==, "DIGEST-MD5");
  g_assert_null (toy_session_step (&toy,
                                   "nonce=\"n\",qop=\"auth-int\",algorithm=md5-sess",
                                   &failure));
  g_assert_error (failure, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE);
  g_assert_false (toy_session_fail_with (&toy, failure, &error));
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE);
}

/* Somebody who is not there looks like somebody with another password, to the peer and to
 * the clock of the application that is asked */
static void
test_a18 (void)
{
  static const char *const names[] = { "user", "stored", "nobody" };
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autofree char *first = NULL;

  xmpp_test_authenticator_set (users, "user", "password", "other");
  xmpp_test_authenticator_set (users, "stored", "digest-md5-hash",
                               "00000000000000000000000000000000");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("DIGEST-MD5", NULL, users);
      g_autoptr (XmppSaslMechanism) client = create_client (names[i]);
      g_autofree char *challenge = step (server, NULL);
      g_autofree char *response = NULL;
      g_autofree char *message = NULL;
      g_autofree char *log = NULL;

      g_free (step (client, NULL));
      response = step (client, challenge);
      message = step_fails (server, response, XMPP_SASL_ERROR_NOT_AUTHORIZED);
      log = xmpp_test_authenticator_take_log (users);
      g_assert_cmpstr (log, ==, "digest-md5-hash password ");
      if (first == NULL)
        first = g_strdup (message);
      g_assert_cmpstr (message, ==, first);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/A2/digest-md5", test_a2);
  g_test_add_func ("/attacks/A2/digest-md5-early", test_a2_early);
  g_test_add_func ("/attacks/A4/digest-md5", test_a4);
  g_test_add_func ("/attacks/A4/digest-md5-layers", test_a4_layers);
  g_test_add_func ("/attacks/A12/client", test_a12_client);
  g_test_add_func ("/attacks/A12/user-name", test_a12_user_name);
  g_test_add_func ("/attacks/A12/broken", test_a12_broken);
  g_test_add_func ("/attacks/A17/digest-md5", test_a17);
  g_test_add_func ("/attacks/A17/digest-md5-server", test_a17_server);
  g_test_add_func ("/attacks/A17/digest-md5-replay", test_a17_replay);
  g_test_add_func ("/attacks/A18/digest-md5", test_a18);

  return g_test_run ();
}
