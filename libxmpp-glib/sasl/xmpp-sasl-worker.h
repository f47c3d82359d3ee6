/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* So many steps run at a time, and the others wait for one to end. Most of those that take
 * long only wait, for a key distribution centre (which MIT Kerberos gives up after half a
 * minute, whoever has cancelled) or an answer; threads that have nothing to do end by
 * themselves. */
#define XMPP_SASL_WORKERS_MAX 64

/* Threads of the library's own: a step that blocks for half a minute must not fill the pool
 * that GIO needs for look-ups and TLS. @work runs in one of them, then @done in the
 * thread-default context of the caller; @done frees @data, so that no object ends its life
 * in a thread that it does not know. Where that context ends before, @done runs in the
 * thread that ends it. */
void xmpp_sasl_worker_run (GFunc work, GDestroyNotify done, gpointer data);

G_END_DECLS
