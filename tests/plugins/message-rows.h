/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* A message, and whether the parser of its kind is to take it */
typedef struct
{
  int kind;
  gboolean good;
  const char *message;
} MessageRow;

/* Hands a message to the parser of its kind: whether it was taken */
typedef gboolean (*MessageParse) (int kind, GBytes *message, GError **error);

void message_rows_check (const MessageRow *rows, guint n_rows, MessageParse parse);
/* Each prefix of a message is parsed or refused, and a NUL in it is refused; that nothing
 * is read beyond the end is for the sanitizer to say. */
void message_rows_check_cut (const MessageRow *rows, guint n_rows, MessageParse parse);

G_END_DECLS
