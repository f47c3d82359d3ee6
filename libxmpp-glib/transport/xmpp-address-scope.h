/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* "a loopback address", "a link-local address", "a private address"; NULL for one that
 * means the same everywhere */
const char *xmpp_address_scope_describe (GInetAddress *address);
gboolean xmpp_address_scope_is_loopback (GSocketAddress *address);
/* FALSE for an address, for a name without a dot, and for those that are set aside for
 * one machine, one network or tests (RFC 6761, RFC 6762, RFC 8375) */
gboolean xmpp_address_scope_is_public_name (const char *domain);

G_END_DECLS
