/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

/**
 * XmppAuthenticatorKind:
 * @XMPP_AUTHENTICATOR_LOOKUP: what is the field of this user?
 * @XMPP_AUTHENTICATOR_VERIFY: is this value the field of this user?
 * @XMPP_AUTHENTICATOR_AUTHORIZE: may this user act as somebody else?
 *
 * What is asked of an [class@Xmpp.Authenticator].
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_AUTHENTICATOR_LOOKUP,    /* what is @field of @username? */
  XMPP_AUTHENTICATOR_VERIFY,    /* is @value the @field of @username? */
  XMPP_AUTHENTICATOR_AUTHORIZE, /* may @username act as @authzid? */
} XmppAuthenticatorKind;

#define XMPP_TYPE_AUTHENTICATOR_REQUEST (xmpp_authenticator_request_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppAuthenticatorRequest,
                      xmpp_authenticator_request,
                      XMPP,
                      AUTHENTICATOR_REQUEST,
                      GObject)

XMPP_AVAILABLE_IN_ALL
XmppAuthenticatorKind xmpp_authenticator_request_get_kind (
    XmppAuthenticatorRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_authenticator_request_get_username (XmppAuthenticatorRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_authenticator_request_get_domain (XmppAuthenticatorRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_authenticator_request_get_field (XmppAuthenticatorRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_authenticator_request_get_value (XmppAuthenticatorRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_authenticator_request_get_authzid (XmppAuthenticatorRequest *request);
XMPP_AVAILABLE_IN_ALL
GTlsCertificate *xmpp_authenticator_request_get_peer_certificate (
    XmppAuthenticatorRequest *request);
XMPP_AVAILABLE_IN_ALL
GCancellable *xmpp_authenticator_request_get_cancellable (
    XmppAuthenticatorRequest *request);

/* lookup: NULL: no such user or field */
XMPP_AVAILABLE_IN_ALL
void xmpp_authenticator_request_reply (XmppAuthenticatorRequest *request,
                                       const char *value);
XMPP_AVAILABLE_IN_ALL
void xmpp_authenticator_request_allow (XmppAuthenticatorRequest *request);
XMPP_AVAILABLE_IN_ALL
void xmpp_authenticator_request_refuse (XmppAuthenticatorRequest *request);
XMPP_AVAILABLE_IN_ALL
void xmpp_authenticator_request_fail (XmppAuthenticatorRequest *request,
                                      const GError *error);

G_END_DECLS
