/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-jid.h"
#include "core/xmpp-stanza.h"

G_BEGIN_DECLS

/* Which full addresses are connected, and who gets a stanza for one of them or for their
 * account. What a connection is, is the caller's business: it is a pointer here. */
typedef struct _XmppResourceTable XmppResourceTable;

typedef enum
{
  XMPP_DELIVERY_SEND,   /* to those that were found */
  XMPP_DELIVERY_IGNORE, /* to nobody, and nobody is told */
  XMPP_DELIVERY_REFUSE, /* to nobody; the sender is told <service-unavailable/> */
} XmppDelivery;

XmppResourceTable *xmpp_resource_table_new (void);
void xmpp_resource_table_free (XmppResourceTable *table);

/* @full: not in the table yet. It is nobody's target before set_open(). */
void xmpp_resource_table_add (XmppResourceTable *table,
                              XmppJid *full,
                              gpointer connection);
/* Nothing where @full is another connection's by now */
void xmpp_resource_table_remove (XmppResourceTable *table,
                                 XmppJid *full,
                                 gpointer connection);
void xmpp_resource_table_set_open (XmppResourceTable *table,
                                   XmppJid *full,
                                   gpointer connection);
/* What its presence without "to" says (RFC 6121 §4.7.2.3) */
void xmpp_resource_table_set_presence (XmppResourceTable *table,
                                       XmppJid *full,
                                       gboolean available,
                                       int priority);
/* NULL: nobody; else one that may not be open yet */
gpointer xmpp_resource_table_find (XmppResourceTable *table, XmppJid *full);
gboolean xmpp_resource_table_is_open (XmppResourceTable *table, XmppJid *full);
/* How many resources of the account of @jid there are */
guint xmpp_resource_table_count (XmppResourceTable *table, XmppJid *jid);
/* The one of that account that came first; NULL: none */
gpointer xmpp_resource_table_get_oldest (XmppResourceTable *table, XmppJid *jid);

/* RFC 6121 §8.5 for an account that may exist, and no store for those who are away. @to: has a
 * local part. @found: (element-type gpointer): connections are appended */
XmppDelivery xmpp_resource_table_deliver (XmppResourceTable *table,
                                          XmppJid *to,
                                          XmppStanzaKind kind,
                                          XmppStanzaType type,
                                          GPtrArray *found);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppResourceTable, xmpp_resource_table_free)

G_END_DECLS
