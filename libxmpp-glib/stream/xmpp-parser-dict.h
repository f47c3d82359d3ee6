/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>
#include <libxml/xmlstring.h>
#include <libxml/dict.h>

G_BEGIN_DECLS

/* libxml2's dictionary of names, shared by the parsers of a thread, and beside it the way from
 * a name in it to the static string of core/xmpp-element-names.h. */
typedef struct _XmppParserDict XmppParserDict;

/* The one of this thread; a new one where the last has grown too big, as a peer chooses the
 * names that it keeps. */
XmppParserDict *xmpp_parser_dict_get (void);
void xmpp_parser_dict_unref (XmppParserDict *dict);
gboolean xmpp_parser_dict_is_full (XmppParserDict *dict);
xmlDictPtr xmpp_parser_dict_peek (XmppParserDict *dict);

/* libxml2 does not lock a dictionary, and a main context may run in another thread than the
 * one in which its parsers were made: held while parsing. */
void xmpp_parser_dict_lock (XmppParserDict *dict);
void xmpp_parser_dict_unlock (XmppParserDict *dict);

/* The static string for a name that came from this dictionary, or NULL */
const char *xmpp_parser_dict_find (XmppParserDict *dict, const xmlChar *name);

G_END_DECLS
