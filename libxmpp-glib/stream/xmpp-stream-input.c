/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Stream"

#include "config.h"

#include "stream/xmpp-stream.h"

#include "core/xmpp-error.h"
#include "core/xmpp-namespaces.h"
#include "core/xmpp-secret-private.h"
#include "stream/xmpp-stream-private.h"

#define READ_SIZE 32768
/* Bytes in one dispatch, so that a busy connection leaves the main loop to others */
#define READ_BUDGET (4 * READ_SIZE)
/* What a small read counts */
#define READ_COST 2048

/* One buffer for all streams of a thread. It is taken away while its bytes are handed on:
 * whoever gets them may run a main loop in which another stream reads. */
static GPrivate read_buffer = G_PRIVATE_INIT (g_free);

static char *
take_read_buffer (void)
{
  char *buffer = g_private_get (&read_buffer);

  if (buffer == NULL)
    return g_malloc (READ_SIZE);

  g_private_set (&read_buffer, NULL);
  return buffer;
}

static void
give_read_buffer_back (char *buffer)
{
  g_private_replace (&read_buffer, buffer);
}

/* ---- From the parser ---- */

static void
take_features (XmppStream *self, XmppElement *element)
{
  if (self->features != NULL)
    {
      xmpp_element_unref (element);
      xmpp_stream_fail_with (self, XMPP_STREAM_ERROR_BAD_FORMAT,
                             "%s sent its features twice", xmpp_stream_name_peer (self));
      return;
    }

  self->features = element;
  if (self->pull != NULL && self->features_arrived != NULL)
    self->features_arrived (self, self->features_data);
}

static void
push_element (XmppStream *self, XmppElement *element)
{
  if (self->paused || self->inbox.length > 0)
    {
      xmpp_stream_inbox_push (self, element);
      return;
    }

  self->sink->element (element, self->sink_data);
  xmpp_element_unref (element);
}

/* @element: (transfer full) */
static void
hand_on (XmppStream *self, XmppElement *element)
{
  xmpp_stream_show (self, element, FALSE);

  if (xmpp_element_is (element, "error", XMPP_NS_STREAMS))
    {
      xmpp_stream_end (self, xmpp_stream_parse_error (self, element));
      xmpp_element_unref (element);
    }
  else if (self->header_error != NULL)
    {
      xmpp_element_unref (element);
      xmpp_stream_fail (self, self->header_error);
    }
  else if (self->features_aside && xmpp_element_is (element, "features", XMPP_NS_STREAMS))
    {
      take_features (self, element);
    }
  else if (self->sink != NULL)
    {
      push_element (self, element);
    }
  else if (self->pull == NULL && self->closing != NULL)
    {
      xmpp_element_unref (element);
    }
  else
    {
      xmpp_stream_pull_element (self, element);
    }
}

static void
header_cb (XmppElement *root, gpointer user_data)
{
  XmppStream *self = user_data;

  /* The parser is in single mode and stops here; what becomes of it waits for that, since it
   * may make a new parser. */
  self->arrived = xmpp_element_ref (root);
}

static void
element_cb (XmppElement *element, gpointer user_data)
{
  XmppStream *self = user_data;

  if (self->error != NULL)
    xmpp_element_unref (element);
  else if (self->single)
    self->arrived = element;
  else
    hand_on (self, element);
}

static void
end_cb (gpointer user_data)
{
  XmppStream *self = user_data;

  self->end_arrived = TRUE;
}

const XmppParserSink xmpp_stream_parser_sink = { header_cb, element_cb, end_cb };

/* ---- Bytes to the parser ---- */

static void
peer_has_ended (XmppStream *self)
{
  self->end_arrived = FALSE;

  if (self->header_error != NULL)
    {
      xmpp_stream_fail (self, self->header_error);
      return;
    }

  self->peer_ended = TRUE;
  xmpp_stream_end (self, g_error_new (XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED,
                                      "%s has closed the stream",
                                      xmpp_stream_name_peer (self)));
}

/* Hands on what the parser has stopped behind. */
static void
take_events (XmppStream *self)
{
  XmppElement *arrived = g_steal_pointer (&self->arrived);

  if (self->error != NULL)
    {
      g_clear_pointer (&arrived, xmpp_element_unref);
    }
  else if (arrived != NULL && !self->header_seen)
    {
      xmpp_stream_take_header (self, arrived);
      xmpp_element_unref (arrived);
    }
  else if (arrived != NULL)
    {
      hand_on (self, arrived);
    }

  if (self->end_arrived && self->error == NULL)
    peer_has_ended (self);
}

/* Returns how many of the bytes are done with; the rest is for later. */
static gsize
feed (XmppStream *self, const char *data, gsize length)
{
  g_autoptr (GError) error = NULL;
  gsize consumed = 0;

  self->feeding = TRUE;
  self->single = self->sink == NULL;
  xmpp_parser_set_single (self->parser, self->single);
  xmpp_parser_feed (self->parser, data, length, &consumed, &error);
  self->feeding = FALSE;

  if (error != NULL)
    xmpp_stream_fail (self, error);

  return consumed;
}

/* While pulling, the parser stops behind each event, so that whoever gets it may make a new
 * parser for the rest. */
static void
feed_leftover (XmppStream *self)
{
  gsize consumed = feed (self, xmpp_buffer_peek (&self->leftover),
                         xmpp_buffer_get_length (&self->leftover));

  xmpp_buffer_consume (&self->leftover, consumed);
  take_events (self);
}

static void
feed_new (XmppStream *self, const char *data, gsize length)
{
  gsize consumed = feed (self, data, length);

  if (consumed < length)
    xmpp_buffer_append (&self->leftover, data + consumed, length - consumed);
  take_events (self);
}

/* ---- Bytes from the socket ---- */

static void
input_ended (XmppStream *self, GError *error)
{
  self->input_over = TRUE;

  if (self->error != NULL)
    g_clear_error (&error);
  else if (self->header_error != NULL)
    {
      g_clear_error (&error);
      xmpp_stream_fail (self, self->header_error);
    }
  else if (self->write_error != NULL)
    {
      g_clear_error (&error);
      xmpp_stream_end (self, g_steal_pointer (&self->write_error));
    }
  else if (error != NULL)
    xmpp_stream_end (self, error);
  else
    xmpp_stream_end (self,
                     g_error_new (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TRUNCATED,
                                  "%s has closed the connection without closing the "
                                  "stream",
                                  xmpp_stream_name_peer (self)));
}

static gboolean
readable_cb (GObject *pollable, gpointer user_data)
{
  xmpp_stream_pump (user_data);
  return G_SOURCE_CONTINUE;
}

/* Nothing to be had now. FALSE: it is time to wait for it. */
static gboolean
nothing_there (XmppStream *self)
{
  if (self->error == NULL && self->header_error != NULL)
    {
      xmpp_stream_fail (self, self->header_error);
      return TRUE;
    }

  if (self->write_source == NULL)
    xmpp_stream_flush_now (self);
  if (self->error == NULL && self->write_error != NULL)
    {
      self->input_over = TRUE;
      xmpp_stream_end (self, g_steal_pointer (&self->write_error));
      return TRUE;
    }

  if (self->read_source == NULL)
    self->read_source =
        xmpp_stream_attach (self,
                            g_pollable_input_stream_create_source (self->input, NULL),
                            G_SOURCE_FUNC (readable_cb), G_PRIORITY_DEFAULT);

  self->waiting = TRUE;
  if (self->flushed)
    {
      self->flushed = FALSE;
      self->wait_counted = TRUE;
      self->round_trips++;
    }

  return FALSE;
}

static void
use_bytes (XmppStream *self, char *buffer, gsize length)
{
  self->last_input = g_get_monotonic_time ();
  self->waiting = FALSE;
  self->wait_counted = FALSE;

  /* Behind the end of the stream nothing is looked at (RFC 6120 §4.4). */
  if (self->error == NULL)
    feed_new (self, buffer, length);
  if (self->leftover.sensitive)
    xmpp_secret_wipe (buffer, length);
}

/* What one dispatch has read */
typedef struct
{
  gsize budget;   /* what it may still read */
  gpointer empty; /* the input that had no more */
} Turn;

/* TRUE: go on; FALSE: it waits now. */
static gboolean
read_some (XmppStream *self, Turn *turn)
{
  g_autoptr (GError) error = NULL;
  char *buffer = take_read_buffer ();
  gssize n = g_pollable_input_stream_read_nonblocking (self->input, buffer, READ_SIZE,
                                                       NULL, &error);
  gboolean again = TRUE;

  if (n > 0)
    {
      gsize cost = MAX ((gsize) n, READ_COST);

      turn->budget -= MIN (turn->budget, cost);
      /* To ask costs a quarter of a read from TLS that finds nothing. */
      if (n < READ_SIZE &&
          (self->short_read_is_all || !g_pollable_input_stream_is_readable (self->input)))
        turn->empty = self->input;
      use_bytes (self, buffer, (gsize) n);
    }
  else if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    again = nothing_there (self);
  else
    input_ended (self, g_steal_pointer (&error));

  give_read_buffer_back (buffer);

  return again;
}

/* ---- The pump ---- */

static gboolean
wants_input (XmppStream *self)
{
  if (self->input_over || self->input == NULL || self->io_closed)
    return FALSE;
  /* Somebody closes a stream that has failed: the rest is read and thrown away, since a
   * socket that is closed with unread bytes takes what we sent last with it. */
  if (self->error != NULL)
    return self->closing != NULL && !self->peer_ended;
  if (self->sink != NULL)
    return !self->paused;

  return self->pull != NULL || self->closing != NULL;
}

/* One from the inbox to the sink */
static gboolean
push_from_inbox (XmppStream *self)
{
  XmppElement *element;

  if (self->sink == NULL || self->paused)
    return FALSE;

  if (self->inbox.length == 0)
    return FALSE;

  element = xmpp_stream_inbox_take (self, self->inbox.head);
  self->sink->element (element, self->sink_data);
  xmpp_element_unref (element);

  return TRUE;
}

static gboolean
tell_sink (XmppStream *self)
{
  if (self->sink == NULL || self->sink_told || self->inbox.length > 0)
    return FALSE;

  self->sink_told = TRUE;
  self->sink->ended (self->peer_ended ? NULL : self->error, self->sink_data);

  return TRUE;
}

/* The stream has ended, and everybody is told, one after the other. */
static gboolean
settle (XmppStream *self)
{
  return xmpp_stream_pull_end (self) || xmpp_stream_complete_flush (self) ||
         tell_sink (self);
}

/* Does one thing. FALSE: nothing is left to do now. */
static gboolean
step (XmppStream *self, Turn *turn)
{
  if (self->error != NULL)
    xmpp_buffer_consume (&self->leftover, xmpp_buffer_get_length (&self->leftover));
  if (push_from_inbox (self))
    return TRUE;
  if (self->error != NULL && settle (self))
    return TRUE;
  if (self->closing != NULL && xmpp_stream_close_step (self))
    return TRUE;

  if (!wants_input (self))
    {
      if (self->error != NULL || self->write_error == NULL)
        return FALSE;
      self->input_over = TRUE;
      xmpp_stream_end (self, g_steal_pointer (&self->write_error));
      return TRUE;
    }

  if (self->error == NULL && xmpp_buffer_get_length (&self->leftover) > 0)
    {
      feed_leftover (self);
      return TRUE;
    }

  if (turn->empty == self->input)
    {
      /* Where what was written cannot leave, the peer may have said why by now. */
      turn->empty = NULL;
      if (self->write_source == NULL)
        xmpp_stream_flush_now (self);
      if (self->write_error == NULL)
        return nothing_there (self);
    }

  if (turn->budget == 0)
    {
      xmpp_stream_wake (self);
      return FALSE;
    }

  return read_some (self, turn);
}

void
xmpp_stream_pump (XmppStream *self)
{
  Turn turn = { .budget = READ_BUDGET };

  /* Somebody who was handed an element runs the main loop: what comes waits for his return,
   * and must not keep that loop busy. */
  if (self->pumping)
    {
      xmpp_stream_clear_source (&self->read_source);
      return;
    }

  g_object_ref (self);
  self->pumping = TRUE;
  self->debug = !g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN);

  while (step (self, &turn))
    {
    }

  self->pumping = FALSE;
  if (!wants_input (self))
    xmpp_stream_clear_source (&self->read_source);
  else
    xmpp_stream_pull_watch_cancellable (self);

  /* The end of the dispatch: what was written in it leaves in one piece. */
  if (xmpp_stream_has_output (self) && self->write_source == NULL &&
      (self->sink != NULL || self->error != NULL))
    {
      xmpp_stream_flush_now (self);
      if (self->write_error != NULL)
        xmpp_stream_wake (self);
    }

  g_object_unref (self);
}

static gboolean
wake_cb (gpointer user_data)
{
  XmppStream *self = user_data;

  xmpp_stream_clear_source (&self->wake_source);
  xmpp_stream_pump (self);

  return G_SOURCE_REMOVE;
}

void
xmpp_stream_wake (XmppStream *self)
{
  if (self->wake_source == NULL)
    self->wake_source =
        xmpp_stream_attach (self, g_idle_source_new (), wake_cb, G_PRIORITY_DEFAULT);
}
