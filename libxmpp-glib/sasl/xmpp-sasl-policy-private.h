/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-mechanism-info.h"
#include "sasl/xmpp-sasl-policy.h"

G_BEGIN_DECLS

struct _XmppSaslPolicy
{
  GObject parent_instance;

  GStrv allowed;
  GStrv denied;
  GStrv preferred;
  GStrv preferred_modules;
  gboolean require_mutual;
  gboolean require_channel_binding;
  int minimum_strength;
  gboolean accept_weaker;
};

/* What the policy says of a mechanism, whatever the connection. NULL: it may be used.
 * @policy: (nullable): the default one */
const char *xmpp_sasl_policy_judge (XmppSaslPolicy *policy, XmppSaslMechanismInfo *info);
/* The modules to take a mechanism from where several have it. @policy: (nullable) */
const char *const *xmpp_sasl_policy_get_modules (XmppSaslPolicy *policy);

G_END_DECLS
