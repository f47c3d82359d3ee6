/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A client that sends what it is told, byte by byte, and keeps what comes. */
typedef struct _XmppTestRaw XmppTestRaw;

/* Connected to 127.0.0.1 */
XmppTestRaw *xmpp_test_raw_new (guint port);
void xmpp_test_raw_free (XmppTestRaw *raw);
/* TLS from here on, whatever the certificate; @server_name: (nullable): for SNI */
void xmpp_test_raw_start_tls (XmppTestRaw *raw, const char *server_name);
GTlsConnection *xmpp_test_raw_get_tls (XmppTestRaw *raw);
void xmpp_test_raw_send (XmppTestRaw *raw, const char *text);
/* Runs until what has come since the last call ends in or holds @text. */
void xmpp_test_raw_expect (XmppTestRaw *raw, const char *text);
/* Runs until the other side has closed, with whatever came before. */
void xmpp_test_raw_expect_end (XmppTestRaw *raw);
/* All that has come since the last call of expect() */
const char *xmpp_test_raw_get_text (XmppTestRaw *raw);
/* From the first header to the bound resource, over a connection on which PLAIN is offered. The
 * password is "secret". */
void xmpp_test_raw_login (XmppTestRaw *raw, const char *local, const char *resource);
void xmpp_test_raw_send_header (XmppTestRaw *raw, const char *to);
/* <auth/> with PLAIN */
void xmpp_test_raw_send_auth (XmppTestRaw *raw, const char *local, const char *password);
/* Reads no longer, or reads on. */
void xmpp_test_raw_set_deaf (XmppTestRaw *raw, gboolean deaf);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppTestRaw, xmpp_test_raw_free)

G_END_DECLS
