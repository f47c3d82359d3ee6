/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-stanza.h"

G_BEGIN_DECLS

/* Stanzas that wait for xmpp_connection_receive_async(), and calls of it that wait for
 * stanzas; never both for the same kind. */
typedef struct _XmppReceiveQueue XmppReceiveQueue;

XmppReceiveQueue *xmpp_receive_queue_new (void);
/* Calls that still wait get NULL. */
void xmpp_receive_queue_free (XmppReceiveQueue *queue);
void xmpp_receive_queue_push (XmppReceiveQueue *queue, XmppStanza *stanza);
guint xmpp_receive_queue_get_length (XmppReceiveQueue *queue);
/* @task returns the first stanza of @kinds, now or when it comes; NULL after the end. */
void xmpp_receive_queue_pop (XmppReceiveQueue *queue, XmppStanzaKind kinds, GTask *task);
/* Nothing more will come: what is there can still be taken. */
void xmpp_receive_queue_end (XmppReceiveQueue *queue);

G_END_DECLS
