/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include <string.h>

#include "negotiation/xmpp-exchange.h"

#define REMEMBER(list)                                                                   \
  "<features xmlns='http://etherx.jabber.org/streams'>" list "</features>"
#define SCRAM "<mechanism>SCRAM-SHA-1</mechanism>"
#define EXPORTER                                                                         \
  "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding "                   \
  "type='tls-exporter'/></sasl-channel-binding>"
#define AHEAD(...)                                                                       \
  {                                                                                      \
    .direct = TRUE, .remembered = REMEMBER (__VA_ARGS__)                                 \
  }
#define STARTTLS "<starttls " NS_TLS "/>"
#define PROCEED "<proceed " NS_TLS "/>"

/* Behind the unsent header, on what is remembered */
#define AUTH_AHEAD C (SECURE_HEAD AUTH ("X-TOY", N_USER)) "W: 1\n"
#define REST C (RESPONSE (P_PENCIL)) "W: 1\n" S (SUCCESS (V_GOOD)) BIND_AHEAD
#define BIND_BEHIND                                                                      \
  C (SECURE_HEAD BIND_REQUEST (""))                                                      \
  "W: 1\n" S (SERVER_HEAD FEATURES (BIND) BIND_RESULT ("user@x.test/r"))

static const Row rows[] = {
  /* What is guessed without memory */
  { "starttls-and-bind",
    C (CLIENT_HEAD STARTTLS) "W: 1\n" S (SERVER_HEAD FEATURES (STARTTLS)
                                             PROCEED) "T: handshake\n" C (SECURE_HEAD)
        S (SERVER_HEAD FEATURES (MECHANISMS (TOY))) LOG_IN BIND_BEHIND,
    "ok",
    { 0 } },
  { "nothing-ahead",
    C (CLIENT_HEAD) S (SERVER_HEAD FEATURES (STARTTLS)) C (STARTTLS)
        S (PROCEED) "T: handshake\n" C (SECURE_HEAD)
            S (SERVER_HEAD FEATURES (MECHANISMS (TOY))) LOG_IN C (SECURE_HEAD)
                S (SERVER_HEAD FEATURES (BIND)) C (BIND_REQUEST (""))
                    S (BIND_RESULT ("user@x.test/r")),
    "ok",
    { .one_by_one = TRUE } },

  /* Remembered, and still so */
  { "remembered",
    AUTH_AHEAD S (SERVER_HEAD FEATURES (MECHANISMS (TOY)) CHALLENGE (NONCE)) REST, "ok",
    AHEAD (MECHANISMS (TOY)) },
  { "remembered-over-starttls",
    C (CLIENT_HEAD STARTTLS)
        S (SERVER_HEAD FEATURES (STARTTLS) PROCEED) "T: handshake\n" AUTH_AHEAD S (
            SERVER_HEAD FEATURES (MECHANISMS (TOY)) CHALLENGE (NONCE)) REST,
    "ok",
    { .remembered = REMEMBER (MECHANISMS (TOY)) } },
  { "another-order",
    AUTH_AHEAD S (SERVER_HEAD FEATURES (MECHANISMS (SCRAM TOY)) CHALLENGE (NONCE)) REST,
    "ok", AHEAD (MECHANISMS (TOY SCRAM)) },
  { "refused-all-the-same",
    AUTH_AHEAD S (SERVER_HEAD FEATURES (MECHANISMS (TOY)) FAILURE ("account-disabled")),
    "sasl/account-disabled", AHEAD (MECHANISMS (TOY)) },

  /* Remembered, and no more: what was begun is given up, the real list decides */
  { "changed-mechanisms",
    AUTH_AHEAD S (SERVER_HEAD FEATURES (MECHANISMS (TOY SCRAM)) CHALLENGE (NONCE))
        C (ABORT) S (FAILURE ("aborted")) LOG_IN BIND_BEHIND,
    "ok", AHEAD (MECHANISMS (TOY)) },
  { "changed-bindings",
    AUTH_AHEAD S (SERVER_HEAD FEATURES (MECHANISMS (TOY)) CHALLENGE (NONCE)) C (ABORT)
        S (FAILURE ("aborted")) LOG_IN BIND_BEHIND,
    "ok", AHEAD (MECHANISMS (TOY) EXPORTER) },
  { "mechanism-gone",
    C (SECURE_HEAD AUTH ("SCRAM-SHA-1", "{*}"))
        S (SERVER_HEAD FEATURES (MECHANISMS (TOY)) FAILURE ("invalid-mechanism"))
            LOG_IN BIND_BEHIND,
    "ok",
    { .direct = TRUE,
      .mechanisms = "SCRAM-SHA-1,X-TOY",
      .remembered = REMEMBER (MECHANISMS (SCRAM TOY)) } },
  { "failure-before-abort",
    AUTH_AHEAD S (SERVER_HEAD FEATURES (MECHANISMS (TOY SCRAM))
                      FAILURE ("temporary-auth-failure")) LOG_IN BIND_BEHIND,
    "ok", AHEAD (MECHANISMS (TOY)) },
  { "only-plain-left",
    AUTH_AHEAD S (SERVER_HEAD FEATURES (MECHANISMS (PLAIN))
                      FAILURE ("invalid-mechanism")),
    "sasl/downgrade", AHEAD (MECHANISMS (TOY PLAIN)) },
  { "no-mechanisms-left",
    AUTH_AHEAD S (SERVER_HEAD FEATURES ("") FAILURE ("invalid-mechanism")), "sasl/policy",
    AHEAD (MECHANISMS (TOY)) },
  { "success-on-a-changed-list",
    AUTH_AHEAD S (SERVER_HEAD FEATURES (MECHANISMS (SCRAM)) SUCCESS (V_GOOD))
        C (STREAM_ERROR ("policy-violation")),
    "sasl/policy-violation", AHEAD (MECHANISMS (TOY)) },

  /* What is never sent ahead */
  { "plain-waits",
    C (SECURE_HEAD) S (SERVER_HEAD FEATURES (MECHANISMS (PLAIN)))
        C (AUTH ("PLAIN", PLAIN_PENCIL)) S (SUCCESS ("")) BIND_BEHIND,
    "ok", AHEAD (MECHANISMS (PLAIN)) },
  { "memory-is-for-tls",
    C (CLIENT_HEAD) S (SERVER_HEAD FEATURES (MECHANISMS (TOY)))
        LOG_IN C (CLIENT_HEAD BIND_REQUEST (""))
            S (SERVER_HEAD FEATURES (BIND) BIND_RESULT ("user@x.test/r")),
    "ok",
    { .insecure = TRUE, .remembered = REMEMBER (MECHANISMS (TOY)) } },

  /* A peer that breaks the rules */
  { "features-twice",
    AUTH_AHEAD S (SERVER_HEAD FEATURES (MECHANISMS (TOY)) FEATURES (MECHANISMS (TOY)))
        C (STREAM_ERROR ("bad-format")),
    "sasl/bad-format", AHEAD (MECHANISMS (TOY)) },
  { "challenge-before-features",
    AUTH_AHEAD S (SERVER_HEAD CHALLENGE (NONCE)) C (STREAM_ERROR ("bad-format")),
    "stream/bad-format", AHEAD (MECHANISMS (TOY)) },
  { "offer-twice",
    C (SECURE_HEAD) S (SERVER_HEAD FEATURES (MECHANISMS (TOY) MECHANISMS (PLAIN)))
        C (STREAM_ERROR ("bad-format")),
    "stream/bad-format",
    { .direct = TRUE } },
  { "no-features",
    C (SECURE_HEAD) S (SERVER_HEAD SUCCESS ("")) C (STREAM_ERROR ("bad-format")),
    "stream/bad-format",
    { .direct = TRUE } },
  { "features-of-another-namespace",
    C (SECURE_HEAD) S (SERVER_HEAD "<features>" MECHANISMS (TOY) "</features>")
        C (STREAM_ERROR ("bad-format")),
    "stream/bad-format",
    { .direct = TRUE } },
  { "no-mechanisms",
    C (SECURE_HEAD) S (SERVER_HEAD FEATURES ("")),
    "sasl/policy",
    { .direct = TRUE } },
  { "no-usable-mechanism",
    C (SECURE_HEAD)
        S (SERVER_HEAD FEATURES (MECHANISMS ("<mechanism>X-OTHER</mechanism>"))),
    "sasl/policy",
    { .direct = TRUE } },
  { "no-bind",
    OPEN (TOY) LOG_IN C (SECURE_HEAD) S (SERVER_HEAD FEATURES ("")),
    "bind/policy",
    { .direct = TRUE, .one_by_one = TRUE } },
  { "no-header",
    C (SECURE_HEAD),
    "stream/timed-out",
    { .direct = TRUE, .exchange_seconds = 1 } },
  { "nothing-ahead-answered",
    C (CLIENT_HEAD STARTTLS) "E: close\n",
    "stream/truncated",
    { 0 } },
};

/* ---- Wrong guesses of every kind ---- */

/* A feature that asks for something and takes one answer */
#define TEST_TYPE_FEATURE (test_feature_get_type ())
G_DECLARE_FINAL_TYPE (TestFeature, test_feature, TEST, FEATURE, XmppFeature)

struct _TestFeature
{
  XmppFeature parent_instance;
};

G_DEFINE_FINAL_TYPE (TestFeature, test_feature, XMPP_TYPE_FEATURE)

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (XmppElement) answer = NULL;
  GError *error = NULL;

  answer = xmpp_feature_exchange_finish (XMPP_FEATURE (object), result, &error);
  if (answer == NULL)
    g_task_return_error (task, error);
  else
    xmpp_feature_return (task, XMPP_STREAM_AUTHENTICATED, XMPP_NEXT_SAME_FEATURES);
}

static void
test_feature_negotiate_async (XmppFeature *feature,
                              XmppStream *stream,
                              XmppElement *features,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (XmppElement) request = xmpp_element_new ("ask", "urn:test");
  g_autoptr (GTask)
      task = xmpp_feature_task_new (feature, cancellable, callback, user_data);

  xmpp_feature_exchange_async (feature, stream, request, cancellable, asked_cb,
                               g_steal_pointer (&task));
}

static void
test_feature_class_init (TestFeatureClass *klass)
{
  XmppFeatureClass *feature_class = XMPP_FEATURE_CLASS (klass);

  feature_class->name = "test";
  feature_class->xmlns = "urn:test";
  feature_class->step = "sasl"; /* a report knows its steps */
  feature_class->title = "test";
  feature_class->needs = XMPP_STREAM_SECURE;
  feature_class->excludes = XMPP_STREAM_AUTHENTICATED;
  feature_class->negotiate_async = test_feature_negotiate_async;
}

static void
test_feature_init (TestFeature *self)
{
}

/* The second best way, for when the first is not there */
#define TEST_TYPE_FALLBACK (test_fallback_get_type ())
G_DECLARE_FINAL_TYPE (TestFallback, test_fallback, TEST, FALLBACK, XmppFeature)

struct _TestFallback
{
  XmppFeature parent_instance;
};

G_DEFINE_FINAL_TYPE (TestFallback, test_fallback, XMPP_TYPE_FEATURE)

static void
test_fallback_class_init (TestFallbackClass *klass)
{
  XmppFeatureClass *feature_class = XMPP_FEATURE_CLASS (klass);

  feature_class->name = "fallback";
  feature_class->xmlns = "urn:test";
  feature_class->step = "sasl";
  feature_class->title = "fallback";
  feature_class->needs = XMPP_STREAM_SECURE;
  feature_class->excludes = XMPP_STREAM_AUTHENTICATED;
  feature_class->negotiate_async = test_feature_negotiate_async;
}

static void
test_fallback_init (TestFallback *self)
{
}

#define ASK "<ask xmlns='urn:test'/>"
#define ANSWER "<answer xmlns='urn:test'/>"
#define OFFER "<test xmlns='urn:test'/>"
#define FALLBACK "<fallback xmlns='urn:test'/>"

static void
play_guess (XmppWrongGuess kind,
            const char *script,
            const char *expected,
            gboolean wrong_guess)
{
  g_autoptr (GPtrArray) features = g_ptr_array_new_with_free_func (g_object_unref);
  Setup setup = { .direct = TRUE,
                  .remembered = REMEMBER (OFFER),
                  .goal = XMPP_STREAM_AUTHENTICATED,
                  .features = features };
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  g_autofree char *outcome = NULL;

  g_ptr_array_add (features, g_object_new (TEST_TYPE_FEATURE, NULL));
  g_ptr_array_add (features, g_object_new (TEST_TYPE_FALLBACK, NULL));
  XMPP_FEATURE_GET_CLASS (g_ptr_array_index (features, 0))->wrong_guess = kind;

  side_start_client (&side, io, &setup);
  side_wait (&side);
  outcome = side_dup_outcome (&side);
  g_assert_cmpstr (outcome, ==, expected);
  g_assert_cmpint (xmpp_negotiator_was_wrong_guess (side.negotiator), ==, wrong_guess);
  xmpp_test_peer_finish (peer);
}

static void
test_guess_right (void)
{
  play_guess (XMPP_WRONG_GUESS_IGNORED,
              C (SECURE_HEAD ASK) "W: 1\n" S (SERVER_HEAD FEATURES (OFFER) ANSWER), "ok",
              FALSE);
}

/* The peer says nothing at all to what it does not know. */
static void
test_guess_ignored (void)
{
  play_guess (XMPP_WRONG_GUESS_IGNORED,
              C (SECURE_HEAD ASK) S (SERVER_HEAD FEATURES (FALLBACK)) C (ASK) S (ANSWER),
              "ok", FALSE);
}

static void
test_guess_answered (void)
{
  play_guess (XMPP_WRONG_GUESS_ANSWERED,
              C (SECURE_HEAD ASK) S (SERVER_HEAD FEATURES (FALLBACK) ANSWER), "ok",
              FALSE);
}

/* It ends the stream: only a new connection helps. */
static void
test_guess_fatal (void)
{
  play_guess (XMPP_WRONG_GUESS_FATAL,
              C (SECURE_HEAD ASK) S (SERVER_HEAD FEATURES (FALLBACK) STREAM_ERROR (
                  "unsupported-stanza-type") "</stream:stream>"),
              "sasl/unsupported-stanza-type", TRUE);
}

/* Another reason to end the stream is not made better by asking again. */
static void
test_guess_not_guilty (void)
{
  play_guess (XMPP_WRONG_GUESS_FATAL,
              C (SECURE_HEAD ASK) S (SERVER_HEAD FEATURES (OFFER) STREAM_ERROR (
                  "system-shutdown") "</stream:stream>"),
              "sasl/system-shutdown", FALSE);
  play_guess (XMPP_WRONG_GUESS_FATAL,
              C (SECURE_HEAD ASK)
                  S (SERVER_HEAD STREAM_ERROR ("host-unknown") "</stream:stream>"),
              "stream/host-unknown", FALSE);
}

/* ---- Round trips ---- */

static guint
count_round_trips (const char *script, const Setup *setup)
{
  XmppTestPeer *peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  guint round_trips;

  side_start_client (&side, io, setup);
  side_wait (&side);
  g_assert_no_error (side.error);
  round_trips = xmpp_stream_get_round_trips (side.stream);
  xmpp_test_peer_finish (peer);

  return round_trips;
}

static void
test_round_trips (void)
{
  static const Setup first = { 0 };
  static const Setup one_by_one = { .one_by_one = TRUE };
  static const Setup later = { .direct = TRUE,
                               .remembered = REMEMBER (MECHANISMS (TOY)) };

  /* starttls; header; two of SASL; bind */
  g_assert_cmpuint (count_round_trips (rows[0].script, &first), ==, 5);
  g_assert_cmpuint (count_round_trips (rows[1].script, &one_by_one), ==, 7);
  /* header with <auth/>; response; bind */
  g_assert_cmpuint (count_round_trips (rows[2].script, &later), ==, 3);
}

/* ---- What is kept ---- */

static void
test_features_kept (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new (rows[0].script, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  XmppElement *secure;
  XmppElement *last;

  side_start_client (&side, io, &rows[0].setup);
  g_assert_true (side_wait (&side));
  secure = xmpp_negotiator_get_secure_features (side.negotiator);
  last = xmpp_negotiator_get_features (side.negotiator);
  g_assert_nonnull (xmpp_element_get_child (secure, "mechanisms", NULL));
  g_assert_nonnull (xmpp_element_get_child (last, "bind", NULL));
  xmpp_test_peer_finish (peer);
}

static void
test_steps (void)
{
  XmppTestPeer *peer = xmpp_test_peer_new (rows[0].script, XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) steps = NULL;
  g_autoptr (GString) names = g_string_new (NULL);

  side_start_client (&side, io, &rows[0].setup);
  g_assert_true (side_wait (&side));
  g_assert_null (xmpp_report_get_failed_step (side.report));
  report = xmpp_report_to_variant (side.report);
  steps = g_variant_lookup_value (report, "steps", NULL);
  for (gsize i = 0; i < g_variant_n_children (steps); i++)
    {
      g_autoptr (GVariant) step = g_variant_get_child_value (steps, i);
      const char *name = NULL;
      gboolean ok = FALSE;

      g_assert_true (g_variant_lookup (step, "step", "&s", &name));
      g_assert_true (g_variant_lookup (step, "ok", "b", &ok));
      g_assert_true (ok);
      g_string_append_printf (names, "%s ", name);
    }
  g_assert_cmpstr (names->str, ==, "stream starttls tls stream sasl stream bind ");
  xmpp_test_peer_finish (peer);
}

static void
test_pending (void)
{
  static const Setup setup = { .direct = TRUE };
  g_autoptr (XmppTestPeer) peer = xmpp_test_peer_new (OPEN (TOY), XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Setup first = setup;
  g_auto (Side) side = { 0 };
  g_auto (XmppTestResult) second = { 0 };
  g_autoptr (GError) error = NULL;

  first.cancellable = cancellable;
  side_start_client (&side, io, &first);
  xmpp_negotiator_run_async (side.negotiator, NULL, xmpp_test_result_cb, &second);
  xmpp_negotiator_run_finish (side.negotiator, xmpp_test_result_wait (&second), &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_cancellable_cancel (cancellable);
  g_assert_false (side_wait (&side));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_client_rows ("/negotiator", rows, G_N_ELEMENTS (rows));
  g_test_add_func ("/negotiator/guess/right", test_guess_right);
  g_test_add_func ("/negotiator/guess/ignored", test_guess_ignored);
  g_test_add_func ("/negotiator/guess/answered", test_guess_answered);
  g_test_add_func ("/negotiator/guess/fatal", test_guess_fatal);
  g_test_add_func ("/negotiator/guess/not-guilty", test_guess_not_guilty);
  g_test_add_func ("/negotiator/round-trips", test_round_trips);
  g_test_add_func ("/negotiator/features-kept", test_features_kept);
  g_test_add_func ("/negotiator/steps", test_steps);
  g_test_add_func ("/negotiator/pending", test_pending);
  return g_test_run ();
}
