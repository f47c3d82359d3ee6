/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl-account.h"

char *
sasl_account_look_up (XmppSaslMechanism *mechanism, const char *field, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *value = xmpp_sasl_mechanism_get_secret (mechanism, field, &local_error);

  if (value == NULL &&
      !g_error_matches (local_error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED))
    g_propagate_error (error, g_steal_pointer (&local_error));

  return value;
}

char *
sasl_account_prepare (const char *family,
                      const char *text,
                      const char *what,
                      GError **error)
{
  char *prepared = xmpp_sasl_prepare (XMPP_SASL_PROFILE_SASLPREP, text, NULL);

  if (prepared != NULL && prepared[0] != '\0')
    return prepared;

  xmpp_secret_free (prepared);
  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
               "%s: the %s is empty or has characters that SASLprep prohibits", family,
               what);
  return NULL;
}
