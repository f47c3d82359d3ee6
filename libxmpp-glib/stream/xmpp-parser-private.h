/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <libxml/parser.h>

#include "core/xmpp-element-internal.h"
#include "stream/xmpp-parser-dict.h"
#include "stream/xmpp-parser-prolog.h"
#include "stream/xmpp-parser-scan.h"
#include "stream/xmpp-parser.h"

G_BEGIN_DECLS

struct _XmppParser
{
  const XmppLimitValues *limits;
  const XmppParserSink *sink;
  gpointer user_data;
  gboolean authenticated;
  gboolean single;

  /* libxml2's side; none of it before the first byte and while asleep */
  xmlParserCtxtPtr context;
  XmppParserDict *dict;
  XmppParserProlog prolog;
  XmppParserScan scan;
  char *root_tag; /* the opening tag of the root with nothing but namespaces */

  /* The tree that is being built */
  guint depth;          /* open elements, the root included */
  XmppElement *current; /* the innermost open one below the root */
  guint n_elements;     /* since the last top-level event */
  char *content_xmlns;

  /* What is complete and not handed over yet, oldest first */
  XmppElement *header;
  const xmlChar *header_place; /* in libxml2's buffer, before the > of its tag */
  XmppNode *first_ready;
  XmppNode *last_ready;
  gboolean end_ready;

  /* Counters of bytes */
  guint64 n_fed;      /* to libxml2 and the prolog */
  guint64 last_event; /* of these, up to the last top-level event */
  gsize white_space;
  gint64 white_space_since;

  GError *error;
  gboolean between;   /* nothing but white space since the last top-level event */
  gboolean bloated;   /* libxml2's buffer has become big */
  gboolean restoring; /* the root's tag is fed once more */
  gboolean ended;
  gboolean busy; /* in feed() */
  gboolean dead; /* to be freed when feed() returns */
};

/* ---- xmpp-parser-sax.c ---- */

/* Makes the context, and brings it to where the last one was. */
void xmpp_parser_wake (XmppParser *parser);
void xmpp_parser_drop_context (XmppParser *parser);

/* Notes the first error; later ones follow from it. */
void xmpp_parser_fail (XmppParser *parser, XmppStreamError code, const char *message);
/* Counts white space between stanzas; fails when it is too much. @waiting: what libxml2 has
 * and has not told of */
void xmpp_parser_count_white_space (XmppParser *parser, gsize length, gsize waiting);

G_END_DECLS
