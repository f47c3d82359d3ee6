/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A socket whose queue is full: the kernel drops whoever comes next, as a firewall does. */
typedef struct
{
  GSocket *listener;
  GPtrArray *waiting;
  guint16 port;
} FullQueue;

/* @port: 0 for any */
void full_queue_init (FullQueue *queue, const char *address, guint16 port);
void full_queue_clear (FullQueue *queue);

G_END_DECLS
