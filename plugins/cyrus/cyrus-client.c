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

static void
fill_callbacks (CyrusExchange *exchange, const char *name)
{
  static const unsigned long ids[] = { SASL_CB_USER,         SASL_CB_AUTHNAME,
                                       SASL_CB_PASS,         SASL_CB_GETREALM,
                                       SASL_CB_NOECHOPROMPT, SASL_CB_ECHOPROMPT };
  sasl_callback_t *callback = cyrus_library_fill_callbacks (exchange->callbacks);

  /* Without a function a plug-in is sent back with its question. That of OTP wants the
   * password for the day, which nobody can be shown the question for, unless it cannot ask. */
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (ids[i] != SASL_CB_ECHOPROMPT || !g_str_equal (name, "OTP"))
      cyrus_library_fill_callback (callback++, ids[i], NULL, NULL);
  cyrus_library_fill_callback (callback, SASL_CB_LIST_END, NULL, NULL);
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
begin (XmppSaslMechanism *mechanism, CyrusExchange *exchange, GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  const char *domain = cyrus_exchange_get_domain (mechanism, error);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  int result;

  if (domain == NULL || !cyrus_library_begin (XMPP_SASL_ROLE_CLIENT, error) ||
      (cyrus_exchange_is_kerberos (mechanism) && !check_ticket (mechanism, error)))
    return FALSE;

  fill_callbacks (exchange, name);
  result = sasl_client_new (xmpp_sasl_context_get_service (context), domain, NULL, NULL,
                            exchange->callbacks, SASL_SUCCESS_DATA,
                            &exchange->connection);
  if (result == SASL_OK)
    result = cyrus_library_forbid_layers (exchange->connection);
  if (result != SASL_OK)
    {
      cyrus_library_set_error (error, XMPP_SASL_ROLE_CLIENT, name, result, TRUE);
      return FALSE;
    }

  return cyrus_exchange_bind (mechanism, exchange, error);
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
  gsize size = 0;

  if (!exchange->started)
    return sasl_client_start (exchange->connection, name, &exchange->prompts,
                              silent ? NULL : output, silent ? NULL : length, NULL);

  cyrus_exchange_take_input (exchange, input, &size);

  return sasl_client_step (exchange->connection, exchange->input, size,
                           &exchange->prompts, output, length);
}

/* SASL_INTERACT: @error says that somebody is to be asked, or why that is of no use */
static int
advance (XmppSaslMechanism *mechanism,
         CyrusExchange *exchange,
         GBytes *input,
         GBytes **output,
         GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  gboolean shared = g_str_equal (name, "DIGEST-MD5");
  const char *data = NULL;
  unsigned length = 0;
  guint rounds = 0;
  int result;

  do
    {
      if (rounds++ == MAX_ROUNDS)
        return SASL_BADPARAM;
      if (!cyrus_prompts_answer (mechanism, exchange, error))
        return SASL_INTERACT;

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
cyrus_client_step (XmppSaslMechanism *mechanism,
                   CyrusExchange *exchange,
                   GBytes *input,
                   XmppSaslStatus *status,
                   GError **error)
{
  const char *name = xmpp_sasl_mechanism_get_name (mechanism);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) output = NULL;
  int result;

  if ((exchange->connection == NULL && !begin (mechanism, exchange, error)) ||
      !cyrus_exchange_check (mechanism, exchange, input, error))
    return NULL;

  result = advance (mechanism, exchange, input, &output, &local_error);
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
          cyrus_exchange_is_kerberos (mechanism))
        result = SASL_BADSERV;
      cyrus_library_set_error (error, XMPP_SASL_ROLE_CLIENT, name, result,
                               !exchange->started);
      return NULL;
    }
  if (result == SASL_OK && cyrus_exchange_has_layer (exchange))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                   "Cyrus SASL, %s: a security layer was negotiated, which was forbidden",
                   name);
      return NULL;
    }

  exchange->started = TRUE;
  if (input != NULL)
    exchange->received++;
  *status = result == SASL_OK ? XMPP_SASL_STATUS_COMPLETE : XMPP_SASL_STATUS_CONTINUE;

  return g_steal_pointer (&output);
}
