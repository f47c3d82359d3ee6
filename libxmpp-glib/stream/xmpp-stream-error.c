/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-error-private.h"
#include "core/xmpp-namespaces.h"
#include "stream/xmpp-stream-private.h"

#include <string.h>

/* A peer's sentence may fill a stanza; a message is for people. */
#define MAX_TEXT_CHARACTERS 500
#define MAX_JID_BYTES 3071

const char *
xmpp_stream_name_peer (XmppStream *self)
{
  if (self->role == XMPP_STREAM_INITIATING && self->asked != NULL)
    return self->asked;
  if (self->peer_header.from != NULL && strlen (self->peer_header.from) <= MAX_JID_BYTES)
    return self->peer_header.from;

  return "The peer";
}

char *
xmpp_stream_shorten (const char *text)
{
  if (g_utf8_strlen (text, -1) <= MAX_TEXT_CHARACTERS)
    return g_strdup (text);

  return g_utf8_substring (text, 0, MAX_TEXT_CHARACTERS);
}

/* <stream:error><condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'>…</condition>
 *   <text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>…</text></stream:error>
 *                                                                   RFC 6120 §4.9.2 */
GError *
xmpp_stream_parse_error (XmppStream *self, XmppElement *element)
{
  XmppElement *child = xmpp_element_get_first_child (element);
  XmppElement *condition = NULL;
  g_autoptr (GString) message = g_string_new (xmpp_stream_name_peer (self));
  int code = XMPP_STREAM_ERROR_UNDEFINED_CONDITION;
  const char *text = NULL;

  for (; child != NULL; child = xmpp_element_get_next_sibling (child))
    {
      if (!g_str_equal (xmpp_element_get_xmlns (child), XMPP_NS_STREAM_ERRORS))
        continue;
      if (g_str_equal (xmpp_element_get_name (child), "text"))
        text = text != NULL ? text : xmpp_element_get_text (child);
      else if (condition == NULL)
        condition = child;
    }

  g_string_append (message, " ended the stream");

  if (condition != NULL)
    {
      const char *content = xmpp_element_get_text (condition);
      g_autofree char *name = xmpp_stream_shorten (xmpp_element_get_name (condition));
      g_autofree char *shortened = xmpp_stream_shorten (content);

      code = xmpp_error_code_from_wire (XMPP_STREAM_ERROR, name, code);
      if (code == XMPP_STREAM_ERROR_SEE_OTHER_HOST && self->other_host == NULL)
        self->other_host = g_strdup (content);
      g_string_append_printf (message, " with %s", name);
      /* see-other-host says where */
      if (*shortened != '\0')
        g_string_append_printf (message, " (%s)", shortened);
    }

  if (text != NULL && *text != '\0')
    {
      g_autofree char *shortened = xmpp_stream_shorten (text);

      g_string_append_printf (message, ": %s", shortened);
    }

  return g_error_new_literal (XMPP_STREAM_ERROR, code, message->str);
}
