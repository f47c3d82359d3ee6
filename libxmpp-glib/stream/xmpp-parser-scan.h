/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Finds the ends of tags, so that no byte behind one is handed to libxml2, which cannot give
 * bytes back. A > in an attribute is none: libxml2 looks through all of an unfinished tag each
 * time it gets bytes, and a peer could make that as often as it likes. */
typedef enum
{
  XMPP_PARSER_SCAN_LOST, /* has not seen all: to be set before it goes on */
  XMPP_PARSER_SCAN_TEXT,
  XMPP_PARSER_SCAN_LESS, /* behind < */
  XMPP_PARSER_SCAN_TAG,
  XMPP_PARSER_SCAN_SINGLE_QUOTED,
  XMPP_PARSER_SCAN_DOUBLE_QUOTED,
  XMPP_PARSER_SCAN_MARK, /* behind <! */
  XMPP_PARSER_SCAN_CDATA,
  XMPP_PARSER_SCAN_FORBIDDEN, /* comment, PI, DTD: none of them is survived */
} XmppParserScanState;

typedef struct
{
  XmppParserScanState state;
  guint matched; /* of [CDATA[ or ]] */
} XmppParserScan;

/* How many of the bytes go up to the end of the first tag in them, that > included: all, where
 * none ends. */
gsize xmpp_parser_scan (XmppParserScan *scan, const char *data, gsize length);

G_END_DECLS
