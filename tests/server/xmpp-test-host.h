/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "client/xmpp-client.h"
#include "server/xmpp-server.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-sasl.h"

G_BEGIN_DECLS

/* A server of the domains p.test and localhost, on 127.0.0.1 and ::1. Whatever account there is,
 * its password is "secret". */
typedef struct
{
  XmppServer *server;
  XmppTestAuthenticator *users; /* alice, bob, carol */
  XmppSaslRegistry *registry;
  GTlsDatabase *trust;
  guint port;        /* STARTTLS, 127.0.0.1 */
  guint port6;       /* the same on ::1 */
  guint direct_port; /* direct TLS, 127.0.0.1 */

  guint opened, closed, refused; /* signals */
  GError *closed_error;          /* of the last one; NULL: politely */
  GError *refused_error;         /* of the last one */
} XmppTestHost;

XmppTestHost *xmpp_test_host_new (void);
/* Fails unless everything has gone that belongs to the server. */
void xmpp_test_host_free (XmppTestHost *host);
void xmpp_test_host_stop (XmppTestHost *host);
/* Until so many connections have been opened and closed, or refused */
void xmpp_test_host_wait_opened (XmppTestHost *host, guint count);
void xmpp_test_host_wait_closed (XmppTestHost *host, guint count);
void xmpp_test_host_wait_refused (XmppTestHost *host, guint count);

/* A client for STARTTLS at 127.0.0.1 that is silent once it is open: no presence */
XmppClient *xmpp_test_host_new_client (XmppTestHost *host, const char *jid);
/* NULL: it is open */
GError *xmpp_test_host_open (XmppClient *client);
GError *xmpp_test_host_close (XmppClient *client);
/* Opened, and available with @priority */
XmppClient *xmpp_test_host_login (XmppTestHost *host, const char *jid, int priority);

/* Counts stanzas of a client, and keeps the last one. */
typedef struct
{
  guint count;
  XmppStanza *last;
} XmppTestInbox;

void xmpp_test_inbox_watch (XmppTestInbox *inbox, gpointer connection);
void xmpp_test_inbox_wait (XmppTestInbox *inbox, guint count);
void xmpp_test_inbox_clear (XmppTestInbox *inbox);

/* Sends what is written as XML. */
void xmpp_test_host_send (gpointer connection, const char *xml);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppTestHost, xmpp_test_host_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (XmppTestInbox, xmpp_test_inbox_clear)

G_END_DECLS
