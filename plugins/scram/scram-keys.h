/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define SCRAM_MAX_HASH 64

typedef struct _ScramHash ScramHash;

/* NULL: no such mechanism. @name: (nullable). @plus: (out): binds the channel */
const ScramHash *scram_hash_for_mechanism (const char *name, gboolean *plus);
gsize scram_hash_get_size (const ScramHash *hash);
/* The name of the mechanism without -PLUS, and the field that its derived keys have */
const char *scram_hash_get_mechanism (const ScramHash *hash);
const char *scram_hash_get_field (const ScramHash *hash);

/* RFC 5802 §3. The server has no client key. Wiped by scram_keys_clear(). */
typedef struct
{
  guint8 client_key[SCRAM_MAX_HASH];
  guint8 stored_key[SCRAM_MAX_HASH];
  guint8 server_key[SCRAM_MAX_HASH];
} ScramKeys;

void scram_keys_clear (ScramKeys *keys);
/* @password must be prepared. Errors: G_IO_ERROR_CANCELLED, XMPP_SASL_ERROR_INTERNAL */
gboolean scram_keys_derive (const ScramHash *hash,
                            const char *password,
                            GBytes *salt,
                            guint iterations,
                            GCancellable *cancellable,
                            ScramKeys *keys,
                            GError **error);

/* COUNT$SALT$CLIENT-KEY$SERVER-KEY, which a client may store instead of the password; a
 * server stores COUNT$SALT$STORED-KEY$SERVER-KEY. Binary in base64. */
char *scram_keys_to_client_text (const ScramHash *hash,
                                 const ScramKeys *keys,
                                 GBytes *salt,
                                 guint iterations);
char *scram_keys_to_server_text (const ScramHash *hash,
                                 const ScramKeys *keys,
                                 GBytes *salt,
                                 guint iterations);
gboolean scram_keys_from_client_text (const ScramHash *hash,
                                      const char *text,
                                      ScramKeys *keys,
                                      GBytes **salt,
                                      guint *iterations);
gboolean scram_keys_from_server_text (const ScramHash *hash,
                                      const char *text,
                                      ScramKeys *keys,
                                      GBytes **salt,
                                      guint *iterations);

/* @output has room for the hash. FALSE: GnuTLS has failed. */
gboolean scram_hmac (const ScramHash *hash,
                     gconstpointer key,
                     gsize key_length,
                     const char *text,
                     guint8 *output);
gboolean scram_digest (const ScramHash *hash,
                       gconstpointer data,
                       gsize length,
                       guint8 *output);
/* Constant time */
gboolean scram_equal (const guint8 *a, const guint8 *b, gsize length);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScramKeys, scram_keys_clear)

G_END_DECLS
