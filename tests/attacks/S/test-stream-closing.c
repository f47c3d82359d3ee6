/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* S9: a peer that does not answer our closing tag, or goes on sending */

#include "config.h"

#include "core/xmpp-error.h"

#include "xmpp-test-client.h"

#include <malloc.h>
#include <string.h>

#define MESSAGE "<message><body>flood</body></message>"
#define FLOOD_BYTES (64 * 1024 * 1024)
#define ENOUGH_BYTES (2 * 1024 * 1024)

typedef struct
{
  GIOStream *io;
  GString *chunk;
  gsize sent;
} Flood;

static gboolean
flood_cb (GObject *pollable, gpointer user_data)
{
  Flood *flood = user_data;

  while (flood->sent < FLOOD_BYTES)
    {
      g_autoptr (GError) error = NULL;
      gssize n =
          g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (pollable),
                                                      flood->chunk->str,
                                                      flood->chunk->len, NULL, &error);

      if (n < 0)
        return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      /* What is cut off is sent first next time. */
      g_string_append_len (flood->chunk, flood->chunk->str, n);
      g_string_erase (flood->chunk, 0, n);
      flood->sent += (gsize) n;
    }

  return G_SOURCE_REMOVE;
}

static gboolean
has_flooded (gpointer user_data)
{
  return ((Flood *) user_data)->sent > ENOUGH_BYTES;
}

static XmppStream *
open_stream (GIOStream *io, GIOStream *other)
{
  XmppStreamHeader header = { .to = "p.test" };
  XmppStream *stream =
      xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);

  xmpp_stream_send_header (stream, &header);
  g_output_stream_write_all (g_io_stream_get_output_stream (other),
                             XMPP_TEST_SERVER_HEADER, strlen (XMPP_TEST_SERVER_HEADER),
                             NULL, NULL, NULL);
  g_assert_nonnull (xmpp_test_read_header (stream, NULL));
  xmpp_stream_add_state (stream, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);

  return stream;
}

/* What arrives is delivered, memory stays bounded, and the deadline ends it. */
static void
test_flood (gconstpointer with_sink)
{
  g_autoptr (GIOStream) io = NULL;
  Flood flood = { NULL };
  g_autoptr (XmppStream) stream = NULL;
  g_autoptr (GSource) source = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_auto (XmppTestSink) sink = { 0 };
  g_autoptr (GError) error = NULL;
  gsize before;

  xmpp_test_stream_pair (&io, &flood.io);
  stream = open_stream (io, flood.io);
  xmpp_test_stream_set_capacity (flood.io, 65536);
  flood.chunk = g_string_new (NULL);
  for (guint i = 0; i < 200; i++)
    g_string_append (flood.chunk, MESSAGE);
  xmpp_test_sink_init (&sink);
  if (with_sink)
    xmpp_stream_set_sink (stream, &xmpp_test_sink, &sink);

  source = g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (
                                                       g_io_stream_get_output_stream (
                                                           flood.io)),
                                                   NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (flood_cb), &flood, NULL);
  g_source_attach (source, NULL);
  before = mallinfo2 ().uordblks;
  xmpp_stream_close_async (stream, cancellable, xmpp_test_result_cb, &result);
  xmpp_test_run_until_true (has_flooded, &flood, "enough of a flood");
  g_assert_false (result.done);
  if (with_sink)
    g_assert_cmpuint (sink.elements, >, 20000);
  /* The sink's own note is 6 bytes an element, and doubles. */
  g_assert_cmpuint (mallinfo2 ().uordblks, <, before + 256 * 1024 + 12 * sink.elements);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      xmpp_stream_close_finish (stream, xmpp_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  xmpp_test_run_pending ();
  g_assert_cmpuint (sink.ended, ==, with_sink ? 1 : 0);
  if (with_sink)
    g_assert_error (sink.error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);

  g_source_destroy (source);
  g_string_free (flood.chunk, TRUE);
  g_object_unref (flood.io);
}

/* Limits hold while closing, too. */
static void
test_limits (void)
{
  g_autofree char *big = g_strnfill (70000, 'x');
  g_autofree char *script = g_strdup_printf (XMPP_TEST_HEADERS "C: </stream:stream>\n"
                                                               "S: <a x='%s'/>\n"
                                                               "E: close\n",
                                             big);
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (xmpp_test_read_header (stream, NULL));
  g_assert_false (xmpp_test_close (stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_POLICY_VIOLATION);
  xmpp_test_peer_finish (peer);
}

/* A peer that takes nothing and says nothing */
static void
test_blocked (void)
{
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (XmppStream) stream = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_stream_pair (&io, &other);
  stream = open_stream (io, other);
  xmpp_test_stream_set_capacity (io, 0);
  xmpp_stream_close_async (stream, cancellable, xmpp_test_result_cb, &result);
  xmpp_test_run_for (20);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      xmpp_stream_close_finish (stream, xmpp_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_io_stream_is_closed (io));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/attacks/S9/stream-flood/sink", GINT_TO_POINTER (1), test_flood);
  g_test_add_data_func ("/attacks/S9/stream-flood/none", NULL, test_flood);
  g_test_add_func ("/attacks/S9/stream-limits", test_limits);
  g_test_add_func ("/attacks/S9/stream-blocked", test_blocked);

  return g_test_run ();
}
