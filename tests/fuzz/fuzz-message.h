/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* Reads one kind of message, and checks what came of it */
typedef void (*FuzzMessageFunc) (GBytes *message);

/* The parsers of a mechanism's messages: the first byte of the input says which one gets the
 * rest. Returns 0. */
int fuzz_message_run (const FuzzMessageFunc *functions,
                      guint n_functions,
                      const guint8 *data,
                      gsize size);
/* What was not parsed has an error that says so, and nothing else has one. */
void fuzz_message_check_error (gpointer parsed, const GError *error);

G_END_DECLS
