/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A GResolver that knows what it was told and nothing else; what it does not know is not
 * found. Names of SRV records are whole: "_xmpp-client._tcp.p.test". */
#define XMPP_TEST_TYPE_RESOLVER (xmpp_test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppTestResolver, xmpp_test_resolver, XMPP_TEST, RESOLVER, GResolver)

/* It is the default one from now on. */
XmppTestResolver *xmpp_test_resolver_new (void);
/* "10 5 5222 xmpp.p.test": priority, weight, port, target; "" makes an empty answer */
void xmpp_test_resolver_add_srv (XmppTestResolver *resolver,
                                 const char *name,
                                 const char *record);
/* IPv4 or IPv6 */
void xmpp_test_resolver_add_address (XmppTestResolver *resolver,
                                     const char *name,
                                     const char *address);
void xmpp_test_resolver_fail (XmppTestResolver *resolver,
                              const char *name,
                              GResolverError code);
/* The answer never comes. */
void xmpp_test_resolver_silence (XmppTestResolver *resolver, const char *name);
/* How often it was asked for @name; %NULL: for anything */
guint xmpp_test_resolver_get_queries (XmppTestResolver *resolver, const char *name);
/* Forgets all. */
void xmpp_test_resolver_clear (XmppTestResolver *resolver);

G_END_DECLS
