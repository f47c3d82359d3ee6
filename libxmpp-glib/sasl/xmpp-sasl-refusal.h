/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-report-private.h"
#include "sasl/xmpp-sasl-mechanism-private.h"

G_BEGIN_DECLS

/* What a server that refuses a login has said of it: names of explain_failure() */
#define XMPP_SASL_REFUSAL_STATUS "status"
#define XMPP_SASL_REFUSAL_SCOPE "scope"
#define XMPP_SASL_REFUSAL_OPENID_CONFIGURATION "openid-configuration"

/* The server sent @failure. Whether a token was refused that has had its time */
gboolean xmpp_sasl_refusal_is_expiry (XmppSaslMechanism *mechanism,
                                      const GError *failure);
/* @failure with what is known of it in the message */
GError *xmpp_sasl_refusal_explain (XmppSaslMechanism *mechanism,
                                   const GError *failure,
                                   const char *peer);
/* The facts of the group "refusal" */
void xmpp_sasl_refusal_report (XmppSaslMechanism *mechanism, XmppReport *report);

G_END_DECLS
