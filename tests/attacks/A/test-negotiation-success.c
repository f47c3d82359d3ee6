/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include <string.h>

#define STARTTLS "<starttls " NS_TLS "/>"
#define MECHANISM(name) "<mechanism>" name "</mechanism>"
#define REMEMBER(list)                                                                   \
  "<features xmlns='http://etherx.jabber.org/streams'>" list "</features>"

/* ---- A1: no secret without TLS ---- */

static void
test_secret_in_clear (void)
{
  static const char *const names[] = {
    "PLAIN", "LOGIN", "X-OAUTH2", "OAUTHBEARER", "HT-SHA-256-NONE", "SCRAM-SHA-256"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      /* The peer sees every byte: after <starttls/> there is none. */
      g_autofree char *script =
          g_strconcat (C (CLIENT_HEAD STARTTLS) "S: " SERVER_HEAD
                                                "<stream:features><mechanisms " NS_SASL
                                                "><mechanism>",
                       names[i],
                       "</mechanism></mechanisms></stream:features><failure " NS_TLS
                       "/>\n",
                       NULL);
      Row row = { .name = names[i], .script = script, .outcome = "starttls/policy" };

      row.setup.mechanisms = "PLAIN,SCRAM-SHA-256";
      play_client_row (&row);
    }
}

/* Sent ahead or not: the secret waits for the features of this connection. */
static const Row a1_rows[] = {
  { "plain-is-not-sent-ahead",
    C (SECURE_HEAD) S (SERVER_HEAD FEATURES ("")),
    "sasl/policy",
    { .direct = TRUE,
      .remembered = REMEMBER (MECHANISMS (PLAIN)),
      .mechanisms = "PLAIN" } },
  { "plain-first-in-the-policy",
    C (SECURE_HEAD AUTH ("X-TOY", N_USER))
        S (SERVER_HEAD FEATURES (MECHANISMS (PLAIN)) FAILURE ("invalid-mechanism")),
    "sasl/downgrade",
    { .direct = TRUE,
      .remembered = REMEMBER (MECHANISMS (PLAIN TOY)),
      .mechanisms = "PLAIN,X-TOY" } },
};

/* ---- A2: success too early ---- */

#define ONLY_SCRAM .direct = TRUE, .mechanisms = "SCRAM-SHA-256"
#define START OPEN (MECHANISM ("SCRAM-SHA-256")) C (AUTH ("SCRAM-SHA-256", "{first}"))
#define FINAL START S (CHALLENGE ("{server-first}")) C (RESPONSE ("{*}"))
#define NOT_TRUSTED C (STREAM_ERROR ("undefined-condition"))

/* base64 of v= and 32 zero bytes, of half of that, of the first with ",x=1", of an error */
#define V_ZERO "dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBPQ=="
#define V_SHORT "dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBPT0="
#define V_EXTRA "dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBPSx4PTE="
#define E_OTHER "ZT1vdGhlci1lcnJvcg=="

static const Row a2_rows[] = {
  { "after-auth-at-once",
    START S (SUCCESS ("")) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { ONLY_SCRAM } },
  { "after-auth-with-data",
    START S (SUCCESS (V_ZERO)) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { ONLY_SCRAM } },
  { "no-data",
    FINAL S (SUCCESS ("")) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { ONLY_SCRAM } },
  { "empty-data",
    FINAL S (SUCCESS ("=")) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { ONLY_SCRAM } },
  { "zeros",
    FINAL S (SUCCESS (V_ZERO)) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { ONLY_SCRAM } },
  { "truncated",
    FINAL S (SUCCESS (V_SHORT)) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { ONLY_SCRAM } },
  { "extra",
    FINAL S (SUCCESS (V_EXTRA)) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { ONLY_SCRAM } },
  { "error-as-success",
    FINAL S (SUCCESS (E_OTHER)) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { ONLY_SCRAM } },
  { "toy-no-data",
    OPEN (TOY) C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL))
        S (SUCCESS ("")) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { .direct = TRUE } },
  { "toy-wrong-proof",
    OPEN (TOY) C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL))
        S (SUCCESS (V_BAD)) NOT_TRUSTED,
    "sasl/server-not-trusted",
    { .direct = TRUE } },
  /* Legal: the proof in a challenge, then success without data */
  { "toy-proof-in-a-challenge",
    OPEN (TOY) C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL))
        S (CHALLENGE (V_GOOD)) C (RESPONSE ("")) S (SUCCESS ("")) BIND_AHEAD,
    "ok",
    { .direct = TRUE } },
};

/* The client's nonce, made longer; a salt; few iterations */
static char *
resolve (XmppTestPeer *peer, const char *name, gpointer user_data)
{
  const char *first = xmpp_test_peer_get_variable (peer, "first");
  g_autofree char *text = NULL;
  g_autofree char *message = NULL;
  gsize length;
  const char *nonce;

  g_assert_cmpstr (name, ==, "server-first");
  g_assert_nonnull (first);
  text = (char *) g_base64_decode (first, &length);
  text = g_realloc (text, length + 1);
  text[length] = '\0';
  nonce = strstr (text, ",r=");
  g_assert_nonnull (nonce);
  message = g_strconcat (nonce + 1, "X,s=QSXCR+Q6sek8bf92,i=4096", NULL);

  return g_base64_encode ((const guchar *) message, strlen (message));
}

static void
obtained_cb (XmppCredential *credential, const char *field, const char *value)
{
  g_test_message ("%s was handed out although the server is not trusted", field);
  g_test_fail ();
}

static void
test_success (gconstpointer data)
{
  const Row *row = data;
  XmppTestPeer *peer = xmpp_test_peer_new (row->script, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  g_autofree char *outcome = NULL;

  xmpp_test_peer_set_resolver (peer, resolve, NULL);
  side_start_client (&side, io, &row->setup);
  if (!g_str_equal (row->outcome, "ok"))
    g_signal_connect (side.credential, "obtained", G_CALLBACK (obtained_cb), NULL);
  side_wait (&side);
  outcome = side_dup_outcome (&side);
  g_assert_cmpstr (outcome, ==, row->outcome);
  if (side.error != NULL)
    g_assert_cmpint (xmpp_stream_get_state (side.stream) & XMPP_STREAM_AUTHENTICATED, ==,
                     0);
  xmpp_test_peer_finish (peer);
}

/* ---- A16: nothing worse after a failure; the peer sees every byte ---- */

#define REFUSED(condition)                                                               \
  OPEN (TOY PLAIN)                                                                       \
  C (AUTH ("X-TOY", N_USER))                                                             \
  S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)) S (FAILURE (condition))
#define REFUSED_AT_ONCE(condition)                                                       \
  OPEN (TOY PLAIN) C (AUTH ("X-TOY", N_USER)) S (FAILURE (condition))

static const Row a16_rows[] = {
  { "not-authorized",
    REFUSED ("not-authorized"),
    "sasl/not-authorized",
    { .direct = TRUE } },
  { "account-disabled",
    REFUSED ("account-disabled"),
    "sasl/account-disabled",
    { .direct = TRUE } },
  { "credentials-expired",
    REFUSED ("credentials-expired"),
    "sasl/credentials-expired",
    { .direct = TRUE } },
  { "temporary-auth-failure",
    REFUSED ("temporary-auth-failure"),
    "sasl/temporary-auth-failure",
    { .direct = TRUE } },
  { "invalid-mechanism",
    REFUSED_AT_ONCE ("invalid-mechanism"),
    "sasl/invalid-mechanism",
    { .direct = TRUE } },
  { "mechanism-too-weak",
    REFUSED_AT_ONCE ("mechanism-too-weak"),
    "sasl/mechanism-too-weak",
    { .direct = TRUE } },
  { "malformed-request",
    REFUSED_AT_ONCE ("malformed-request"),
    "sasl/malformed-request",
    { .direct = TRUE } },
  { "aborted", REFUSED_AT_ONCE ("aborted"), "sasl/aborted", { .direct = TRUE } },
  { "unknown-condition",
    REFUSED_AT_ONCE ("x-something"),
    "sasl/not-authorized",
    { .direct = TRUE } },
  /* A person who is asked again is asked for the same mechanism. */
  { "another-password",
    OPEN (TOY PLAIN) C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE))
        C (RESPONSE (P_WRONG)) S (FAILURE ("not-authorized")) C (AUTH ("X-TOY", N_USER))
            S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)) S (FAILURE ("not-authorized")),
    "sasl/not-authorized",
    { .direct = TRUE, .password = "wrong", .ask = TRUE } },
};

/* ---- A19: the way in of before SASL (XEP-0078) ---- */

static const Row a19_rows[] = {
  { "iq-auth-only",
    C (SECURE_HEAD)
        S (SERVER_HEAD FEATURES ("<auth xmlns='http://jabber.org/features/iq-auth'/>")),
    "sasl/policy",
    { .direct = TRUE } },
  { "anonymous-only", OPEN (MECHANISM ("ANONYMOUS")), "sasl/policy", { .direct = TRUE } },
};

/* ---- A17: too much, too little, not base64 ---- */

#define TOY_START OPEN (TOY) C (AUTH ("X-TOY", N_USER))
#define PLAIN_START OPEN (PLAIN) C (AUTH ("PLAIN", PLAIN_PENCIL))
#define AND_ABORT C (ABORT) S (FAILURE ("aborted"))
#define DIRECT .direct = TRUE

static const Row a17_client_rows[] = {
  { "challenge-with-blanks",
    TOY_START S (CHALLENGE ("bm9u Y2U=")) AND_ABORT,
    "sasl/incorrect-encoding",
    { DIRECT } },
  { "challenge-with-line-feed",
    TOY_START S (CHALLENGE ("bm9uY2U=&#10;")) AND_ABORT,
    "sasl/incorrect-encoding",
    { DIRECT } },
  { "challenge-without-padding",
    TOY_START S (CHALLENGE ("bm9uY2U")) AND_ABORT,
    "sasl/incorrect-encoding",
    { DIRECT } },
  { "challenge-with-loose-bits",
    TOY_START S (CHALLENGE ("bm9uY2V=")) AND_ABORT,
    "sasl/incorrect-encoding",
    { DIRECT } },
  { "empty-challenge",
    TOY_START S (CHALLENGE ("")) AND_ABORT,
    "sasl/malformed-request",
    { DIRECT } },
  { "challenge-after-completion",
    PLAIN_START S (CHALLENGE (NONCE)) AND_ABORT,
    "sasl/aborted",
    { DIRECT } },
  { "endless-challenges",
    TOY_START S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)) S (CHALLENGE (V_GOOD))
        C (RESPONSE ("")) S (CHALLENGE (V_GOOD)) AND_ABORT,
    "sasl/aborted",
    { DIRECT } },
};

#define HELLO C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN)))
#define DONE                                                                             \
  LOG_IN C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (                               \
      BIND "<session " NS_SESSION "><optional/></session>"))
#define GOAL .direct = TRUE, .goal = XMPP_STREAM_AUTHENTICATED

static const Row a17_server_rows[] = {
  { "none",
    HELLO C (AUTH ("PLAIN", "")) S (CHALLENGE ("")) C (RESPONSE (PLAIN_PENCIL))
        S (SUCCESS ("")) C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (
            BIND "<session " NS_SESSION "><optional/></session>")),
    "ok",
    { GOAL } },
  /* Empty is not none: no challenge asks for what has been said already. */
  { "empty",
    HELLO C (AUTH ("PLAIN", "=")) S (FAILURE ("malformed-request")) DONE,
    "ok",
    { GOAL } },
  { "blanks",
    HELLO C (AUTH ("PLAIN", " " PLAIN_PENCIL)) S (FAILURE ("incorrect-encoding")) DONE,
    "ok",
    { GOAL } },
  { "no-padding",
    HELLO C (AUTH ("X-TOY", "bj11c2VyCg")) S (FAILURE ("incorrect-encoding")) DONE,
    "ok",
    { GOAL } },
  { "empty-response",
    HELLO C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C (RESPONSE (""))
        S (FAILURE ("malformed-request")) DONE,
    "ok",
    { GOAL } },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attacks/A1/secret-in-clear", test_secret_in_clear);
  add_client_rows ("/attacks/A1", a1_rows, G_N_ELEMENTS (a1_rows));
  for (gsize i = 0; i < G_N_ELEMENTS (a2_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/A2/", a2_rows[i].name, NULL);

      g_test_add_data_func (path, &a2_rows[i], test_success);
    }
  add_client_rows ("/attacks/A16", a16_rows, G_N_ELEMENTS (a16_rows));
  add_client_rows ("/attacks/A19", a19_rows, G_N_ELEMENTS (a19_rows));
  add_client_rows ("/attacks/A17/client", a17_client_rows,
                   G_N_ELEMENTS (a17_client_rows));
  add_server_rows ("/attacks/A17/server", a17_server_rows,
                   G_N_ELEMENTS (a17_server_rows));
  return g_test_run ();
}
