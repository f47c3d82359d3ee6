/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The first bytes of a stream, before a parser that knows many encodings sees them: they must
 * be UTF-8 (RFC 6120 §11.6), and the XML declaration, if there is one, say nothing else. */
typedef struct
{
  char bytes[256];
  gsize length;
  gboolean done; /* what is in @bytes may go to the parser */
} XmppParserProlog;

/* White space of XML */
static inline gboolean
xmpp_parser_is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes bytes until it has seen enough; says in @taken how many. FALSE with an
 * XMPP_STREAM_ERROR */
gboolean xmpp_parser_prolog_take (XmppParserProlog *prolog,
                                  const char *data,
                                  gsize length,
                                  gsize *taken,
                                  GError **error);

G_END_DECLS
