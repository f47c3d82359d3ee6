/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error.h"
#include "core/xmpp-namespaces.h"

#include "xmpp-test-client.h"

#include <string.h>
#include <sys/socket.h>

static void
open_stream (XmppStream *stream)
{
  g_autoptr (GError) error = NULL;

  xmpp_test_read_header (stream, &error);
  g_assert_no_error (error);
  xmpp_stream_add_state (stream, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
}

/* What arrives after our closing tag is handed on; neither our half nor the socket is closed
 * before the peer's has come: what it has not written then, some servers drop. */
static void
test_polite (gconstpointer mode)
{
  XmppTestPeer *peer = xmpp_test_peer_new (XMPP_TEST_HEADERS
                                           "C: <presence/></stream:stream>\n"
                                           "W: 1\n"
                                           "S: <a/><b/>\n"
                                           "P: 20\n"
                                           "S: </stream:stream>\n"
                                           "C: {eof}\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) presence = xmpp_element_new ("presence", NULL);
  g_auto (XmppTestSink) sink = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_peer_set_bytes (peer, GPOINTER_TO_UINT (mode), 5);
  open_stream (stream);
  xmpp_test_sink_init (&sink);
  xmpp_stream_set_sink (stream, &xmpp_test_sink, &sink);
  xmpp_test_write (stream, presence);
  g_assert_true (xmpp_test_close (stream, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (sink.words->str, ==, "a b");
  g_assert_cmpuint (sink.ended, ==, 1);
  g_assert_no_error (sink.error);
  g_assert_true (g_io_stream_is_closed (xmpp_stream_get_io (stream)));

  /* Once more says the same. */
  g_assert_true (xmpp_test_close (stream, &error));
  xmpp_test_peer_finish (peer);
}

/* Without a sink what arrives is dropped; a pending reader gets its element. */
static void
test_without_sink (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new (XMPP_TEST_HEADERS
                                           "C: </stream:stream>\n"
                                           "S: <a/><b/><c/></stream:stream>\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_auto (XmppTestResult) read = { 0 };
  g_autoptr (XmppElement) element = NULL;

  open_stream (stream);
  xmpp_stream_read_async (stream, NULL, xmpp_test_result_cb, &read);
  g_assert_true (xmpp_test_close (stream, NULL));
  element = xmpp_stream_read_finish (stream, xmpp_test_result_wait (&read), NULL);
  g_assert_cmpstr (xmpp_element_get_name (element), ==, "a");
  xmpp_test_peer_finish (peer);
}

/* The peer's end came first. */
static void
test_answered (gconstpointer mode)
{
  XmppTestPeer *peer = xmpp_test_peer_new (XMPP_TEST_HEADERS "S: <a/></stream:stream>\n"
                                                             "C: </stream:stream>\n"
                                                             "C: {eof}\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GError) error = NULL;

  xmpp_test_peer_set_bytes (peer, GPOINTER_TO_UINT (mode), 5);
  open_stream (stream);
  xmpp_test_assert_reads (stream, "a");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_null (xmpp_test_read (stream, &error));
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
      g_clear_error (&error);
    }
  g_assert_true (xmpp_test_close (stream, &error));
  g_assert_no_error (error);
  xmpp_test_peer_finish (peer);
}

static void
close_fails (const char *script, GQuark domain, int code)
{
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GError) error = NULL;

  open_stream (stream);
  g_assert_false (xmpp_test_close (stream, &error));
  g_assert_error (error, domain, code);
  g_assert_true (g_io_stream_is_closed (xmpp_stream_get_io (stream)));
  xmpp_test_peer_finish (peer);
}

static void
test_close_errors (void)
{
  close_fails (XMPP_TEST_HEADERS "C: </stream:stream>\n"
                                 "E: close\n",
               XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TRUNCATED);
  close_fails (XMPP_TEST_HEADERS "C: </stream:stream>\n"
                                 "E: break\n",
               G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  close_fails (XMPP_TEST_HEADERS "C: </stream:stream>\n"
                                 "S: " XMPP_TEST_STREAM_ERROR ("reset") "\n"
                                                                        "E: close\n",
               XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_RESET);
  close_fails (XMPP_TEST_HEADERS "C: </stream:stream>\n"
                                 "S: <a></b>\n"
                                 "C: {eof}\n"
                                 "E: close\n",
               XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_WELL_FORMED);
}

/* Closing is legal at any time, and does no harm twice. */
static void
test_any_state (void)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new ("C: " XMPP_TEST_CLIENT_HEADER "</stream:stream>\n"
                          "S: " XMPP_TEST_SERVER_HEADER "</stream:stream>\n",
                          XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_auto (XmppTestResult) first = { 0 };
  g_auto (XmppTestResult) second = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_stream_close_async (stream, NULL, xmpp_test_result_cb, &first);
  xmpp_stream_close_async (stream, NULL, xmpp_test_result_cb, &second);
  g_assert_false (first.done || second.done);
  g_assert_false (
      xmpp_stream_close_finish (stream, xmpp_test_result_wait (&second), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_assert_true (xmpp_stream_close_finish (stream, xmpp_test_result_wait (&first), NULL));
  xmpp_test_peer_finish (peer);
}

/* A stream that was never opened has nothing to close but the socket. */
static void
test_never_opened (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new ("C: {eof}\n"
                                           "E: close\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_autoptr (XmppStream)
      stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (xmpp_test_close (stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TRUNCATED);
  xmpp_test_peer_finish (peer);
}

/* The caller's cancellable is the deadline. */
static void
test_deadline (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new (XMPP_TEST_HEADERS "C: </stream:stream>\n"
                                                             "C: {eof}\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_auto (XmppTestSink) sink = { 0 };
  g_autoptr (GError) error = NULL;

  open_stream (stream);
  xmpp_test_sink_init (&sink);
  xmpp_stream_set_sink (stream, &xmpp_test_sink, &sink);
  xmpp_stream_close_async (stream, cancellable, xmpp_test_result_cb, &result);
  xmpp_test_run_for (20);
  g_assert_false (result.done);
  g_assert_false (g_output_stream_is_closed (
      g_io_stream_get_output_stream (xmpp_stream_get_io (stream))));
  g_cancellable_cancel (cancellable);
  g_assert_false (
      xmpp_stream_close_finish (stream, xmpp_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  xmpp_test_run_pending ();
  g_assert_cmpuint (sink.ended, ==, 1);
  g_assert_error (sink.error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  g_assert_true (g_io_stream_is_closed (xmpp_stream_get_io (stream)));
  xmpp_test_peer_finish (peer);
}

static void
test_deadline_over (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new (XMPP_TEST_HEADERS "C: </stream:stream>\n"
                                                             "C: {eof}\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  open_stream (stream);
  g_cancellable_cancel (cancellable);
  xmpp_stream_close_async (stream, cancellable, xmpp_test_result_cb, &result);
  g_assert_false (
      xmpp_stream_close_finish (stream, xmpp_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  xmpp_test_peer_finish (peer);
}

/* Everybody who waits hears of it, once. */
static void
test_abort (void)
{
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GIOStream) other = NULL;
  XmppStream *stream;
  XmppStreamHeader header = { .to = "p.test" };
  g_auto (XmppTestResult) read = { 0 };
  g_auto (XmppTestResult) flush = { 0 };
  g_auto (XmppTestResult) closed = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_stream_pair (&io, &other);
  xmpp_test_stream_set_capacity (io, 0);
  stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  xmpp_stream_send_header (stream, &header);
  xmpp_stream_read_async (stream, NULL, xmpp_test_result_cb, &read);
  xmpp_stream_flush_async (stream, NULL, xmpp_test_result_cb, &flush);
  xmpp_stream_close_async (stream, NULL, xmpp_test_result_cb, &closed);
  xmpp_test_run_pending ();
  xmpp_stream_abort (stream);
  xmpp_stream_abort (stream);
  g_assert_false (read.done || flush.done || closed.done);

  g_assert_null (xmpp_stream_read_finish (stream, xmpp_test_result_wait (&read), &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (
      xmpp_stream_flush_finish (stream, xmpp_test_result_wait (&flush), &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (
      xmpp_stream_close_finish (stream, xmpp_test_result_wait (&closed), &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  xmpp_test_run_pending ();
  g_assert_cmpuint (xmpp_test_stream_get_unread (other), ==, 0);

  xmpp_test_result_clear (&read);
  xmpp_test_result_clear (&flush);
  xmpp_test_result_clear (&closed);
  xmpp_test_assert_last_unref (&stream);
}

/* ---- fail() ---- */

static void
check_fail (GQuark domain, int code, const char *condition)
{
  g_autofree char *script =
      g_strdup_printf (XMPP_TEST_HEADERS
                       "C: <stream:error><%s xmlns='%s'/></stream:error>"
                       "</stream:stream>\n"
                       "C: {eof}\n",
                       condition, XMPP_NS_STREAM_ERRORS);
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GError) reason = g_error_new_literal (domain, code, "Enough");
  g_autoptr (GError) error = NULL;

  open_stream (stream);
  xmpp_stream_fail (stream, reason);
  xmpp_stream_fail (stream, reason);
  g_assert_null (xmpp_test_read (stream, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, "Enough");
  xmpp_test_peer_finish (peer);
}

static void
test_fail (void)
{
  check_fail (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_INVALID_XML, "invalid-xml");
  check_fail (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TRUNCATED, "policy-violation");
  check_fail (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TLS_INJECTION, "policy-violation");
  check_fail (G_IO_ERROR, G_IO_ERROR_FAILED, "undefined-condition");
}

/* Whoever closes after that lets the peer read it: the rest of its bytes is taken, since a
 * reset would take our last words with it. */
static void
test_fail_and_close (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new (XMPP_TEST_HEADERS
                                           "C: " XMPP_TEST_STREAM_ERROR (
                                               "conflict") "\n"
                                                           "C: {eof}\n"
                                                           "S: <a/><b/></stream:stream>\n"
                                                           "E: close\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_auto (XmppTestSink) sink = { 0 };
  g_autoptr (GError) reason =
      g_error_new_literal (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT, "Enough");
  g_autoptr (GError) error = NULL;

  open_stream (stream);
  xmpp_test_sink_init (&sink);
  xmpp_stream_set_sink (stream, &xmpp_test_sink, &sink);
  xmpp_stream_fail (stream, reason);
  g_assert_false (xmpp_test_close (stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);
  g_assert_cmpuint (sink.elements, ==, 0);
  g_assert_cmpuint (sink.ended, ==, 1);
  g_assert_error (sink.error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);
  xmpp_test_peer_finish (peer);
}

/* Never behind our own closing tag, and nothing before our header */
static void
test_fail_silent (void)
{
  g_autoptr (GError) reason =
      g_error_new_literal (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT, "Enough");

  for (guint opened = 0; opened < 2; opened++)
    {
      XmppTestPeer *peer = xmpp_test_peer_new (opened ? XMPP_TEST_HEADERS
                                                   "C: </stream:stream>\nC: {eof}\n"
                                                      : "C: {eof}\n",
                                               XMPP_TEST_PEER_SERVER);
      g_autoptr (XmppStream) stream = NULL;

      if (opened)
        {
          stream = xmpp_test_client_new (peer);
          open_stream (stream);
          xmpp_stream_write_end (stream);
        }
      else
        {
          g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
          stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
        }
      xmpp_stream_fail (stream, reason);
      xmpp_test_peer_finish (peer);
    }
}

/* A socket that takes nothing does not hold the failure up. */
static void
test_fail_blocked (void)
{
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (XmppStream) stream = NULL;
  XmppStreamHeader header = { .to = "p.test" };
  g_autoptr (GError) reason =
      g_error_new_literal (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT, "Enough");
  g_autoptr (GError) error = NULL;

  xmpp_test_stream_pair (&io, &other);
  xmpp_test_stream_set_capacity (io, 5);
  stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  xmpp_stream_send_header (stream, &header);
  xmpp_stream_fail (stream, reason);
  g_assert_null (xmpp_test_read (stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);
}

/* ---- Real sockets ---- */

static GIOStream *
new_socket (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);

  g_socket_set_blocking (socket, FALSE);
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static void
test_sockets (void)
{
  int fds[2];
  g_autoptr (GIOStream) client_io = NULL;
  g_autoptr (GIOStream) server_io = NULL;
  g_autoptr (XmppStream) client = NULL;
  g_autoptr (XmppStream) server = NULL;
  XmppStreamHeader header = { .to = "p.test" };
  XmppStreamHeader answer = { .from = "p.test", .id = "s1" };
  g_auto (XmppTestResult) closed = { 0 };
  g_auto (XmppTestSink) sink = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  client_io = new_socket (fds[0]);
  server_io = new_socket (fds[1]);
  client = xmpp_stream_new (client_io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  server = xmpp_stream_new (server_io, XMPP_STREAM_RECEIVING, "jabber:client", NULL);

  xmpp_stream_send_header (client, &header);
  g_assert_true (xmpp_test_flush (client, NULL));
  g_assert_nonnull (xmpp_test_read_header (server, NULL));
  xmpp_stream_send_header (server, &answer);
  g_assert_true (xmpp_test_flush (server, NULL));
  open_stream (client);

  xmpp_test_sink_init (&sink);
  xmpp_stream_set_sink (client, &xmpp_test_sink, &sink);
  xmpp_stream_close_async (client, NULL, xmpp_test_result_cb, &closed);
  g_assert_null (xmpp_test_read (server, &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  g_clear_error (&error);

  /* The client waits for our closing tag. */
  g_assert_false (closed.done);
  g_assert_true (xmpp_test_close (server, &error));
  g_assert_no_error (error);
  g_assert_true (
      xmpp_stream_close_finish (client, xmpp_test_result_wait (&closed), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sink.ended, ==, 1);
}

static void
add_for_all_modes (const char *path, GTestDataFunc test)
{
  static const char *const names[] = { "whole", "one", "halves", "random" };

  for (guint mode = 0; mode < XMPP_TEST_BYTES_LAST; mode++)
    {
      g_autofree char *full = g_strconcat (path, "/", names[mode], NULL);

      g_test_add_data_func (full, GUINT_TO_POINTER (mode), test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_for_all_modes ("/stream/close/polite", test_polite);
  g_test_add_func ("/stream/close/without-sink", test_without_sink);
  add_for_all_modes ("/stream/close/answered", test_answered);
  g_test_add_func ("/stream/close/errors", test_close_errors);
  g_test_add_func ("/stream/close/any-state", test_any_state);
  g_test_add_func ("/stream/close/never-opened", test_never_opened);
  g_test_add_func ("/stream/close/deadline", test_deadline);
  g_test_add_func ("/stream/close/deadline/over", test_deadline_over);
  g_test_add_func ("/stream/close/sockets", test_sockets);
  g_test_add_func ("/stream/abort", test_abort);
  g_test_add_func ("/stream/fail", test_fail);
  g_test_add_func ("/stream/fail/close", test_fail_and_close);
  g_test_add_func ("/stream/fail/silent", test_fail_silent);
  g_test_add_func ("/stream/fail/blocked", test_fail_blocked);

  return g_test_run ();
}
