/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-feature.h"
#include "sasl/xmpp-sasl-session.h"

G_BEGIN_DECLS

/* SASL as RFC 6120 §6 carries it. */
#define XMPP_TYPE_SASL_PROFILE_FEATURE (xmpp_sasl_profile_feature_get_type ())
G_DECLARE_FINAL_TYPE (XmppSaslProfileFeature,
                      xmpp_sasl_profile_feature,
                      XMPP,
                      SASL_PROFILE_FEATURE,
                      XmppFeature)

/* Initiating side; takes the channel bindings from the stream's GTlsConnection. @local,
 * @domain: of the account. @insecure: plain text is allowed (loopback only; the caller has
 * checked that) */
XmppFeature *xmpp_sasl_profile_new_initiating (XmppSaslSession *session,
                                               const char *local,
                                               const char *domain,
                                               gboolean insecure);
/* Receiving side: offers what @registry has for the server role and @policy allows.
 * @authenticator: (nullable): NULL: nobody has an account */
XmppFeature *xmpp_sasl_profile_new_receiving (XmppSaslRegistry *registry,
                                              XmppSaslPolicy *policy,
                                              XmppAuthenticator *authenticator,
                                              XmppLimits *limits,
                                              gboolean insecure);
/* Receiving side, before the first offer: the host that serves the domain, which its service
 * in Kerberos is named after; it is told over TLS (XEP-0233). NULL: the domain is its name */
void xmpp_sasl_profile_set_host (XmppSaslProfileFeature *self, const char *host);
/* Receiving side: those without an account may come, though the policy does not name the
 * mechanism. */
void xmpp_sasl_profile_set_strangers (XmppSaslProfileFeature *feature,
                                      gboolean strangers);
/* Receiving side: called for each login that has failed. FALSE: there must not be another one */
typedef gboolean (*XmppLoginFailedFunc) (XmppStream *stream,
                                         const GError *failure,
                                         gpointer user_data);
void xmpp_sasl_profile_set_failed_func (XmppSaslProfileFeature *feature,
                                        XmppLoginFailedFunc failed,
                                        gpointer user_data);

G_END_DECLS
