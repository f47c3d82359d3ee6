/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-prepare-private.h"

#include "core/xmpp-error.h"
#include "core/xmpp-precis.h"
#include "core/xmpp-saslprep.h"

#include <string.h>

const char *
xmpp_prepare_fault_to_string (XmppPrepareFault fault)
{
  switch (fault)
    {
    case XMPP_PREPARE_FAULT_NOT_UTF8:
      return "is not valid UTF-8";
    case XMPP_PREPARE_FAULT_EMPTY:
      return "is empty";
    case XMPP_PREPARE_FAULT_CHARACTER:
      return "holds a character that is not allowed";
    case XMPP_PREPARE_FAULT_DIRECTION:
      return "mixes left to right and right to left in a way that is not allowed";
    case XMPP_PREPARE_FAULT_UNSTABLE:
      return "has no stable form";
    case XMPP_PREPARE_FAULT_TOO_LONG:
      return "is too long";
    case XMPP_PREPARE_FAULT_NONE:
    default:
      return "is as it should be";
    }
}

gboolean
xmpp_prepare_is_plain (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] < ' ' || text[i] > '~')
        return FALSE;
    }

  return TRUE;
}

/**
 * xmpp_sasl_prepare:
 * @profile: how
 * @text: a user name, a password, or trace information, in UTF-8
 * @error: return location for an error
 *
 * Brings what a person has typed into the one form in which a mechanism may use it, so
 * that the same password typed on another keyboard is the same password. A mechanism
 * calls this before it escapes or hashes anything.
 *
 * The result is a secret if @text is one; [func@Xmpp.secret_free] frees it.
 *
 * Returns: (transfer full): the prepared text, never empty; %NULL with
 *   %XMPP_SASL_ERROR_MALFORMED_REQUEST where @text is not valid UTF-8, holds what the
 * profile forbids, or comes to nothing
 *
 * Since: 1.0
 */
char *
xmpp_sasl_prepare (XmppSaslProfile profile, const char *text, GError **error)
{
  XmppPrepareFault fault = XMPP_PREPARE_FAULT_CHARACTER;
  const char *what = "The text";
  char *result = NULL;
  gsize length;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  length = strlen (text);
  switch (profile)
    {
    case XMPP_SASL_PROFILE_SASLPREP:
      what = "The user name or password";
      if (length > 0 && xmpp_prepare_is_plain (text, length))
        return g_strdup (text);
      fault = xmpp_saslprep (text, length, &result);
      break;
    case XMPP_SASL_PROFILE_USERNAME:
      what = "The user name";
      fault = xmpp_precis_username (text, length, &result, NULL);
      break;
    case XMPP_SASL_PROFILE_OPAQUE:
      what = "The password";
      if (length > 0 && xmpp_prepare_is_plain (text, length))
        return g_strdup (text);
      fault = xmpp_precis_opaque (text, length, &result, NULL);
      break;
    case XMPP_SASL_PROFILE_TRACE:
      what = "The trace information";
      fault = xmpp_saslprep_trace (text, length, &result);
      break;
    default:
      g_return_val_if_reached (NULL);
    }

  if (result == NULL)
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST, "%s %s", what,
                 xmpp_prepare_fault_to_string (fault));

  return result;
}
