/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-exchange.h"

#include "cyrus-check.h"
#include "cyrus-library.h"
#include "cyrus-worker.h"
#include "gs2-header.h"
#include "sasl-account.h"

#include <stdlib.h>
#include <string.h>

/* ---- The beginning and the end ---- */

CyrusExchange *
cyrus_exchange_new (XmppSaslMechanism *mechanism)
{
  CyrusExchange *exchange = g_new0 (CyrusExchange, 1);

  exchange->mechanism = mechanism;
  exchange->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_secret_free);

  return exchange;
}

static void
clear_input (CyrusExchange *exchange)
{
  if (exchange->input != NULL)
    explicit_bzero (exchange->input, exchange->input_size);
  g_clear_pointer (&exchange->input, g_free);
}

/* Verified passwords stay there else. */
static void
erase_password (sasl_conn_t *connection)
{
  struct propctx *properties = sasl_auxprop_getctx (connection);

  if (properties != NULL)
    prop_erase (properties, SASL_AUX_PASSWORD);
}

static void
dispose (gpointer data, gpointer user_data)
{
  CyrusExchange *exchange = data;

  if (exchange->connection != NULL)
    sasl_dispose (&exchange->connection);
  /* Theirs, made with malloc(); nobody else frees it if the question was not answered */
  free (exchange->prompts);
  g_ptr_array_unref (exchange->answers);
  g_free (exchange->binding_type);
  g_clear_pointer (&exchange->binding_data, g_bytes_unref);
  g_clear_pointer (&exchange->configuration, cyrus_configuration_unref);
  g_free (exchange->realm);
  g_clear_error (&exchange->error);
  g_free (exchange->looked_up);
  g_free (exchange->claimed_user);
  xmpp_secret_free (exchange->claimed_password);
  g_clear_pointer (&exchange->output, g_bytes_unref);
  clear_input (exchange);
  g_free (exchange);
}

void
cyrus_exchange_end (CyrusExchange *exchange)
{
  exchange->mechanism = NULL;
  if (exchange->connection != NULL)
    erase_password (exchange->connection);

  if (exchange->databases && exchange->connection != NULL)
    cyrus_worker_end (dispose, exchange);
  else
    dispose (exchange, NULL);
}

/* ---- Who and where ---- */

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

char *
cyrus_exchange_dup_user (CyrusExchange *exchange, const char *user, gsize length)
{
  const char *domain = cyrus_exchange_get_domain (exchange->mechanism, NULL);
  const char *name = xmpp_sasl_mechanism_get_name (exchange->mechanism);
  g_autofree char *text = g_strndup (user, length);
  char *at = strrchr (text, '@');

  if (at != NULL)
    {
      /* Where the accounts have a realm of their own, the domain is another one there. */
      if (g_strcmp0 (at + 1, exchange->realm != NULL ? exchange->realm : domain) != 0)
        return NULL;
      *at = '\0';
    }

  /* What is left is a name in this domain, and not an address in another one. */
  if (strchr (text, '@') != NULL || !cyrus_check_name (name, "user name", text, NULL))
    return NULL;

  return sasl_account_prepare (name, text, "user name", NULL);
}

/* ---- Channel binding ---- */

static gboolean
is_plus (CyrusExchange *exchange)
{
  return g_str_has_suffix (xmpp_sasl_mechanism_get_name (exchange->mechanism), "-PLUS");
}

static gboolean
bind_to (CyrusExchange *exchange, const char *type, GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (exchange->mechanism);
  const char *name = xmpp_sasl_mechanism_get_name (exchange->mechanism);
  g_autoptr (GBytes) data = NULL;
  gsize length;

  if (type != NULL)
    data = xmpp_sasl_context_get_channel_binding (context, type);
  if (data == NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                   "%s: the connection has no channel binding", name);
      return FALSE;
    }

  g_free (exchange->binding_type);
  exchange->binding_type = g_strdup (type);
  g_clear_pointer (&exchange->binding_data, g_bytes_unref);
  exchange->binding_data = g_steal_pointer (&data);

  exchange->binding.name = exchange->binding_type;
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

/* Server: Cyrus has one type of channel binding, and a client may take any that we have; of a
 * client that saw no -PLUS it knows nothing where it was not given one. */
static gboolean
check_binding (CyrusExchange *exchange, const char *data, gsize length, GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (exchange->mechanism);
  g_autoptr (Gs2Header) header = NULL;
  const char *fault = NULL;

  /* Before a token that is none of RFC 2743's (RFC 5801 §4) */
  if (g_str_has_prefix (name, "GS2-") && length > 2 && memcmp (data, "F,", 2) == 0)
    {
      data += 2;
      length -= 2;
    }

  header = gs2_header_parse (data, length, &fault);
  if (header == NULL)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "%s: the client's message %s", name, fault);
      return FALSE;
    }
  if (!gs2_binding_is_right (exchange->mechanism, is_plus (exchange), header->flag,
                             header->type))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "%s: what the client says of channel binding is not right", name);
      return FALSE;
    }

  return !is_plus (exchange) || bind_to (exchange, header->type, error);
}

/* ---- Steps ---- */

static int
forbid_layers (sasl_conn_t *connection)
{
  /* Neither confidentiality nor integrity: TLS has both */
  sasl_security_properties_t properties = { .max_ssf = 0, .maxbufsize = 0 };

  return sasl_setprop (connection, SASL_SEC_PROPS, &properties);
}

gboolean
cyrus_exchange_opened (CyrusExchange *exchange, int result, GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (exchange->mechanism);
  const char *const *types = xmpp_sasl_context_get_channel_bindings (context);

  if (result == SASL_OK)
    result = forbid_layers (exchange->connection);
  if (result != SASL_OK)
    {
      cyrus_library_set_error (error, xmpp_sasl_context_get_role (context),
                               xmpp_sasl_mechanism_get_name (exchange->mechanism), result,
                               TRUE);
      return FALSE;
    }

  return !is_plus (exchange) ||
         bind_to (exchange, types != NULL ? types[0] : NULL, error);
}

gboolean
cyrus_exchange_check_message (CyrusExchange *exchange, GBytes *input, GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (exchange->mechanism);
  CyrusMessage message = {
    .mechanism = xmpp_sasl_mechanism_get_name (exchange->mechanism),
    .receiver = xmpp_sasl_context_get_role (context),
    .number = exchange->received + 1,
    .service = xmpp_sasl_context_get_service (context),
    .domain = xmpp_sasl_context_get_domain (context),
    .min_iterations = xmpp_sasl_context_get_min_iterations (context),
    .max_iterations = xmpp_sasl_context_get_max_iterations (context),
  };

  if (input == NULL)
    return TRUE;

  message.data = g_bytes_get_data (input, &message.length);
  if (message.data == NULL)
    message.data = "";
  if (!cyrus_check_message (&message, error))
    return FALSE;

  if (message.receiver == XMPP_SASL_ROLE_SERVER && message.number == 1 &&
      (g_str_has_prefix (message.mechanism, "SCRAM-") ||
       g_str_has_prefix (message.mechanism, "GS2-")))
    return check_binding (exchange, message.data, message.length, error);

  return TRUE;
}

void
cyrus_exchange_take_input (CyrusExchange *exchange, GBytes *input)
{
  gsize size = 0;
  const char *data = input != NULL ? g_bytes_get_data (input, &size) : NULL;

  clear_input (exchange);
  exchange->input_size = size;
  exchange->input = g_malloc0 (size + 1);
  if (size > 0)
    memcpy (exchange->input, data, size);
}

GBytes *
cyrus_exchange_dup_output (const char *output, unsigned length)
{
  return output != NULL ? g_bytes_new (output, length) : NULL;
}

gboolean
cyrus_exchange_check_layer (CyrusExchange *exchange, GError **error)
{
  const void *strength = NULL;

  if (sasl_getprop (exchange->connection, SASL_SSF, &strength) == SASL_OK &&
      strength != NULL && *(const sasl_ssf_t *) strength == 0)
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
               "Cyrus SASL, %s: a security layer was negotiated, which was forbidden",
               xmpp_sasl_mechanism_get_name (exchange->mechanism));
  return FALSE;
}
