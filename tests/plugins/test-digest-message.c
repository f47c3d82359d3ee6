/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "digest-message.h"

#include "digest-hash.h"
#include "message-rows.h"

#include <string.h>

typedef enum
{
  CHALLENGE,
  RESPONSE,
  RSPAUTH,
} Kind;

#define ALGORITHM ",algorithm=md5-sess"
#define HEX "d388dad90d4bbd760a152321f2143af7"
#define PROOF                                                                            \
  ",nonce=\"n\",cnonce=\"c\",nc=00000001,digest-uri=\"xmpp/a.test\",response=" HEX
#define USER "username=\"u\""

static const MessageRow rows[] = {
  /* digest-challenge, RFC 2831 §2.1.1 */
  { CHALLENGE, TRUE, "nonce=\"n\"" ALGORITHM },
  { CHALLENGE, TRUE, "nonce=\"n\",algorithm=\"md5-sess\"" },
  { CHALLENGE, TRUE, "nonce=n,qop=auth,charset=\"utf-8\"" ALGORITHM },
  { CHALLENGE, TRUE, "NONCE=\"n\",Algorithm=MD5-SESS,Charset=UTF-8,QOP=\"AUTH\"" },
  { CHALLENGE, TRUE, ",, nonce = \"n\"\t,\r\n algorithm\t=md5-sess ,," },
  { CHALLENGE, TRUE, "realm=\"a\",realm=\"b\",realm=\"\",nonce=\"n\"" ALGORITHM },
  { CHALLENGE, TRUE, "nonce=\"\\\"\\\\\\n\"" ALGORITHM },
  { CHALLENGE, TRUE,
    "nonce=\"n\",stale=true,maxbuf=65536,cipher=\"rc4,3des\"" ALGORITHM },
  { CHALLENGE, TRUE, "nonce=\"n\",x=1,x=\"2\",opaque=\"o\",domain=d" ALGORITHM },
  { CHALLENGE, TRUE, "nonce=\"n\",qop=\"auth-conf, auth ,x\"" ALGORITHM },
  { CHALLENGE, TRUE, "nonce=\"n\",qop=\",auth,,\"" ALGORITHM },
  { CHALLENGE, TRUE, "nonce=\"n\",qop=\"auth-int\"" ALGORITHM },
  { CHALLENGE, TRUE, "realm=\"\xe9\",nonce=\"n\"" ALGORITHM },
  { CHALLENGE, TRUE, "realm=\"\xc3\xa9\",nonce=\"n\",charset=utf-8" ALGORITHM },
  { CHALLENGE, FALSE, "" },
  { CHALLENGE, FALSE, "," },
  { CHALLENGE, FALSE, "nonce=\"n\"" },
  { CHALLENGE, FALSE, "algorithm=md5-sess" },
  { CHALLENGE, FALSE, "realm=\"a\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",algorithm=md5" },
  { CHALLENGE, FALSE, "nonce=\"n\"" ALGORITHM ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",nonce=\"n\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",Nonce=\"m\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",qop=\"auth\",qop=\"auth-int\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",stale=true,stale=true" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",maxbuf=1,maxbuf=1" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",cipher=\"des\",cipher=\"des\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",charset=utf-8,charset=utf-8" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",charset=iso-8859-1" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",charset=" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=" ALGORITHM },
  { CHALLENGE, FALSE, "nonce" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=n\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\"x" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\" algorithm=md5-sess" },
  { CHALLENGE, FALSE, "nonce=\"n\";algorithm=md5-sess" },
  { CHALLENGE, FALSE, "nonce=\"n\\" },
  { CHALLENGE, FALSE, "algorithm=md5-sess,nonce=\"n\\\"" },
  { CHALLENGE, FALSE, "nonce=\"n\x01\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\r\n m\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\x7f\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"\\\t\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"\\\xc3\xa9\"" ALGORITHM },
  { CHALLENGE, FALSE, "=\"n\",nonce=\"n\"" ALGORITHM },
  { CHALLENGE, FALSE, "\"nonce\"=\"n\"" ALGORITHM },
  { CHALLENGE, FALSE, "n\xc3\xa9=1,nonce=\"n\"" ALGORITHM },
  { CHALLENGE, FALSE, "x=\xc3\xa9,nonce=\"n\"" ALGORITHM },
  { CHALLENGE, FALSE, "realm=\"\xe9\",nonce=\"n\",charset=utf-8" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",qop=\"\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",qop=\",\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",qop=\"auth auth-int\"" ALGORITHM },
  { CHALLENGE, FALSE, "nonce=\"n\",qop=auth,auth-int" ALGORITHM },
  { CHALLENGE, FALSE, "rspauth=" HEX },

  /* digest-response, §2.1.2 */
  { RESPONSE, TRUE, USER PROOF },
  { RESPONSE, TRUE, USER ",realm=\"a.test\",qop=auth,charset=utf-8" PROOF },
  { RESPONSE, TRUE, USER ",authzid=\"u@a.test\",maxbuf=1024,cipher=des,x=1,x=1" PROOF },
  { RESPONSE, TRUE, "username=\"\xe9\"" PROOF },
  { RESPONSE, TRUE, "username=\"\xc3\xa9\",charset=utf-8" PROOF },
  { RESPONSE, TRUE, "username=\"\\\\\\\"\"" PROOF },
  { RESPONSE, FALSE, "" },
  { RESPONSE, FALSE, USER },
  { RESPONSE, FALSE, &PROOF[1] },
  { RESPONSE, FALSE, "username=\"\"" PROOF },
  { RESPONSE, FALSE, USER "," USER PROOF },
  { RESPONSE, FALSE, USER ",realm=\"a\",realm=\"b\"" PROOF },
  { RESPONSE, FALSE, USER ",authzid=\"\"" PROOF },
  { RESPONSE, FALSE, USER ",authzid=\"a\",authzid=\"b\"" PROOF },
  { RESPONSE, FALSE, USER ",authzid=\"\xe9\"" PROOF },
  { RESPONSE, FALSE, "username=\"\xe9\",charset=utf-8" PROOF },
  { RESPONSE, FALSE, USER ",realm=\"\xe9\",charset=utf-8" PROOF },
  { RESPONSE, FALSE, USER ",charset=x" PROOF },
  { RESPONSE, FALSE, USER ",charset=utf-8,charset=utf-8" PROOF },
  { RESPONSE, FALSE, USER ",nonce=\"n\"" PROOF },
  { RESPONSE, FALSE, USER ",cnonce=\"c\"" PROOF },
  { RESPONSE, FALSE, USER ",nc=00000001" PROOF },
  { RESPONSE, FALSE, USER ",digest-uri=\"xmpp/a.test\"" PROOF },
  { RESPONSE, FALSE, USER ",response=" HEX PROOF },
  { RESPONSE, FALSE, USER ",qop=auth,qop=auth" PROOF },
  { RESPONSE, FALSE, USER ",maxbuf=1,maxbuf=1" PROOF },
  { RESPONSE, FALSE, USER ",cipher=des,cipher=des" PROOF },
  { RESPONSE, FALSE, USER ",cnonce=\"\",nonce=n,nc=00000001,digest-uri=u,response=" HEX },
  { RESPONSE, FALSE, USER ",cnonce=c,nonce=\"\",nc=00000001,digest-uri=u,response=" HEX },
  { RESPONSE, FALSE, USER ",cnonce=c,nonce=n,nc=1,digest-uri=u,response=" HEX },
  { RESPONSE, FALSE, USER ",cnonce=c,nonce=n,nc=0000000A,digest-uri=u,response=" HEX },
  { RESPONSE, FALSE, USER ",cnonce=c,nonce=n,nc=000000001,digest-uri=u,response=" HEX },
  { RESPONSE, FALSE, USER ",cnonce=c,nonce=n,nc=00000001,digest-uri=\"\",response=" HEX },
  { RESPONSE, FALSE, USER ",cnonce=c,nonce=n,nc=00000001,digest-uri=u,response=d388" },
  { RESPONSE, FALSE,
    USER ",cnonce=c,nonce=n,nc=00000001,digest-uri=u,response=" HEX "0" },
  { RESPONSE, FALSE,
    USER ",cnonce=c,nonce=n,nc=00000001,digest-uri=u,"
         "response=D388DAD90D4BBD760A152321F2143AF7" },
  { RESPONSE, FALSE,
    USER ",cnonce=c,nonce=n,nc=00000001,digest-uri=u,"
         "response=g388dad90d4bbd760a152321f2143af7" },

  /* response-auth, §2.1.3 */
  { RSPAUTH, TRUE, "rspauth=" HEX },
  { RSPAUTH, TRUE, "rspauth=\"" HEX "\",x=1" },
  { RSPAUTH, FALSE, "" },
  { RSPAUTH, FALSE, "rspauth=" },
  { RSPAUTH, FALSE, "rspauth=d388" },
  { RSPAUTH, FALSE, "rspauth=" HEX "0" },
  { RSPAUTH, FALSE, "rspauth=D388DAD90D4BBD760A152321F2143AF7" },
  { RSPAUTH, FALSE, "rspauth=" HEX ",rspauth=" HEX },
  { RSPAUTH, FALSE, "nonce=\"n\"" ALGORITHM },
  { RSPAUTH, FALSE, HEX },
};

static gboolean
parse (int kind, GBytes *message, GError **error)
{
  g_autoptr (DigestChallenge) challenge = NULL;
  g_autoptr (DigestResponse) response = NULL;
  g_autofree char *rspauth = NULL;

  switch (kind)
    {
    case CHALLENGE:
      challenge = digest_challenge_parse (message, error);
      return challenge != NULL;

    case RESPONSE:
      response = digest_response_parse (message, error);
      return response != NULL;

    case RSPAUTH:
    default:
      rspauth = digest_rspauth_parse (message, error);
      return rspauth != NULL;
    }
}

static void
test_table (void)
{
  message_rows_check (rows, G_N_ELEMENTS (rows), parse);
}

static void
test_cut (void)
{
  message_rows_check_cut (rows, G_N_ELEMENTS (rows), parse);
}

static gboolean
parse_long (Kind kind, const char *start, gsize length)
{
  g_autofree char *filler = g_strnfill (length - strlen (start) - 3, 'x');
  g_autofree char *text = g_strconcat (start, ",x=", filler, NULL);
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));

  g_assert_cmpuint (strlen (text), ==, length);
  return parse (kind, message, NULL);
}

/* "less than 2048 bytes", "less than 4096 bytes" */
static void
test_limits (void)
{
  g_assert_true (parse_long (CHALLENGE, "nonce=\"n\"" ALGORITHM, 2047));
  g_assert_false (parse_long (CHALLENGE, "nonce=\"n\"" ALGORITHM, 2048));
  g_assert_false (parse_long (CHALLENGE, "nonce=\"n\"" ALGORITHM, 1000000));
  g_assert_true (parse_long (RESPONSE, USER PROOF, 4095));
  g_assert_false (parse_long (RESPONSE, USER PROOF, 4096));
  g_assert_true (parse_long (RSPAUTH, "rspauth=" HEX, 2047));
  g_assert_false (parse_long (RSPAUTH, "rspauth=" HEX, 2048));
}

static void
test_contents (void)
{
  const char *text =
      "realm=\"a\\\"b\",nonce=\"\\n\\\\\",REALM=\"\xc3\xa9\",charset=utf-8,"
      "qop=\"auth-int,auth\"" ALGORITHM;
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (DigestChallenge) challenge = digest_challenge_parse (message, &error);
  const char *layer = "nonce=\"n\",qop=\"auth-int,auth-conf\"" ALGORITHM;
  g_autoptr (GBytes) layer_message = g_bytes_new (layer, strlen (layer));
  g_autoptr (DigestChallenge) with_layer = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (challenge->realms), ==, 2);
  g_assert_cmpstr (challenge->realms[0], ==, "a\"b");
  g_assert_cmpstr (challenge->realms[1], ==, "\xc3\xa9");
  g_assert_cmpstr (challenge->nonce, ==, "n\\");
  g_assert_true (challenge->utf8);
  g_assert_true (challenge->auth);

  with_layer = digest_challenge_parse (layer_message, &error);
  g_assert_no_error (error);
  g_assert_false (with_layer->auth);
  g_assert_false (with_layer->utf8);
  g_assert_cmpuint (g_strv_length (with_layer->realms), ==, 0);
}

static const char *const values[] = {
  "user", "\"",   "\\",          "\\\"",       "a,b=c",        "=",
  " ",    "a\tb", "us\xc3\xa9r", "<x a='&'/>", "\xe2\x85\xa8", "\",nonce=\"x",
};

/* What one side builds, the other one reads, whatever the values */
static void
test_build (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      char *value = (char *) values[i];
      char *realms[] = { value, value, NULL };
      DigestChallenge challenge = { realms, value, TRUE, TRUE };
      DigestResponse response = { value,  value, value,        value, "00000001",
                                  "auth", value, (char *) HEX, value, TRUE };
      g_autofree char *challenge_text = digest_challenge_build (&challenge);
      g_autofree char *response_text = digest_response_build (&response);
      g_autoptr (GBytes)
          challenge_message = g_bytes_new (challenge_text, strlen (challenge_text));
      g_autoptr (GBytes)
          response_message = g_bytes_new (response_text, strlen (response_text));
      g_autoptr (GError) error = NULL;
      g_autoptr (DigestChallenge)
          read_challenge = digest_challenge_parse (challenge_message, &error);
      g_autoptr (DigestResponse) read_response = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (read_challenge->realms[1], ==, value);
      g_assert_cmpstr (read_challenge->nonce, ==, value);

      read_response = digest_response_parse (response_message, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (read_response->username, ==, value);
      g_assert_cmpstr (read_response->realm, ==, value);
      g_assert_cmpstr (read_response->nonce, ==, value);
      g_assert_cmpstr (read_response->cnonce, ==, value);
      g_assert_cmpstr (read_response->uri, ==, value);
      g_assert_cmpstr (read_response->authzid, ==, value);
      g_assert_cmpstr (read_response->response, ==, HEX);
    }
}

static void
test_character_sets (void)
{
  g_autofree char *latin1 = digest_from_utf8 ("p\xc3\xa4ss", FALSE);
  g_autofree char *utf8 = digest_from_utf8 ("p\xc3\xa4ss", TRUE);
  g_autofree char *back = digest_to_utf8 ("p\xe4ss", FALSE);

  g_assert_cmpstr (latin1, ==, "p\xe4ss");
  g_assert_cmpstr (utf8, ==, "p\xc3\xa4ss");
  g_assert_cmpstr (back, ==, "p\xc3\xa4ss");
  g_assert_null (digest_from_utf8 ("a\xe2\x85\xa8", FALSE));
  g_assert_null (digest_to_utf8 ("p\xe4ss", TRUE));
}

/* RFC 2831 §4: IMAP, ACAP. The password is "secret". */
static void
test_proofs (void)
{
  static const struct
  {
    DigestTerms terms;
    const char *response;
    const char *rspauth;
  } vectors[] = {
    { { .nonce = "OA6MG9tEQGm2hh",
        .cnonce = "OA6MHXh6VqTrRk",
        .uri = "imap/elwood.innosoft.com" },
      "d388dad90d4bbd760a152321f2143af7",
      "ea40f60335c427b5527b84dbabcdfffd" },
    { { .nonce = "OA9BSXrbuRhWay",
        .cnonce = "OA9BSuZWMSpW8m",
        .uri = "acap/elwood.innosoft.com" },
      "6084c6db3fede7352c551284490fd0fc",
      "2f0b3d7c3c2e486600ef710726aa2eae" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_auto (DigestSecret) secret = { { 0 } };
      g_autofree char *response = NULL;
      g_autofree char *rspauth = NULL;

      digest_secret_derive (&secret, "chris", "elwood.innosoft.com", "secret");
      response = digest_prove_client (&secret, &vectors[i].terms);
      rspauth = digest_prove_server (&secret, &vectors[i].terms);
      g_assert_cmpstr (response, ==, vectors[i].response);
      g_assert_cmpstr (rspauth, ==, vectors[i].rspauth);
    }
}

/* Computed with Python's hashlib: each of user name and password by itself is in ISO 8859-1
 * where it can be, and the realm is as it came */
static void
test_secrets (void)
{
  static const struct
  {
    const char *username;
    const char *realm;
    const char *password;
    const char *hash;
  } vectors[] = {
    { "chris", "elwood.innosoft.com", "secret", "eb5a750053e4d2c34aa84bbc9b0b6ee7" },
    { "us\xc3\xa9r", "a.test", "p\xc3\xa4ss", "ab822c6d464838b4cd3db8fc4179d584" },
    { "us\xc3\xa9r", "a.test", "\xe2\x85\xa8", "f117e6fb661f9943be6e6b0721b3798e" },
    { "\xe2\x85\xa8",
      "b\xc3\xbc"
      "cher.test",
      "p\xc3\xa4ss", "9b3ab2e811c749a48993ee7c13c26b08" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_auto (DigestSecret) secret = { { 0 } };
      g_auto (DigestSecret) stored = { { 0 } };

      digest_secret_derive (&secret, vectors[i].username, vectors[i].realm,
                            vectors[i].password);
      g_assert_true (digest_secret_from_text (&stored, vectors[i].hash));
      g_assert_cmpmem (secret.data, DIGEST_SIZE, stored.data, DIGEST_SIZE);
    }
}

static void
test_stored (void)
{
  static const char *const texts[] = { "", "d388", HEX "0",
                                       "D388DAD90D4BBD760A152321F2143AF7",
                                       "g388dad90d4bbd760a152321f2143af7" };
  DigestSecret secret;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_false (digest_secret_from_text (&secret, texts[i]));

  g_assert_true (digest_secret_from_text (&secret, HEX));
  g_assert_cmpuint (secret.data[0], ==, 0xd3);
  g_assert_cmpuint (secret.data[15], ==, 0xf7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/digest-message/table", test_table);
  g_test_add_func ("/digest-message/cut", test_cut);
  g_test_add_func ("/digest-message/limits", test_limits);
  g_test_add_func ("/digest-message/contents", test_contents);
  g_test_add_func ("/digest-message/A12/build", test_build);
  g_test_add_func ("/digest-message/character-sets", test_character_sets);
  g_test_add_func ("/digest-message/proofs", test_proofs);
  g_test_add_func ("/digest-message/secrets", test_secrets);
  g_test_add_func ("/digest-message/stored", test_stored);

  return g_test_run ();
}
