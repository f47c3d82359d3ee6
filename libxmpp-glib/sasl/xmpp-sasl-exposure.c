/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-exposure.h"

#include "sasl/xmpp-sasl-means.h"

static const char *const words[] = {
  [XMPP_SASL_EXPOSURE_NOTHING] = "nothing", [XMPP_SASL_EXPOSURE_SESSION] = "session",
  [XMPP_SASL_EXPOSURE_GUESSES] = "guesses", [XMPP_SASL_EXPOSURE_TOKEN] = "token",
  [XMPP_SASL_EXPOSURE_SECRET] = "secret",
};

XmppSaslExposure
xmpp_sasl_exposure_get (XmppSaslMechanismInfo *info, gboolean bound)
{
  XmppSaslFacts facts = xmpp_sasl_mechanism_info_get_facts (info);

  if (facts & XMPP_SASL_FACTS_PLAIN_TEXT)
    return xmpp_sasl_means_get (info) == XMPP_SASL_MEANS_TOKEN
               ? XMPP_SASL_EXPOSURE_TOKEN
               : XMPP_SASL_EXPOSURE_SECRET;
  /* The key has signed this TLS connection and nothing else. */
  if (facts & XMPP_SASL_FACTS_CERTIFICATE)
    return XMPP_SASL_EXPOSURE_NOTHING;
  if (!(facts & XMPP_SASL_FACTS_MUTUAL))
    return XMPP_SASL_EXPOSURE_GUESSES;
  if (!bound)
    return XMPP_SASL_EXPOSURE_SESSION;

  return XMPP_SASL_EXPOSURE_NOTHING;
}

const char *
xmpp_sasl_exposure_to_string (XmppSaslExposure exposure)
{
  return words[exposure];
}

gboolean
xmpp_sasl_exposure_from_string (const char *text, XmppSaslExposure *exposure)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i], text))
      {
        *exposure = i;
        return TRUE;
      }

  return FALSE;
}
