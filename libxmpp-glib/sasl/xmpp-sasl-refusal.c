/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-refusal.h"

#include "core/xmpp-error-private.h"
#include "sasl/xmpp-sasl-known.h"

static gboolean
used_token (XmppSaslMechanism *mechanism)
{
  g_auto (GStrv) used = xmpp_sasl_mechanism_list_used (mechanism);

  return g_strv_contains ((const char *const *) used, "token");
}

static gboolean
is_about_secret (const GError *failure)
{
  return g_error_matches (failure, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED) ||
         g_error_matches (failure, XMPP_SASL_ERROR, XMPP_SASL_ERROR_CREDENTIALS_EXPIRED);
}

/* Most servers say not-authorized of a token that has expired, and RFC 6750 §3.1 has one word
 * for all that can be wrong with one. A person does not type it, so that age is what mostly
 * is. */
gboolean
xmpp_sasl_refusal_is_expiry (XmppSaslMechanism *mechanism, const GError *failure)
{
  g_autoptr (GHashTable) explanation = xmpp_sasl_mechanism_dup_explanation (mechanism);
  const char *status = g_hash_table_lookup (explanation, XMPP_SASL_REFUSAL_STATUS);

  return is_about_secret (failure) && used_token (mechanism) &&
         (status == NULL || g_str_equal (status, "invalid_token"));
}

/* Whose key the ticket is for */
static char *
dup_service (XmppSaslMechanism *mechanism)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  const char *host = xmpp_sasl_context_get_host (context);
  g_autofree char *ascii = host != NULL ? g_hostname_to_ascii (host) : NULL;

  return g_strdup_printf ("%s/%s", xmpp_sasl_context_get_service (context),
                          ascii != NULL ? ascii : "DOMAIN");
}

GError *
xmpp_sasl_refusal_explain (XmppSaslMechanism *mechanism,
                           const GError *failure,
                           const char *peer)
{
  g_autoptr (GHashTable) explanation = xmpp_sasl_mechanism_dup_explanation (mechanism);
  const char *status = g_hash_table_lookup (explanation, XMPP_SASL_REFUSAL_STATUS);
  gboolean token = used_token (mechanism);
  GError *explained;

  if (status != NULL)
    explained = g_error_new (failure->domain, failure->code, "%s refused the %s: %s",
                             peer, token ? "token" : "login", status);
  else
    explained = g_error_copy (failure);

  if (token && is_about_secret (failure))
    xmpp_error_add_token_remedy (explained, status);
  else if (is_about_secret (failure) &&
           xmpp_sasl_known_is_kerberos (xmpp_sasl_mechanism_get_name (mechanism)))
    {
      g_autofree char *service = dup_service (mechanism);

      xmpp_error_add_ticket_remedy (explained, service);
    }

  return explained;
}

void
xmpp_sasl_refusal_report (XmppSaslMechanism *mechanism, XmppReport *report)
{
  g_autoptr (GHashTable) explanation = xmpp_sasl_mechanism_dup_explanation (mechanism);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, explanation);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      g_autofree char *key = g_strdelimit (g_strdup (name), "-", '_');

      xmpp_report_set_fact (report, "refusal", key, g_variant_new_string (value));
    }
}
