/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-cyrus.h"

#include "cyrus-check.h"
#include "cyrus-private.h"

#include <stdlib.h>
#include <string.h>

/*
 * XmppSaslCyrus:
 *
 * Any mechanism that Cyrus SASL (libsasl2) has a plug-in for, on both sides. A description
 * names it; its name here is its name there.
 *
 * No plug-in asks a person, or an account's secret, by itself: what a client's plug-in asks
 * for is answered from the credential, and a server's gets it from the authenticator, but
 * where the authenticator stands for databases of Cyrus' own.
 *
 * This file holds what both sides share; cyrus-client.c and cyrus-server.c have a side each.
 */
struct _XmppSaslCyrus
{
  XmppSaslMechanism parent_instance;

  CyrusExchange exchange;
};

G_DEFINE_FINAL_TYPE (XmppSaslCyrus, xmpp_sasl_cyrus, XMPP_TYPE_SASL_MECHANISM)

static void
clear_input (CyrusExchange *exchange)
{
  if (exchange->input != NULL)
    explicit_bzero (exchange->input, exchange->input_size);
  g_clear_pointer (&exchange->input, g_free);
}

gboolean
cyrus_exchange_is_kerberos (XmppSaslMechanism *mechanism)
{
  /* GSSAPI, GSS-SPNEGO, GS2-KRB5 */
  return g_str_has_prefix (xmpp_sasl_mechanism_get_name (mechanism), "GS");
}

const char *
cyrus_exchange_get_domain (XmppSaslMechanism *mechanism, GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  /* Kerberos has a principal for the machine, which another name may be better for. */
  const char *domain = cyrus_exchange_is_kerberos (mechanism)
                           ? xmpp_sasl_context_get_host (context)
                           : xmpp_sasl_context_get_domain (context);

  if (domain == NULL)
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                 "%s: it is not known which domain the login is for", name);

  return domain;
}

gboolean
cyrus_exchange_bind (XmppSaslMechanism *mechanism,
                     CyrusExchange *exchange,
                     GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *const *types = xmpp_sasl_context_get_channel_bindings (context);
  gsize length;

  if (!g_str_has_suffix (name, "-PLUS"))
    return TRUE;

  if (types != NULL && types[0] != NULL)
    exchange->binding_data = xmpp_sasl_context_get_channel_binding (context, types[0]);
  if (exchange->binding_data == NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   "%s: the connection has no channel binding", name);
      return FALSE;
    }

  exchange->binding.name = types[0];
  exchange->binding.critical = TRUE;
  exchange->binding.data = g_bytes_get_data (exchange->binding_data, &length);
  exchange->binding.len = length;

  if (sasl_setprop (exchange->connection, SASL_CHANNEL_BINDING, &exchange->binding) ==
      SASL_OK)
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
               "%s: Cyrus SASL does not take the channel binding", name);
  return FALSE;
}

gboolean
cyrus_exchange_check (XmppSaslMechanism *mechanism,
                      CyrusExchange *exchange,
                      GBytes *input,
                      GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  CyrusMessage message = {
    .mechanism = xmpp_sasl_mechanism_get_name (mechanism),
    .receiver = xmpp_sasl_context_get_role (context),
    .number = exchange->received + 1,
    .min_iterations = xmpp_sasl_context_get_min_iterations (context),
    .max_iterations = xmpp_sasl_context_get_max_iterations (context),
  };

  if (input == NULL)
    return TRUE;

  message.data = g_bytes_get_data (input, &message.length);
  if (message.data == NULL)
    message.data = "";

  return cyrus_check_message (&message, error);
}

void
cyrus_exchange_take_input (CyrusExchange *exchange, GBytes *input, gsize *size)
{
  const char *data = input != NULL ? g_bytes_get_data (input, size) : NULL;

  clear_input (exchange);
  exchange->input_size = data != NULL ? *size : 0;
  exchange->input = g_malloc0 (exchange->input_size + 1);
  if (data != NULL)
    memcpy (exchange->input, data, exchange->input_size);
  *size = exchange->input_size;
}

GBytes *
cyrus_exchange_dup_output (const char *output, unsigned length)
{
  return output != NULL ? g_bytes_new (output, length) : NULL;
}

gboolean
cyrus_exchange_has_layer (CyrusExchange *exchange)
{
  const void *strength = NULL;

  return sasl_getprop (exchange->connection, SASL_SSF, &strength) != SASL_OK ||
         strength == NULL || *(const sasl_ssf_t *) strength != 0;
}

static GBytes *
xmpp_sasl_cyrus_step (XmppSaslMechanism *mechanism,
                      GBytes *input,
                      GCancellable *cancellable,
                      XmppSaslStatus *status,
                      GError **error)
{
  CyrusExchange *exchange = &XMPP_SASL_CYRUS (mechanism)->exchange;
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  GBytes *output;

  exchange->mechanism = mechanism;
  exchange->cancellable = cancellable;
  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_SERVER)
    output = cyrus_server_step (mechanism, exchange, input, status, error);
  else
    output = cyrus_client_step (mechanism, exchange, input, status, error);
  exchange->cancellable = NULL;

  return output;
}

static void
xmpp_sasl_cyrus_finalize (GObject *object)
{
  CyrusExchange *exchange = &XMPP_SASL_CYRUS (object)->exchange;

  if (exchange->connection != NULL)
    sasl_dispose (&exchange->connection);
  /* Theirs, made with malloc(); nobody else frees it if the question was not answered */
  free (exchange->prompts);
  g_ptr_array_unref (exchange->answers);
  g_clear_pointer (&exchange->binding_data, g_bytes_unref);
  g_clear_pointer (&exchange->configuration, cyrus_configuration_unref);
  g_free (exchange->realm);
  g_clear_error (&exchange->error);
  g_free (exchange->looked_up);
  g_free (exchange->claimed_user);
  xmpp_secret_free (exchange->claimed_password);
  g_clear_pointer (&exchange->output, g_bytes_unref);
  clear_input (exchange);

  G_OBJECT_CLASS (xmpp_sasl_cyrus_parent_class)->finalize (object);
}

static void
xmpp_sasl_cyrus_class_init (XmppSaslCyrusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_sasl_cyrus_finalize;
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_cyrus_step;
}

static void
xmpp_sasl_cyrus_init (XmppSaslCyrus *self)
{
  self->exchange.answers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_secret_free);
}
