/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

#include "cyrus-exchange.h"

G_BEGIN_DECLS

/* Cyrus' plug-ins look secrets up in "auxiliary properties". This is one more place to look:
 * the authenticator of the connection's mechanism. Connections of others do not find
 * anything there. */
#define CYRUS_AUXPROP_NAME "xmpp-glib"

/* Once in a process, after sasl_server_init() */
int cyrus_auxprop_add (void);

/* What lets a connection look there; it must run in a worker thread */
void cyrus_auxprop_add_callback (CyrusExchange *exchange);

G_END_DECLS
