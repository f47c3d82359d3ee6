/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "client/xmpp-client.h"

#include "tls-peer.h"

G_BEGIN_DECLS

/* What every attack on TLS is tried over: direct TLS and STARTTLS */
#define ATTACK_MODES 2
extern const XmppTlsMode attack_modes[ATTACK_MODES];

/* Under valgrind */
gboolean attack_is_slow (void);

/* TLS at once, or after STARTTLS */
TlsPeer *attack_peer_new (XmppTlsMode mode, const char *certificate);
/* alice@p.test, trusting "ca", for a server on @port of this machine */
XmppClient *attack_client_new (guint16 port, XmppTlsMode mode);

/* The same for another account */
XmppClient *attack_client_new_for (const char *jid, guint16 port, XmppTlsMode mode);

/* Opens the connection and waits; returns the error, NULL for none. */
GError *attack_open (XmppClient *client);
/* The certificate is refused with @says in the message, and nothing of ours was sent. */
void attack_assert_refused (XmppClient *client, TlsPeer *peer, const char *says);
/* What makes the others worth something: the stream begins. */
void attack_assert_begins (XmppClient *client, TlsPeer *peer);

/* For g_test_add_data_func(): the mode is the data */
void attack_add (const char *path, GTestDataFunc test);
XmppTlsMode attack_mode (gconstpointer data);

G_END_DECLS
