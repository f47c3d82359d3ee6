/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gs2-header.h"
#include "gssapi-private.h"
#include "gssapi-token.h"
#include "sasl-step.h"

#include <string.h>

/* In running order */
static GBytes *accept_first (XmppSaslMechanism *mechanism,
                             GssapiExchange *exchange,
                             GBytes *input,
                             XmppSaslStatus *status,
                             GError **error);
static GBytes *offer_layers (XmppSaslMechanism *mechanism,
                             GssapiExchange *exchange,
                             GBytes *input,
                             XmppSaslStatus *status,
                             GError **error);
static GBytes *take_choice (XmppSaslMechanism *mechanism,
                            GssapiExchange *exchange,
                            GBytes *input,
                            XmppSaslStatus *status,
                            GError **error);

GBytes *
gssapi_server_step (XmppSaslMechanism *mechanism,
                    GssapiExchange *exchange,
                    GBytes *input,
                    XmppSaslStatus *status,
                    GError **error)
{
  if (input == NULL && exchange->state == GSSAPI_STATE_START)
    return sasl_step_ask_for_initial (status);

  if (exchange->state == GSSAPI_STATE_CONTEXT)
    return offer_layers (mechanism, exchange, input, status, error);

  if (input == NULL || exchange->state == GSSAPI_STATE_DONE)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "%s: the client's message is missing or one too many",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return NULL;
    }

  if (exchange->state == GSSAPI_STATE_LAYERS)
    return take_choice (mechanism, exchange, input, status, error);

  return accept_first (mechanism, exchange, input, status, error);
}

/* GS2: the token with its own header, and what it is bound to; *authzid: (out) */
static GBytes *
split_first (XmppSaslMechanism *mechanism,
             GssapiExchange *exchange,
             GBytes *input,
             char **authzid,
             GBytes **binding,
             GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  gsize length;
  const char *data = g_bytes_get_data (input, &length);
  const char *fault = NULL;
  g_autoptr (Gs2Header) header = gs2_header_parse (data, length, &fault);
  gsize taken;

  if (header == NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "%s: the client's message %s", name, fault);
      return NULL;
    }

  if (!gs2_binding_is_right (mechanism, exchange->plus, header->flag, header->type))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "%s: the client's channel binding is not the one that is used here",
                   name);
      return NULL;
    }

  *binding = gs2_binding_dup (mechanism, header->type, header->text, error);
  if (*binding == NULL)
    return NULL;

  *authzid = g_steal_pointer (&header->authzid);
  taken = strlen (header->text);

  return gssapi_token_restore (data + taken, length - taken);
}

/* GSS_Accept_sec_context: one call makes the context. @principal: (out): who it is, to be
 * released in any case */
static gboolean
accept_context (XmppSaslMechanism *mechanism,
                GssapiExchange *exchange,
                gss_cred_id_t credential,
                GBytes *input,
                GBytes *binding,
                gss_name_t *principal,
                GBytes **output,
                GError **error)
{
  gsize length;
  gss_buffer_desc token = { 0, (void *) g_bytes_get_data (input, &length) };
  gss_buffer_desc answer = GSS_C_EMPTY_BUFFER;
  struct gss_channel_bindings_struct bindings;
  gss_OID mechanism_type = GSS_C_NO_OID;
  OM_uint32 flags = 0;
  OM_uint32 major;
  OM_uint32 minor;

  token.length = length;
  major = gss_accept_sec_context (&minor, &exchange->context, credential, &token,
                                  gssapi_fill_bindings (binding, &bindings), principal,
                                  &mechanism_type, &answer, &flags, NULL, NULL);
  *output = gssapi_take_buffer (&answer);

  if (GSS_ERROR (major))
    return gssapi_set_error (error, mechanism, GSSAPI_CLIENT, major, minor);

  /* A binding that only one side gives is no error of MIT's. */
  if (binding != NULL && !(flags & GSS_C_CHANNEL_BOUND_FLAG))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "%s: the client's ticket is not bound to the header that it sends",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return FALSE;
    }

  if (major & GSS_S_CONTINUE_NEEDED || *output == NULL)
    flags = 0;

  return gssapi_check_context (mechanism, mechanism_type, flags, error);
}

static GBytes *
answer_first (XmppSaslMechanism *mechanism,
              GssapiExchange *exchange,
              gss_cred_id_t credential,
              const char *authzid,
              GBytes *token,
              GBytes *binding,
              XmppSaslStatus *status,
              GError **error)
{
  gss_name_t principal = GSS_C_NO_NAME;
  g_autoptr (GBytes) output = NULL;
  OM_uint32 minor;

  if (accept_context (mechanism, exchange, credential, token, binding, &principal,
                      &output, error))
    exchange->username = gssapi_dup_username (mechanism, principal, error);
  gss_release_name (&minor, &principal);

  if (exchange->username == NULL)
    return NULL;

  if (exchange->gs2)
    xmpp_sasl_mechanism_set_identity (mechanism, exchange->username, authzid);
  exchange->state = exchange->gs2 ? GSSAPI_STATE_DONE : GSSAPI_STATE_CONTEXT;
  *status = exchange->gs2 ? XMPP_SASL_STATUS_COMPLETE : XMPP_SASL_STATUS_CONTINUE;

  return g_steal_pointer (&output);
}

/* ← AP-REQ  ·  n,,AP-REQ   → AP-REP */
static GBytes *
accept_first (XmppSaslMechanism *mechanism,
              GssapiExchange *exchange,
              GBytes *input,
              XmppSaslStatus *status,
              GError **error)
{
  g_autofree char *authzid = NULL;
  g_autoptr (GBytes) binding = NULL;
  g_autoptr (GBytes) token = NULL;
  gss_cred_id_t credential = GSS_C_NO_CREDENTIAL;
  GssapiTokenId id = GSSAPI_TOKEN_ERROR;
  GBytes *output = NULL;
  OM_uint32 minor;

  token = exchange->gs2
              ? split_first (mechanism, exchange, input, &authzid, &binding, error)
              : g_bytes_ref (input);
  if (token == NULL || !gssapi_token_check (token, &id, error))
    return NULL;

  if (id != GSSAPI_TOKEN_AP_REQ)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "%s: the client sends a server's message",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return NULL;
    }

  if (gssapi_acquire_server (mechanism, &credential, error))
    output = answer_first (mechanism, exchange, credential, authzid, token, binding,
                           status, error);
  gss_release_cred (&minor, &credential);

  return output;
}

/* ← nothing   → wrapped 01 00 00 00 */
static GBytes *
offer_layers (XmppSaslMechanism *mechanism,
              GssapiExchange *exchange,
              GBytes *input,
              XmppSaslStatus *status,
              GError **error)
{
  g_autoptr (GBytes) layers = gssapi_layers_build (NULL);
  GBytes *message;

  if (input != NULL && g_bytes_get_size (input) > 0)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "%s: the client's message is not empty",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return NULL;
    }

  message = gssapi_wrap (mechanism, exchange, layers, error);
  if (message == NULL)
    return NULL;

  exchange->state = GSSAPI_STATE_LAYERS;
  *status = XMPP_SASL_STATUS_CONTINUE;

  return message;
}

/* ← wrapped 01 00 00 00, and whom to act as */
static GBytes *
take_choice (XmppSaslMechanism *mechanism,
             GssapiExchange *exchange,
             GBytes *input,
             XmppSaslStatus *status,
             GError **error)
{
  g_autoptr (GBytes) choice = NULL;
  g_autofree char *authzid = NULL;

  if (!gssapi_wrap_check (input, error))
    return NULL;

  choice = gssapi_unwrap (mechanism, exchange, input, error);
  if (choice == NULL || !gssapi_layers_check_choice (choice, &authzid, error))
    return NULL;

  xmpp_sasl_mechanism_set_identity (mechanism, exchange->username, authzid);
  exchange->state = GSSAPI_STATE_DONE;
  *status = XMPP_SASL_STATUS_COMPLETE;

  return NULL;
}
