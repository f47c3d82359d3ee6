/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-stanza.h"

#include <string.h>

XmppStanza *
tool_stanza_parse (const char *text, GError **error)
{
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (XmppElement) element = NULL;
  g_autoptr (XmppStanza) stanza = NULL;

  if (text[strspn (text, " \t\r\n")] != '<')
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "The text is no stanza: it does not begin with <message, "
                           "<presence or <iq");
      return NULL;
    }

  element = xmpp_element_new_from_string (text, &parse_error);
  if (element != NULL)
    stanza = xmpp_stanza_new_from_element (element, &parse_error);
  if (stanza != NULL)
    return xmpp_stanza_copy (stanza);

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "The text is no stanza: %s", parse_error->message);

  return NULL;
}
