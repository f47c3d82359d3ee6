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
 * XmppCredentialReason:
 * @XMPP_CREDENTIAL_REASON_MISSING: the value is not known yet
 * @XMPP_CREDENTIAL_REASON_REJECTED: the server has refused the value
 * @XMPP_CREDENTIAL_REASON_EXPIRED: the server says that the value is no longer valid
 *
 * Why a credential is asked for.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_CREDENTIAL_REASON_MISSING,
  XMPP_CREDENTIAL_REASON_REJECTED,
  XMPP_CREDENTIAL_REASON_EXPIRED,
} XmppCredentialReason;

/* A question for what proves an identity, to be answered now or later; fails itself when
 * dropped. Properties: fields (GStrv: show these), mechanism, username, reason,
 * attempt, scope and openid-configuration (what the server said of a refused token),
 * cancellable (cancelled: close the dialog). */
#define XMPP_TYPE_CREDENTIAL_REQUEST (xmpp_credential_request_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (
    XmppCredentialRequest, xmpp_credential_request, XMPP, CREDENTIAL_REQUEST, GObject)

XMPP_AVAILABLE_IN_ALL
const char *const *xmpp_credential_request_get_fields (XmppCredentialRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_credential_request_get_mechanism (XmppCredentialRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_credential_request_get_username (XmppCredentialRequest *request);
XMPP_AVAILABLE_IN_ALL
XmppCredentialReason xmpp_credential_request_get_reason (XmppCredentialRequest *request);
XMPP_AVAILABLE_IN_ALL
guint xmpp_credential_request_get_attempt (XmppCredentialRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_credential_request_get_scope (XmppCredentialRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_credential_request_get_openid_configuration (
    XmppCredentialRequest *request);
XMPP_AVAILABLE_IN_ALL
GCancellable *xmpp_credential_request_get_cancellable (XmppCredentialRequest *request);

XMPP_AVAILABLE_IN_ALL
void xmpp_credential_request_set_field (XmppCredentialRequest *request,
                                        const char *field,
                                        const char *value);
XMPP_AVAILABLE_IN_ALL
void xmpp_credential_request_reply (XmppCredentialRequest *request);
/* G_IO_ERROR_CANCELLED ends the login; XMPP_SASL_ERROR_UNAVAILABLE: the next mechanism */
XMPP_AVAILABLE_IN_ALL
void xmpp_credential_request_fail (XmppCredentialRequest *request, const GError *error);

G_END_DECLS
