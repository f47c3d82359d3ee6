/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "connection/xmpp-connection.h"

#include "xmpp-test-peer.h"

G_BEGIN_DECLS

/* An XmppConnection whose dialling ends at a scripted peer: headers are exchanged, then it is
 * alice@p.test/here, secure and bound. */
#define XMPP_TEST_TYPE_CONNECTION (xmpp_test_connection_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppTestConnection, xmpp_test_connection, XMPP_TEST, CONNECTION, XmppConnection)

/* @script: what comes behind the header and the (empty) features. NULL in place of a peer:
 * dialling never ends by itself. Notes what the signals say in a log, see take_log(). */
XmppConnection *xmpp_test_connection_new (const char *script);
XmppTestPeer *xmpp_test_connection_get_peer (XmppConnection *connection);
/* The next stream, after the first was closed */
void xmpp_test_connection_set_script (XmppConnection *connection, const char *script);
/* Opens it, and fails the test where that fails. */
void xmpp_test_connection_open (XmppConnection *connection);
/* "opened; message hi; closed" : what has been signalled since the last call */
char *xmpp_test_connection_take_log (XmppConnection *connection);
/* What the "message" handler answers */
void xmpp_test_connection_set_takes (XmppConnection *connection, gboolean takes);

G_END_DECLS
