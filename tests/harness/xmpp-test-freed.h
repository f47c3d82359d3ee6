/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Looks through every block that is freed, for texts that must not be left behind in memory.
 * The program that this file is compiled into gets its free() and realloc(). */

/* First of all in main(). @texts: ends with NULL */
void xmpp_test_freed_init (const char *const *texts);
void xmpp_test_freed_watch (void);
/* How many blocks held one of the texts since then */
int xmpp_test_freed_stop (void);

G_END_DECLS
