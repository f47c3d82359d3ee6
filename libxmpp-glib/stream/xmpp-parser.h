/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-element.h"
#include "core/xmpp-limits-private.h"

G_BEGIN_DECLS

/* Bytes in, top-level elements out: libxml2's SAX2 push parser and every check around it.
 * Errors are XMPP_STREAM_ERROR with the condition for the peer; after one, and after the
 * root was closed, nothing more comes. Callbacks may drop the last use of the parser only
 * through xmpp_parser_free() after xmpp_parser_feed() has returned. */
typedef struct _XmppParser XmppParser;

typedef struct
{
  /* The opening tag of the root: name, namespace, attributes; no parent, sealed. */
  void (*header) (XmppElement *root, gpointer user_data);
  /* @element: (transfer full), sealed */
  void (*element) (XmppElement *element, gpointer user_data);
  /* The root's closing tag */
  void (*end) (gpointer user_data);
} XmppParserSink;

/* @limits must outlive the parser. */
XmppParser *xmpp_parser_new (const XmppLimitValues *limits,
                             const XmppParserSink *sink,
                             gpointer user_data);
void xmpp_parser_free (XmppParser *parser);

/* The default namespace that the root's opening tag declares, "" where it declares none;
 * valid from the header callback on. Who asks compares it with what it expects. */
const char *xmpp_parser_get_content_xmlns (XmppParser *parser);

/* Before authentication the smaller set of limits holds. */
void xmpp_parser_set_authenticated (XmppParser *parser, gboolean authenticated);

/* One event at a time: feed() stops behind the byte that completed a header, an element or
 * the end, and says in @consumed how far it came; what follows may belong to another parser
 * (after a restart) or to nobody (after <proceed/>). Off: all is consumed, in pieces of at
 * most 1 KB. */
void xmpp_parser_set_single (XmppParser *parser, gboolean single);
gboolean xmpp_parser_feed (
    XmppParser *parser, const char *data, gsize length, gsize *consumed, GError **error);
/* Nothing has been fed since the last top-level event (white space does not count) */
gboolean xmpp_parser_is_between (XmppParser *parser);
/* Gives the memory of an idle parser back; the next feed() builds it anew with the header's
 * namespace bindings. Only while xmpp_parser_is_between(). */
void xmpp_parser_sleep (XmppParser *parser);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppParser, xmpp_parser_free)

G_END_DECLS
