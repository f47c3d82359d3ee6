/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-limits-private.h"
#include "core/xmpp-stanza.h"

G_BEGIN_DECLS

/* The iq requests that wait for their reply. A reply must fit in id, sender, kind and
 * type (RFC 6120 §8.2.3): an id alone can be guessed by anybody. */
typedef struct _XmppRequestTable XmppRequestTable;

/* @limits: requests, request_seconds; must outlive the table */
XmppRequestTable *xmpp_request_table_new (const XmppLimitValues *limits,
                                          GMainContext *context);
void xmpp_request_table_free (XmppRequestTable *table);

/* @task returns an XmppStanza or an error, once. It follows its own cancellable. FALSE: no
 * more may wait, or not this one, and @task says nothing.
 * Errors: XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT, G_IO_ERROR_INVALID_ARGUMENT */
gboolean xmpp_request_table_add (XmppRequestTable *table,
                                 XmppStanza *request,
                                 GTask *task,
                                 GError **error);
/* @request was added and could not be sent. Its task says nothing. */
void xmpp_request_table_remove (XmppRequestTable *table, XmppStanza *request);
gboolean xmpp_request_table_is_empty (XmppRequestTable *table);

/* TRUE: @stanza was the reply somebody waited for. @own: our full JID (nullable) */
gboolean xmpp_request_table_take (XmppRequestTable *table,
                                  XmppStanza *stanza,
                                  XmppJid *own);
/* All that wait get a copy of @error. */
void xmpp_request_table_fail (XmppRequestTable *table, const GError *error);

G_END_DECLS
