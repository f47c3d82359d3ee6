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
GBytes *xmpp_sasl_pbkdf2 (GChecksumType hash,
                          const char *password,
                          GBytes *salt,
                          guint iterations,
                          GCancellable *cancellable,
                          GError **error);

G_END_DECLS
