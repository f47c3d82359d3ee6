/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-means.h"

XmppSaslMeans
xmpp_sasl_means_get (XmppSaslMechanismInfo *info)
{
  const char *const *fields = xmpp_sasl_mechanism_info_get_fields (info);
  XmppSaslMeans means = XMPP_SASL_MEANS_ANY;

  if (g_strv_contains (fields, "password"))
    means |= XMPP_SASL_MEANS_PASSWORD;
  if (g_strv_contains (fields, "token"))
    means |= XMPP_SASL_MEANS_TOKEN;

  return means;
}

const char *
xmpp_sasl_means_judge (XmppSaslMeans means, XmppSaslMechanismInfo *info)
{
  XmppSaslMeans wanted = xmpp_sasl_means_get (info);
  gboolean anonymous =
      (xmpp_sasl_mechanism_info_get_facts (info) & XMPP_SASL_FACTS_ANONYMOUS) != 0;

  if (means == XMPP_SASL_MEANS_ANONYMOUS)
    return anonymous ? NULL : "it needs an account";
  if (anonymous)
    return "the login is not to be anonymous";
  if (wanted == XMPP_SASL_MEANS_ANY || means == XMPP_SASL_MEANS_ANY || (wanted & means))
    return NULL;

  if (means == XMPP_SASL_MEANS_TICKET)
    return "the login is to be with a ticket of Kerberos";

  return means == XMPP_SASL_MEANS_TOKEN ? "the login is to be with a token"
                                        : "the login is to be with a password";
}
