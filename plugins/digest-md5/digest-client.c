/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "digest-private.h"
#include "sasl-message.h"

#include <string.h>

/* In running order */
static gboolean begin (XmppSaslMechanism *mechanism, GError **error);
static GBytes *answer_challenge (XmppSaslMechanism *mechanism,
                                 DigestExchange *exchange,
                                 GBytes *input,
                                 GError **error);
static gboolean check_rspauth (DigestExchange *exchange, GBytes *input, GError **error);

GBytes *
digest_client_step (XmppSaslMechanism *mechanism,
                    DigestExchange *exchange,
                    GBytes *input,
                    XmppSaslStatus *status,
                    GError **error)
{
  GBytes *output = NULL;

  switch (exchange->state)
    {
    case DIGEST_STATE_START:
      if (!begin (mechanism, error))
        return NULL;

      exchange->state = DIGEST_STATE_CHALLENGE;
      *status = XMPP_SASL_STATUS_CONTINUE;
      return NULL;

    case DIGEST_STATE_CHALLENGE:
      output = answer_challenge (mechanism, exchange, input, error);
      if (output == NULL)
        return NULL;

      exchange->state = DIGEST_STATE_RESPONSE;
      *status = XMPP_SASL_STATUS_CONTINUE;
      return output;

    case DIGEST_STATE_RESPONSE:
      if (!check_rspauth (exchange, input, error))
        return NULL;

      /* In a challenge it wants an empty response; with success there is nothing to say */
      exchange->state = DIGEST_STATE_DONE;
      *status = XMPP_SASL_STATUS_COMPLETE;
      return NULL;

    case DIGEST_STATE_DONE:
    default:
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                   "DIGEST-MD5: a step after the last one");
      return NULL;
    }
}

static char *
get_prepared (XmppSaslMechanism *mechanism,
              const char *field,
              const char *what,
              GError **error)
{
  char *value = xmpp_sasl_mechanism_get_secret (mechanism, field, error);
  char *prepared = NULL;

  if (value != NULL)
    prepared = digest_prepare (value, what, error);
  xmpp_secret_free (value);

  return prepared;
}

/* The server speaks first. A person is asked before that: afterwards its patience runs */
static gboolean
begin (XmppSaslMechanism *mechanism, GError **error)
{
  g_autofree char *username = NULL;
  char *password;

  if (digest_get_domain (mechanism, error) == NULL)
    return FALSE;

  username = get_prepared (mechanism, "username", "user name", error);
  if (username == NULL)
    return FALSE;

  password = get_prepared (mechanism, "password", "password", error);
  if (password == NULL)
    return FALSE;
  xmpp_secret_free (password);

  return TRUE;
}

static const char *
find_realm (const DigestChallenge *challenge, const char *wanted)
{
  for (guint i = 0; wanted != NULL && challenge->realms[i] != NULL; i++)
    {
      g_autofree char *realm = digest_to_utf8 (challenge->realms[i], challenge->utf8);

      if (g_strcmp0 (realm, wanted) == 0)
        return challenge->realms[i];
    }

  return NULL;
}

/* One of those offered, as it came: the credential's, else the domain, else the first. A
 * server that offers none lets the client say, and means the domain. */
static char *
choose_realm (XmppSaslMechanism *mechanism,
              const DigestChallenge *challenge,
              const char *domain)
{
  g_autofree char *own = xmpp_sasl_mechanism_peek_secret (mechanism, "realm");
  const char *realm = find_realm (challenge, own);

  if (challenge->realms[0] == NULL)
    return digest_from_utf8 (own != NULL ? own : domain, challenge->utf8);

  if (realm == NULL)
    realm = find_realm (challenge, domain);

  return g_strdup (realm != NULL ? realm : challenge->realms[0]);
}

static gboolean
fill_identities (XmppSaslMechanism *mechanism,
                 const DigestChallenge *challenge,
                 const char *username,
                 const char *password,
                 DigestResponse *response)
{
  const char *domain = digest_get_domain (mechanism, NULL);
  g_autofree char *authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
  char *octets = digest_from_utf8 (password, challenge->utf8);

  response->utf8 = challenge->utf8;
  response->username = digest_from_utf8 (username, challenge->utf8);
  response->realm = choose_realm (mechanism, challenge, domain);
  response->nonce = g_strdup (challenge->nonce);
  response->nonce_count = g_strdup (DIGEST_NONCE_COUNT);
  response->qop = g_strdup ("auth");
  /* Neither the place that SRV names nor a serv-name: what is authenticated is the
   * domain, and some servers refuse more */
  response->uri = g_strconcat (xmpp_sasl_context_get_service (
                                   xmpp_sasl_mechanism_get_context (mechanism)),
                               "/", domain, NULL);
  if (authzid != NULL && authzid[0] != '\0')
    response->authzid = g_steal_pointer (&authzid);

  xmpp_secret_free (octets);
  return octets != NULL && response->username != NULL && response->realm != NULL;
}

/* Appends the proof to @response, and says what the server has to prove */
static char *
prove (DigestResponse *response, const char *username, const char *password)
{
  g_auto (DigestSecret) secret = { { 0 } };
  DigestTerms terms = {
    .nonce = response->nonce,
    .cnonce = response->cnonce,
    .uri = response->uri,
    .authzid = response->authzid,
  };

  digest_secret_derive (&secret, username, response->realm, password);
  response->response = digest_prove_client (&secret, &terms);

  return digest_prove_server (&secret, &terms);
}

static GBytes *
build_response (XmppSaslMechanism *mechanism,
                DigestExchange *exchange,
                const DigestChallenge *challenge,
                const char *username,
                const char *password,
                GError **error)
{
  g_autoptr (DigestResponse) response = g_new0 (DigestResponse, 1);
  g_autofree char *message = NULL;
  g_autofree char *rspauth = NULL;

  if (!fill_identities (mechanism, challenge, username, password, response))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   "DIGEST-MD5: the server takes characters of ISO 8859-1 only, and the "
                   "account has others");
      return NULL;
    }

  if (!sasl_make_nonce (&exchange->own_nonce, error))
    return NULL;

  response->cnonce = g_strdup (exchange->own_nonce);
  rspauth = prove (response, username, password);
  message = digest_response_build (response);
  if (strlen (message) > DIGEST_MAX_RESPONSE)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   "DIGEST-MD5: with this user name, realm and nonce the response would "
                   "be longer than it may be");
      return NULL;
    }

  exchange->rspauth = g_steal_pointer (&rspauth);
  return sasl_message_take (g_steal_pointer (&message));
}

/* ← realm="a.test",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8
 * → charset=utf-8,username="chris",realm="a.test",nonce="OA6MG9tEQGm2hh",… */
static GBytes *
answer_challenge (XmppSaslMechanism *mechanism,
                  DigestExchange *exchange,
                  GBytes *input,
                  GError **error)
{
  g_autoptr (GBytes) message = input != NULL ? g_bytes_ref (input)
                                             : g_bytes_new (NULL, 0);
  g_autoptr (DigestChallenge) challenge = digest_challenge_parse (message, error);
  g_autofree char *username = NULL;
  char *password;
  GBytes *response;

  if (challenge == NULL)
    return NULL;

  if (!challenge->auth)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   "DIGEST-MD5: the server insists on a security layer of its own");
      return NULL;
    }

  username = get_prepared (mechanism, "username", "user name", error);
  if (username == NULL)
    return NULL;

  password = get_prepared (mechanism, "password", "password", error);
  if (password == NULL)
    return NULL;

  response = build_response (mechanism, exchange, challenge, username, password, error);
  xmpp_secret_free (password);

  return response;
}

/* ← rspauth=ea40f60335c427b5527b84dbabcdfffd */
static gboolean
check_rspauth (DigestExchange *exchange, GBytes *input, GError **error)
{
  g_autofree char *rspauth = input != NULL ? digest_rspauth_parse (input, NULL) : NULL;

  if (rspauth != NULL && digest_equal (rspauth, exchange->rspauth))
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
               "DIGEST-MD5: the server did not prove that it knows the password");
  return FALSE;
}
