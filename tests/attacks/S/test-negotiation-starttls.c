/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include "tls/xmpp-tls-handshake.h"

#define STARTTLS "<starttls " NS_TLS "/>"
#define STARTTLS_OFFER "<starttls " NS_TLS "><required/></starttls>"
#define PROCEED "<proceed " NS_TLS "/>"
#define TLS_FAILURE "<failure " NS_TLS "/>"
#define COMPRESSION                                                                      \
  "<compression xmlns='http://jabber.org/features/compress'><method>zlib</method>"       \
  "</compression>"
#define REGISTER "<register xmlns='http://jabber.org/features/iq-register'/>"
#define IQ_AUTH "<auth xmlns='http://jabber.org/features/iq-auth'/>"
#define SASL2                                                                            \
  "<authentication "                                                                     \
  "xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism></authentication>"
#define EVERYTHING MECHANISMS (PLAIN TOY) SASL2 BIND COMPRESSION REGISTER IQ_AUTH

/* What is left after the client has asked for TLS */
#define STRIPPED(list) C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES (list))
#define REMEMBER(list)                                                                   \
  "<features xmlns='http://etherx.jabber.org/streams'>" list "</features>"

/* S1: <starttls/> was taken out of the list. Nothing but the request for TLS is sent, whatever
 * is offered instead (the peer of each row sees every byte). */
static const Row s1_rows[] = {
  { "plain-offered-failure",
    STRIPPED (MECHANISMS (PLAIN)) S (TLS_FAILURE),
    "starttls/policy",
    { 0 } },
  { "plain-offered-silence",
    STRIPPED (MECHANISMS (PLAIN)),
    "starttls/policy",
    { .exchange_seconds = 1 } },
  { "plain-offered-stream-error",
    STRIPPED (MECHANISMS (PLAIN))
        S (STREAM_ERROR ("unsupported-stanza-type") "</stream:stream>"),
    "starttls/policy",
    { 0 } },
  { "plain-offered-closed",
    STRIPPED (MECHANISMS (PLAIN)) S ("</stream:stream>"),
    "starttls/policy",
    { 0 } },
  { "one-by-one",
    C (CLIENT_HEAD) S (SERVER_HEAD FEATURES (MECHANISMS (PLAIN TOY))) C (STARTTLS)
        S (TLS_FAILURE),
    "starttls/policy",
    { .one_by_one = TRUE } },
  { "offered-and-refused",
    STRIPPED (STARTTLS_OFFER MECHANISMS (PLAIN)) S (TLS_FAILURE),
    "starttls/policy",
    { 0 } },
  { "memory-does-not-help",
    STRIPPED (MECHANISMS (TOY)) S (TLS_FAILURE),
    "starttls/policy",
    { .remembered = REMEMBER (MECHANISMS (TOY)) } },
  { "features-never",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD),
    "stream/timed-out",
    { .exchange_seconds = 1 } },
  { "features-twice",
    STRIPPED (STARTTLS_OFFER) S (FEATURES (MECHANISMS (PLAIN)))
        C (STREAM_ERROR ("bad-format")),
    "starttls/bad-format",
    { 0 } },
  { "success-instead",
    STRIPPED (STARTTLS_OFFER) S (SUCCESS ("")) C (STREAM_ERROR ("bad-format")),
    "starttls/bad-format",
    { 0 } },
};

/* S2: bytes behind <proceed/> and behind <starttls/> */
#define INJECT(bytes)                                                                    \
  C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES (STARTTLS_OFFER) PROCEED bytes)

static const Row s2_client_rows[] = {
  { "one-byte", INJECT ("x"), "starttls/tls-injection", { 0 } },
  { "blank", INJECT (" "), "starttls/tls-injection", { 0 } },
  { "tag-begun", INJECT ("<"), "starttls/tls-injection", { 0 } },
  { "features", INJECT (FEATURES (MECHANISMS (PLAIN))), "starttls/tls-injection", { 0 } },
  { "header-and-features",
    INJECT (SERVER_HEAD FEATURES (MECHANISMS (PLAIN))),
    "starttls/tls-injection",
    { 0 } },
  { "success", INJECT (SUCCESS ("")), "starttls/tls-injection", { 0 } },
  { "end", INJECT ("</stream:stream>"), "starttls/tls-injection", { 0 } },
};

#define SMUGGLE(bytes)                                                                   \
  C (CLIENT_HEAD) S (SERVER_HELLO FEATURES (STARTTLS_OFFER)) C (STARTTLS bytes)

static const Row s2_server_rows[] = {
  { "blank", SMUGGLE (" "), "tls-injection", { 0 } },
  { "auth", SMUGGLE (AUTH ("PLAIN", PLAIN_PENCIL)), "tls-injection", { 0 } },
  { "header-and-auth",
    SMUGGLE (SECURE_HEAD AUTH ("PLAIN", PLAIN_PENCIL)),
    "tls-injection",
    { 0 } },
};

/* S3: what may not come before TLS */
static const Row s3_client_rows[] = {
  { "everything-offered",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES (STARTTLS_OFFER EVERYTHING)
                                    PROCEED) "T: handshake\n" C (SECURE_HEAD)
        S (SERVER_HEAD FEATURES ("")),
    "ok",
    { .goal = XMPP_STREAM_SECURE } },
  { "all-but-tls-offered",
    STRIPPED (EVERYTHING) S (TLS_FAILURE),
    "starttls/policy",
    { 0 } },
};

#define DETOUR(name, element)                                                            \
  {                                                                                      \
    name,                                                                                \
        C (CLIENT_HEAD) S (SERVER_HELLO FEATURES (STARTTLS_OFFER)) C (element)           \
            S (STREAM_ERROR ("policy-violation")),                                       \
        "policy-violation",                                                              \
    {                                                                                    \
      0                                                                                  \
    }                                                                                    \
  }

static const Row s3_server_rows[] = {
  DETOUR ("sasl", AUTH ("PLAIN", PLAIN_PENCIL)),
  DETOUR ("sasl2", "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'/>"),
  DETOUR ("bind", BIND_REQUEST ("")),
  DETOUR ("sm", "<resume xmlns='urn:xmpp:sm:3' h='0' previd='x'/>"),
  DETOUR ("dialback", "<result xmlns='jabber:server:dialback'>key</result>"),
  DETOUR ("register", "<iq type='set' id='r'><query xmlns='jabber:iq:register'/></iq>"),
  DETOUR ("iq-auth", "<iq type='set' id='a'><query xmlns='jabber:iq:auth'/></iq>"),
  DETOUR ("stanza", "<message to='a@x.test'><body>hello</body></message>"),
  { "compress",
    C (CLIENT_HEAD) S (SERVER_HELLO FEATURES (STARTTLS_OFFER)) C (
        "<compress "
        "xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>")
        S ("<failure "
           "xmlns='http://jabber.org/protocol/compress'><unsupported-method/></failure>")
            C (STARTTLS) S (PROCEED) "T: handshake\n" C (SECURE_HEAD)
                S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN))),
    "ok",
    { .goal = XMPP_STREAM_SECURE } },
};

/* S2: the bytes come a little later, in the middle of a real handshake. */
static GIOStream *
handshake_finish (GAsyncResult *result, GError **error)
{
  return (GIOStream *) xmpp_tls_handshake_finish (result, error);
}

static const XmppTlsEngine real_engine = { xmpp_tls_handshake_async, handshake_finish };

static void
test_injection_into_handshake (void)
{
  static const char *const injected[] = { "x", " ", SUCCESS (""),
                                          SERVER_HEAD FEATURES (MECHANISMS (PLAIN)) };
  static const Setup setup = { .engine = &real_engine };

  for (gsize i = 0; i < G_N_ELEMENTS (injected); i++)
    {
      g_autofree char *script =
          g_strconcat (C (CLIENT_HEAD STARTTLS)
                           S (SERVER_HEAD FEATURES (STARTTLS_OFFER) PROCEED) "P: 1\nS: ",
                       injected[i], "\nE: close\n", NULL);
      g_autoptr (XmppTestPeer) peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
      g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
      g_auto (Side) side = { 0 };

      side_start_client (&side, io, &setup);
      g_assert_false (side_wait (&side));
      g_test_message ("%s", side.error->message);
      g_assert_true (side.error->domain == G_TLS_ERROR ||
                     g_error_matches (side.error, XMPP_STREAM_ERROR,
                                      XMPP_STREAM_ERROR_TLS_INJECTION));
      g_assert_cmpint (xmpp_stream_get_state (side.stream), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_client_rows ("/attacks/S1/stripping", s1_rows, G_N_ELEMENTS (s1_rows));
  add_client_rows ("/attacks/S2/client", s2_client_rows, G_N_ELEMENTS (s2_client_rows));
  add_server_rows ("/attacks/S2/server", s2_server_rows, G_N_ELEMENTS (s2_server_rows));
  g_test_add_func ("/attacks/S2/client/into-the-handshake",
                   test_injection_into_handshake);
  add_client_rows ("/attacks/S3/client", s3_client_rows, G_N_ELEMENTS (s3_client_rows));
  add_server_rows ("/attacks/S3/server", s3_server_rows, G_N_ELEMENTS (s3_server_rows));
  return g_test_run ();
}
