/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#define STARTTLS "<starttls " NS_TLS "/>"
#define STARTTLS_OFFER "<starttls " NS_TLS "><required/></starttls>"
#define PROCEED "<proceed " NS_TLS "/>"
#define OPTIONAL_SESSION "<session " NS_SESSION "><optional/></session>"
#define HELLO S (SERVER_HELLO FEATURES (STARTTLS_OFFER))
#define SECURE_HELLO S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN)))
#define AUTHENTICATED_HELLO S (SERVER_SECURE_HELLO FEATURES (BIND OPTIONAL_SESSION))
#define DIRECT .direct = TRUE

static const Row rows[] = {
  { "whole-login",
    C (CLIENT_HEAD) HELLO C (STARTTLS) S (PROCEED) "T: handshake\n" C (SECURE_HEAD)
        SECURE_HELLO LOG_IN C (SECURE_HEAD) AUTHENTICATED_HELLO C (
            BIND_REQUEST ("<resource>r</resource>")) S (BIND_RESULT ("user@x.test/r")),
    "ok",
    { 0 } },
  { "ahead",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HELLO FEATURES (
        STARTTLS_OFFER) PROCEED) "T: handshake\n" C (SECURE_HEAD AUTH ("X-TOY", N_USER))
        S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN)) CHALLENGE (NONCE))
            C (RESPONSE (P_PENCIL)) S (SUCCESS (V_GOOD))
                C (SECURE_HEAD BIND_REQUEST ("<resource>r</resource>"))
                    S (SERVER_SECURE_HELLO FEATURES (BIND OPTIONAL_SESSION)
                           BIND_RESULT ("user@x.test/r")),
    "ok",
    { 0 } },
  /* RFC 6120 §4.2: a client may not wait for <success/>'s echo, but the bytes are there */
  { "header-behind-the-response",
    C (SECURE_HEAD) SECURE_HELLO C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE))
        C (RESPONSE (P_PENCIL) SECURE_HEAD BIND_REQUEST ("<resource>r</resource>"))
            S (SUCCESS (V_GOOD) SERVER_SECURE_HELLO FEATURES (BIND OPTIONAL_SESSION)
                   BIND_RESULT ("user@x.test/r")),
    "ok",
    { DIRECT } },

  /* Headers */
  { "host-unknown",
    C (HEAD "to='z.test'>")
        S (HEAD "from='x.test' id='{*}'>" STREAM_ERROR ("host-unknown")),
    "host-unknown",
    { DIRECT } },
  { "no-host",
    C (HEAD ">") S (HEAD "from='x.test' id='{*}'>" STREAM_ERROR ("host-unknown")),
    "host-unknown",
    { DIRECT } },
  { "second-host",
    C (HEAD "to='y.test'>") S (HEAD "from='y.test' id='{*}'>" FEATURES (STARTTLS_OFFER))
        C (STARTTLS) S (PROCEED) "T: handshake\n" C (HEAD "to='y.test'>")
            S (HEAD "from='y.test' id='{*}'>" FEATURES (MECHANISMS (TOY PLAIN)))
                C ("</stream:stream>"),
    "closed",
    { 0 } },
  { "host-in-capitals",
    C (HEAD "to='X.TEST'>")
        S (HEAD "from='X.TEST' id='{*}'>" FEATURES (MECHANISMS (TOY PLAIN)))
            C ("</stream:stream>"),
    "closed",
    { DIRECT } },
  { "host-changes",
    C (CLIENT_HEAD) HELLO C (STARTTLS)
        S (PROCEED) "T: handshake\n" C (HEAD "to='y.test'>")
            S (HEAD "from='x.test' id='{*}'>" STREAM_ERROR ("host-unknown")),
    "host-unknown",
    { 0 } },
  { "account-changes",
    C (SECURE_HEAD) SECURE_HELLO LOG_IN C (HEAD "to='x.test' from='admin@x.test'>") S (
        HEAD "from='x.test' to='admin@x.test' id='{*}'>" STREAM_ERROR ("invalid-from")),
    "invalid-from",
    { DIRECT } },
  { "old-version",
    C ("<stream:stream xmlns='jabber:client' "
       "xmlns:stream='http://etherx.jabber.org/streams' to='x.test'>")
        S (HEAD "from='x.test' id='{*}'>" STREAM_ERROR ("unsupported-version")),
    "unsupported-version",
    { DIRECT } },
  { "no-xml",
    "C: GET / HTTP/1.1\n" S (HEAD "id='{*}'>" STREAM_ERROR ("not-well-formed")),
    "not-well-formed",
    { DIRECT } },

  /* Out of turn */
  { "auth-before-tls",
    C (CLIENT_HEAD) HELLO C (AUTH ("PLAIN", PLAIN_PENCIL))
        S (STREAM_ERROR ("policy-violation")),
    "policy-violation",
    { 0 } },
  { "bind-before-tls",
    C (CLIENT_HEAD) HELLO C (BIND_REQUEST ("")) S (STREAM_ERROR ("policy-violation")),
    "policy-violation",
    { 0 } },
  { "bind-before-auth",
    C (SECURE_HEAD) SECURE_HELLO C (BIND_REQUEST (""))
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { DIRECT } },
  { "stanza-before-auth",
    C (SECURE_HEAD) SECURE_HELLO C ("<message to='a@x.test'/>")
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { DIRECT } },
  { "iq-auth",
    C (SECURE_HEAD)
        SECURE_HELLO C ("<iq type='get' id='a'><query xmlns='jabber:iq:auth'/></iq>")
            S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { DIRECT } },
  { "empty-iq",
    C (SECURE_HEAD) SECURE_HELLO C ("<iq type='get' id='a'/>")
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { DIRECT } },
  { "unknown-before-auth",
    C (SECURE_HEAD) SECURE_HELLO C ("<enable xmlns='urn:xmpp:sm:3'/>")
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { DIRECT } },
  { "unknown-after-auth",
    C (SECURE_HEAD) SECURE_HELLO LOG_IN C (SECURE_HEAD) AUTHENTICATED_HELLO C (
        "<enable xmlns='urn:xmpp:sm:3'/>") S (STREAM_ERROR ("unsupported-stanza-type")),
    "unsupported-stanza-type",
    { DIRECT } },
  { "starttls-twice",
    C (SECURE_HEAD) SECURE_HELLO C (STARTTLS) S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { DIRECT } },
  { "auth-twice",
    C (SECURE_HEAD) SECURE_HELLO LOG_IN C (SECURE_HEAD) AUTHENTICATED_HELLO C (
        AUTH ("X-TOY", N_USER)) S (STREAM_ERROR ("unsupported-stanza-type")),
    "unsupported-stanza-type",
    { DIRECT } },
  { "stream-error",
    C (SECURE_HEAD)
        SECURE_HELLO C (STREAM_ERROR ("undefined-condition") "</stream:stream>"),
    "undefined-condition",
    { DIRECT } },

  /* Silence */
  { "no-header",
    S (HEAD "id='{*}'>" STREAM_ERROR ("connection-timeout")),
    "connection-timeout",
    { DIRECT, .exchange_seconds = 1 } },
  { "no-request",
    C (SECURE_HEAD) SECURE_HELLO S (STREAM_ERROR ("connection-timeout")),
    "connection-timeout",
    { DIRECT, .exchange_seconds = 1 } },
};

static void
test_account (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new (rows[0].script, XMPP_TEST_PEER_CLIENT);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };

  side_start_server (&side, io, &rows[0].setup);
  g_assert_true (side_wait (&side));
  g_assert_cmpstr (xmpp_jid_to_string (xmpp_stream_get_jid (side.stream)), ==,
                   "user@x.test/r");
  g_assert_cmpint (xmpp_stream_get_state (side.stream), ==,
                   XMPP_STREAM_SECURE | XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
  xmpp_test_peer_finish (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_server_rows ("/responder", rows, G_N_ELEMENTS (rows));
  g_test_add_func ("/responder/account", test_account);
  return g_test_run ();
}
