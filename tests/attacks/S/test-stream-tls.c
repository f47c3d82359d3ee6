/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* XmppStream over real TLS: T12 (an end without close_notify), the polite close of S9, and
 * that nothing is lost in TLS's own buffers. */

#include "config.h"

#include "core/xmpp-error.h"

#include "xmpp-test-client.h"

#include <string.h>

typedef struct
{
  GIOStream *client_base, *server_base;
  XmppStream *client, *server;
} Fixture;

static gboolean
accept_cb (GTlsConnection *connection,
           GTlsCertificate *certificate,
           GTlsCertificateFlags errors,
           gpointer user_data)
{
  return TRUE;
}

static void
handshake (GIOStream *client, GIOStream *server)
{
  g_auto (XmppTestResult) at_client = { 0 };
  g_auto (XmppTestResult) at_server = { 0 };
  g_autoptr (GError) error = NULL;

  g_tls_connection_handshake_async (G_TLS_CONNECTION (server), 0, NULL,
                                    xmpp_test_result_cb, &at_server);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (client), 0, NULL,
                                    xmpp_test_result_cb, &at_client);
  g_tls_connection_handshake_finish (G_TLS_CONNECTION (client),
                                     xmpp_test_result_wait (&at_client), &error);
  g_assert_no_error (error);
  g_tls_connection_handshake_finish (G_TLS_CONNECTION (server),
                                     xmpp_test_result_wait (&at_server), &error);
  g_assert_no_error (error);
}

/* Two streams with TLS and memory between them, open */
static void
set_up (Fixture *fixture, gconstpointer mode)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "good.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, NULL);
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("p.test", 0);
  g_autoptr (GIOStream) client = NULL;
  g_autoptr (GIOStream) server = NULL;
  XmppStreamHeader header = { .to = "p.test", .from = "p.test" };
  g_autoptr (XmppElement) hello = xmpp_test_message ("hello");

  xmpp_test_stream_pair (&fixture->client_base, &fixture->server_base);
  xmpp_test_stream_set_bytes (fixture->client_base, GPOINTER_TO_UINT (mode), 29);
  xmpp_test_stream_set_bytes (fixture->server_base, GPOINTER_TO_UINT (mode), 31);
  client = g_tls_client_connection_new (fixture->client_base, identity, NULL);
  server = g_tls_server_connection_new (fixture->server_base, certificate, NULL);
  g_signal_connect (client, "accept-certificate", G_CALLBACK (accept_cb), NULL);
  handshake (client, server);

  fixture->client =
      xmpp_stream_new (client, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  fixture->server =
      xmpp_stream_new (server, XMPP_STREAM_RECEIVING, "jabber:client", NULL);
  xmpp_stream_send_header (fixture->client, &header);
  xmpp_test_write (fixture->client, hello);
  g_assert_true (xmpp_test_flush (fixture->client, NULL));
  xmpp_test_assert_reads (fixture->server, "message");
  xmpp_stream_send_header (fixture->server, &header);
  g_assert_true (xmpp_test_flush (fixture->server, NULL));
  g_assert_nonnull (xmpp_test_read_header (fixture->client, NULL));
  xmpp_stream_add_state (fixture->client, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
  xmpp_stream_add_state (fixture->server, XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
}

static void
tear_down (Fixture *fixture, gconstpointer mode)
{
  xmpp_test_assert_last_unref (&fixture->client);
  xmpp_test_assert_last_unref (&fixture->server);
  g_object_unref (fixture->client_base);
  g_object_unref (fixture->server_base);
}

static void
test_close (Fixture *fixture, gconstpointer mode)
{
  g_auto (XmppTestSink) sink = { 0 };
  g_auto (XmppTestResult) closed = { 0 };
  g_autoptr (XmppElement) last = xmpp_test_message ("last");
  g_autoptr (GError) error = NULL;

  xmpp_test_sink_init (&sink);
  xmpp_stream_set_sink (fixture->client, &xmpp_test_sink, &sink);
  xmpp_test_write (fixture->client, last);
  xmpp_stream_close_async (fixture->client, NULL, xmpp_test_result_cb, &closed);

  xmpp_test_assert_reads (fixture->server, "message");
  g_assert_null (xmpp_test_read (fixture->server, &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_true (xmpp_test_close (fixture->server, &error));
  g_assert_no_error (error);
  g_assert_true (xmpp_stream_close_finish (fixture->client,
                                           xmpp_test_result_wait (&closed), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sink.ended, ==, 1);
  g_assert_no_error (sink.error);
}

/* FIN without close_notify, between the stanzas and in one */
static void
check_truncation (Fixture *fixture, const char *last)
{
  GIOStream *io = xmpp_stream_get_io (fixture->server);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (io), last,
                                            strlen (last), NULL, NULL, NULL));
  xmpp_stream_abort (fixture->server);
  xmpp_test_assert_reads (fixture->client, "a");
  g_assert_null (xmpp_test_read (fixture->client, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_EOF);
  g_clear_error (&error);
  g_assert_false (xmpp_test_close (fixture->client, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_EOF);
}

static void
test_truncated_between (Fixture *fixture, gconstpointer mode)
{
  check_truncation (fixture, "<a/>");
}

static void
test_truncated_inside (Fixture *fixture, gconstpointer mode)
{
  check_truncation (fixture, "<a/><message><body>x");
}

/* close_notify, but no closing tag */
static void
test_only_notify (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_close (g_io_stream_get_output_stream (
                             xmpp_stream_get_io (fixture->server)),
                         NULL, NULL);
  g_assert_null (xmpp_test_read (fixture->client, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TRUNCATED);
}

typedef struct
{
  XmppTestSink *sink;
  guint elements;
} Goal;

static gboolean
is_reached (gpointer user_data)
{
  Goal *goal = user_data;

  return goal->sink->elements >= goal->elements;
}

/* More than one record, more than one budget, through a narrow socket: nothing is stuck in
 * TLS's buffers on either side. */
static void
test_much (Fixture *fixture, gconstpointer mode)
{
  g_autofree char *body = g_strnfill (5000, 'x');
  g_auto (XmppTestSink) sink = { 0 };
  Goal goal = { &sink, 200 };
  g_auto (XmppTestResult) flushed = { 0 };

  xmpp_test_stream_set_capacity (fixture->client_base, 3000);
  xmpp_test_sink_init (&sink);
  xmpp_stream_set_sink (fixture->server, &xmpp_test_sink, &sink);
  for (guint i = 0; i < goal.elements; i++)
    {
      g_autoptr (XmppElement) message = xmpp_test_message (body);

      xmpp_test_write (fixture->client, message);
    }
  xmpp_stream_flush_async (fixture->client, NULL, xmpp_test_result_cb, &flushed);
  xmpp_test_run_until_true (is_reached, &goal, "the last message");
  g_assert_true (
      xmpp_stream_flush_finish (fixture->client, xmpp_test_result_wait (&flushed), NULL));
  xmpp_stream_set_sink (fixture->server, NULL, NULL);
}

/* The stream error arrives, and close_notify after it. */
static void
test_fail (Fixture *fixture, gconstpointer mode)
{
  g_autoptr (GError) reason =
      g_error_new_literal (XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT, "Enough");
  g_auto (XmppTestResult) closed = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_stream_fail (fixture->server, reason);
  xmpp_stream_close_async (fixture->server, NULL, xmpp_test_result_cb, &closed);
  g_assert_null (xmpp_test_read (fixture->client, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (xmpp_test_close (fixture->client, &error));
  g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_CONFLICT);
  g_assert_false (
      xmpp_stream_close_finish (fixture->server, xmpp_test_result_wait (&closed), NULL));
}

/* Every test is a handshake, seconds under valgrind, which sees nothing new after two modes. */
static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  static const char *const names[] = { "whole", "one", "halves", "random" };
  guint last = g_getenv ("XMPP_TEST_SLOW") != NULL ? XMPP_TEST_BYTES_HALVES
                                                   : XMPP_TEST_BYTES_LAST;

  for (guint mode = 0; mode < last; mode++)
    {
      g_autofree char *full = g_strconcat (path, "/", names[mode], NULL);

      g_test_add (full, Fixture, GUINT_TO_POINTER (mode), set_up, test, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/attacks/T12/tls/between", test_truncated_between);
  add ("/attacks/T12/tls/inside", test_truncated_inside);
  add ("/attacks/T12/tls/only-notify", test_only_notify);
  add ("/attacks/S9/tls/close", test_close);
  add ("/attacks/S9/tls/fail", test_fail);
  g_test_add ("/attacks/S9/tls/much", Fixture, GUINT_TO_POINTER (XMPP_TEST_BYTES_WHOLE),
              set_up, test_much, tear_down);

  return g_test_run ();
}
