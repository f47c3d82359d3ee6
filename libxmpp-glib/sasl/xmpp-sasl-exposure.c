/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-exposure.h"

XmppSaslExposure
xmpp_sasl_choice_get_exposure (XmppSaslChoice *choice)
{
  XmppSaslFacts facts = xmpp_sasl_mechanism_info_get_facts (choice->info);

  if (facts & XMPP_SASL_FACTS_PLAIN_TEXT)
    return XMPP_SASL_EXPOSURE_SECRET;
  if (!(facts & XMPP_SASL_FACTS_MUTUAL))
    return XMPP_SASL_EXPOSURE_GUESSES;
  if (choice->binding != XMPP_SASL_BINDING_USED)
    return XMPP_SASL_EXPOSURE_SESSION;

  return XMPP_SASL_EXPOSURE_NOTHING;
}
