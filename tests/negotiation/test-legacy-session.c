/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include "negotiation/xmpp-legacy-session.h"
#include "stream/xmpp-element-reader.h"

#define SESSION "<session " NS_SESSION "/>"
#define OPTIONAL "<session " NS_SESSION "><optional/></session>"
#define REQUEST "<iq type='set' id='session'>" SESSION "</iq>"
#define RESULT "<iq type='result' id='session'/>"
#define BOUND_WITH(session)                                                              \
  OPEN (TOY)                                                                             \
  LOG_IN C (SECURE_HEAD BIND_REQUEST (""))                                               \
      S (SERVER_HEAD FEATURES (BIND session) BIND_RESULT ("user@x.test/r"))
#define ERROR(condition)                                                                 \
  "<iq type='error' id='session'><error type='cancel'><" condition " " NS_STANZAS        \
  "/></error></iq>"
#define DIRECT .direct = TRUE

static const Row client_rows[] = {
  { "not-offered", BOUND_WITH (""), "ok", { DIRECT } },
  { "optional", BOUND_WITH (OPTIONAL), "ok", { DIRECT } },
  { "required", BOUND_WITH (SESSION) C (REQUEST) S (RESULT), "ok", { DIRECT } },
  { "result-from-the-server",
    BOUND_WITH (SESSION) C (REQUEST) S ("<iq type='result' id='session' from='x.test'/>"),
    "ok",
    { DIRECT } },
  { "a-stanza-first",
    BOUND_WITH (SESSION) C (REQUEST)
        S ("<message from='a@x.test'><body>hello</body></message>" RESULT),
    "ok",
    { DIRECT } },
  { "internal-server-error",
    BOUND_WITH (SESSION) C (REQUEST) S (ERROR ("internal-server-error")),
    "session/internal-server-error",
    { DIRECT } },
  { "forbidden",
    BOUND_WITH (SESSION) C (REQUEST) S (ERROR ("forbidden")),
    "session/forbidden",
    { DIRECT } },
  { "somebody-else",
    BOUND_WITH (SESSION) C (REQUEST)
        S ("<iq type='result' id='session' from='a@x.test/b'/>"
           "<iq type='error' id='session' from='a@x.test/b'/>"
           "<iq xmlns='urn:x' type='result' id='session'/>"
           "<iq type='set' id='session'/>") S (RESULT),
    "ok",
    { DIRECT } },
  { "silent",
    BOUND_WITH (SESSION) C (REQUEST),
    "session/timed-out",
    { DIRECT, .exchange_seconds = 1 } },
};

#define SERVER                                                                           \
  C (SECURE_HEAD)                                                                        \
  S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN)))                              \
  LOG_IN C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (BIND OPTIONAL))                \
      C (BIND_REQUEST ("")) S (BIND_RESULT ("{*}"))
#define GOAL DIRECT, .goal = XMPP_STREAM_BOUND | XMPP_STREAM_SESSION

static const Row server_rows[] = {
  { "granted", SERVER C (REQUEST) S (RESULT), "ok", { GOAL } },
  { "get",
    SERVER C ("<iq type='get' id='session'>" SESSION "</iq>")
        S ("<iq type='error' id='session'><error type='modify'><bad-request " NS_STANZAS
           "/></error></iq>"),
    "ok",
    { GOAL } },
  { "bare-element",
    SERVER C (SESSION) S (STREAM_ERROR ("bad-format")),
    "bad-format",
    { GOAL } },
};

/* On the open stream whoever asks still gets its answer. */
static void
test_handle (void)
{
  static const Setup setup = { DIRECT };
  XmppTestPeer *peer =
      xmpp_test_peer_new (SERVER C (REQUEST) S (RESULT), XMPP_TEST_PEER_CLIENT);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (XmppFeature) feature = xmpp_legacy_session_new ();
  g_autoptr (XmppElement) request = NULL;
  g_autoptr (XmppElement) ping = NULL;
  g_autoptr (GError) error = NULL;

  side_start_server (&side, io, &setup);
  g_assert_true (side_wait (&side));

  xmpp_stream_read_async (side.stream, NULL, xmpp_test_result_cb, &result);
  request =
      xmpp_stream_read_finish (side.stream, xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_true (xmpp_feature_handle (feature, side.stream, request));

  ping = xmpp_element_new_from_string (
      "<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>", &error);
  g_assert_no_error (error);
  g_assert_false (xmpp_feature_handle (feature, side.stream, ping));

  xmpp_test_result_clear (&result);
  xmpp_stream_flush_async (side.stream, NULL, xmpp_test_result_cb, &result);
  xmpp_stream_flush_finish (side.stream, xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
  xmpp_test_peer_finish (peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_client_rows ("/legacy-session/client", client_rows, G_N_ELEMENTS (client_rows));
  add_server_rows ("/legacy-session/server", server_rows, G_N_ELEMENTS (server_rows));
  g_test_add_func ("/legacy-session/server/handle", test_handle);
  return g_test_run ();
}
