/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "sasl/xmpp-authenticator.h"

G_BEGIN_DECLS

/**
 * XmppSaslRole:
 * @XMPP_SASL_ROLE_CLIENT: the side that proves who it is
 * @XMPP_SASL_ROLE_SERVER: the side that checks the proof
 *
 * The sides of an authentication that a mechanism can play.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  XMPP_SASL_ROLE_CLIENT = 1 << 0,
  XMPP_SASL_ROLE_SERVER = 1 << 1,
} XmppSaslRole;

/**
 * XmppSaslBinding:
 * @XMPP_SASL_BINDING_NONE: "n": this side does none
 * @XMPP_SASL_BINDING_NOT_OFFERED: "y": it could, but the other side does not offer it
 * @XMPP_SASL_BINDING_USED: "p=TYPE": the first of the context's bindings is used
 *
 * What the GS2 header says of channel binding (RFC 5801 §5, XEP-0440).
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_SASL_BINDING_NONE,        /* "n": this side does none */
  XMPP_SASL_BINDING_NOT_OFFERED, /* "y": it could, the other side does not offer it */
  XMPP_SASL_BINDING_USED,        /* "p=TYPE": the first of channel_bindings */
} XmppSaslBinding;

/* The connection as a mechanism may know it; immutable, so usable in any thread. Made
 * with g_object_new(): properties role, service ("xmpp"), domain, host, secure, offered
 * (GStrv), channel-bindings (GVariant "a(say)": best first), binding (XmppSaslBinding),
 * min-iterations, max-iterations, certificate (client role), authenticator,
 * peer-certificate and peer-identities (server role); all construct-only. */
#define XMPP_TYPE_SASL_CONTEXT (xmpp_sasl_context_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppSaslContext, xmpp_sasl_context, XMPP, SASL_CONTEXT, GObject)

XMPP_AVAILABLE_IN_ALL
XmppSaslRole xmpp_sasl_context_get_role (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_sasl_context_get_service (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_sasl_context_get_domain (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_sasl_context_get_host (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_sasl_context_is_secure (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
const char *const *xmpp_sasl_context_get_offered (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
const char *const *xmpp_sasl_context_get_offered_channel_bindings (
    XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_sasl_context_needs_offer_proof (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
XmppSaslBinding xmpp_sasl_context_get_binding (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
const char *const *xmpp_sasl_context_get_channel_bindings (XmppSaslContext *context);
/* (transfer full) (nullable) */
XMPP_AVAILABLE_IN_ALL
GBytes *xmpp_sasl_context_get_channel_binding (XmppSaslContext *context,
                                               const char *type);
XMPP_AVAILABLE_IN_ALL
guint xmpp_sasl_context_get_min_iterations (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
guint xmpp_sasl_context_get_max_iterations (XmppSaslContext *context);

/* Client role: what TLS has sent, because it was asked for; else NULL. (transfer none) */
XMPP_AVAILABLE_IN_ALL
GTlsCertificate *xmpp_sasl_context_get_certificate (XmppSaslContext *context);

/* Server role, else NULL. (transfer none) */
XMPP_AVAILABLE_IN_ALL
XmppAuthenticator *xmpp_sasl_context_get_authenticator (XmppSaslContext *context);
XMPP_AVAILABLE_IN_ALL
GTlsCertificate *xmpp_sasl_context_get_peer_certificate (XmppSaslContext *context);
/* Bare JIDs; NULL: there is no certificate that may be trusted */
XMPP_AVAILABLE_IN_ALL
const char *const *xmpp_sasl_context_get_peer_identities (XmppSaslContext *context);

G_END_DECLS
