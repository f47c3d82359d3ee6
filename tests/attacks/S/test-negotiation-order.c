/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include <string.h>

#define STARTTLS "<starttls " NS_TLS "/>"
#define STARTTLS_OFFER "<starttls " NS_TLS "><required/></starttls>"
#define PROCEED "<proceed " NS_TLS "/>"
#define OPTIONAL_SESSION "<session " NS_SESSION "><optional/></session>"
#define IQ_RESULT "<iq type='result' id='other'/>"

/* ---- S4: every element in every state ---- */

/* Bits of the states in which an element is what comes next */
enum
{
  AT_OFFERS = 1 << 0,
  AT_STARTTLS = 1 << 1,
  AT_SECURE_OFFERS = 1 << 2,
  AT_SASL = 1 << 3,
  AT_LAST_OFFERS = 1 << 4,
  AT_BIND = 1 << 5,
};

typedef struct
{
  const char *name;
  const char *xml;
  guint welcome;
} Element;

#define TO_OFFERS C (CLIENT_HEAD) S (SERVER_HEAD)
#define TO_STARTTLS TO_OFFERS S (FEATURES (STARTTLS_OFFER)) C (STARTTLS)
#define TO_SECURE_OFFERS                                                                 \
  TO_STARTTLS S (PROCEED) "T: handshake\n" C (SECURE_HEAD) S (SERVER_HEAD)
#define TO_SASL                                                                          \
  TO_SECURE_OFFERS S (FEATURES (MECHANISMS (TOY))) C (AUTH ("X-TOY", N_USER))
#define TO_LAST_OFFERS                                                                   \
  TO_SASL S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)) S (SUCCESS (V_GOOD))             \
      C (SECURE_HEAD) S (SERVER_HEAD)
#define TO_BIND TO_LAST_OFFERS S (FEATURES (BIND)) C (BIND_REQUEST (""))

static const struct
{
  const char *name;
  const char *script;
} client_states[] = {
  { "offers", TO_OFFERS },
  { "starttls", TO_STARTTLS },
  { "secure-offers", TO_SECURE_OFFERS },
  { "sasl", TO_SASL },
  { "last-offers", TO_LAST_OFFERS },
  { "bind", TO_BIND },
};

static const Element for_client[] = {
  { "features", FEATURES (""), AT_OFFERS | AT_SECURE_OFFERS | AT_LAST_OFFERS },
  { "proceed", PROCEED, AT_STARTTLS },
  { "tls-failure", "<failure " NS_TLS "/>", AT_STARTTLS },
  { "challenge", CHALLENGE (NONCE), AT_SASL },
  /* A success too early is believed by nobody, but it has its place. */
  { "success", SUCCESS (V_GOOD), AT_SASL },
  { "sasl-failure", FAILURE ("not-authorized"), AT_SASL },
  { "bind-result", BIND_RESULT ("user@x.test/r"), AT_BIND },
  { "another-result", IQ_RESULT, 0 },
  { "enabled", "<enabled xmlns='urn:xmpp:sm:3'/>", 0 },
  { "resumed", "<resumed xmlns='urn:xmpp:sm:3' h='0' previd='x'/>", 0 },
  { "bound", "<bound xmlns='urn:xmpp:bind:0'/>", 0 },
  { "sasl2-success", "<success xmlns='urn:xmpp:sasl:2'/>", 0 },
  { "compressed", "<compressed xmlns='http://jabber.org/protocol/compress'/>", 0 },
  { "auth", AUTH ("X-TOY", N_USER), 0 },
  { "starttls", STARTTLS, 0 },
  { "message", "<message from='a@x.test'><body>hello</body></message>", 0 },
  { "presence", "<presence from='a@x.test'/>", 0 },
  { "iq", "<iq type='get' id='i' from='x.test'><ping xmlns='urn:xmpp:ping'/></iq>", 0 },
};

/* Under valgrind a third of the table, in diagonals: each state and each element is met. */
static gboolean
is_left_out (gsize state, gsize element)
{
  return g_getenv ("XMPP_TEST_SLOW") != NULL && (state + element) % 3 != 0;
}

static void
test_client_order (void)
{
  for (gsize state = 0; state < G_N_ELEMENTS (client_states); state++)
    for (gsize i = 0; i < G_N_ELEMENTS (for_client); i++)
      {
        const Element *element = &for_client[i];
        g_autofree char *name = NULL;
        g_autofree char *script = NULL;
        g_autofree char *outcome = NULL;
        Row row = { .setup = { .one_by_one = TRUE } };

        if (is_left_out (state, i) || (element->welcome & (1u << state)) != 0)
          continue;

        name = g_strdup_printf ("%s at %s", element->name, client_states[state].name);
        script = g_strconcat (client_states[state].script, "S: ", element->xml, "\n",
                              C (STREAM_ERROR ("bad-format")), NULL);
        outcome = g_strdup_printf ("%s/bad-format",
                                   g_str_has_suffix (client_states[state].name, "offers")
                                       ? "stream"
                                       : client_states[state].name);
        row.name = name;
        row.script = script;
        row.outcome = outcome;
        play_client_row (&row);
      }
}

#define SERVER_OFFERS C (CLIENT_HEAD) S (SERVER_HELLO FEATURES (STARTTLS_OFFER))
#define SERVER_SECURE                                                                    \
  SERVER_OFFERS C (STARTTLS) S (PROCEED) "T: handshake\n" C (SECURE_HEAD)                \
      S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN)))
#define SERVER_SASL SERVER_SECURE C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE))
#define SERVER_AUTHENTICATED                                                             \
  SERVER_SASL C (RESPONSE (P_PENCIL)) S (SUCCESS (V_GOOD)) C (SECURE_HEAD)               \
      S (SERVER_SECURE_HELLO FEATURES (BIND OPTIONAL_SESSION))

/* @error: what a stanza gets; @other_error: what anything else gets */
static const struct
{
  const char *name;
  const char *script;
  const char *error;
  const char *other_error;
} server_states[] = {
  { "clear", SERVER_OFFERS, "policy-violation", "policy-violation" },
  { "secure", SERVER_SECURE, "not-authorized", "not-authorized" },
  { "sasl", SERVER_SASL, "not-authorized", "not-authorized" },
  { "authenticated", SERVER_AUTHENTICATED, "not-authorized", "unsupported-stanza-type" },
};

enum
{
  AT_CLEAR = 1 << 0,
  AT_SECURE = 1 << 1,
  AT_STEP = 1 << 2,
  AT_AUTHENTICATED = 1 << 3,
};

static const Element for_server[] = {
  { "starttls", STARTTLS, AT_CLEAR },
  { "auth", AUTH ("X-TOY", N_USER), AT_SECURE },
  { "response", RESPONSE (P_PENCIL), AT_STEP },
  { "abort", ABORT, AT_STEP },
  { "bind", BIND_REQUEST (""), AT_AUTHENTICATED },
  { "enable", "<enable xmlns='urn:xmpp:sm:3'/>", 0 },
  { "resume", "<resume xmlns='urn:xmpp:sm:3' h='0' previd='x'/>", 0 },
  { "authenticate", "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='X-TOY'/>", 0 },
  { "features", FEATURES (""), 0 },
  { "message", "<message to='a@x.test'><body>hello</body></message>", 0 },
  { "presence", "<presence/>", 0 },
  { "iq", "<iq type='get' id='i'><ping xmlns='urn:xmpp:ping'/></iq>", 0 },
  { "session", "<iq type='set' id='s'><session " NS_SESSION "/></iq>", 0 },
};

static gboolean
is_stanza (const char *xml)
{
  return g_str_has_prefix (xml, "<message") || g_str_has_prefix (xml, "<presence") ||
         g_str_has_prefix (xml, "<iq");
}

static void
test_server_order (void)
{
  for (gsize state = 0; state < G_N_ELEMENTS (server_states); state++)
    for (gsize i = 0; i < G_N_ELEMENTS (for_server); i++)
      {
        const Element *element = &for_server[i];
        const char *error = is_stanza (element->xml) ? server_states[state].error
                                                     : server_states[state].other_error;
        g_autofree char *name = NULL;
        g_autofree char *script = NULL;
        Row row = { .outcome = error };

        if (is_left_out (state, i) || (element->welcome & (1u << state)) != 0)
          continue;

        name = g_strdup_printf ("%s at %s", element->name, server_states[state].name);
        script = g_strconcat (server_states[state].script, "C: ", element->xml,
                              "\nS: <stream:error><", error,
                              " " NS_STREAMS "/></stream:error>\n", NULL);
        row.name = name;
        row.script = script;
        play_server_row (&row);
      }
}

/* ---- S5: the header of the reply, on each of the three streams ---- */

#define OTHER_FROM HEAD "from='evil.test' id='x'>"
#define NO_ID HEAD "from='x.test'>"
#define OLD                                                                              \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' "                                     \
  "from='x.test' id='x'>"
#define ZERO_NINE                                                                        \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' "                                     \
  "from='x.test' id='x' version='0.9'>"
#define SERVER_NAMESPACE                                                                 \
  "<stream:stream xmlns='jabber:server' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' "                                     \
  "from='x.test' id='x' version='1.0'>"
#define WRONG_ROOT_NAMESPACE                                                             \
  "<stream:stream xmlns='jabber:client' xmlns:stream='urn:other' from='x.test' id='x' "  \
  "version='1.0'>"

static void
test_reply_header (void)
{
  static const struct
  {
    const char *name;
    const char *header;
    const char *error;
  } headers[] = {
    { "another-domain", OTHER_FROM, "invalid-from" },
    { "no-id", NO_ID, "bad-format" },
    { "no-version", OLD, "unsupported-version" },
    { "version-0.9", ZERO_NINE, "unsupported-version" },
    { "jabber-server", SERVER_NAMESPACE, "invalid-namespace" },
    { "root-namespace", WRONG_ROOT_NAMESPACE, "invalid-namespace" },
  };
  static const char *const streams[] = {
    C (CLIENT_HEAD),
    TO_STARTTLS S (PROCEED) "T: handshake\n" C (SECURE_HEAD),
    TO_SASL S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)) S (SUCCESS (V_GOOD))
        C (SECURE_HEAD),
  };

  for (gsize stream = 0; stream < G_N_ELEMENTS (streams); stream++)
    for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
      {
        g_autofree char *name = g_strdup_printf ("%s on stream %" G_GSIZE_FORMAT,
                                                 headers[i].name, stream + 1);
        g_autofree char *script =
            g_strconcat (streams[stream], "S: ", headers[i].header,
                         FEATURES (STARTTLS_OFFER), "\nC: <stream:error><",
                         headers[i].error, " " NS_STREAMS "/></stream:error>\n", NULL);
        g_autofree char *outcome = g_strconcat ("stream/", headers[i].error, NULL);
        Row row = {
          .name = name,
          .script = script,
          .outcome = outcome,
          .setup = { .one_by_one = TRUE },
        };

        play_client_row (&row);
      }
}

/* ---- S10: compression ---- */

#define COMPRESSION                                                                      \
  "<compression xmlns='http://jabber.org/features/compress'><method>zlib</method>"       \
  "</compression>"
#define COMPRESS                                                                         \
  "<compress "                                                                           \
  "xmlns='http://jabber.org/protocol/compress'><method>zlib</method></compress>"
#define UNSUPPORTED                                                                      \
  "<failure xmlns='http://jabber.org/protocol/compress'><unsupported-method/></failure>"

static const Row s10_client_rows[] = {
  { "offered-and-not-used",
    C (SECURE_HEAD) S (SERVER_HEAD FEATURES (COMPRESSION MECHANISMS (TOY)))
        LOG_IN C (SECURE_HEAD BIND_REQUEST (""))
            S (SERVER_HEAD FEATURES (COMPRESSION BIND) BIND_RESULT ("user@x.test/r")),
    "ok",
    { .direct = TRUE } },
};

static const Row s10_server_rows[] = {
  { "asked-for-and-refused",
    C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN))) C (COMPRESS)
        S (UNSUPPORTED) LOG_IN C (SECURE_HEAD)
            S (SERVER_SECURE_HELLO FEATURES (BIND OPTIONAL_SESSION)) C (COMPRESS)
                S (UNSUPPORTED) C (BIND_REQUEST ("<resource>r</resource>"))
                    S (BIND_RESULT ("user@x.test/r")),
    "ok",
    { .direct = TRUE } },
};

/* ---- S11: strange lists of features ---- */

#define LIST(list) C (SECURE_HEAD) S (SERVER_HEAD FEATURES (list))
#define MECHANISM(name) "<mechanism>" name "</mechanism>"
#define TEN(text) text text text text text text text text text text

static const Row s11_rows[] = {
  { "empty", LIST (""), "sasl/policy", { .direct = TRUE } },
  { "empty-mechanisms", LIST (MECHANISMS ("")), "sasl/policy", { .direct = TRUE } },
  { "empty-mechanism",
    LIST (MECHANISMS (MECHANISM (""))),
    "sasl/policy",
    { .direct = TRUE } },
  { "same-twice",
    LIST (MECHANISMS (TOY TOY)) LOG_IN BIND_AHEAD,
    "ok",
    { .direct = TRUE } },
  { "lower-case",
    LIST (MECHANISMS (MECHANISM ("x-toy") MECHANISM ("plain"))),
    "sasl/policy",
    { .direct = TRUE } },
  { "21-characters",
    LIST (MECHANISMS (MECHANISM ("X-TOYXXXXXXXXXXXXXXXX"))),
    "sasl/policy",
    { .direct = TRUE } },
  { "2-kilobytes",
    LIST (MECHANISMS (MECHANISM (TEN (TEN ("X-TOY-X-TOY-X-TOY-XX"))))),
    "sasl/policy",
    { .direct = TRUE } },
  { "child-in-mechanism",
    LIST (MECHANISMS (MECHANISM ("<X-TOY/>"))),
    "sasl/policy",
    { .direct = TRUE } },
  { "unknown-required",
    LIST ("<odd xmlns='urn:odd'><required/></odd>" MECHANISMS (TOY)) LOG_IN BIND_AHEAD,
    "ok",
    { .direct = TRUE } },
  { "only-unknown-required",
    LIST ("<odd xmlns='urn:odd'><required/></odd>"),
    "sasl/policy",
    { .direct = TRUE } },
  { "text-between",
    LIST ("odd" MECHANISMS (TOY)) LOG_IN BIND_AHEAD,
    "ok",
    { .direct = TRUE } },
  /* More than may be read before the login is a broken rule ... */
  { "1000-mechanisms",
    LIST (MECHANISMS (TEN (TEN (TEN (MECHANISM ("X-OTHER"))))))
        C (STREAM_ERROR ("policy-violation")),
    "stream/policy-violation",
    { .direct = TRUE } },
  /* ... and of those that fit the first are looked at. */
  { "100-mechanisms",
    LIST (MECHANISMS (TEN (TEN (MECHANISM ("X-OTHER"))) TOY)),
    "sasl/policy",
    { .direct = TRUE } },
};

/* ---- S7: errors in clear change nothing that lasts ---- */

static void
changed_cb (XmppCredential *credential)
{
  g_test_message ("The credential was told something");
  g_test_fail ();
}

static void
test_errors_in_clear (void)
{
  static const char *const lines[] = {
    S (SERVER_HEAD STREAM_ERROR ("not-authorized") "</stream:stream>"),
    S (SERVER_HEAD STREAM_ERROR ("host-unknown") "</stream:stream>"),
    S (SERVER_HEAD STREAM_ERROR ("unsupported-version") "</stream:stream>"),
    S (SERVER_HEAD STREAM_ERROR ("policy-violation") "</stream:stream>"),
    S (SERVER_HEAD STREAM_ERROR ("unsupported-stanza-type") "</stream:stream>"),
    S (SERVER_HEAD FEATURES (STARTTLS_OFFER)
           STREAM_ERROR ("unsupported-stanza-type") "</stream:stream>"),
    S (SERVER_HEAD FEATURES (MECHANISMS (PLAIN)) FAILURE ("not-authorized"))
        C (STREAM_ERROR ("bad-format")),
    S (SERVER_HEAD FEATURES (STARTTLS_OFFER) FAILURE ("account-disabled"))
        C (STREAM_ERROR ("bad-format")),
    S (SERVER_HEAD FEATURES (STARTTLS_OFFER) "<failure " NS_TLS "/>"),
    "E: break\n",
    "E: close\n",
  };
  static const Setup setup = {
    .remembered = "<features xmlns='http://etherx.jabber.org/streams'>" MECHANISMS (
        TOY) "</features>"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *script = g_strconcat (C (CLIENT_HEAD STARTTLS), lines[i], NULL);

      /* The second time it asks for exactly the same. */
      for (guint attempt = 0; attempt < 2; attempt++)
        {
          XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
          g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
          g_auto (Side) side = { 0 };

          side_start_client (&side, io, &setup);
          g_signal_connect (side.credential, "rejected", G_CALLBACK (changed_cb), NULL);
          g_signal_connect (side.credential, "obtained", G_CALLBACK (changed_cb), NULL);
          g_assert_false (side_wait (&side));
          g_assert_null (xmpp_negotiator_get_secure_features (side.negotiator));
          g_assert_false (xmpp_negotiator_was_wrong_guess (side.negotiator));
          xmpp_test_peer_finish (peer);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attacks/S4/client", test_client_order);
  g_test_add_func ("/attacks/S4/server", test_server_order);
  g_test_add_func ("/attacks/S5/reply-header", test_reply_header);
  g_test_add_func ("/attacks/S7/errors-in-clear", test_errors_in_clear);
  add_client_rows ("/attacks/S10/client", s10_client_rows,
                   G_N_ELEMENTS (s10_client_rows));
  add_server_rows ("/attacks/S10/server", s10_server_rows,
                   G_N_ELEMENTS (s10_server_rows));
  add_client_rows ("/attacks/S11", s11_rows, G_N_ELEMENTS (s11_rows));
  return g_test_run ();
}
