/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

XMPP_AVAILABLE_IN_ALL
void xmpp_secret_free (char *secret);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_secret_equal (GBytes *a, GBytes *b);

XMPP_AVAILABLE_IN_ALL
gboolean xmpp_random_bytes (guint8 *buffer, gsize length, GError **error);
XMPP_AVAILABLE_IN_ALL
GBytes *xmpp_random_new (gsize length, GError **error);

G_END_DECLS
