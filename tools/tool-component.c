/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-commands.h"
#include "tool-listen.h"
#include "tool-secret.h"
#include "tool-tls.h"

static XmppJid *
parse_domain (const char *word, GError **error)
{
  g_autoptr (GError) jid_error = NULL;
  g_autoptr (XmppJid) jid = xmpp_jid_new (word, &jid_error);

  if (jid != NULL && xmpp_jid_get_local (jid) == NULL && xmpp_jid_is_bare (jid))
    return g_steal_pointer (&jid);

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "component takes the domain that it speaks for%s%s",
               jid_error != NULL ? ": " : "",
               jid_error != NULL ? jid_error->message : "");
  return NULL;
}

static XmppConnection *
make_component (const ToolOptions *options, XmppJid *domain, GError **error)
{
  char *secret =
      tool_secret_read_password (options, xmpp_jid_get_domain (domain), FALSE, error);
  g_autoptr (XmppComponent) component = NULL;

  if (secret == NULL)
    return NULL;

  component = xmpp_component_new (xmpp_jid_get_domain (domain), secret, options->host,
                                  (guint) options->port, error);
  xmpp_secret_free (secret);
  if (component == NULL)
    return NULL;

  if (options->direct_tls)
    g_object_set (component, "tls-mode", XMPP_TLS_MODE_DIRECT, NULL);
  if (options->ca != NULL)
    {
      g_autoptr (GTlsDatabase) database = tool_tls_load_authorities (options->ca, error);

      if (database == NULL)
        return NULL;
      g_object_set (component, "tls-database", database, NULL);
    }

  return XMPP_CONNECTION (g_steal_pointer (&component));
}

int
tool_component (ToolOptions *options, char **arguments, GError **error)
{
  g_autoptr (XmppJid) domain = NULL;
  g_autoptr (XmppConnection) component = NULL;
  g_autoptr (ToolSession) session = NULL;
  g_autoptr (GError) early = NULL;

  if (g_strv_length (arguments) != 1)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "component takes a domain and nothing else");
      return TOOL_USAGE;
    }

  domain = parse_domain (arguments[0], error);
  if (domain == NULL)
    return TOOL_USAGE;

  options->jid = g_strdup (xmpp_jid_to_string (domain));
  component = make_component (options, domain, &early);
  if (component == NULL)
    return tool_session_fail_early (options, early);

  session = tool_session_new_for (options, component, domain);
  return tool_listen_run (session);
}
