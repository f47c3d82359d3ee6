/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* All channel bindings of @connection that its version defines, best first, as "a(say)":
 * type ("tls-exporter", "tls-server-end-point", "tls-unique") and data. Never empty data;
 * tls-unique only below TLS 1.3. (transfer full), floating reference sunk. */
GVariant *xmpp_channel_binding_collect (GTlsConnection *connection);

G_END_DECLS
