/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "floor-tree.h"

#include <string.h>

/* Most stanzas need one block, which is below what malloc() maps for itself. */
#define FIRST_BLOCK 4096
#define LATER_BLOCK 65536

typedef struct _Block Block;

struct _Block
{
  Block *before;
};

struct _FloorArena
{
  Block *last;
  char *next;
  char *end;
};

static void
add_block (FloorArena *arena, Block *block, gsize size)
{
  block->before = arena->last;
  arena->last = block;
  arena->next = (char *) (block + 1);
  arena->end = (char *) block + size;
}

FloorArena *
floor_arena_new (void)
{
  FloorArena *arena = g_malloc (FIRST_BLOCK);

  arena->last = NULL;
  arena->next = (char *) (arena + 1);
  arena->end = (char *) arena + FIRST_BLOCK;
  return arena;
}

void
floor_arena_free (FloorArena *arena)
{
  Block *block;

  while ((block = arena->last) != NULL)
    {
      arena->last = block->before;
      g_free (block);
    }
  g_free (arena);
}

static gpointer
allocate (FloorArena *arena, gsize size)
{
  char *memory;

  size = (size + 7) & ~(gsize) 7;
  if (size > (gsize) (arena->end - arena->next))
    {
      if (size > LATER_BLOCK - sizeof (Block))
        g_error ("a text that is bigger than those of the bench");
      add_block (arena, g_malloc (LATER_BLOCK), LATER_BLOCK);
    }
  memory = arena->next;
  arena->next = memory + size;
  return memory;
}

static char *
copy (FloorArena *arena, const char *text, gsize length)
{
  char *memory = allocate (arena, length + 1);

  memcpy (memory, text, length);
  memory[length] = '\0';
  return memory;
}

FloorNode *
floor_add_node (FloorArena *arena, FloorNode *parent, const char *name, const char *xmlns)
{
  FloorNode *node = allocate (arena, sizeof *node);

  memset (node, 0, sizeof *node);
  node->parent = parent;
  node->name = name;
  node->xmlns = xmlns;
  if (parent != NULL)
    {
      if (parent->last != NULL)
        parent->last->next = node;
      else
        parent->first = node;
      parent->last = node;
    }
  return node;
}

void
floor_add_attribute (
    FloorArena *arena, FloorNode *node, const char *name, const char *value, gsize length)
{
  FloorAttribute *attribute = allocate (arena, sizeof *attribute);

  attribute->next = node->attributes;
  attribute->name = name;
  attribute->value = copy (arena, value, length);
  node->attributes = attribute;
}

/* libxml2 hands text over in pieces. */
void
floor_add_text (FloorArena *arena, FloorNode *parent, const char *text, gsize length)
{
  FloorNode *last = parent->last;
  gsize before;
  char *joined;

  if (last == NULL || last->name != NULL)
    {
      floor_add_node (arena, parent, NULL, NULL)->text = copy (arena, text, length);
      return;
    }
  before = strlen (last->text);
  joined = allocate (arena, before + length + 1);
  memcpy (joined, last->text, before);
  memcpy (joined + before, text, length);
  joined[before + length] = '\0';
  last->text = joined;
}

FloorNode *
floor_find_child (FloorNode *parent, const char *name)
{
  for (FloorNode *node = parent->first; node != NULL; node = node->next)
    if (node->name != NULL && strcmp (node->name, name) == 0)
      return node;
  return NULL;
}

/* ---- Printing ---- */

static char *
put (char *out, const char *text)
{
  gsize length = strlen (text);

  memcpy (out, text, length);
  return out + length;
}

static char *
put_escaped (char *out, const char *text)
{
  for (; *text != '\0'; text++)
    switch (*text)
      {
      case '&':
        out = put (out, "&amp;");
        break;
      case '<':
        out = put (out, "&lt;");
        break;
      case '\'':
        out = put (out, "&apos;");
        break;
      default:
        *out++ = *text;
      }
  return out;
}

char *
floor_put_node (char *out, FloorNode *node)
{
  if (node->name == NULL)
    return put_escaped (out, node->text);
  out = put (out, "<");
  out = put (out, node->name);
  if (node->xmlns != NULL)
    {
      out = put (out, " xmlns='");
      out = put (out, node->xmlns);
      out = put (out, "'");
    }
  for (FloorAttribute *attribute = node->attributes; attribute != NULL;
       attribute = attribute->next)
    {
      out = put (out, " ");
      out = put (out, attribute->name);
      out = put (out, "='");
      out = put_escaped (out, attribute->value);
      out = put (out, "'");
    }
  if (node->first == NULL)
    return put (out, "/>");
  out = put (out, ">");
  for (FloorNode *child = node->first; child != NULL; child = child->next)
    out = floor_put_node (out, child);
  out = put (out, "</");
  out = put (out, node->name);
  return put (out, ">");
}
