/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-connector.h"

#include "core/xmpp-error.h"

#include "full-queue.h"
#include "tls-peer.h"
#include "xmpp-test-loop.h"
#include "xmpp-test-resolver.h"

/* Several candidates at once: who starts when, who wins, and what becomes of the others */

#define HEAD_START_US 250000
#define LONG_HEAD_START_MS 100000 /* longer than anything takes, under valgrind too */

typedef struct
{
  XmppTlsParameters *tls;
  XmppLimits *limits;
  XmppReport *report;
  GPtrArray *candidates;
  XmppConnector *connector;

  XmppCandidate *winner;
  GPtrArray *remaining;
  GIOStream *stream;
  GError *error;
  gint64 took;
} Fixture;

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  fixture->tls = tls_test_parameters ();
  fixture->limits = xmpp_limits_new ();
  fixture->report = xmpp_report_new ();
  fixture->candidates = xmpp_candidate_list_new ();
  fixture->connector =
      xmpp_connector_new (NULL, fixture->tls, fixture->limits, fixture->report);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  xmpp_test_run_pending ();
  g_clear_error (&fixture->error);
  g_clear_object (&fixture->stream);
  g_clear_pointer (&fixture->remaining, g_ptr_array_unref);
  g_clear_pointer (&fixture->winner, xmpp_candidate_unref);
  xmpp_test_assert_last_unref (&fixture->connector);
  g_clear_pointer (&fixture->candidates, g_ptr_array_unref);
  g_clear_object (&fixture->report);
  g_clear_object (&fixture->limits);
  g_clear_pointer (&fixture->tls, xmpp_tls_parameters_unref);
}

static void
add_candidate (Fixture *fixture, const char *host, guint16 port, gboolean direct_tls)
{
  g_ptr_array_add (fixture->candidates,
                   xmpp_candidate_new (host, port, direct_tls, "srv"));
}

static void
run (Fixture *fixture)
{
  g_auto (XmppTestResult) result = { 0 };
  gint64 began = g_get_monotonic_time ();

  xmpp_connector_connect_async (fixture->connector, fixture->candidates, NULL,
                                xmpp_test_result_cb, &result);
  fixture->stream = xmpp_connector_connect_finish (fixture->connector,
                                                   xmpp_test_result_wait (&result),
                                                   &fixture->winner, &fixture->remaining,
                                                   &fixture->error);
  fixture->took = g_get_monotonic_time () - began;
}

static void
assert_won (Fixture *fixture, guint winner)
{
  g_assert_no_error (fixture->error);
  g_assert_nonnull (fixture->stream);
  g_assert_true (fixture->winner == g_ptr_array_index (fixture->candidates, winner));
}

/* "lost used untried": what the report says of the candidates, in their order */
static void
assert_results (Fixture *fixture, const char *expected)
{
  g_autoptr (GVariant) report = xmpp_report_to_variant (fixture->report);
  g_autoptr (GVariant) rows = g_variant_lookup_value (report, "candidates", NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (rows); i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      const char *result = NULL;

      g_assert_true (g_variant_lookup (row, "result", "&s", &result));
      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", result);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

/* A loser is no failure. */
static void
assert_no_failure (Fixture *fixture)
{
  xmpp_test_run_pending ();
  g_assert_null (xmpp_report_get_failed_step (fixture->report));
}

static guint16
dead_port (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);

  return peer->port;
}

/* The order of the list is the order of preference: nobody else is bothered. */
static void
test_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) first = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  g_autoptr (TlsPeer) second = tls_peer_new (TLS_PEER_SILENT, NULL);

  xmpp_connector_set_head_start (fixture->connector, LONG_HEAD_START_MS);
  add_candidate (fixture, "127.0.0.1", first->port, TRUE);
  add_candidate (fixture, "127.0.0.1", second->port, FALSE);
  run (fixture);
  assert_won (fixture, 0);
  g_assert_cmpuint (second->accepted, ==, 0);
  g_assert_cmpuint (fixture->remaining->len, ==, 1);
  g_assert_true (g_ptr_array_index (fixture->remaining, 0) ==
                 g_ptr_array_index (fixture->candidates, 1));
  assert_results (fixture, "used");
  assert_no_failure (fixture);
}

/* Nobody answers at the first: the second begins when its head start is over. */
static void
test_blackhole (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) second = tls_peer_new (TLS_PEER_SILENT, NULL);
  FullQueue queue;

  full_queue_init (&queue, "127.0.0.1", 0);
  add_candidate (fixture, "127.0.0.1", queue.port, FALSE);
  add_candidate (fixture, "127.0.0.1", second->port, FALSE);
  run (fixture);
  assert_won (fixture, 1);
  g_assert_cmpint (fixture->took, >=, HEAD_START_US);
  g_assert_cmpuint (fixture->remaining->len, ==, 1);
  assert_results (fixture, "lost used");
  assert_no_failure (fixture);
  full_queue_clear (&queue);
}

/* TCP alone is no win for direct TLS; who has lost is hung up on. */
static void
test_stuck_handshake (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) first = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (TlsPeer) second = tls_peer_new (TLS_PEER_SILENT, NULL);

  add_candidate (fixture, "127.0.0.1", first->port, TRUE);
  add_candidate (fixture, "127.0.0.1", second->port, FALSE);
  run (fixture);
  assert_won (fixture, 1);
  tls_peer_wait_ended (first, 1);
  g_assert_cmpuint (second->sessions, ==, 1);
  assert_results (fixture, "lost used");
  assert_no_failure (fixture);
}

/* Both handshakes run at the same time, and the first could still have won. */
static void
test_two_handshakes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) first = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (TlsPeer) second = tls_peer_new (TLS_PEER_TALKS_TLS, "good");

  add_candidate (fixture, "127.0.0.1", first->port, TRUE);
  add_candidate (fixture, "127.0.0.1", second->port, TRUE);
  run (fixture);
  assert_won (fixture, 1);
  g_assert_true (G_IS_TLS_CONNECTION (fixture->stream));
  tls_peer_wait_ended (first, 1);
  assert_results (fixture, "lost used");
}

/* Who fails makes room for the next at once. */
static void
test_failures (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) good = tls_peer_new (TLS_PEER_SILENT, NULL);

  xmpp_connector_set_head_start (fixture->connector, LONG_HEAD_START_MS);
  for (guint i = 0; i < 20; i++)
    add_candidate (fixture, "127.0.0.1", dead_port (), FALSE);
  add_candidate (fixture, "127.0.0.1", good->port, FALSE);
  run (fixture);
  assert_won (fixture, 20);
  g_assert_cmpuint (fixture->remaining->len, ==, 0);
  assert_no_failure (fixture);
}

/* Where all fail, what one that answered said is told, wherever it stood. */
static void
test_all_fail (Fixture *fixture, gconstpointer place)
{
  g_autoptr (TlsPeer) expired = tls_peer_new (TLS_PEER_TALKS_TLS, "expired");

  for (guint i = 0; i < 3; i++)
    {
      if (i == GPOINTER_TO_UINT (place))
        add_candidate (fixture, "127.0.0.1", expired->port, TRUE);
      else
        add_candidate (fixture, "127.0.0.1", dead_port (), FALSE);
    }
  run (fixture);
  g_assert_error (fixture->error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_true (xmpp_connector_was_answered (fixture->connector));
  g_assert_cmpstr (xmpp_report_get_failed_step (fixture->report), ==, "tls");
  assert_results (fixture, "failed failed failed");
}

static void
test_none_answers (Fixture *fixture, gconstpointer data)
{
  add_candidate (fixture, "127.0.0.1", dead_port (), FALSE);
  add_candidate (fixture, "no.test", 5222, TRUE);
  run (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_false (xmpp_connector_was_answered (fixture->connector));
  g_assert_cmpstr (xmpp_report_get_failed_step (fixture->report), ==, "connect");
}

/* A host whose IPv6 address leads nowhere, or where nobody listens */
static void
test_broken_ipv6 (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (GSocket) probe = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) loopback = g_inet_socket_address_new_from_string ("::1", 0);
  FullQueue queue = { NULL };

  if (probe == NULL || !g_socket_bind (probe, loopback, FALSE, NULL))
    {
      g_test_skip ("there is no IPv6 here");
      return;
    }

  if (data != NULL)
    full_queue_init (&queue, "::1", peer->port);
  add_candidate (fixture, "both.test", peer->port, FALSE);
  run (fixture);
  assert_won (fixture, 0);
  g_assert_cmpuint (peer->accepted, ==, 1);
  if (data != NULL)
    full_queue_clear (&queue);
}

/* At whatever moment that is: nothing is left open, and nobody waits for ever. */
static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TlsPeer) silent = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (TlsPeer) expired = tls_peer_new (TLS_PEER_TALKS_TLS, "expired");
  g_autoptr (TlsPeer) good = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  guint step = g_getenv ("XMPP_TEST_SLOW") != NULL ? 9 : 1;
  gboolean won = FALSE;

  xmpp_connector_set_head_start (fixture->connector, 1);
  add_candidate (fixture, "127.0.0.1", silent->port, TRUE);
  add_candidate (fixture, "127.0.0.1", dead_port (), FALSE);
  add_candidate (fixture, "127.0.0.1", expired->port, TRUE);
  add_candidate (fixture, "127.0.0.1", good->port, TRUE);
  for (guint turns = 0; !won; turns += step)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (GIOStream) stream = NULL;
      g_autoptr (GError) error = NULL;

      xmpp_connector_connect_async (fixture->connector, fixture->candidates, cancellable,
                                    xmpp_test_result_cb, &result);
      for (guint i = 0; i < turns && result.result == NULL; i++)
        g_main_context_iteration (NULL, TRUE);
      won = result.result != NULL;
      if (!won)
        g_cancellable_cancel (cancellable);
      stream = xmpp_connector_connect_finish (fixture->connector,
                                              xmpp_test_result_wait (&result), NULL, NULL,
                                              &error);
      if (won)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_object (&stream);
      tls_peer_wait_ended (silent, silent->accepted);
      tls_peer_wait_ended (good, good->accepted);
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
  xmpp_test_resolver_add_address (resolver, "both.test", "::1");
  xmpp_test_resolver_add_address (resolver, "both.test", "127.0.0.1");

  add ("/race/first", NULL, test_first);
  add ("/race/blackhole", NULL, test_blackhole);
  add ("/race/stuck-handshake", NULL, test_stuck_handshake);
  add ("/race/two-handshakes", NULL, test_two_handshakes);
  add ("/race/failures", NULL, test_failures);
  add ("/race/all-fail/first", GUINT_TO_POINTER (0), test_all_fail);
  add ("/race/all-fail/middle", GUINT_TO_POINTER (1), test_all_fail);
  add ("/race/all-fail/last", GUINT_TO_POINTER (2), test_all_fail);
  add ("/race/none-answers", NULL, test_none_answers);
  add ("/race/cancelled", NULL, test_cancelled);
  add ("/race/ipv6/refused", NULL, test_broken_ipv6);
  add ("/race/ipv6/blackhole", "blackhole", test_broken_ipv6);

  return g_test_run ();
}
