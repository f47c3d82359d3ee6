/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "digest-private.h"
#include "sasl-account.h"
#include "sasl-message.h"

#include <string.h>

/* What an authenticator may keep in place of the password: HEX (H (user:realm:password)),
 * where the realm is the domain. Whoever has it can log in with this mechanism, and it is
 * quick to guess the password from: a client is given none to keep. */
#define HASH_FIELD "digest-md5-hash"

#define MAX_USERNAME 1023

/* In running order */
static GBytes *challenge (XmppSaslMechanism *mechanism,
                          DigestExchange *exchange,
                          GError **error);
static GBytes *check_response (XmppSaslMechanism *mechanism,
                               DigestExchange *exchange,
                               GBytes *input,
                               GError **error);

GBytes *
digest_server_step (XmppSaslMechanism *mechanism,
                    DigestExchange *exchange,
                    GBytes *input,
                    XmppSaslStatus *status,
                    GError **error)
{
  GBytes *output = NULL;

  /* A response to a challenge of long ago (RFC 2831 §2.2) is not taken: a nonce is used
   * once, and here the server speaks first */
  if ((input == NULL) != (exchange->state == DIGEST_STATE_START) ||
      exchange->state == DIGEST_STATE_DONE)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "DIGEST-MD5: the client's message is missing or one too many");
      return NULL;
    }

  if (exchange->state == DIGEST_STATE_START)
    {
      output = challenge (mechanism, exchange, error);
      if (output == NULL)
        return NULL;

      exchange->state = DIGEST_STATE_CHALLENGE;
      *status = XMPP_SASL_STATUS_CONTINUE;
      return output;
    }

  output = check_response (mechanism, exchange, input, error);
  if (output == NULL)
    return NULL;

  exchange->state = DIGEST_STATE_DONE;
  *status = XMPP_SASL_STATUS_COMPLETE;
  return output;
}

/* → realm="a.test",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8 */
static GBytes *
challenge (XmppSaslMechanism *mechanism, DigestExchange *exchange, GError **error)
{
  const char *domain = digest_get_domain (mechanism, error);
  const char *realms[] = { domain, NULL };
  DigestChallenge message = { .realms = (char **) realms, .auth = TRUE, .utf8 = TRUE };

  if (domain == NULL || !sasl_make_nonce (&exchange->own_nonce, error))
    return NULL;

  message.nonce = exchange->own_nonce;
  return sasl_message_take (digest_challenge_build (&message));
}

/* serv-type "/" host [ "/" serv-name ]: it is for this service, and for this domain, which
 * is the serv-name where there is one. Hosts are names of the DNS: case is nothing. */
static gboolean
uri_is_right (XmppSaslMechanism *mechanism, const char *uri, const char *domain)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *host = xmpp_sasl_context_get_host (context);
  g_auto (GStrv) parts = g_strsplit (uri, "/", 4);
  guint n_parts = g_strv_length (parts);

  if (n_parts < 2 || n_parts > 3 ||
      g_ascii_strcasecmp (parts[0], xmpp_sasl_context_get_service (context)) != 0)
    return FALSE;

  return g_ascii_strcasecmp (parts[n_parts - 1], domain) == 0 ||
         (n_parts == 2 && host != NULL && g_ascii_strcasecmp (parts[1], host) == 0);
}

/* What is wrong whatever the password is; NULL: nothing */
static const char *
find_fault (XmppSaslMechanism *mechanism,
            DigestExchange *exchange,
            const DigestResponse *response)
{
  const char *domain = digest_get_domain (mechanism, NULL);
  g_autofree char *realm = NULL;

  if (response->realm != NULL)
    realm = digest_to_utf8 (response->realm, response->utf8);

  if (!g_str_equal (response->nonce, exchange->own_nonce))
    return "is for another nonce";
  if (!g_str_equal (response->nonce_count, DIGEST_NONCE_COUNT))
    return "does not use its nonce for the first time";
  if (g_strcmp0 (realm, domain) != 0)
    return "is for a realm that was not offered";
  if (response->qop != NULL && g_ascii_strcasecmp (response->qop, "auth") != 0)
    return "asks for a security layer that was not offered";
  if (!uri_is_right (mechanism, response->uri, domain))
    return "is for another service";

  return NULL;
}

/* @secret: (out): the account's, or one that nobody can have: then @known is FALSE. An
 * account that does not exist costs what others cost, the look-ups included. May throw
 * NEED_CREDENTIAL. */
static gboolean
find_secret (XmppSaslMechanism *mechanism,
             const DigestResponse *response,
             const char *username,
             DigestSecret *secret,
             gboolean *known,
             GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *hash = sasl_account_look_up (mechanism, HASH_FIELD, &local_error);
  char *password = NULL;
  char *prepared = NULL;

  if (local_error == NULL)
    password = sasl_account_look_up (mechanism, "password", &local_error);

  if (local_error == NULL)
    {
      if (password != NULL)
        prepared = digest_prepare (password, "password", NULL);
      digest_secret_derive (secret, username, response->realm,
                            prepared != NULL ? prepared : response->nonce);
      *known = prepared != NULL;
      *known |= hash != NULL && digest_secret_from_text (secret, hash);
    }

  xmpp_secret_free (hash);
  xmpp_secret_free (password);
  xmpp_secret_free (prepared);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static char *
verify (XmppSaslMechanism *mechanism,
        const DigestResponse *response,
        const char *username,
        GError **error)
{
  g_auto (DigestSecret) secret = { { 0 } };
  DigestTerms terms = {
    .nonce = response->nonce,
    .cnonce = response->cnonce,
    .uri = response->uri,
    .authzid = response->authzid,
  };
  g_autofree char *expected = NULL;
  g_autofree char *rspauth = NULL;
  gboolean known = FALSE;
  gboolean right;

  if (!find_secret (mechanism, response, username, &secret, &known, error))
    return NULL;

  expected = digest_prove_client (&secret, &terms);
  rspauth = digest_prove_server (&secret, &terms);
  right = digest_equal (response->response, expected);
  right &= known;
  if (right)
    return digest_rspauth_build (rspauth);

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
               "DIGEST-MD5: the client's proof is wrong");
  return NULL;
}

/* ← charset=utf-8,username="chris",realm="a.test",nonce="OA6MG9tEQGm2hh",…
 * → rspauth=ea40f60335c427b5527b84dbabcdfffd */
static GBytes *
check_response (XmppSaslMechanism *mechanism,
                DigestExchange *exchange,
                GBytes *input,
                GError **error)
{
  g_autoptr (DigestResponse) response = digest_response_parse (input, error);
  const char *fault;
  g_autofree char *username = NULL;
  g_autofree char *prepared = NULL;
  char *rspauth;

  if (response == NULL)
    return NULL;

  fault = find_fault (mechanism, exchange, response);
  if (fault != NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "DIGEST-MD5: the client's response %s", fault);
      return NULL;
    }

  username = digest_to_utf8 (response->username, response->utf8);
  if (strlen (username) > MAX_USERNAME)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "DIGEST-MD5: the client's user name is too long");
      return NULL;
    }

  prepared = digest_prepare (username, "user name", error);
  if (prepared == NULL)
    return NULL;

  /* The proof is about the name as the client wrote it; the account has the prepared one */
  xmpp_sasl_mechanism_set_identity (mechanism, prepared, response->authzid);
  rspauth = verify (mechanism, response, username, error);

  return rspauth != NULL ? sasl_message_take (rspauth) : NULL;
}
