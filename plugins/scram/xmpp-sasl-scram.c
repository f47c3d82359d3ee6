/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-scram.h"

#include "sasl-account.h"
#include "scram-private.h"

#include <string.h>

/*
 * XmppSaslScram:
 *
 * The SCRAM mechanisms of RFC 5802, RFC 7677 and their SHA-512 relative, each with and
 * without channel binding, on both sides. The name says which.
 *
 * This file holds what both sides share; scram-client.c and scram-server.c have a side
 * each.
 */
struct _XmppSaslScram
{
  XmppSaslMechanism parent_instance;

  ScramExchange exchange;
};

G_DEFINE_FINAL_TYPE (XmppSaslScram, xmpp_sasl_scram, XMPP_TYPE_SASL_MECHANISM)

char *
scram_exchange_dup_signed_text (ScramExchange *exchange, const char *without_proof)
{
  return g_strjoin (",", exchange->client_first_bare, exchange->server_first,
                    without_proof, NULL);
}

char *
scram_prepare (const char *text, const char *what, GError **error)
{
  return sasl_account_prepare ("SCRAM", text, what, error);
}

static GBytes *
xmpp_sasl_scram_step (XmppSaslMechanism *mechanism,
                      GBytes *input,
                      GCancellable *cancellable,
                      XmppSaslStatus *status,
                      GError **error)
{
  ScramExchange *exchange = &XMPP_SASL_SCRAM (mechanism)->exchange;
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);

  exchange->hash = scram_hash_for_mechanism (name, &exchange->plus);
  if (exchange->hash == NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_MECHANISM,
                   "The SCRAM module has no mechanism %s",
                   name != NULL ? name : "(none)");
      return NULL;
    }

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_SERVER)
    return scram_server_step (mechanism, exchange, input, cancellable, status, error);

  return scram_client_step (mechanism, exchange, input, cancellable, status, error);
}

void
xmpp_sasl_scram_set_nonce (XmppSaslScram *scram, const char *nonce)
{
  g_return_if_fail (XMPP_IS_SASL_SCRAM (scram));
  g_return_if_fail (scram->exchange.state == SCRAM_STATE_START);

  g_free (scram->exchange.own_nonce);
  scram->exchange.own_nonce = g_strdup (nonce);
}

static void
xmpp_sasl_scram_finalize (GObject *object)
{
  ScramExchange *exchange = &XMPP_SASL_SCRAM (object)->exchange;

  g_free (exchange->own_nonce);
  g_free (exchange->nonce);
  g_free (exchange->client_first_bare);
  g_free (exchange->server_first);
  g_clear_pointer (&exchange->binding, g_bytes_unref);
  xmpp_secret_free (exchange->password);
  g_clear_pointer (&exchange->salt, g_bytes_unref);
  explicit_bzero (exchange, sizeof *exchange);

  G_OBJECT_CLASS (xmpp_sasl_scram_parent_class)->finalize (object);
}

static void
xmpp_sasl_scram_class_init (XmppSaslScramClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  XmppSaslMechanismClass *mechanism_class = XMPP_SASL_MECHANISM_CLASS (klass);

  object_class->finalize = xmpp_sasl_scram_finalize;
  mechanism_class->step = xmpp_sasl_scram_step;
}

static void
xmpp_sasl_scram_init (XmppSaslScram *self)
{
}
