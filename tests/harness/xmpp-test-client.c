/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-client.h"

#include "stream/xmpp-stream-private.h"

XmppStream *
xmpp_test_client_new (XmppTestPeer *peer)
{
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  XmppStreamHeader header = { .to = "p.test", .from = "alice@p.test" };
  XmppStream *stream =
      xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);

  xmpp_stream_send_header (stream, &header);

  return stream;
}

XmppStream *
xmpp_test_server_new (XmppTestPeer *peer)
{
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);

  return xmpp_stream_new (io, XMPP_STREAM_RECEIVING, "jabber:client", NULL);
}

const XmppStreamHeader *
xmpp_test_read_header (XmppStream *stream, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_stream_read_header_async (stream, NULL, xmpp_test_result_cb, &result);

  return xmpp_stream_read_header_finish (stream, xmpp_test_result_wait (&result), error);
}

XmppElement *
xmpp_test_read (XmppStream *stream, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_stream_read_async (stream, NULL, xmpp_test_result_cb, &result);

  return xmpp_stream_read_finish (stream, xmpp_test_result_wait (&result), error);
}

XmppElement *
xmpp_test_exchange (XmppStream *stream,
                    XmppElement *request,
                    XmppStreamMatchFunc match,
                    gpointer match_data,
                    GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_stream_exchange_async (stream, request, match, match_data, NULL,
                              xmpp_test_result_cb, &result);

  return xmpp_stream_exchange_finish (stream, xmpp_test_result_wait (&result), error);
}

gboolean
xmpp_test_flush (XmppStream *stream, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_stream_flush_async (stream, NULL, xmpp_test_result_cb, &result);

  return xmpp_stream_flush_finish (stream, xmpp_test_result_wait (&result), error);
}

gboolean
xmpp_test_close (XmppStream *stream, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_stream_close_async (stream, NULL, xmpp_test_result_cb, &result);

  return xmpp_stream_close_finish (stream, xmpp_test_result_wait (&result), error);
}

gsize
xmpp_test_unsent_bytes (XmppStream *stream)
{
  return xmpp_buffer_get_length (&stream->out);
}

void
xmpp_test_assert_reads (XmppStream *stream, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement) element = xmpp_test_read (stream, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_element_get_name (element), ==, name);
}

void
xmpp_test_write (XmppStream *stream, XmppElement *element)
{
  g_autoptr (GError) error = NULL;

  xmpp_stream_write (stream, element, &error);
  g_assert_no_error (error);
}

XmppElement *
xmpp_test_message (const char *body)
{
  XmppElement *message = xmpp_element_new ("message", "jabber:client");

  xmpp_element_append_child (message, "body", NULL, body);

  return message;
}

/* ---- A sink that notes what it gets ---- */

static void
element_cb (XmppElement *element, gpointer user_data)
{
  XmppTestSink *self = user_data;
  XmppElement *body = xmpp_element_get_child (element, "body", NULL);
  const char *text = xmpp_element_get_text (body != NULL ? body : element);

  g_assert_cmpuint (self->ended, ==, 0);
  self->elements++;
  if (self->words->len > 0)
    g_string_append_c (self->words, ' ');
  g_string_append (self->words, *text != '\0' ? text : xmpp_element_get_name (element));
  if (self->hook != NULL)
    self->hook (element, self->hook_data);
}

static void
ended_cb (const GError *error, gpointer user_data)
{
  XmppTestSink *self = user_data;

  self->ended++;
  if (error != NULL)
    self->error = g_error_copy (error);
}

const XmppStreamSink xmpp_test_sink = { element_cb, ended_cb };

void
xmpp_test_sink_init (XmppTestSink *sink)
{
  *sink = (XmppTestSink){ .words = g_string_new (NULL) };
}

void
xmpp_test_sink_clear (XmppTestSink *sink)
{
  g_assert_cmpuint (sink->ended, <=, 1);
  g_string_free (sink->words, TRUE);
  g_clear_error (&sink->error);
}
