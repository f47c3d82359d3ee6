/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Core"

#include "config.h"

#include "core/xmpp-stanza.h"

#include "core/xmpp-element-internal.h"
#include "core/xmpp-element-names.h"
#include "core/xmpp-namespaces.h"
#include "core/xmpp-stanza-id.h"
#include "core/xmpp-stanza-private.h"

/**
 * XmppStanza:
 *
 * A message, a presence or an iq: an [struct@Xmpp.Element] that is addressed and has an id
 * (RFC 6120 §8).
 *
 * A stanza and its element are the same memory: going from one to the other costs nothing, and
 * a reference on either keeps both.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (XmppStanza, xmpp_stanza, xmpp_stanza_ref, xmpp_stanza_unref)

/* Stands in for the address of an attribute that is there and is none. */
static char malformed_address;
#define MALFORMED ((XmppJid *) &malformed_address)

static void
drop_address (XmppJid **address)
{
  XmppJid *jid = g_atomic_pointer_get (address);

  if (jid != NULL && jid != MALFORMED)
    xmpp_jid_unref (jid);
  g_atomic_pointer_set (address, NULL);
}

static void
clean_up (XmppArenaCleanup *cleanup)
{
  XmppStanza *stanza =
      (XmppStanza *) ((char *) cleanup - G_STRUCT_OFFSET (XmppStanza, cleanup));

  drop_address (&stanza->to);
  drop_address (&stanza->from);
}

void
xmpp_stanza_init (XmppElement *element)
{
  XmppStanza *stanza = (XmppStanza *) element;

  element->node.flags |= XMPP_ELEMENT_STANZA;
  stanza->to = NULL;
  stanza->from = NULL;
  stanza->type = 0;
  stanza->cleanup.func = clean_up;
  xmpp_arena_add_cleanup (element->arena, &stanza->cleanup);
}

void
xmpp_stanza_forget (XmppElement *element, const char *name)
{
  XmppStanza *stanza = (XmppStanza *) element;

  if (strcmp (name, "to") == 0)
    drop_address (&stanza->to);
  else if (strcmp (name, "from") == 0)
    drop_address (&stanza->from);
  else if (strcmp (name, "type") == 0)
    g_atomic_int_set (&stanza->type, 0);
  else if (strcmp (name, "id") == 0)
    element->node.flags &= ~(guint) XMPP_ELEMENT_NO_ID;
}

static XmppStanzaKind
get_kind (XmppElement *element)
{
  const char *xmlns;

  if ((element->node.flags & XMPP_ELEMENT_STANZA) == 0)
    return XMPP_STANZA_KIND_NONE;
  xmlns = xmpp_element_get_xmlns (element);
  if (xmlns != NULL && xmlns != xmpp_xmlns_client && xmlns != xmpp_xmlns_server &&
      xmlns != xmpp_xmlns_component)
    return XMPP_STANZA_KIND_NONE;
  if (element->name == xmpp_name_message)
    return XMPP_STANZA_KIND_MESSAGE;
  if (element->name == xmpp_name_presence)
    return XMPP_STANZA_KIND_PRESENCE;
  return XMPP_STANZA_KIND_IQ;
}

/* The words of RFC 6120 §8.2.3 and RFC 6121 §4.7.1, §5.2.2. Where there is none the type is
 * what an attribute that is missing or unknown means. */
static const struct
{
  XmppStanzaKind kinds;
  XmppStanzaType type;
  const char *word;
} types[] = {
  { XMPP_STANZA_KIND_MESSAGE | XMPP_STANZA_KIND_PRESENCE | XMPP_STANZA_KIND_IQ,
    XMPP_STANZA_TYPE_ERROR, "error" },
  { XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_CHAT, "chat" },
  { XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_GROUPCHAT, "groupchat" },
  { XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_HEADLINE, "headline" },
  { XMPP_STANZA_KIND_MESSAGE, XMPP_STANZA_TYPE_NORMAL, NULL },
  { XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_UNAVAILABLE, "unavailable" },
  { XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_SUBSCRIBE, "subscribe" },
  { XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_SUBSCRIBED, "subscribed" },
  { XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_UNSUBSCRIBE, "unsubscribe" },
  { XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_UNSUBSCRIBED, "unsubscribed" },
  { XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_PROBE, "probe" },
  { XMPP_STANZA_KIND_PRESENCE, XMPP_STANZA_TYPE_AVAILABLE, NULL },
  { XMPP_STANZA_KIND_IQ, XMPP_STANZA_TYPE_GET, "get" },
  { XMPP_STANZA_KIND_IQ, XMPP_STANZA_TYPE_SET, "set" },
  { XMPP_STANZA_KIND_IQ, XMPP_STANZA_TYPE_RESULT, "result" },
};

static XmppStanzaType
parse_type (XmppStanzaKind kind, const char *word)
{
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (types); i++)
    if ((types[i].kinds & kind) && types[i].word != NULL &&
        xmpp_names_equal (types[i].word, word))
      return types[i].type;

  switch (kind)
    {
    case XMPP_STANZA_KIND_MESSAGE:
      return XMPP_STANZA_TYPE_NORMAL;
    case XMPP_STANZA_KIND_PRESENCE:
      return XMPP_STANZA_TYPE_AVAILABLE;
    default:
      return XMPP_STANZA_TYPE_INVALID;
    }
}

static gboolean
find_type (XmppStanzaKind kind, XmppStanzaType type, const char **word)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type && (types[i].kinds & kind))
      {
        *word = types[i].word;
        return TRUE;
      }
  return FALSE;
}

static XmppStanza *
new_stanza (const char *name, const char *type, XmppJid *to)
{
  XmppElement *element = xmpp_element_new_sized (name, NULL, XMPP_ARENA_STANZA);

  if (to != NULL)
    xmpp_stanza_set_to ((XmppStanza *) element, to);
  if (type != NULL)
    xmpp_element_set_attribute (element, "type", type);
  return (XmppStanza *) element;
}

static void
give_id (XmppStanza *stanza)
{
  char id[XMPP_STANZA_ID_SIZE];

  if (xmpp_stanza_make_id (id))
    {
      xmpp_element_set_attribute (&stanza->element, "id", id);
      return;
    }
  /* Sending says why. */
  stanza->element.node.flags |= XMPP_ELEMENT_NO_ID;
  xmpp_arena_add_flags (stanza->element.arena, XMPP_ARENA_BROKEN);
}

/**
 * xmpp_stanza_new_message:
 * @type: a type of messages
 * @to: (nullable): to whom; %NULL: to the own account
 * @body: (nullable): the text for people, or %NULL for none
 *
 * Makes a message, with a new random id.
 *
 * Returns: (transfer full): a new stanza
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_stanza_new_message (XmppStanzaType type, XmppJid *to, const char *body)
{
  const char *word = NULL;
  XmppStanza *stanza;

  g_return_val_if_fail (find_type (XMPP_STANZA_KIND_MESSAGE, type, &word), NULL);

  stanza = new_stanza (xmpp_name_message, word, to);
  give_id (stanza);
  if (body != NULL)
    xmpp_element_append_child (&stanza->element, "body", NULL, body);
  return stanza;
}

/**
 * xmpp_stanza_new_presence:
 * @type: a type of presence
 * @to: (nullable): to whom; %NULL: to all who may see it
 * @status: (nullable): the text for people, or %NULL for none
 *
 * Makes a presence.
 *
 * Returns: (transfer full): a new stanza
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_stanza_new_presence (XmppStanzaType type, XmppJid *to, const char *status)
{
  const char *word = NULL;
  XmppStanza *stanza;

  g_return_val_if_fail (find_type (XMPP_STANZA_KIND_PRESENCE, type, &word), NULL);

  stanza = new_stanza (xmpp_name_presence, word, to);
  if (status != NULL)
    xmpp_element_append_child (&stanza->element, "status", NULL, status);
  return stanza;
}

/**
 * xmpp_stanza_new_iq:
 * @type: a type of iq: [enum@Xmpp.StanzaType.GET], `SET`, `RESULT` or `ERROR`
 * @to: (nullable): to whom; %NULL: to the own account's server
 * @payload: (transfer none) (nullable): what is asked, added as
 *   [method@Xmpp.Element.add_child] does
 *
 * Makes an iq, with a new random id.
 *
 * Returns: (transfer full): a new stanza
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_stanza_new_iq (XmppStanzaType type, XmppJid *to, XmppElement *payload)
{
  const char *word = NULL;
  XmppStanza *stanza;

  g_return_val_if_fail (find_type (XMPP_STANZA_KIND_IQ, type, &word), NULL);

  stanza = new_stanza (xmpp_name_iq, word, to);
  /* Known, and needed when it is sent as a request */
  stanza->type = (int) type + 1;
  give_id (stanza);
  if (payload != NULL)
    xmpp_element_add_child (&stanza->element, payload);
  return stanza;
}

/**
 * xmpp_stanza_new_from_element: (constructor)
 * @element: an element
 * @error: return location for an error
 *
 * The element as the stanza that it is. No copy is made.
 *
 * Returns: (transfer full): a new reference on the stanza; %NULL with
 *   %G_IO_ERROR_INVALID_ARGUMENT where the element is no message, presence or iq in one of the
 *   namespaces for them (RFC 6120 §4.8.3)
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_stanza_new_from_element (XmppElement *element, GError **error)
{
  g_return_val_if_fail (element != NULL, NULL);

  if (get_kind (element) == XMPP_STANZA_KIND_NONE)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The element “%s” is no message, presence or iq", element->name);
      return NULL;
    }
  return (XmppStanza *) xmpp_element_ref (element);
}

/**
 * xmpp_stanza_ref:
 * @stanza: a stanza
 *
 * As [method@Xmpp.Element.ref].
 *
 * Returns: (transfer full): @stanza
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_stanza_ref (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, NULL);

  xmpp_arena_ref (stanza->element.arena);
  return stanza;
}

/**
 * xmpp_stanza_unref:
 * @stanza: (transfer full): a stanza
 *
 * As [method@Xmpp.Element.unref].
 *
 * Since: 1.0
 */
void
xmpp_stanza_unref (XmppStanza *stanza)
{
  g_return_if_fail (stanza != NULL);

  xmpp_arena_unref (stanza->element.arena);
}

/**
 * xmpp_stanza_copy:
 * @stanza: a stanza
 *
 * As [method@Xmpp.Element.copy]. The copy has the same id.
 *
 * Returns: (transfer full): the copy
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_stanza_copy (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, NULL);

  return (XmppStanza *) xmpp_element_copy (&stanza->element);
}

/**
 * xmpp_stanza_get_element:
 * @stanza: a stanza
 *
 * Gets the stanza as an element.
 *
 * Returns: (transfer none): the stanza as an element: the same memory
 *
 * Since: 1.0
 */
XmppElement *
xmpp_stanza_get_element (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, NULL);

  return &stanza->element;
}

/**
 * xmpp_stanza_get_kind:
 * @stanza: a stanza
 *
 * Tells which of the three it is.
 *
 * Returns: which of the three it is
 *
 * Since: 1.0
 */
XmppStanzaKind
xmpp_stanza_get_kind (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, XMPP_STANZA_KIND_NONE);

  return get_kind (&stanza->element);
}

/**
 * xmpp_stanza_get_stanza_type:
 * @stanza: a stanza
 *
 * Gets the type.
 *
 * Returns: the type, with what RFC 6121 says for one that is missing or unknown: `NORMAL` for
 *   a message, `AVAILABLE` for a presence. `INVALID` for such an iq.
 *
 * Since: 1.0
 */
XmppStanzaType
xmpp_stanza_get_stanza_type (XmppStanza *stanza)
{
  int type;

  g_return_val_if_fail (stanza != NULL, XMPP_STANZA_TYPE_INVALID);

  type = g_atomic_int_get (&stanza->type);
  if (type == 0)
    {
      type = parse_type (get_kind (&stanza->element),
                         xmpp_element_get_attribute (&stanza->element, "type")) +
             1;
      g_atomic_int_set (&stanza->type, type);
    }
  return type - 1;
}

static XmppJid *
get_address (XmppStanza *stanza, XmppJid **address, const char *name)
{
  XmppJid *jid = g_atomic_pointer_get (address);

  if (jid == NULL)
    {
      const char *text = xmpp_element_get_attribute (&stanza->element, name);

      if (text == NULL)
        return NULL;
      jid = xmpp_jid_new (text, NULL);
      if (jid == NULL)
        jid = MALFORMED;
      if (!g_atomic_pointer_compare_and_exchange (address, NULL, jid))
        {
          if (jid != MALFORMED)
            xmpp_jid_unref (jid);
          jid = g_atomic_pointer_get (address);
        }
    }
  return jid != MALFORMED ? jid : NULL;
}

static void
set_address (XmppStanza *stanza, XmppJid **address, const char *name, XmppJid *jid)
{
  if (!xmpp_element_may_change (&stanza->element, name))
    return;
  if (jid != NULL)
    xmpp_jid_ref (jid);
  xmpp_element_set_attribute (&stanza->element, name,
                              jid != NULL ? xmpp_jid_to_string (jid) : NULL);
  g_atomic_pointer_set (address, jid);
}

/**
 * xmpp_stanza_get_to:
 * @stanza: a stanza
 *
 * The address is parsed when it is first asked for. It stays valid until the stanza goes, or
 * is given another address.
 *
 * Returns: (transfer none) (nullable): to whom; %NULL where it does not say so, or the address
 *   is malformed
 *
 * Since: 1.0
 */
XmppJid *
xmpp_stanza_get_to (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, NULL);

  return get_address (stanza, &stanza->to, "to");
}

/**
 * xmpp_stanza_get_from:
 * @stanza: a stanza
 *
 * As [method@Xmpp.Stanza.get_to].
 *
 * Returns: (transfer none) (nullable): from whom; %NULL where it does not say so, or the
 *   address is malformed
 *
 * Since: 1.0
 */
XmppJid *
xmpp_stanza_get_from (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, NULL);

  return get_address (stanza, &stanza->from, "from");
}

/**
 * xmpp_stanza_is_from_account:
 * @stanza: a stanza that a client has received
 * @account: the client's own address; the resource does not matter
 *
 * What a server says on behalf of an account (the roster, its own nodes, copies of messages)
 * has no sender, or the account's bare JID (RFC 6120 §8.1.2.1). Anything else may come from
 * anybody and must not change the account's data.
 *
 * Returns: whether it speaks for the account
 *
 * Since: 1.0
 */
gboolean
xmpp_stanza_is_from_account (XmppStanza *stanza, XmppJid *account)
{
  XmppJid *from;

  g_return_val_if_fail (stanza != NULL, FALSE);
  g_return_val_if_fail (account != NULL, FALSE);

  if (xmpp_element_get_attribute (&stanza->element, "from") == NULL)
    return TRUE;

  from = xmpp_stanza_get_from (stanza);
  return from != NULL && xmpp_jid_is_bare (from) && xmpp_jid_equal_bare (from, account);
}

/**
 * xmpp_stanza_set_to:
 * @stanza: a stanza
 * @to: (nullable): to whom, or %NULL to take the address away
 *
 * Addresses the stanza.
 *
 * Since: 1.0
 */
void
xmpp_stanza_set_to (XmppStanza *stanza, XmppJid *to)
{
  g_return_if_fail (stanza != NULL);

  set_address (stanza, &stanza->to, "to", to);
}

/**
 * xmpp_stanza_set_from:
 * @stanza: a stanza
 * @from: (nullable): from whom, or %NULL to take the address away
 *
 * Says from whom the stanza is. A client need not: its server does.
 *
 * Since: 1.0
 */
void
xmpp_stanza_set_from (XmppStanza *stanza, XmppJid *from)
{
  g_return_if_fail (stanza != NULL);

  set_address (stanza, &stanza->from, "from", from);
}

void
xmpp_stanza_stamp (XmppStanza *stanza, XmppJid *from)
{
  guint sealed = stanza->element.node.flags & XMPP_ELEMENT_SEALED;

  stanza->element.node.flags &= ~(guint) XMPP_ELEMENT_SEALED;
  xmpp_stanza_set_from (stanza, from);
  stanza->element.node.flags |= sealed;
}

/**
 * xmpp_stanza_get_id:
 * @stanza: a stanza
 *
 * Gets the id (RFC 6120 §8.1.3).
 *
 * Returns: (transfer none) (nullable): the id (RFC 6120 §8.1.3), or %NULL if it has none
 *
 * Since: 1.0
 */
const char *
xmpp_stanza_get_id (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, NULL);

  return xmpp_element_get_attribute (&stanza->element, "id");
}

/**
 * xmpp_stanza_set_id:
 * @stanza: a stanza
 * @id: (nullable): an id, or %NULL to take it away
 *
 * Gives the stanza another id than the random one of its constructor.
 *
 * Since: 1.0
 */
void
xmpp_stanza_set_id (XmppStanza *stanza, const char *id)
{
  g_return_if_fail (stanza != NULL);

  xmpp_element_set_attribute (&stanza->element, "id", id);
}

/**
 * xmpp_stanza_get_lang:
 * @stanza: a stanza
 *
 * Gets the `xml:lang` of the stanza.
 *
 * Returns: (transfer none) (nullable): the `xml:lang` of the stanza, or %NULL if it has none
 *
 * Since: 1.0
 */
const char *
xmpp_stanza_get_lang (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, NULL);

  return xmpp_element_get_attribute_ns (&stanza->element, "lang", XMPP_NS_XML);
}
