/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

typedef struct _XmppJid XmppJid;

#define XMPP_TYPE_JID (xmpp_jid_get_type ())
XMPP_AVAILABLE_IN_ALL
GType xmpp_jid_get_type (void);

/* What is wrong with an address is always G_IO_ERROR_INVALID_DATA. */
XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_jid_new (const char *text, GError **error);
XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_jid_new_from_parts (const char *local,
                                  const char *domain,
                                  const char *resource,
                                  GError **error);
XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_jid_ref (XmppJid *jid);
XMPP_AVAILABLE_IN_ALL
void xmpp_jid_unref (XmppJid *jid);

XMPP_AVAILABLE_IN_ALL
const char *xmpp_jid_get_local (XmppJid *jid);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_jid_get_domain (XmppJid *jid);
/* The domain in the form that DNS and certificates use (A-labels); an IP literal as it is
 */
XMPP_AVAILABLE_IN_ALL
const char *xmpp_jid_get_ascii_domain (XmppJid *jid);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_jid_get_resource (XmppJid *jid);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_jid_to_string (XmppJid *jid);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_jid_is_bare (XmppJid *jid);

XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_jid_dup_bare (XmppJid *jid);
XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_jid_dup_with_resource (XmppJid *jid, const char *resource, GError **error);

XMPP_AVAILABLE_IN_ALL
gboolean xmpp_jid_equal (gconstpointer a, gconstpointer b);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_jid_equal_bare (XmppJid *a, XmppJid *b);
XMPP_AVAILABLE_IN_ALL
guint xmpp_jid_hash (gconstpointer jid);
XMPP_AVAILABLE_IN_ALL
int xmpp_jid_compare (gconstpointer a, gconstpointer b);

XMPP_AVAILABLE_IN_ALL
char *xmpp_jid_escape_local (const char *text);
XMPP_AVAILABLE_IN_ALL
char *xmpp_jid_unescape_local (const char *local);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppJid, xmpp_jid_unref)

G_END_DECLS
