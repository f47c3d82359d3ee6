/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Core"

#include "config.h"

#include "core/xmpp-element-internal.h"

/**
 * xmpp_element_get_text:
 * @element: an element
 *
 * The text that stands directly in the element, in one piece, also where children stand
 * between the pieces.
 *
 * Returns: (transfer none): the text, "" where there is none
 *
 * Since: 1.0
 */
const char *
xmpp_element_get_text (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, NULL);

  /* Sealing has joined the pieces: what several threads may read is not changed here. */
  xmpp_element_join_text (element);
  return element->text != NULL ? element->text : "";
}

/* The namespace that it had from its parents stays its own. */
static void
cut_off (XmppElement *child)
{
  if (child->xmlns == NULL)
    child->xmlns = xmpp_element_get_xmlns (child);
  child->parent = NULL;
}

static void
drop_content (XmppElement *element)
{
  XmppNode *node = element->first;

  while (node != NULL)
    {
      XmppNode *next = node->next;

      if (xmpp_node_is_element (node))
        cut_off ((XmppElement *) node);
      node->next = NULL;
      node = next;
    }
  element->first = NULL;
  element->last = NULL;
  element->text = NULL;
  element->node.flags &= ~(guint) XMPP_ELEMENT_MORE_TEXT;
}

/**
 * xmpp_element_set_text:
 * @element: an element
 * @text: (nullable): the text, or %NULL for none
 *
 * Makes @text the only content: all children are taken away first.
 *
 * Text that is not UTF-8, or has characters that XML cannot carry, makes the element broken,
 * see [method@Xmpp.Element.check].
 *
 * Since: 1.0
 */
void
xmpp_element_set_text (XmppElement *element, const char *text)
{
  g_return_if_fail (element != NULL);

  if (!xmpp_element_may_change (element, G_STRFUNC))
    return;
  drop_content (element);
  if (text != NULL)
    xmpp_element_append_text (element, text);
}

/**
 * xmpp_element_append_text:
 * @element: an element
 * @text: some text
 *
 * Adds text behind all that is in the element. As [method@Xmpp.Element.set_text] otherwise.
 *
 * Since: 1.0
 */
void
xmpp_element_append_text (XmppElement *element, const char *text)
{
  gsize length;
  XmppTextVerdict verdict;

  g_return_if_fail (element != NULL);
  g_return_if_fail (text != NULL);

  if (!xmpp_element_may_change (element, G_STRFUNC))
    return;
  length = strlen (text);
  verdict = xmpp_text_check (text, length);
  if (verdict != XMPP_TEXT_GOOD)
    {
      g_autofree char *valid = g_utf8_make_valid (text, length);

      xmpp_element_judge (element, verdict);
      xmpp_element_link_text (element, valid, strlen (valid));
      return;
    }
  xmpp_element_link_text (element, text, length);
}

/* Whether @child can become part of another tree as it stands: nobody else has it, and its
 * memory can go along. Another tree in the same memory may be sealed, and so in use by another
 * thread; then the memory has to stay where it is. */
static gboolean
can_move (XmppElement *element, XmppElement *child)
{
  XmppArena *target = xmpp_arena_get_owner (element->arena);
  XmppArena *source = xmpp_arena_get_owner (child->arena);

  if (child->parent != NULL || (child->node.flags & XMPP_ELEMENT_SEALED))
    return FALSE;
  if (source != target)
    return (xmpp_arena_get_flags (source) & XMPP_ARENA_SEALED) == 0;
  for (XmppElement *above = element; above != NULL; above = above->parent)
    if (above == child)
      return FALSE;
  return TRUE;
}

/**
 * xmpp_element_add_child:
 * @element: an element
 * @child: (transfer none): another one
 *
 * Adds a last child. Where @child has a parent already, is sealed (or was taken from a tree
 * that is), or holds @element, a copy is added instead: so there is never a circle, and no
 * element in two places.
 *
 * Returns: (transfer none): the child as it stands in the tree, @child itself or its copy
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_add_child (XmppElement *element, XmppElement *child)
{
  g_return_val_if_fail (element != NULL, NULL);
  g_return_val_if_fail (child != NULL, NULL);

  if (!xmpp_element_may_change (element, G_STRFUNC))
    return child;

  if (can_move (element, child))
    {
      xmpp_arena_adopt (element->arena, child->arena);
    }
  else
    {
      child = xmpp_element_copy (child);
      xmpp_arena_adopt (element->arena, child->arena);
      xmpp_arena_unref (element->arena);
    }
  xmpp_element_link_child (element, child);
  if (element->node.flags & XMPP_ELEMENT_SENSITIVE)
    xmpp_element_set_sensitive (child);
  return child;
}

/**
 * xmpp_element_append_child:
 * @element: an element
 * @name: the name of the child
 * @xmlns: (nullable): its namespace, or %NULL for that of @element
 * @text: (nullable): its text
 *
 * Makes a new last child.
 *
 * Returns: (transfer none): the child
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_append_child (XmppElement *element,
                           const char *name,
                           const char *xmlns,
                           const char *text)
{
  XmppElement *child;

  g_return_val_if_fail (element != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  if (!xmpp_element_may_change (element, G_STRFUNC))
    return NULL;

  child = xmpp_element_new_checked (xmpp_arena_get_owner (element->arena), name, xmlns);
  child->node.flags |= element->node.flags & XMPP_ELEMENT_SENSITIVE;
  xmpp_element_link_child (element, child);
  if (text != NULL)
    xmpp_element_append_text (child, text);
  return child;
}

/**
 * xmpp_element_remove_child:
 * @element: an element
 * @child: one of its children
 *
 * Takes a child away. It stays an element of its own as long as somebody holds a reference.
 *
 * Since: 1.0
 */
void
xmpp_element_remove_child (XmppElement *element, XmppElement *child)
{
  XmppNode *before = NULL;
  XmppNode *node;

  g_return_if_fail (element != NULL);
  g_return_if_fail (child != NULL);
  g_return_if_fail (child->parent == element);

  if (!xmpp_element_may_change (element, G_STRFUNC))
    return;
  for (node = element->first; node != &child->node; node = node->next)
    before = node;

  cut_off (child);
  if (before != NULL)
    before->next = child->node.next;
  else
    element->first = child->node.next;
  if (element->last == &child->node)
    element->last = before;
  child->node.next = NULL;
}

/**
 * xmpp_element_get_child:
 * @element: an element
 * @name: (nullable): a name, or %NULL for any
 * @xmlns: (nullable): a namespace, or %NULL for any
 *
 * Looks for a child.
 *
 * Returns: (transfer none) (nullable): the first child with this name and namespace
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_get_child (XmppElement *element, const char *name, const char *xmlns)
{
  XmppElement *child;

  g_return_val_if_fail (element != NULL, NULL);

  for (child = xmpp_element_get_first_child (element); child != NULL;
       child = xmpp_element_get_next_sibling (child))
    if (xmpp_element_is (child, name, xmlns))
      return child;
  return NULL;
}

/**
 * xmpp_element_has_duplicate:
 * @element: an element
 * @name: (nullable): a name, or %NULL for any
 * @xmlns: (nullable): a namespace, or %NULL for any
 *
 * For rules of the kind "there is at most one".
 *
 * Returns: whether more than one child has this name and namespace
 *
 * Since: 1.0
 */
gboolean
xmpp_element_has_duplicate (XmppElement *element, const char *name, const char *xmlns)
{
  XmppElement *child;
  guint n = 0;

  g_return_val_if_fail (element != NULL, FALSE);

  for (child = xmpp_element_get_first_child (element); child != NULL && n < 2;
       child = xmpp_element_get_next_sibling (child))
    if (xmpp_element_is (child, name, xmlns))
      n++;
  return n > 1;
}

/**
 * xmpp_element_get_parent:
 * @element: an element
 *
 * Gets the element around it.
 *
 * Returns: (transfer none) (nullable): the element that it stands in
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_get_parent (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, NULL);

  return element->parent;
}

/**
 * xmpp_element_get_first_child:
 * @element: an element
 *
 * Gets the first child.
 *
 * Returns: (transfer none) (nullable): the first child; text is none
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_get_first_child (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, NULL);

  return xmpp_node_find_element (element->first);
}

/**
 * xmpp_element_get_next_sibling:
 * @element: an element
 *
 * Gets the next child of the same parent.
 *
 * Returns: (transfer none) (nullable): the next child of the same parent
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_get_next_sibling (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, NULL);

  return element->parent != NULL ? xmpp_node_find_element (element->node.next) : NULL;
}

/**
 * xmpp_element_get_n_children:
 * @element: an element
 *
 * Gets the number of children.
 *
 * Returns: the number of children; text is not counted
 *
 * Since: 1.0
 */
guint
xmpp_element_get_n_children (XmppElement *element)
{
  guint n = 0;

  g_return_val_if_fail (element != NULL, 0);

  for (XmppNode *node = element->first; node != NULL; node = node->next)
    if (xmpp_node_is_element (node))
      n++;
  return n;
}
