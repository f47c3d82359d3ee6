/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A tree in one piece of memory, without checks, limits, types */

typedef struct _FloorNode FloorNode;
typedef struct _FloorAttribute FloorAttribute;
typedef struct _FloorArena FloorArena;

struct _FloorAttribute
{
  FloorAttribute *next;
  const char *name;
  const char *value;
};

struct _FloorNode
{
  FloorNode *parent;
  FloorNode *next;
  FloorNode *first;
  FloorNode *last;
  const char *name; /* NULL: text */
  const char *xmlns;
  FloorAttribute *attributes;
  char *text;
};

FloorArena *floor_arena_new (void);
void floor_arena_free (FloorArena *arena);

/* @name, @xmlns: not copied */
FloorNode *floor_add_node (FloorArena *arena,
                           FloorNode *parent,
                           const char *name,
                           const char *xmlns);
void floor_add_attribute (FloorArena *arena,
                          FloorNode *node,
                          const char *name,
                          const char *value,
                          gsize length);
void floor_add_text (FloorArena *arena,
                     FloorNode *parent,
                     const char *text,
                     gsize length);

FloorNode *floor_find_child (FloorNode *parent, const char *name);

/* Returns where it ends. */
char *floor_put_node (char *out, FloorNode *node);

G_END_DECLS
