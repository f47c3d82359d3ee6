/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Why @certificate is not accepted, for people: what was expected (@domain, NULL for a
 * client's certificate), what was found, each of @flags by its name, issuer, dates, SHA-256
 * fingerprint and pin, and what to do. @reasons (element-type utf8): what is known beyond the
 * flags; @remedy: (nullable): in the place of the one that fits the flags */
char *xmpp_certificate_text_refusal (GTlsCertificate *certificate,
                                     GTlsCertificateFlags flags,
                                     const char *domain,
                                     GPtrArray *reasons,
                                     const char *remedy);
/* "O=Example,CN=Example CA", in a form that can be shown */
char *xmpp_certificate_text_issuer (GTlsCertificate *certificate);
/* The SHA-256 of the certificate, "AB:CD:…" */
char *xmpp_certificate_text_fingerprint (GTlsCertificate *certificate);
/* Names, issuer, dates, fingerprints of one that is acceptable, for the report */
char *xmpp_certificate_text_summary (GTlsCertificate *certificate);

G_END_DECLS
