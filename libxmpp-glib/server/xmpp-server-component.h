/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "server/xmpp-server-link.h"

G_BEGIN_DECLS

/* The connection of a component (XEP-0114) */
#define XMPP_TYPE_SERVER_COMPONENT (xmpp_server_component_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppServerComponent, xmpp_server_component, XMPP, SERVER_COMPONENT, XmppServerLink)

/* @visit: (transfer full) */
XmppServerLink *xmpp_server_component_new (XmppServer *server,
                                           GSocketConnection *socket,
                                           XmppVisit *visit);
/* It is over: its domain has nobody, unless another one has taken it by now. */
void xmpp_server_component_forget (XmppServer *server, XmppConnection *connection);

G_END_DECLS
