/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-oauthbearer.h"

#include "oauth-message.h"
#include "sasl-account.h"
#include "sasl-step.h"

#include <string.h>

/*
 * XmppSaslOauthbearer:
 *
 * The OAUTHBEARER mechanism of RFC 7628, on both sides: a bearer token of OAuth 2.0, and
 * therefore never over a connection that is not secure.
 *
 * In the server role the authenticator verifies the field "token" of the user. Where it is
 * wrong, the fields "oauth-scope" and "openid-configuration" are looked up: what there is
 * of them goes to the client.
 */
struct _XmppSaslOauthbearer
{
  XmppSaslMechanism parent_instance;

  gboolean sent;    /* client: the token */
  gboolean refused; /* the error has gone by: only the failure can follow */
};

G_DEFINE_FINAL_TYPE (XmppSaslOauthbearer, xmpp_sasl_oauthbearer, XMPP_TYPE_SASL_MECHANISM)

/* ---- The client ---- */

/* RFC 6120 §6.3.8: the authorization identity is a bare JID. Not every server knows from the
 * token alone whose it is. */
static char *
dup_authzid (XmppSaslMechanism *mechanism, const char *username, GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  char *authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
  g_autoptr (XmppJid) jid = NULL;

  if (authzid != NULL && *authzid != '\0')
    return authzid;

  g_free (authzid);
  jid = xmpp_jid_new_from_parts (username, xmpp_sasl_context_get_domain (context), NULL,
                                 NULL);
  if (jid != NULL)
    return g_strdup (xmpp_jid_to_string (jid));

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
               "OAUTHBEARER: the user name is none that an address can have");
  return NULL;
}

static GBytes *
send_token (XmppSaslOauthbearer *self, XmppSaslStatus *status, GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  g_autofree char *username = NULL;
  g_autofree char *authzid = NULL;
  GBytes *message = NULL;
  char *token;

  username = xmpp_sasl_mechanism_get_secret (mechanism, "username", error);
  if (username == NULL)
    return NULL;

  token = xmpp_sasl_mechanism_get_secret (mechanism, "token", error);
  if (token == NULL)
    return NULL;

  if (!oauth_token_is_valid (token))
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                 "OAUTHBEARER: the token is empty or has characters that are not visible "
                 "ASCII");
  else if ((authzid = dup_authzid (mechanism, username, error)) != NULL)
    {
      message = oauth_request_build (authzid, token);
      self->sent = TRUE;
      *status = XMPP_SASL_STATUS_SATISFIED;
    }
  xmpp_secret_free (token);

  return message;
}

/* RFC 7628 §3.2.2: why the token is refused comes as a challenge; the failure follows when
 * that has been answered, with one byte. */
static GBytes *
acknowledge (XmppSaslOauthbearer *self,
             GBytes *input,
             XmppSaslStatus *status,
             GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  g_autoptr (OauthError) said = oauth_error_parse (input, error);

  if (said == NULL)
    return NULL;

  xmpp_sasl_mechanism_explain_failure (mechanism, "status", said->status);
  if (said->scope != NULL)
    xmpp_sasl_mechanism_explain_failure (mechanism, "scope", said->scope);
  if (said->openid_configuration != NULL)
    xmpp_sasl_mechanism_explain_failure (mechanism, "openid-configuration",
                                         said->openid_configuration);

  self->refused = TRUE;
  *status = XMPP_SASL_STATUS_CONTINUE;
  return g_bytes_new_static (OAUTH_ACKNOWLEDGEMENT, strlen (OAUTH_ACKNOWLEDGEMENT));
}

static GBytes *
client_step (XmppSaslOauthbearer *self,
             GBytes *input,
             XmppSaslStatus *status,
             GError **error)
{
  if (!self->sent)
    return send_token (self, status, error);
  if (!self->refused && input != NULL)
    return acknowledge (self, input, status, error);

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
               "OAUTHBEARER: the server has refused the token, and goes on");
  return NULL;
}

/* ---- The server ---- */

/* The statuses are those of RFC 6750 §3.1. @described: there is a user to look up */
static GBytes *
refuse (XmppSaslOauthbearer *self,
        const char *why,
        gboolean described,
        XmppSaslStatus *status,
        GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  g_autoptr (OauthError) answer = g_new0 (OauthError, 1);
  g_autoptr (GError) missing = NULL;

  answer->status = g_strdup (why);
  if (described)
    answer->scope = sasl_account_look_up (mechanism, "oauth-scope", &missing);
  if (described && missing == NULL)
    answer->openid_configuration =
        sasl_account_look_up (mechanism, "openid-configuration", &missing);
  if (missing != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&missing));
      return NULL;
    }

  self->refused = TRUE;
  *status = XMPP_SASL_STATUS_CONTINUE;
  return oauth_error_build (answer);
}

/* Says whose token it is to be. An identity that is no address is the user name. */
static gboolean
identify (XmppSaslMechanism *mechanism, const char *authzid, GError **error)
{
  gboolean is_address = strchr (authzid, '@') != NULL;
  g_autoptr (XmppJid) jid = is_address ? xmpp_jid_new (authzid, NULL) : NULL;
  g_autofree char *username = NULL;

  if (jid != NULL)
    username = g_strdup (xmpp_jid_get_local (jid));
  else if (!is_address)
    username = xmpp_sasl_prepare (XMPP_SASL_PROFILE_SASLPREP, authzid, NULL);

  if (username == NULL || *username == '\0')
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_AUTHZID,
                   "OAUTHBEARER: the client's authorization identity is no user's");
      return FALSE;
    }

  xmpp_sasl_mechanism_set_identity (mechanism, username, is_address ? authzid : NULL);
  return TRUE;
}

static GBytes *
verify (XmppSaslOauthbearer *self, GBytes *input, XmppSaslStatus *status, GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  g_autoptr (OauthRequest) request = oauth_request_parse (input, error);
  g_autoptr (GError) wrong = NULL;

  if (request == NULL)
    return NULL;
  if (request->authzid == NULL)
    return refuse (self, "invalid_request", FALSE, status, error);
  if (!identify (mechanism, request->authzid, error))
    return NULL;

  if (xmpp_sasl_mechanism_verify_secret (mechanism, "token", request->token, &wrong))
    *status = XMPP_SASL_STATUS_COMPLETE;
  else if (g_error_matches (wrong, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED))
    return refuse (self, "invalid_token", TRUE, status, error);
  else
    g_propagate_error (error, g_steal_pointer (&wrong));

  return NULL;
}

static GBytes *
server_step (XmppSaslOauthbearer *self,
             GBytes *input,
             XmppSaslStatus *status,
             GError **error)
{
  g_autoptr (GBytes) expected =
      g_bytes_new_static (OAUTH_ACKNOWLEDGEMENT, strlen (OAUTH_ACKNOWLEDGEMENT));

  if (input == NULL && !self->refused)
    return sasl_step_ask_for_initial (status);
  if (!self->refused)
    return verify (self, input, status, error);

  if (input != NULL && g_bytes_equal (input, expected))
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                 "OAUTHBEARER: the client's token is not right");
  else
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                 "OAUTHBEARER: the client answers an error with something else than ^A");
  return NULL;
}

/* ---- The object ---- */

static GBytes *
xmpp_sasl_oauthbearer_step (XmppSaslMechanism *mechanism,
                            GBytes *input,
                            GCancellable *cancellable,
                            XmppSaslStatus *status,
                            GError **error)
{
  XmppSaslOauthbearer *self = XMPP_SASL_OAUTHBEARER (mechanism);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  if (!sasl_step_require_secure (mechanism, "OAUTHBEARER", error))
    return NULL;

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_CLIENT)
    return client_step (self, input, status, error);

  return server_step (self, input, status, error);
}

static void
xmpp_sasl_oauthbearer_class_init (XmppSaslOauthbearerClass *klass)
{
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_oauthbearer_step;
}

static void
xmpp_sasl_oauthbearer_init (XmppSaslOauthbearer *self)
{
}
