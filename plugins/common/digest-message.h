/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* The three messages of RFC 2831 §2.1, read and written. Pure functions for both sides:
 * what one builds, the other parses. Every fault is XMPP_SASL_ERROR_MALFORMED_REQUEST.
 *
 * Values are what stood between the quotes, without the backslashes that quoted, as octets
 * of the message's character set: UTF-8, or ISO 8859-1 where it does not say so. */

#define DIGEST_MAX_CHALLENGE 2047 /* §2.1.1 */
#define DIGEST_MAX_RESPONSE 4095  /* §2.1.2 */

/* There is no subsequent authentication here (§2.2): each nonce is used once. */
#define DIGEST_NONCE_COUNT "00000001"

typedef struct
{
  GStrv realms; /* none: the client says which */
  char *nonce;
  gboolean auth; /* authentication alone is offered */
  gboolean utf8;
} DigestChallenge;

typedef struct
{
  char *username;
  char *realm; /* NULL: none */
  char *nonce;
  char *cnonce;
  char *nonce_count;
  char *qop; /* NULL: none */
  char *uri;
  char *response;
  char *authzid; /* NULL: none; always UTF-8 */
  gboolean utf8;
} DigestResponse;

DigestChallenge *digest_challenge_parse (GBytes *message, GError **error);
void digest_challenge_free (DigestChallenge *challenge);
DigestResponse *digest_response_parse (GBytes *message, GError **error);
void digest_response_free (DigestResponse *response);
/* The value of rspauth=, 32 hexadecimal digits */
char *digest_rspauth_parse (GBytes *message, GError **error);

char *digest_challenge_build (const DigestChallenge *challenge);
char *digest_response_build (const DigestResponse *response);
char *digest_rspauth_build (const char *rspauth);

/* Octets of a message as UTF-8, and back. NULL: they are none, or have no ISO 8859-1 */
char *digest_to_utf8 (const char *octets, gboolean utf8);
char *digest_from_utf8 (const char *text, gboolean utf8);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DigestChallenge, digest_challenge_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DigestResponse, digest_response_free)

G_END_DECLS
