/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tls/xmpp-tls-parameters.h"

G_BEGIN_DECLS

/* TLS over @base, verified: database at construction, SNI, ALPN, handshake, then the
 * verdict is read again (a resumed session skips it) and TLS < 1.2 is refused. Deadlines
 * are the caller's. @base is closed where it fails. Errors: G_TLS_ERROR, G_IO_ERROR. */
void xmpp_tls_handshake_async (GIOStream *base,
                               XmppTlsParameters *parameters,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GTlsConnection *xmpp_tls_handshake_finish (GAsyncResult *result, GError **error);

/* An error of reading or writing over TLS, if @io is that: what the peer's certificate, a wish for
 * a second handshake, or our certificate has to do with it. TLS 1.3 servers refuse a client's
 * certificate only after the handshake. */
void xmpp_tls_explain (GIOStream *io, GError *error);

/* "1.3", "1.2"; the suite's name: for reports */
const char *xmpp_tls_describe_version (GTlsConnection *connection);

G_END_DECLS
