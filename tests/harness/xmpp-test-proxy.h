/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A proxy on a free port of 127.0.0.1 that speaks SOCKS5 (RFC 1928, RFC 1929) and HTTP
 * CONNECT (RFC 9110 §9.3.6) on the same port. It knows hosts of its own, and nothing
 * else. */
typedef struct _XmppTestProxy XmppTestProxy;

XmppTestProxy *xmpp_test_proxy_new (void);
void xmpp_test_proxy_free (XmppTestProxy *proxy);
guint16 xmpp_test_proxy_get_port (XmppTestProxy *proxy);
/* @place: "p.test:5222"; it leads to @port of 127.0.0.1. */
void xmpp_test_proxy_add_place (XmppTestProxy *proxy, const char *place, guint16 port);
/* From now on it wants to know who comes. */
void xmpp_test_proxy_set_password (XmppTestProxy *proxy,
                                   const char *user,
                                   const char *password);
guint xmpp_test_proxy_get_connections (XmppTestProxy *proxy);
/* The places that were asked for, in order, with a space between them */
const char *xmpp_test_proxy_get_asked (XmppTestProxy *proxy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppTestProxy, xmpp_test_proxy_free)

G_END_DECLS
