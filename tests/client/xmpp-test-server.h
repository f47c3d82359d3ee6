/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A TCP server on a free port of 127.0.0.1 that plays one script a connection
 * (tests/harness/xmpp-test-peer.h), in the order in which they were added. Raw bytes stand in
 * for a script where they are no XML. */
typedef struct _XmppTestServer XmppTestServer;

XmppTestServer *xmpp_test_server_new (void);
void xmpp_test_server_free (XmppTestServer *server);
/* Direct TLS from now on */
void xmpp_test_server_set_certificate (XmppTestServer *server,
                                       GTlsCertificate *certificate);
guint16 xmpp_test_server_get_port (XmppTestServer *server);
void xmpp_test_server_add_script (XmppTestServer *server, const char *script);
/* Sends @bytes when something has come, then nothing; @close: hangs up behind them */
void xmpp_test_server_add_bytes (XmppTestServer *server,
                                 const char *bytes,
                                 gboolean close);
/* What was sent to a connection that was given raw bytes */
const char *xmpp_test_server_get_received (XmppTestServer *server);

/* Where there is a certificate: TLS begins with a STARTTLS that is none of the script's. */
void xmpp_test_server_set_starttls (XmppTestServer *server, gboolean starttls);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppTestServer, xmpp_test_server_free)

G_END_DECLS
