/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-connection-private.h"

#include <malloc.h>

#include "stream/xmpp-parser-private.h"
#include "stream/xmpp-stream-private.h"

#include "xmpp-test-connection.h"

#define LEAVE                                                                            \
  "C: <presence type='unavailable'/>\nC: </stream:stream>\nS: </stream:stream>\nE: "     \
  "close\n"

/* A stanza takes a kilobyte at least: less than this is no stanza for each of a flood. */
#define BOUND (4 * 1024 * 1024)

static guint n_flood = 20000;

/* 0 where a sanitizer has replaced malloc() */
static gsize
get_used (void)
{
  return mallinfo2 ().uordblks;
}

static void
close_politely (XmppConnection *connection)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_connection_close_async (connection, NULL, NULL, xmpp_test_result_cb, &result);
  xmpp_connection_close_finish (connection, xmpp_test_result_wait (&result), &error);
  g_assert_no_error (error);
}

static gboolean
sleeps (gpointer stream)
{
  return XMPP_STREAM (stream)->parser->context == NULL;
}

static gboolean
has_message (gpointer user_data)
{
  g_autofree char *log = xmpp_test_connection_take_log (user_data);

  return strstr (log, "message") != NULL;
}

/* After ten seconds of silence there is neither a parser nor a buffer, and what comes then is
 * understood all the same. */
static void
test_idle (void)
{
  g_autoptr (XmppConnection) connection =
      xmpp_test_connection_new ("S: <message><body>1</body></message>\n"
                                "C: <message id='{*}'><body>awake?</body></message>\n"
                                "S: <message><body>2</body></message>\n" LEAVE);
  g_autoptr (XmppStanza)
      question = xmpp_stanza_new_message (XMPP_STANZA_TYPE_NORMAL, NULL, "awake?");
  g_autoptr (GError) error = NULL;
  XmppStream *stream;

  /* So often it is looked at. */
  g_object_set (xmpp_connection_get_limits (connection), "idle-answer-seconds", 1, NULL);
  xmpp_test_connection_open (connection);
  stream = xmpp_connection_get_private (connection)->stream;
  xmpp_test_run_until_true (has_message, connection, "the first message");
  g_assert_false (sleeps (stream));

  stream->last_input -= 20 * G_USEC_PER_SEC;
  xmpp_test_run_until_true (sleeps, stream, "sleep");
  g_assert_cmpuint (xmpp_buffer_get_length (&stream->leftover), ==, 0);
  g_assert_null (stream->unsent);

  xmpp_connection_send (connection, question, &error);
  g_assert_no_error (error);
  xmpp_test_run_until_true (has_message, connection, "the second message");
  g_assert_false (sleeps (stream));
  close_politely (connection);
}

/* What a parser costs is given back but for a small rest. */
static void
test_parsers (void)
{
  static const char header[] = "<stream:stream xmlns='jabber:client' "
                               "xmlns:stream='http://etherx.jabber.org/streams'>";
  XmppStream *streams[100];
  gsize before, awake, asleep;

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_autoptr (GIOStream) io = NULL;
      g_autoptr (GIOStream) other = NULL;

      xmpp_test_stream_pair (&io, &other);
      streams[i] = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
    }
  before = get_used ();
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    xmpp_parser_feed (streams[i]->parser, header, sizeof header - 1, NULL, NULL);
  awake = get_used ();
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    xmpp_parser_sleep (streams[i]->parser);
  asleep = get_used ();

  g_test_message ("%" G_GSIZE_FORMAT " bytes, asleep %" G_GSIZE_FORMAT,
                  (awake - before) / G_N_ELEMENTS (streams),
                  (asleep - before) / G_N_ELEMENTS (streams));
  g_assert_cmpuint (asleep - before, <=, 1024 * G_N_ELEMENTS (streams));
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    g_object_unref (streams[i]);
}

static char *
make_flood (void)
{
  GString *script = g_string_new ("S: ");

  for (guint i = 0; i < n_flood; i++)
    g_string_append_printf (script, "<message><body>%u</body></message>", i);
  g_string_append (script, "\n" LEAVE);
  return g_string_free (script, FALSE);
}

typedef struct
{
  guint count;
  gsize early; /* used after the first of them */
  gsize late;
} Flood;

static gboolean
flood_cb (XmppConnection *connection, XmppStanza *stanza, gpointer user_data)
{
  Flood *flood = user_data;

  if (++flood->count % 1000 == 0)
    g_free (xmpp_test_connection_take_log (connection));
  if (flood->count == 2000)
    flood->early = get_used ();
  if (flood->count == n_flood)
    flood->late = get_used ();
  return TRUE;
}

static gboolean
is_over (gpointer flood)
{
  return ((Flood *) flood)->count == n_flood;
}

static void
test_flood (void)
{
  g_autofree char *script = make_flood ();
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);
  Flood flood = { 0 };

  g_signal_connect (connection, "message", G_CALLBACK (flood_cb), &flood);
  xmpp_test_connection_open (connection);
  xmpp_test_run_until_true (is_over, &flood, "the flood");
  g_assert_cmpuint (flood.late, <=, flood.early + BOUND);
  close_politely (connection);
}

static gboolean
is_paused (gpointer stream)
{
  return xmpp_stream_is_paused (stream);
}

/* Nobody takes what comes: the rest stays in the socket. */
static void
test_flooded_queue (void)
{
  g_autofree char *script = make_flood ();
  g_autoptr (XmppConnection) connection = xmpp_test_connection_new (script);
  XmppConnectionPrivate *priv = xmpp_connection_get_private (connection);
  gsize before;

  xmpp_test_connection_set_takes (connection, FALSE);
  xmpp_connection_set_queue_kinds (connection, XMPP_STANZA_KIND_MESSAGE);
  xmpp_test_connection_open (connection);
  before = get_used ();
  xmpp_test_run_until_true (is_paused, priv->stream, "a full queue");
  xmpp_test_run_for (50);

  g_assert_true (is_paused (priv->stream));
  g_assert_cmpuint (xmpp_receive_queue_get_length (priv->queue), ==,
                    priv->limit->queued_stanzas);
  /* What was read in one piece with the last of them */
  g_assert_cmpuint (priv->stream->inbox.length, <=, 32768 / 36);
  g_assert_cmpuint (get_used (), <=, before + BOUND);
  xmpp_connection_abort (connection);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("XMPP_TEST_SLOW") != NULL)
    n_flood = 6000;

  g_test_add_func ("/connection-memory/idle", test_idle);
  g_test_add_func ("/connection-memory/parsers", test_parsers);
  g_test_add_func ("/connection-memory/flood", test_flood);
  g_test_add_func ("/connection-memory/flooded-queue", test_flooded_queue);

  return g_test_run ();
}
