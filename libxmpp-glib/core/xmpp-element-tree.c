/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Core"

#include "config.h"

#include "core/xmpp-element-internal.h"

#include "core/xmpp-element-names.h"

static inline gboolean
is_stanza_name (const char *name)
{
  return name == xmpp_name_message || name == xmpp_name_presence || name == xmpp_name_iq;
}

XmppElement *
xmpp_element_new_in (XmppArena *arena, const char *name, const char *xmlns)
{
  gboolean stanza = is_stanza_name (name);
  gsize size = stanza ? sizeof (XmppStanza) : sizeof (XmppElement);
  XmppElement *element = xmpp_arena_alloc (arena, size);

  element->node.next = NULL;
  element->node.flags = XMPP_ELEMENT_NODE;
  element->parent = NULL;
  element->arena = arena;
  element->name = name;
  element->xmlns = xmlns;
  element->attributes = NULL;
  element->first = NULL;
  element->last = NULL;
  element->text = NULL;
  if (stanza)
    xmpp_stanza_init (element);
  return element;
}

XmppElement *
xmpp_element_new_checked (XmppArena *arena, const char *name, const char *xmlns)
{
  const char *known = xmpp_known_name (name, strlen (name));
  XmppElement *element = xmpp_element_new_in (arena, known, NULL);

  if (known == NULL)
    element->name = xmpp_element_keep_name (element, name);
  if (xmlns != NULL)
    element->xmlns = xmpp_element_keep_xmlns (element, xmlns);
  return element;
}

void
xmpp_element_link_attribute (XmppElement *element,
                             XmppAttribute **last,
                             const char *name,
                             const char *xmlns,
                             const char *value)
{
  XmppAttribute *attribute = xmpp_arena_alloc (element->arena, sizeof *attribute);

  attribute->next = NULL;
  attribute->name = name;
  attribute->xmlns = xmlns;
  attribute->value = value;
  if (*last != NULL)
    (*last)->next = attribute;
  else
    element->attributes = attribute;
  *last = attribute;
}

static void
link_node (XmppElement *element, XmppNode *node)
{
  node->next = NULL;
  if (element->last != NULL)
    element->last->next = node;
  else
    element->first = node;
  element->last = node;
}

void
xmpp_element_link_child (XmppElement *element, XmppElement *child)
{
  link_node (element, &child->node);
  child->parent = element;
}

static void
extend_text (XmppElement *element, XmppText *piece, const char *text, gsize length)
{
  char *before = piece->text;
  gsize wanted = piece->length + length + 1;

  if (wanted > piece->size)
    {
      gsize size = MAX (wanted, piece->size * 2);

      piece->text = xmpp_arena_grow (element->arena, piece->text, piece->size, size);
      piece->size = size;
    }
  memcpy (piece->text + piece->length, text, length);
  piece->length += length;
  piece->text[piece->length] = '\0';
  if (element->text == before)
    element->text = piece->text;
}

void
xmpp_element_link_text (XmppElement *element, const char *text, gsize length)
{
  XmppText *piece;

  if (length == 0)
    return;
  if (element->last != NULL && !xmpp_node_is_element (element->last))
    {
      if (element->node.flags & XMPP_ELEMENT_MORE_TEXT || element->text == NULL ||
          element->text == ((XmppText *) element->last)->text)
        {
          extend_text (element, (XmppText *) element->last, text, length);
          return;
        }
      /* The joined text is a copy: what follows makes a new piece. */
    }

  piece = xmpp_arena_alloc (element->arena, sizeof *piece);
  piece->node.flags = 0;
  piece->length = length;
  piece->size = length + 1;
  piece->text = xmpp_arena_strndup (element->arena, text, length);
  link_node (element, &piece->node);
  if (element->text == NULL)
    element->text = piece->text;
  else
    element->node.flags |= XMPP_ELEMENT_MORE_TEXT;
}

void
xmpp_element_join_text (XmppElement *element)
{
  gsize length = 0;
  char *joined;
  char *end;

  if ((element->node.flags & XMPP_ELEMENT_MORE_TEXT) == 0)
    return;

  for (XmppNode *node = element->first; node != NULL; node = node->next)
    if (!xmpp_node_is_element (node))
      length += ((XmppText *) node)->length;

  joined = xmpp_arena_alloc (element->arena, length + 1);
  end = joined;
  for (XmppNode *node = element->first; node != NULL; node = node->next)
    if (!xmpp_node_is_element (node))
      {
        memcpy (end, ((XmppText *) node)->text, ((XmppText *) node)->length);
        end += ((XmppText *) node)->length;
      }
  *end = '\0';
  element->text = joined;
  element->node.flags &= ~(guint) XMPP_ELEMENT_MORE_TEXT;
}

gboolean
xmpp_element_may_change (XmppElement *element, const char *what)
{
  if (G_LIKELY ((element->node.flags & XMPP_ELEMENT_SEALED) == 0))
    return TRUE;
  g_critical ("%s: <%s> was received or sent and cannot be changed; change a copy of it",
              what, element->name);
  return FALSE;
}

void
xmpp_element_judge (XmppElement *element, XmppTextVerdict verdict)
{
  if (G_LIKELY (verdict == XMPP_TEXT_GOOD))
    return;
  element->node.flags |= verdict == XMPP_TEXT_BAD_NAME ? XMPP_ELEMENT_BAD_NAME
                                                       : XMPP_ELEMENT_BAD_CHARS;
  xmpp_arena_add_flags (element->arena, XMPP_ARENA_BROKEN);
}

/* Keeps what was wrong, as far as it is UTF-8, so that it can be looked at. */
static const char *
keep (XmppElement *element, const char *text, gsize length, XmppTextVerdict verdict)
{
  g_autofree char *valid = NULL;

  if (G_LIKELY (verdict == XMPP_TEXT_GOOD))
    return xmpp_arena_strndup (element->arena, text, length);
  xmpp_element_judge (element, verdict);
  valid = g_utf8_make_valid (text, length);
  return xmpp_arena_strndup (element->arena, valid, strlen (valid));
}

const char *
xmpp_element_keep_name (XmppElement *element, const char *name)
{
  gsize length = strlen (name);
  const char *known = xmpp_known_name (name, length);

  if (known != NULL)
    return known;
  return keep (element, name, length, xmpp_text_check_name (name, length));
}

const char *
xmpp_element_keep_xmlns (XmppElement *element, const char *xmlns)
{
  gsize length = strlen (xmlns);
  const char *known = xmpp_known_string (xmlns, length);

  if (known != NULL)
    return known;
  return keep (element, xmlns, length, xmpp_text_check_xmlns (xmlns, length));
}

const char *
xmpp_element_keep_text (XmppElement *element, const char *text)
{
  gsize length = strlen (text);

  return keep (element, text, length, xmpp_text_check (text, length));
}

XmppElement *
xmpp_element_walk (XmppElement *element, XmppElement *root)
{
  XmppElement *next = xmpp_node_find_element (element->first);

  while (next == NULL && element != root)
    {
      next = xmpp_node_find_element (element->node.next);
      element = element->parent;
    }
  return next;
}
