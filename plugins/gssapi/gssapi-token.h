/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* The framing of what the peer sends, checked before a Kerberos library sees it: those have
 * trusted the lengths inside before (CVE-2024-37371). Pure functions. Every fault is
 * XMPP_SASL_ERROR_MALFORMED_REQUEST, but for gssapi_wrap_check(). */

typedef enum
{
  GSSAPI_TOKEN_AP_REQ = 0x0100, /* the client's first */
  GSSAPI_TOKEN_AP_REP = 0x0200, /* the server's answer */
  GSSAPI_TOKEN_ERROR = 0x0300,  /* or that */
} GssapiTokenId;

/* A whole token of the Kerberos mechanism (RFC 2743 §3.1, RFC 4121 §4.1). @id: (out): what
 * it is; one of those above */
gboolean gssapi_token_check (GBytes *token, GssapiTokenId *id, GError **error);

/* RFC 5801 §3.1: the first token goes without its RFC 2743 header. strip() wants what
 * gssapi_token_check() has accepted, or what the Kerberos library has made. */
GBytes *gssapi_token_strip (GBytes *token, GError **error);
GBytes *gssapi_token_restore (gconstpointer data, gsize length);

/* A token of GSS_Wrap without confidentiality (RFC 4121 §4.2.6.2) around at least 4 bytes.
 * One in the form of RFC 1964, which is for ciphers that nobody should use, is
 * XMPP_SASL_ERROR_MECHANISM_TOO_WEAK. */
gboolean gssapi_wrap_check (GBytes *token, GError **error);

/* What GSSAPI (RFC 4752 §3) says of security layers, unwrapped. There is to be none: the
 * server has to offer that, and the client to choose it. */
GBytes *gssapi_layers_build (const char *authzid);
gboolean gssapi_layers_check_offer (GBytes *message, GError **error);
/* @authzid: (out) (nullable): NULL: none */
gboolean gssapi_layers_check_choice (GBytes *message, char **authzid, GError **error);

G_END_DECLS
