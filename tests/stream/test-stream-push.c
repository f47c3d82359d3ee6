/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error.h"
#include "core/xmpp-namespaces.h"

#include "xmpp-test-client.h"

#include <string.h>

typedef struct
{
  GIOStream *io; /* the other end */
  XmppStream *stream;
  XmppTestSink sink;
} Fixture;

static void
put (Fixture *fixture, const char *text)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (fixture->io), text,
                             strlen (text), NULL, NULL, NULL);
}

/* A stream that is open, with the sink set */
static void
set_up (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GIOStream) io = NULL;
  XmppStreamHeader header = { .to = "p.test" };

  xmpp_test_stream_pair (&io, &fixture->io);
  xmpp_test_stream_set_bytes (io, GPOINTER_TO_UINT (mode), 3);
  fixture->stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  xmpp_stream_send_header (fixture->stream, &header);
  put (fixture, XMPP_TEST_SERVER_HEADER);
  g_assert_nonnull (xmpp_test_read_header (fixture->stream, NULL));
  xmpp_stream_add_state (fixture->stream, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
  xmpp_test_sink_init (&fixture->sink);
  xmpp_stream_set_sink (fixture->stream, &xmpp_test_sink, &fixture->sink);
}

static void
tear_down (Fixture *fixture, gconstpointer mode)
{
  if (fixture->stream != NULL)
    xmpp_test_assert_last_unref (&fixture->stream);
  xmpp_test_sink_clear (&fixture->sink);
  g_clear_object (&fixture->io);
}

static void
test_order (Fixture *fixture, gconstpointer mode)
{
  put (fixture, "<message><body>a</body></message><b/> \n<c/><message>");
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b c");
  put (fixture, "<body>d</body></message>");
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b c d");
}

/* What an exchange left in the inbox and what was read with it come first, in order, and not
 * while set_sink() runs. */
static void
test_inbox_first (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (XmppElement) answer = NULL;

  xmpp_test_run_pending ();
  xmpp_stream_set_sink (fixture->stream, NULL, NULL);
  put (fixture, "<a/><b/><iq/><c/>");
  answer = xmpp_test_exchange (fixture->stream, NULL,
                               (XmppStreamMatchFunc) xmpp_element_is_sealed, NULL, NULL);
  g_assert_cmpstr (xmpp_element_get_name (answer), ==, "a");

  xmpp_stream_set_sink (fixture->stream, &xmpp_test_sink, &fixture->sink);
  put (fixture, "<d/>");
  g_assert_cmpuint (fixture->sink.elements, ==, 0);
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "b iq c d");
}

static void
answer_element (XmppElement *element, gpointer user_data)
{
  g_autoptr (XmppElement) message = xmpp_test_message ("re");

  xmpp_test_write (user_data, message);
}

/* No turn of the main loop per element: all in one dispatch, all answers in one write. */
static void
test_one_dispatch (Fixture *fixture, gconstpointer mode)
{
  GIOStream *io = xmpp_stream_get_io (fixture->stream);
  guint writes, trips;

  fixture->sink.hook = answer_element;
  fixture->sink.hook_data = fixture->stream;
  xmpp_test_run_pending ();
  writes = xmpp_test_stream_get_writes (io);
  trips = xmpp_stream_get_round_trips (fixture->stream);

  for (guint i = 0; i < 500; i++)
    put (fixture, "<message><body>x</body></message>");
  while (fixture->sink.elements == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->sink.elements, ==, 500);
  g_assert_cmpuint (xmpp_test_stream_get_writes (io), ==, writes + 1);
  g_assert_cmpuint (xmpp_stream_get_round_trips (fixture->stream), ==, trips + 1);
}

static gboolean
count_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

/* A flood leaves the main loop to others. */
static void
test_budget (Fixture *fixture, gconstpointer mode)
{
  guint turns = 0;
  guint other = g_idle_add_full (G_PRIORITY_DEFAULT, count_cb, &turns, NULL);
  g_autofree char *body = g_strnfill (1000, 'x');
  g_autofree char *message = g_strdup_printf ("<message><body>%s</body></message>", body);

  for (guint i = 0; i < 1000; i++)
    put (fixture, message);
  while (fixture->sink.elements < 1000)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (turns, >=, 7);
  g_source_remove (other);
}

/* Outside a dispatch: one write for a burst, at the end of the turn. */
static void
test_burst (Fixture *fixture, gconstpointer mode)
{
  GIOStream *io = xmpp_stream_get_io (fixture->stream);
  guint writes;

  xmpp_test_run_pending ();
  writes = xmpp_test_stream_get_writes (io);
  for (guint i = 0; i < 10; i++)
    answer_element (NULL, fixture->stream);
  g_assert_cmpuint (xmpp_test_stream_get_writes (io), ==, writes);
  xmpp_test_run_pending ();
  g_assert_cmpuint (xmpp_test_stream_get_writes (io), ==, writes + 1);
  g_assert_cmpuint (xmpp_test_unsent_bytes (fixture->stream), ==, 0);
}

/* A long burst goes out on the way. */
static void
test_long_burst (Fixture *fixture, gconstpointer mode)
{
  g_autofree char *body = g_strnfill (100000, 'x');

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (XmppElement) message = xmpp_test_message (body);

      xmpp_test_write (fixture->stream, message);
      g_assert_cmpuint (xmpp_test_unsent_bytes (fixture->stream), <, 400000);
    }
}

/* ---- Back-pressure ---- */

static void
pause_at_b (XmppElement *element, gpointer user_data)
{
  if (xmpp_element_is (element, "b", NULL))
    xmpp_stream_set_paused (user_data, TRUE);
}

static void
test_pause (Fixture *fixture, gconstpointer mode)
{
  fixture->sink.hook = pause_at_b;
  fixture->sink.hook_data = fixture->stream;
  put (fixture, "<a/><b/><c/><d/>");
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b");

  put (fixture, "<e/></stream:stream>");
  xmpp_test_run_pending ();
  g_assert_cmpuint (xmpp_test_stream_get_unread (xmpp_stream_get_io (fixture->stream)),
                    >=, strlen ("<e/></stream:stream>"));
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b");
  g_assert_cmpuint (fixture->sink.ended, ==, 0);

  xmpp_stream_set_paused (fixture->stream, FALSE);
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b");
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b c d e");
  g_assert_cmpuint (fixture->sink.ended, ==, 1);
  g_assert_no_error (fixture->sink.error);
}

/* Writing goes on while reading is paused. */
static void
test_pause_writes (Fixture *fixture, gconstpointer mode)
{
  xmpp_stream_set_paused (fixture->stream, TRUE);
  answer_element (NULL, fixture->stream);
  xmpp_test_run_pending ();
  g_assert_cmpuint (xmpp_test_unsent_bytes (fixture->stream), ==, 0);
}

/* ---- What a callback may do ---- */

static void
abort_at_b (XmppElement *element, gpointer user_data)
{
  if (xmpp_element_is (element, "b", NULL))
    xmpp_stream_abort (user_data);
}

static void
test_abort_inside (Fixture *fixture, gconstpointer mode)
{
  fixture->sink.hook = abort_at_b;
  fixture->sink.hook_data = fixture->stream;
  put (fixture, "<a/><b/><c/></stream:stream>");
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b");
  g_assert_cmpuint (fixture->sink.ended, ==, 1);
  g_assert_error (fixture->sink.error, XMPP_CONNECTION_ERROR,
                  XMPP_CONNECTION_ERROR_CLOSED);
}

static void
fail_at_b (XmppElement *element, gpointer user_data)
{
  g_autoptr (GError)
      error = g_error_new_literal (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_POLICY_VIOLATION,
                                   "No b here");

  if (xmpp_element_is (element, "b", NULL))
    xmpp_stream_fail (user_data, error);
}

static void
test_fail_inside (Fixture *fixture, gconstpointer mode)
{
  fixture->sink.hook = fail_at_b;
  fixture->sink.hook_data = fixture->stream;
  put (fixture, "<a/><b/><c/></stream:stream>");
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b");
  g_assert_error (fixture->sink.error, XMPP_STREAM_ERROR,
                  XMPP_STREAM_ERROR_POLICY_VIOLATION);
}

static void
take_sink_away (XmppElement *element, gpointer user_data)
{
  if (xmpp_element_is (element, "b", NULL))
    xmpp_stream_set_sink (user_data, NULL, NULL);
}

static void
test_unset_inside (Fixture *fixture, gconstpointer mode)
{
  fixture->sink.hook = take_sink_away;
  fixture->sink.hook_data = fixture->stream;
  put (fixture, "<a/><b/><c/><d/>");
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b");
  xmpp_test_assert_reads (fixture->stream, "c");

  xmpp_stream_set_sink (fixture->stream, &xmpp_test_sink, &fixture->sink);
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b d");
}

static void
drop_stream (XmppElement *element, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_clear_object (&fixture->stream);
}

static void
test_drop_inside (Fixture *fixture, gconstpointer mode)
{
  gpointer weak = fixture->stream;
  char byte;

  g_object_add_weak_pointer (weak, &weak);
  fixture->sink.hook = drop_stream;
  fixture->sink.hook_data = fixture;
  put (fixture, "<a/>");
  xmpp_test_run_pending ();
  g_assert_null (weak);
  g_assert_cmpstr (fixture->sink.words->str, ==, "a");
  g_assert_cmpuint (fixture->sink.ended, ==, 0);
  while (xmpp_test_stream_get_unread (fixture->io) > 0)
    g_input_stream_read (g_io_stream_get_input_stream (fixture->io), &byte, 1, NULL,
                         NULL);
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (fixture->io), &byte,
                                        1, NULL, NULL),
                   ==, 0);
}

static void
run_a_loop (XmppElement *element, gpointer user_data)
{
  xmpp_test_run_pending ();
}

/* A handler that runs a main loop gets nothing twice and nothing inside itself, and another
 * stream that reads meanwhile does not spoil its bytes. */
static void
test_nested_loop (Fixture *fixture, gconstpointer mode)
{
  Fixture other = { NULL };

  set_up (&other, mode);
  fixture->sink.hook = run_a_loop;
  put (fixture, "<a/><b/>");
  put (&other, "<c/><d/>");
  other.sink.hook = run_a_loop;
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a b");
  g_assert_cmpstr (other.sink.words->str, ==, "c d");
  tear_down (&other, mode);
}

/* ---- The end ---- */

static void
test_peer_ends (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;

  put (fixture, "<a/></stream:stream><b/>");
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a");
  g_assert_cmpuint (fixture->sink.ended, ==, 1);
  g_assert_no_error (fixture->sink.error);
  g_assert_error (xmpp_stream_get_error (fixture->stream), XMPP_CONNECTION_ERROR,
                  XMPP_CONNECTION_ERROR_CLOSED);
  g_assert_true (xmpp_test_close (fixture->stream, &error));
  g_assert_no_error (error);
}

static void
test_peer_fails (Fixture *fixture, gconstpointer mode)
{
  put (fixture, "<a/>" XMPP_TEST_STREAM_ERROR ("conflict"));
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a");
  g_assert_error (fixture->sink.error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);
}

/* A sink that is set after the end hears of it all the same. */
static void
test_late_sink (Fixture *fixture, gconstpointer mode)
{
  xmpp_test_run_pending ();
  xmpp_stream_set_sink (fixture->stream, NULL, NULL);
  xmpp_stream_abort (fixture->stream);
  xmpp_test_run_pending ();
  xmpp_stream_set_sink (fixture->stream, &xmpp_test_sink, &fixture->sink);
  g_assert_cmpuint (fixture->sink.ended, ==, 0);
  xmpp_test_run_pending ();
  g_assert_cmpuint (fixture->sink.ended, ==, 1);
}

/* The socket refuses what we write, but the peer has said why before it closed. */
static void
test_last_words (Fixture *fixture, gconstpointer mode)
{
  xmpp_test_run_pending ();
  put (fixture, "<a/>" XMPP_TEST_STREAM_ERROR ("system-shutdown"));
  g_io_stream_close (fixture->io, NULL, NULL);
  answer_element (NULL, fixture->stream);
  xmpp_test_run_pending ();
  g_assert_cmpstr (fixture->sink.words->str, ==, "a");
  g_assert_error (fixture->sink.error, XMPP_STREAM_ERROR,
                  XMPP_STREAM_ERROR_SYSTEM_SHUTDOWN);
}

static void
test_broken_pipe (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError)
      fault = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "Gone");
  GIOStream *io = xmpp_stream_get_io (fixture->stream);
  g_autoptr (GPtrArray) unsent = NULL;

  xmpp_test_run_pending ();
  xmpp_test_stream_fail_at (io, xmpp_test_stream_get_operations (io) + 1, fault);
  answer_element (NULL, fixture->stream);
  xmpp_test_run_pending ();
  g_assert_cmpuint (fixture->sink.ended, ==, 1);
  g_assert_error (fixture->sink.error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  unsent = xmpp_stream_steal_unsent (fixture->stream);
  g_assert_cmpuint (unsent->len, ==, 1);
}

/* Who pulls while elements are pushed is refused. */
static void
test_pull_refused (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (xmpp_test_read (fixture->stream, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
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

static void
add_whole (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, GUINT_TO_POINTER (XMPP_TEST_BYTES_WHOLE), set_up, test,
              tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/stream/push/order", test_order);
  add ("/stream/push/inbox-first", test_inbox_first);
  add_whole ("/stream/push/one-dispatch", test_one_dispatch);
  add_whole ("/stream/push/budget", test_budget);
  add_whole ("/stream/push/burst", test_burst);
  add_whole ("/stream/push/long-burst", test_long_burst);
  add_whole ("/stream/push/pause", test_pause);
  add ("/stream/push/pause/writes", test_pause_writes);
  add ("/stream/push/inside/abort", test_abort_inside);
  add ("/stream/push/inside/fail", test_fail_inside);
  add ("/stream/push/inside/unset", test_unset_inside);
  add ("/stream/push/inside/drop", test_drop_inside);
  add ("/stream/push/inside/loop", test_nested_loop);
  add ("/stream/push/end/peer", test_peer_ends);
  add ("/stream/push/end/error", test_peer_fails);
  add ("/stream/push/end/late-sink", test_late_sink);
  add ("/stream/push/end/last-words", test_last_words);
  add_whole ("/stream/push/end/broken-pipe", test_broken_pipe);
  add ("/stream/push/pull-refused", test_pull_refused);

  return g_test_run ();
}
