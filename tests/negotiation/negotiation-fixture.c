/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include <string.h>

#include "core/xmpp-element-private.h"
#include "negotiation/xmpp-compression-refusal.h"
#include "negotiation/xmpp-legacy-session.h"
#include "negotiation/xmpp-sasl-profile.h"
#include "negotiation/xmpp-starttls.h"
#include "negotiation/xmpp-stream-limits.h"
#include "stream/xmpp-element-reader.h"

#include "toy-mechanism.h"
#include "xmpp-test-mechanisms.h"

#define RANDOM_CUTS 5

static XmppLimits *
create_limits (const Setup *setup)
{
  XmppLimits *limits = xmpp_limits_new ();

  if (setup->exchange_seconds != 0)
    g_object_set (limits, "exchange-seconds", setup->exchange_seconds, "header-seconds",
                  setup->exchange_seconds, NULL);
  if (setup->tls_seconds != 0)
    g_object_set (limits, "tls-seconds", setup->tls_seconds, NULL);

  return limits;
}

static XmppSaslPolicy *
create_policy (const Setup *setup)
{
  XmppSaslPolicy *policy = xmpp_sasl_policy_new ();
  g_auto (GStrv) allowed =
      g_strsplit (setup->mechanisms != NULL ? setup->mechanisms : "X-TOY,PLAIN", ",", -1);

  if (allowed[0] != NULL)
    g_object_set (policy, "allowed", allowed, NULL);

  return policy;
}

static XmppSaslRegistry *
create_registry (const Setup *setup)
{
  XmppSaslRegistry *registry = xmpp_sasl_registry_new ();

  toy_mechanism_register (registry);
  xmpp_test_register_mechanisms (registry);
  if (setup->register_more != NULL)
    setup->register_more (registry);

  return registry;
}

static void
pass_through_async (GIOStream *base,
                    XmppTlsParameters *parameters,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (base, cancellable, callback, user_data);

  g_task_set_source_tag (task, pass_through_async);
  g_task_return_pointer (task, g_object_ref (base), g_object_unref);
}

static GIOStream *
pass_through_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const XmppTlsEngine pass_through_engine = { pass_through_async, pass_through_finish };

static const XmppTlsEngine *
get_engine (const Setup *setup)
{
  return setup->engine != NULL ? setup->engine : xmpp_test_peer_get_tls_engine ();
}

/* A feature is made with the real engine. */
static void
set_engine (XmppFeature *starttls, const Setup *setup)
{
  if (setup->tls != NULL)
    return;

  xmpp_starttls_set_engine (XMPP_STARTTLS (starttls), get_engine (setup));
}

void
assert_error_has_name (const GError *error)
{
  g_autofree char *nick = NULL;

  g_assert_nonnull (error);
  nick = xmpp_error_dup_nick (error);
  g_test_message ("%s: %s", nick, error->message);
  g_assert_nonnull (nick);
  g_assert_cmpstr (error->message, !=, "");
}

/* ---- The client ---- */

static gboolean
answer_cb (gpointer user_data)
{
  XmppCredentialRequest *request = user_data;

  xmpp_credential_request_set_field (request, "password",
                                     g_object_get_data (G_OBJECT (request), "answer"));
  xmpp_credential_request_reply (request);

  return G_SOURCE_REMOVE;
}

static gboolean
asked_cb (XmppCredential *credential, XmppCredentialRequest *request, gpointer user_data)
{
  Side *side = user_data;

  side->questions++;
  g_object_set_data (G_OBJECT (request), "answer",
                     (gpointer) (side->questions == 1 ? side->first : "pencil"));
  g_timeout_add_full (G_PRIORITY_DEFAULT, 5, answer_cb, g_object_ref (request),
                      g_object_unref);

  return TRUE;
}

static GPtrArray *
create_client_features (Side *side, const Setup *setup, XmppLimits *limits)
{
  GPtrArray *features = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (XmppSaslPolicy) policy = create_policy (setup);
  g_autoptr (XmppJid) account = xmpp_jid_new ("user@x.test", NULL);
  g_autoptr (XmppSaslSession) session = NULL;
  g_autoptr (XmppTlsParameters)
      parameters = xmpp_tls_parameters_new ("x.test", "xmpp-client");
  XmppFeature *starttls =
      xmpp_starttls_new (setup->tls != NULL ? setup->tls : parameters, side->report);
  const char *password = setup->password != NULL ? setup->password : "pencil";

  if (setup->credential != NULL)
    side->credential = g_object_ref (setup->credential);
  else
    side->credential = setup->anonymous
                           ? xmpp_credential_new_anonymous ()
                           : xmpp_credential_new (NULL, setup->ask ? NULL : password);
  xmpp_credential_set_field (side->credential, "authzid", setup->authzid);
  side->first = password;
  if (setup->ask)
    g_signal_connect (side->credential, "request", G_CALLBACK (asked_cb), side);
  session = xmpp_sasl_session_new (side->registry, policy, side->credential, limits,
                                   side->report);

  set_engine (starttls, setup);
  if (setup->insecure)
    g_object_unref (starttls);
  else
    g_ptr_array_add (features, starttls);
  g_ptr_array_add (features, xmpp_sasl_profile_new_initiating (session, "user", "x.test",
                                                               setup->insecure));
  if (setup->authzid != NULL)
    {
      xmpp_jid_unref (account);
      account = xmpp_jid_new (setup->authzid, NULL);
    }
  g_ptr_array_add (features, xmpp_bind_new_initiating (setup->anonymous ? NULL : account,
                                                       "x.test", setup->resource));
  g_ptr_array_add (features, xmpp_legacy_session_new ());
  g_ptr_array_add (features, xmpp_stream_limits_new_initiating ());

  return features;
}

static const char *
get_from (const Setup *setup)
{
  if (setup->anonymous)
    return NULL;

  return setup->authzid != NULL ? setup->authzid : "user@x.test";
}

void
side_start_client (Side *side, GIOStream *io, const Setup *setup)
{
  g_autoptr (XmppLimits) limits = create_limits (setup);
  g_autoptr (GPtrArray) features = NULL;
  g_autoptr (XmppElement) remembered = NULL;
  XmppStreamState goal = setup->goal != 0 ? setup->goal : XMPP_STREAM_BOUND;

  side->registry = create_registry (setup);
  side->report = xmpp_report_new ();
  side->stream = xmpp_stream_new (io, XMPP_STREAM_INITIATING, "jabber:client", limits);
  if (setup->direct)
    xmpp_stream_add_state (side->stream, XMPP_STREAM_SECURE);

  features = setup->features != NULL ? g_ptr_array_ref (setup->features)
                                     : create_client_features (side, setup, limits);
  side->negotiator = xmpp_negotiator_new (side->stream, features, goal, side->report);
  xmpp_negotiator_set_addresses (side->negotiator, "x.test", get_from (setup), NULL);
  xmpp_negotiator_set_send_ahead (side->negotiator, !setup->one_by_one);
  if (setup->remembered != NULL)
    {
      g_autoptr (GError) error = NULL;

      remembered = xmpp_element_new_from_string (setup->remembered, &error);
      g_assert_no_error (error);
      xmpp_negotiator_set_remembered (side->negotiator, remembered);
    }
  xmpp_negotiator_run_async (side->negotiator, setup->cancellable, xmpp_test_result_cb,
                             &side->result);
}

/* ---- The server ---- */

typedef struct
{
  Side *side;
  const Setup *setup;
} Offers;

static GPtrArray *
make_offers (XmppStream *stream, const char *domain, gpointer user_data)
{
  Side *side = ((Offers *) user_data)->side;
  const Setup *setup = ((Offers *) user_data)->setup;
  g_autoptr (XmppLimits) limits = create_limits (setup);
  g_autoptr (XmppSaslPolicy) policy = create_policy (setup);
  g_autoptr (XmppAuthenticator) authenticator =
      g_object_new (TOY_TYPE_AUTHENTICATOR, "keytab", setup->keytab, NULL);
  GPtrArray *features = g_ptr_array_new_with_free_func (g_object_unref);
  XmppFeature *starttls = xmpp_starttls_new (setup->tls, NULL);
  XmppFeature *sasl;

  g_assert_true (g_str_equal (domain, "x.test") || g_str_equal (domain, "y.test"));
  set_engine (starttls, setup);
  if (setup->insecure)
    g_object_unref (starttls);
  else
    g_ptr_array_add (features, starttls);
  sasl = xmpp_sasl_profile_new_receiving (side->registry, policy, authenticator, limits,
                                          setup->insecure);
  xmpp_sasl_profile_set_host (XMPP_SASL_PROFILE_FEATURE (sasl), setup->host);
  g_ptr_array_add (features, sasl);
  g_ptr_array_add (features, xmpp_bind_new_receiving (setup->choose, NULL));
  g_ptr_array_add (features, xmpp_legacy_session_new ());
  g_ptr_array_add (features, xmpp_compression_refusal_new ());
  if (setup->limits)
    g_ptr_array_add (features, xmpp_stream_limits_new_receiving (setup->insecure));

  return features;
}

void
side_start_server (Side *side, GIOStream *io, const Setup *setup)
{
  static const char *const domains[] = { "x.test", "y.test", NULL };
  g_autoptr (XmppLimits) limits = create_limits (setup);
  XmppStreamState goal = setup->goal != 0 ? setup->goal : XMPP_STREAM_BOUND;
  Offers *offers = g_new (Offers, 1);

  offers->side = side;
  offers->setup = setup;
  side->registry = create_registry (setup);
  side->stream = xmpp_stream_new (io, XMPP_STREAM_RECEIVING, "jabber:client", limits);
  if (setup->direct)
    xmpp_stream_add_state (side->stream, XMPP_STREAM_SECURE);

  side->responder = xmpp_responder_new (side->stream, domains, make_offers, offers, goal);
  g_object_set_data_full (G_OBJECT (side->responder), "offers", offers, g_free);
  xmpp_responder_run_async (side->responder, setup->cancellable, xmpp_test_result_cb,
                            &side->result);
}

/* ---- Both ---- */

gboolean
side_wait (Side *side)
{
  GAsyncResult *result = xmpp_test_result_wait (&side->result);
  gboolean reached;

  if (side->finished)
    return side->error == NULL;

  side->finished = TRUE;
  if (side->negotiator != NULL)
    reached = xmpp_negotiator_run_finish (side->negotiator, result, &side->error);
  else
    reached = xmpp_responder_run_finish (side->responder, result, &side->error);
  g_assert_cmpint (reached, ==, side->error == NULL);

  return reached;
}

char *
side_dup_outcome (Side *side)
{
  g_autofree char *nick = NULL;
  const char *step = NULL;

  if (side->error == NULL)
    return g_strdup ("ok");

  nick = xmpp_error_dup_nick (side->error);
  if (side->report == NULL)
    return g_steal_pointer (&nick);

  step = xmpp_report_get_failed_step (side->report);

  return g_strconcat (step != NULL ? step : "", "/", nick, NULL);
}

void
side_clear (Side *side)
{
  xmpp_test_result_clear (&side->result);
  g_clear_object (&side->negotiator);
  g_clear_object (&side->responder);
  g_clear_object (&side->report);
  if (side->credential != NULL)
    g_signal_handlers_disconnect_by_data (side->credential, side);
  g_clear_object (&side->credential);
  g_clear_object (&side->registry);
  g_clear_error (&side->error);
  if (side->stream != NULL)
    xmpp_stream_abort (side->stream);
  xmpp_test_run_pending ();
  if (side->stream != NULL)
    xmpp_test_assert_last_unref (&side->stream);
}

static void
check_secrets (Side *side)
{
  if (side->error == NULL)
    return;

  g_assert_null (strstr (side->error->message, "pencil"));
  g_assert_null (strstr (side->error->message, P_PENCIL));
  g_assert_null (strstr (side->error->message, PLAIN_PENCIL));
}

static void
play (const Row *row, gboolean server, XmppTestBytes bytes, guint32 seed)
{
  XmppTestPeer *peer = xmpp_test_peer_new (row->script, server ? XMPP_TEST_PEER_CLIENT
                                                               : XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  g_autofree char *outcome = NULL;

  xmpp_test_peer_set_bytes (peer, bytes, seed);
  if (server)
    side_start_server (&side, io, &row->setup);
  else
    side_start_client (&side, io, &row->setup);
  side_wait (&side);

  outcome = side_dup_outcome (&side);
  if (side.error != NULL)
    g_test_message ("%s", side.error->message);
  g_assert_cmpstr (outcome, ==, row->outcome);
  check_secrets (&side);
  xmpp_test_peer_finish (peer);
  g_clear_object (&io);
}

static void
play_row (const Row *row, gboolean server)
{
  g_test_message ("%s", row->name);
  play (row, server, XMPP_TEST_BYTES_WHOLE, 0);
  play (row, server, XMPP_TEST_BYTES_ONE, 0);
  /* Silence is the same in all pieces, and each time is waited for. */
  if (row->setup.exchange_seconds != 0 || row->setup.tls_seconds != 0)
    return;

  play (row, server, XMPP_TEST_BYTES_HALVES, 0);
  for (guint32 seed = 1; seed <= RANDOM_CUTS; seed++)
    play (row, server, XMPP_TEST_BYTES_RANDOM, seed);
}

void
play_client_row (const Row *row)
{
  play_row (row, FALSE);
}

void
play_server_row (const Row *row)
{
  play_row (row, TRUE);
}

static void
add_rows (const char *path, const Row *rows, gsize n_rows, GTestDataFunc play_one)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, rows[i].name);

      g_test_add_data_func (full, &rows[i], play_one);
    }
}

static void
test_client_row (gconstpointer row)
{
  play_client_row (row);
}

static void
test_server_row (gconstpointer row)
{
  play_server_row (row);
}

void
add_client_rows (const char *path, const Row *rows, gsize n_rows)
{
  add_rows (path, rows, n_rows, test_client_row);
}

void
add_server_rows (const char *path, const Row *rows, gsize n_rows)
{
  add_rows (path, rows, n_rows, test_server_row);
}
