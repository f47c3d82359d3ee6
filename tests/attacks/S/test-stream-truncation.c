/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* T12: an end of the bytes that is no end of the stream */

#include "config.h"

#include "core/xmpp-error.h"

#include "xmpp-test-client.h"

#include <string.h>

static const struct
{
  const char *name;
  const char *last;
} places[] = {
  { "between", "<a/>" },
  { "stanza", "<a/><message><bo" },
  { "tag", "<a/><message" },
  { "closing-tag", "<a/></stream:strea" },
};

/* FIN, or what the connection reports */
typedef enum
{
  KIND_FIN,
  KIND_TLS,
  KIND_RESET,
  KIND_LAST,
} Kind;

static const char *const kinds[] = { "fin", "tls", "reset" };

static GError *
new_kind (Kind kind)
{
  if (kind == KIND_TLS)
    return g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_EOF,
                                "TLS connection closed unexpectedly");
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "Reset by peer");
}

static void
cut (GIOStream *other, Kind kind)
{
  if (kind == KIND_FIN)
    g_output_stream_close (g_io_stream_get_output_stream (other), NULL, NULL);
  else
    {
      g_autoptr (GError) error = new_kind (kind);
      xmpp_test_stream_break (other, error);
    }
}

static void
check_kind (const GError *error, Kind kind)
{
  if (kind == KIND_FIN)
    g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_TRUNCATED);
  else
    {
      g_autoptr (GError) expected = new_kind (kind);

      g_assert_error (error, expected->domain, expected->code);
      g_assert_cmpstr (error->message, ==, expected->message);
    }
}

/* What came whole is delivered; then the error, not a clean end. */
static void
check (const char *last, Kind kind, gboolean push)
{
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (XmppStream) stream = NULL;
  g_autofree char *text = g_strconcat (XMPP_TEST_SERVER_HEADER, last, NULL);
  XmppStreamHeader header = { .to = "p.test" };
  g_auto (XmppTestSink) sink = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_stream_pair (&io, &other);
  stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  xmpp_stream_send_header (stream, &header);
  g_output_stream_write_all (g_io_stream_get_output_stream (other), text, strlen (text),
                             NULL, NULL, NULL);
  cut (other, kind);
  xmpp_test_sink_init (&sink);

  if (push)
    {
      g_assert_nonnull (xmpp_test_read_header (stream, NULL));
      xmpp_stream_set_sink (stream, &xmpp_test_sink, &sink);
      xmpp_test_run_pending ();
      g_assert_cmpstr (sink.words->str, ==, "a");
      g_assert_cmpuint (sink.ended, ==, 1);
      check_kind (sink.error, kind);
    }
  else
    {
      xmpp_test_assert_reads (stream, "a");
      g_assert_null (xmpp_test_read (stream, &error));
      check_kind (error, kind);
      g_clear_error (&error);
    }

  g_assert_false (xmpp_test_close (stream, &error));
  check_kind (error, kind);
}

static void
test_truncation (gconstpointer data)
{
  guint number = GPOINTER_TO_UINT (data);

  const char *last = places[number / KIND_LAST].last;

  check (last, number % KIND_LAST, FALSE);
  check (last, number % KIND_LAST, TRUE);
}

int
main (int argc, char **argv)
{
  G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == KIND_LAST);

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (places) * KIND_LAST; i++)
    {
      g_autofree char *path = g_strdup_printf ("/attacks/T12/stream/%s/%s",
                                               kinds[i % KIND_LAST],
                                               places[i / KIND_LAST].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_truncation);
    }

  return g_test_run ();
}
