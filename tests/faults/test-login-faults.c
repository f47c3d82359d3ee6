/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

/* The n-th operation on the connection fails, for every n, from the first header through TLS,
 * SASL and bind to the closing tags; once on the client's end, once on the server's. Each run
 * must end: with one error that has a name, on the side that failed, or well; the stream must
 * be gone afterwards. */

#define MANY 1000

typedef struct
{
  Side client;
  Side server;
  XmppTestResult client_close;
  XmppTestResult server_close;
} Pair;

static void
finish_close (XmppStream *stream, XmppTestResult *result)
{
  g_autoptr (GError) error = NULL;

  if (!xmpp_stream_close_finish (stream, xmpp_test_result_wait (result), &error))
    assert_error_has_name (error);
}

/* Who fails lets go at once, as a connection does. */
static gboolean
finish_login (Side *side)
{
  if (side_wait (side))
    return TRUE;

  assert_error_has_name (side->error);
  xmpp_stream_abort (side->stream);

  return FALSE;
}

static gboolean
either_is_done (gpointer user_data)
{
  Pair *pair = user_data;

  return pair->client.result.done || pair->server.result.done;
}

/* Returns how many operations the end with the fault has seen. */
static guint
play (gboolean on_server, guint n, const char *mechanism)
{
  g_autoptr (GIOStream) client_io = NULL;
  g_autoptr (GIOStream) server_io = NULL;
  g_autoptr (GError) fault = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                                                  "The operation was made to fail");
  const Setup setup = { .mechanisms = mechanism, .engine = &pass_through_engine };
  Pair pair = { 0 };
  gboolean client_in, server_in;
  guint operations;

  xmpp_test_stream_pair (&client_io, &server_io);
  xmpp_test_stream_fail_at (on_server ? server_io : client_io, n, fault);
  side_start_client (&pair.client, client_io, &setup);
  side_start_server (&pair.server, server_io, &setup);

  xmpp_test_run_until_true (either_is_done, &pair, "nobody has come to an end");
  if (pair.client.result.done)
    {
      client_in = finish_login (&pair.client);
      server_in = finish_login (&pair.server);
    }
  else
    {
      server_in = finish_login (&pair.server);
      client_in = finish_login (&pair.client);
    }

  /* Closing in all states: of what is open, and of what has failed */
  xmpp_stream_close_async (pair.client.stream, NULL, xmpp_test_result_cb,
                           &pair.client_close);
  if (!client_in || !server_in)
    xmpp_stream_abort (pair.client.stream);
  xmpp_stream_close_async (pair.server.stream, NULL, xmpp_test_result_cb,
                           &pair.server_close);
  if (!client_in || !server_in)
    xmpp_stream_abort (pair.server.stream);
  finish_close (pair.client.stream, &pair.client_close);
  finish_close (pair.server.stream, &pair.server_close);

  operations = xmpp_test_stream_get_operations (on_server ? server_io : client_io);
  if (n == 0)
    g_assert_true (client_in && server_in);
  g_assert_cmpuint (pair.client.result.calls, ==, 1);
  g_assert_cmpuint (pair.server.result.calls, ==, 1);
  xmpp_test_result_clear (&pair.client_close);
  xmpp_test_result_clear (&pair.server_close);
  side_clear (&pair.client);
  side_clear (&pair.server);

  return operations;
}

static void
play_all (gboolean on_server, const char *mechanism)
{
  guint operations = play (on_server, 0, mechanism);
  guint n;

  g_assert_cmpuint (operations, >, 10);
  g_test_message ("%u operations", operations);
  for (n = 1; n <= operations; n++)
    play (on_server, n, mechanism);
}

static void
test_client (gconstpointer mechanism)
{
  play_all (FALSE, mechanism);
}

static void
test_server (gconstpointer mechanism)
{
  play_all (TRUE, mechanism);
}

/* ---- A server that wants a session, too ---- */

#define STARTTLS "<starttls " NS_TLS "/>"
#define SCRIPT                                                                           \
  C (CLIENT_HEAD STARTTLS)                                                               \
  S (SERVER_HEAD FEATURES (STARTTLS) "<proceed " NS_TLS "/>")                            \
  "T: handshake\n" C (SECURE_HEAD) S (SERVER_HEAD FEATURES (MECHANISMS (TOY))) LOG_IN    \
  C (SECURE_HEAD BIND_REQUEST (""))                                                      \
      S (SERVER_HEAD FEATURES (BIND "<session " NS_SESSION "/>")                         \
             BIND_RESULT ("user@x.test/r"))                                              \
          C ("<iq type='set' id='session'><session " NS_SESSION "/></iq>")               \
              S ("<iq type='result' id='session'/>") C ("</stream:stream>")              \
                  S ("</stream:stream>") "E: close\n"

static guint
play_session (XmppTestBytes bytes, guint n)
{
  static const Setup setup = { 0 };
  g_autoptr (XmppTestPeer) peer = xmpp_test_peer_new (SCRIPT, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_autoptr (GError) fault = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                                                  "The operation was made to fail");
  g_auto (Side) side = { 0 };
  g_auto (XmppTestResult) close = { 0 }; /* holds the stream: goes first */
  gboolean in;

  xmpp_test_peer_set_bytes (peer, bytes, n);
  xmpp_test_peer_fail_at (peer, n, fault);
  side_start_client (&side, io, &setup);
  in = finish_login (&side);
  if (n == 0)
    g_assert_true (in);
  if (in)
    g_assert_true ((xmpp_stream_get_state (side.stream) & XMPP_STREAM_SESSION) != 0);
  xmpp_stream_close_async (side.stream, NULL, xmpp_test_result_cb, &close);
  finish_close (side.stream, &close);
  g_assert_cmpuint (side.result.calls, ==, 1);

  return xmpp_test_peer_get_operations (peer);
}

static void
test_session (void)
{
  guint operations = play_session (XMPP_TEST_BYTES_WHOLE, 0);

  for (guint n = 1; n <= operations; n++)
    play_session (XMPP_TEST_BYTES_WHOLE, n);

  operations = play_session (XMPP_TEST_BYTES_HALVES, 0);
  g_assert_cmpuint (operations, <, MANY);
  for (guint n = 1; n <= operations; n++)
    play_session (XMPP_TEST_BYTES_HALVES, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/faults/login/client/toy", "X-TOY", test_client);
  g_test_add_data_func ("/faults/login/server/toy", "X-TOY", test_server);
  g_test_add_data_func ("/faults/login/client/scram", "SCRAM-SHA-1", test_client);
  g_test_add_data_func ("/faults/login/server/scram", "SCRAM-SHA-1", test_server);
  g_test_add_func ("/faults/login/client/session", test_session);
  return g_test_run ();
}
