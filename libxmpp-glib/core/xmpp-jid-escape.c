/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-jid.h"

#include <string.h>

/* XEP-0106 §3.2: a character of the first is written as a backslash and two lower-case
 * digits. */
static const char escaped_characters[] = " \"&'/:<>@\\";

/* The character that the three bytes at @text stand for; NUL: none */
static char
get_escaped (const char *text)
{
  if (text[0] != '\\')
    return '\0';

  for (const char *c = escaped_characters; *c != '\0'; c++)
    {
      char digits[3];

      g_snprintf (digits, sizeof digits, "%02x", (guint) *c);
      if (strncmp (text + 1, digits, 2) == 0)
        return *c;
    }

  return '\0';
}

/**
 * xmpp_jid_escape_local:
 * @text: a name as a person would write it
 *
 * Escapes the characters that the local part of a JID may not hold, such as the space, as
 * XEP-0106 says: `d'artagnan` becomes `d\27artagnan`. A backslash is escaped only where
 * it would otherwise be taken for the beginning of an escape.
 *
 * Returns: (transfer full) (nullable): the local part, still to be prepared by
 *   [ctor@Xmpp.Jid.new_from_parts]; %NULL where @text begins or ends with a space, for
 * which there is no escape (XEP-0106 §4.1)
 *
 * Since: 1.0
 */
char *
xmpp_jid_escape_local (const char *text)
{
  GString *local;
  gsize length;

  g_return_val_if_fail (text != NULL, NULL);

  length = strlen (text);
  if (length > 0 && (text[0] == ' ' || text[length - 1] == ' '))
    return NULL;

  local = g_string_sized_new (length);
  for (const char *c = text; *c != '\0'; c++)
    {
      gboolean escape = *c == '\\' ? get_escaped (c) != '\0'
                                   : strchr (escaped_characters, *c) != NULL;

      if (escape)
        g_string_append_printf (local, "\\%02x", (guint) *c);
      else
        g_string_append_c (local, *c);
    }

  return g_string_free (local, FALSE);
}

/**
 * xmpp_jid_unescape_local:
 * @local: the local part of a JID
 *
 * Gives a local part the form in which it is shown to people, undoing what
 * [func@Xmpp.Jid.escape_local] does (XEP-0106). The result is not for comparisons and not
 * for the wire. A `\20` at the beginning or the end is no escape and stays.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
xmpp_jid_unescape_local (const char *local)
{
  GString *text;
  const char *c = local;

  g_return_val_if_fail (local != NULL, NULL);

  text = g_string_sized_new (strlen (local));
  while (*c != '\0')
    {
      char character = get_escaped (c);
      gboolean at_end = c == local || c[1] == '\0' || c[2] == '\0' || c[3] == '\0';

      if (character == '\0' || (character == ' ' && at_end))
        {
          g_string_append_c (text, *c);
          c++;
        }
      else
        {
          g_string_append_c (text, character);
          c += 3;
        }
    }

  return g_string_free (text, FALSE);
}
