/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "connection/xmpp-connection-private.h"
#include "server/xmpp-server.h"
#include "transport/xmpp-admission.h"

G_BEGIN_DECLS

/* The connection of somebody who was accepted: what those of clients and components have in
 * common. Subclasses have ops of their own, which use the functions below. */
#define XMPP_TYPE_SERVER_LINK (xmpp_server_link_get_type ())
G_DECLARE_DERIVABLE_TYPE (
    XmppServerLink, xmpp_server_link, XMPP, SERVER_LINK, XmppConnection)

struct _XmppServerLinkClass
{
  XmppConnectionClass parent_class;

  /* TRUE: the stanza says rightly who has sent it; FALSE: the connection is being ended */
  gboolean (*check_sender) (XmppConnection *connection, XmppStanza *stanza);
};

/* @type: a subclass; @visit: (transfer full). It has the server's limits from now on. */
XmppServerLink *xmpp_server_link_new (GType type,
                                      XmppServer *server,
                                      GSocketConnection *socket,
                                      XmppVisit *visit);
/* Lets the peer log in; the server hears of the outcome. */
void xmpp_server_link_start (XmppServerLink *link);

/* NULL: it is gone, and this connection is about to be */
XmppServer *xmpp_server_link_get_server (XmppServerLink *link);
void xmpp_server_link_forget_server (XmppServerLink *link);
GSocketConnection *xmpp_server_link_get_socket (XmppServerLink *link);
/* Of the peer; nullable */
GSocketAddress *xmpp_server_link_get_address (XmppServerLink *link);
gboolean xmpp_server_link_is_loopback (XmppServerLink *link);

/* The address that is its, or will be once it is open; nullable */
XmppJid *xmpp_server_link_get_bound (XmppServerLink *link);
void xmpp_server_link_set_bound (XmppServerLink *link, XmppJid *bound);

/* For dial_async(): @task (transfer full) returns the failed login's @error (transfer full) when
 * the peer has been told of it, as far as it listens. @stream: (nullable) */
void xmpp_server_link_fail_dial (GTask *task, XmppStream *stream, GError *error);

/* A login has failed. FALSE: it was the last one, and the connection is being ended */
gboolean xmpp_server_link_count_failure (XmppServerLink *link, const GError *failure);

/* Ends it with a stream error, whatever state it is in. */
void xmpp_server_link_end (XmppServerLink *link,
                           XmppStreamError condition,
                           const char *message);
/* As of ops->farewell: a server that stops says so. */
void xmpp_server_link_farewell (XmppConnection *connection, const char *status);

/* As of ops->take: what comes is from whom it says, and goes where the server routes it. */
gboolean xmpp_server_link_take (XmppConnection *connection, XmppStanza *stanza);

/* Sends it @stanza. Errors: XMPP_STANZA_ERROR_RECIPIENT_UNAVAILABLE */
gboolean xmpp_server_link_deliver (XmppServerLink *link,
                                   XmppStanza *stanza,
                                   GError **error);

G_END_DECLS
