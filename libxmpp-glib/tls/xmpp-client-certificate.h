/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

/* A client's certificate, as both sides know it after the handshake. */

/* Initiating side, before the handshake: notes whether the server asks for one. */
void xmpp_client_certificate_watch (GTlsConnection *connection);
gboolean xmpp_client_certificate_was_wanted (GTlsConnection *connection);
/* What the server has asked for and got. (transfer none) (nullable) */
GTlsCertificate *xmpp_client_certificate_get_sent (GTlsConnection *connection);
/* Why that is NULL: "none is set", "@peer did not ask for one" */
char *xmpp_client_certificate_explain (GTlsConnection *connection, const char *peer);

/* What was refused, and what a person can do; @failure: what the server has said of it */
char *xmpp_client_certificate_explain_refusal (GTlsConnection *connection,
                                               const char *failure);

/* Receiving side: the accounts of @domain that the certificate of the client names, as bare
 * JIDs; NULL: it has shown none that may be trusted */
GStrv xmpp_client_certificate_list_accounts (GTlsConnection *connection,
                                             const char *domain);
/* The xmppAddr names that are bare JIDs with a local part (RFC 6120 §13.7.1.4) and of @domain,
 * each once */
GStrv xmpp_client_certificate_read_accounts (gnutls_x509_crt_t certificate,
                                             const char *domain);

G_END_DECLS
