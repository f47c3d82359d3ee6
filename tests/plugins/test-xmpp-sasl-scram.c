/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-scram.h"

#include "scram-keys.h"
#include "sasl/xmpp-sasl-mechanism-private.h"
#include "scram-message.h"
#include "xmpp-test-sasl.h"

#include <string.h>

#define BINDING "0123456789abcdef"

static const XmppTestChannel bound = {
  .binding = XMPP_SASL_BINDING_USED,
  .type = "tls-exporter",
  .data = BINDING,
};

/* RFC 5802 §5, RFC 7677 §3; the last two have the latter's strings, and were computed
 * with Python's hashlib */
static const struct
{
  const char *mechanism;
  const char *nonce;
  const char *server_nonce;
  const char *salt;
  const char *messages[4];
} vectors[] = {
  { "SCRAM-SHA-1",
    "fyko+d2lbbFgONRv9qkxdawL",
    "3rfcNHYJY1ZVvWVs7j",
    "QSXCR+Q6sek8bf92",
    { "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
      "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" } },
  { "SCRAM-SHA-256",
    "rOprNGfwEbeRWgbNEkqO",
    "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    "W22ZaJ0SNY7soEsUEjb6gQ==",
    { "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" } },
  { "SCRAM-SHA-512",
    "rOprNGfwEbeRWgbNEkqO",
    "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    "W22ZaJ0SNY7soEsUEjb6gQ==",
    { "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTx"
      "wnYPJQ==",
      "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2r"
      "R7N7Zw==" } },
  { "SCRAM-SHA-256-PLUS",
    "rOprNGfwEbeRWgbNEkqO",
    "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    "W22ZaJ0SNY7soEsUEjb6gQ==",
    { "p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=cD10bHMtZXhwb3J0ZXIsLDAxMjM0NTY3ODlhYmNkZWY=,"
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
      "p=gHXGjpChaxRXFwIMtlaJRsYnJdY38N2gf6QjIkRBs5s=",
      "v=q4GqYTXs49uCydxa8tyNLcDD/FSkJbtDAQaLLigLj4E=" } },
};

static const XmppTestChannel *
channel_for (const char *mechanism)
{
  return g_str_has_suffix (mechanism, "-PLUS") ? &bound : NULL;
}

static char *
dup_field (const char *mechanism)
{
  gboolean plus;

  return g_strdup (scram_hash_get_field (scram_hash_for_mechanism (mechanism, &plus)));
}

/* What a server stores of a password */
static char *
dup_stored (const char *mechanism, const char *password, const char *salt_text)
{
  gboolean plus;
  const ScramHash *hash = scram_hash_for_mechanism (mechanism, &plus);
  g_autoptr (GBytes) salt = scram_decode_base64 (salt_text);
  g_auto (ScramKeys) keys = { { 0 } };
  g_autoptr (GError) error = NULL;

  g_assert_true (scram_keys_derive (hash, password, salt, 4096, NULL, &keys, &error));
  return scram_keys_to_server_text (hash, &keys, salt, 4096);
}

static void
assert_step (XmppSaslMechanism *mechanism,
             const char *input,
             const char *expected,
             XmppSaslStatus expected_status)
{
  g_autofree char *output = xmpp_test_step_good (mechanism, input, expected_status);

  g_assert_cmpstr (output, ==, expected);
}

static void
assert_step_fails (XmppSaslMechanism *mechanism, const char *input, int code)
{
  g_free (xmpp_test_step_refused (mechanism, input, code));
}

static void
test_client_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
      g_autoptr (XmppSaslMechanism) client =
          xmpp_test_mechanism_new_client (vectors[i].mechanism,
                                          channel_for (vectors[i].mechanism), credential);

      xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), vectors[i].nonce);
      assert_step (client, NULL, vectors[i].messages[0], XMPP_SASL_STATUS_CONTINUE);
      assert_step (client, vectors[i].messages[1], vectors[i].messages[2],
                   XMPP_SASL_STATUS_CONTINUE);
      assert_step (client, vectors[i].messages[3], NULL, XMPP_SASL_STATUS_COMPLETE);
    }
}

static void
test_server_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server (vectors[i].mechanism,
                                                   channel_for (vectors[i].mechanism),
                                                   authenticator);
      g_autofree char *field = dup_field (vectors[i].mechanism);
      g_autofree char *stored =
          dup_stored (vectors[i].mechanism, "pencil", vectors[i].salt);

      xmpp_test_authenticator_set (authenticator, "user", field, stored);
      xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (server), vectors[i].server_nonce);

      /* A client without initial response is asked for it */
      assert_step (server, NULL, "", XMPP_SASL_STATUS_CONTINUE);
      assert_step (server, vectors[i].messages[0], vectors[i].messages[1],
                   XMPP_SASL_STATUS_CONTINUE);
      assert_step (server, vectors[i].messages[2], vectors[i].messages[3],
                   XMPP_SASL_STATUS_COMPLETE);
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "user");
    }
}

static const char *const mechanisms[] = {
  "SCRAM-SHA-1",        "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256",
  "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512",    "SCRAM-SHA-512-PLUS",
};

/* Both sides in one process: each mechanism, each kind of storage, answered at once and
 * later, each flag that is right for it */
static void
run_pair (const char *mechanism, gboolean stored, gboolean delayed, gboolean not_offered)
{
  XmppTestChannel client_channel = { 0 };
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppSaslMechanism) client = NULL;
  g_autoptr (XmppSaslMechanism) server = NULL;
  g_autofree char *field = dup_field (mechanism);
  g_autofree char *keys = dup_stored (mechanism, "pencil", "QSXCR+Q6sek8bf92");
  g_autoptr (GError) client_error = NULL;
  g_autoptr (GError) server_error = NULL;

  if (channel_for (mechanism) != NULL)
    client_channel = bound;
  else if (not_offered)
    client_channel.binding = XMPP_SASL_BINDING_NOT_OFFERED;

  xmpp_test_authenticator_set (authenticator, "user", stored ? field : "password",
                               stored ? keys : "pencil");
  xmpp_test_authenticator_set_delayed (authenticator, delayed);
  client = xmpp_test_mechanism_new_client (mechanism, &client_channel, credential);
  server =
      xmpp_test_mechanism_new_server (mechanism, channel_for (mechanism), authenticator);

  g_assert_true (xmpp_test_sasl_run (client, server, &client_error, &server_error));
  g_assert_no_error (client_error);
  g_assert_no_error (server_error);
  g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "user");
  g_assert_null (xmpp_sasl_mechanism_get_authzid (server));
}

static void
test_pairs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    for (guint variant = 0; variant < 8; variant++)
      run_pair (mechanisms[i], variant & 1, variant & 2, variant & 4);
}

/* Names and passwords with what the grammar, XML and SASLprep care about */
static void
test_names (void)
{
  static const struct
  {
    const char *username;
    const char *password;
    const char *prepared_username;
    const char *prepared_password;
  } rows[] = {
    { "a,b=c", "=2C,=3D", "a,b=c", "=2C,=3D" },
    { "us\xc3\xa9r", "</auth><presence/>", "us\xc3\xa9r", "</auth><presence/>" },
    { "user", "I\xc2\xadX", "user", "IX" },
    { "user", "\xc2\xaa", "user", "a" },
    { "I\xc2\xadX", "a\xc2\xa0 b", "IX", "a  b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
      g_autoptr (XmppCredential)
          credential = xmpp_credential_new (rows[i].username, rows[i].password);
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("SCRAM-SHA-256", NULL, credential);
      g_autoptr (XmppSaslMechanism)
          server = xmpp_test_mechanism_new_server ("SCRAM-SHA-256", NULL, authenticator);
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;
      g_autofree char *keys =
          dup_stored ("SCRAM-SHA-256", rows[i].prepared_password, "QUFB");

      xmpp_test_authenticator_set (authenticator, rows[i].prepared_username,
                                   "scram-sha-256-keys", keys);
      g_assert_true (xmpp_test_sasl_run (client, server, &client_error, &server_error));
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==,
                       rows[i].prepared_username);
    }
}

/* The salt of a user, from a server that serves no domain in particular */
static char *
dup_salt (XmppTestAuthenticator *authenticator, const char *username)
{
  g_autoptr (XmppSaslContext)
      context = g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", XMPP_SASL_ROLE_SERVER,
                              "authenticator", authenticator, NULL);
  g_autoptr (XmppSaslMechanism)
      server = g_object_new (XMPP_TYPE_SASL_SCRAM, "name", "SCRAM-SHA-256", "context",
                             context, NULL);
  g_autofree char *first = g_strdup_printf ("n,,n=%s,r=nonce", username);
  g_autofree char *answer = NULL;

  answer = xmpp_test_step (server, first, NULL, NULL);
  g_assert_nonnull (answer);

  return g_strdup (strstr (answer, ",s="));
}

static void
test_salt_without_domain (void)
{
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autofree char *one = dup_salt (authenticator, "one");
  g_autofree char *again = dup_salt (authenticator, "one");
  g_autofree char *two = dup_salt (authenticator, "two");

  g_assert_cmpstr (one, ==, again);
  g_assert_cmpstr (one, !=, two);
}

static void
test_wrong_password (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    for (guint stored = 0; stored < 2; stored++)
      {
        const char *mechanism = mechanisms[i];
        g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
        g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
        g_autoptr (XmppSaslMechanism)
            client = xmpp_test_mechanism_new_client (mechanism, channel_for (mechanism),
                                                     credential);
        g_autoptr (XmppSaslMechanism)
            server = xmpp_test_mechanism_new_server (mechanism, channel_for (mechanism),
                                                     authenticator);
        g_autofree char *field = dup_field (mechanism);
        g_autofree char *keys = dup_stored (mechanism, "pen", "QSXCR+Q6sek8bf92");
        g_autoptr (GError) client_error = NULL;
        g_autoptr (GError) server_error = NULL;

        xmpp_test_authenticator_set (authenticator, "user", stored ? field : "password",
                                     stored ? keys : "pen");
        g_assert_false (
            xmpp_test_sasl_run (client, server, &client_error, &server_error));
        g_assert_no_error (client_error);
        g_assert_error (server_error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
        g_assert_null (strstr (server_error->message, "pen"));
      }
}

/* A client that is waiting for the server's proof, with the vectors' first one */
static XmppSaslMechanism *
create_waiting_client (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  XmppSaslMechanism *client =
      xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);

  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), vectors[0].nonce);
  assert_step (client, NULL, vectors[0].messages[0], XMPP_SASL_STATUS_CONTINUE);
  assert_step (client, vectors[0].messages[1], vectors[0].messages[2],
               XMPP_SASL_STATUS_CONTINUE);

  return client;
}

static void
test_lying_server (void)
{
  static const char *const finals[] = {
    NULL,
    "",
    "v=",
    "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "v=rmF9pqV8S7suAoZWja4dJRkFsA==",
    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ",
    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=,x=",
    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=,v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    "v=rmF9pqV8S7suAoZWja4dJRkFsKQA",
    "rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    "e=other-error",
    "e=something-new",
    "e=",
  };

  for (guint i = 0; i < G_N_ELEMENTS (finals); i++)
    {
      g_autoptr (XmppSaslMechanism) client = create_waiting_client ();

      assert_step_fails (client, finals[i], XMPP_SASL_ERROR_SERVER_NOT_TRUSTED);
    }
}

static void
test_server_errors (void)
{
  static const struct
  {
    const char *value;
    int code;
  } rows[] = {
    { "e=invalid-encoding", XMPP_SASL_ERROR_INCORRECT_ENCODING },
    { "e=extensions-not-supported", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "e=invalid-proof", XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "e=channel-bindings-dont-match", XMPP_SASL_ERROR_DOWNGRADE },
    { "e=server-does-support-channel-binding", XMPP_SASL_ERROR_DOWNGRADE },
    { "e=channel-binding-not-supported", XMPP_SASL_ERROR_INVALID_MECHANISM },
    { "e=unsupported-channel-binding-type", XMPP_SASL_ERROR_INVALID_MECHANISM },
    { "e=unknown-user", XMPP_SASL_ERROR_NOT_AUTHORIZED },
    { "e=invalid-username-encoding", XMPP_SASL_ERROR_MALFORMED_REQUEST },
    { "e=no-resources", XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) client = create_waiting_client ();

      assert_step_fails (client, rows[i].value, rows[i].code);
    }
}

/* Nothing, where a message has to come, and a message where none has to */
static void
test_missing (void)
{
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new_server ("SCRAM-SHA-1", NULL, authenticator);
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);
  g_autoptr (XmppSaslMechanism) done = create_waiting_client ();

  g_free (xmpp_test_step_good (server, "n,,n=user,r=abc", XMPP_SASL_STATUS_CONTINUE));
  assert_step_fails (server, NULL, XMPP_SASL_ERROR_MALFORMED_REQUEST);

  g_free (xmpp_test_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE));
  assert_step_fails (client, NULL, XMPP_SASL_ERROR_MALFORMED_REQUEST);

  assert_step (done, vectors[0].messages[3], NULL, XMPP_SASL_STATUS_COMPLETE);
  g_assert_null (xmpp_test_step (done, vectors[0].messages[3], NULL, NULL));
  g_assert_cmpint (xmpp_sasl_mechanism_get_status (done), ==, XMPP_SASL_STATUS_COMPLETE);
}

/* An extension after the proof is legal (RFC 5802 §7) */
static void
test_extension (void)
{
  g_autoptr (XmppSaslMechanism) client = create_waiting_client ();

  assert_step (client, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=,x=1", NULL,
               XMPP_SASL_STATUS_COMPLETE);
}

/* The binding flag, and what a -PLUS name needs */
static void
test_client_binding (void)
{
  static const XmppTestChannel not_offered = {
    .binding = XMPP_SASL_BINDING_NOT_OFFERED,
    .type = "tls-exporter",
    .data = BINDING,
  };
  static const XmppTestChannel none = { .binding = XMPP_SASL_BINDING_NONE };
  static const XmppTestChannel empty = { .binding = XMPP_SASL_BINDING_USED };
  static const struct
  {
    const char *mechanism;
    const XmppTestChannel *channel;
    const char *header; /* NULL: unavailable */
  } rows[] = {
    { "SCRAM-SHA-1", &none, "n,," },
    { "SCRAM-SHA-1", &not_offered, "y,," },
    { "SCRAM-SHA-1", &bound, NULL },
    { "SCRAM-SHA-1", &empty, NULL },
    { "SCRAM-SHA-1-PLUS", &bound, "p=tls-exporter,," },
    { "SCRAM-SHA-1-PLUS", &none, NULL },
    { "SCRAM-SHA-1-PLUS", &not_offered, NULL },
    { "SCRAM-SHA-1-PLUS", &empty, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
      g_autoptr (XmppSaslMechanism) client =
          xmpp_test_mechanism_new_client (rows[i].mechanism, rows[i].channel, credential);
      g_autofree char *expected = rows[i].header != NULL
                                      ? g_strconcat (rows[i].header, "n=user,r=x", NULL)
                                      : NULL;

      xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "x");
      if (expected != NULL)
        assert_step (client, NULL, expected, XMPP_SASL_STATUS_CONTINUE);
      else
        assert_step_fails (client, NULL, XMPP_SASL_ERROR_UNAVAILABLE);
    }
}

static void
test_authzid (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);

  xmpp_credential_set_field (credential, "authzid", "us,er@a.test");
  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), "x");
  assert_step (client, NULL, "n,a=us=2Cer@a.test,n=user,r=x", XMPP_SASL_STATUS_CONTINUE);
}

/* Keys of an earlier login stand for the password, where salt and count are the same */
static void
test_keys (void)
{
  gboolean plus;
  const ScramHash *hash = scram_hash_for_mechanism ("SCRAM-SHA-1", &plus);
  g_autoptr (GBytes) salt = scram_decode_base64 (vectors[0].salt);
  g_autoptr (GBytes) other_salt = scram_decode_base64 ("QUFB");
  g_auto (ScramKeys) keys = { { 0 } };
  const struct
  {
    GBytes *salt;
    guint iterations;
    gboolean used;
  } rows[] = { { salt, 4096, TRUE }, { other_salt, 4096, FALSE }, { salt, 4097, FALSE } };

  g_assert_true (scram_keys_derive (hash, "pencil", salt, 4096, NULL, &keys, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", NULL);
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);
      g_autofree char *text =
          scram_keys_to_client_text (hash, &keys, rows[i].salt, rows[i].iterations);

      xmpp_credential_set_field (credential, "scram-sha-1-keys", text);
      xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), vectors[0].nonce);
      assert_step (client, NULL, vectors[0].messages[0], XMPP_SASL_STATUS_CONTINUE);

      if (rows[i].used)
        assert_step (client, vectors[0].messages[1], vectors[0].messages[2],
                     XMPP_SASL_STATUS_CONTINUE);
      else
        {
          g_autoptr (GError) error = NULL;
          XmppSaslStatus status;

          /* Nobody answers the question for the password */
          g_assert_null (
              xmpp_test_step (client, vectors[0].messages[1], &status, &error));
          g_assert_nonnull (error);
        }
    }
}

static void
obtained_cb (XmppCredential *credential,
             const char *field,
             const char *value,
             gpointer user_data)
{
  XmppCredential *next = user_data;

  g_assert_cmpstr (field, ==, "scram-sha-1-keys");
  xmpp_credential_set_field (next, field, value);
}

/* What a login with the password leaves is enough for the next one */
static void
test_keys_kept (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppCredential) next = xmpp_credential_new ("user", NULL);

  g_signal_connect (credential, "obtained", G_CALLBACK (obtained_cb), next);
  for (guint login = 0; login < 2; login++)
    {
      g_autoptr (XmppSaslMechanism)
          client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL,
                                                   login == 0 ? credential : next);

      xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), vectors[0].nonce);
      assert_step (client, NULL, vectors[0].messages[0], XMPP_SASL_STATUS_CONTINUE);
      assert_step (client, vectors[0].messages[1], vectors[0].messages[2],
                   XMPP_SASL_STATUS_CONTINUE);
      assert_step (client, vectors[0].messages[3], NULL, XMPP_SASL_STATUS_COMPLETE);
      xmpp_sasl_mechanism_hand_over (client);
    }
}

typedef struct
{
  guint questions;
  XmppCredentialRequest *waiting;
} Person;

static gboolean
requested_cb (XmppCredential *credential,
              XmppCredentialRequest *request,
              gpointer user_data)
{
  Person *person = user_data;

  person->questions++;
  g_set_object (&person->waiting, request);

  return TRUE;
}

static gboolean
answered_cb (gpointer user_data)
{
  Person *person = user_data;

  if (person->waiting == NULL)
    return G_SOURCE_CONTINUE;

  xmpp_credential_request_set_field (person->waiting, "username", "user");
  xmpp_credential_request_set_field (person->waiting, "password", "pencil");
  xmpp_credential_request_reply (person->waiting);
  g_clear_object (&person->waiting);

  return G_SOURCE_CONTINUE;
}

/* Asked for before anything is sent, and the step is made again */
static void
test_asks (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client ("SCRAM-SHA-1", NULL, credential);
  Person person = { 0 };
  guint answer = g_idle_add (answered_cb, &person);

  g_signal_connect (credential, "request", G_CALLBACK (requested_cb), &person);
  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (client), vectors[0].nonce);
  assert_step (client, NULL, vectors[0].messages[0], XMPP_SASL_STATUS_CONTINUE);
  g_assert_cmpuint (person.questions, >=, 1);
  person.questions = 0;
  assert_step (client, vectors[0].messages[1], vectors[0].messages[2],
               XMPP_SASL_STATUS_CONTINUE);
  g_assert_cmpuint (person.questions, ==, 0);

  g_source_remove (answer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl-scram/client-vectors", test_client_vectors);
  g_test_add_func ("/sasl-scram/server-vectors", test_server_vectors);
  g_test_add_func ("/sasl-scram/pairs", test_pairs);
  g_test_add_func ("/sasl-scram/names", test_names);
  g_test_add_func ("/sasl-scram/wrong-password", test_wrong_password);
  g_test_add_func ("/sasl-scram/A2/lying-server", test_lying_server);
  g_test_add_func ("/sasl-scram/server-errors", test_server_errors);
  g_test_add_func ("/sasl-scram/missing", test_missing);
  g_test_add_func ("/sasl-scram/extension", test_extension);
  g_test_add_func ("/sasl-scram/client-binding", test_client_binding);
  g_test_add_func ("/sasl-scram/authzid", test_authzid);
  g_test_add_func ("/sasl-scram/salt-without-domain", test_salt_without_domain);
  g_test_add_func ("/sasl-scram/keys", test_keys);
  g_test_add_func ("/sasl-scram/keys-kept", test_keys_kept);
  g_test_add_func ("/sasl-scram/asks", test_asks);

  return g_test_run ();
}
