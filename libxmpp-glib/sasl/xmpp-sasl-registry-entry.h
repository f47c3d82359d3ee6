/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-library.h"
#include "sasl/xmpp-sasl-mechanism-info.h"

G_BEGIN_DECLS

/* What a registry has under a name: a list, since several modules may have it */
typedef struct _XmppSaslEntry XmppSaslEntry;

struct _XmppSaslEntry
{
  XmppSaslMechanismInfo *info;
  XmppSaslLibrary *library; /* NULL: registered by the program */
  GType type;               /* 0: not loaded yet */
  char *failure;            /* why it did not load */
  XmppSaslEntry *next;      /* of the same name, in a file that comes later */
};

/* @info: (transfer full). @library: (nullable) */
XmppSaslEntry *xmpp_sasl_entry_new (XmppSaslMechanismInfo *info,
                                    XmppSaslLibrary *library);
/* With those behind it */
void xmpp_sasl_entry_free (gpointer entry);

void xmpp_sasl_entry_append (XmppSaslEntry *first, XmppSaslEntry *entry);
/* The one that has @info; replaced meanwhile, it is the first one */
XmppSaslEntry *xmpp_sasl_entry_find (XmppSaslEntry *first, XmppSaslMechanismInfo *info);
/* The one that is taken from @modules (nullable), else the first one for the side: one that
 * waits to be named does not stand before another one. None is for the side: @first */
XmppSaslEntry *xmpp_sasl_entry_choose (XmppSaslEntry *first,
                                       XmppSaslRole role,
                                       const char *const *modules);

/* @role 0: any */
gboolean xmpp_sasl_entry_can_play (const XmppSaslEntry *entry, XmppSaslRole role);
/* One of the two waits to be named, so that neither takes the other's place. */
gboolean xmpp_sasl_entry_stands_beside (const XmppSaslEntry *first,
                                        const XmppSaslEntry *second);
/* Of pointers in an array: by file, then by name */
int xmpp_sasl_entry_compare (gconstpointer a, gconstpointer b);

G_END_DECLS
