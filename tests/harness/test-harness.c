/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-peer.h"
#include "xmpp-test-xml.h"

#include <string.h>

static void
put (GIOStream *io, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (io), text, strlen (text),
                             NULL, NULL, &error);
  g_assert_no_error (error);
}

static gssize
get (GIOStream *io, char *buffer, gsize size, GError **error)
{
  return g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (
                                                       g_io_stream_get_input_stream (io)),
                                                   buffer, size, NULL, error);
}

static void
test_pair (void)
{
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;
  g_autoptr (GError) error = NULL;
  char buffer[64];

  xmpp_test_stream_pair (&a, &b);
  g_assert_cmpint (get (a, buffer, sizeof buffer, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);

  put (a, "hello");
  put (b, "you");
  g_assert_cmpint (get (b, buffer, sizeof buffer, NULL), ==, 5);
  g_assert_cmpmem (buffer, 5, "hello", 5);
  g_assert_cmpint (get (a, buffer, sizeof buffer, NULL), ==, 3);

  put (a, "x");
  g_output_stream_close (g_io_stream_get_output_stream (a), NULL, NULL);
  g_assert_cmpint (get (b, buffer, sizeof buffer, NULL), ==, 1);
  g_assert_cmpint (get (b, buffer, sizeof buffer, NULL), ==, 0);
  put (b, "still");
  g_assert_cmpint (get (a, buffer, sizeof buffer, NULL), ==, 5);
}

static void
test_pair_pieces (void)
{
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;
  char buffer[64];

  xmpp_test_stream_pair (&a, &b);
  xmpp_test_stream_set_bytes (b, XMPP_TEST_BYTES_ONE, 0);
  put (a, "abc");
  g_assert_cmpint (get (b, buffer, sizeof buffer, NULL), ==, 1);
  xmpp_test_stream_set_bytes (b, XMPP_TEST_BYTES_WHOLE, 0);
  g_assert_cmpint (get (b, buffer, sizeof buffer, NULL), ==, 2);

  xmpp_test_stream_set_bytes (a, XMPP_TEST_BYTES_HALVES, 0);
  put (a, "abcd");
  g_assert_cmpuint (xmpp_test_stream_get_writes (a), ==, 1 + 3);
}

static void
test_pair_faults (void)
{
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;
  g_autoptr (GError)
      fault = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Full");
  g_autoptr (GError) error = NULL;

  xmpp_test_stream_pair (&a, &b);
  xmpp_test_stream_fail_at (a, 2, fault);
  put (a, "a");
  g_assert_false (g_output_stream_write_all (g_io_stream_get_output_stream (a), "b", 1,
                                             NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  put (a, "c");
  g_assert_cmpuint (xmpp_test_stream_get_unread (b), ==, 2);
}

static void
test_xml_compare (void)
{
  static const struct
  {
    const char *expected, *got;
    gboolean same;
  } rows[] = {
    { "<a x='1' y='2'/>", "<a y=\"2\" x=\"1\"></a>", TRUE },
    { "<a x='1'/>", "<a/>", FALSE },
    { "<a/>", "<a x='1'/>", FALSE },
    { "<a x='{*}'/>", "<a x='anything'/>", TRUE },
    { "<a x='{w}' y='{w}'/>", "<a x='1' y='1'/>", TRUE },
    { "<a x='{w}' y='{w}'/>", "<a x='1' y='2'/>", FALSE },
    { "<a>to {*}!</a>", "<a>to you!</a>", TRUE },
    { "<a>to {*}!</a>", "<a>to you</a>", FALSE },
    { "<a xmlns='n'/>", "<p:a xmlns:p='n'/>", TRUE },
    { "<a xmlns='n'/>", "<a/>", FALSE },
    { "<a xmlns='jabber:client'/>", "<a/>", TRUE },
    { "<a><b/> <c/></a>", "<a><b/><c/></a>", TRUE },
    { "<a><b/><c/></a>", "<a><c/><b/></a>", FALSE },
    { "<a>t</a>", "<a/>", FALSE },
    { "<a/>", "<a>t</a>", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GHashTable)
          variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_autoptr (XmppTestXml)
          expected = xmpp_test_xml_parse (rows[i].expected, strlen (rows[i].expected),
                                          XMPP_TEST_UNIT_ELEMENT, "jabber:client", NULL);
      g_autoptr (XmppTestXml)
          got = xmpp_test_xml_parse (rows[i].got, strlen (rows[i].got),
                                     XMPP_TEST_UNIT_ELEMENT, "jabber:client", NULL);
      g_autofree char *difference = xmpp_test_xml_compare (expected, got, variables);

      g_test_message ("%s %s: %s", rows[i].expected, rows[i].got, difference);
      g_assert_cmpint (difference == NULL, ==, rows[i].same);
    }
}

static void
test_xml_split (void)
{
  static const struct
  {
    const char *text;
    gsize length;
    XmppTestUnit unit;
  } rows[] = {
    { "<?xml version='1.0'?><stream:stream a='>'><b/>", 42, XMPP_TEST_UNIT_HEADER },
    { "<stream:stream ", 0, XMPP_TEST_UNIT_HEADER },
    { "<a><b x='/>'/></a><c/>", 18, XMPP_TEST_UNIT_ELEMENT },
    { "<a><b></a", 0, XMPP_TEST_UNIT_ELEMENT },
    { "</stream:stream> ", 16, XMPP_TEST_UNIT_END },
    { " \n<a/>", 2, XMPP_TEST_UNIT_SPACE },
    { "text", 4, XMPP_TEST_UNIT_BROKEN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      XmppTestUnit unit = rows[i].unit;

      g_assert_cmpuint (xmpp_test_xml_split (rows[i].text, strlen (rows[i].text), &unit),
                        ==, rows[i].length);
      g_assert_cmpint (unit, ==, rows[i].unit);
    }
}

static void
test_peer (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new ("# asks and answers\n"
                                           "C: <stream:stream to='p.test'\n"
                                           "     xmlns='jabber:client'>\n"
                                           "   <iq id='{id}' type='get'/>\n"
                                           "W: 1\n"
                                           "S: <iq id='{id}' type='result'/>\n"
                                           "C: </stream:stream>\n"
                                           "C: {eof}\n"
                                           "E: close\n"
                                           "=> fine\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  char buffer[64] = { 0 };

  put (io, "<stream:stream xmlns='jabber:client' xmlns:stream="
           "'http://etherx.jabber.org/streams' to='p.test'><iq type='get' id='q7'/>");
  xmpp_test_run_pending ();
  g_assert_cmpint (get (io, buffer, sizeof buffer, NULL), >, 0);
  g_assert_cmpstr (buffer, ==, "<iq id='q7' type='result'/>");
  g_assert_cmpstr (xmpp_test_peer_get_variable (peer, "id"), ==, "q7");
  g_assert_cmpstr (xmpp_test_peer_get_outcome (peer), ==, "fine");
  put (io, " </stream:stream>");
  g_output_stream_close (g_io_stream_get_output_stream (io), NULL, NULL);
  xmpp_test_peer_finish (peer);
  g_assert_cmpint (get (io, buffer, sizeof buffer, NULL), ==, 0);
}

static void
test_peer_mismatch (void)
{
  if (g_test_subprocess ())
    {
      XmppTestPeer *peer = xmpp_test_peer_new ("C: <a x='1'/>\n", XMPP_TEST_PEER_SERVER);
      g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);

      put (io, "<a x='2'/>");
      xmpp_test_peer_finish (peer);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*is '2', not '1'*");
}

static void
test_peer_tls (void)
{
  const XmppTlsEngine *engine = xmpp_test_peer_get_tls_engine ();
  XmppTestPeer *peer = xmpp_test_peer_new ("S: <a/>\nT: handshake\nC: <b/>\nS: <c/>\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_autoptr (GIOStream) tls = NULL;
  g_auto (XmppTestResult) result = { 0 };
  char buffer[64] = { 0 };

  engine->handshake_async (io, NULL, NULL, xmpp_test_result_cb, &result);
  tls = engine->handshake_finish (xmpp_test_result_wait (&result), NULL);
  g_assert_nonnull (tls);
  put (tls, "<b/>");
  xmpp_test_peer_finish (peer);
  g_assert_cmpint (get (tls, buffer, sizeof buffer, NULL), ==, 4);
  g_assert_cmpstr (buffer, ==, "<c/>");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/harness/pair", test_pair);
  g_test_add_func ("/harness/pair/pieces", test_pair_pieces);
  g_test_add_func ("/harness/pair/faults", test_pair_faults);
  g_test_add_func ("/harness/xml/compare", test_xml_compare);
  g_test_add_func ("/harness/xml/split", test_xml_split);
  g_test_add_func ("/harness/peer", test_peer);
  g_test_add_func ("/harness/peer/mismatch", test_peer_mismatch);
  g_test_add_func ("/harness/peer/tls", test_peer_tls);

  return g_test_run ();
}
