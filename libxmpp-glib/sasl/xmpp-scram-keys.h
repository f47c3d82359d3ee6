/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a server keeps of a password, as the fields "scram-sha-256-keys" and its like have
 * it: COUNT$SALT$STORED-KEY$SERVER-KEY of RFC 5802 §3, binary in base64. Nobody can log in
 * with it. */

#define XMPP_SCRAM_ITERATIONS 10000

/* The names of the fields, the one that a password is verified by first; NULL behind them */
extern const char *const xmpp_scram_keys_fields[];

/* Says whether @text is what @field may hold. @iterations: (out) (optional) */
gboolean xmpp_scram_keys_are_valid (const char *field,
                                    const char *text,
                                    guint *iterations);
/* With a new salt. @password is prepared. It takes milliseconds. Errors:
 * G_IO_ERROR_CANCELLED, G_IO_ERROR_FAILED (no random numbers), XMPP_SASL_ERROR_INTERNAL */
char *xmpp_scram_keys_derive (const char *field,
                              const char *password,
                              GCancellable *cancellable,
                              GError **error);
/* Keys of no password, which cost as much to verify */
char *xmpp_scram_keys_invent (const char *field, guint iterations);
/* Is @password, prepared, the one that the keys in @text were made of? It takes as long.
 * @right: (out). FALSE: it could not be computed */
gboolean xmpp_scram_keys_verify (const char *field,
                                 const char *text,
                                 const char *password,
                                 GCancellable *cancellable,
                                 gboolean *right,
                                 GError **error);

G_END_DECLS
