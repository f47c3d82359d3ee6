/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-library.h"
#include "cyrus-private.h"

#include <string.h>

/* How often a plug-in may ask in one step */
#define MAX_ROUNDS 8

/* Its plug-in shares a table of earlier logins among all connections, and locks it with
 * mutexes that may be none. */
static GMutex digest_mutex;

static const sasl_callback_t *
fill_callbacks (CyrusExchange *exchange, const char *name)
{
  static const unsigned long ids[] = { SASL_CB_USER,         SASL_CB_AUTHNAME,
                                       SASL_CB_PASS,         SASL_CB_GETREALM,
                                       SASL_CB_NOECHOPROMPT, SASL_CB_ECHOPROMPT };

  cyrus_callbacks_begin (&exchange->callbacks);
  /* Without a function a plug-in is sent back with its question. That of OTP wants the
   * password for the day, which nobody can be shown the question for, unless it cannot ask. */
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (ids[i] != SASL_CB_ECHOPROMPT || !g_str_equal (name, "OTP"))
      cyrus_callbacks_add (&exchange->callbacks, ids[i], NULL, NULL);

  return cyrus_callbacks_end (&exchange->callbacks);
}

/* Its plug-ins take the ticket that the environment has, and that of GS2 forgets whom to act
 * as: what would be passed over is not begun with. */
static gboolean
check_ticket (XmppSaslMechanism *mechanism, GError **error)
{
  static const char *const fields[] = { "principal", "ccache", "client-keytab",
                                        "authzid" };
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  guint n_fields = G_N_ELEMENTS (fields) - (g_str_equal (name, "GSSAPI") ? 1 : 0);

  for (guint i = 0; i < n_fields; i++)
    {
      char *value = xmpp_sasl_mechanism_peek_secret (mechanism, fields[i]);
      gboolean is_set = value != NULL && *value != '\0';

      xmpp_secret_free (value);
      if (is_set)
        {
          g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE,
                       "%s: Cyrus SASL cannot be told the credential's '%s'", name,
                       fields[i]);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
begin (CyrusExchange *exchange, GError **error)
{
  XmppSaslMechanism *mechanism = exchange->mechanism;
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  const char *domain = cyrus_exchange_get_domain (mechanism, error);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  int result;

  if (domain == NULL || !cyrus_library_begin (XMPP_SASL_ROLE_CLIENT, error) ||
      (cyrus_exchange_is_kerberos (mechanism) && !check_ticket (mechanism, error)))
    return FALSE;

  result = sasl_client_new (xmpp_sasl_context_get_service (context), domain, NULL, NULL,
                            fill_callbacks (exchange, name), SASL_SUCCESS_DATA,
                            &exchange->connection);

  return cyrus_exchange_opened (exchange, result, error);
}

/* RFC 2831 §2.2 lets a client begin with what the last login left; no server of XMPP knows
 * of it. So that plug-in is not asked for a first message. */
static int
call (CyrusExchange *exchange,
      const char *name,
      GBytes *input,
      const char **output,
      unsigned *length)
{
  gboolean silent = g_str_equal (name, "DIGEST-MD5");

  if (!exchange->started)
    return sasl_client_start (exchange->connection, name, &exchange->prompts,
                              silent ? NULL : output, silent ? NULL : length, NULL);

  cyrus_exchange_take_input (exchange, input);

  return sasl_client_step (exchange->connection, exchange->input, exchange->input_size,
                           &exchange->prompts, output, length);
}

/* SASL_INTERACT: @error says that somebody is to be asked, or why that is of no use */
static int
advance (CyrusExchange *exchange, GBytes *input, GBytes **output, GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (exchange->mechanism);
  gboolean shared = g_str_equal (name, "DIGEST-MD5");
  const char *data = NULL;
  unsigned length = 0;
  guint rounds = 0;
  guint answered = 0;
  int result;

  do
    {
      if (g_cancellable_set_error_if_cancelled (exchange->cancellable, error) ||
          !cyrus_prompts_answer (exchange, &answered, error))
        return SASL_INTERACT;
      /* It asks for ever, or for what it has been told. */
      if (rounds == MAX_ROUNDS || (rounds > 0 && answered == 0))
        return SASL_BADPARAM;
      rounds++;

      if (shared)
        g_mutex_lock (&digest_mutex);
      result = call (exchange, name, input, &data, &length);
      if (shared)
        g_mutex_unlock (&digest_mutex);
    }
  while (result == SASL_INTERACT && exchange->prompts != NULL);

  if (result == SASL_OK || result == SASL_CONTINUE)
    *output = cyrus_exchange_dup_output (data, length);

  return result == SASL_INTERACT ? SASL_BADPARAM : result;
}

GBytes *
cyrus_client_step (CyrusExchange *exchange,
                   GBytes *input,
                   XmppSaslStatus *status,
                   GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (exchange->mechanism);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) output = NULL;
  int result;

  if ((exchange->connection == NULL && !begin (exchange, error)) ||
      !cyrus_exchange_check_message (exchange, input, error))
    return NULL;

  result = advance (exchange, input, &output, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (result != SASL_OK && result != SASL_CONTINUE)
    {
      /* With a ticket in hand, Kerberos' "failure" is about what came, and so is "too weak":
       * layers and nothing else. */
      if ((result == SASL_FAIL || result == SASL_TOOWEAK) && exchange->started &&
          cyrus_exchange_is_kerberos (exchange->mechanism))
        result = SASL_BADSERV;
      cyrus_library_set_error (error, XMPP_SASL_ROLE_CLIENT, name, result,
                               !exchange->started);
      return NULL;
    }
  if (result == SASL_OK && !cyrus_exchange_check_layer (exchange, error))
    return NULL;

  exchange->started = TRUE;
  if (input != NULL)
    exchange->received++;
  *status = result == SASL_OK ? XMPP_SASL_STATUS_COMPLETE : XMPP_SASL_STATUS_CONTINUE;

  return g_steal_pointer (&output);
}
