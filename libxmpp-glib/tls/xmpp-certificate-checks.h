/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)

/* The longest chain of certificates that is looked at */
#define XMPP_CERTIFICATE_CHAIN_MAX 10

/* NULL where GnuTLS cannot read it */
gnutls_x509_crt_t xmpp_certificate_import (GTlsCertificate *certificate);

/* FALSE for a chain that is too long or that runs in a circle */
gboolean xmpp_certificate_chain_is_bounded (GTlsCertificate *chain);

/* What GIO's own databases let through: a CA or a signing-only certificate as the peer's
 * own, a purpose that is not @purpose, weak keys. A sentence for each goes into @reasons.
 * @leaf: the first of @chain, imported */
GTlsCertificateFlags xmpp_certificate_check_chain (GTlsCertificate *chain,
                                                   gnutls_x509_crt_t leaf,
                                                   const char *purpose,
                                                   GPtrArray *reasons);

G_END_DECLS
