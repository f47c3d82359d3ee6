/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

/* Pins name the public key of a server: "SHA256:" and the base64 of the SHA-256 of its
 * SubjectPublicKeyInfo (RFC 7469 §2.4). */
#define XMPP_TLS_PINS_MAX 16

/* @pins: (nullable) (array zero-terminated=1). The hashes (element-type GBytes), none for
 * none; NULL where one is malformed or there are too many: G_IO_ERROR_INVALID_DATA */
GPtrArray *xmpp_tls_pins_parse (const char *const *pins, GError **error);
/* In a time that does not tell which of @pins it is, or how much of one fits */
gboolean xmpp_tls_pins_match (GPtrArray *pins, gnutls_x509_crt_t certificate);
/* The pin of a certificate's key; NULL where it has none that can be read */
char *xmpp_tls_pins_describe (gnutls_x509_crt_t certificate);

G_END_DECLS
