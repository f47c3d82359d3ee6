/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-mask.h"

#include "core/xmpp-element-internal.h"
#include "core/xmpp-namespaces.h"

#define NS_SASL2 "urn:xmpp:sasl:2"           /* XEP-0388 */
#define NS_FAST "urn:xmpp:fast:0"            /* XEP-0484 */
#define NS_DIALBACK "jabber:server:dialback" /* XEP-0220 */
#define NS_DATA_FORMS "jabber:x:data"        /* XEP-0004 */

/* Elements whose text is a secret. @xmlns NULL: in every namespace */
static const struct
{
  const char *name;
  const char *xmlns;
} secret_texts[] = {
  { "auth", XMPP_NS_SASL },
  { "response", XMPP_NS_SASL },
  { "challenge", XMPP_NS_SASL },
  { "success", XMPP_NS_SASL },
  { "initial-response", NS_SASL2 },
  { "response", NS_SASL2 },
  { "challenge", NS_SASL2 },
  { "additional-data", NS_SASL2 },
  { "result", NS_DIALBACK },
  { "verify", NS_DIALBACK },
  /* What is not sent yet may leave the namespace to the stream. */
  { "handshake", NULL },
  { "token", NULL },
  { "password", NULL },
  { "digest", "jabber:iq:auth" },
};

static gboolean
has_secret_text (XmppElement *element)
{
  if (element->text == NULL)
    return FALSE;
  if (element->node.flags & XMPP_ELEMENT_SENSITIVE)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (secret_texts); i++)
    if (xmpp_element_is (element, secret_texts[i].name, secret_texts[i].xmlns))
      return TRUE;
  /* <field type='text-private' var='password'><value>…</value></field>     XEP-0004 §3.3 */
  return element->parent != NULL && xmpp_element_is (element, "value", NS_DATA_FORMS) &&
         g_strcmp0 (xmpp_element_get_attribute (element->parent, "type"),
                    "text-private") == 0;
}

/* <token xmlns='urn:xmpp:fast:0' expiry='…' token='…'/>                XEP-0484 §3.3 */
static gboolean
has_secret_attribute (XmppElement *element)
{
  return xmpp_element_is (element, "token", NS_FAST) &&
         xmpp_element_get_attribute (element, "token") != NULL;
}

static char *
describe (gsize length)
{
  return g_strdup_printf ("[%" G_GSIZE_FORMAT " bytes]", length);
}

static void
mask_text (XmppElement *element)
{
  for (XmppNode *node = element->first; node != NULL; node = node->next)
    {
      XmppText *piece = (XmppText *) node;
      g_autofree char *description = NULL;

      if (xmpp_node_is_element (node))
        continue;
      description = describe (piece->length);
      piece->length = strlen (description);
      piece->size = piece->length + 1;
      piece->text = xmpp_arena_strndup (element->arena, description, piece->length);
      element->text = piece->text;
      element->node.flags |= XMPP_ELEMENT_MORE_TEXT;
    }
  xmpp_element_join_text (element);
}

XmppElement *
xmpp_debug_mask_element (XmppElement *element)
{
  XmppElement *part = element;
  XmppElement *copy;

  g_return_val_if_fail (element != NULL, NULL);

  while (part != NULL && !has_secret_text (part) && !has_secret_attribute (part))
    part = xmpp_element_walk (part, element);
  if (part == NULL)
    return xmpp_element_ref (element);

  copy = xmpp_element_copy (element);
  xmpp_arena_add_flags (copy->arena, XMPP_ARENA_SENSITIVE);
  for (part = copy; part != NULL; part = xmpp_element_walk (part, copy))
    {
      if (has_secret_attribute (part))
        {
          g_autofree char *description =
              describe (strlen (xmpp_element_get_attribute (part, "token")));

          xmpp_element_set_attribute (part, "token", description);
        }
      if (has_secret_text (part))
        mask_text (part);
      part->node.flags &= ~(guint) XMPP_ELEMENT_SENSITIVE;
    }
  xmpp_element_seal (copy);
  return copy;
}
