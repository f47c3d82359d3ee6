/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Core"

#include "config.h"

#include "core/xmpp-element-internal.h"

#include "core/xmpp-element-names.h"

/**
 * XmppElement:
 *
 * An XML element with all that is in it: name, namespace, attributes, children and text, in
 * the order of the document.
 *
 * A tree that was received, or that has been sent, is sealed: it can be read by anybody and
 * changed by nobody. [method@Xmpp.Element.copy] gives one that can be changed.
 *
 * All parts of a tree live and die together. A reference on any of them, a child for
 * instance, keeps the tree alive.
 *
 * An element that was given a name, a namespace or a text that XML cannot carry is broken.
 * Nothing of it is ever sent; [method@Xmpp.Element.check] says what is wrong.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (XmppElement, xmpp_element, xmpp_element_ref, xmpp_element_unref)

/**
 * xmpp_element_new:
 * @name: the name, without a prefix
 * @xmlns: (nullable): the namespace, or %NULL for that of the parent it will be added to;
 *   at the top: that of the stream
 *
 * Makes an element without content.
 *
 * A @name that is no NCName (Namespaces in XML 1.0) and a @xmlns with characters that no
 * namespace can have make the element broken, see [method@Xmpp.Element.check].
 *
 * Returns: (transfer full): a new element
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_new (const char *name, const char *xmlns)
{
  g_return_val_if_fail (name != NULL, NULL);

  return xmpp_element_new_sized (name, xmlns, XMPP_ARENA_SMALL);
}

XmppElement *
xmpp_element_new_sized (const char *name, const char *xmlns, gsize first_block)
{
  return xmpp_element_new_checked (xmpp_arena_new (first_block), name, xmlns);
}

/**
 * xmpp_element_ref:
 * @element: an element
 *
 * Adds a reference on the whole tree that the element is part of. References may be taken
 * and dropped in any thread once the tree is sealed.
 *
 * Returns: (transfer full): @element
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_ref (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, NULL);

  xmpp_arena_ref (element->arena);
  return element;
}

/**
 * xmpp_element_unref:
 * @element: (transfer full): an element
 *
 * Drops a reference. The last one on any part of a tree frees all of it.
 *
 * Since: 1.0
 */
void
xmpp_element_unref (XmppElement *element)
{
  g_return_if_fail (element != NULL);

  xmpp_arena_unref (element->arena);
}

/* One element without its children, into @arena or as a root of its own */
static XmppElement *
copy_alone (XmppElement *element, XmppArena *arena, const char *xmlns)
{
  const guint kept = XMPP_ELEMENT_BROKEN | XMPP_ELEMENT_SENSITIVE;
  XmppAttribute *last = NULL;
  const char *name = xmpp_known_string (element->name, strlen (element->name));
  XmppElement *copy;

  if (name == NULL)
    name = xmpp_arena_strndup (arena, element->name, strlen (element->name));
  copy = xmpp_element_new_in (arena, name, NULL);
  if (xmlns != NULL)
    {
      copy->xmlns = xmpp_known_string (xmlns, strlen (xmlns));
      if (copy->xmlns == NULL)
        copy->xmlns = xmpp_arena_strndup (arena, xmlns, strlen (xmlns));
    }

  for (XmppAttribute *attribute = element->attributes; attribute != NULL;
       attribute = attribute->next)
    {
      const char *attribute_xmlns = attribute->xmlns;
      const char *known = xmpp_known_string (attribute->name, strlen (attribute->name));

      if (known == NULL)
        known = xmpp_arena_strndup (arena, attribute->name, strlen (attribute->name));
      if (attribute_xmlns != NULL)
        attribute_xmlns = xmpp_element_keep_xmlns (copy, attribute_xmlns);
      xmpp_element_link_attribute (copy, &last, known, attribute_xmlns,
                                   xmpp_arena_strndup (arena, attribute->value,
                                                       strlen (attribute->value)));
    }
  copy->node.flags |= element->node.flags & kept;
  return copy;
}

/**
 * xmpp_element_copy:
 * @element: an element
 *
 * Copies the element and all that is in it. The copy has no parent and is not sealed; it is
 * in the same namespace.
 *
 * Returns: (transfer full): the copy
 *
 * Since: 1.0
 */
XmppElement *
xmpp_element_copy (XmppElement *element)
{
  const guint kept = XMPP_ARENA_BROKEN | XMPP_ARENA_SENSITIVE;
  XmppArena *arena;
  XmppElement *copy;
  XmppElement *source = element;
  XmppElement *target;
  XmppNode *node;

  g_return_val_if_fail (element != NULL, NULL);

  arena = xmpp_arena_new (element->first != NULL ? XMPP_ARENA_STANZA : XMPP_ARENA_SMALL);
  xmpp_arena_add_flags (arena, xmpp_arena_get_flags (element->arena) & kept);
  copy = copy_alone (element, arena, xmpp_element_get_xmlns (element));

  /* @target is the copy of @source, @node what comes next in it. */
  target = copy;
  node = source->first;
  for (;;)
    {
      if (node == NULL)
        {
          xmpp_element_join_text (target);
          if (source == element)
            return copy;
          node = source->node.next;
          source = source->parent;
          target = target->parent;
        }
      else if (xmpp_node_is_element (node))
        {
          XmppElement *child;

          source = (XmppElement *) node;
          child = copy_alone (source, arena, source->xmlns);
          xmpp_element_link_child (target, child);
          target = child;
          node = source->first;
        }
      else
        {
          XmppText *piece = (XmppText *) node;

          xmpp_element_link_text (target, piece->text, piece->length);
          node = node->next;
        }
    }
}

/**
 * xmpp_element_check:
 * @element: an element
 * @error: return location for an error
 *
 * Looks whether the element, and all that is in it, can be written as XML. Sending does this
 * too.
 *
 * Errors: %G_IO_ERROR_INVALID_ARGUMENT for a name or a namespace that can be none,
 * %G_IO_ERROR_INVALID_DATA for text that is not UTF-8 or has characters which XML 1.0
 * forbids, such as most control characters.
 *
 * Returns: %TRUE if it can be written
 *
 * Since: 1.0
 */
gboolean
xmpp_element_check (XmppElement *element, GError **error)
{
  g_return_val_if_fail (element != NULL, FALSE);

  if (G_LIKELY ((xmpp_arena_get_flags (element->arena) & XMPP_ARENA_BROKEN) == 0))
    return TRUE;

  for (XmppElement *part = element; part != NULL;
       part = xmpp_element_walk (part, element))
    {
      if (part->node.flags & XMPP_ELEMENT_BAD_NAME)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       "The element “%s” or an attribute of it has a name or a "
                       "namespace that XML does not allow",
                       part->name);
          return FALSE;
        }
      if (part->node.flags & XMPP_ELEMENT_NO_ID)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       "The system gave no random numbers for the id of a new “%s”",
                       part->name);
          return FALSE;
        }
      if (part->node.flags & XMPP_ELEMENT_BAD_CHARS)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "The element “%s” has text that is not UTF-8, or has "
                       "characters that XML cannot carry",
                       part->name);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * xmpp_element_is_sealed:
 * @element: an element
 *
 * Tells whether the element was received or sent.
 *
 * Returns: whether the element was received or sent, and so cannot be changed any more
 *
 * Since: 1.0
 */
gboolean
xmpp_element_is_sealed (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, FALSE);

  return (element->node.flags & XMPP_ELEMENT_SEALED) != 0;
}

void
xmpp_element_seal (XmppElement *element)
{
  g_return_if_fail (element != NULL);

  if (element->node.flags & XMPP_ELEMENT_SEALED)
    return;
  for (XmppElement *part = element; part != NULL;
       part = xmpp_element_walk (part, element))
    {
      xmpp_element_join_text (part);
      part->node.flags |= XMPP_ELEMENT_SEALED;
    }
  xmpp_arena_add_flags (element->arena, XMPP_ARENA_SEALED);
}

void
xmpp_element_set_sensitive (XmppElement *element)
{
  g_return_if_fail (element != NULL);

  for (XmppElement *part = element; part != NULL;
       part = xmpp_element_walk (part, element))
    part->node.flags |= XMPP_ELEMENT_SENSITIVE;
  xmpp_arena_add_flags (element->arena, XMPP_ARENA_SENSITIVE);
}

gsize
xmpp_element_get_memory (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, 0);

  return xmpp_arena_get_size (element->arena);
}

gboolean
xmpp_element_is_sensitive (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, FALSE);

  return (element->node.flags & XMPP_ELEMENT_SENSITIVE) != 0;
}

/**
 * xmpp_element_get_name:
 * @element: an element
 *
 * Gets the name.
 *
 * Returns: (transfer none): the name, without a prefix
 *
 * Since: 1.0
 */
const char *
xmpp_element_get_name (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, NULL);

  return element->name;
}

/**
 * xmpp_element_get_xmlns:
 * @element: an element
 *
 * Gets the namespace.
 *
 * Returns: (transfer none) (nullable): the namespace, that of the parent where the element
 *   has none of its own; %NULL: that of the stream it will be sent on
 *
 * Since: 1.0
 */
const char *
xmpp_element_get_xmlns (XmppElement *element)
{
  g_return_val_if_fail (element != NULL, NULL);

  while (element->xmlns == NULL && element->parent != NULL)
    element = element->parent;
  return element->xmlns;
}

/**
 * xmpp_element_is:
 * @element: an element
 * @name: (nullable): a name, or %NULL for any
 * @xmlns: (nullable): a namespace, or %NULL for any
 *
 * Tells whether the element has this name and this namespace.
 *
 * Returns: whether the element has this name and this namespace
 *
 * Since: 1.0
 */
gboolean
xmpp_element_is (XmppElement *element, const char *name, const char *xmlns)
{
  g_return_val_if_fail (element != NULL, FALSE);

  if (name != NULL && !xmpp_names_equal (element->name, name))
    return FALSE;
  if (xmlns != NULL)
    {
      const char *own = xmpp_element_get_xmlns (element);

      return own != NULL && xmpp_names_equal (own, xmlns);
    }
  return TRUE;
}
