/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Core"

#include "config.h"

#include "core/xmpp-element-internal.h"

static gboolean
matches (const XmppAttribute *attribute, const char *name, const char *xmlns)
{
  if (!xmpp_names_equal (attribute->name, name))
    return FALSE;
  if (attribute->xmlns == NULL || xmlns == NULL)
    return attribute->xmlns == xmlns;
  return xmpp_names_equal (attribute->xmlns, xmlns);
}

/**
 * xmpp_element_get_attribute:
 * @element: an element
 * @name: the name of an attribute that has no namespace
 *
 * Gets the value of an attribute.
 *
 * Returns: (transfer none) (nullable): the value, or %NULL if there is no such attribute
 *
 * Since: 1.0
 */
const char *
xmpp_element_get_attribute (XmppElement *element, const char *name)
{
  g_return_val_if_fail (element != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (XmppAttribute *attribute = element->attributes; attribute != NULL;
       attribute = attribute->next)
    if (attribute->xmlns == NULL && xmpp_names_equal (attribute->name, name))
      return attribute->value;
  return NULL;
}

/**
 * xmpp_element_get_attribute_ns:
 * @element: an element
 * @name: the name of an attribute, without a prefix
 * @xmlns: (nullable): its namespace, or %NULL for an attribute that has none
 *
 * `xml:lang` is the attribute `lang` in the namespace `http://www.w3.org/XML/1998/namespace`.
 *
 * Returns: (transfer none) (nullable): the value, or %NULL if there is no such attribute
 *
 * Since: 1.0
 */
const char *
xmpp_element_get_attribute_ns (XmppElement *element, const char *name, const char *xmlns)
{
  g_return_val_if_fail (element != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (XmppAttribute *attribute = element->attributes; attribute != NULL;
       attribute = attribute->next)
    if (matches (attribute, name, xmlns))
      return attribute->value;
  return NULL;
}

/**
 * xmpp_element_set_attribute:
 * @element: an element
 * @name: the name of an attribute that has no namespace
 * @value: (nullable): the value; %NULL takes the attribute away
 *
 * A @value with characters that XML cannot carry, and a @name that is none, make the element
 * broken, see [method@Xmpp.Element.check].
 *
 * Since: 1.0
 */
void
xmpp_element_set_attribute (XmppElement *element, const char *name, const char *value)
{
  xmpp_element_set_attribute_ns (element, name, NULL, value);
}

/**
 * xmpp_element_set_attribute_ns:
 * @element: an element
 * @name: the name of an attribute, without a prefix
 * @xmlns: (nullable): its namespace, or %NULL for none
 * @value: (nullable): the value; %NULL takes the attribute away
 *
 * As [method@Xmpp.Element.set_attribute]; the prefix is made up when the element is written.
 *
 * Since: 1.0
 */
void
xmpp_element_set_attribute_ns (XmppElement *element,
                               const char *name,
                               const char *xmlns,
                               const char *value)
{
  XmppAttribute *last = NULL;
  XmppAttribute *attribute;

  g_return_if_fail (element != NULL);
  g_return_if_fail (name != NULL);

  if (!xmpp_element_may_change (element, G_STRFUNC))
    return;
  if (xmlns != NULL && *xmlns == '\0')
    xmlns = NULL;
  if ((element->node.flags & XMPP_ELEMENT_STANZA) && xmlns == NULL)
    xmpp_stanza_forget (element, name);

  for (attribute = element->attributes; attribute != NULL; attribute = attribute->next)
    {
      if (matches (attribute, name, xmlns))
        break;
      last = attribute;
    }

  if (value == NULL)
    {
      if (attribute != NULL && last != NULL)
        last->next = attribute->next;
      else if (attribute != NULL)
        element->attributes = attribute->next;
      return;
    }
  if (attribute != NULL)
    {
      attribute->value = xmpp_element_keep_text (element, value);
      return;
    }

  name = xmpp_element_keep_name (element, name);
  /* A declaration is no attribute. */
  if (xmlns == NULL && strcmp (name, "xmlns") == 0)
    xmpp_element_judge (element, XMPP_TEXT_BAD_NAME);
  if (xmlns != NULL)
    xmlns = xmpp_element_keep_xmlns (element, xmlns);
  xmpp_element_link_attribute (element, &last, name, xmlns,
                               xmpp_element_keep_text (element, value));
}

/**
 * xmpp_element_get_n_attributes:
 * @element: an element
 *
 * Gets the number of attributes.
 *
 * Returns: the number of attributes, namespace declarations not counted
 *
 * Since: 1.0
 */
guint
xmpp_element_get_n_attributes (XmppElement *element)
{
  guint n = 0;

  g_return_val_if_fail (element != NULL, 0);

  for (XmppAttribute *attribute = element->attributes; attribute != NULL;
       attribute = attribute->next)
    n++;
  return n;
}

static XmppAttribute *
nth_attribute (XmppElement *element, guint index)
{
  XmppAttribute *attribute = element->attributes;

  while (attribute != NULL && index > 0)
    {
      attribute = attribute->next;
      index--;
    }
  return attribute;
}

/**
 * xmpp_element_get_attribute_name:
 * @element: an element
 * @index: which one, from 0
 *
 * Gets the name of an attribute.
 *
 * Returns: (transfer none) (nullable): the name of an attribute, or %NULL past the end
 *
 * Since: 1.0
 */
const char *
xmpp_element_get_attribute_name (XmppElement *element, guint index)
{
  XmppAttribute *attribute;

  g_return_val_if_fail (element != NULL, NULL);

  attribute = nth_attribute (element, index);
  return attribute != NULL ? attribute->name : NULL;
}

/**
 * xmpp_element_get_attribute_xmlns:
 * @element: an element
 * @index: which one, from 0
 *
 * Gets the namespace of an attribute.
 *
 * Returns: (transfer none) (nullable): the namespace of an attribute; %NULL where it has
 *   none, and past the end
 *
 * Since: 1.0
 */
const char *
xmpp_element_get_attribute_xmlns (XmppElement *element, guint index)
{
  XmppAttribute *attribute;

  g_return_val_if_fail (element != NULL, NULL);

  attribute = nth_attribute (element, index);
  return attribute != NULL ? attribute->xmlns : NULL;
}
