/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-auxprop.h"
#include "cyrus-library.h"
#include "cyrus-private.h"
#include "sasl-account.h"
#include "xmpp-cyrus-authenticator.h"

#include <string.h>

/* ---- Callbacks of the connection ---- */

static int
getopt_cb (void *context,
           const char *plugin,
           const char *option,
           const char **result,
           unsigned *length)
{
  static const struct
  {
    const char *option;
    const char *value;
  } ours[] = {
    { "auxprop_plugin", CYRUS_AUXPROP_NAME },
    { "pwcheck_method", "auxprop" },
    { "auto_transition", "no" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    if (g_str_equal (ours[i].option, option))
      {
        *result = ours[i].value;
        if (length != NULL)
          *length = strlen (*result);
        return SASL_OK;
      }

  /* Not a failure, which would let the rest of the process answer */
  *result = NULL;

  return SASL_OK;
}

/* The authenticator may be one that compares and does not tell, in its own time. So this
 * plug-in goes on, and nothing of what it says counts before the authenticator has agreed. */
static int
checkpass_cb (sasl_conn_t *connection,
              void *context,
              const char *user,
              const char *password,
              unsigned length,
              struct propctx *properties)
{
  CyrusExchange *exchange = context;
  char *claimed;

  /* Of two passwords only one could be verified. */
  if (exchange->claimed_password != NULL)
    exchange->refused = TRUE;
  g_free (exchange->claimed_user);
  exchange->claimed_user = cyrus_auxprop_dup_user (exchange, user, strlen (user));
  xmpp_secret_free (exchange->claimed_password);
  claimed = g_strndup (password, length);
  exchange->claimed_password =
      sasl_account_prepare (xmpp_sasl_mechanism_get_name (exchange->mechanism), claimed,
                            "password", NULL);
  xmpp_secret_free (claimed);

  /* Refused here, libsasl2 would go on with its own way to check it. */
  if (exchange->claimed_user == NULL || exchange->claimed_password == NULL)
    exchange->refused = TRUE;

  return SASL_OK;
}

/* Who may act as whom is asked of the authenticator, before the mechanism is complete. */
static int
authorize_cb (sasl_conn_t *connection,
              void *context,
              const char *requested,
              unsigned requested_length,
              const char *identity,
              unsigned identity_length,
              const char *realm,
              unsigned realm_length,
              struct propctx *properties)
{
  return SASL_OK;
}

static void
fill_callbacks (CyrusExchange *exchange)
{
  sasl_callback_t *callback = cyrus_library_fill_callbacks (exchange->callbacks);

  cyrus_library_fill_callback (callback++, SASL_CB_PROXY_POLICY,
                               G_CALLBACK (authorize_cb), exchange);
  if (exchange->configuration != NULL)
    cyrus_library_fill_callback (callback++, SASL_CB_GETOPT,
                                 G_CALLBACK (cyrus_configuration_getopt_cb),
                                 exchange->configuration);
  else
    {
      cyrus_library_fill_callback (callback++, SASL_CB_GETOPT, G_CALLBACK (getopt_cb),
                                   exchange);
      cyrus_library_fill_callback (callback++, SASL_CB_SERVER_USERDB_CHECKPASS,
                                   G_CALLBACK (checkpass_cb), exchange);
      cyrus_auxprop_fill_callback (callback++, exchange);
    }
  cyrus_library_fill_callback (callback, SASL_CB_LIST_END, NULL, NULL);
}

/* ---- Its steps ---- */

/* An authenticator that stands for Cyrus' databases leaves them to Cyrus: a mechanism may
 * have records of its own there. */
static gboolean
take_databases (XmppSaslContext *context, CyrusExchange *exchange, GError **error)
{
  XmppAuthenticator *authenticator = xmpp_sasl_context_get_authenticator (context);
  XmppCyrusAuthenticator *cyrus;

  if (!XMPP_IS_CYRUS_AUTHENTICATOR (authenticator))
    return TRUE;

  cyrus = XMPP_CYRUS_AUTHENTICATOR (authenticator);
  exchange->realm = xmpp_cyrus_authenticator_dup_realm (cyrus);
  exchange->configuration = xmpp_cyrus_authenticator_dup_configuration (cyrus, error);

  return exchange->configuration != NULL;
}

static gboolean
begin (XmppSaslMechanism *mechanism, CyrusExchange *exchange, GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  const char *domain = cyrus_exchange_get_domain (mechanism, error);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  int result;

  if (domain == NULL || !cyrus_library_begin (XMPP_SASL_ROLE_SERVER, error) ||
      !take_databases (context, exchange, error))
    return FALSE;

  fill_callbacks (exchange);
  result = sasl_server_new (xmpp_sasl_context_get_service (context), domain,
                            exchange->realm, NULL, NULL, exchange->callbacks,
                            SASL_SUCCESS_DATA, &exchange->connection);
  if (result == SASL_OK)
    result = cyrus_library_forbid_layers (exchange->connection);
  if (result != SASL_OK)
    {
      cyrus_library_set_error (error, XMPP_SASL_ROLE_SERVER, name, result, TRUE);
      return FALSE;
    }

  return cyrus_exchange_bind (mechanism, exchange, error);
}

/* Once for each message: a plug-in cannot be stepped twice with the same */
static gboolean
answer (XmppSaslMechanism *mechanism,
        CyrusExchange *exchange,
        GBytes *input,
        GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  gsize size = 0;
  const char *data = NULL;
  const char *output = NULL;
  unsigned length = 0;
  int result;

  /* What is empty is not nothing. */
  if (input != NULL || exchange->started)
    {
      cyrus_exchange_take_input (exchange, input, &size);
      data = exchange->input;
    }

  if (exchange->started)
    result = sasl_server_step (exchange->connection, data, size, &output, &length);
  else
    result = sasl_server_start (exchange->connection, name, data, size, &output, &length);

  if (result != SASL_OK && result != SASL_CONTINUE)
    {
      /* Once the ticket was good, Kerberos' "failure" is about what came. */
      if (result == SASL_FAIL && exchange->started &&
          cyrus_exchange_is_kerberos (mechanism))
        result = SASL_BADAUTH;
      if (exchange->error != NULL)
        g_propagate_error (error, g_steal_pointer (&exchange->error));
      else
        cyrus_library_set_error (error, XMPP_SASL_ROLE_SERVER, name, result, FALSE);
      return FALSE;
    }

  exchange->started = TRUE;
  if (input != NULL)
    exchange->received++;
  exchange->result = result;
  exchange->output = cyrus_exchange_dup_output (output, length);
  exchange->answered = TRUE;

  return TRUE;
}

/* The password that came, if one did in this step */
static gboolean
verify (XmppSaslMechanism *mechanism, CyrusExchange *exchange, GError **error)
{
  if (exchange->refused)
    {
      cyrus_library_set_error (error, XMPP_SASL_ROLE_SERVER,
                               xmpp_sasl_mechanism_get_name (mechanism), SASL_BADAUTH,
                               FALSE);
      return FALSE;
    }
  if (exchange->claimed_password == NULL)
    return TRUE;

  xmpp_sasl_mechanism_set_identity (mechanism, exchange->claimed_user, NULL);
  if (!xmpp_sasl_mechanism_verify_secret (mechanism, "password",
                                          exchange->claimed_password, error))
    return FALSE;

  xmpp_secret_free (g_steal_pointer (&exchange->claimed_password));

  return TRUE;
}

static char *
dup_property (CyrusExchange *exchange, int property)
{
  const void *value = NULL;

  if (sasl_getprop (exchange->connection, property, &value) != SASL_OK)
    return NULL;

  return g_strdup (value);
}

/* Who it was, by Cyrus, and by whose secret */
static gboolean
identify (XmppSaslMechanism *mechanism, CyrusExchange *exchange, GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  g_autofree char *identity = dup_property (exchange, SASL_AUTHUSER);
  g_autofree char *wanted = dup_property (exchange, SASL_USERNAME);
  g_autofree char *user = NULL;
  g_autofree char *other = NULL;

  if (g_str_equal (name, "ANONYMOUS"))
    {
      xmpp_sasl_mechanism_set_identity (mechanism, NULL, NULL);
      return TRUE;
    }

  if (identity != NULL)
    user = cyrus_auxprop_dup_user (exchange, identity, strlen (identity));
  if (user == NULL || wanted == NULL ||
      (exchange->looked_up != NULL && !g_str_equal (exchange->looked_up, user)) ||
      (exchange->claimed_user != NULL && !g_str_equal (exchange->claimed_user, user)))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "Cyrus SASL, %s: the user is not one of this domain", name);
      return FALSE;
    }

  other = cyrus_auxprop_dup_user (exchange, wanted, strlen (wanted));
  xmpp_sasl_mechanism_set_identity (mechanism, user,
                                    g_strcmp0 (other, user) == 0 ? NULL : wanted);

  return TRUE;
}

GBytes *
cyrus_server_step (XmppSaslMechanism *mechanism,
                   CyrusExchange *exchange,
                   GBytes *input,
                   XmppSaslStatus *status,
                   GError **error)
{
  if (exchange->connection == NULL && !begin (mechanism, exchange, error))
    return NULL;

  if (!exchange->answered && (!cyrus_exchange_check (mechanism, exchange, input, error) ||
                              !answer (mechanism, exchange, input, error)))
    return NULL;

  if (!verify (mechanism, exchange, error))
    return NULL;

  if (exchange->result == SASL_OK)
    {
      if (cyrus_exchange_has_layer (exchange))
        {
          g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                       "Cyrus SASL, %s: a security layer was negotiated, which was "
                       "forbidden",
                       xmpp_sasl_mechanism_get_name (mechanism));
          return NULL;
        }
      if (!identify (mechanism, exchange, error))
        return NULL;
    }

  exchange->answered = FALSE;
  *status = exchange->result == SASL_OK ? XMPP_SASL_STATUS_COMPLETE
                                        : XMPP_SASL_STATUS_CONTINUE;

  return g_steal_pointer (&exchange->output);
}
