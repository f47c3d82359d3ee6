/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-connector.h"

#include "core/xmpp-error.h"

#include "full-queue.h"
#include "tls-peer.h"
#include "xmpp-test-resolver.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/* One connector with its surroundings */
typedef struct
{
  XmppTlsParameters *tls;
  XmppLimits *limits;
  XmppReport *report;
  GProxyResolver *proxy;
  GPtrArray *candidates;
  GCancellable *cancellable;
  XmppConnector *connector;

  XmppCandidate *winner;
  GPtrArray *remaining;
  GIOStream *stream;
  GError *error;
} Fixture;

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  fixture->tls = tls_test_parameters ();
  fixture->limits = xmpp_limits_new ();
  fixture->report = xmpp_report_new ();
  fixture->cancellable = g_cancellable_new ();
  fixture->candidates = xmpp_candidate_list_new ();
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_error (&fixture->error);
  g_clear_object (&fixture->stream);
  g_clear_pointer (&fixture->winner, xmpp_candidate_unref);
  g_clear_pointer (&fixture->remaining, g_ptr_array_unref);
  g_clear_object (&fixture->connector);
  g_clear_object (&fixture->cancellable);
  g_clear_pointer (&fixture->candidates, g_ptr_array_unref);
  g_clear_object (&fixture->proxy);
  g_clear_object (&fixture->report);
  g_clear_object (&fixture->limits);
  g_clear_pointer (&fixture->tls, xmpp_tls_parameters_unref);
}

static void
add_candidate (Fixture *fixture, const char *host, guint16 port, gboolean direct_tls)
{
  g_ptr_array_add (fixture->candidates,
                   xmpp_candidate_new (host, port, direct_tls, "given"));
}

static void
run (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;

  fixture->connector =
      xmpp_connector_new (fixture->proxy, fixture->tls, fixture->limits, fixture->report);
  xmpp_connector_connect_async (fixture->connector, fixture->candidates,
                                fixture->cancellable, tls_test_store_result, &result);
  g_assert_null (result);
  tls_test_wait (&result);
  fixture->stream = xmpp_connector_connect_finish (fixture->connector, result,
                                                   &fixture->winner, &fixture->remaining,
                                                   &fixture->error);
}

static GVariant *
lookup (Fixture *fixture, const char *group, const char *key)
{
  g_autoptr (GVariant) report = xmpp_report_to_variant (fixture->report);
  g_autoptr (GVariant)
      facts = g_variant_lookup_value (report, group, G_VARIANT_TYPE_VARDICT);

  return facts != NULL ? g_variant_lookup_value (facts, key, NULL) : NULL;
}

static void
assert_fact (Fixture *fixture, const char *group, const char *key, const char *expected)
{
  g_autoptr (GVariant) value = lookup (fixture, group, key);
  g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static guint
count_rows (Fixture *fixture, const char *list)
{
  g_autoptr (GVariant) report = xmpp_report_to_variant (fixture->report);
  g_autoptr (GVariant) rows = g_variant_lookup_value (report, list, NULL);

  return rows != NULL ? g_variant_n_children (rows) : 0;
}

static void
assert_tuned (GIOStream *stream)
{
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  g_autoptr (GError) error = NULL;
  int no_delay = 0;

  g_socket_get_option (socket, IPPROTO_TCP, TCP_NODELAY, &no_delay, &error);
  g_assert_no_error (error);
  g_assert_cmpint (no_delay, !=, 0);
  g_assert_false (g_socket_get_keepalive (socket));
}

static void
assert_says (Fixture *fixture, guint16 port, const char *text)
{
  g_autofree char *place = g_strdup_printf ("127.0.0.1:%u", port);

  if (strstr (fixture->error->message, place) == NULL ||
      strstr (fixture->error->message, text) == NULL)
    g_error ("\"%s\" and \"%s\" are not in \"%s\"", place, text, fixture->error->message);
}

/* What a person reads about the step names the place once. */
static void
assert_step_says_once (Fixture *fixture, guint16 port)
{
  g_autofree char *place = g_strdup_printf ("127.0.0.1:%u: ", port);
  g_autofree char *text = xmpp_report_to_string (fixture->report);
  g_autofree char *line = g_strndup (text, strcspn (text, "\n"));
  const char *found = strstr (line, place);

  g_assert_nonnull (found);
  g_assert_null (strstr (found + 1, place));
}

/* A port where nobody listens */
static guint16
dead_port (void)
{
  TlsPeer *peer = tls_peer_new (TLS_PEER_SILENT, NULL);
  guint16 port = peer->port;

  tls_peer_free (peer);
  return port;
}

static void
test_plain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);

  add_candidate (fixture, "127.0.0.1", peer->port, FALSE);
  run (fixture);
  g_assert_no_error (fixture->error);
  g_assert_true (G_IS_SOCKET_CONNECTION (fixture->stream));
  assert_tuned (fixture->stream);
  g_assert_true (fixture->winner == g_ptr_array_index (fixture->candidates, 0));

  assert_fact (fixture, "server", "host", "'127.0.0.1'");
  assert_fact (fixture, "server", "direct_tls", "false");
  assert_fact (fixture, "server", "source", "'given'");
  g_assert_cmpuint (count_rows (fixture, "steps"), ==, 1);
  g_assert_null (xmpp_report_get_failed_step (fixture->report));
}

static void
test_direct (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  g_autoptr (GIOStream) base = NULL;

  peer->parameters->alpn = g_strdup ("xmpp-client");
  add_candidate (fixture, "127.0.0.1", peer->port, TRUE);
  run (fixture);
  g_assert_no_error (fixture->error);
  g_assert_true (G_IS_TLS_CONNECTION (fixture->stream));
  g_object_get (fixture->stream, "base-io-stream", &base, NULL);
  assert_tuned (base);
  g_assert_cmpstr (g_tls_connection_get_negotiated_protocol (
                       G_TLS_CONNECTION (fixture->stream)),
                   ==, "xmpp-client");

  assert_fact (fixture, "server", "direct_tls", "true");
  assert_fact (fixture, "tls", "version", "'1.3'");
  assert_fact (fixture, "tls", "verified", "true");
  g_assert_cmpuint (count_rows (fixture, "steps"), ==, 2);
}

/* The name of the host is not that of the certificate: the domain is. */
static void
test_name (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");

  add_candidate (fixture, "xmpp.p.test", peer->port, TRUE);
  run (fixture);
  g_assert_no_error (fixture->error);
  assert_fact (fixture, "server", "host", "'xmpp.p.test'");
}

static void
test_unknown_name (Fixture *fixture, gconstpointer data)
{
  add_candidate (fixture, "no.test", 5222, FALSE);
  run (fixture);
  g_assert_error (fixture->error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (fixture->error->message, "no.test:5222: "));
}

static void
test_second (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) wrong = tls_peer_new (TLS_PEER_TALKS_TLS, "other-domain");
  g_autoptr (TlsPeer) right = tls_peer_new (TLS_PEER_TALKS_TLS, "good");

  add_candidate (fixture, "127.0.0.1", dead_port (), FALSE);
  add_candidate (fixture, "127.0.0.1", wrong->port, TRUE);
  add_candidate (fixture, "127.0.0.1", right->port, TRUE);
  run (fixture);
  g_assert_no_error (fixture->error);
  g_assert_true (fixture->winner == g_ptr_array_index (fixture->candidates, 2));
  g_assert_cmpuint (count_rows (fixture, "candidates"), ==, 3);
  tls_peer_wait_ended (wrong, 1);
  g_assert_cmpuint (wrong->received, ==, 0);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  guint16 port = dead_port ();

  add_candidate (fixture, "127.0.0.1", port, FALSE);
  run (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  assert_says (fixture, port, "refused");
  assert_step_says_once (fixture, port);
  g_assert_cmpstr (xmpp_report_get_failed_step (fixture->report), ==, "connect");
  assert_fact (fixture, "server", "host", NULL);
}

static void
test_bad_certificate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "expired");

  add_candidate (fixture, "127.0.0.1", peer->port, TRUE);
  run (fixture);
  g_assert_error (fixture->error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  assert_says (fixture, peer->port, "(expired)");
  g_assert_cmpstr (xmpp_report_get_failed_step (fixture->report), ==, "tls");
  tls_peer_wait_ended (peer, 1);
  g_assert_cmpuint (peer->received, ==, 0);
}

static void
test_starttls_port (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SAYS, NULL);

  peer->text = "<stream:error/></stream:stream>";
  add_candidate (fixture, "127.0.0.1", peer->port, TRUE);
  run (fixture);
  g_assert_error (fixture->error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS);
  assert_says (fixture, peer->port, "STARTTLS port");
}

static void
test_silent_tls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);

  g_object_set (fixture->limits, "tls-seconds", 1, NULL);
  add_candidate (fixture, "127.0.0.1", peer->port, TRUE);
  run (fixture);
  g_assert_error (fixture->error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  assert_says (fixture, peer->port, "TLS");
  g_assert_cmpstr (xmpp_report_get_failed_step (fixture->report), ==, "tls");
  tls_peer_wait_ended (peer, 1);
}

/* The time for a name that is never resolved is part of the time to connect. */
static void
test_silent_name (Fixture *fixture, gconstpointer data)
{
  g_object_set (fixture->limits, "connect-seconds", 1, NULL);
  add_candidate (fixture, "silent.test", 5222, FALSE);
  run (fixture);
  g_assert_error (fixture->error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (fixture->error->message, "silent.test:5222"));
  g_assert_cmpstr (xmpp_report_get_failed_step (fixture->report), ==, "connect");
}

static void
test_silent_tcp (Fixture *fixture, gconstpointer data)
{
  FullQueue queue;

  full_queue_init (&queue, "127.0.0.1", 0);
  g_object_set (fixture->limits, "connect-seconds", 1, NULL);
  add_candidate (fixture, "127.0.0.1", queue.port, FALSE);
  run (fixture);
  g_assert_error (fixture->error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  assert_says (fixture, queue.port, "not finished");
  full_queue_clear (&queue);
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* A cancellation does not go on to the next candidate. */
static void
test_cancelled (Fixture *fixture, gconstpointer phase)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (TlsPeer) next = tls_peer_new (TLS_PEER_SILENT, NULL);
  FullQueue queue = { NULL };

  if (g_str_equal (phase, "connect"))
    {
      full_queue_init (&queue, "127.0.0.1", 0);
      add_candidate (fixture, "127.0.0.1", queue.port, FALSE);
    }
  else if (g_str_equal (phase, "resolve"))
    add_candidate (fixture, "silent.test", 5222, FALSE);
  else
    add_candidate (fixture, "127.0.0.1", peer->port, TRUE);
  add_candidate (fixture, "127.0.0.1", next->port, FALSE);

  if (g_str_equal (phase, "before"))
    g_cancellable_cancel (fixture->cancellable);
  else
    g_timeout_add (100, cancel_cb, fixture->cancellable);

  run (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (fixture->stream);
  g_assert_null (fixture->winner);
  g_assert_cmpuint (next->accepted, ==, 0);
  if (queue.listener != NULL)
    full_queue_clear (&queue);
}

static void
test_no_candidates (Fixture *fixture, gconstpointer data)
{
  run (fixture);
  g_assert_error (fixture->error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_FOUND);
}

static void
test_no_tls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);

  g_clear_pointer (&fixture->tls, xmpp_tls_parameters_unref);
  add_candidate (fixture, "127.0.0.1", peer->port, TRUE);
  run (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

static void
test_pending (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (XmppConnector) connector = xmpp_connector_new (NULL, NULL, NULL, NULL);
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GError) error = NULL;

  add_candidate (fixture, "127.0.0.1", peer->port, FALSE);
  xmpp_connector_connect_async (connector, fixture->candidates, NULL,
                                tls_test_store_result, &first);
  xmpp_connector_connect_async (connector, fixture->candidates, NULL,
                                tls_test_store_result, &second);
  tls_test_wait (&second);
  g_assert_null (xmpp_connector_connect_finish (connector, second, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);

  tls_test_wait (&first);
  stream = xmpp_connector_connect_finish (connector, first, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_tuned (stream);
}

/* SOCKS5 (RFC 1928): no authentication; connected */
static const char socks_replies[] = "\5\0\5\0\0\1\177\0\0\1\0\0";

static void
set_proxy (Fixture *fixture, guint16 port)
{
  g_autofree char *uri = g_strdup_printf ("socks5://127.0.0.1:%u", port);

  fixture->proxy = g_simple_proxy_resolver_new (uri, NULL);
}

static void
test_proxy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) proxy = tls_peer_new (TLS_PEER_SAYS, NULL);
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);

  proxy->text = socks_replies;
  proxy->text_length = sizeof socks_replies - 1;
  set_proxy (fixture, proxy->port);
  add_candidate (fixture, "127.0.0.1", peer->port, FALSE);
  run (fixture);
  g_assert_no_error (fixture->error);
  assert_tuned (fixture->stream);
  g_assert_cmpuint (proxy->accepted, ==, 1);
  g_assert_cmpuint (peer->accepted, ==, 0);
  g_assert_cmpuint (count_rows (fixture, "steps"), ==, 1);
}

static void
test_proxy_failed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) proxy = tls_peer_new (TLS_PEER_SAYS, NULL);
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);

  proxy->text = "HTTP/1.1 400 Bad Request\r\n\r\n";
  set_proxy (fixture, proxy->port);
  add_candidate (fixture, "127.0.0.1", peer->port, FALSE);
  run (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED);
  assert_says (fixture, peer->port, "proxy");
  g_assert_cmpstr (xmpp_report_get_failed_step (fixture->report), ==, "proxy");
  g_assert_cmpuint (peer->accepted, ==, 0);
}

static void
test_place (void)
{
  const char *const hosts[][2] = { { "xmpp.p.test", "xmpp.p.test:5222" },
                                   { "127.0.0.1", "127.0.0.1:5222" },
                                   { "::1", "[::1]:5222" } };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr (XmppCandidate)
          candidate = xmpp_candidate_new (hosts[i][0], 5222, FALSE, "given");
      g_autofree char *place = xmpp_candidate_to_string (candidate);

      g_assert_cmpstr (place, ==, hosts[i][1]);
    }
}

static void
add (const char *path,
     gconstpointer data,
     void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, data, fixture_set_up, test, fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_autoptr (XmppTestResolver) resolver = NULL;

  g_test_init (&argc, &argv, NULL);
  resolver = xmpp_test_resolver_new ();
  xmpp_test_resolver_add_address (resolver, "xmpp.p.test", "127.0.0.1");
  xmpp_test_resolver_silence (resolver, "silent.test");

  add ("/connector/plain", NULL, test_plain);
  add ("/connector/direct", NULL, test_direct);
  add ("/connector/name", NULL, test_name);
  add ("/connector/unknown-name", NULL, test_unknown_name);
  add ("/connector/second", NULL, test_second);
  add ("/connector/refused", NULL, test_refused);
  add ("/connector/bad-certificate", NULL, test_bad_certificate);
  add ("/connector/starttls-port", NULL, test_starttls_port);
  add ("/connector/silent-tls", NULL, test_silent_tls);
  add ("/connector/silent-name", NULL, test_silent_name);
  add ("/connector/silent-tcp", NULL, test_silent_tcp);
  add ("/connector/cancelled/before", "before", test_cancelled);
  add ("/connector/cancelled/resolve", "resolve", test_cancelled);
  add ("/connector/cancelled/connect", "connect", test_cancelled);
  add ("/connector/cancelled/tls", "tls", test_cancelled);
  add ("/connector/no-candidates", NULL, test_no_candidates);
  add ("/connector/no-tls", NULL, test_no_tls);
  add ("/connector/pending", NULL, test_pending);
  add ("/connector/proxy", NULL, test_proxy);
  add ("/connector/proxy-failed", NULL, test_proxy_failed);
  g_test_add_func ("/connector/place", test_place);

  return g_test_run ();
}
