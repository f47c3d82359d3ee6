/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What GnuTLS says first. @server_name: (nullable); @protocols: (nullable), separated by commas */
GBytes *real_hello_gnutls (const char *priority,
                           const char *server_name,
                           const char *protocols);
/* The same of "openssl s_client @arguments", words separated by spaces; NULL where there is no
 * openssl */
GBytes *real_hello_openssl (const char *arguments);
/* The same message in records of @size bytes */
GBytes *real_hello_cut (GBytes *hello, gsize size);

G_END_DECLS
