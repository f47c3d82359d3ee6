/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-arena.h"

#include <string.h>

#include "core/xmpp-secret-private.h"

/* Above malloc's mmap threshold (128 KB) each block would be a system call and fresh pages. */
#define MAX_BLOCK (64 * 1024)
#define ALIGNMENT (sizeof (gpointer))

typedef struct _Block Block;
struct _Block
{
  Block *next;
  gsize size; /* header included */
};

struct _XmppArena
{
  int ref_count; /* atomic */
  guint flags;
  XmppArena *owner; /* atomic; NULL: nobody has adopted this one */
  char *next;       /* free memory in the newest block */
  char *end;
  gsize block_size; /* of the next block */
  Block *blocks;    /* newest first; the last one holds this structure */
  Block *first_block;
  XmppArenaCleanup *cleanups;
  XmppArenaCleanup *last_cleanup;
};

static inline gsize
align (gsize size)
{
  return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

XmppArena *
xmpp_arena_new (gsize first_block)
{
  Block *block = g_malloc (first_block);
  XmppArena *arena = (XmppArena *) (block + 1);

  block->next = NULL;
  block->size = first_block;
  memset (arena, 0, sizeof *arena);
  arena->ref_count = 1;
  arena->next = (char *) (arena + 1);
  arena->end = (char *) block + first_block;
  arena->block_size = first_block * 2;
  arena->blocks = block;
  arena->first_block = block;
  return arena;
}

XmppArena *
xmpp_arena_get_owner (XmppArena *arena)
{
  XmppArena *owner = g_atomic_pointer_get (&arena->owner);

  if (G_LIKELY (owner == NULL))
    return arena;
  for (;;)
    {
      XmppArena *above = g_atomic_pointer_get (&owner->owner);

      if (above == NULL)
        return owner;
      /* Shortens the way for the next one who asks; any thread writes the same. */
      g_atomic_pointer_set (&arena->owner, above);
      arena = owner;
      owner = above;
    }
}

void
xmpp_arena_ref (XmppArena *arena)
{
  g_atomic_int_inc (&xmpp_arena_get_owner (arena)->ref_count);
}

static void
free_arena (XmppArena *arena)
{
  gboolean sensitive = (arena->flags & XMPP_ARENA_SENSITIVE) != 0;
  Block *block = arena->blocks;

  for (XmppArenaCleanup *cleanup = arena->cleanups; cleanup != NULL;
       cleanup = cleanup->next)
    cleanup->func (cleanup);

  while (block != NULL)
    {
      Block *next = block->next;

      if (sensitive)
        xmpp_secret_wipe (block, block->size);
      g_free (block);
      block = next;
    }
}

void
xmpp_arena_unref (XmppArena *arena)
{
  arena = xmpp_arena_get_owner (arena);
  if (g_atomic_int_dec_and_test (&arena->ref_count))
    free_arena (arena);
}

static gpointer
alloc_block (XmppArena *arena, gsize size)
{
  gsize wanted;
  Block *block;
  char *memory;

  if (size > G_MAXSIZE - sizeof (Block))
    g_error ("an XML tree of more bytes than there are addresses");
  wanted = size + sizeof (Block);

  if (wanted > arena->block_size / 2)
    {
      /* A block of its own; what is left of the current one stays in use. */
      block = g_malloc (wanted);
      block->size = wanted;
      block->next = arena->blocks;
      arena->blocks = block;
      return block + 1;
    }

  block = g_malloc (arena->block_size);
  block->size = arena->block_size;
  block->next = arena->blocks;
  arena->blocks = block;
  memory = (char *) (block + 1);
  arena->next = memory + size;
  arena->end = (char *) block + block->size;
  arena->block_size = MIN (arena->block_size * 2, MAX_BLOCK);
  return memory;
}

gpointer
xmpp_arena_alloc (XmppArena *arena, gsize size)
{
  char *memory;

  arena = xmpp_arena_get_owner (arena);
  memory = arena->next;
  if (G_UNLIKELY (size > G_MAXSIZE / 2))
    g_error ("an XML tree of more bytes than there are addresses");
  size = align (size);
  if (G_UNLIKELY (size > (gsize) (arena->end - memory)))
    return alloc_block (arena, size);
  arena->next = memory + size;
  return memory;
}

char *
xmpp_arena_strndup (XmppArena *arena, const char *text, gsize length)
{
  char *copy = xmpp_arena_alloc (arena, length + 1);

  memcpy (copy, text, length);
  copy[length] = '\0';
  return copy;
}

char *
xmpp_arena_grow (XmppArena *arena, char *memory, gsize size, gsize new_size)
{
  char *grown;

  arena = xmpp_arena_get_owner (arena);
  if (memory + align (size) == arena->next &&
      align (new_size) <= (gsize) (arena->end - memory))
    {
      arena->next = memory + align (new_size);
      return memory;
    }

  grown = xmpp_arena_alloc (arena, new_size);
  memcpy (grown, memory, size);
  return grown;
}

void
xmpp_arena_add_cleanup (XmppArena *arena, XmppArenaCleanup *cleanup)
{
  arena = xmpp_arena_get_owner (arena);
  cleanup->next = arena->cleanups;
  if (arena->cleanups == NULL)
    arena->last_cleanup = cleanup;
  arena->cleanups = cleanup;
}

void
xmpp_arena_adopt (XmppArena *arena, XmppArena *child)
{
  arena = xmpp_arena_get_owner (arena);
  child = xmpp_arena_get_owner (child);
  if (arena == child)
    return;

  /* The oldest block of the child is the last of its list, whatever it has adopted itself. */
  child->first_block->next = arena->blocks;
  arena->blocks = child->blocks;

  if (child->cleanups != NULL)
    {
      child->last_cleanup->next = arena->cleanups;
      if (arena->cleanups == NULL)
        arena->last_cleanup = child->last_cleanup;
      arena->cleanups = child->cleanups;
    }

  arena->flags |= child->flags;
  g_atomic_int_add (&arena->ref_count, g_atomic_int_get (&child->ref_count));
  g_atomic_pointer_set (&child->owner, arena);
}

gsize
xmpp_arena_get_size (XmppArena *arena)
{
  gsize size = 0;

  for (Block *block = xmpp_arena_get_owner (arena)->blocks; block != NULL;
       block = block->next)
    size += block->size;
  return size;
}

XmppArenaFlags
xmpp_arena_get_flags (XmppArena *arena)
{
  return xmpp_arena_get_owner (arena)->flags;
}

void
xmpp_arena_add_flags (XmppArena *arena, XmppArenaFlags flags)
{
  xmpp_arena_get_owner (arena)->flags |= flags;
}
