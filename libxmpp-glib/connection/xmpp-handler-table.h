/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "connection/xmpp-connection.h"

G_BEGIN_DECLS

/* The handlers that an application has added, in that order. Handlers may add and remove
 * handlers, themselves too, while one of them runs. */
typedef struct _XmppHandlerTable XmppHandlerTable;

XmppHandlerTable *xmpp_handler_table_new (void);
void xmpp_handler_table_free (XmppHandlerTable *table);
guint xmpp_handler_table_add (XmppHandlerTable *table,
                              XmppStanzaKind kinds,
                              const char *name,
                              const char *xmlns,
                              XmppStanzaHandler handler,
                              gpointer user_data,
                              GDestroyNotify destroy);
gboolean xmpp_handler_table_remove (XmppHandlerTable *table, guint id);
/* TRUE: one of them took it */
gboolean xmpp_handler_table_run (XmppHandlerTable *table,
                                 XmppConnection *connection,
                                 XmppStanza *stanza);

G_END_DECLS
