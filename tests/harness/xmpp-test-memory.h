/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Searches all that this process can write to, heap, stacks and variables, for texts that must
 * not be left behind. What it searches for it keeps in a form that is not found itself. A
 * sanitizer keeps memory that was freed, and does not let it be looked at. */

/* @text as it is, in base64 and in hexadecimal digits, and the message that PLAIN makes of it
 * for @username, in base64 */
void xmpp_test_memory_add (const char *username, const char *text);
void xmpp_test_memory_clear (void);
/* How often one of them is there. Says where. */
guint xmpp_test_memory_count (void);

G_END_DECLS
