/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Why @certificate is not accepted, for people: what was expected (@domain, NULL for a
 * client's certificate), what was found, each of @flags by its name, issuer, dates and
 * SHA-256 fingerprint. @reasons (element-type utf8): what is known beyond the flags */
char *xmpp_certificate_describe_refusal (GTlsCertificate *certificate,
                                         GTlsCertificateFlags flags,
                                         const char *domain,
                                         GPtrArray *reasons);

G_END_DECLS
