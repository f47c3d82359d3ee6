/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "server/xmpp-server.h"

G_BEGIN_DECLS

/* What a stanza meets that @connection has sent, with its "from" checked and set. FALSE: it is
 * for the server itself, and goes the way of every connection. */
gboolean xmpp_server_take_stanza (XmppServer *server,
                                  XmppConnection *connection,
                                  XmppStanza *stanza);
/* A stanza that was for @connection has not reached it. */
void xmpp_server_return_stanza (XmppServer *server, XmppStanza *stanza);

G_END_DECLS
