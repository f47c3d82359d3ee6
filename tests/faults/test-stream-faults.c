/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* The n-th operation on the socket fails, for all n, through header exchange, some stanzas in
 * both modes, a restart and the close: each run ends in one named error or does not notice,
 * everybody who waits is told once, nothing is left over, nothing hangs. */

#include "config.h"

#include "core/xmpp-error.h"

#include "xmpp-test-client.h"

#define SCRIPT                                                                           \
  XMPP_TEST_HEADERS                                                                      \
  "C: <first/>\n"                                                                        \
  "S: <answer/>\n"                                                                       \
  "C: " XMPP_TEST_CLIENT_HEADER "<second/>\n"                                            \
  "S: " XMPP_TEST_SERVER_HEADER "<a/><iq type='result'/>\n"                              \
  "S: <b/><c/>\n"                                                                        \
  "C: <message><body>1</body></message><message><body>2</body></message>\n"              \
  "S: <d/>\n"                                                                            \
  "C: </stream:stream>\n"                                                                \
  "S: <e/></stream:stream>\n"                                                            \
  "C: {eof}\n"

typedef struct
{
  XmppTestPeer *peer;
  XmppStream *stream;
  XmppTestSink sink;
  gboolean closed;
  GError *error; /* the first one */
} Run;

static gboolean
is_result (XmppElement *element, gpointer user_data)
{
  return xmpp_element_is (element, "iq", NULL);
}

static gboolean
exchange (Run *run, const char *name, XmppStreamMatchFunc match)
{
  g_autoptr (XmppElement) request = xmpp_element_new (name, NULL);
  g_autoptr (XmppElement)
      answer = xmpp_test_exchange (run->stream, request, match, NULL, &run->error);

  return answer != NULL;
}

static gboolean
negotiate (Run *run)
{
  XmppStreamHeader header = { .to = "p.test" };

  if (!exchange (run, "first", NULL))
    return FALSE;

  xmpp_stream_add_state (run->stream, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
  xmpp_stream_restart (run->stream);
  xmpp_stream_send_header (run->stream, &header);

  return exchange (run, "second", is_result);
}

static gboolean
has_four_or_ended (gpointer user_data)
{
  Run *run = user_data;

  return run->sink.elements >= 4 || run->sink.ended > 0;
}

static gboolean
talk (Run *run)
{
  g_autoptr (XmppElement) one = xmpp_test_message ("1");
  g_autoptr (XmppElement) two = xmpp_test_message ("2");

  xmpp_stream_set_sink (run->stream, &xmpp_test_sink, &run->sink);
  if (!xmpp_stream_write (run->stream, one, &run->error) ||
      !xmpp_stream_write (run->stream, two, &run->error) ||
      !xmpp_test_flush (run->stream, &run->error))
    return FALSE;

  xmpp_test_run_until_true (has_four_or_ended, run, "the stanzas");
  return run->sink.ended == 0;
}

/* Closes, whatever came before; that ends without a deadline. */
static void
close_stream (Run *run)
{
  g_autoptr (GError) error = NULL;

  run->closed = xmpp_test_close (run->stream, &error);
  if (run->error == NULL)
    run->error = g_steal_pointer (&error);
}

/* TRUE: the fault was not reached. */
static gboolean
run_with_fault (guint n, XmppTestBytes bytes)
{
  g_autoptr (GError) fault =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "A cable was cut");
  Run run = { xmpp_test_peer_new (SCRIPT, XMPP_TEST_PEER_SERVER) };
  gboolean unreached;

  xmpp_test_peer_set_bytes (run.peer, bytes, 23);
  xmpp_test_peer_fail_at (run.peer, n, fault);
  run.stream = xmpp_test_client_new (run.peer);
  xmpp_test_sink_init (&run.sink);

  if (negotiate (&run))
    talk (&run);
  close_stream (&run);
  xmpp_test_run_pending ();

  if (run.sink.elements > 0)
    g_assert_cmpuint (run.sink.ended, ==, 1);
  if (!run.closed)
    {
      g_assert_nonnull (xmpp_stream_get_error (run.stream));
      g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE);
    }
  g_assert_true (g_io_stream_is_closed (xmpp_stream_get_io (run.stream)));
  unreached = xmpp_test_peer_get_operations (run.peer) < n;

  xmpp_test_assert_last_unref (&run.stream);
  xmpp_test_sink_clear (&run.sink);
  g_clear_error (&run.error);
  if (unreached)
    {
      g_assert_true (run.closed);
      xmpp_test_peer_finish (run.peer);
    }
  else
    xmpp_test_peer_free (run.peer);

  return unreached;
}

static void
test_faults (gconstpointer mode)
{
  guint step = g_getenv ("XMPP_TEST_SLOW") != NULL ? 10 : 1;
  guint n = 1;

  while (!run_with_fault (n, GPOINTER_TO_UINT (mode)))
    n += step;

  g_test_message ("%u operations", n - 1);
  g_assert_cmpuint (n, >, 10);
}

int
main (int argc, char **argv)
{
  static const char *const names[] = { "whole", "one", "halves", "random" };

  g_test_init (&argc, &argv, NULL);
  for (guint mode = 0; mode < XMPP_TEST_BYTES_LAST; mode++)
    {
      g_autofree char *path = g_strconcat ("/faults/stream/", names[mode], NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (mode), test_faults);
    }

  return g_test_run ();
}
