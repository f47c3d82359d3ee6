/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory that is given out piece by piece and given back as a whole, with one reference
 * count for all that lies in it. Only references may be taken and dropped by several threads
 * at once. */
typedef struct _XmppArena XmppArena;

/* What has to be done before the memory goes; lies in the arena itself. */
typedef struct _XmppArenaCleanup XmppArenaCleanup;
struct _XmppArenaCleanup
{
  XmppArenaCleanup *next;
  void (*func) (XmppArenaCleanup *cleanup);
};

typedef enum
{
  XMPP_ARENA_SENSITIVE = 1 << 0, /* wipe before giving back */
  XMPP_ARENA_BROKEN = 1 << 1,    /* an element in it is broken */
  XMPP_ARENA_SEALED = 1 << 2,    /* an element in it is sealed */
} XmppArenaFlags;

/* Sizes of first blocks; the next ones double. */
#define XMPP_ARENA_SMALL 512
#define XMPP_ARENA_STANZA 1024

XmppArena *xmpp_arena_new (gsize first_block);
void xmpp_arena_ref (XmppArena *arena);
void xmpp_arena_unref (XmppArena *arena);

gpointer xmpp_arena_alloc (XmppArena *arena, gsize size);
char *xmpp_arena_strndup (XmppArena *arena, const char *text, gsize length);
/* In place where @memory is the latest piece; else @memory stays as it is, for those who still
 * read it. */
char *xmpp_arena_grow (XmppArena *arena, char *memory, gsize size, gsize new_size);
void xmpp_arena_add_cleanup (XmppArena *arena, XmppArenaCleanup *cleanup);

/* All of @child, references included, is part of @arena from now on; pointers to @child stay
 * good. */
void xmpp_arena_adopt (XmppArena *arena, XmppArena *child);
/* The arena that @arena is part of: itself, or the one that adopted it */
XmppArena *xmpp_arena_get_owner (XmppArena *arena);

/* Of all its blocks */
gsize xmpp_arena_get_size (XmppArena *arena);

XmppArenaFlags xmpp_arena_get_flags (XmppArena *arena);
void xmpp_arena_add_flags (XmppArena *arena, XmppArenaFlags flags);

G_END_DECLS
