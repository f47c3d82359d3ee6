/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-digest-md5.h"

#include "digest-hash.h"
#include "digest-message.h"
#include "xmpp-test-sasl.h"

#include <string.h>

/* RFC 2831 §4: IMAP, ACAP */
static const struct
{
  const char *service;
  const char *cnonce;
  const char *nonce;
  const char *challenge;
  const char *response;
  const char *rspauth;
} vectors[] = {
  { "imap", "OA6MHXh6VqTrRk", "OA6MG9tEQGm2hh",
    "realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\","
    "algorithm=md5-sess,charset=utf-8",
    "charset=utf-8,username=\"chris\",realm=\"elwood.innosoft.com\","
    "nonce=\"OA6MG9tEQGm2hh\",nc=00000001,cnonce=\"OA6MHXh6VqTrRk\","
    "digest-uri=\"imap/elwood.innosoft.com\",response=d388dad90d4bbd760a152321f2143af7,"
    "qop=auth",
    "rspauth=ea40f60335c427b5527b84dbabcdfffd" },
  { "acap", "OA9BSuZWMSpW8m", "OA9BSXrbuRhWay",
    "realm=\"elwood.innosoft.com\",nonce=\"OA9BSXrbuRhWay\",qop=\"auth\","
    "algorithm=md5-sess,charset=utf-8",
    "charset=utf-8,username=\"chris\",realm=\"elwood.innosoft.com\","
    "nonce=\"OA9BSXrbuRhWay\",nc=00000001,cnonce=\"OA9BSuZWMSpW8m\","
    "digest-uri=\"acap/elwood.innosoft.com\",response=6084c6db3fede7352c551284490fd0fc,"
    "qop=auth",
    "rspauth=2f0b3d7c3c2e486600ef710726aa2eae" },
};

static XmppSaslMechanism *
create (XmppSaslRole role,
        const char *service,
        const char *domain,
        XmppCredential *credential,
        XmppTestAuthenticator *authenticator)
{
  g_autoptr (XmppSaslContext) context =
      g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", role, "service", service, "domain",
                    domain, "host", "host.test", "authenticator", authenticator, NULL);

  return g_object_new (XMPP_TYPE_SASL_DIGEST_MD5, "name", "DIGEST-MD5", "context",
                       context, "credential", credential, NULL);
}

static XmppSaslMechanism *
create_client (const char *username, const char *password)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (username, password);

  return create (XMPP_SASL_ROLE_CLIENT, "xmpp", "a.test", credential, NULL);
}

static XmppSaslMechanism *
create_server (const char *username, const char *password)
{
  g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();

  xmpp_test_authenticator_set (authenticator, username, "password", password);

  return create (XMPP_SASL_ROLE_SERVER, "xmpp", "a.test", NULL, authenticator);
}

static void
assert_step (XmppSaslMechanism *mechanism,
             const char *input,
             const char *expected,
             XmppSaslStatus expected_status)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  g_autofree char *output = xmpp_test_step (mechanism, input, &status, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (output, ==, expected);
  g_assert_cmpint (status, ==, expected_status);
}

static char *
dup_step (XmppSaslMechanism *mechanism, const char *input)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  char *output = xmpp_test_step (mechanism, input, &status, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status, !=, XMPP_SASL_STATUS_FAILED);
  g_assert_nonnull (output);

  return output;
}

static void
assert_step_fails (XmppSaslMechanism *mechanism, const char *input, int code)
{
  g_autoptr (GError) error = NULL;
  XmppSaslStatus status;
  g_autofree char *output = xmpp_test_step (mechanism, input, &status, &error);

  g_assert_error (error, XMPP_SASL_ERROR, code);
  g_assert_null (output);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
}

static void
test_client_vectors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("chris", "secret");
      g_autoptr (XmppSaslMechanism)
          client = create (XMPP_SASL_ROLE_CLIENT, vectors[i].service,
                           "elwood.innosoft.com", credential, NULL);

      xmpp_sasl_digest_md5_set_nonce (XMPP_SASL_DIGEST_MD5 (client), vectors[i].cnonce);
      assert_step (client, NULL, NULL, XMPP_SASL_STATUS_CONTINUE);
      assert_step (client, vectors[i].challenge, vectors[i].response,
                   XMPP_SASL_STATUS_CONTINUE);
      assert_step (client, vectors[i].rspauth, NULL, XMPP_SASL_STATUS_COMPLETE);
    }
}

/* With the password, and with what a server may store instead */
static void
test_server_vectors (void)
{
  static const char *const fields[][2] = {
    { "password", "secret" },
    { "digest-md5-hash", "eb5a750053e4d2c34aa84bbc9b0b6ee7" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    for (guint field = 0; field < G_N_ELEMENTS (fields); field++)
      {
        g_autoptr (XmppTestAuthenticator) authenticator = xmpp_test_authenticator_new ();
        g_autoptr (XmppSaslMechanism)
            server = create (XMPP_SASL_ROLE_SERVER, vectors[i].service,
                             "elwood.innosoft.com", NULL, authenticator);

        xmpp_test_authenticator_set (authenticator, "chris", fields[field][0],
                                     fields[field][1]);
        xmpp_test_authenticator_set_delayed (authenticator, field == 0);
        xmpp_sasl_digest_md5_set_nonce (XMPP_SASL_DIGEST_MD5 (server), vectors[i].nonce);
        assert_step (server, NULL, vectors[i].challenge, XMPP_SASL_STATUS_CONTINUE);
        assert_step (server, vectors[i].response, vectors[i].rspauth,
                     XMPP_SASL_STATUS_COMPLETE);
        g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "chris");
        g_assert_null (xmpp_sasl_mechanism_get_authzid (server));
      }
}

/* Both sides in one process: names and passwords with what the grammar, SASLprep and the
 * two character sets care about */
static void
test_pairs (void)
{
  static const struct
  {
    const char *username;
    const char *password;
    const char *stored_username;
    const char *stored_password;
    gboolean good;
  } rows[] = {
    { "user", "pencil", "user", "pencil", TRUE },
    { "a\"b\\c,d=e", "\"\\,=:", "a\"b\\c,d=e", "\"\\,=:", TRUE },
    { "us\xc3\xa9r", "p\xc3\xa4ss", "us\xc3\xa9r", "p\xc3\xa4ss", TRUE },
    { "us\xc3\xa9r", "\xe6\xbc\xa2", "us\xc3\xa9r", "\xe6\xbc\xa2", TRUE },
    { "\xe6\xbc\xa2", "p\xc3\xa4ss", "\xe6\xbc\xa2", "p\xc3\xa4ss", TRUE },
    { "I\xc2\xadX", "\xc2\xaa", "IX", "a", TRUE },
    { "user", "pencil", "user", "pen", FALSE },
    { "user", "pencil", "user", "Pencil", FALSE },
    { "user", "pencil", "other", "pencil", FALSE },
    { "user:a.test:p", "encil", "user", "p", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = create_client (rows[i].username, rows[i].password);
      g_autoptr (XmppSaslMechanism)
          server = create_server (rows[i].stored_username, rows[i].stored_password);

      xmpp_test_sasl_check (client, server,
                            rows[i].good ? rows[i].stored_username : NULL);
    }
}

/* What is chosen of the server's realms, and how it is written */
static void
test_realms (void)
{
  static const struct
  {
    const char *offered;
    const char *own; /* of the credential */
    const char *chosen;
  } rows[] = {
    { "", NULL, "realm=\"a.test\"" },
    { "", "own", "realm=\"own\"" },
    { "realm=\"other\",", NULL, "realm=\"other\"" },
    { "realm=\"other\",", "own", "realm=\"other\"" },
    { "realm=\"other\",realm=\"a.test\",", NULL, "realm=\"a.test\"" },
    { "realm=\"other\",realm=\"own\",realm=\"a.test\",", "own", "realm=\"own\"" },
    { "realm=\"\",", NULL, "realm=\"\"" },
    { "realm=\"a\\\"b\",", NULL, "realm=\"a\\\"b\"" },
    { "realm=\"x\",realm=\"\xc3\xa9\",charset=utf-8,", "\xc3\xa9", "realm=\"\xc3\xa9\"" },
    { "realm=\"x\",realm=\"\xe9\",", "\xc3\xa9", "realm=\"\xe9\"" },
    { "", "\xc3\xa9", "realm=\"\xe9\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
      g_autoptr (XmppSaslMechanism)
          client = create (XMPP_SASL_ROLE_CLIENT, "xmpp", "a.test", credential, NULL);
      g_autofree char *challenge =
          g_strconcat (rows[i].offered, "nonce=\"n\",algorithm=md5-sess", NULL);
      g_autofree char *response = NULL;

      xmpp_credential_set_field (credential, "realm", rows[i].own);
      assert_step (client, NULL, NULL, XMPP_SASL_STATUS_CONTINUE);
      response = dup_step (client, challenge);
      g_assert_nonnull (strstr (response, rows[i].chosen));
      g_assert_nonnull (strstr (response, ",digest-uri=\"xmpp/a.test\","));
    }
}

/* Without charset=utf-8 all is in ISO 8859-1, or not at all */
static void
test_latin1 (void)
{
  static const struct
  {
    const char *username;
    const char *password;
    const char *realm;
    const char *written; /* NULL: this cannot be said */
  } rows[] = {
    { "us\xc3\xa9r", "p\xc3\xa4ss", NULL, "username=\"us\xe9r\"" },
    { "\xe6\xbc\xa2", "pencil", NULL, NULL },
    { "user", "\xe6\xbc\xa2", NULL, NULL },
    { "user", "pencil", "\xe6\xbc\xa2", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential)
          credential = xmpp_credential_new (rows[i].username, rows[i].password);
      g_autoptr (XmppSaslMechanism)
          client = create (XMPP_SASL_ROLE_CLIENT, "xmpp", "a.test", credential, NULL);

      xmpp_credential_set_field (credential, "realm", rows[i].realm);
      assert_step (client, NULL, NULL, XMPP_SASL_STATUS_CONTINUE);
      if (rows[i].written != NULL)
        {
          g_autofree char *response = dup_step (client, "nonce=\"n\",algorithm=md5-sess");

          g_assert_true (g_str_has_prefix (response, rows[i].written));
          g_assert_null (strstr (response, "charset"));
        }
      else
        assert_step_fails (client, "nonce=\"n\",algorithm=md5-sess",
                           XMPP_SASL_ERROR_UNAVAILABLE);
    }
}

/* A server that takes no more than this, and a client that says so, understand each other */
static void
test_latin1_server (void)
{
  g_autoptr (XmppSaslMechanism) client = create_client ("us\xc3\xa9r", "p\xc3\xa4ss");
  g_autoptr (XmppSaslMechanism) server = create_server ("us\xc3\xa9r", "p\xc3\xa4ss");
  g_autofree char *challenge = dup_step (server, NULL);
  g_autofree char *response = NULL;
  g_autofree char *rspauth = NULL;

  *strstr (challenge, ",charset=utf-8") = '\0';
  assert_step (client, NULL, NULL, XMPP_SASL_STATUS_CONTINUE);
  response = dup_step (client, challenge);
  rspauth = dup_step (server, response);
  assert_step (client, rspauth, NULL, XMPP_SASL_STATUS_COMPLETE);
  g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "us\xc3\xa9r");
}

/* Before the first message, what cannot be used lets the next mechanism try */
static void
test_unavailable (void)
{
  static const char *const challenges[] = {
    "realm=\"a.test\",nonce=\"n\",qop=\"auth-int\",algorithm=md5-sess",
    "realm=\"a.test\",nonce=\"n\",qop=\"auth-conf,auth-int,x\",algorithm=md5-sess",
  };
  g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
  g_autoptr (XmppSaslMechanism)
      nowhere = create (XMPP_SASL_ROLE_CLIENT, "xmpp", NULL, credential, NULL);
  g_autoptr (XmppSaslMechanism)
      nobody = create (XMPP_SASL_ROLE_SERVER, "xmpp", NULL, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (challenges); i++)
    {
      g_autoptr (XmppSaslMechanism) client = create_client ("user", "pencil");

      assert_step (client, NULL, NULL, XMPP_SASL_STATUS_CONTINUE);
      assert_step_fails (client, challenges[i], XMPP_SASL_ERROR_UNAVAILABLE);
    }

  assert_step_fails (nowhere, NULL, XMPP_SASL_ERROR_UNAVAILABLE);
  assert_step_fails (nobody, NULL, XMPP_SASL_ERROR_UNAVAILABLE);
}

/* A response is as long as it may be, or is not sent */
static void
test_too_long (void)
{
  g_autofree char *name = g_strnfill (4000, 'x');
  g_autoptr (XmppSaslMechanism) client = create_client (name, "pencil");
  g_autoptr (XmppSaslMechanism) server = create_server ("user", "pencil");
  g_autofree char *challenge = dup_step (server, NULL);
  g_autofree char *response = NULL;

  assert_step (client, NULL, NULL, XMPP_SASL_STATUS_CONTINUE);
  assert_step_fails (client, challenge, XMPP_SASL_ERROR_UNAVAILABLE);

  name[1024] = '\0';
  *strstr (challenge, ",qop=") = '\0';
  response = g_strdup_printf ("username=\"%s\",%s,cnonce=\"c\",nc=00000001,digest-uri="
                              "\"xmpp/a.test\","
                              "response=00000000000000000000000000000000",
                              name, challenge);
  assert_step_fails (server, response, XMPP_SASL_ERROR_MALFORMED_REQUEST);
}

static void
test_authzid (void)
{
  static const struct
  {
    const char *authzid;
    const char *expected;
  } rows[] = { { NULL, NULL }, { "", NULL }, { "user@a.test", "user@a.test" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppCredential) credential = xmpp_credential_new ("user", "pencil");
      g_autoptr (XmppSaslMechanism)
          client = create (XMPP_SASL_ROLE_CLIENT, "xmpp", "a.test", credential, NULL);
      g_autoptr (XmppSaslMechanism) server = create_server ("user", "pencil");
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;

      xmpp_credential_set_field (credential, "authzid", rows[i].authzid);
      g_assert_true (xmpp_test_sasl_run (client, server, &client_error, &server_error));
      g_assert_cmpstr (xmpp_sasl_mechanism_get_authzid (server), ==, rows[i].expected);
    }
}

/* What the client of a person who knows the password writes, and the server thinks of it */
typedef struct
{
  const char *nonce; /* NULL: the server's */
  const char *nonce_count;
  const char *realm;
  const char *uri;
  const char *qop;
  int code; /* 0: it is let in */
} ServerRow;

static const ServerRow server_rows[] = {
  { NULL, "00000001", "a.test", "xmpp/a.test", "auth", 0 },
  { NULL, "00000001", "a.test", "XMPP/A.TEST", "auth", 0 },
  { NULL, "00000001", "a.test", "xmpp/host.test", "auth", 0 },
  { NULL, "00000001", "a.test", "xmpp/a.test/a.test", "auth", 0 },
  { NULL, "00000001", "a.test", "xmpp/node7.a.test/a.test", "auth", 0 },
#define BAD XMPP_SASL_ERROR_MALFORMED_REQUEST
  { "other", "00000001", "a.test", "xmpp/a.test", "auth", BAD },
  { NULL, "00000002", "a.test", "xmpp/a.test", "auth", BAD },
  { NULL, "00000000", "a.test", "xmpp/a.test", "auth", BAD },
  { NULL, "00000001", "b.test", "xmpp/a.test", "auth", BAD },
  { NULL, "00000001", "A.test", "xmpp/a.test", "auth", BAD },
  { NULL, "00000001", "", "xmpp/a.test", "auth", BAD },
  { NULL, "00000001", NULL, "xmpp/a.test", "auth", BAD },
  { NULL, "00000001", "a.test", "xmpp/a.test", "auth-int", BAD },
  { NULL, "00000001", "a.test", "xmpp/a.test", "auth-conf", BAD },
  { NULL, "00000001", "a.test", "imap/a.test", "auth", BAD },
  { NULL, "00000001", "a.test", "xmpp/b.test", "auth", BAD },
  { NULL, "00000001", "a.test", "xmpp/a.test/b.test", "auth", BAD },
  { NULL, "00000001", "a.test", "xmpp/host.test/host.test", "auth", BAD },
  { NULL, "00000001", "a.test", "xmpp/a.test/", "auth", BAD },
  { NULL, "00000001", "a.test", "xmpp/a.test/a.test/a.test", "auth", BAD },
  { NULL, "00000001", "a.test", "xmpp", "auth", BAD },
  { NULL, "00000001", "a.test", "/a.test", "auth", BAD },
#undef BAD
};

static void
run_server_row (const ServerRow *row)
{
  g_autoptr (XmppSaslMechanism) server = create_server ("user", "pencil");
  g_autofree char *challenge = NULL;
  g_autofree char *answer = NULL;
  g_auto (DigestSecret) secret = { { 0 } };
  DigestTerms terms = { .nonce = row->nonce != NULL ? row->nonce : "servernonce",
                        .cnonce = "c",
                        .uri = row->uri };
  DigestResponse response = {
    .username = (char *) "user",
    .realm = (char *) row->realm,
    .nonce = (char *) terms.nonce,
    .cnonce = (char *) "c",
    .nonce_count = (char *) row->nonce_count,
    .qop = (char *) row->qop,
    .uri = (char *) row->uri,
  };

  xmpp_sasl_digest_md5_set_nonce (XMPP_SASL_DIGEST_MD5 (server), "servernonce");
  challenge = dup_step (server, NULL);
  digest_secret_derive (&secret, "user", row->realm != NULL ? row->realm : "", "pencil");
  response.response = digest_prove_client (&secret, &terms);
  answer = digest_response_build (&response);
  g_free (response.response);

  g_test_message ("%s", answer);
  if (row->code == 0)
    g_free (dup_step (server, answer));
  else
    assert_step_fails (server, answer, row->code);
}

static void
test_server_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (server_rows); i++)
    run_server_row (&server_rows[i]);
}

/* A proof without qop= is one for "auth" (RFC 2831 §2.1.2) */
static void
test_default_qop (void)
{
  g_autoptr (XmppSaslMechanism) client = create_client ("user", "pencil");
  g_autoptr (XmppSaslMechanism) server = create_server ("user", "pencil");
  g_autofree char *challenge = dup_step (server, NULL);
  g_autofree char *response = NULL;

  assert_step (client, NULL, NULL, XMPP_SASL_STATUS_CONTINUE);
  response = dup_step (client, challenge);
  g_assert_true (g_str_has_suffix (response, ",qop=auth"));
  *strstr (response, ",qop=auth") = '\0';
  g_free (dup_step (server, response));
}

static gboolean
requested_cb (XmppCredential *credential,
              XmppCredentialRequest *request,
              gpointer user_data)
{
  (*(guint *) user_data)++;
  xmpp_credential_request_set_field (request, "username", "user");
  xmpp_credential_request_set_field (request, "password", "pencil");
  xmpp_credential_request_reply (request);

  return TRUE;
}

/* Asked for before anything is sent */
static void
test_asks (void)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, NULL);
  g_autoptr (XmppSaslMechanism)
      client = create (XMPP_SASL_ROLE_CLIENT, "xmpp", "a.test", credential, NULL);
  g_autoptr (XmppSaslMechanism) server = create_server ("user", "pencil");
  g_autofree char *challenge = dup_step (server, NULL);
  g_autofree char *response = NULL;
  g_autofree char *rspauth = NULL;
  guint questions = 0;

  g_signal_connect (credential, "request", G_CALLBACK (requested_cb), &questions);
  assert_step (client, NULL, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_assert_cmpuint (questions, >=, 1);
  questions = 0;

  response = dup_step (client, challenge);
  rspauth = dup_step (server, response);
  assert_step (client, rspauth, NULL, XMPP_SASL_STATUS_COMPLETE);
  g_assert_cmpuint (questions, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl-digest-md5/client-vectors", test_client_vectors);
  g_test_add_func ("/sasl-digest-md5/server-vectors", test_server_vectors);
  g_test_add_func ("/sasl-digest-md5/pairs", test_pairs);
  g_test_add_func ("/sasl-digest-md5/realms", test_realms);
  g_test_add_func ("/sasl-digest-md5/latin1", test_latin1);
  g_test_add_func ("/sasl-digest-md5/latin1-server", test_latin1_server);
  g_test_add_func ("/sasl-digest-md5/unavailable", test_unavailable);
  g_test_add_func ("/sasl-digest-md5/too-long", test_too_long);
  g_test_add_func ("/sasl-digest-md5/authzid", test_authzid);
  g_test_add_func ("/sasl-digest-md5/server-table", test_server_table);
  g_test_add_func ("/sasl-digest-md5/default-qop", test_default_qop);
  g_test_add_func ("/sasl-digest-md5/asks", test_asks);

  return g_test_run ();
}
