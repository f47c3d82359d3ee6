/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Threads of our own, so that slow databases keep none that others wait for. @work is called
 * with @data. */

/* Questions to Cyrus' databases, a few at once */
void cyrus_worker_ask (GFunc work, gpointer data);
/* Ends of connections, one after the other; a program that ends waits a while for them */
void cyrus_worker_end (GFunc work, gpointer data);
/* Waits until all of them have ended, or for a few seconds */
void cyrus_worker_wait_for_ends (void);

G_END_DECLS
