/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation/xmpp-stream-limits.h"

#include "core/xmpp-limits-private.h"
#include "stream/xmpp-element-reader.h"

#include "negotiation-fixture.h"
#include "xmpp-test-client.h"

#include <string.h>

#define LIMITS(content) "<limits xmlns='urn:xmpp:stream-limits:0'>" content "</limits>"
#define BYTES(text) "<max-bytes>" text "</max-bytes>"
#define IDLE(text) "<idle-seconds>" text "</idle-seconds>"

/* ---- What is read ---- */

static const struct
{
  const char *features;
  guint max_bytes;
  guint idle_seconds;
} readings[] = {
  { "", 0, 0 },
  { LIMITS (""), 0, 0 },
  { LIMITS (BYTES ("262144") IDLE ("840")), 262144, 840 },
  { LIMITS (BYTES (" 262144\n")), 262144, 0 },
  { LIMITS (IDLE ("300")), 0, 300 },
  { LIMITS (BYTES ("4294967295")), G_MAXUINT, 0 },
  /* RFC 6120 §13.12: at least so much */
  { LIMITS (BYTES ("9999") IDLE ("1")), 10000, 20 },
  { LIMITS (BYTES ("1")), 10000, 0 },
  { LIMITS (BYTES ("0") IDLE ("0")), 0, 0 },
  { LIMITS (BYTES ("-1") IDLE ("-1")), 0, 0 },
  { LIMITS (BYTES ("4294967296")), 0, 0 },
  { LIMITS (BYTES ("18446744073709551616") IDLE ("18446744073709551616")), 0, 0 },
  { LIMITS (BYTES ("many") IDLE ("")), 0, 0 },
  { LIMITS (BYTES ("12 000") IDLE ("1e3")), 0, 0 },
  { LIMITS ("<max-bytes xmlns='urn:x'>20000</max-bytes>"), 0, 0 },
  { "<limits xmlns='urn:x'>" BYTES ("20000") "</limits>", 0, 0 },
};

static void
test_readings (void)
{
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (XmppStream) stream = NULL;
  g_autoptr (XmppFeature) feature = xmpp_stream_limits_new_initiating ();

  xmpp_test_stream_pair (&io, &other);
  stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", NULL);
  g_assert_false (xmpp_feature_is_possible (feature, XMPP_STREAM_SECURE));

  for (guint i = 0; i < G_N_ELEMENTS (readings); i++)
    {
      g_autofree char *text =
          g_strconcat ("<stream:features "
                       "xmlns:stream='http://etherx.jabber.org/streams'>",
                       readings[i].features, "</stream:features>", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppElement) features = xmpp_element_new_from_string (text, &error);

      g_assert_no_error (error);
      g_test_message ("%s", readings[i].features);
      xmpp_stream_set_peer_limits (stream, 123, 456);
      xmpp_feature_heed (feature, stream, features);
      g_assert_cmpuint (xmpp_stream_get_peer_max_bytes (stream), ==,
                        readings[i].max_bytes);
      g_assert_cmpuint (xmpp_stream_get_peer_idle_seconds (stream), ==,
                        readings[i].idle_seconds);
    }
}

/* Of several lists the last one counts, also where it came to what was sent ahead. */
static void
test_client (void)
{
  static const char script[] = C (SECURE_HEAD)
      S (SERVER_HEAD FEATURES (MECHANISMS (TOY) LIMITS (BYTES ("20000") IDLE ("60"))))
          LOG_IN
          C (SECURE_HEAD BIND_REQUEST (""))
              S (SERVER_HEAD FEATURES (BIND LIMITS (BYTES ("262144") IDLE ("840")))
                     BIND_RESULT ("user@x.test/r"));
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  const Setup setup = { .direct = TRUE };
  g_auto (Side) side = { 0 };

  side_start_client (&side, io, &setup);
  g_assert_true (side_wait (&side));
  g_assert_cmpuint (xmpp_stream_get_peer_max_bytes (side.stream), ==, 262144);
  g_assert_cmpuint (xmpp_stream_get_peer_idle_seconds (side.stream), ==, 840);
  xmpp_test_peer_finish (peer);
}

/* ---- What is offered ---- */

/* The defaults of XmppLimits, before and after the login */
static const Row server_rows[] = {
  { "both",
    C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (
        MECHANISMS (TOY PLAIN) LIMITS (BYTES ("65536") IDLE ("20"))))
        LOG_IN C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (
            BIND "<session " NS_SESSION
                 "><optional/></session>" LIMITS (BYTES ("4194304") IDLE ("120"))))
            C (BIND_REQUEST ("")) S (BIND_RESULT ("{*}")),
    "ok",
    { .direct = TRUE, .limits = TRUE } },
  { "not-before-tls",
    C (CLIENT_HEAD) S (SERVER_HELLO FEATURES ("<starttls " NS_TLS
                                              "><required/></starttls>")) "E: close\n",
    "truncated",
    { .limits = TRUE } },
  { "without-tls",
    C (CLIENT_HEAD) S (SERVER_HELLO FEATURES (
        MECHANISMS (TOY PLAIN) LIMITS (BYTES ("65536") IDLE ("20")))) "E: close\n",
    "truncated",
    { .insecure = TRUE, .limits = TRUE } },
  { "asked-for",
    C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (
        MECHANISMS (TOY PLAIN) LIMITS (BYTES ("65536") IDLE ("20")))) C (LIMITS (""))
        S (STREAM_ERROR ("not-authorized")),
    "not-authorized",
    { .direct = TRUE, .limits = TRUE } },
};

/* ---- What is said is what holds ---- */

static XmppStream *
open_receiving (GIOStream *io, GIOStream *other, XmppLimits *limits, gboolean after)
{
  static const char header[] = CLIENT_HEAD;
  XmppStream *stream =
      xmpp_stream_new (io, XMPP_STREAM_RECEIVING, "jabber:client", limits);
  const XmppStreamHeader answer = { .from = "x.test" };

  g_output_stream_write_all (g_io_stream_get_output_stream (other), header,
                             sizeof header - 1, NULL, NULL, NULL);
  g_assert_nonnull (xmpp_test_read_header (stream, NULL));
  xmpp_stream_send_header (stream, &answer);
  xmpp_stream_add_state (stream, XMPP_STREAM_SECURE);
  if (after)
    xmpp_stream_add_state (stream, XMPP_STREAM_AUTHENTICATED);

  return stream;
}

static guint
get_offered (XmppStream *stream)
{
  g_autoptr (XmppFeature) feature = xmpp_stream_limits_new_receiving (FALSE);
  g_autoptr (XmppElement)
      features = xmpp_element_new ("features", "http://etherx.jabber.org/streams");

  xmpp_feature_offer (feature, stream, features);
  return (guint)
      g_ascii_strtoull (xmpp_element_get_text (
                            xmpp_element_get_child (xmpp_element_get_first_child (
                                                        features),
                                                    "max-bytes", NULL)),
                        NULL, 10);
}

/* One byte more than offered is one too many. */
static void
test_enforced (gconstpointer data)
{
  gboolean after = GPOINTER_TO_INT (data);

  for (guint more = 0; more < 2; more++)
    {
      g_autoptr (GIOStream) io = NULL;
      g_autoptr (GIOStream) other = NULL;
      g_autoptr (XmppLimits) limits = xmpp_limits_new ();
      g_autoptr (XmppStream) stream = NULL;
      g_autoptr (XmppElement) element = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      guint offered;

      g_object_set (limits, "element-bytes-before-auth", 11111, "element-bytes", 22222,
                    NULL);
      xmpp_test_stream_pair (&io, &other);
      stream = open_receiving (io, other, limits, after);
      offered = get_offered (stream);
      g_assert_cmpuint (offered, ==, after ? 22222 : 11111);

      text = g_strnfill (offered + more, 'x');
      memcpy (text, "<a>", 3);
      memcpy (text + offered + more - 4, "</a>", 4);
      g_output_stream_write_all (g_io_stream_get_output_stream (other), text,
                                 offered + more, NULL, NULL, NULL);
      element = xmpp_test_read (stream, &error);
      if (more == 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_POLICY_VIOLATION);
      xmpp_stream_abort (stream);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-limits/readings", test_readings);
  g_test_add_func ("/stream-limits/client", test_client);
  add_server_rows ("/stream-limits/server", server_rows, G_N_ELEMENTS (server_rows));
  g_test_add_data_func ("/stream-limits/enforced/before", GINT_TO_POINTER (FALSE),
                        test_enforced);
  g_test_add_data_func ("/stream-limits/enforced/after", GINT_TO_POINTER (TRUE),
                        test_enforced);
  return g_test_run ();
}
