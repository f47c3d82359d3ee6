/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* P16: nothing of the old stream is left in the new one, and S2 as far as the stream is
 * concerned: nothing may be left where TLS begins. */

#include "config.h"

#include "core/xmpp-error.h"

#include "xmpp-test-client.h"

#include <string.h>

#define FIRST                                                                            \
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' " XMPP_TEST_NS_STREAM       \
  " xmlns:old='urn:old' from='p.test' id='s1' version='1.0'>"
#define SECOND                                                                           \
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' " XMPP_TEST_NS_STREAM       \
  " from='p.test' id='s2' version='1.0'>"

typedef struct
{
  GIOStream *io, *other;
  XmppStream *stream;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer mode)
{
  XmppStreamHeader header = { .to = "p.test" };

  xmpp_test_stream_pair (&fixture->io, &fixture->other);
  xmpp_test_stream_set_bytes (fixture->io, GPOINTER_TO_UINT (mode), 19);
  fixture->stream =
      xmpp_stream_new (fixture->io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  xmpp_stream_send_header (fixture->stream, &header);
}

static void
tear_down (Fixture *fixture, gconstpointer mode)
{
  g_object_unref (fixture->stream);
  g_object_unref (fixture->io);
  g_object_unref (fixture->other);
}

static void
put (Fixture *fixture, const char *text, gsize length)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (fixture->other), text, length,
                             NULL, NULL, NULL);
}

static void
restart (Fixture *fixture)
{
  XmppStreamHeader header = { .to = "p.test" };

  xmpp_test_assert_reads (fixture->stream, "success");
  xmpp_stream_restart (fixture->stream);
  xmpp_stream_send_header (fixture->stream, &header);
}

/* The two streams in one piece, and cut in two anywhere */
static void
test_cuts (Fixture *fixture, gconstpointer mode)
{
  static const char text[] = FIRST "<success/>" SECOND "<a/>";

  for (gsize at = 1; at < sizeof text; at++)
    {
      put (fixture, text, at);
      xmpp_test_run_pending ();
      if (at < sizeof FIRST "<success/>" - 1)
        {
          g_auto (XmppTestResult) result = { 0 };
          g_autoptr (XmppElement) success = NULL;
          XmppStreamHeader header = { .to = "p.test" };

          xmpp_stream_read_async (fixture->stream, NULL, xmpp_test_result_cb, &result);
          xmpp_test_run_pending ();
          put (fixture, text + at, sizeof text - 1 - at);
          success = xmpp_stream_read_finish (fixture->stream,
                                             xmpp_test_result_wait (&result), NULL);
          g_assert_cmpstr (xmpp_element_get_name (success), ==, "success");
          xmpp_stream_restart (fixture->stream);
          xmpp_stream_send_header (fixture->stream, &header);
        }
      else
        {
          restart (fixture);
          put (fixture, text + at, sizeof text - 1 - at);
        }

      xmpp_test_assert_reads (fixture->stream, "a");
      g_assert_cmpstr (xmpp_stream_get_peer_header (fixture->stream)->id, ==, "s2");
      tear_down (fixture, mode);
      set_up (fixture, mode);
    }
}

/* A prefix that only the first header bound */
static void
test_prefix (Fixture *fixture, gconstpointer mode)
{
  static const char text[] = FIRST "<old:x/><success/>" SECOND "<old:x/>";
  g_autoptr (GError) error = NULL;

  put (fixture, text, sizeof text - 1);
  xmpp_test_assert_reads (fixture->stream, "x");
  restart (fixture);
  g_assert_null (xmpp_test_read (fixture->stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_BAD_NAMESPACE_PREFIX);
}

/* An element that begins in the old stream and would end in the new one */
static void
test_half_element (Fixture *fixture, gconstpointer mode)
{
  static const char text[] = FIRST "<success/>" SECOND "</message>";
  g_autoptr (GError) error = NULL;

  put (fixture, text, sizeof text - 1);
  restart (fixture);
  g_assert_null (xmpp_test_read (fixture->stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_WELL_FORMED);
}

/* The same header again instead of a new one: the old one is not remembered. */
static void
test_no_header (Fixture *fixture, gconstpointer mode)
{
  static const char text[] = FIRST "<success/><message/>";
  g_autoptr (GError) error = NULL;

  put (fixture, text, sizeof text - 1);
  restart (fixture);
  g_assert_null (xmpp_test_read (fixture->stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_INVALID_NAMESPACE);
}

/* ---- Where TLS begins ---- */

static const char *const injected[] = {
  "x",
  " ",
  "\n",
  "<stream:features/>",
  "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
  "</stream:stream>",
  "<",
};

static void
read_proceed (Fixture *fixture, const char *behind)
{
  put (fixture, FIRST "<proceed/>", sizeof FIRST "<proceed/>" - 1);
  put (fixture, behind, strlen (behind));
  xmpp_test_assert_reads (fixture->stream, "proceed");
}

static void
test_injection (Fixture *fixture, gconstpointer mode)
{
  for (gsize i = 0; i < G_N_ELEMENTS (injected); i++)
    {
      g_autoptr (GError) error = NULL;

      read_proceed (fixture, injected[i]);
      g_assert_false (xmpp_stream_check_no_input (fixture->stream, &error));
      g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TLS_INJECTION);
      g_clear_error (&error);
      g_assert_null (xmpp_test_read (fixture->stream, &error));
      g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TLS_INJECTION);
      g_assert_true (g_io_stream_is_closed (fixture->io));
      tear_down (fixture, mode);
      set_up (fixture, mode);
    }
}

/* A millisecond later, still in clear */
static void
test_late_injection (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;

  read_proceed (fixture, "");
  put (fixture, "x", 1);
  g_assert_false (xmpp_stream_check_no_input (fixture->stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TLS_INJECTION);
}

static void
test_replace (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GIOStream) tls = NULL;
  g_autoptr (GError) error = NULL;
  XmppStreamHeader header = { .to = "p.test" };

  read_proceed (fixture, "");
  g_assert_true (xmpp_stream_check_no_input (fixture->stream, &error));
  g_assert_no_error (error);

  g_object_unref (fixture->other);
  xmpp_test_stream_pair_over (fixture->io, &tls, &fixture->other);
  xmpp_stream_replace_io (fixture->stream, tls, TRUE);
  g_assert_true (xmpp_stream_get_io (fixture->stream) == tls);
  g_assert_cmpint (xmpp_stream_get_state (fixture->stream), ==, XMPP_STREAM_SECURE);
  g_assert_null (xmpp_stream_get_peer_header (fixture->stream));
  xmpp_stream_send_header (fixture->stream, &header);
  put (fixture, SECOND "<a/>", sizeof SECOND "<a/>" - 1);
  xmpp_test_assert_reads (fixture->stream, "a");
}

/* The server's side: a client may send its new header right behind its last response. */
static void
test_receiving (void)
{
  for (guint mode = 0; mode < XMPP_TEST_BYTES_LAST; mode++)
    {
      XmppTestPeer *peer = xmpp_test_peer_new ("C: " XMPP_TEST_CLIENT_HEADER
                                               "<response/>" XMPP_TEST_CLIENT_HEADER
                                               "<iq/>\n",
                                               XMPP_TEST_PEER_CLIENT);
      g_autoptr (XmppStream) stream = xmpp_test_server_new (peer);

      xmpp_test_peer_set_bytes (peer, mode, 19);
      xmpp_test_assert_reads (stream, "response");
      xmpp_stream_restart (stream);
      g_assert_nonnull (xmpp_test_read_header (stream, NULL));
      xmpp_test_assert_reads (stream, "iq");
      xmpp_test_peer_finish (peer);
    }
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  static const char *const names[] = { "whole", "one", "halves", "random" };

  for (guint mode = 0; mode < XMPP_TEST_BYTES_LAST; mode++)
    {
      g_autofree char *full = g_strconcat (path, "/", names[mode], NULL);

      g_test_add (full, Fixture, GUINT_TO_POINTER (mode), set_up, test, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/attacks/P16/stream/cuts", test_cuts);
  add ("/attacks/P16/stream/prefix", test_prefix);
  add ("/attacks/P16/stream/half-element", test_half_element);
  add ("/attacks/P16/stream/no-header", test_no_header);
  g_test_add_func ("/attacks/P16/stream/receiving", test_receiving);
  add ("/attacks/S2/stream/injection", test_injection);
  add ("/attacks/S2/stream/late", test_late_injection);
  add ("/attacks/S2/stream/replace", test_replace);

  return g_test_run ();
}
