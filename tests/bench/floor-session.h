/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>
#include <libxml/parser.h>

#include "floor-tree.h"

G_BEGIN_DECLS

/* One session with a server that is known to behave: bytes from a socket into a tree, and out
 * of a tree into the socket */

typedef struct _FloorSession FloorSession;

struct _FloorSession
{
  GIOStream *io;
  GPollableInputStream *input;
  GPollableOutputStream *output;
  GSource *readable;
  gboolean tls;

  xmlParserCtxtPtr context;
  guint depth;
  FloorArena *arena;
  FloorNode *current;
  gboolean restart; /* the stream starts over behind this piece */
  gboolean open;

  void (*opened) (FloorSession *session, gpointer user_data);
  void (*stanza) (FloorSession *session, FloorNode *stanza, gpointer user_data);
  void (*closed) (FloorSession *session, gpointer user_data);
  gpointer user_data;
};

/* Connects and logs in, then calls opened(). */
void floor_session_start (FloorSession *session, guint16 port);
void floor_session_write (FloorSession *session, const char *text, gsize length);
/* What a session needs of the parser only while something comes */
void floor_session_drop_parser (FloorSession *session);
/* Our end; closed() is called behind the peer's. */
void floor_session_finish (FloorSession *session);
void floor_session_clear (FloorSession *session);

G_END_DECLS
