/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* The message as text: UTF-8 without NUL, not empty, and of at most @max bytes. Else
 * XMPP_SASL_ERROR_MALFORMED_REQUEST. @family: for the error */
char *sasl_message_dup_text (const char *family,
                             GBytes *message,
                             gsize max,
                             GError **error);
/* @text without the NUL behind it */
GBytes *sasl_message_take (char *text);
/* Fills @nonce, unless it is there already: 24 random bytes in base64 */
gboolean sasl_make_nonce (char **nonce, GError **error);

G_END_DECLS
