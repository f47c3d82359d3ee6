/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tls/xmpp-certificate-request.h"

G_BEGIN_DECLS

/* @text: what is wrong, for people; @domain: what the certificate should name */
XmppCertificateRequest *xmpp_certificate_request_new (GTlsCertificate *certificate,
                                                      GTlsCertificateFlags flags,
                                                      const char *domain,
                                                      const char *text);
/* Who is asked from now on: @task (transfer full) returns TRUE for accepted, FALSE for
 * rejected or dropped. @cancellable: (nullable): the answer is no longer wanted */
void xmpp_certificate_request_begin (XmppCertificateRequest *request,
                                     GCancellable *cancellable,
                                     GTask *task);

G_END_DECLS
