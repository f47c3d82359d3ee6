/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-parameters.h"

/* "[::1]" → "::1", "P.test." → "p.test": one form for SNI, verification and messages */
static char *
normalize_domain (const char *domain)
{
  gsize length = strlen (domain);

  if (length > 2 && domain[0] == '[' && domain[length - 1] == ']')
    return g_ascii_strdown (domain + 1, length - 2);
  if (length > 1 && domain[length - 1] == '.')
    length--;
  return g_ascii_strdown (domain, length);
}

XmppTlsParameters *
xmpp_tls_parameters_new (const char *domain, const char *service)
{
  XmppTlsParameters *parameters = g_new0 (XmppTlsParameters, 1);

  g_atomic_ref_count_init (&parameters->ref_count);
  parameters->domain = domain != NULL ? normalize_domain (domain) : NULL;
  parameters->service = g_strdup (service);
  return parameters;
}

XmppTlsParameters *
xmpp_tls_parameters_copy_for_alpn (XmppTlsParameters *parameters, const char *alpn)
{
  XmppTlsParameters *copy;

  g_return_val_if_fail (parameters != NULL, NULL);

  copy = xmpp_tls_parameters_new (parameters->domain, parameters->service);
  copy->server = parameters->server;
  copy->alpn = g_strdup (alpn);
  g_set_object (&copy->database, parameters->database);
  g_set_object (&copy->certificate, parameters->certificate);
  g_set_object (&copy->interaction, parameters->interaction);
  g_set_object (&copy->accepted, parameters->accepted);
  copy->pins = parameters->pins != NULL ? g_ptr_array_ref (parameters->pins) : NULL;
  copy->pin_only = parameters->pin_only;
  copy->doubt = parameters->doubt != NULL ? xmpp_tls_doubt_ref (parameters->doubt) : NULL;
  return copy;
}

XmppTlsParameters *
xmpp_tls_parameters_ref (XmppTlsParameters *parameters)
{
  g_return_val_if_fail (parameters != NULL, NULL);

  g_atomic_ref_count_inc (&parameters->ref_count);
  return parameters;
}

void
xmpp_tls_parameters_unref (XmppTlsParameters *parameters)
{
  g_return_if_fail (parameters != NULL);

  if (!g_atomic_ref_count_dec (&parameters->ref_count))
    return;

  g_free (parameters->domain);
  g_free (parameters->service);
  g_free (parameters->alpn);
  g_clear_object (&parameters->database);
  g_clear_object (&parameters->certificate);
  g_clear_object (&parameters->interaction);
  g_clear_object (&parameters->accepted);
  g_clear_pointer (&parameters->pins, g_ptr_array_unref);
  g_clear_pointer (&parameters->doubt, xmpp_tls_doubt_unref);
  g_free (parameters);
}
