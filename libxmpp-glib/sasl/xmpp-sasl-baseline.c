/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-baseline.h"

XmppSaslBaseline *
xmpp_sasl_baseline_new (XmppSaslExposure exposure,
                        const char *mechanism,
                        const char *binding_type,
                        gboolean proves_offer)
{
  XmppSaslBaseline *baseline = g_new0 (XmppSaslBaseline, 1);

  baseline->exposure = exposure;
  baseline->mechanism = g_strdup (mechanism);
  baseline->binding_type = g_strdup (binding_type);
  baseline->proves_offer = proves_offer;

  return baseline;
}

XmppSaslBaseline *
xmpp_sasl_baseline_copy (const XmppSaslBaseline *baseline)
{
  return xmpp_sasl_baseline_new (baseline->exposure, baseline->mechanism,
                                 baseline->binding_type, baseline->proves_offer);
}

void
xmpp_sasl_baseline_free (XmppSaslBaseline *baseline)
{
  g_free (baseline->mechanism);
  g_free (baseline->binding_type);
  g_free (baseline);
}

gboolean
xmpp_sasl_baseline_equal (const XmppSaslBaseline *a, const XmppSaslBaseline *b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return a->exposure == b->exposure && g_strcmp0 (a->mechanism, b->mechanism) == 0 &&
         g_strcmp0 (a->binding_type, b->binding_type) == 0 &&
         a->proves_offer == b->proves_offer;
}

char *
xmpp_sasl_baseline_describe (const XmppSaslBaseline *baseline)
{
  if (baseline->binding_type == NULL)
    return g_strdup (baseline->mechanism);

  return g_strdup_printf ("%s with %s", baseline->mechanism, baseline->binding_type);
}

GVariant *
xmpp_sasl_baseline_to_variant (const XmppSaslBaseline *baseline)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "exposure", "s",
                         xmpp_sasl_exposure_to_string (baseline->exposure));
  g_variant_dict_insert (&dict, "mechanism", "s", baseline->mechanism);
  if (baseline->binding_type != NULL)
    g_variant_dict_insert (&dict, "binding", "s", baseline->binding_type);
  g_variant_dict_insert (&dict, "proves-offer", "b", baseline->proves_offer);

  return g_variant_dict_end (&dict);
}

XmppSaslBaseline *
xmpp_sasl_baseline_from_variant (GVariant *stored)
{
  const char *word;
  const char *mechanism;
  const char *binding_type = NULL;
  gboolean proves_offer = FALSE;
  XmppSaslExposure exposure;

  if (!g_variant_is_of_type (stored, G_VARIANT_TYPE_VARDICT) ||
      !g_variant_lookup (stored, "exposure", "&s", &word) ||
      !xmpp_sasl_exposure_from_string (word, &exposure) ||
      !g_variant_lookup (stored, "mechanism", "&s", &mechanism))
    return NULL;

  g_variant_lookup (stored, "binding", "&s", &binding_type);
  g_variant_lookup (stored, "proves-offer", "b", &proves_offer);

  return xmpp_sasl_baseline_new (exposure, mechanism, binding_type, proves_offer);
}
