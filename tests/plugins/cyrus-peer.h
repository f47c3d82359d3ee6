/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

#include <sasl/sasl.h>

G_BEGIN_DECLS

/* The other side of the bridge: libsasl2 itself, as another program uses it, with callbacks
 * of its own and accounts in a sasldb */
typedef struct _CyrusPeer CyrusPeer;

CyrusPeer *cyrus_peer_new_client (const char *mechanism,
                                  const char *username,
                                  const char *password);
CyrusPeer *cyrus_peer_new_server (const char *mechanism, const char *database);
void cyrus_peer_free (CyrusPeer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CyrusPeer, cyrus_peer_free)

void cyrus_peer_bind (CyrusPeer *peer, const char *type, const char *data);
/* A result of libsasl2 */
int cyrus_peer_step (CyrusPeer *peer, GBytes *input, GBytes **output);
/* Lets the two sides talk. TRUE: both are done. @error: of the library's side */
gboolean cyrus_peer_run_client (XmppSaslMechanism *client,
                                CyrusPeer *server,
                                GError **error);
gboolean cyrus_peer_run_server (CyrusPeer *client,
                                XmppSaslMechanism *server,
                                GError **error);
/* Server: who it was */
const char *cyrus_peer_get_username (CyrusPeer *peer);

G_END_DECLS
