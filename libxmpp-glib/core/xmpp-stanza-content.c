/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Core"

#include "config.h"

#include "core/xmpp-stanza.h"

#include "core/xmpp-element-internal.h"
#include "core/xmpp-error-private.h"
#include "core/xmpp-namespaces.h"

static gboolean
is_own_child (XmppElement *element, XmppElement *child, const char *name)
{
  const char *xmlns;

  if (!xmpp_names_equal (child->name, name))
    return FALSE;
  if (child->xmlns == NULL)
    return TRUE;
  xmlns = xmpp_element_get_xmlns (element);
  return xmlns != NULL && xmpp_names_equal (child->xmlns, xmlns);
}

/* RFC 6121 §5.2.3: there may be several in different languages; the one without xml:lang is in
 * the stanza's own. */
static const char *
get_own_text (XmppStanza *stanza, const char *name)
{
  XmppElement *first = NULL;
  XmppElement *child;

  for (child = xmpp_element_get_first_child (&stanza->element); child != NULL;
       child = xmpp_element_get_next_sibling (child))
    {
      if (!is_own_child (&stanza->element, child, name))
        continue;
      if (xmpp_element_get_attribute_ns (child, "lang", XMPP_NS_XML) == NULL)
        return xmpp_element_get_text (child);
      if (first == NULL)
        first = child;
    }
  return first != NULL ? xmpp_element_get_text (first) : NULL;
}

/**
 * xmpp_stanza_get_body:
 * @stanza: a stanza
 *
 * Where there are bodies in several languages, the one without `xml:lang` is taken, else the
 * first.
 *
 * Returns: (transfer none) (nullable): the text for people, or %NULL if there is none
 *
 * Since: 1.0
 */
const char *
xmpp_stanza_get_body (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, NULL);

  return get_own_text (stanza, "body");
}

/**
 * xmpp_stanza_get_status:
 * @stanza: a stanza
 *
 * As [method@Xmpp.Stanza.get_body], for the status text of a presence (RFC 6121 §4.7.2.2).
 *
 * Returns: (transfer none) (nullable): the text for people, or %NULL if there is none
 *
 * Since: 1.0
 */
const char *
xmpp_stanza_get_status (XmppStanza *stanza)
{
  g_return_val_if_fail (stanza != NULL, NULL);

  return get_own_text (stanza, "status");
}

/**
 * xmpp_stanza_get_payload:
 * @stanza: a stanza
 * @name: (nullable): a name, or %NULL for any
 * @xmlns: (nullable): a namespace, or %NULL for any
 *
 * Without @name and @xmlns the child that the stanza is there for: the first, in an iq the
 * first that is not `<error/>`.
 *
 * Returns: (transfer none) (nullable): the first child with this name and namespace
 *
 * Since: 1.0
 */
XmppElement *
xmpp_stanza_get_payload (XmppStanza *stanza, const char *name, const char *xmlns)
{
  XmppElement *child;

  g_return_val_if_fail (stanza != NULL, NULL);

  if (name != NULL || xmlns != NULL ||
      xmpp_stanza_get_kind (stanza) != XMPP_STANZA_KIND_IQ)
    return xmpp_element_get_child (&stanza->element, name, xmlns);

  child = xmpp_element_get_first_child (&stanza->element);
  while (child != NULL && is_own_child (&stanza->element, child, "error"))
    child = xmpp_element_get_next_sibling (child);
  return child;
}

/* <error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
 *   <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>…</text></error>     RFC 6120 §8.3.2 */
static GError *
parse_error (XmppElement *element)
{
  const char *condition = NULL;
  const char *text = NULL;
  XmppElement *child = element != NULL ? xmpp_element_get_first_child (element) : NULL;
  int code;

  for (; child != NULL; child = xmpp_element_get_next_sibling (child))
    {
      if (!xmpp_element_is (child, NULL, XMPP_NS_STANZA_ERRORS))
        continue;
      if (strcmp (child->name, "text") != 0)
        condition = condition != NULL ? condition : child->name;
      else if (text == NULL)
        text = xmpp_element_get_text (child);
    }

  code = condition != NULL
             ? xmpp_error_code_from_wire (XMPP_STANZA_ERROR, condition,
                                          XMPP_STANZA_ERROR_UNDEFINED_CONDITION)
             : XMPP_STANZA_ERROR_UNDEFINED_CONDITION;
  if (condition == NULL)
    condition = "undefined-condition";
  if (text != NULL && *text != '\0')
    return g_error_new (XMPP_STANZA_ERROR, code, "The answer is the error “%s”: %s",
                        condition, text);
  return g_error_new (XMPP_STANZA_ERROR, code, "The answer is the error “%s”", condition);
}

/**
 * xmpp_stanza_dup_error:
 * @stanza: a stanza
 *
 * Reads the error out of a stanza of type error (RFC 6120 §8.3). The message is what the
 * sender says, if it says anything.
 *
 * Returns: (transfer full) (nullable): an error in the domain `XMPP_STANZA_ERROR`; %NULL for a
 *   stanza of another type
 *
 * Since: 1.0
 */
GError *
xmpp_stanza_dup_error (XmppStanza *stanza)
{
  XmppElement *child;

  g_return_val_if_fail (stanza != NULL, NULL);

  if (xmpp_stanza_get_stanza_type (stanza) != XMPP_STANZA_TYPE_ERROR)
    return NULL;
  child = xmpp_element_get_first_child (&stanza->element);
  while (child != NULL && !is_own_child (&stanza->element, child, "error"))
    child = xmpp_element_get_next_sibling (child);
  return parse_error (child);
}

/* The addresses as they came: also a malformed one is somebody's. */
static XmppStanza *
start_reply (XmppStanza *stanza, GError **error)
{
  XmppElement *element = &stanza->element;
  XmppElement *reply;

  switch (xmpp_stanza_get_stanza_type (stanza))
    {
    case XMPP_STANZA_TYPE_ERROR:
    case XMPP_STANZA_TYPE_RESULT:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "An error or a result gets no answer (RFC 6120 §8.3.1)");
      return NULL;
    default:
      break;
    }

  reply = xmpp_element_new_sized (element->name, NULL, XMPP_ARENA_STANZA);
  xmpp_element_set_attribute (reply, "to", xmpp_element_get_attribute (element, "from"));
  xmpp_element_set_attribute (reply, "from", xmpp_element_get_attribute (element, "to"));
  xmpp_element_set_attribute (reply, "id", xmpp_element_get_attribute (element, "id"));
  return (XmppStanza *) reply;
}

/**
 * xmpp_stanza_reply:
 * @stanza: a stanza
 * @error: return location for an error
 *
 * Makes an answer: to the sender, from the addressee, with the same id. For an iq it is an
 * empty result, for a message one of the same type in the same thread, of a room's message one
 * to the room.
 *
 * Returns: (transfer full): the answer; %NULL with %G_IO_ERROR_INVALID_ARGUMENT for an error
 *   or a result, which must not be answered (RFC 6120 §8.3.1), and for an iq that is neither
 *   question nor answer
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_stanza_reply (XmppStanza *stanza, GError **error)
{
  XmppStanza *reply;
  const char *thread;

  g_return_val_if_fail (stanza != NULL, NULL);

  if (xmpp_stanza_get_stanza_type (stanza) == XMPP_STANZA_TYPE_INVALID)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "An iq without a type can only be answered with an error");
      return NULL;
    }
  reply = start_reply (stanza, error);
  if (reply == NULL)
    return NULL;

  switch (xmpp_stanza_get_kind (stanza))
    {
    case XMPP_STANZA_KIND_IQ:
      xmpp_element_set_attribute (&reply->element, "type", "result");
      break;
    case XMPP_STANZA_KIND_MESSAGE:
      xmpp_element_set_attribute (&reply->element, "type",
                                  xmpp_element_get_attribute (&stanza->element, "type"));
      thread = get_own_text (stanza, "thread");
      if (thread != NULL)
        xmpp_element_append_child (&reply->element, "thread", NULL, thread);
      /* The sender's address is that of one occupant (XEP-0045 §7.4). */
      if (xmpp_stanza_get_stanza_type (stanza) == XMPP_STANZA_TYPE_GROUPCHAT &&
          xmpp_stanza_get_from (stanza) != NULL)
        {
          g_autoptr (XmppJid) room = xmpp_jid_dup_bare (xmpp_stanza_get_from (stanza));

          xmpp_stanza_set_to (reply, room);
        }
      break;
    default:
      break;
    }
  return reply;
}

static const char *
get_error_type (XmppStanzaErrorType type)
{
  switch (type)
    {
    case XMPP_STANZA_ERROR_TYPE_AUTH:
      return "auth";
    case XMPP_STANZA_ERROR_TYPE_CONTINUE:
      return "continue";
    case XMPP_STANZA_ERROR_TYPE_MODIFY:
      return "modify";
    case XMPP_STANZA_ERROR_TYPE_WAIT:
      return "wait";
    case XMPP_STANZA_ERROR_TYPE_CANCEL:
    default:
      return "cancel";
    }
}

/**
 * xmpp_stanza_reply_error:
 * @stanza: a stanza
 * @type: what the sender may do about it
 * @condition: what is wrong
 * @text: (nullable): the same for people, or %NULL for none
 * @error: return location for an error
 *
 * Makes an error as the answer (RFC 6120 §8.3). Nothing of the content of @stanza goes back.
 *
 * Returns: (transfer full): the answer; %NULL with %G_IO_ERROR_INVALID_ARGUMENT for an error
 *   or a result, which must not be answered
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_stanza_reply_error (XmppStanza *stanza,
                         XmppStanzaErrorType type,
                         XmppStanzaError condition,
                         const char *text,
                         GError **error)
{
  g_autoptr (GError) code = NULL;
  const char *word;
  XmppStanza *reply;
  XmppElement *child;

  g_return_val_if_fail (stanza != NULL, NULL);

  code = g_error_new_literal (XMPP_STANZA_ERROR, condition, "");
  word = xmpp_error_to_wire (code);
  g_return_val_if_fail (word != NULL, NULL);

  reply = start_reply (stanza, error);
  if (reply == NULL)
    return NULL;
  xmpp_element_set_attribute (&reply->element, "type", "error");
  child = xmpp_element_append_child (&reply->element, "error", NULL, NULL);
  xmpp_element_set_attribute (child, "type", get_error_type (type));
  xmpp_element_append_child (child, word, XMPP_NS_STANZA_ERRORS, NULL);
  if (text != NULL)
    xmpp_element_append_child (child, "text", XMPP_NS_STANZA_ERRORS, text);
  return reply;
}
