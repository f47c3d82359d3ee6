/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "client/xmpp-client.h"

G_BEGIN_DECLS

#define XMPP_TYPE_COMPONENT (xmpp_component_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppComponent, xmpp_component, XMPP, COMPONENT, XmppConnection)

/* @host: (nullable): this machine; @port: 0: 5347. Errors: G_IO_ERROR_INVALID_DATA: @domain is
 * none */
XMPP_AVAILABLE_IN_ALL
XmppComponent *xmpp_component_new (
    const char *domain, const char *secret, const char *host, guint port, GError **error);

XMPP_AVAILABLE_IN_ALL
const char *xmpp_component_get_domain (XmppComponent *component);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_component_get_host (XmppComponent *component);
XMPP_AVAILABLE_IN_ALL
guint xmpp_component_get_port (XmppComponent *component);

G_END_DECLS
