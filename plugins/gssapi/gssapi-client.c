/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gs2-header.h"
#include "gssapi-private.h"
#include "gssapi-token.h"

#include <string.h>

/* In running order */
static GBytes *send_first (XmppSaslMechanism *mechanism,
                           GssapiExchange *exchange,
                           XmppSaslStatus *status,
                           GError **error);
static GBytes *check_server (XmppSaslMechanism *mechanism,
                             GssapiExchange *exchange,
                             GBytes *input,
                             XmppSaslStatus *status,
                             GError **error);
static GBytes *choose_layer (XmppSaslMechanism *mechanism,
                             GssapiExchange *exchange,
                             GBytes *input,
                             XmppSaslStatus *status,
                             GError **error);

GBytes *
gssapi_client_step (XmppSaslMechanism *mechanism,
                    GssapiExchange *exchange,
                    GBytes *input,
                    XmppSaslStatus *status,
                    GError **error)
{
  if (exchange->state == GSSAPI_STATE_START)
    return send_first (mechanism, exchange, status, error);

  if (input == NULL || g_bytes_get_size (input) == 0)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "%s: the server's message is missing or empty",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return NULL;
    }

  switch (exchange->state)
    {
    case GSSAPI_STATE_CONTEXT:
      return check_server (mechanism, exchange, input, status, error);

    case GSSAPI_STATE_LAYERS:
      return choose_layer (mechanism, exchange, input, status, error);

    case GSSAPI_STATE_START:
    case GSSAPI_STATE_DONE:
    default:
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                   "%s: a step after the last one",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return NULL;
    }
}

/* One call of GSS_Init_sec_context. @complete: (out): the context is established, as it has
 * to be. FALSE: @error is set */
static gboolean
init_context (XmppSaslMechanism *mechanism,
              GssapiExchange *exchange,
              GBytes *input,
              GBytes **output,
              gboolean *complete,
              GError **error)
{
  gsize length = 0;
  gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
  gss_buffer_desc answer = GSS_C_EMPTY_BUFFER;
  struct gss_channel_bindings_struct bindings;
  gss_OID mechanism_type = GSS_C_NO_OID;
  OM_uint32 flags = 0;
  OM_uint32 major;
  OM_uint32 minor;

  if (input != NULL)
    token.value = (void *) g_bytes_get_data (input, &length);
  token.length = length;

  major =
      gss_init_sec_context (&minor, exchange->credential, &exchange->context,
                            exchange->service, gssapi_get_kerberos (),
                            GSS_C_MUTUAL_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_INTEG_FLAG,
                            GSS_C_INDEFINITE,
                            gssapi_fill_bindings (exchange->binding, &bindings), &token,
                            &mechanism_type, &answer, &flags, NULL);
  *output = gssapi_take_buffer (&answer);
  *complete = (major & GSS_S_CONTINUE_NEEDED) == 0;

  if (GSS_ERROR (major))
    {
      g_clear_pointer (output, g_bytes_unref);
      return gssapi_set_error (error, mechanism,
                               input == NULL ? GSSAPI_BEFORE : GSSAPI_PEER, major, minor);
    }

  if (*complete && !gssapi_check_context (mechanism, mechanism_type, flags, error))
    {
      g_clear_pointer (output, g_bytes_unref);
      return FALSE;
    }

  return TRUE;
}

/* RFC 5801 §4: the header and the token without its own one */
static GBytes *
prepend_header (const char *header, GBytes *token, GError **error)
{
  g_autoptr (GBytes) stripped = gssapi_token_strip (token, error);
  g_autoptr (GByteArray) message = NULL;

  if (stripped == NULL)
    return NULL;

  message = g_byte_array_new ();
  g_byte_array_append (message, (const guint8 *) header, strlen (header));
  g_byte_array_append (message, g_bytes_get_data (stripped, NULL),
                       g_bytes_get_size (stripped));

  return g_byte_array_free_to_bytes (g_steal_pointer (&message));
}

/* → AP-REQ  ·  n,,AP-REQ */
static GBytes *
send_first (XmppSaslMechanism *mechanism,
            GssapiExchange *exchange,
            XmppSaslStatus *status,
            GError **error)
{
  g_autofree char *authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
  g_autofree char *header = NULL;
  g_autoptr (GBytes) token = NULL;
  GBytes *message;
  gboolean complete;

  if (exchange->gs2 && !gs2_binding_choose (mechanism, exchange->plus, authzid, &header,
                                            &exchange->binding, error))
    return NULL;

  if (!gssapi_acquire_client (mechanism, exchange, error) ||
      !init_context (mechanism, exchange, NULL, &token, &complete, error))
    return NULL;

  /* It waits for the server's proof, or there is none. */
  if (complete || token == NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   "%s: Kerberos does not ask for the server's proof",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return NULL;
    }

  message = exchange->gs2 ? prepend_header (header, token, error) : g_bytes_ref (token);
  if (message == NULL)
    return NULL;

  exchange->state = GSSAPI_STATE_CONTEXT;
  *status = XMPP_SASL_STATUS_CONTINUE;

  return message;
}

/* ← AP-REP   → nothing */
static GBytes *
check_server (XmppSaslMechanism *mechanism,
              GssapiExchange *exchange,
              GBytes *input,
              XmppSaslStatus *status,
              GError **error)
{
  g_autoptr (GBytes) output = NULL;
  GssapiTokenId id;
  gboolean complete;

  if (!gssapi_token_check (input, &id, error))
    return NULL;

  if (id == GSSAPI_TOKEN_AP_REQ)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "%s: the server sends a client's message",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return NULL;
    }

  if (!init_context (mechanism, exchange, input, &output, &complete, error))
    return NULL;

  if (!complete || output != NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
                   "%s: the server did not prove itself",
                   xmpp_sasl_mechanism_get_name (mechanism));
      return NULL;
    }

  gssapi_release_client (exchange);
  exchange->state = exchange->gs2 ? GSSAPI_STATE_DONE : GSSAPI_STATE_LAYERS;
  *status = exchange->gs2 ? XMPP_SASL_STATUS_COMPLETE : XMPP_SASL_STATUS_CONTINUE;

  return NULL;
}

/* ← wrapped 01 00 00 00   → wrapped 01 00 00 00, and whom to act as */
static GBytes *
choose_layer (XmppSaslMechanism *mechanism,
              GssapiExchange *exchange,
              GBytes *input,
              XmppSaslStatus *status,
              GError **error)
{
  g_autofree char *authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
  g_autoptr (GBytes) offer = NULL;
  g_autoptr (GBytes) choice = gssapi_layers_build (authzid);
  GBytes *message;

  if (!gssapi_wrap_check (input, error))
    return NULL;

  offer = gssapi_unwrap (mechanism, exchange, input, error);
  if (offer == NULL || !gssapi_layers_check_offer (offer, error))
    return NULL;

  message = gssapi_wrap (mechanism, exchange, choice, error);
  if (message == NULL)
    return NULL;

  exchange->state = GSSAPI_STATE_DONE;
  *status = XMPP_SASL_STATUS_COMPLETE;

  return message;
}
