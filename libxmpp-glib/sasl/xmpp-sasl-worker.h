/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Threads of the library's own: a step that blocks for half a minute must not fill the
 * pool that GIO needs for look-ups and TLS. @func runs in one of them, then @data is
 * freed. */
void xmpp_sasl_worker_run (void (*func) (gpointer data),
                           gpointer data,
                           GDestroyNotify destroy);

G_END_DECLS
