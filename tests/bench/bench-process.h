/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the measured programs do alike, with GIO alone */

/* Is it a row over TLS? */
gboolean bench_row_is_tls (const char *row);
/* The row without that */
gboolean bench_row_is (const char *row, const char *name);

/* Starts bench-peer beside this program and says on which port it waits. */
guint16 bench_spawn_peer (const char *program, const char *row, guint n);

/* The system's authorities and that of the tests, in one file as a system has them */
GTlsDatabase *bench_database_new (void);

/* Resident memory now, and at most so far; in bytes */
gsize bench_get_memory (void);
gsize bench_get_peak_memory (void);

G_END_DECLS
