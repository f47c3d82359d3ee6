/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

/* More names than this in one certificate are not looked at. */
#define XMPP_CERTIFICATE_NAMES_MAX 100

typedef enum
{
  XMPP_CERTIFICATE_NAME_NONE,
  XMPP_CERTIFICATE_NAME_DNS,     /* DNS-ID, RFC 6125 §6.4 */
  XMPP_CERTIFICATE_NAME_ADDRESS, /* iPAddress */
  XMPP_CERTIFICATE_NAME_SRV,     /* SRV-ID, RFC 4985 */
  XMPP_CERTIFICATE_NAME_XMPP,    /* xmppAddr, RFC 6120 §13.7.1.4 */
} XmppCertificateName;

/* Every look at a name parses all of them: to be asked before anything else looks. */
gboolean xmpp_certificate_names_are_bounded (gnutls_x509_crt_t certificate);

/* Which name of @certificate says that it speaks for @service (nullable) of @domain
 * (A-labels in lower case or an IP address); the subject is never read. */
XmppCertificateName xmpp_certificate_names_match (gnutls_x509_crt_t certificate,
                                                  const char *domain,
                                                  const char *service);
/* The names in it, for a message: (array zero-terminated=1), at most @max, printable */
GStrv xmpp_certificate_names_list (gnutls_x509_crt_t certificate, guint max);
/* Calls @function with each xmppAddr, whole and as valid UTF-8; none where there are more names
 * than XMPP_CERTIFICATE_NAMES_MAX */
void xmpp_certificate_names_foreach_address (gnutls_x509_crt_t certificate,
                                             void (*function) (const char *address,
                                                               gpointer user_data),
                                             gpointer user_data);
/* @length bytes from the peer in a form that can be shown */
char *xmpp_certificate_names_printable (const char *text, gsize length);

/* The rule for one DNS-ID: a wildcard is the whole left-most label and stands for one
 * label; at least two labels follow it. */
gboolean xmpp_certificate_names_match_dns (const char *name,
                                           gsize length,
                                           const char *domain);

G_END_DECLS
