/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib-object.h>

#include <sasl/sasl.h>

G_BEGIN_DECLS

/* A list of callbacks, which a connection of libsasl2 looks at as long as it is there */
typedef struct
{
  sasl_callback_t items[10]; /* the client's seven are the most, and the end */
  guint length;
} CyrusCallbacks;

/* Begins with what every connection has: its log */
void cyrus_callbacks_begin (CyrusCallbacks *callbacks);
void cyrus_callbacks_add (CyrusCallbacks *callbacks,
                          unsigned long id,
                          GCallback function,
                          gpointer context);
/* What sasl_client_new() and sasl_server_new() take */
const sasl_callback_t *cyrus_callbacks_end (CyrusCallbacks *callbacks);

G_END_DECLS
