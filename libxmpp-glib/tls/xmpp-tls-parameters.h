/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tls/xmpp-tls-doubt.h"

G_BEGIN_DECLS

/* What one TLS handshake needs; immutable once it is in use, but for what @doubt is told. */
typedef struct
{
  gatomicrefcount ref_count;
  gboolean server; /* the receiving side */
  char *domain;    /* of the JID, A-labels: the only reference identity; server: NULL */
  char *service;   /* "xmpp-client", "xmpp-server": for SRV-ID */
  char *alpn;      /* direct TLS only, else NULL */
  GTlsDatabase *database;       /* the application's trust; NULL: the system's, shared */
  GTlsCertificate *certificate; /* ours; may be NULL */
  GTlsInteraction *interaction; /* for PINs; may be NULL */
  GPtrArray *pins;              /* from xmpp_tls_pins_parse(); NULL or empty: none */
  gboolean pin_only;            /* a pin that fits is enough */
  GTlsCertificate *accepted;    /* by a person, whatever is wrong with it; may be NULL */
  XmppTlsDoubt *doubt;          /* told of what is refused; may be NULL */
} XmppTlsParameters;

/* @domain: (nullable): brackets around an IPv6 address, a trailing dot and upper case are
 * taken off */
XmppTlsParameters *xmpp_tls_parameters_new (const char *domain, const char *service);
/* The same with another ALPN, for the direct TLS candidates among others */
XmppTlsParameters *xmpp_tls_parameters_copy_for_alpn (XmppTlsParameters *parameters,
                                                      const char *alpn);
XmppTlsParameters *xmpp_tls_parameters_ref (XmppTlsParameters *parameters);
void xmpp_tls_parameters_unref (XmppTlsParameters *parameters);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppTlsParameters, xmpp_tls_parameters_unref)

G_END_DECLS
