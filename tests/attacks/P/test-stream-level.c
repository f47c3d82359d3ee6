/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* P9 (bytes that never become an event) and P14 (what is wrong between the stanzas), as the
 * stream deals with them: one error, the stream error to the peer, nothing handed on that
 * came behind the bad byte. */

#include "config.h"

#include "core/xmpp-error.h"

#include "xmpp-test-client.h"

#include <malloc.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *bytes;
  int code;
  const char *condition;
} Row;

static const Row rows[] = {
  { "text", "<a/>text<b/>", XMPP_STREAM_ERROR_BAD_FORMAT, "bad-format" },
  { "cdata", "<a/><![CDATA[text]]><b/>", XMPP_STREAM_ERROR_BAD_FORMAT, "bad-format" },
  { "nested-header",
    "<a/><stream:stream xmlns='jabber:client' to='p.test' version='1.0'><b/>",
    XMPP_STREAM_ERROR_BAD_FORMAT, "bad-format" },
  { "second-document", "<a/><?xml version='1.0'?><stream:stream><b/>",
    XMPP_STREAM_ERROR_RESTRICTED_XML, "restricted-xml" },
  { "comment", "<a/><!-- x --><b/>", XMPP_STREAM_ERROR_RESTRICTED_XML, "restricted-xml" },
  { "instruction", "<a/><?x y?><b/>", XMPP_STREAM_ERROR_RESTRICTED_XML,
    "restricted-xml" },
  { "wrong-end", "<a/></stream><b/>", XMPP_STREAM_ERROR_NOT_WELL_FORMED,
    "not-well-formed" },
  { "garbage", "<a/><<<b/>", XMPP_STREAM_ERROR_NOT_WELL_FORMED, "not-well-formed" },
};

static void
run_pull (const Row *row, XmppTestBytes bytes)
{
  g_autofree char *script =
      g_strdup_printf (XMPP_TEST_HEADERS "S: %s\n"
                                         "C: <stream:error><%s "
                                         "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                                         "</stream:error></stream:stream>\n"
                                         "C: {eof}\n",
                       row->bytes, row->condition);
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GError) error = NULL;

  xmpp_test_peer_set_bytes (peer, bytes, 17);
  xmpp_test_assert_reads (stream, "a");
  g_assert_null (xmpp_test_read (stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, row->code);
  xmpp_test_peer_finish (peer);
}

static void
run_push (const Row *row, XmppTestBytes bytes)
{
  g_autofree char *script =
      g_strdup_printf (XMPP_TEST_HEADERS "S: %s\n"
                                         "C: <stream:error><%s "
                                         "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                                         "</stream:error></stream:stream>\n"
                                         "C: {eof}\n",
                       row->bytes, row->condition);
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_auto (XmppTestSink) sink = { 0 };

  xmpp_test_peer_set_bytes (peer, bytes, 17);
  g_assert_nonnull (xmpp_test_read_header (stream, NULL));
  xmpp_test_sink_init (&sink);
  xmpp_stream_set_sink (stream, &xmpp_test_sink, &sink);
  xmpp_test_peer_finish (peer);
  xmpp_test_run_pending ();
  g_assert_cmpstr (sink.words->str, ==, "a");
  g_assert_cmpuint (sink.ended, ==, 1);
  g_assert_error (sink.error, XMPP_STREAM_ERROR, row->code);
}

static void
test_between (gconstpointer data)
{
  for (guint bytes = 0; bytes < XMPP_TEST_BYTES_LAST; bytes++)
    {
      run_pull (data, bytes);
      run_push (data, bytes);
    }
}

/* Behind the end nothing is looked at, however broken. */
static void
test_behind_end (void)
{
  for (guint bytes = 0; bytes < XMPP_TEST_BYTES_LAST; bytes++)
    {
      XmppTestPeer *peer = xmpp_test_peer_new (XMPP_TEST_HEADERS
                                               "S: <a/></stream:stream><b/>\x01<<<\n"
                                               "C: </stream:stream>\n",
                                               XMPP_TEST_PEER_SERVER);
      g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
      g_autoptr (GError) error = NULL;

      xmpp_test_peer_set_bytes (peer, bytes, 17);
      xmpp_test_assert_reads (stream, "a");
      g_assert_null (xmpp_test_read (stream, &error));
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
      g_clear_error (&error);
      g_assert_true (xmpp_test_close (stream, &error));
      xmpp_test_peer_finish (peer);
    }
}

/* ---- P9 ---- */

static const struct
{
  const char *name, *start, *more;
} drips[] = {
  { "attribute", "<message a='", "xxxxxxxx" },
  { "blanks", "<message", "        " },
  { "cdata", "<message><![CDATA[", "xxxxxxxx" },
  { "text", "<message>", "xxxxxxxx" },
  { "name", "<m", "mmmmmmmm" },
  { "children", "<message>", "<a/><a/>" },
  { "end-tag", "<message></message", "        " },
};

/* A peer that has not authenticated gets no further than the limit, with bounded memory. */
static void
test_drip (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (XmppStream) stream = NULL;
  XmppStreamHeader header = { .to = "p.test" };
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  GOutputStream *out;
  gsize limit, sent = 0, before, most = 0;

  xmpp_test_stream_pair (&io, &other);
  out = g_io_stream_get_output_stream (other);
  stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  limit = xmpp_stream_get_limits (stream)->element_bytes_before_auth;
  xmpp_stream_send_header (stream, &header);
  g_output_stream_write_all (out, XMPP_TEST_SERVER_HEADER,
                             strlen (XMPP_TEST_SERVER_HEADER), NULL, NULL, NULL);
  g_assert_nonnull (xmpp_test_read_header (stream, NULL));
  before = mallinfo2 ().uordblks;

  xmpp_stream_read_async (stream, NULL, xmpp_test_result_cb, &result);
  g_output_stream_write_all (out, drips[i].start, strlen (drips[i].start), NULL, NULL,
                             NULL);
  while (!result.done && sent < 2 * limit)
    {
      g_output_stream_write_all (out, drips[i].more, 8, NULL, NULL, NULL);
      sent += 8;
      if (sent % 512 == 0)
        {
          xmpp_test_run_pending ();
          most = MAX (most, mallinfo2 ().uordblks);
        }
    }

  g_assert_true (result.done);
  g_assert_cmpuint (sent, <=, limit + 1024);
  g_assert_cmpuint (most, <, before + 40 * limit);
  g_assert_null (xmpp_stream_read_finish (stream, result.result, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_POLICY_VIOLATION);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/P14/stream/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_between);
    }
  g_test_add_func ("/attacks/P14/stream/behind-end", test_behind_end);
  for (guint i = 0; i < G_N_ELEMENTS (drips); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/P9/stream/", drips[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_drip);
    }

  return g_test_run ();
}
