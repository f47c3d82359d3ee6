/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A socket's connection as something that GIO does not know, so that TLS over it resumes no
 * session: on a resumed one neither side shows a certificate, and there is no telling whether
 * the server still knows the one of the first. */
#define XMPP_TYPE_TLS_BASE (xmpp_tls_base_get_type ())
G_DECLARE_FINAL_TYPE (XmppTlsBase, xmpp_tls_base, XMPP, TLS_BASE, GIOStream)

GIOStream *xmpp_tls_base_new (GSocketConnection *connection);

G_END_DECLS
