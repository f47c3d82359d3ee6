/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-commands.h"
#include "tool-outcome.h"
#include "tool-secret.h"
#include "tool-session.h"
#include "tool-text.h"

#include <stdio.h>

static void
opened (ToolSession *session, gpointer user_data)
{
  tool_session_finish (session, NULL);
}

static void
print_report (ToolSession *session)
{
  XmppReport *report = xmpp_connection_get_report (tool_session_get_connection (session));
  g_autofree char *text = NULL;
  g_autofree char *escaped = NULL;

  if (report == NULL)
    return;

  text = xmpp_report_to_string (report);
  escaped = tool_text_escape (TOOL_TEXT_LINES, text);
  fputs (escaped, stdout);
}

/* A domain can be looked at without an account: how far it gets, and what would be used there. */
static void
print_verdict (ToolSession *session)
{
  const ToolOptions *options = tool_session_get_options (session);
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) offer = NULL;
  g_autofree char *text = NULL;
  g_autofree char *escaped = NULL;
  const char *choice = NULL;
  gboolean by_ticket;
  ToolOutcome outcome;

  tool_session_get_outcome (session, &outcome);
  if (tool_secret_is_given (options) || outcome.report == NULL ||
      g_strcmp0 (tool_outcome_get_step (&outcome), "sasl") != 0 ||
      tool_outcome_get_status (&outcome) != TOOL_SASL)
    return;

  all = xmpp_report_to_variant (outcome.report);
  offer = g_variant_lookup_value (all, "offer", G_VARIANT_TYPE_VARDICT);
  if (offer == NULL || !g_variant_lookup (offer, "choice", "&s", &choice))
    return;

  by_ticket = g_str_has_prefix (choice, "GSSAPI") ||
              g_str_has_prefix (choice, "GS2-KRB5");
  text =
      g_strdup_printf ("%s is in order up to the login, which needs an account and its "
                       "%s. It would use %s.",
                       outcome.domain, by_ticket ? "ticket of Kerberos" : "password",
                       choice);
  escaped = tool_text_escape (TOOL_TEXT_LINE, text);
  printf ("%s\n", escaped);
}

int
tool_login (ToolOptions *options, char **arguments, GError **error)
{
  g_autoptr (ToolSession) session = NULL;
  g_autoptr (GError) early = NULL;
  int status;

  if (g_strv_length (arguments) != 1)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "login takes an address and nothing else");
      return TOOL_USAGE;
    }
  options->jid = g_strdup (arguments[0]);

  session = tool_session_new (options, &early);
  if (session == NULL)
    return tool_session_fail_early (options, early);

  status = tool_session_run (session, opened, NULL);
  if (!options->json)
    {
      print_report (session);
      print_verdict (session);
    }

  return status;
}
