/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "negotiation/xmpp-bind.h"
#include "negotiation/xmpp-legacy-session.h"
#include "negotiation/xmpp-negotiator.h"
#include "negotiation/xmpp-responder.h"
#include "negotiation/xmpp-sasl-profile.h"
#include "xmpp-test-mechanisms.h"
#include "xmpp-test-sasl.h"

/* Turns of the main loop that a short dialogue may take; more is a hang. */
#define TURNS 20000

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **finished = user_data;

  *finished = g_object_ref (result);
}

static void
wait_for (GAsyncResult **finished)
{
  for (guint turn = 0; *finished == NULL; turn++)
    {
      g_assert_cmpuint (turn, <, TURNS);
      g_main_context_iteration (NULL, TRUE);
    }
}

/* One outcome: the goal, or one error. */
static void
check_outcome (XmppStream *stream, gboolean good, const GError *error)
{
  if (good)
    {
      g_assert_no_error (error);
      g_assert_true ((xmpp_stream_get_state (stream) & XMPP_STREAM_BOUND) != 0);
      g_assert_nonnull (xmpp_stream_get_jid (stream));
    }
  else
    {
      g_assert_nonnull (error);
      g_assert_cmpstr (error->message, !=, "");
    }
}

/* The bytes are what a server answers. */
static void
initiate (XmppStream *stream, XmppLimits *limits, XmppSaslRegistry *registry)
{
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (XmppSaslSession)
      session = xmpp_sasl_session_new (registry, policy, credential, limits, NULL);
  g_autoptr (XmppJid) account = xmpp_jid_new ("alice@p.test", NULL);
  g_autoptr (GPtrArray) features = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (XmppNegotiator) negotiator = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean good;

  g_ptr_array_add (features,
                   xmpp_sasl_profile_new_initiating (session, "alice", "p.test", FALSE));
  g_ptr_array_add (features, xmpp_bind_new_initiating (account, "p.test", "fuzz"));
  g_ptr_array_add (features, xmpp_legacy_session_new ());

  negotiator = xmpp_negotiator_new (stream, features,
                                    XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND, NULL);
  xmpp_negotiator_set_addresses (negotiator, "p.test", NULL, NULL);
  xmpp_negotiator_run_async (negotiator, NULL, finished_cb, &result);
  wait_for (&result);
  good = xmpp_negotiator_run_finish (negotiator, result, &error);
  check_outcome (stream, good, error);
}

typedef struct
{
  XmppLimits *limits;
  XmppSaslRegistry *registry;
} Served;

static GPtrArray *
make_offers (XmppStream *stream, const char *domain, gpointer user_data)
{
  Served *served = user_data;
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  GPtrArray *features = g_ptr_array_new_with_free_func (g_object_unref);

  xmpp_test_authenticator_set (users, "alice", "password", "secret");
  g_ptr_array_add (features, xmpp_sasl_profile_new_receiving (served->registry, policy,
                                                              XMPP_AUTHENTICATOR (users),
                                                              served->limits, FALSE));
  g_ptr_array_add (features, xmpp_bind_new_receiving (NULL, NULL));

  return features;
}

/* The bytes are what a client sends. */
static void
respond (XmppStream *stream, XmppLimits *limits, XmppSaslRegistry *registry)
{
  const char *domains[] = { "p.test", NULL };
  Served served = { .limits = limits, .registry = registry };
  g_autoptr (XmppResponder) responder = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean good;

  responder = xmpp_responder_new (stream, domains, make_offers, &served,
                                  XMPP_STREAM_AUTHENTICATED | XMPP_STREAM_BOUND);
  xmpp_responder_run_async (responder, NULL, finished_cb, &result);
  wait_for (&result);
  good = xmpp_responder_run_finish (responder, result, &error);
  check_outcome (stream, good, error);
}

/* The first byte says which side is ours; the rest comes over what counts as TLS, and then
 * the peer is gone. Deriving keys is kept cheap. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static XmppSaslRegistry *registry = NULL;
  g_autoptr (XmppLimits) limits = NULL;
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GOutputStream) output = NULL;
  g_autoptr (GIOStream) io = NULL;
  g_autoptr (XmppStream) stream = NULL;
  gboolean receiving;

  if (size == 0)
    return 0;
  if (registry == NULL)
    {
      registry = xmpp_sasl_registry_new ();
      xmpp_test_register_mechanisms (registry);
    }

  receiving = data[0] % 2 == 1;
  limits = g_object_new (XMPP_TYPE_LIMITS, "scram-iterations-min", 1,
                         "scram-iterations-max", 4096, NULL);
  input = g_memory_input_stream_new_from_data (data + 1, size - 1, NULL);
  output = g_memory_output_stream_new_resizable ();
  io = g_simple_io_stream_new (input, output);
  stream = xmpp_stream_new (io,
                            receiving ? XMPP_STREAM_RECEIVING : XMPP_STREAM_INITIATING,
                            "jabber:client", limits);
  xmpp_stream_add_state (stream, XMPP_STREAM_SECURE);
  if (receiving)
    respond (stream, limits, registry);
  else
    initiate (stream, limits, registry);
  xmpp_stream_abort (stream);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return 0;
}
