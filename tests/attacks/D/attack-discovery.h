/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "client/xmpp-client.h"

#include "tls-peer.h"
#include "xmpp-test-resolver.h"

G_BEGIN_DECLS

#define PASSWORD "Gu3ss-me"

/* A client that finds its server by itself, and trusts "ca" */
XmppClient *attack_client_new (const char *jid);
/* Opens the connection and waits for the end; the error, NULL for none */
GError *attack_open (XmppClient *client);
/* The same, but gives up as soon as @peer has received something inside TLS: who has come
 * there has got through. */
void attack_open_until_received (XmppClient *client, TlsPeer *peer);
char *attack_get_report (XmppClient *client);
const char *attack_get_failed_step (XmppClient *client);
/* "5 0 5222 a.test" with the port of @peer */
void attack_add_srv (XmppTestResolver *resolver,
                     const char *name,
                     guint priority,
                     guint16 port,
                     const char *host);
guint16 attack_dead_port (void);

G_END_DECLS
