/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gs2-header.h"
#include "sasl-message.h"
#include "sasl-step.h"
#include "scram-private.h"

#include <string.h>

#define MAX_USERNAME 1023

/* In running order */
static GBytes *answer_first (XmppSaslMechanism *mechanism,
                             ScramExchange *exchange,
                             GBytes *input,
                             XmppSaslStatus *status,
                             GError **error);
static GBytes *answer_final (XmppSaslMechanism *mechanism,
                             ScramExchange *exchange,
                             GBytes *input,
                             GCancellable *cancellable,
                             XmppSaslStatus *status,
                             GError **error);

GBytes *
scram_server_step (XmppSaslMechanism *mechanism,
                   ScramExchange *exchange,
                   GBytes *input,
                   GCancellable *cancellable,
                   XmppSaslStatus *status,
                   GError **error)
{
  if (input == NULL && exchange->state == SCRAM_STATE_START)
    return sasl_step_ask_for_initial (status);

  if (input == NULL || exchange->state == SCRAM_STATE_DONE)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "SCRAM: the client's message is missing or one too many");
      return NULL;
    }

  if (exchange->state == SCRAM_STATE_START)
    return answer_first (mechanism, exchange, input, status, error);

  return answer_final (mechanism, exchange, input, cancellable, status, error);
}

/* With what proves the lists that the client should have seen, where there were any */
static char *
build_server_first (XmppSaslMechanism *mechanism, ScramExchange *exchange)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *const *mechanisms = xmpp_sasl_context_get_offered (context);
  const char *const *types = xmpp_sasl_context_get_offered_channel_bindings (context);
  g_autofree char *hash = NULL;

  if (mechanisms != NULL && mechanisms[0] != NULL)
    hash = scram_offer_hash (exchange->hash, mechanisms, types);

  return scram_build_server_first (exchange->nonce, exchange->salt, exchange->iterations,
                                   hash);
}

/* ← n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL   → r=…,s=QSXCR+Q6sek8bf92,i=4096 */
static GBytes *
answer_first (XmppSaslMechanism *mechanism,
              ScramExchange *exchange,
              GBytes *input,
              XmppSaslStatus *status,
              GError **error)
{
  g_autoptr (ScramClientFirst) first = scram_client_first_parse (input, error);
  g_autofree char *username = NULL;

  if (first == NULL)
    return NULL;

  username = scram_prepare (first->username, "user name", error);
  if (username == NULL)
    return NULL;

  if (strlen (username) > MAX_USERNAME)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "SCRAM: the client's user name is too long");
      return NULL;
    }

  xmpp_sasl_mechanism_set_identity (mechanism, username, first->authzid);
  if (!sasl_make_nonce (&exchange->own_nonce, error) ||
      !scram_account_find (mechanism, exchange, username, error))
    return NULL;

  if (gs2_binding_is_right (mechanism, exchange->plus, first->binding_flag,
                            first->binding_type))
    exchange->binding =
        gs2_binding_dup (mechanism, first->binding_type, first->header, NULL);

  exchange->nonce = g_strconcat (first->nonce, exchange->own_nonce, NULL);
  exchange->client_first_bare = g_strdup (first->bare);
  exchange->server_first = build_server_first (mechanism, exchange);
  exchange->state = SCRAM_STATE_FIRST;

  *status = XMPP_SASL_STATUS_CONTINUE;
  return sasl_message_take (g_strdup (exchange->server_first));
}

/* H(proof ⊕ HMAC(stored key, text)) is the stored key: RFC 5802 §3 */
static gboolean
proof_is_right (ScramExchange *exchange, ScramClientFinal *final, const char *text)
{
  gsize size = scram_hash_get_size (exchange->hash);
  guint8 key[SCRAM_MAX_HASH];
  guint8 stored_key[SCRAM_MAX_HASH];
  gboolean right;
  const guint8 *proof;

  if (g_bytes_get_size (final->proof) != size ||
      !scram_hmac (exchange->hash, exchange->keys.stored_key, size, text, key))
    return FALSE;

  proof = g_bytes_get_data (final->proof, NULL);
  for (gsize i = 0; i < size; i++)
    key[i] ^= proof[i];

  right = scram_digest (exchange->hash, key, size, stored_key) &&
          scram_equal (stored_key, exchange->keys.stored_key, size);
  explicit_bzero (key, sizeof key);

  return right;
}

/* ← c=biws,r=…,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=   → v=rmF9pqV8S7suAoZWja4dJRkFsKQ= */
static GBytes *
answer_final (XmppSaslMechanism *mechanism,
              ScramExchange *exchange,
              GBytes *input,
              GCancellable *cancellable,
              XmppSaslStatus *status,
              GError **error)
{
  g_autoptr (ScramClientFinal) final = scram_client_final_parse (input, error);
  g_autofree char *text = NULL;
  g_autofree char *signature_text = NULL;
  guint8 signature[SCRAM_MAX_HASH];
  gsize size = scram_hash_get_size (exchange->hash);
  gboolean right;

  if (final == NULL)
    return NULL;

  if (!g_str_equal (final->nonce, exchange->nonce))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "SCRAM: the client's last message has another nonce");
      return NULL;
    }

  if (exchange->password != NULL &&
      !scram_keys_derive (exchange->hash, exchange->password, exchange->salt,
                          exchange->iterations, cancellable, &exchange->keys, error))
    return NULL;

  /* Whatever is wrong, the work and the answer are the same */
  text = scram_exchange_dup_signed_text (exchange, final->without_proof);
  right = proof_is_right (exchange, final, text);
  right &= exchange->binding != NULL && g_bytes_equal (exchange->binding, final->binding);
  right &= !exchange->refused;
  right &= scram_hmac (exchange->hash, exchange->keys.server_key, size, text, signature);
  if (!right)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "SCRAM: the client's proof is wrong");
      return NULL;
    }

  signature_text = g_base64_encode (signature, size);
  exchange->state = SCRAM_STATE_DONE;

  *status = XMPP_SASL_STATUS_COMPLETE;
  return sasl_message_take (g_strconcat ("v=", signature_text, NULL));
}
