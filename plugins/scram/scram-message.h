/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* The four messages of RFC 5802 §7, read and written. Pure functions for both sides: what
 * one builds, the other parses. Every fault is XMPP_SASL_ERROR_MALFORMED_REQUEST. */

#define SCRAM_MAX_MESSAGE 4096
#define SCRAM_MAX_NONCE 256 /* what one side adds */
#define SCRAM_MAX_SALT 128

typedef struct
{
  char binding_flag;  /* 'n', 'y' or 'p' */
  char *binding_type; /* with 'p' */
  char *header;       /* the GS2 header as it came */
  char *authzid;      /* NULL: none */
  char *username;
  char *nonce;
  char *bare;
} ScramClientFirst;

typedef struct
{
  char *nonce; /* of both sides */
  GBytes *salt;
  guint iterations;
  char *offer_hash; /* h=, XEP-0474; NULL: none */
} ScramServerFirst;

typedef struct
{
  GBytes *binding; /* what c= says */
  char *nonce;
  GBytes *proof;
  char *without_proof;
} ScramClientFinal;

typedef struct
{
  GBytes *signature; /* NULL: @error is set */
  char *error;
} ScramServerFinal;

ScramClientFirst *scram_client_first_parse (GBytes *message, GError **error);
void scram_client_first_free (ScramClientFirst *message);
ScramServerFirst *scram_server_first_parse (GBytes *message,
                                            const char *client_nonce,
                                            GError **error);
void scram_server_first_free (ScramServerFirst *message);
ScramClientFinal *scram_client_final_parse (GBytes *message, GError **error);
void scram_client_final_free (ScramClientFinal *message);
ScramServerFinal *scram_server_final_parse (GBytes *message, GError **error);
void scram_server_final_free (ScramServerFinal *message);

char *scram_build_client_first_bare (const char *username, const char *nonce);
/* @offer_hash: h=, XEP-0474; NULL: none */
char *scram_build_server_first (const char *nonce,
                                GBytes *salt,
                                guint iterations,
                                const char *offer_hash);
char *scram_build_client_final_without_proof (GBytes *binding, const char *nonce);

/* A count in decimal digits without sign, blanks or leading zeros, as RFC 5802 writes it
 */
gboolean scram_parse_count (const char *text, guint *count);
/* NULL where @text is not exactly what an encoder makes, or is empty */
GBytes *scram_decode_base64 (const char *text);
char *scram_encode_base64 (GBytes *bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScramClientFirst, scram_client_first_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScramServerFirst, scram_server_first_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScramClientFinal, scram_client_final_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScramServerFinal, scram_server_final_free)

G_END_DECLS
