/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

#define XMPP_TYPE_CERTIFICATE_REQUEST (xmpp_certificate_request_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (
    XmppCertificateRequest, xmpp_certificate_request, XMPP, CERTIFICATE_REQUEST, GObject)

XMPP_AVAILABLE_IN_ALL
GTlsCertificate *xmpp_certificate_request_get_certificate (
    XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
GTlsCertificateFlags xmpp_certificate_request_get_flags (XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_certificate_request_get_domain (XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *const *xmpp_certificate_request_get_names (XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_certificate_request_get_issuer (XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
GDateTime *xmpp_certificate_request_get_not_valid_before (
    XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
GDateTime *xmpp_certificate_request_get_not_valid_after (XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_certificate_request_get_fingerprint (XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_certificate_request_get_pin (XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_certificate_request_get_text (XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
GCancellable *xmpp_certificate_request_get_cancellable (XmppCertificateRequest *request);

XMPP_AVAILABLE_IN_ALL
void xmpp_certificate_request_accept (XmppCertificateRequest *request);
XMPP_AVAILABLE_IN_ALL
void xmpp_certificate_request_reject (XmppCertificateRequest *request);

G_END_DECLS
