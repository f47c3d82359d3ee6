/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "stream/xmpp-stream-private.h"

#include "core/xmpp-element-private.h"
#include "core/xmpp-error.h"
#include "core/xmpp-namespaces.h"

#include "xmpp-test-client.h"

#include <string.h>

#define PING "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>"

static XmppTestPeer *
new_peer (const char *script, XmppTestPeerRole role, gconstpointer mode)
{
  XmppTestPeer *peer = xmpp_test_peer_new (script, role);

  xmpp_test_peer_set_bytes (peer, GPOINTER_TO_UINT (mode), 7);

  return peer;
}

static XmppElement *
new_ping (void)
{
  XmppElement *iq = xmpp_element_new ("iq", NULL);

  xmpp_element_set_attribute (iq, "type", "get");
  xmpp_element_set_attribute (iq, "id", "1");
  xmpp_element_append_child (iq, "ping", XMPP_NS_PING, NULL);

  return iq;
}

static gboolean
is_result (XmppElement *element, gpointer user_data)
{
  return g_strcmp0 (xmpp_element_get_attribute (element, "type"), "result") == 0;
}

static void
set_limit (XmppStream *stream, const char *name, guint value)
{
  g_object_set (stream->limits, name, value, NULL);
}

/* ---- Headers ---- */

/* The header and the first request leave in one write, and one wait is one round trip. */
static void
test_first_flight (gconstpointer mode)
{
  XmppTestPeer *peer = new_peer ("C: " XMPP_TEST_CLIENT_HEADER PING "\n"
                                 "W: 1\n"
                                 "S: " XMPP_TEST_SERVER_HEADER
                                 "<iq type='result' id='1'/>\n",
                                 XMPP_TEST_PEER_SERVER, mode);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) ping = new_ping ();
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement)
      answer = xmpp_test_exchange (stream, ping, is_result, NULL, &error);
  const XmppStreamHeader *header = xmpp_stream_get_peer_header (stream);

  g_assert_no_error (error);
  g_assert_true (xmpp_element_is_sealed (answer));
  g_assert_true (xmpp_element_is_sealed (ping));
  g_assert_cmpuint (xmpp_stream_get_round_trips (stream), ==, 1);
  g_assert_cmpstr (header->from, ==, "p.test");
  g_assert_cmpstr (header->id, ==, "s1");
  g_assert_cmpstr (header->version, ==, "1.0");
  g_assert_null (header->to);
  xmpp_test_peer_finish (peer);
}

/* Our own address is nobody's business in clear (RFC 6120 §4.7.1). */
static void
test_header_from (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new ("C: <stream:stream to='p.test' "
                                           "from='alice@p.test' version='1.0' "
                                           "xml:lang='de'>\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  XmppStreamHeader header = { .to = "p.test", .from = "alice@p.test", .lang = "de" };
  g_autoptr (XmppStream)
      stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);

  xmpp_stream_add_state (stream, XMPP_STREAM_SECURE);
  xmpp_stream_send_header (stream, &header);
  g_assert_true (xmpp_test_flush (stream, NULL));
  xmpp_test_peer_finish (peer);
}

static void
test_receiving (gconstpointer mode)
{
  XmppTestPeer *peer =
      new_peer ("C: <stream:stream xmlns='jabber:client' " XMPP_TEST_NS_STREAM
                " to='p.test' from='bob@p.test' version='1.0' xml:lang='fr'>\n"
                "S: <stream:stream from='p.test' to='bob@p.test' id='{id}' "
                "version='1.0'>\n"
                "   <stream:features/>\n"
                "W: 1\n"
                "C: <presence/>\n",
                XMPP_TEST_PEER_CLIENT, mode);
  g_autoptr (XmppStream) stream = xmpp_test_server_new (peer);
  g_autoptr (XmppElement) features = xmpp_element_new ("features", XMPP_NS_STREAMS);
  g_autoptr (GError) error = NULL;
  const XmppStreamHeader *header = xmpp_test_read_header (stream, &error);
  XmppStreamHeader answer = { .from = "p.test", .to = "bob@p.test" };

  g_assert_no_error (error);
  g_assert_cmpstr (header->to, ==, "p.test");
  g_assert_cmpstr (header->from, ==, "bob@p.test");
  g_assert_cmpstr (header->lang, ==, "fr");
  g_assert_true (xmpp_test_read_header (stream, NULL) == header);

  xmpp_stream_send_header (stream, &answer);
  xmpp_test_write (stream, features);
  xmpp_test_assert_reads (stream, "presence");
  g_assert_cmpuint (strlen (xmpp_test_peer_get_variable (peer, "id")), >=, 16);
  xmpp_test_peer_finish (peer);
}

/* ---- Pull ---- */

static void
test_read (gconstpointer mode)
{
  XmppTestPeer *peer = new_peer (XMPP_TEST_HEADERS "S: <a/> <b/>\n"
                                                   "S: <c/>\n",
                                 XMPP_TEST_PEER_SERVER, mode);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_auto (XmppTestResult) first = { 0 };
  g_auto (XmppTestResult) second = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement) element = NULL;

  xmpp_test_peer_set_hesitant (peer, TRUE);
  xmpp_stream_read_async (stream, NULL, xmpp_test_result_cb, &first);
  xmpp_stream_read_async (stream, NULL, xmpp_test_result_cb, &second);
  g_assert_false (first.done || second.done);
  g_assert_null (
      xmpp_stream_read_finish (stream, xmpp_test_result_wait (&second), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);

  element = xmpp_stream_read_finish (stream, xmpp_test_result_wait (&first), &error);
  g_assert_no_error (error);
  g_assert_true (xmpp_element_is (element, "a", "jabber:client"));
  xmpp_test_assert_reads (stream, "b");
  xmpp_test_assert_reads (stream, "c");
  g_assert_cmpuint (xmpp_stream_get_round_trips (stream), ==, 1);
  xmpp_test_peer_finish (peer);
}

/* Before BOUND nothing may come between a request and its answer. */
static void
test_exchange_unexpected (void)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new (XMPP_TEST_HEADERS
                          "C: " PING "\n"
                          "S: <message/>\n"
                          "C: " XMPP_TEST_STREAM_ERROR ("bad-format") "\n",
                          XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) ping = new_ping ();
  g_autoptr (GError) error = NULL;

  g_assert_null (xmpp_test_exchange (stream, ping, is_result, NULL, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_BAD_FORMAT);
  g_assert_nonnull (strstr (error->message, "message"));
  xmpp_test_peer_finish (peer);
}

/* After it, stanzas may, and nothing of them is lost or disordered. */
static void
test_exchange_inbox (gconstpointer mode)
{
  XmppTestPeer *peer = new_peer (XMPP_TEST_HEADERS "C: " PING "\n"
                                                   "S: <message/><presence/>\n"
                                                   "   <iq type='result' id='1'/><iq/>\n",
                                 XMPP_TEST_PEER_SERVER, mode);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) ping = new_ping ();
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppElement) answer = NULL;

  xmpp_stream_add_state (stream, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
  answer = xmpp_test_exchange (stream, ping, is_result, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (is_result (answer, NULL));
  xmpp_test_assert_reads (stream, "message");
  xmpp_test_assert_reads (stream, "presence");
  xmpp_test_assert_reads (stream, "iq");
  xmpp_test_peer_finish (peer);
}

/* Two answers in the wrong order, both asked for before */
static void
test_exchange_from_inbox (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new (XMPP_TEST_HEADERS
                                           "S: <message/><iq type='result'/>\n",
                                           XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) first = NULL;
  g_autoptr (XmppElement) second = NULL;

  xmpp_stream_add_state (stream, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
  first = xmpp_test_exchange (stream, NULL, is_result, NULL, NULL);
  second = xmpp_test_exchange (stream, NULL, NULL, NULL, NULL);
  g_assert_true (is_result (first, NULL));
  g_assert_cmpstr (xmpp_element_get_name (second), ==, "message");
  xmpp_test_peer_finish (peer);
}

/* Too many, or too much */
static void
test_exchange_flood (gconstpointer limit)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new (XMPP_TEST_HEADERS
                          "C: " PING "\n"
                          "S: <message/><message/><message/><message/>\n"
                          "C: " XMPP_TEST_STREAM_ERROR ("policy-violation") "\n",
                          XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) ping = new_ping ();
  g_autoptr (GError) error = NULL;

  set_limit (stream, limit, g_str_equal (limit, "inbox-elements") ? 3 : 3 * 1024);
  xmpp_stream_add_state (stream, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
  g_assert_null (xmpp_test_exchange (stream, ping, is_result, NULL, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_POLICY_VIOLATION);
  xmpp_test_peer_finish (peer);
}

/* An abandoned exchange leaves the stream as it was; a late answer is for the next reader. */
static void
test_exchange_abandon (gconstpointer mode)
{
  XmppTestPeer *peer = new_peer (XMPP_TEST_HEADERS "C: " PING "\n"
                                                   "P: 30\n"
                                                   "S: <late/>\n"
                                                   "C: <presence/>\n"
                                                   "S: <next/>\n",
                                 XMPP_TEST_PEER_SERVER, mode);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) ping = new_ping ();
  g_autoptr (XmppElement) presence = xmpp_element_new ("presence", NULL);
  g_autoptr (XmppElement) next = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_stream_exchange_async (stream, ping, NULL, NULL, cancellable, xmpp_test_result_cb,
                              &result);
  xmpp_test_run_for (10);
  g_cancellable_cancel (cancellable);
  g_assert_false (result.done);
  g_assert_null (
      xmpp_stream_exchange_finish (stream, xmpp_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (xmpp_stream_get_error (stream));

  xmpp_test_assert_reads (stream, "late");
  next = xmpp_test_exchange (stream, presence, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_element_get_name (next), ==, "next");
  g_assert_cmpuint (xmpp_stream_get_round_trips (stream), ==, 2);
  xmpp_test_peer_finish (peer);
}

static void
test_cancelled_before (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new ("", XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) ping = new_ping ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  xmpp_stream_exchange_async (stream, ping, NULL, NULL, cancellable, xmpp_test_result_cb,
                              &result);
  g_assert_null (
      xmpp_stream_exchange_finish (stream, xmpp_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (xmpp_test_peer_get_writes (peer), ==, 0);
  g_assert_false (xmpp_element_is_sealed (ping));
  xmpp_test_peer_free (peer);
}

/* ---- Features for the driver ---- */

static void
count_arrivals (XmppStream *stream, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_features_aside (gconstpointer mode)
{
  XmppTestPeer *peer = new_peer (XMPP_TEST_HEADERS
                                 "C: " PING "\n"
                                 "S: <stream:features><a xmlns='x'/></stream:features>\n"
                                 "   <iq type='result'/>\n"
                                 "S: <stream:features/>\n",
                                 XMPP_TEST_PEER_SERVER, mode);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) ping = new_ping ();
  g_autoptr (XmppElement) answer = NULL;
  g_autoptr (XmppElement) features = NULL;
  g_autoptr (GError) error = NULL;
  guint arrivals = 0;

  xmpp_stream_set_features_aside (stream, TRUE, count_arrivals, &arrivals);
  answer = xmpp_test_exchange (stream, ping, is_result, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arrivals, ==, 1);
  features = xmpp_stream_take_features (stream);
  g_assert_nonnull (xmpp_element_get_child (features, "a", "x"));
  g_assert_null (xmpp_stream_take_features (stream));

  xmpp_stream_set_features_aside (stream, FALSE, NULL, NULL);
  xmpp_test_assert_reads (stream, "features");
  xmpp_test_peer_finish (peer);
}

static void
test_features_twice (void)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new (XMPP_TEST_HEADERS
                          "S: <stream:features/><stream:features/>\n"
                          "C: " XMPP_TEST_STREAM_ERROR ("bad-format") "\n",
                          XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (GError) error = NULL;

  xmpp_stream_set_features_aside (stream, TRUE, NULL, NULL);
  g_assert_null (xmpp_test_read (stream, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_BAD_FORMAT);
  xmpp_test_peer_finish (peer);
}

/* ---- Writing ---- */

static void
assert_write_fails (XmppStream *stream, XmppElement *element, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;
  gsize before = xmpp_test_unsent_bytes (stream);

  g_assert_false (xmpp_stream_write (stream, element, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpuint (xmpp_test_unsent_bytes (stream), ==, before);
}

static void
test_write_errors (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new ("", XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_autoptr (XmppStream)
      stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  XmppStreamHeader header = { .to = "p.test" };
  g_autoptr (XmppElement) message = xmpp_test_message ("hello");
  g_autoptr (XmppElement) name = xmpp_element_new ("a b", NULL);
  g_autoptr (XmppElement) text = xmpp_test_message ("\x01");

  assert_write_fails (stream, message, XMPP_CONNECTION_ERROR,
                      XMPP_CONNECTION_ERROR_NOT_OPEN);
  xmpp_stream_send_header (stream, &header);
  assert_write_fails (stream, name, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  assert_write_fails (stream, text, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  xmpp_test_write (stream, message);
  set_limit (stream, "output-bytes", (guint) xmpp_test_unsent_bytes (stream) + 10);
  assert_write_fails (stream, message, XMPP_CONNECTION_ERROR,
                      XMPP_CONNECTION_ERROR_QUEUE_FULL);
  xmpp_stream_write_end (stream);
  assert_write_fails (stream, message, XMPP_CONNECTION_ERROR,
                      XMPP_CONNECTION_ERROR_CLOSED);
  xmpp_stream_abort (stream);
  assert_write_fails (stream, message, XMPP_CONNECTION_ERROR,
                      XMPP_CONNECTION_ERROR_CLOSED);
  xmpp_test_peer_free (peer);
}

static void
test_flush (gconstpointer mode)
{
  XmppTestPeer *peer = new_peer ("C: " XMPP_TEST_CLIENT_HEADER
                                 "<message><body>a</body></message>\n"
                                 "W: 1\n"
                                 "C: <message><body>b</body></message>\n",
                                 XMPP_TEST_PEER_SERVER, mode);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) a = xmpp_test_message ("a");
  g_autoptr (XmppElement) b = xmpp_test_message ("b");

  xmpp_test_write (stream, a);
  xmpp_test_run_pending ();
  g_assert_cmpuint (xmpp_test_peer_get_writes (peer), ==, 0);
  g_assert_true (xmpp_test_flush (stream, NULL));
  g_assert_cmpuint (xmpp_test_unsent_bytes (stream), ==, 0);
  g_assert_true (xmpp_test_flush (stream, NULL));
  xmpp_test_run_pending ();

  xmpp_test_write (stream, b);
  g_assert_true (xmpp_test_flush (stream, NULL));
  xmpp_test_peer_finish (peer);
}

/* A socket that takes nothing, then a little, then all */
static void
test_unsent (void)
{
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (XmppStream) stream = NULL;
  g_autoptr (GPtrArray) unsent = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  XmppStreamHeader header = { .to = "p.test" };
  g_auto (XmppTestResult) given_up = { 0 };
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  gsize one;

  xmpp_test_stream_pair (&io, &other);
  stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  xmpp_stream_send_header (stream, &header);
  g_assert_true (xmpp_test_flush (stream, NULL));

  xmpp_test_stream_set_capacity (io, xmpp_test_stream_get_unread (other));
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *body = g_strdup_printf ("%02u", i);
      g_autoptr (XmppElement) message = xmpp_test_message (body);

      xmpp_test_write (stream, message);
    }
  one = xmpp_test_unsent_bytes (stream) / 20;

  xmpp_stream_flush_async (stream, NULL, xmpp_test_result_cb, &result);
  xmpp_stream_flush_async (stream, cancellable, xmpp_test_result_cb, &given_up);
  xmpp_test_run_pending ();
  g_assert_false (result.done);
  g_assert_cmpuint (xmpp_test_unsent_bytes (stream), ==, 20 * one);
  g_cancellable_cancel (cancellable);
  g_assert_false (
      xmpp_stream_flush_finish (stream, xmpp_test_result_wait (&given_up), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* Two and a half */
  xmpp_test_stream_set_capacity (io,
                                 xmpp_test_stream_get_unread (other) + 2 * one + one / 2);
  xmpp_test_run_pending ();
  g_assert_cmpuint (xmpp_test_unsent_bytes (stream), ==, 20 * one - 2 * one - one / 2);
  xmpp_stream_abort (stream);
  unsent = xmpp_stream_steal_unsent (stream);
  g_assert_cmpuint (unsent->len, ==, 18);
  for (guint i = 0; i < unsent->len; i++)
    {
      g_autofree char *body = g_strdup_printf ("%02u", i + 2);
      XmppElement *child = xmpp_element_get_child (unsent->pdata[i], "body", NULL);

      g_assert_cmpstr (xmpp_element_get_text (child), ==, body);
    }
  g_clear_pointer (&unsent, g_ptr_array_unref);
  unsent = xmpp_stream_steal_unsent (stream);
  g_assert_cmpuint (unsent->len, ==, 0);
  g_assert_false (
      xmpp_stream_flush_finish (stream, xmpp_test_result_wait (&result), NULL));
}

/* The ring grows while it has turned. */
static void
test_unsent_ring (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new ("", XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  guint next = 0;

  for (guint round = 0; round < 4; round++)
    {
      g_autoptr (GPtrArray) unsent = NULL;
      guint first;

      for (guint i = 0; i < 5; i++)
        {
          g_autoptr (XmppElement) message = xmpp_test_message ("sent");
          xmpp_test_write (stream, message);
        }
      g_assert_true (xmpp_test_flush (stream, NULL));

      first = next;
      for (guint i = 0; i < 3u << round; i++)
        {
          g_autofree char *body = g_strdup_printf ("%u", next++);
          g_autoptr (XmppElement) message = xmpp_test_message (body);

          xmpp_test_write (stream, message);
        }
      unsent = xmpp_stream_steal_unsent (stream);
      g_assert_cmpuint (unsent->len, ==, next - first);
      for (guint i = 0; i < unsent->len; i++)
        {
          g_autofree char *body = g_strdup_printf ("%u", first + i);
          XmppElement *child = xmpp_element_get_child (unsent->pdata[i], "body", NULL);

          g_assert_cmpstr (xmpp_element_get_text (child), ==, body);
        }
    }
  xmpp_test_peer_free (peer);
}

static void
test_sensitive (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new ("", XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) secret = xmpp_test_message ("open sesame");
  g_autoptr (XmppElement) plain = xmpp_test_message ("hello");
  gsize written;

  xmpp_element_set_sensitive (secret);
  xmpp_test_write (stream, secret);
  written = stream->out.end;
  g_assert_nonnull (memmem (stream->out.data, written, "sesame", 6));
  g_assert_true (xmpp_test_flush (stream, NULL));
  g_assert_true (stream->out.data == NULL ||
                 memmem (stream->out.data, written, "sesame", 6) == NULL);

  xmpp_test_write (stream, plain);
  g_assert_false (stream->out.sensitive);
  xmpp_test_peer_free (peer);
}

static void
note_tap (XmppElement *element, gboolean sent, gpointer user_data)
{
  g_autofree char *text = xmpp_element_to_string (element);

  g_string_append_printf (user_data, "%s %s\n", sent ? "out" : "in", text);
}

static gboolean
wants_received (gboolean sent, gpointer user_data)
{
  return !sent;
}

static void
test_tap (void)
{
  static const XmppStreamTap tap = { .show = note_tap };
  static const XmppStreamTap half = { .wants = wants_received, .show = note_tap };
  XmppTestPeer *peer =
      xmpp_test_peer_new (XMPP_TEST_HEADERS
                          "C: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                          "mechanism='PLAIN'>c2VzYW1l</auth>\n"
                          "S: <iq/>\n"
                          "C: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                          "mechanism='PLAIN'>c2VzYW1l</auth>\n"
                          "S: <presence/>\n",
                          XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) auth = xmpp_element_new ("auth", XMPP_NS_SASL);
  g_autoptr (GString) seen = g_string_new (NULL);

  xmpp_element_set_attribute (auth, "mechanism", "PLAIN");
  xmpp_element_set_text (auth, "c2VzYW1l");
  xmpp_stream_set_tap (stream, &tap, seen);
  xmpp_test_write (stream, auth);
  xmpp_test_assert_reads (stream, "iq");
  xmpp_stream_set_tap (stream, &half, seen);
  xmpp_test_write (stream, auth);
  xmpp_test_assert_reads (stream, "presence");
  xmpp_stream_set_tap (stream, NULL, NULL);
  g_assert_nonnull (strstr (seen->str, "out <auth"));
  g_assert_nonnull (strstr (seen->str, "in <presence"));
  g_assert_cmpstr (strstr (seen->str, "out"), ==, g_strrstr (seen->str, "out"));
  g_assert_nonnull (strstr (seen->str, "in <iq"));
  g_assert_null (strstr (seen->str, "c2VzYW1l"));
  xmpp_test_peer_finish (peer);
}

/* ---- The rest ---- */

static void
test_not_pollable (void)
{
  g_autoptr (GFileIOStream) file_io = NULL;
  g_autoptr (GFile) file = g_file_new_tmp ("xmpp-XXXXXX", &file_io, NULL);
  g_autoptr (XmppStream)
      stream = xmpp_stream_new (G_IO_STREAM (file_io), XMPP_STREAM_INITIATING,
                                "jabber:client", NULL);
  XmppStreamHeader header = { .to = "p.test" };
  g_autoptr (GError) error = NULL;

  xmpp_stream_send_header (stream, &header);
  g_assert_null (xmpp_test_read (stream, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (xmpp_test_close (stream, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_file_delete (file, NULL, NULL);
}

static void
test_sleep (gconstpointer mode)
{
  XmppTestPeer *peer = new_peer (XMPP_TEST_HEADERS "S: <a/>\n"
                                                   "P: 20\n"
                                                   "S: <stream:b/>\n",
                                 XMPP_TEST_PEER_SERVER, mode);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) element = NULL;
  gint64 before;

  xmpp_test_assert_reads (stream, "a");
  before = xmpp_stream_get_last_input (stream);
  xmpp_stream_sleep (stream);
  element = xmpp_test_read (stream, NULL);
  g_assert_true (xmpp_element_is (element, "b", XMPP_NS_STREAMS));
  g_assert_cmpint (xmpp_stream_get_last_input (stream), >, before);
  xmpp_test_peer_finish (peer);
}

static void
test_state (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new ("", XMPP_TEST_PEER_SERVER);
  g_autoptr (XmppStream) stream = xmpp_test_client_new (peer);
  g_autoptr (XmppJid) jid = xmpp_jid_new ("alice@p.test/x", NULL);

  g_assert_cmpint (xmpp_stream_get_role (stream), ==, XMPP_STREAM_INITIATING);
  g_assert_cmpstr (xmpp_stream_get_content_xmlns (stream), ==, "jabber:client");
  g_assert_nonnull (xmpp_stream_get_io (stream));
  g_assert_cmpuint (xmpp_stream_get_limits (stream)->inbox_elements, ==, 1000);
  g_assert_cmpint (xmpp_stream_get_state (stream), ==, 0);
  xmpp_stream_add_state (stream, XMPP_STREAM_SECURE);
  xmpp_stream_add_state (stream, XMPP_STREAM_BOUND);
  g_assert_cmpint (xmpp_stream_get_state (stream), ==,
                   XMPP_STREAM_SECURE | XMPP_STREAM_BOUND);
  xmpp_stream_set_jid (stream, jid);
  xmpp_stream_set_jid (stream, jid);
  g_assert_true (xmpp_jid_equal (xmpp_stream_get_jid (stream), jid));
  g_assert_null (xmpp_stream_get_peer_header (stream));
  xmpp_test_peer_free (peer);
}

/* The last reference may go while everything is under way. */
static void
test_finalize (void)
{
  XmppTestPeer *peer =
      xmpp_test_peer_new (XMPP_TEST_HEADERS "S: <a/>\n", XMPP_TEST_PEER_SERVER);
  XmppStream *stream = xmpp_test_client_new (peer);
  g_autoptr (XmppElement) message = xmpp_test_message ("hello");

  xmpp_test_assert_reads (stream, "a");
  xmpp_test_write (stream, message);
  xmpp_test_assert_last_unref (&stream);
  xmpp_test_peer_finish (peer);
}

static void
add_for_all_modes (const char *path, GTestDataFunc test)
{
  static const char *const names[] = { "whole", "one", "halves", "random" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == XMPP_TEST_BYTES_LAST);
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
  add_for_all_modes ("/stream/first-flight", test_first_flight);
  g_test_add_func ("/stream/header/from", test_header_from);
  add_for_all_modes ("/stream/receiving", test_receiving);
  add_for_all_modes ("/stream/read", test_read);
  g_test_add_func ("/stream/exchange/unexpected", test_exchange_unexpected);
  add_for_all_modes ("/stream/exchange/inbox", test_exchange_inbox);
  g_test_add_func ("/stream/exchange/from-inbox", test_exchange_from_inbox);
  g_test_add_data_func ("/stream/exchange/flood/elements", "inbox-elements",
                        test_exchange_flood);
  g_test_add_data_func ("/stream/exchange/flood/bytes", "inbox-bytes",
                        test_exchange_flood);
  add_for_all_modes ("/stream/exchange/abandon", test_exchange_abandon);
  g_test_add_func ("/stream/exchange/cancelled-before", test_cancelled_before);
  add_for_all_modes ("/stream/features/aside", test_features_aside);
  g_test_add_func ("/stream/features/twice", test_features_twice);
  g_test_add_func ("/stream/write/errors", test_write_errors);
  add_for_all_modes ("/stream/flush", test_flush);
  g_test_add_func ("/stream/unsent", test_unsent);
  g_test_add_func ("/stream/unsent/ring", test_unsent_ring);
  g_test_add_func ("/stream/sensitive", test_sensitive);
  g_test_add_func ("/stream/tap", test_tap);
  g_test_add_func ("/stream/not-pollable", test_not_pollable);
  add_for_all_modes ("/stream/sleep", test_sleep);
  g_test_add_func ("/stream/state", test_state);
  g_test_add_func ("/stream/finalize", test_finalize);

  return g_test_run ();
}
