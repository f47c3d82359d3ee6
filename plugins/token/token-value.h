/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* A token as both sides keep it, in one field: MECHANISM$EXPIRY$TOKEN. The mechanism is the
 * only one that it is good for, the expiry a time as XEP-0082 writes it, and the token is
 * last because it may have any characters. */
typedef struct
{
  char *mechanism;
  GDateTime *expiry;
  char *token;
} TokenValue;

/* NULL: that is not one, or @text is NULL */
TokenValue *token_value_parse (const char *text);
void token_value_free (TokenValue *value);
gboolean token_value_is_expired (TokenValue *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TokenValue, token_value_free)

G_END_DECLS
