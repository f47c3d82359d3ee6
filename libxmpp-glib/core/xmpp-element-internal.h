/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-arena.h"
#include "core/xmpp-element-private.h"
#include "core/xmpp-element-text.h"
#include "core/xmpp-stanza.h"

#include <string.h>

G_BEGIN_DECLS

/* How the tree lies in memory: for the files that make and print trees. */

typedef enum
{
  XMPP_ELEMENT_NODE = 1 << 0,   /* else: text */
  XMPP_ELEMENT_STANZA = 1 << 1, /* has room for an XmppStanza */
  XMPP_ELEMENT_SEALED = 1 << 2,
  XMPP_ELEMENT_SENSITIVE = 1 << 3,
  XMPP_ELEMENT_BAD_NAME = 1 << 4,
  XMPP_ELEMENT_BAD_CHARS = 1 << 5,
  XMPP_ELEMENT_MORE_TEXT = 1 << 6, /* several pieces, not joined yet */
  XMPP_ELEMENT_NO_ID = 1 << 7,     /* there were no random numbers for one */
} XmppNodeFlags;

#define XMPP_ELEMENT_BROKEN                                                              \
  (XMPP_ELEMENT_BAD_NAME | XMPP_ELEMENT_BAD_CHARS | XMPP_ELEMENT_NO_ID)

struct _XmppNode
{
  XmppNode *next;
  guint flags;
};

typedef struct
{
  XmppNode node;
  gsize length;
  gsize size; /* of the memory, with the NUL */
  char *text;
} XmppText;

typedef struct _XmppAttribute XmppAttribute;
struct _XmppAttribute
{
  XmppAttribute *next;
  const char *name;
  const char *xmlns; /* NULL: none */
  const char *value;
};

struct _XmppElement
{
  XmppNode node;
  XmppElement *parent;
  XmppArena *arena; /* ask xmpp_arena_get_owner() */
  const char *name;
  const char *xmlns; /* NULL: the parent's; "": none */
  XmppAttribute *attributes;
  XmppNode *first;
  XmppNode *last;
  const char *text; /* NULL: none */
};

struct _XmppStanza
{
  XmppElement element;
  XmppArenaCleanup cleanup;
  XmppJid *to; /* atomic; NULL: not looked at yet */
  XmppJid *from;
  int type; /* atomic; an XmppStanzaType + 1; 0: not looked at yet */
};

static inline gboolean
xmpp_names_equal (const char *a, const char *b)
{
  return a == b || (*a == *b && strcmp (a, b) == 0);
}

static inline gboolean
xmpp_node_is_element (const XmppNode *node)
{
  return (node->flags & XMPP_ELEMENT_NODE) != 0;
}

/* @node, or the first element behind it */
static inline XmppElement *
xmpp_node_find_element (XmppNode *node)
{
  while (node != NULL && !xmpp_node_is_element (node))
    node = node->next;
  return (XmppElement *) node;
}

/* A root in @arena, of which a reference is taken over. @name and @xmlns are not copied and
 * not checked. */
XmppElement *xmpp_element_new_in (XmppArena *arena, const char *name, const char *xmlns);
/* The same with checks and copies */
XmppElement *xmpp_element_new_checked (XmppArena *arena,
                                       const char *name,
                                       const char *xmlns);
/* As xmpp_element_new(), with room for more */
XmppElement *xmpp_element_new_sized (const char *name,
                                     const char *xmlns,
                                     gsize first_block);
/* The strings are not copied and not checked; nor is it looked whether the attribute is
 * there. @last: (inout): the last attribute so far */
void xmpp_element_link_attribute (XmppElement *element,
                                  XmppAttribute **last,
                                  const char *name,
                                  const char *xmlns,
                                  const char *value);
void xmpp_element_link_child (XmppElement *element, XmppElement *child);
void xmpp_element_link_text (XmppElement *element, const char *text, gsize length);
/* Makes one text of several pieces. */
void xmpp_element_join_text (XmppElement *element);

/* FALSE with a critical where the element is sealed */
gboolean xmpp_element_may_change (XmppElement *element, const char *what);
/* Marks the element where the verdict is bad. */
void xmpp_element_judge (XmppElement *element, XmppTextVerdict verdict);
/* Checks and copies a string into the tree. */
const char *xmpp_element_keep_name (XmppElement *element, const char *name);
const char *xmpp_element_keep_xmlns (XmppElement *element, const char *xmlns);
const char *xmpp_element_keep_text (XmppElement *element, const char *text);

/* The element after @element in document order within @root, NULL at the end */
XmppElement *xmpp_element_walk (XmppElement *element, XmppElement *root);

/* What a stanza remembers of this attribute is out of date. */
void xmpp_stanza_forget (XmppElement *element, const char *name);
/* For xmpp_element_new_in() */
void xmpp_stanza_init (XmppElement *element);

G_END_DECLS
