/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Listens on a free port of 127.0.0.1. @incoming: a handler of GSocketService::incoming */
GSocketService *xmpp_test_service_new (GCallback incoming,
                                       gpointer user_data,
                                       guint16 *port);
/* Nobody connects any more. @user_data: as above */
void xmpp_test_service_free (GSocketService *service, gpointer user_data);

G_END_DECLS
