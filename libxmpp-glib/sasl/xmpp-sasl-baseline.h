/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-exposure.h"

G_BEGIN_DECLS

/* What is remembered of an account's last login, so that nobody can talk the next one into
 * something weaker: never PLAIN after SCRAM (XEP-0474 §6). Which of several mechanisms that
 * reveal as much, and which type of channel binding, is not part of it: an administrator may
 * change that, and the hosts of a domain may differ. */
typedef struct
{
  XmppSaslExposure exposure;
  char *mechanism;
  char *binding_type;    /* NULL: none */
  gboolean proves_offer; /* the server has proven its lists (XEP-0474) */
} XmppSaslBaseline;

XmppSaslBaseline *xmpp_sasl_baseline_new (XmppSaslExposure exposure,
                                          const char *mechanism,
                                          const char *binding_type,
                                          gboolean proves_offer);
XmppSaslBaseline *xmpp_sasl_baseline_copy (const XmppSaslBaseline *baseline);
void xmpp_sasl_baseline_free (XmppSaslBaseline *baseline);
gboolean xmpp_sasl_baseline_equal (const XmppSaslBaseline *a, const XmppSaslBaseline *b);
/* For people: "SCRAM-SHA-256-PLUS with tls-exporter" */
char *xmpp_sasl_baseline_describe (const XmppSaslBaseline *baseline);

/* a{sv}, floating. NULL: @stored is none; what stands in it is worth no less for fields
 * that are not known here */
GVariant *xmpp_sasl_baseline_to_variant (const XmppSaslBaseline *baseline);
XmppSaslBaseline *xmpp_sasl_baseline_from_variant (GVariant *stored);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppSaslBaseline, xmpp_sasl_baseline_free)

G_END_DECLS
