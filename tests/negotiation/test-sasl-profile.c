/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include "toy-mechanism.h"
#include "xmpp-test-stream.h"

/* The next header shows that the login counts. */
#define AUTHENTICATED C (SECURE_HEAD) S (SERVER_HEAD FEATURES (""))
#define LOGIN .direct = TRUE, .goal = XMPP_STREAM_AUTHENTICATED, .one_by_one = TRUE
#define ONLY_PLAIN LOGIN, .mechanisms = "PLAIN"

#define START_TOY OPEN (TOY) C (AUTH ("X-TOY", N_USER))
#define REFUSED(condition)                                                               \
  {                                                                                      \
    condition, START_TOY S (FAILURE (condition)), "sasl/" condition, { LOGIN }           \
  }

static const Row client_rows[] = {
  { "toy", OPEN (TOY) LOG_IN AUTHENTICATED, "ok", { LOGIN } },
  { "plain",
    OPEN (PLAIN) C (AUTH ("PLAIN", PLAIN_PENCIL)) S (SUCCESS ("")) AUTHENTICATED,
    "ok",
    { LOGIN } },
  { "strongest-first", OPEN (PLAIN TOY) LOG_IN AUTHENTICATED, "ok", { LOGIN } },
  { "unknown-mechanisms-too",
    OPEN ("<mechanism>X-OTHER</mechanism>" TOY) LOG_IN AUTHENTICATED,
    "ok",
    { LOGIN } },
  { "success-data-in-a-challenge",
    START_TOY S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)) S (CHALLENGE (V_GOOD))
        C (RESPONSE ("")) S (SUCCESS ("")) AUTHENTICATED,
    "ok",
    { LOGIN } },
  { "insecure",
    C (CLIENT_HEAD) S (SERVER_HEAD FEATURES (MECHANISMS (PLAIN)))
        C (AUTH ("PLAIN", PLAIN_PENCIL)) S (SUCCESS ("")) C (CLIENT_HEAD)
            S (SERVER_HEAD FEATURES ("")),
    "ok",
    { .insecure = TRUE, .goal = XMPP_STREAM_AUTHENTICATED, .one_by_one = TRUE } },

  /* RFC 6120 §6.5 */
  REFUSED ("aborted"),
  REFUSED ("account-disabled"),
  REFUSED ("credentials-expired"),
  REFUSED ("encryption-required"),
  REFUSED ("incorrect-encoding"),
  REFUSED ("invalid-authzid"),
  REFUSED ("invalid-mechanism"),
  REFUSED ("malformed-request"),
  REFUSED ("mechanism-too-weak"),
  REFUSED ("not-authorized"),
  REFUSED ("temporary-auth-failure"),
  { "unknown-condition",
    START_TOY S (FAILURE ("bad-luck")),
    "sasl/not-authorized",
    { LOGIN } },
  { "no-condition",
    START_TOY S ("<failure " NS_SASL "/>"),
    "sasl/not-authorized",
    { LOGIN } },
  { "text",
    START_TOY S ("<failure " NS_SASL
                 "><text xml:lang='en'>Call us</text><account-disabled/></failure>"),
    "sasl/account-disabled",
    { LOGIN } },
  { "failure-after-the-response",
    START_TOY S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL))
        S (FAILURE ("not-authorized")),
    "sasl/not-authorized",
    { LOGIN } },

  /* Another mechanism, only where it cannot reveal more */
  { "next-after-invalid-mechanism",
    OPEN (TOY "<mechanism>SCRAM-SHA-1</mechanism>") C (AUTH ("SCRAM-SHA-1", "{*}"))
        S (FAILURE ("invalid-mechanism")) LOG_IN AUTHENTICATED,
    "ok",
    { LOGIN, .mechanisms = "SCRAM-SHA-1,X-TOY" } },

  /* What the server must not do */
  { "challenge-is-not-base64",
    START_TOY S (CHALLENGE ("no base64")) C (ABORT) S (FAILURE ("aborted")),
    "sasl/incorrect-encoding",
    { LOGIN } },
  { "success-is-not-base64",
    START_TOY S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)) S (SUCCESS ("!"))
        C (STREAM_ERROR ("undefined-condition")),
    "sasl/incorrect-encoding",
    { LOGIN } },
  { "challenge-makes-no-sense",
    START_TOY S (CHALLENGE (V_GOOD)) C (ABORT) S (FAILURE ("aborted")),
    "sasl/malformed-request",
    { LOGIN } },
  { "closes-upon-abort",
    START_TOY S (CHALLENGE (V_GOOD)) C (ABORT) S ("</stream:stream>"),
    "sasl/malformed-request",
    { LOGIN } },
  { "ignores-abort",
    START_TOY S (CHALLENGE (V_GOOD)) C (ABORT),
    "sasl/malformed-request",
    { LOGIN, .exchange_seconds = 1 } },
  { "success-upon-abort",
    START_TOY S (CHALLENGE (V_GOOD)) C (ABORT) S (SUCCESS (""))
        C (STREAM_ERROR ("bad-format")),
    "sasl/bad-format",
    { LOGIN } },
  { "something-else",
    START_TOY S ("<proceed " NS_TLS "/>") C (STREAM_ERROR ("bad-format")),
    "sasl/bad-format",
    { LOGIN } },
  { "a-stanza",
    START_TOY S ("<message/>") C (STREAM_ERROR ("bad-format")),
    "sasl/bad-format",
    { LOGIN } },
  { "features-again",
    START_TOY S (FEATURES (MECHANISMS (TOY))) C (STREAM_ERROR ("bad-format")),
    "sasl/bad-format",
    { LOGIN } },
  { "closes", START_TOY S ("</stream:stream>"), "sasl/closed", { LOGIN } },
  { "drops", START_TOY "E: close\n", "sasl/truncated", { LOGIN } },
  { "silent", START_TOY, "sasl/timed-out", { LOGIN, .exchange_seconds = 1 } },
};

/* ---- The server ---- */

#define HELLO C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN)))
#define DONE                                                                             \
  C (SECURE_HEAD)                                                                        \
  S (SERVER_SECURE_HELLO FEATURES (BIND "<session " NS_SESSION "><optional/></"          \
                                        "session>"))

#define HELLO_OF_HOST(host)                                                              \
  C (SECURE_HEAD)                                                                        \
  S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (                                          \
      TOY PLAIN "<hostname xmlns='urn:xmpp:domain-based-name:1'>" host "</hostname>")))

static const Row server_rows[] = {
  { "host",
    HELLO_OF_HOST ("auth.x.test") LOG_IN DONE,
    "ok",
    { LOGIN, .host = "auth.x.test" } },
  { "host-in-clear",
    C (CLIENT_HEAD) S (SERVER_HELLO FEATURES (MECHANISMS (TOY PLAIN)))
        LOG_IN C (CLIENT_HEAD) S (
            SERVER_HELLO FEATURES (BIND "<session " NS_SESSION "><optional/></session>")),
    "ok",
    { .insecure = TRUE,
      .goal = XMPP_STREAM_AUTHENTICATED,
      .one_by_one = TRUE,
      .host = "auth.x.test" } },
  { "host-is-the-domain", HELLO LOG_IN DONE, "ok", { LOGIN, .host = "x.test" } },
  { "toy", HELLO LOG_IN DONE, "ok", { LOGIN } },
  { "toy-without-initial-response",
    HELLO C (AUTH ("X-TOY", "")) S (CHALLENGE ("")) C (RESPONSE (N_USER))
        S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)) S (SUCCESS (V_GOOD)) DONE,
    "ok",
    { LOGIN } },
  { "plain",
    HELLO C (AUTH ("PLAIN", PLAIN_PENCIL)) S (SUCCESS ("")) DONE,
    "ok",
    { LOGIN } },
  { "plain-without-initial-response",
    HELLO C (AUTH ("PLAIN", "")) S (CHALLENGE ("")) C (RESPONSE (PLAIN_PENCIL))
        S (SUCCESS ("")) DONE,
    "ok",
    { LOGIN } },
  { "not-authorized",
    HELLO C (AUTH ("PLAIN", PLAIN_WRONG)) S (FAILURE ("not-authorized")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "not-authorized-toy",
    HELLO C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C (RESPONSE (P_WRONG))
        S (FAILURE ("not-authorized")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "unknown-user",
    HELLO C (AUTH ("PLAIN", "AG5vYm9keQBwZW5jaWw=")) S (FAILURE ("not-authorized"))
        LOG_IN DONE,
    "ok",
    { LOGIN } },
  /* What a mechanism calls a user is no address of another domain, named twice or once. */
  { "user-with-a-domain",
    HELLO C (AUTH ("X-TOY", "bj11c2VyQHkudGVzdA==")) S (CHALLENGE (NONCE))
        C (RESPONSE (P_PENCIL)) S (FAILURE ("invalid-authzid")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "user-with-a-domain-as-itself",
    HELLO C (AUTH ("PLAIN", "dXNlckB5LnRlc3QAdXNlckB5LnRlc3QAcGVuY2ls"))
        S (FAILURE ("invalid-authzid")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "aborted",
    HELLO C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C (ABORT)
        S (FAILURE ("aborted")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "incorrect-encoding",
    HELLO C (AUTH ("X-TOY", "no base64")) S (FAILURE ("incorrect-encoding")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "incorrect-encoding-of-a-response",
    HELLO C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C (RESPONSE ("="
                                                                        "x"))
        S (FAILURE ("incorrect-encoding")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "malformed-request",
    HELLO C (AUTH ("X-TOY", V_BAD)) S (FAILURE ("malformed-request")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "invalid-mechanism",
    HELLO C (AUTH ("X-OTHER", N_USER)) S (FAILURE ("invalid-mechanism")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "no-mechanism",
    HELLO C ("<auth " NS_SASL "/>") S (FAILURE ("invalid-mechanism")) LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "mechanism-that-policy-forbids",
    C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (PLAIN)))
        C (AUTH ("X-TOY", N_USER)) S (FAILURE ("invalid-mechanism"))
            C (AUTH ("PLAIN", PLAIN_PENCIL)) S (SUCCESS ("")) DONE,
    "ok",
    { ONLY_PLAIN } },
  { "binding-without-tls",
    HELLO C (AUTH ("SCRAM-SHA-256-PLUS", N_USER)) S (FAILURE ("invalid-mechanism"))
        LOG_IN DONE,
    "ok",
    { LOGIN } },
  { "too-many-attempts",
    HELLO C (AUTH ("PLAIN", PLAIN_WRONG)) S (FAILURE ("not-authorized"))
        C (AUTH ("PLAIN", PLAIN_WRONG)) S (FAILURE ("not-authorized"))
            C (AUTH ("PLAIN", PLAIN_WRONG))
                S (FAILURE ("not-authorized") STREAM_ERROR ("policy-violation")),
    "policy-violation",
    { LOGIN } },
  { "response-first",
    HELLO C (RESPONSE (N_USER)) S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { LOGIN } },
  { "auth-in-the-middle",
    HELLO C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C (AUTH ("X-TOY", N_USER))
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { LOGIN } },
  { "a-stanza-in-the-middle",
    HELLO C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C ("<message/>")
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { LOGIN } },
  { "closes-in-the-middle",
    HELLO C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C ("</stream:stream>"),
    "closed",
    { LOGIN } },
  { "silent",
    HELLO C (AUTH ("X-TOY", N_USER))
        S (CHALLENGE (NONCE) STREAM_ERROR ("connection-timeout")),
    "connection-timeout",
    { LOGIN, .exchange_seconds = 1 } },
};

/* The clock of an exchange stands still while a person looks for the password. */
static void
test_question (void)
{
  static const Setup setup = { LOGIN, .ask = TRUE };
  XmppTestPeer *peer =
      xmpp_test_peer_new (OPEN (TOY) LOG_IN AUTHENTICATED, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };

  side_start_client (&side, io, &setup);
  side_wait (&side);
  g_assert_no_error (side.error);
  g_assert_cmpuint (side.questions, ==, 1);
  xmpp_test_peer_finish (peer);
}

/* Wrong password: the person is asked for another one, on the same stream. */
static void
test_second_question (void)
{
  static const Setup setup = { LOGIN, .ask = TRUE, .password = "wrong" };
  XmppTestPeer *peer =
      xmpp_test_peer_new (OPEN (TOY) C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE))
                              C (RESPONSE (P_WRONG)) S (FAILURE ("not-authorized"))
                                  LOG_IN AUTHENTICATED,
                          XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };

  side_start_client (&side, io, &setup);
  side_wait (&side);
  g_assert_no_error (side.error);
  g_assert_cmpuint (side.questions, ==, 2);
  xmpp_test_peer_finish (peer);
}

static void
test_facts (void)
{
  static const Setup setup = { LOGIN };
  XmppTestPeer *peer =
      xmpp_test_peer_new (OPEN (TOY PLAIN) LOG_IN AUTHENTICATED, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) facts = NULL;
  g_autofree char *profile = NULL;
  g_autofree char *mechanism = NULL;
  gboolean mutual = FALSE;

  side_start_client (&side, io, &setup);
  g_assert_true (side_wait (&side));
  report = xmpp_report_to_variant (side.report);
  facts = g_variant_lookup_value (report, "sasl", G_VARIANT_TYPE_VARDICT);
  g_assert_nonnull (facts);
  g_assert_true (g_variant_lookup (facts, "profile", "s", &profile));
  g_assert_true (g_variant_lookup (facts, "mechanism", "s", &mechanism));
  g_assert_true (g_variant_lookup (facts, "mutual", "b", &mutual));
  g_assert_cmpstr (profile, ==, "sasl");
  g_assert_cmpstr (mechanism, ==, "X-TOY");
  g_assert_true (mutual);
  xmpp_test_peer_finish (peer);
}

/* Cancelled at any point, the login ends with that and with nothing else. */
static void
test_cancelled (void)
{
  for (guint turns = 0; turns < 12; turns++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Setup setup = { LOGIN, .cancellable = cancellable };
      g_autoptr (XmppTestPeer) peer =
          xmpp_test_peer_new (OPEN (TOY) LOG_IN C (SECURE_HEAD), XMPP_TEST_PEER_SERVER);
      g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
      g_auto (Side) side = { 0 };

      side_start_client (&side, io, &setup);
      for (guint i = 0; i < turns; i++)
        g_main_context_iteration (NULL, FALSE);
      g_cancellable_cancel (cancellable);
      g_assert_false (side_wait (&side));
      g_assert_error (side.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

/* ---- What a receiving side promises ---- */

static void
register_ticket (XmppSaslRegistry *registry)
{
  static const char *const names[] = { "GSSAPI", "GS2-KRB5" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (XmppSaslMechanismInfo) info =
          xmpp_sasl_mechanism_info_new (names[i], XMPP_SASL_ROLE_SERVER, 0, 70, NULL);

      xmpp_sasl_registry_register (registry, info, TOY_TYPE_MECHANISM);
    }
}

static GStrv
list_offered (const char *mechanisms, const char *keytab)
{
  const Setup client_setup = { .direct = TRUE };
  const Setup server_setup = { .direct = TRUE,
                               .mechanisms = mechanisms,
                               .keytab = keytab,
                               .register_more = register_ticket };
  g_autoptr (GIOStream) client_io = NULL;
  g_autoptr (GIOStream) server_io = NULL;
  g_auto (Side) client = { 0 };
  g_auto (Side) server = { 0 };
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) offer = NULL;
  const char *words = NULL;

  xmpp_test_stream_pair (&client_io, &server_io);
  side_start_client (&client, client_io, &client_setup);
  side_start_server (&server, server_io, &server_setup);
  g_assert_true (side_wait (&client));
  g_assert_true (side_wait (&server));

  report = xmpp_report_to_variant (client.report);
  offer = g_variant_lookup_value (report, "offer", G_VARIANT_TYPE_VARDICT);
  g_assert_true (g_variant_lookup (offer, "mechanisms", "&s", &words));

  return g_strsplit (words, " ", -1);
}

/* A key of the service's is needed, which nobody can be sure of */
static void
test_ticket_offered (void)
{
  static const struct
  {
    const char *mechanisms;
    const char *keytab;
    gboolean offered;
  } rows[] = {
    { "", NULL, FALSE },
    { "", "FILE:/service.keytab", TRUE },
    { "X-TOY,GSSAPI,GS2-KRB5", NULL, TRUE },
    { "X-TOY,PLAIN", "FILE:/service.keytab", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) offered = list_offered (rows[i].mechanisms, rows[i].keytab);
      const char *const *names = (const char *const *) offered;

      g_test_message ("%u", i);
      g_assert_true (g_strv_contains (names, "X-TOY"));
      g_assert_cmpint (g_strv_contains (names, "GSSAPI"), ==, rows[i].offered);
      g_assert_cmpint (g_strv_contains (names, "GS2-KRB5"), ==, rows[i].offered);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_client_rows ("/sasl-profile/client", client_rows, G_N_ELEMENTS (client_rows));
  add_server_rows ("/sasl-profile/server", server_rows, G_N_ELEMENTS (server_rows));
  g_test_add_func ("/sasl-profile/client/question", test_question);
  g_test_add_func ("/sasl-profile/client/second-question", test_second_question);
  g_test_add_func ("/sasl-profile/client/facts", test_facts);
  g_test_add_func ("/sasl-profile/client/cancelled", test_cancelled);
  g_test_add_func ("/sasl-profile/server/ticket-offered", test_ticket_offered);
  return g_test_run ();
}
