/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-component-handshake.h"

#include "core/xmpp-error-private.h"
#include "core/xmpp-namespaces.h"

#include "xmpp-test-peer.h"

#include <string.h>

#define HEAD(attributes)                                                                 \
  "<stream:stream xmlns='jabber:component:accept' "                                      \
  "xmlns:stream='http://etherx.jabber.org/streams'" attributes ">"
#define STREAM_ERROR(condition)                                                          \
  "<stream:error><" condition                                                            \
  " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
#define C(text) "C: " text "\n"
#define S(text) "S: " text "\n"

#define SECRET "test"
/* The example of XEP-0114 §3 */
#define ID "3BF96D32"
#define PROOF "aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e"

#define CLIENT_HEAD HEAD (" to='plays.test'")
#define SERVER_HEAD HEAD (" from='plays.test' id='" ID "'")
#define SERVER_HELLO HEAD (" from='plays.test' id='{id}'")
#define HANDSHAKE(proof) "<handshake>" proof "</handshake>"
#define MESSAGE "<message from='a@plays.test' to='b@plays.test'><body>x</body></message>"

typedef struct
{
  const char *name;
  const char *script;
  const char *outcome;
  guint seconds;
} Row;

typedef struct
{
  gboolean server;
  XmppStream *stream;
  XmppReport *report;
  XmppTestResult result;
  GError *error;
} Side;

static char *
hash (const char *id, const char *secret)
{
  g_autofree char *text = g_strconcat (id, secret, NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA1, text, -1);
}

/* What a component says that knows something: {proof}, {empty-proof}, {PROOF} */
static char *
resolve (XmppTestPeer *peer, const char *name, gpointer user_data)
{
  const char *id = xmpp_test_peer_get_variable (peer, "id");
  g_autofree char *proof = NULL;

  g_assert_nonnull (id);
  if (g_str_equal (name, "empty-proof"))
    return hash (id, "");

  proof = hash (id, SECRET);
  return g_str_equal (name, "PROOF") ? g_ascii_strup (proof, -1)
                                     : g_steal_pointer (&proof);
}

static const char *
lookup (const char *domain, gpointer user_data, GError **error)
{
  guint *calls = user_data;

  (*calls)++;
  if (g_str_equal (domain, "busy.test"))
    g_set_error_literal (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT, "Busy");
  else if (g_str_equal (domain, "open.test"))
    return "";
  else if (g_str_equal (domain, "plays.test"))
    return SECRET;

  return NULL;
}

static void
side_run (Side *side, GIOStream *io, guint seconds)
{
  g_autoptr (XmppLimits) limits = xmpp_limits_new ();
  g_autoptr (XmppJid) domain = xmpp_jid_new ("plays.test", NULL);
  guint calls = 0;
  gboolean done;

  if (seconds != 0)
    g_object_set (limits, "exchange-seconds", seconds, "header-seconds", seconds, NULL);
  side->stream =
      xmpp_stream_new (io, side->server ? XMPP_STREAM_RECEIVING : XMPP_STREAM_INITIATING,
                       XMPP_NS_COMPONENT, limits);
  if (side->server)
    {
      xmpp_component_respond_async (side->stream, lookup, &calls, NULL,
                                    xmpp_test_result_cb, &side->result);
      done = xmpp_component_respond_finish (side->stream,
                                            xmpp_test_result_wait (&side->result),
                                            &side->error);
      g_assert_cmpuint (calls, <=, 1);
    }
  else
    {
      side->report = xmpp_report_new ();
      xmpp_component_handshake_async (side->stream, domain, SECRET, side->report, NULL,
                                      xmpp_test_result_cb, &side->result);
      done = xmpp_component_handshake_finish (side->stream,
                                              xmpp_test_result_wait (&side->result),
                                              &side->error);
    }
  g_assert_cmpint (done, ==, side->error == NULL);
}

static void
side_check (Side *side, const char *expected)
{
  const XmppStreamState granted = XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND;
  g_autofree char *nick = NULL;
  g_autofree char *outcome = NULL;
  const char *step = NULL;

  if (side->error == NULL)
    {
      g_assert_cmpstr (expected, ==, "ok");
      g_assert_cmpint (xmpp_stream_get_state (side->stream), ==, granted);
      g_assert_cmpstr (xmpp_jid_to_string (xmpp_stream_get_jid (side->stream)), ==,
                       "plays.test");
      return;
    }

  g_test_message ("%s", side->error->message);
  nick = xmpp_error_dup_nick (side->error);
  if (side->report != NULL)
    {
      step = xmpp_report_get_failed_step (side->report);
      g_assert_nonnull (strstr (side->error->message, "What to do: "));
      outcome = g_strconcat (step != NULL ? step : "", "/", nick, NULL);
    }
  else
    outcome = g_strdup (nick);
  g_assert_cmpstr (outcome, ==, expected);
  g_assert_null (strstr (side->error->message, PROOF));
  g_assert_cmpint (xmpp_stream_get_state (side->stream) & granted, ==, 0);
}

static void
side_clear (Side *side)
{
  xmpp_test_result_clear (&side->result);
  g_clear_object (&side->report);
  g_clear_error (&side->error);
  xmpp_stream_abort (side->stream);
  xmpp_test_run_pending ();
  xmpp_test_assert_last_unref (&side->stream);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Side, side_clear)

static void
play (const Row *row, gboolean server, XmppTestBytes bytes, guint32 seed)
{
  XmppTestPeer *peer = xmpp_test_peer_new (row->script, server ? XMPP_TEST_PEER_CLIENT
                                                               : XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { .server = server };

  xmpp_test_peer_set_resolver (peer, resolve, NULL);
  xmpp_test_peer_set_bytes (peer, bytes, seed);
  side_run (&side, io, row->seconds);
  side_check (&side, row->outcome);
  xmpp_test_peer_finish (peer);
  g_clear_object (&io);
}

static void
play_row (const Row *row, gboolean server)
{
  play (row, server, XMPP_TEST_BYTES_WHOLE, 0);
  if (row->seconds != 0)
    return;

  play (row, server, XMPP_TEST_BYTES_ONE, 0);
  play (row, server, XMPP_TEST_BYTES_HALVES, 0);
  for (guint32 seed = 1; seed <= 5; seed++)
    play (row, server, XMPP_TEST_BYTES_RANDOM, seed);
}

#define ASKED C (CLIENT_HEAD) S (SERVER_HEAD) C (HANDSHAKE (PROOF))

static const Row client_rows[] = {
  { "taken", ASKED S ("<handshake/>"), "ok" },
  { "a-stanza-at-once", ASKED S ("<handshake/>" MESSAGE), "ok" },
  { "wrong-secret", ASKED S (STREAM_ERROR ("not-authorized")),
    "handshake/not-authorized" },
  { "wrong-secret-and-silence", ASKED "E: close\n", "stream/truncated" },
  { "unknown-domain", ASKED S (STREAM_ERROR ("host-unknown")), "stream/host-unknown" },
  { "unknown-domain-in-the-header",
    C (CLIENT_HEAD) S (HEAD (" from='p.test' id='1'") STREAM_ERROR ("host-unknown")),
    "stream/host-unknown" },
  { "somebody-else", C (CLIENT_HEAD) S (HEAD (" from='p.test' id='1'")),
    "stream/invalid-from", 1 },
  { "conflict", ASKED S (STREAM_ERROR ("conflict")), "stream/conflict" },
  { "port-for-clients",
    C (CLIENT_HEAD) S ("<stream:stream xmlns='jabber:client' "
                       "xmlns:stream='http://etherx.jabber.org/streams' "
                       "version='1.0' id='1'>" STREAM_ERROR ("invalid-namespace")),
    "stream/invalid-namespace" },
  { "no-xml", C (CLIENT_HEAD) S ("220 mail.test ESMTP"), "stream/not-well-formed" },
  { "no-id",
    C (CLIENT_HEAD) S (HEAD (" from='plays.test'")) C (STREAM_ERROR ("bad-format")),
    "stream/bad-format" },
  { "something-else", ASKED S (MESSAGE) C (STREAM_ERROR ("bad-format")),
    "stream/bad-format" },
  { "hangs-up", C (CLIENT_HEAD) "E: close\n", "stream/truncated" },
  { "silent", C (CLIENT_HEAD), "stream/timed-out", 1 },
  { "silent-about-the-handshake", ASKED, "stream/timed-out", 1 },
};

#define GREETED C (CLIENT_HEAD) S (SERVER_HELLO)

static const Row server_rows[] = {
  { "right", GREETED C (HANDSHAKE ("{proof}")) S ("<handshake/>"), "ok" },
  { "upper-case-domain",
    C (HEAD (" to='PLAYS.test'")) S (HEAD (" from='PLAYS.test' id='{id}'"))
        C (HANDSHAKE ("{proof}")) S ("<handshake/>"),
    "ok" },
  { "wrong", GREETED C (HANDSHAKE (PROOF)) S (STREAM_ERROR ("not-authorized")),
    "not-authorized" },
  { "upper-case-proof",
    GREETED C (HANDSHAKE ("{PROOF}")) S (STREAM_ERROR ("not-authorized")),
    "not-authorized" },
  { "empty", GREETED C ("<handshake/>") S (STREAM_ERROR ("not-authorized")),
    "not-authorized" },
  { "of-an-empty-secret",
    GREETED C (HANDSHAKE ("{empty-proof}")) S (STREAM_ERROR ("not-authorized")),
    "not-authorized" },
  { "one-try",
    GREETED C (HANDSHAKE (PROOF) HANDSHAKE ("{proof}"))
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized" },
  { "stanza-first", GREETED C (MESSAGE) S (STREAM_ERROR ("not-authorized")),
    "not-authorized" },
  { "other-namespace",
    GREETED C ("<handshake xmlns='jabber:client'>{proof}</handshake>")
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized" },
  { "unknown-domain",
    C (HEAD (" to='else.test'"))
        S (HEAD (" from='else.test' id='{id}'") STREAM_ERROR ("host-unknown")),
    "host-unknown" },
  { "domain-without-secret",
    C (HEAD (" to='open.test'"))
        S (HEAD (" from='open.test' id='{id}'") STREAM_ERROR ("host-unknown")),
    "host-unknown" },
  { "domain-that-is-connected",
    C (HEAD (" to='busy.test'"))
        S (HEAD (" from='busy.test' id='{id}'") STREAM_ERROR ("conflict")),
    "conflict" },
  { "no-domain", C (HEAD ("")) S (HEAD (" id='{id}'") STREAM_ERROR ("host-unknown")),
    "host-unknown" },
  { "account",
    C (HEAD (" to='a@plays.test'"))
        S (HEAD (" from='a@plays.test' id='{id}'") STREAM_ERROR ("host-unknown")),
    "host-unknown" },
  { "client",
    C ("<stream:stream xmlns='jabber:client' "
       "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='plays.test'>")
        S (HEAD (" from='plays.test' id='{id}'") STREAM_ERROR ("invalid-namespace")),
    "invalid-namespace" },
  { "hangs-up", GREETED "E: close\n", "truncated" },
  { "silent", "P: 1\n", "connection-timeout", 1 },
  { "silent-about-the-handshake", GREETED S (STREAM_ERROR ("connection-timeout")),
    "connection-timeout", 1 },
};

static void
test_client_row (gconstpointer row)
{
  play_row (row, FALSE);
}

static void
test_server_row (gconstpointer row)
{
  play_row (row, TRUE);
}

/* 128 bits, anew for each stream, of characters that need no escaping */
static void
test_stream_id (void)
{
  g_autofree char *last = NULL;

  for (guint i = 0; i < 2; i++)
    {
      XmppTestPeer *peer = xmpp_test_peer_new (GREETED C (HANDSHAKE ("{proof}"))
                                                   S ("<handshake/>"),
                                               XMPP_TEST_PEER_CLIENT);
      g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
      g_auto (Side) side = { .server = TRUE };
      const char *id;

      xmpp_test_peer_set_resolver (peer, resolve, NULL);
      side_run (&side, io, 0);
      g_assert_no_error (side.error);
      id = xmpp_test_peer_get_variable (peer, "id");
      /* Five bits a character at least */
      g_assert_cmpuint (strlen (id), >=, 26);
      g_assert_cmpstr (id, !=, last);
      g_free (last);
      last = g_strdup (id);
      xmpp_test_peer_finish (peer);
      g_clear_object (&io);
    }
}

static void
show (XmppElement *element, gboolean sent, gpointer user_data)
{
  g_autofree char *text = xmpp_element_to_string (element);

  g_string_append (user_data, text);
}

/* What was sent can be guessed from by whoever sees it. */
static void
test_masked (void)
{
  static const XmppStreamTap tap = { .show = show };
  XmppTestPeer *peer =
      xmpp_test_peer_new (ASKED S ("<handshake/>"), XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (XmppJid) domain = xmpp_jid_new ("plays.test", NULL);
  g_auto (Side) side = { 0 };

  side.stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, XMPP_NS_COMPONENT, NULL);
  xmpp_stream_set_tap (side.stream, &tap, seen);
  xmpp_component_handshake_async (side.stream, domain, SECRET, NULL, NULL,
                                  xmpp_test_result_cb, &side.result);
  xmpp_component_handshake_finish (side.stream, xmpp_test_result_wait (&side.result),
                                   &side.error);
  g_assert_no_error (side.error);
  g_assert_nonnull (strstr (seen->str, "<handshake"));
  g_assert_null (strstr (seen->str, PROOF));
  xmpp_stream_set_tap (side.stream, NULL, NULL);
  xmpp_test_peer_finish (peer);
  g_clear_object (&io);
}

static void
add_rows (const char *path, const Row *rows, gsize n_rows, GTestDataFunc function)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, rows[i].name);

      g_test_add_data_func (full, &rows[i], function);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_rows ("/component-handshake/client", client_rows, G_N_ELEMENTS (client_rows),
            test_client_row);
  add_rows ("/component-handshake/server", server_rows, G_N_ELEMENTS (server_rows),
            test_server_row);
  g_test_add_func ("/component-handshake/server/stream-id", test_stream_id);
  g_test_add_func ("/component-handshake/masked", test_masked);
  return g_test_run ();
}
