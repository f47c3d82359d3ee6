/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl-step.h"

gboolean
sasl_step_require_secure (XmppSaslMechanism *mechanism,
                          const char *family,
                          GError **error)
{
  if (xmpp_sasl_context_is_secure (xmpp_sasl_mechanism_get_context (mechanism)))
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED,
               "%s: the connection is not secure", family);
  return FALSE;
}

GBytes *
sasl_step_ask_for_initial (XmppSaslStatus *status)
{
  *status = XMPP_SASL_STATUS_CONTINUE;

  return g_bytes_new (NULL, 0);
}
