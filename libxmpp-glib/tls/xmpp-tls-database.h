/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

#include "tls/xmpp-tls-parameters.h"

G_BEGIN_DECLS

typedef enum
{
  XMPP_TLS_TRUST_NONE,
  XMPP_TLS_TRUST_AUTHORITY, /* a trusted authority, and the name */
  XMPP_TLS_TRUST_PIN,       /* the pinned key alone */
  XMPP_TLS_TRUST_ACCEPTED,  /* a person */
} XmppTlsTrust;

/* One small object per connection in front of one process-wide (or the application's)
 * database: bounds the chain, then delegates, then decides about names, purpose, key
 * usage. May run in a worker thread. */
#define XMPP_TYPE_TLS_DATABASE (xmpp_tls_database_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppTlsDatabase, xmpp_tls_database, XMPP, TLS_DATABASE, GTlsDatabase)

XmppTlsDatabase *xmpp_tls_database_new (XmppTlsParameters *parameters);
/* After a handshake, successful or not: TRUE where the certificate may be trusted; else
 * G_TLS_ERROR_BAD_CERTIFICATE with what was expected, what was found, issuer, dates and
 * SHA-256, for people. A certificate that a person could accept is told to the doubt of the
 * parameters. */
gboolean xmpp_tls_database_judge (XmppTlsDatabase *database,
                                  GTlsConnection *connection,
                                  GError **error);
/* What the trust in the peer rests on */
XmppTlsTrust xmpp_tls_database_get_trust (XmppTlsDatabase *database);
/* After a handshake that went well: a trusted authority says that the peer is @host, too
 * (A-labels in lower case) */
gboolean xmpp_tls_database_names_host (GTlsConnection *connection, const char *host);

G_END_DECLS
