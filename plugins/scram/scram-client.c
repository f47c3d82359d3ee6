/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gs2-header.h"
#include "sasl-message.h"
#include "scram-private.h"

/* In running order */
static GBytes *build_first (XmppSaslMechanism *mechanism,
                            ScramExchange *exchange,
                            XmppSaslStatus *status,
                            GError **error);
static GBytes *answer_first (XmppSaslMechanism *mechanism,
                             ScramExchange *exchange,
                             GBytes *input,
                             GCancellable *cancellable,
                             XmppSaslStatus *status,
                             GError **error);
static gboolean check_final (ScramExchange *exchange, GBytes *input, GError **error);

GBytes *
scram_client_step (XmppSaslMechanism *mechanism,
                   ScramExchange *exchange,
                   GBytes *input,
                   GCancellable *cancellable,
                   XmppSaslStatus *status,
                   GError **error)
{
  switch (exchange->state)
    {
    case SCRAM_STATE_START:
      return build_first (mechanism, exchange, status, error);

    case SCRAM_STATE_FIRST:
      return answer_first (mechanism, exchange, input, cancellable, status, error);

    case SCRAM_STATE_FINAL:
      if (!check_final (exchange, input, error))
        return NULL;

      /* Only the server's proof, which h= is part of, makes that of any worth. */
      if (exchange->offer_proven)
        xmpp_sasl_mechanism_set_offer_proven (mechanism);
      *status = XMPP_SASL_STATUS_COMPLETE;
      return NULL;

    case SCRAM_STATE_DONE:
    default:
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                   "SCRAM: a step after the last one");
      return NULL;
    }
}

/* → n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL */
static GBytes *
build_first (XmppSaslMechanism *mechanism,
             ScramExchange *exchange,
             XmppSaslStatus *status,
             GError **error)
{
  const char *field = scram_hash_get_field (exchange->hash);
  g_autofree char *username = NULL;
  g_autofree char *prepared = NULL;
  g_autofree char *authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
  g_autofree char *header = NULL;
  g_autoptr (GBytes) binding = NULL;
  char *keys;

  username = xmpp_sasl_mechanism_get_secret (mechanism, "username", error);
  if (username == NULL)
    return NULL;

  prepared = scram_prepare (username, "user name", error);
  if (prepared == NULL ||
      !gs2_binding_choose (mechanism, exchange->plus, authzid, &header, &binding, error))
    return NULL;

  /* A person is asked before anything is sent: afterwards the server's patience runs */
  keys = xmpp_sasl_mechanism_peek_secret (mechanism, field);
  if (keys == NULL)
    keys = xmpp_sasl_mechanism_get_secret (mechanism, "password", error);
  if (keys == NULL)
    return NULL;
  xmpp_secret_free (keys);

  if (!sasl_make_nonce (&exchange->own_nonce, error))
    return NULL;

  exchange->binding = g_steal_pointer (&binding);
  exchange->client_first_bare =
      scram_build_client_first_bare (prepared, exchange->own_nonce);
  exchange->state = SCRAM_STATE_FIRST;

  *status = XMPP_SASL_STATUS_CONTINUE;
  return sasl_message_take (g_strconcat (header, exchange->client_first_bare, NULL));
}

static gboolean
check_iterations (XmppSaslMechanism *mechanism, guint iterations, GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  guint minimum = xmpp_sasl_context_get_min_iterations (context);
  guint maximum = xmpp_sasl_context_get_max_iterations (context);

  /* Few make the proof cheap to guess from (RFC 7677 §4), many keep this machine busy */
  if (iterations < minimum)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MECHANISM_TOO_WEAK,
                   "SCRAM: the server asks for %u iterations, less than the %u that are "
                   "safe",
                   iterations, minimum);
      return FALSE;
    }

  if (iterations > maximum)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_TOO_EXPENSIVE,
                   "SCRAM: the server asks for %u iterations, more than the limit of %u",
                   iterations, maximum);
      return FALSE;
    }

  return TRUE;
}

/* The keys of an earlier login, where they were made for this salt and this count */
static gboolean
recall_keys (XmppSaslMechanism *mechanism,
             ScramExchange *exchange,
             ScramServerFirst *first,
             ScramKeys *keys)
{
  const char *field = scram_hash_get_field (exchange->hash);
  char *text = xmpp_sasl_mechanism_peek_secret (mechanism, field);
  g_autoptr (GBytes) salt = NULL;
  guint iterations = 0;
  gboolean good;

  if (text == NULL)
    return FALSE;

  good = scram_keys_from_client_text (exchange->hash, text, keys, &salt, &iterations) &&
         iterations == first->iterations && g_bytes_equal (salt, first->salt);
  xmpp_secret_free (text);

  return good;
}

static gboolean
derive_keys (XmppSaslMechanism *mechanism,
             ScramExchange *exchange,
             ScramServerFirst *first,
             GCancellable *cancellable,
             ScramKeys *keys,
             GError **error)
{
  char *password = xmpp_sasl_mechanism_get_secret (mechanism, "password", error);
  char *prepared = NULL;
  char *text;
  gboolean good;

  if (password == NULL)
    return FALSE;

  prepared = scram_prepare (password, "password", error);
  xmpp_secret_free (password);
  if (prepared == NULL)
    return FALSE;

  good = scram_keys_derive (exchange->hash, prepared, first->salt, first->iterations,
                            cancellable, keys, error);
  xmpp_secret_free (prepared);
  if (!good)
    return FALSE;

  text = scram_keys_to_client_text (exchange->hash, keys, first->salt, first->iterations);
  xmpp_sasl_mechanism_keep_secret (mechanism, scram_hash_get_field (exchange->hash),
                                   text);
  xmpp_secret_free (text);

  return TRUE;
}

/* Appends the proof to @without_proof and remembers what the server has to prove */
static char *
build_final (ScramExchange *exchange,
             const ScramKeys *keys,
             const char *without_proof,
             GError **error)
{
  g_autofree char *text = scram_exchange_dup_signed_text (exchange, without_proof);
  gsize size = scram_hash_get_size (exchange->hash);
  guint8 proof[SCRAM_MAX_HASH];
  g_autofree char *proof_text = NULL;

  if (!scram_hmac (exchange->hash, keys->stored_key, size, text, proof) ||
      !scram_hmac (exchange->hash, keys->server_key, size, text,
                   exchange->server_signature))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                   "SCRAM: GnuTLS cannot compute the proof");
      return NULL;
    }

  for (gsize i = 0; i < size; i++)
    proof[i] ^= keys->client_key[i];
  proof_text = g_base64_encode (proof, size);

  return g_strconcat (without_proof, ",p=", proof_text, NULL);
}

/* ← r=…,s=QSXCR+Q6sek8bf92,i=4096   → c=biws,r=…,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts= */
static GBytes *
answer_first (XmppSaslMechanism *mechanism,
              ScramExchange *exchange,
              GBytes *input,
              GCancellable *cancellable,
              XmppSaslStatus *status,
              GError **error)
{
  g_autoptr (GBytes) message = input != NULL ? g_bytes_ref (input)
                                             : g_bytes_new (NULL, 0);
  g_autoptr (ScramServerFirst) first = NULL;
  g_auto (ScramKeys) keys = { { 0 } };
  g_autofree char *without_proof = NULL;
  char *final;

  first = scram_server_first_parse (message, exchange->own_nonce, error);
  if (first == NULL ||
      !scram_offer_check (mechanism, exchange->hash, first->offer_hash,
                          &exchange->offer_proven, error) ||
      !check_iterations (mechanism, first->iterations, error))
    return NULL;

  if (!recall_keys (mechanism, exchange, first, &keys) &&
      !derive_keys (mechanism, exchange, first, cancellable, &keys, error))
    return NULL;

  exchange->server_first =
      g_strndup (g_bytes_get_data (message, NULL), g_bytes_get_size (message));
  without_proof =
      scram_build_client_final_without_proof (exchange->binding, first->nonce);
  final = build_final (exchange, &keys, without_proof, error);
  if (final == NULL)
    return NULL;

  exchange->state = SCRAM_STATE_FINAL;
  *status = XMPP_SASL_STATUS_CONTINUE;

  return sasl_message_take (final);
}

/* RFC 5802 §7, server-error-value. What is unknown proves nothing about the server. */
static const struct
{
  const char *value;
  XmppSaslError code;
} server_errors[] = {
  { "invalid-encoding", XMPP_SASL_ERROR_INCORRECT_ENCODING },
  { "extensions-not-supported", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "invalid-proof", XMPP_SASL_ERROR_NOT_AUTHORIZED },
  { "channel-bindings-dont-match", XMPP_SASL_ERROR_DOWNGRADE },
  { "server-does-support-channel-binding", XMPP_SASL_ERROR_DOWNGRADE },
  { "channel-binding-not-supported", XMPP_SASL_ERROR_INVALID_MECHANISM },
  { "unsupported-channel-binding-type", XMPP_SASL_ERROR_INVALID_MECHANISM },
  { "unknown-user", XMPP_SASL_ERROR_NOT_AUTHORIZED },
  { "invalid-username-encoding", XMPP_SASL_ERROR_MALFORMED_REQUEST },
  { "no-resources", XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE },
};

static void
set_server_error (const char *value, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (server_errors); i++)
    if (g_str_equal (value, server_errors[i].value))
      {
        g_set_error (error, XMPP_SASL_ERROR, server_errors[i].code,
                     "SCRAM: the server refuses: %s", server_errors[i].value);
        return;
      }

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
               "SCRAM: the server did not prove that it knows the password, but sent an "
               "error");
}

/* ← v=rmF9pqV8S7suAoZWja4dJRkFsKQ= */
static gboolean
check_final (ScramExchange *exchange, GBytes *input, GError **error)
{
  g_autoptr (ScramServerFinal) final = NULL;
  gsize size = scram_hash_get_size (exchange->hash);

  if (input != NULL)
    final = scram_server_final_parse (input, NULL);

  if (final != NULL && final->error != NULL)
    {
      set_server_error (final->error, error);
      return FALSE;
    }

  if (final == NULL || g_bytes_get_size (final->signature) != size ||
      !scram_equal (g_bytes_get_data (final->signature, NULL), exchange->server_signature,
                    size))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
                   "SCRAM: the server did not prove that it knows the password");
      return FALSE;
    }

  exchange->state = SCRAM_STATE_DONE;
  return TRUE;
}
