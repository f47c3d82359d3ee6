/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "sasl/xmpp-sasl-mechanism-info.h"

G_BEGIN_DECLS

/* Which mechanisms may be used. Properties: allowed (GStrv, NULL: all; their order is the
 * order of preference), denied (GStrv), preferred and preferred-modules (GStrv),
 * require-mutual, require-channel-binding, minimum-strength, accept-weaker. */
#define XMPP_TYPE_SASL_POLICY (xmpp_sasl_policy_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppSaslPolicy, xmpp_sasl_policy, XMPP, SASL_POLICY, GObject)

XMPP_AVAILABLE_IN_ALL
XmppSaslPolicy *xmpp_sasl_policy_new (void);

G_END_DECLS
