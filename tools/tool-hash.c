/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-commands.h"
#include "tool-outcome.h"
#include "tool-secret.h"
#include "tool-text.h"

#include <stdio.h>

static char *
make_line (const ToolOptions *options, const char *jid, GError **error)
{
  char *password = tool_secret_read_password (options, jid, TRUE, error);
  char *line = NULL;

  if (password != NULL)
    line = xmpp_memory_authenticator_make_line (jid, password, error);
  xmpp_secret_free (password);

  return line;
}

int
tool_hash (ToolOptions *options, char **arguments, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (XmppJid) jid = NULL;
  ToolOutcome outcome = { 0 };
  char *line;

  if (arguments[0] == NULL || arguments[1] != NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "hash takes the address of one user");
      return TOOL_USAGE;
    }

  /* Nobody is asked for the password of an address that is none. */
  jid = xmpp_jid_new (arguments[0], &local_error);
  if (jid == NULL || xmpp_jid_get_local (jid) == NULL || !xmpp_jid_is_bare (jid))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s",
                   local_error != NULL ? local_error->message
                                       : "It takes a bare address, user@domain");
      return TOOL_USAGE;
    }

  line = make_line (options, xmpp_jid_to_string (jid), &local_error);
  if (line != NULL)
    puts (line);
  else
    tool_complain ("%s", local_error->message);
  xmpp_secret_free (line);

  outcome.error = local_error;
  return tool_outcome_get_status (&outcome);
}
