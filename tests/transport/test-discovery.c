/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-discovery.h"

#include "core/xmpp-error.h"
#include "transport/xmpp-srv-records.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-resolver.h"

#include <string.h>

#define DIRECT "_xmpps-client._tcp.p.test"
#define STARTTLS "_xmpp-client._tcp.p.test"

typedef struct
{
  XmppTestResolver *resolver;
  XmppLimits *limits;
  XmppReport *report;
  GCancellable *cancellable;

  GPtrArray *candidates;
  GError *doubt;
  GError *error;
} Fixture;

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  fixture->resolver = xmpp_test_resolver_new ();
  fixture->limits = xmpp_limits_new ();
  fixture->report = xmpp_report_new ();
  fixture->cancellable = g_cancellable_new ();
}

static void
fixture_forget (Fixture *fixture)
{
  g_clear_pointer (&fixture->candidates, g_ptr_array_unref);
  g_clear_error (&fixture->doubt);
  g_clear_error (&fixture->error);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  fixture_forget (fixture);
  g_clear_object (&fixture->cancellable);
  g_clear_object (&fixture->report);
  g_clear_object (&fixture->limits);
  g_clear_object (&fixture->resolver);
}

static void
run (Fixture *fixture, XmppDiscovery *discovery)
{
  g_auto (XmppTestResult) result = { 0 };

  fixture_forget (fixture);
  xmpp_discovery_run_async (discovery, fixture->limits, fixture->report,
                            fixture->cancellable, xmpp_test_result_cb, &result);
  g_assert_false (result.done);
  fixture->candidates = xmpp_discovery_run_finish (discovery,
                                                   xmpp_test_result_wait (&result),
                                                   &fixture->doubt, &fixture->error);
}

/* "a.p.test:5223 direct srv, …" */
static char *
describe (GPtrArray *candidates)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < candidates->len; i++)
    {
      XmppCandidate *candidate = g_ptr_array_index (candidates, i);
      g_autofree char *place = xmpp_candidate_to_string (candidate);

      g_string_append_printf (text, "%s%s %s%s", i > 0 ? ", " : "", place,
                              candidate->direct_tls ? "direct " : "", candidate->source);
    }

  return g_string_free (text, FALSE);
}

/* What both sets hold, and what comes of it. A set: records with ";" between them, "-":
 * none, "!": SERVFAIL, "~": no answer, "=": an empty answer; NULL: it must not be asked
 * for. Each priority has one record, so that chance has no say. */
typedef struct
{
  const char *name;
  const char *direct, *starttls;
  const char *expected; /* NULL: an error */
  gboolean doubt;
  const char *detail; /* of the step */
  GQuark (*domain) (void);
  int code;
} Row;

#define NOT_FOUND xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_NOT_FOUND

static const Row rows[] = {
  { "both", "5 0 5223 a.p.test", "10 0 5222 b.p.test",
    "a.p.test:5223 direct srv, b.p.test:5222 srv", FALSE,
    "_xmpps-client: 1 record, _xmpp-client: 1 record" },
  { "merged", "20 0 443 c.p.test; 5 0 5223 a.p.test", "10 0 5222 b.p.test",
    "a.p.test:5223 direct srv, b.p.test:5222 srv, c.p.test:443 direct srv", FALSE,
    "_xmpps-client: 2 records, _xmpp-client: 1 record" },
  { "starttls-first", "5 0 5223 a.p.test", "1 0 5222 a.p.test",
    "a.p.test:5222 srv, a.p.test:5223 direct srv" },
  { "direct-only", "5 0 5223 a.p.test", "-", "a.p.test:5223 direct srv" },
  { "starttls-only", "-", "5 0 5222 a.p.test", "a.p.test:5222 srv" },
  { "none", "-", "-", "p.test:5222 fallback", FALSE,
    "_xmpps-client: none, _xmpp-client: none" },
  { "refused", "0 0 0 .", "0 0 0 .", NULL, FALSE,
    "_xmpps-client: not offered, _xmpp-client: not offered", NOT_FOUND },
  /* glibc */
  { "refused-empty-name", "0 0 1 ", "0 0 1 ", NULL, FALSE, NULL, NOT_FOUND },
  /* What GLib makes of "." where it sees it */
  { "refused-empty-answer", "=", "=", NULL, FALSE, NULL, NOT_FOUND },
  { "direct-refused", "0 0 0 .", "5 0 5222 a.p.test", "a.p.test:5222 srv", FALSE,
    "_xmpps-client: not offered, _xmpp-client: 1 record" },
  { "starttls-refused", "5 0 5223 a.p.test", "0 0 0 ", "a.p.test:5223 direct srv" },
  { "direct-refused-none", "0 0 0 .", "-", NULL, FALSE, NULL, NOT_FOUND },
  { "starttls-refused-none", "-", "0 0 0 .", NULL, FALSE, NULL, NOT_FOUND },
  { "refused-among-others", "-", "0 0 0 .; 5 0 5222 a.p.test", "a.p.test:5222 srv" },
  { "unusable", "-", "0 0 0 a.p.test; 1 0 5222 a..p.test; 2 0 5222 -$-.test", NULL, FALSE,
    "_xmpps-client: none, _xmpp-client: no usable record", NOT_FOUND },
  { "case-and-dot", "-", "5 0 5222 A.P.Test.; 6 0 5222 a.p.test", "a.p.test:5222 srv" },
  { "underscore", "-", "5 0 5222 a_1.p.test", "a_1.p.test:5222 srv" },
  { "address-v6", "-", "5 0 5222 ::1", NULL, FALSE, NULL, NOT_FOUND },
  { "direct-failed", "!", "5 0 5222 a.p.test", "a.p.test:5222 srv", TRUE,
    "_xmpps-client: no answer, _xmpp-client: 1 record" },
  { "starttls-failed", "5 0 5223 a.p.test", "!", "a.p.test:5223 direct srv", TRUE },
  { "both-failed", "!", "!", "p.test:5222 fallback", TRUE },
  { "failed-none", "-", "!", "p.test:5222 fallback", TRUE },
  { "failed-refused", "!", "0 0 0 .", NULL, FALSE, NULL, g_resolver_error_quark,
    G_RESOLVER_ERROR_TEMPORARY_FAILURE },
  { "silent", "~", "5 0 5222 a.p.test", "a.p.test:5222 srv", TRUE,
    "_xmpps-client: no answer, _xmpp-client: 1 record" },
  { "starttls-mode", NULL, "5 0 5222 a.p.test", "a.p.test:5222 srv", FALSE,
    "_xmpp-client: 1 record" },
  { "starttls-mode-none", NULL, "-", "p.test:5222 fallback" },
  { "starttls-mode-refused", NULL, "0 0 0 .", NULL, FALSE, NULL, NOT_FOUND },
  { "direct-mode", "5 0 5223 a.p.test", NULL, "a.p.test:5223 direct srv", FALSE,
    "_xmpps-client: 1 record" },
  { "direct-mode-none", "-", NULL, "p.test:5223 direct fallback" },
  { "direct-mode-refused", "0 0 0 .", NULL, NULL, FALSE, NULL, NOT_FOUND },
};

static void
set_up_records (XmppTestResolver *resolver, const char *name, const char *set)
{
  g_auto (GStrv) records = NULL;

  if (set == NULL || g_str_equal (set, "-"))
    return;
  if (g_str_equal (set, "!"))
    {
      xmpp_test_resolver_fail (resolver, name, G_RESOLVER_ERROR_TEMPORARY_FAILURE);
      return;
    }
  if (g_str_equal (set, "~"))
    {
      xmpp_test_resolver_silence (resolver, name);
      return;
    }
  if (g_str_equal (set, "="))
    {
      xmpp_test_resolver_add_srv (resolver, name, "");
      return;
    }

  records = g_strsplit (set, "; ", -1);
  for (guint i = 0; records[i] != NULL; i++)
    xmpp_test_resolver_add_srv (resolver, name, records[i]);
}

static void
assert_step (XmppReport *report, const char *detail, gboolean ok)
{
  g_autofree char *text = xmpp_report_to_string (report);
  g_autofree char *line = g_strndup (text, strcspn (text, "\n"));

  g_test_message ("%s", line);
  g_assert_true (g_str_has_prefix (line, ok ? "✓ resolve" : "✗ resolve"));
  g_assert_nonnull (strstr (line, detail));
}

static void
test_row (Fixture *fixture, gconstpointer data)
{
  const Row *row = data;
  XmppDiscoveryKinds kinds = (row->direct != NULL ? XMPP_DISCOVERY_DIRECT_TLS : 0) |
                             (row->starttls != NULL ? XMPP_DISCOVERY_STARTTLS : 0);
  g_autoptr (XmppDiscovery)
      discovery = xmpp_discovery_new ("p.test", "xmpp-client", kinds);
  g_autofree char *found = NULL;

  set_up_records (fixture->resolver, DIRECT, row->direct);
  set_up_records (fixture->resolver, STARTTLS, row->starttls);
  run (fixture, discovery);

  g_assert_cmpuint (xmpp_test_resolver_get_queries (fixture->resolver, DIRECT), ==,
                    row->direct != NULL);
  g_assert_cmpuint (xmpp_test_resolver_get_queries (fixture->resolver, STARTTLS), ==,
                    row->starttls != NULL);
  if (row->detail != NULL)
    assert_step (fixture->report, row->detail, row->expected != NULL && !row->doubt);

  g_assert_true (row->doubt == (fixture->doubt != NULL));
  if (row->expected == NULL)
    {
      g_assert_error (fixture->error, row->domain (), row->code);
      g_assert_nonnull (strstr (fixture->error->message, "p.test"));
      g_assert_cmpstr (xmpp_report_get_failed_step (fixture->report), ==, "resolve");
      return;
    }

  g_assert_no_error (fixture->error);
  found = describe (fixture->candidates);
  g_assert_cmpstr (found, ==, row->expected);
}

/* SERVFAIL is told apart from "there are none", and says which look-up it was. */
static void
test_doubt (Fixture *fixture, gconstpointer data)
{
  g_autoptr (XmppDiscovery)
      discovery = xmpp_discovery_new ("p.test", "xmpp-client", XMPP_DISCOVERY_BOTH);

  xmpp_test_resolver_fail (fixture->resolver, STARTTLS,
                           G_RESOLVER_ERROR_TEMPORARY_FAILURE);
  run (fixture, discovery);
  g_assert_error (fixture->doubt, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE);
  g_assert_nonnull (strstr (fixture->doubt->message, STARTTLS));
  assert_step (fixture->report, STARTTLS, FALSE);
}

static void
test_silence (Fixture *fixture, gconstpointer data)
{
  g_autoptr (XmppDiscovery)
      discovery = xmpp_discovery_new ("p.test", "xmpp-client", XMPP_DISCOVERY_BOTH);
  g_autofree char *found = NULL;

  xmpp_test_resolver_silence (fixture->resolver, STARTTLS);
  xmpp_test_resolver_silence (fixture->resolver, DIRECT);
  g_object_set (fixture->limits, "resolve-seconds", 1, NULL);
  run (fixture, discovery);
  g_assert_error (fixture->doubt, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (fixture->doubt->message, STARTTLS));
  found = describe (fixture->candidates);
  g_assert_cmpstr (found, ==, "p.test:5222 fallback");
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (XmppDiscovery)
      discovery = xmpp_discovery_new ("p.test", "xmpp-client", XMPP_DISCOVERY_BOTH);

  xmpp_test_resolver_silence (fixture->resolver, STARTTLS);
  xmpp_test_resolver_add_srv (fixture->resolver, DIRECT, "0 0 5223 a.p.test");
  if (data != NULL)
    g_cancellable_cancel (fixture->cancellable);
  else
    g_idle_add (cancel_cb, fixture->cancellable);
  run (fixture, discovery);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (fixture->candidates);
}

/* Addresses need no DNS; a server's domain has ports of its own. */
static void
test_without_dns (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *domain, *service, *expected;
    XmppDiscoveryKinds kinds;
  } places[] = {
    { "127.0.0.1", "xmpp-client", "127.0.0.1:5222 fallback", XMPP_DISCOVERY_BOTH },
    { "[2001:db8::1]", "xmpp-client", "[2001:db8::1]:5222 fallback",
      XMPP_DISCOVERY_BOTH },
    { "::1", "xmpp-client", "[::1]:5223 direct fallback", XMPP_DISCOVERY_DIRECT_TLS },
    { "192.0.2.1", "xmpp-server", "192.0.2.1:5269 fallback", XMPP_DISCOVERY_STARTTLS },
    { "192.0.2.1", "xmpp-server", "192.0.2.1:5270 direct fallback",
      XMPP_DISCOVERY_DIRECT_TLS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (XmppDiscovery) discovery =
          xmpp_discovery_new (places[i].domain, places[i].service, places[i].kinds);
      g_autofree char *found = NULL;

      run (fixture, discovery);
      g_assert_no_error (fixture->error);
      found = describe (fixture->candidates);
      g_assert_cmpstr (found, ==, places[i].expected);
    }
  g_assert_cmpuint (xmpp_test_resolver_get_queries (fixture->resolver, NULL), ==, 0);
}

static void
test_server (Fixture *fixture, gconstpointer data)
{
  g_autoptr (XmppDiscovery)
      discovery = xmpp_discovery_new ("p.test", "xmpp-server", XMPP_DISCOVERY_BOTH);
  g_autofree char *found = NULL;

  xmpp_test_resolver_add_srv (fixture->resolver, "_xmpp-server._tcp.p.test",
                              "1 0 5269 a.p.test");
  xmpp_test_resolver_add_srv (fixture->resolver, "_xmpps-server._tcp.p.test",
                              "2 0 5270 a.p.test");
  run (fixture, discovery);
  found = describe (fixture->candidates);
  g_assert_cmpstr (found, ==, "a.p.test:5269 srv, a.p.test:5270 direct srv");
}

/* Behind a proxy nobody asks DNS, unless told to. */
static void
test_proxy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (XmppDiscovery)
      discovery = xmpp_discovery_new ("p.test", "xmpp-client", XMPP_DISCOVERY_BOTH);
  g_autoptr (GProxyResolver)
      proxy = g_simple_proxy_resolver_new ("socks5://127.0.0.1:1080", NULL);
  g_autofree char *found = NULL;
  g_autofree char *found_too = NULL;

  xmpp_test_resolver_add_srv (fixture->resolver, STARTTLS, "1 0 5222 a.p.test");
  xmpp_discovery_set_proxy (discovery, proxy, FALSE);
  run (fixture, discovery);
  found = describe (fixture->candidates);
  g_assert_cmpstr (found, ==, "p.test:5222 fallback");
  g_assert_cmpuint (xmpp_test_resolver_get_queries (fixture->resolver, NULL), ==, 0);

  xmpp_discovery_set_proxy (discovery, proxy, TRUE);
  run (fixture, discovery);
  found_too = describe (fixture->candidates);
  g_assert_cmpstr (found_too, ==, "a.p.test:5222 srv");
}

/* Chance that is the same each time (Marsaglia's xorshift) */
static guint32
draw (gpointer user_data)
{
  guint32 *state = user_data;

  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

typedef struct
{
  guint16 priority, weight, port;
} Numbers;

/* How often each of the records comes first, in a thousand draws of one and the same
 * generator */
static void
count_firsts (const Numbers *records, guint count, guint *firsts)
{
  guint32 state = 20260801;

  memset (firsts, 0, count * sizeof *firsts);
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (XmppSrvRecords) set = xmpp_srv_records_new ();
      GList *targets = NULL;
      g_autoptr (GPtrArray) ordered = NULL;
      XmppCandidate *first;

      for (guint j = 0; j < count; j++)
        targets = g_list_append (targets, g_srv_target_new ("a.p.test", records[j].port,
                                                            records[j].priority,
                                                            records[j].weight));
      xmpp_srv_records_add (set, targets, FALSE, 16);
      g_resolver_free_targets (targets);
      ordered = xmpp_srv_records_order (set, 24, draw, &state);
      g_assert_cmpuint (ordered->len, ==, count);
      first = g_ptr_array_index (ordered, 0);
      firsts[first->port - 1]++;
    }
}

/* RFC 2782: the chance of a record is its weight; one without weight has a very small
 * one. */
static void
test_weights (void)
{
  const Numbers weighted[] = {
    { 5, 10, 1 }, { 5, 30, 2 }, { 5, 60, 3 }, { 6, 60000, 4 }
  };
  const Numbers unweighted[] = { { 5, 0, 1 }, { 5, 0, 2 } };
  const Numbers mixed[] = { { 5, 0, 1 }, { 5, 65535, 2 } };
  guint firsts[4];

  count_firsts (weighted, 4, firsts);
  g_assert_cmpuint (firsts[0], >, 70);
  g_assert_cmpuint (firsts[0], <, 130);
  g_assert_cmpuint (firsts[1], >, 250);
  g_assert_cmpuint (firsts[1], <, 350);
  g_assert_cmpuint (firsts[2], >, 540);
  g_assert_cmpuint (firsts[3], ==, 0);

  count_firsts (unweighted, 2, firsts);
  g_assert_cmpuint (firsts[0], >, 400);
  g_assert_cmpuint (firsts[1], >, 400);

  count_firsts (mixed, 2, firsts);
  g_assert_cmpuint (firsts[0], <, 5);
}

/* Two sets are one as to weights, too; the same seed gives the same order. */
static void
test_seed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (XmppDiscovery)
      discovery = xmpp_discovery_new ("p.test", "xmpp-client", XMPP_DISCOVERY_BOTH);
  g_autofree char *first = NULL;
  guint direct_first = 0;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *starttls = g_strdup_printf ("7 5 5222 a%u.p.test", i);
      g_autofree char *direct = g_strdup_printf ("7 5 5223 a%u.p.test", i);

      xmpp_test_resolver_add_srv (fixture->resolver, STARTTLS, starttls);
      xmpp_test_resolver_add_srv (fixture->resolver, DIRECT, direct);
    }

  for (guint i = 0; i < 2; i++)
    {
      guint32 state = 7;
      g_autofree char *found = NULL;

      xmpp_discovery_set_draw (discovery, draw, &state);
      run (fixture, discovery);
      found = describe (fixture->candidates);
      if (first == NULL)
        first = g_steal_pointer (&found);
      else
        g_assert_cmpstr (found, ==, first);
    }

  for (guint i = 0; i < 50; i++)
    {
      XmppCandidate *candidate;

      xmpp_discovery_set_draw (discovery, NULL, NULL);
      run (fixture, discovery);
      candidate = g_ptr_array_index (fixture->candidates, 0);
      direct_first += candidate->direct_tls;
    }
  g_assert_cmpuint (direct_first, >, 2);
  g_assert_cmpuint (direct_first, <, 48);
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
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/discovery/sets/%s", rows[i].name);

      add (path, &rows[i], test_row);
    }
  add ("/discovery/doubt", NULL, test_doubt);
  add ("/discovery/silence", NULL, test_silence);
  add ("/discovery/cancelled/before", "before", test_cancelled);
  add ("/discovery/cancelled/during", NULL, test_cancelled);
  add ("/discovery/without-dns", NULL, test_without_dns);
  add ("/discovery/server", NULL, test_server);
  add ("/discovery/proxy", NULL, test_proxy);
  add ("/discovery/seed", NULL, test_seed);
  g_test_add_func ("/discovery/weights", test_weights);

  return g_test_run ();
}
