/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "server/xmpp-server-link.h"

G_BEGIN_DECLS

/* The connection of a client */
#define XMPP_TYPE_SERVER_SESSION (xmpp_server_session_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppServerSession, xmpp_server_session, XMPP, SERVER_SESSION, XmppServerLink)

/* @visit: (transfer full) */
XmppServerLink *xmpp_server_session_new (XmppServer *server,
                                         GSocketConnection *socket,
                                         XmppVisit *visit,
                                         gboolean direct_tls);

G_END_DECLS
