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

/* Nothing was sent that proves anybody, and nobody has looked for a ticket in vain. */
static gboolean
needs_account (const ToolOutcome *outcome)
{
  return g_error_matches (outcome->error, XMPP_SASL_ERROR,
                          XMPP_SASL_ERROR_NEED_CREDENTIAL) ||
         g_error_matches (outcome->error, XMPP_CONNECTION_ERROR,
                          XMPP_CONNECTION_ERROR_POLICY);
}

static gboolean
takes_password (const char *mechanisms)
{
  g_auto (GStrv) names = g_strsplit (mechanisms, " ", -1);
  XmppSaslRegistry *registry = xmpp_sasl_registry_get_default ();

  for (gsize i = 0; names[i] != NULL; i++)
    {
      XmppSaslMechanismInfo *info = xmpp_sasl_registry_find (registry, names[i]);

      if (info != NULL &&
          g_strv_contains (xmpp_sasl_mechanism_info_get_fields (info), "password"))
        return TRUE;
    }

  return FALSE;
}

/* What there has to be, for what would be used: Kerberos is tried first, and needs no
 * password. */
static const char *
get_need (GVariant *offer, const char *choice)
{
  const char *mechanisms = "";

  if (!g_str_has_prefix (choice, "GSSAPI") && !g_str_has_prefix (choice, "GS2-KRB5"))
    return "its password";

  g_variant_lookup (offer, "mechanisms", "&s", &mechanisms);

  return takes_password (mechanisms) ? "its ticket of Kerberos or its password"
                                     : "its ticket of Kerberos";
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
  ToolOutcome outcome;

  tool_session_get_outcome (session, &outcome);
  if (tool_secret_is_given (options) || outcome.report == NULL ||
      g_strcmp0 (tool_outcome_get_step (&outcome), "sasl") != 0 ||
      tool_outcome_get_status (&outcome) != TOOL_SASL || !needs_account (&outcome))
    return;

  all = xmpp_report_to_variant (outcome.report);
  offer = g_variant_lookup_value (all, "offer", G_VARIANT_TYPE_VARDICT);
  if (offer == NULL || !g_variant_lookup (offer, "choice", "&s", &choice))
    return;

  text = g_strdup_printf ("%s is in order up to the login, which needs an account and "
                          "%s. It would use %s.",
                          outcome.domain, get_need (offer, choice), choice);
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
