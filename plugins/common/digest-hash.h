/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define DIGEST_SIZE 16

/* H ({ username, ":", realm, ":", password }), all that is ever needed of the password */
typedef struct
{
  guint8 data[DIGEST_SIZE];
} DigestSecret;

void digest_secret_clear (DigestSecret *secret);
/* @username and @password in UTF-8, prepared; @realm: the octets of the message */
void digest_secret_derive (DigestSecret *secret,
                           const char *username,
                           const char *realm,
                           const char *password);
/* 32 hexadecimal digits, as a server stores it. FALSE: they are not */
gboolean digest_secret_from_text (DigestSecret *secret, const char *text);

/* What a proof is about, besides the secret */
typedef struct
{
  const char *nonce;
  const char *cnonce;
  const char *uri;
  const char *authzid; /* NULL: none */
} DigestTerms;

/* 32 hexadecimal digits: the client's response=, the server's rspauth= */
char *digest_prove_client (const DigestSecret *secret, const DigestTerms *terms);
char *digest_prove_server (const DigestSecret *secret, const DigestTerms *terms);

gboolean digest_is_hex (const char *text);
/* Constant time */
gboolean digest_equal (const char *proof, const char *expected);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DigestSecret, digest_secret_clear)

G_END_DECLS
