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
  exchange->claimed_user = cyrus_exchange_dup_user (exchange, user, strlen (user));
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

static const sasl_callback_t *
fill_callbacks (CyrusExchange *exchange)
{
  CyrusCallbacks *callbacks = &exchange->callbacks;

  cyrus_callbacks_begin (callbacks);
  cyrus_callbacks_add (callbacks, SASL_CB_PROXY_POLICY, G_CALLBACK (authorize_cb), NULL);
  cyrus_configuration_add_callback (exchange->configuration, callbacks);
  if (!exchange->databases)
    {
      cyrus_callbacks_add (callbacks, SASL_CB_SERVER_USERDB_CHECKPASS,
                           G_CALLBACK (checkpass_cb), exchange);
      cyrus_auxprop_add_callback (exchange);
    }

  return cyrus_callbacks_end (callbacks);
}

/* ---- Its steps ---- */

/* An authenticator that stands for Cyrus' databases leaves them to Cyrus: a mechanism may
 * have records of its own there. */
static gboolean
take_databases (CyrusExchange *exchange,
                XmppCyrusAuthenticator *authenticator,
                GError **error)
{
  exchange->databases = TRUE;
  exchange->realm = xmpp_cyrus_authenticator_dup_realm (authenticator);
  exchange->configuration =
      xmpp_cyrus_authenticator_dup_configuration (authenticator, error);

  return exchange->configuration != NULL;
}

static void
take_authenticator (CyrusExchange *exchange)
{
  static CyrusConfiguration *ours = NULL;
  static gsize made = 0;

  if (g_once_init_enter (&made))
    {
      ours = cyrus_configuration_new_fixed ("auxprop_plugin", CYRUS_AUXPROP_NAME,
                                            "pwcheck_method", "auxprop",
                                            "auto_transition", "no", NULL);
      g_once_init_leave (&made, 1);
    }

  exchange->configuration = cyrus_configuration_ref (ours);
}

static gboolean
begin (CyrusExchange *exchange, GError **error)
{
  XmppSaslMechanism *mechanism = exchange->mechanism;
  const char *domain = cyrus_exchange_get_domain (mechanism, error);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  XmppAuthenticator *authenticator = xmpp_sasl_context_get_authenticator (context);
  int result;

  if (domain == NULL || !cyrus_library_begin (XMPP_SASL_ROLE_SERVER, error))
    return FALSE;
  if (!XMPP_IS_CYRUS_AUTHENTICATOR (authenticator))
    take_authenticator (exchange);
  else if (!take_databases (exchange, XMPP_CYRUS_AUTHENTICATOR (authenticator), error))
    return FALSE;

  result = sasl_server_new (xmpp_sasl_context_get_service (context), domain,
                            exchange->realm, NULL, NULL, fill_callbacks (exchange),
                            SASL_SUCCESS_DATA, &exchange->connection);

  return cyrus_exchange_opened (exchange, result, error);
}

static int
call (CyrusExchange *exchange, GBytes *input, const char **output, unsigned *length)
{
  const char *name = xmpp_sasl_mechanism_get_name (exchange->mechanism);
  const char *data = NULL;

  /* What is empty is not nothing. */
  if (input != NULL || exchange->started)
    {
      cyrus_exchange_take_input (exchange, input);
      data = exchange->input;
    }

  if (exchange->started)
    return sasl_server_step (exchange->connection, data, exchange->input_size, output,
                             length);

  return sasl_server_start (exchange->connection, name, data, exchange->input_size,
                            output, length);
}

/* Its plug-in sleeps for seconds where somebody else logs in to the same account, or seems
 * to: only one thread at a time may. */
static int
call_once (CyrusExchange *exchange, GBytes *input, const char **output, unsigned *length)
{
  static GMutex mutex;
  int result;

  if (!g_mutex_trylock (&mutex))
    return SASL_TRYAGAIN;
  result = call (exchange, input, output, length);
  g_mutex_unlock (&mutex);

  return result;
}

/* Once for each message: a plug-in cannot be stepped twice with the same */
static gboolean
answer (CyrusExchange *exchange, GBytes *input, GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (exchange->mechanism);
  const char *output = NULL;
  unsigned length = 0;
  int result = g_str_equal (name, "OTP") ? call_once (exchange, input, &output, &length)
                                         : call (exchange, input, &output, &length);

  if (result != SASL_OK && result != SASL_CONTINUE)
    {
      /* Once the ticket was good, Kerberos' "failure" is about what came. */
      if (result == SASL_FAIL && exchange->started &&
          cyrus_exchange_is_kerberos (exchange->mechanism))
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
verify (CyrusExchange *exchange, GError **error)
{
  XmppSaslMechanism *mechanism = exchange->mechanism;

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
identify (CyrusExchange *exchange, GError **error)
{
  XmppSaslMechanism *mechanism = exchange->mechanism;
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
    user = cyrus_exchange_dup_user (exchange, identity, strlen (identity));
  if (user == NULL || wanted == NULL ||
      (exchange->looked_up != NULL && !g_str_equal (exchange->looked_up, user)) ||
      (exchange->claimed_user != NULL && !g_str_equal (exchange->claimed_user, user)))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "Cyrus SASL, %s: the user is not one of this domain", name);
      return FALSE;
    }

  other = cyrus_exchange_dup_user (exchange, wanted, strlen (wanted));
  xmpp_sasl_mechanism_set_identity (mechanism, user,
                                    g_strcmp0 (other, user) == 0 ? NULL : wanted);

  return TRUE;
}

GBytes *
cyrus_server_step (CyrusExchange *exchange,
                   GBytes *input,
                   XmppSaslStatus *status,
                   GError **error)
{
  if (exchange->connection == NULL && !begin (exchange, error))
    return NULL;

  if (!exchange->answered && (!cyrus_exchange_check_message (exchange, input, error) ||
                              !answer (exchange, input, error)))
    return NULL;

  if (!verify (exchange, error))
    return NULL;

  if (exchange->result == SASL_OK &&
      (!cyrus_exchange_check_layer (exchange, error) || !identify (exchange, error)))
    return NULL;

  exchange->answered = FALSE;
  *status = exchange->result == SASL_OK ? XMPP_SASL_STATUS_COMPLETE
                                        : XMPP_SASL_STATUS_CONTINUE;

  return g_steal_pointer (&exchange->output);
}
