/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Starts bench-peer beside this program and says on which port it waits. */
guint bench_spawn_peer (const char *program, const char *row, guint n, gboolean raw);

G_END_DECLS
