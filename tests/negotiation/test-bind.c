/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

/* What a client that has logged in does next, and what it gets for it */
#define CLIENT(answer) OPEN (TOY) LOG_IN C (SECURE_HEAD BIND_REQUEST ("")) S (answer)
#define ANSWER(iq) SERVER_HEAD FEATURES (BIND) iq
#define ERROR(type, condition)                                                           \
  "<iq type='error' id='bind'><error type='" type "'><" condition " " NS_STANZAS         \
  "/></error></iq>"
#define RESULT(content) "<iq type='result' id='bind'>" content "</iq>"
#define DIRECT .direct = TRUE

static const Row client_rows[] = {
  { "server-chooses", CLIENT (ANSWER (BIND_RESULT ("user@x.test/r"))), "ok", { DIRECT } },
  { "one-by-one",
    OPEN (TOY) LOG_IN C (SECURE_HEAD) S (SERVER_HEAD FEATURES (BIND))
        C (BIND_REQUEST ("")) S (BIND_RESULT ("user@x.test/r")),
    "ok",
    { DIRECT, .one_by_one = TRUE } },
  { "resource-given",
    OPEN (TOY)
        LOG_IN C (SECURE_HEAD BIND_REQUEST ("<resource>phone</resource>")) "W: 1\n" S (
            ANSWER (BIND_RESULT ("user@x.test/phone"))),
    "ok",
    { DIRECT, .resource = "phone" } },
  { "resource-altered",
    OPEN (TOY) LOG_IN C (SECURE_HEAD BIND_REQUEST ("<resource>phone</resource>"))
        S (ANSWER (BIND_RESULT ("user@x.test/phone-2"))),
    "ok",
    { DIRECT, .resource = "phone" } },
  { "not-offered-and-done",
    CLIENT (SERVER_HEAD FEATURES ("") BIND_RESULT ("user@x.test/r")),
    "ok",
    { DIRECT } },
  { "not-offered-and-refused",
    CLIENT (SERVER_HEAD FEATURES ("") ERROR ("cancel", "service-unavailable")),
    "bind/policy",
    { DIRECT } },
  { "conflict",
    CLIENT (ANSWER (ERROR ("cancel", "conflict"))),
    "bind/conflict",
    { DIRECT } },
  { "bad-request",
    CLIENT (ANSWER (ERROR ("modify", "bad-request"))),
    "bind/bad-request",
    { DIRECT } },
  { "not-allowed",
    CLIENT (ANSWER (ERROR ("cancel", "not-allowed"))),
    "bind/not-allowed",
    { DIRECT } },
  { "resource-constraint",
    CLIENT (ANSWER (ERROR ("wait", "resource-constraint"))),
    "bind/resource-constraint",
    { DIRECT } },
  { "error-without-condition",
    CLIENT (ANSWER ("<iq type='error' id='bind'><error type='cancel'/></iq>")),
    "bind/undefined-condition",
    { DIRECT } },
  { "no-payload",
    CLIENT (ANSWER (RESULT (""))) C (STREAM_ERROR ("bad-format")),
    "bind/bad-format",
    { DIRECT } },
  { "no-jid",
    CLIENT (ANSWER (RESULT ("<bind " NS_BIND "/>"))) C (STREAM_ERROR ("bad-format")),
    "bind/bad-format",
    { DIRECT } },
  { "two-jids",
    CLIENT (ANSWER (RESULT ("<bind " NS_BIND "><jid>user@x.test/a</jid>"
                            "<jid>user@x.test/b</jid></bind>")))
        C (STREAM_ERROR ("bad-format")),
    "bind/bad-format",
    { DIRECT } },
  { "two-payloads",
    CLIENT (ANSWER (RESULT ("<bind " NS_BIND "><jid>user@x.test/a</jid></bind>"
                            "<bind " NS_BIND "><jid>user@x.test/b</jid></bind>")))
        C (STREAM_ERROR ("bad-format")),
    "bind/bad-format",
    { DIRECT } },
  { "another-user",
    CLIENT (ANSWER (BIND_RESULT ("admin@x.test/r"))) C (STREAM_ERROR ("invalid-from")),
    "bind/invalid-from",
    { DIRECT } },
  { "another-domain",
    CLIENT (ANSWER (BIND_RESULT ("user@y.test/r"))) C (STREAM_ERROR ("invalid-from")),
    "bind/invalid-from",
    { DIRECT } },
  { "bare-jid",
    CLIENT (ANSWER (BIND_RESULT ("user@x.test"))) C (STREAM_ERROR ("invalid-from")),
    "bind/invalid-from",
    { DIRECT } },
  { "empty-jid",
    CLIENT (ANSWER (BIND_RESULT (""))) C (STREAM_ERROR ("invalid-from")),
    "bind/invalid-from",
    { DIRECT } },
  { "error-without-error",
    CLIENT (ANSWER ("<iq type='error' id='bind'/>")),
    "bind/undefined-condition",
    { DIRECT } },
  { "foreign-iq",
    CLIENT (ANSWER ("<iq xmlns='urn:x' type='result' id='bind'><bind " NS_BIND
                    "><jid>user@x.test/r</jid></bind></iq>"))
        C (STREAM_ERROR ("bad-format")),
    "bind/bad-format",
    { DIRECT } },
  { "foreign-error",
    CLIENT (ANSWER ("<iq xmlns='urn:x' type='error' id='bind'/>"))
        C (STREAM_ERROR ("bad-format")),
    "bind/bad-format",
    { DIRECT } },
  { "malformed-jid",
    CLIENT (ANSWER (BIND_RESULT ("@@/"))) C (STREAM_ERROR ("invalid-from")),
    "bind/invalid-from",
    { DIRECT } },
  { "another-id",
    CLIENT (ANSWER ("<iq type='result' id='other'/>")) C (STREAM_ERROR ("bad-format")),
    "bind/bad-format",
    { DIRECT } },
  { "a-stanza-first",
    CLIENT (ANSWER ("<message><body>hello</body></message>"))
        C (STREAM_ERROR ("bad-format")),
    "bind/bad-format",
    { DIRECT } },
  { "answer-before-features",
    CLIENT (SERVER_HEAD BIND_RESULT ("user@x.test/r")) C (STREAM_ERROR ("bad-format")),
    "stream/bad-format",
    { DIRECT } },
  { "silent",
    CLIENT (SERVER_HEAD FEATURES (BIND)),
    "bind/timed-out",
    { DIRECT, .exchange_seconds = 1 } },
};

/* ---- The server ---- */

#define SERVER_OFFER(mechanisms)                                                         \
  S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (mechanisms)))
#define BIND_OFFER FEATURES (BIND "<session " NS_SESSION "><optional/></session>")
#define SERVER                                                                           \
  C (SECURE_HEAD)                                                                        \
  SERVER_OFFER (TOY PLAIN) LOG_IN C (SECURE_HEAD) S (SERVER_SECURE_HELLO BIND_OFFER)
#define SERVER_ERROR(type, condition)                                                    \
  S ("<iq type='error' id='bind'><error type='" type "'><" condition " " NS_STANZAS      \
     "/></error></iq>")
#define THEN_DONE C (BIND_REQUEST ("")) S (BIND_RESULT ("{*}"))

static XmppJid *
choose_jid (XmppStream *stream, const char *resource, gpointer user_data, GError **error)
{
  static const struct
  {
    const char *resource;
    XmppStanzaError condition;
  } refusals[] = {
    { "taken", XMPP_STANZA_ERROR_CONFLICT },
    { "bad", XMPP_STANZA_ERROR_BAD_REQUEST },
    { "no", XMPP_STANZA_ERROR_NOT_ALLOWED },
    { "many", XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (g_strcmp0 (resource, refusals[i].resource) == 0)
      {
        g_set_error_literal (error, XMPP_STANZA_ERROR, (int) refusals[i].condition, "No");
        return NULL;
      }

  return xmpp_jid_dup_with_resource (xmpp_stream_get_jid (stream), "chosen", error);
}

#define ASK(resource) C (BIND_REQUEST ("<resource>" resource "</resource>"))
#define CHOOSE DIRECT, .choose = choose_jid

static const Row server_rows[] = {
  { "random-resource", SERVER THEN_DONE, "ok", { DIRECT } },
  { "empty-resource", SERVER ASK ("") S (BIND_RESULT ("{*}")), "ok", { DIRECT } },
  { "resource-taken-over",
    SERVER ASK ("phone") S (BIND_RESULT ("user@x.test/phone")),
    "ok",
    { DIRECT } },
  { "resource-chosen",
    SERVER ASK ("phone") S (BIND_RESULT ("user@x.test/chosen")),
    "ok",
    { CHOOSE } },
  { "conflict",
    SERVER ASK ("taken") SERVER_ERROR ("cancel", "conflict") THEN_DONE,
    "ok",
    { CHOOSE } },
  { "bad-request",
    SERVER ASK ("bad") SERVER_ERROR ("modify", "bad-request") THEN_DONE,
    "ok",
    { CHOOSE } },
  { "not-allowed",
    SERVER ASK ("no") SERVER_ERROR ("cancel", "not-allowed") THEN_DONE,
    "ok",
    { CHOOSE } },
  { "resource-constraint",
    SERVER ASK ("many") SERVER_ERROR ("wait", "resource-constraint") THEN_DONE,
    "ok",
    { CHOOSE } },
  { "two-resources",
    SERVER C (BIND_REQUEST ("<resource>a</resource><resource>b</resource>"))
        SERVER_ERROR ("modify", "bad-request") THEN_DONE,
    "ok",
    { DIRECT } },
  { "get",
    SERVER C ("<iq type='get' id='bind'><bind " NS_BIND "/></iq>")
        SERVER_ERROR ("modify", "bad-request") THEN_DONE,
    "ok",
    { DIRECT } },
  { "unknown-type",
    SERVER C ("<iq type='ask' id='bind'><bind " NS_BIND "/></iq>")
        SERVER_ERROR ("modify", "bad-request") THEN_DONE,
    "ok",
    { DIRECT } },
  { "two-children",
    SERVER C ("<iq type='set' id='bind'><bind " NS_BIND "/><x xmlns='urn:x'/></iq>")
        SERVER_ERROR ("modify", "bad-request") THEN_DONE,
    "ok",
    { DIRECT } },
  { "no-id",
    SERVER C ("<iq type='set'><bind " NS_BIND "/></iq>") S (STREAM_ERROR ("bad-format")),
    "bad-format",
    { DIRECT } },
  { "too-often",
    SERVER ASK ("no") SERVER_ERROR ("cancel", "not-allowed") ASK ("no")
        SERVER_ERROR ("cancel", "not-allowed") ASK ("no")
            SERVER_ERROR ("cancel", "not-allowed") ASK ("no")
                SERVER_ERROR ("cancel", "not-allowed") ASK ("no")
                    SERVER_ERROR ("cancel", "not-allowed") ASK ("no")
                        S (STREAM_ERROR ("policy-violation")),
    "policy-violation",
    { CHOOSE } },
  { "a-stanza-first",
    SERVER C ("<message to='other@x.test'><body>hello</body></message>")
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { DIRECT } },
  { "a-result",
    SERVER C (BIND_RESULT ("user@x.test/r")) S (STREAM_ERROR ("bad-format")),
    "bad-format",
    { DIRECT } },
  { "bare-element",
    SERVER C (BIND) S (STREAM_ERROR ("bad-format")),
    "bad-format",
    { DIRECT } },
};

static void
check_jid (const char *script, const Setup *setup, const char *expected)
{
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) facts = NULL;
  g_autofree char *resource = NULL;
  XmppJid *jid;

  side_start_client (&side, io, setup);
  g_assert_true (side_wait (&side));
  jid = xmpp_stream_get_jid (side.stream);
  g_assert_cmpstr (xmpp_jid_to_string (jid), ==, expected);

  report = xmpp_report_to_variant (side.report);
  facts = g_variant_lookup_value (report, "bind", G_VARIANT_TYPE_VARDICT);
  g_assert_nonnull (facts);
  g_assert_true (g_variant_lookup (facts, "resource", "s", &resource));
  g_assert_cmpstr (resource, ==, xmpp_jid_get_resource (jid));
  xmpp_test_peer_finish (peer);
}

/* The server has the last word, and what it said is the stream's address. */
static void
test_jid (void)
{
  static const Setup given = { DIRECT, .resource = "phone" };
  static const Setup chosen = { DIRECT };

  check_jid (OPEN (TOY) LOG_IN C (SECURE_HEAD BIND_REQUEST ("<resource>phone</resource>"))
                 S (ANSWER (BIND_RESULT ("user@x.test/phone-2"))),
             &given, "user@x.test/phone-2");
  check_jid (OPEN (TOY) LOG_IN BIND_AHEAD, &chosen, "user@x.test/r");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_client_rows ("/bind/client", client_rows, G_N_ELEMENTS (client_rows));
  add_server_rows ("/bind/server", server_rows, G_N_ELEMENTS (server_rows));
  g_test_add_func ("/bind/client/jid", test_jid);
  return g_test_run ();
}
