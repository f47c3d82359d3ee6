/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-options.h"

#include <string.h>

/* G_OPTION_ARG_FILENAME takes the words as they are: all text is UTF-8, whatever the locale. */
#define TEXT G_OPTION_ARG_FILENAME

static void
add_session_entries (GOptionContext *context, ToolOptions *options)
{
  const GOptionEntry entries[] = {
    { "host", 0, 0, TEXT, &options->host, "Connect to this host; do not ask DNS for it",
      "H" },
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "Connect to this port", "N" },
    { "direct-tls", 0, 0, G_OPTION_ARG_NONE, &options->direct_tls,
      "TLS from the first byte on", NULL },
    { "starttls", 0, 0, G_OPTION_ARG_NONE, &options->starttls,
      "TLS by STARTTLS, which is required", NULL },
    { "ca", 0, 0, TEXT, &options->ca, "Trust the authorities in this file only", "FILE" },
    { "pin", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->pins,
      "The server must have this key (may be repeated)", "SHA256:BASE64" },
    { "client-cert", 0, 0, TEXT, &options->client_cert,
      "Show this certificate to the server", "FILE|pkcs11:URI" },
    { "client-key", 0, 0, TEXT, &options->client_key,
      "The key of that certificate, where it is not in the same place",
      "FILE|pkcs11:URI" },
    { "mechanism", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->mechanisms,
      "Use this mechanism only (may be repeated)", "M" },
    { "module", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->modules,
      "Take mechanisms that several modules have from this one (may be repeated)", "M" },
    { "require-channel-binding", 0, 0, G_OPTION_ARG_NONE,
      &options->require_channel_binding,
      "Use only mechanisms that are bound to the TLS connection", NULL },
    { "require-mutual", 0, 0, G_OPTION_ARG_NONE, &options->require_mutual,
      "Use only mechanisms by which the server proves itself", NULL },
    { "authzid", 0, 0, TEXT, &options->authzid, "Act as somebody else", "JID" },
    { "resource", 0, 0, TEXT, &options->resource, "Ask for this resource", "R" },
    { "status", 0, 0, TEXT, &options->status, "What others see on leaving", "TEXT" },
    { "password-file", 0, 0, TEXT, &options->password_file,
      "Read the password from this file; - is standard input", "F" },
    { "password-command", 0, 0, TEXT, &options->password_command,
      "Read the password from the output of this command", "CMD" },
    { "state", 0, 0, TEXT, &options->state,
      "Keep what the login has learned for the next one", "FILE" },
    { "token-file", 0, 0, TEXT, &options->token_file,
      "Log in with the OAuth 2.0 token in this file; - is standard input", "F" },
    { "field-file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->field_files,
      "Read what else a mechanism asks for from a file; - is standard input (may be "
      "repeated)",
      "NAME=FILE" },
    { "principal", 0, 0, TEXT, &options->principal,
      "Use the Kerberos ticket of this one, where there are several", "NAME@REALM" },
    { "ccache", 0, 0, TEXT, &options->ccache,
      "Take the Kerberos ticket from this credentials cache", "CACHE" },
    { "client-keytab", 0, 0, TEXT, &options->client_keytab,
      "Get a Kerberos ticket with the key in this keytab", "FILE" },
    { "no-pipelining", 0, 0, G_OPTION_ARG_NONE, &options->no_pipelining,
      "Send nothing before it is known to be wanted", NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options->timeout, "A limit for all of it",
      "SECONDS" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print the outcome as one object",
      NULL },
    { "debug", 0, 0, G_OPTION_ARG_NONE, &options->debug, "Print what the library does",
      NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_mechanisms_entries (GOptionContext *context, ToolOptions *options)
{
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print one object", NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_password_entries (GOptionContext *context, ToolOptions *options)
{
  const GOptionEntry entries[] = {
    { "password-file", 0, 0, TEXT, &options->password_file,
      "Read the password from this file; - is standard input", "F" },
    { "password-command", 0, 0, TEXT, &options->password_command,
      "Read the password from the output of this command", "CMD" },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options->timeout, "A limit for all of it",
      "SECONDS" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_component_entries (GOptionContext *context, ToolOptions *options)
{
  const GOptionEntry entries[] = {
    { "host", 0, 0, TEXT, &options->host, "Where the server is, if not on this machine",
      "H" },
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port,
      "The server's port for components, if not 5347", "N" },
    { "direct-tls", 0, 0, G_OPTION_ARG_NONE, &options->direct_tls,
      "TLS from the first byte on; without it only this machine is spoken to", NULL },
    { "ca", 0, 0, TEXT, &options->ca, "Trust the authorities in this file only", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Print the outcome as one object",
      NULL },
    { "debug", 0, 0, G_OPTION_ARG_NONE, &options->debug, "Print what the library does",
      NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_serve_entries (GOptionContext *context, ToolOptions *options)
{
  const GOptionEntry entries[] = {
    { "config", 0, 0, TEXT, &options->config, "What is served, and where: a key file",
      "FILE" },
    { "debug", 0, 0, G_OPTION_ARG_NONE, &options->debug, "Print what the library does",
      NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_xml_entries (GOptionContext *context, ToolOptions *options)
{
  const GOptionEntry entries[] = {
    { "xml", 0, 0, G_OPTION_ARG_NONE, &options->xml, "Whole stanzas instead of texts",
      NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_listen_entries (GOptionContext *context, ToolOptions *options)
{
  const GOptionEntry entries[] = {
    { "count", 0, 0, G_OPTION_ARG_INT, &options->count, "Leave after N messages", "N" },
    { "echo", 0, 0, G_OPTION_ARG_NONE, &options->echo, "Send every message back", NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_console_entries (GOptionContext *context, ToolOptions *options)
{
  const GOptionEntry entries[] = {
    { "transcript", 0, 0, TEXT, &options->transcript,
      "Write what came and went into this file, for a bug report or a test", "FILE" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

/* What GOption leaves alone was not given; 0 is what the other files read then. */
#define NOT_GIVEN G_MININT

static gboolean
check_number (const char *name, int *number, int max, GError **error)
{
  if (*number == NOT_GIVEN)
    {
      *number = 0;
      return TRUE;
    }
  if (*number >= 1 && *number <= max)
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--%s takes a number from 1 to %d", name, max);

  return FALSE;
}

static gboolean
check_host (ToolOptions *options, GError **error)
{
  gsize length;

  if (options->host == NULL)
    return TRUE;

  /* [::1], as in a URI */
  length = strlen (options->host);
  if (length >= 2 && options->host[0] == '[' && options->host[length - 1] == ']')
    {
      length -= 2;
      memmove (options->host, options->host + 1, length);
      options->host[length] = '\0';
    }
  if (length > 0 && g_utf8_validate (options->host, -1, NULL))
    return TRUE;

  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       "--host takes the name or the address of a host");

  return FALSE;
}

/* RFC 4422 §3.1 */
static gboolean
check_mechanisms (ToolOptions *options, GError **error)
{
  for (gsize i = 0; options->mechanisms != NULL && options->mechanisms[i] != NULL; i++)
    {
      const char *name = options->mechanisms[i];
      gsize length = strlen (name);

      if (length >= 1 && length <= 20 &&
          strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == length)
        continue;

      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--mechanism %s: this is not the name of a mechanism; xmpp-tool "
                   "mechanisms lists them",
                   name);
      return FALSE;
    }

  return TRUE;
}

/* The other fields have options of their own, or are parts of the address. */
static gboolean
check_field_files (ToolOptions *options, GError **error)
{
  static const char *const others[] = { "username",  "authzid", "password",      "token",
                                        "principal", "ccache",  "client-keytab", NULL };

  for (gsize i = 0; options->field_files != NULL && options->field_files[i] != NULL; i++)
    {
      const char *path = strchr (options->field_files[i], '=');
      g_autofree char *name = NULL;

      if (path != NULL)
        name =
            g_strndup (options->field_files[i], (gsize) (path - options->field_files[i]));
      if (name != NULL && name[0] != '\0' && path[1] != '\0' &&
          g_utf8_validate (name, -1, NULL) && !g_strv_contains (others, name))
        continue;

      /* Not what it was: that may be the secret. */
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--field-file takes the name of a field, an equals sign and a "
                           "file; names, passwords, tokens and tickets have other "
                           "options");
      return FALSE;
    }

  return TRUE;
}

/* Nothing of it is a secret: the keytab is, and that is a file. */
static gboolean
check_kerberos (ToolOptions *options, GError **error)
{
  const struct
  {
    const char *name;
    const char *value;
  } rows[] = {
    { "principal", options->principal },
    { "ccache", options->ccache },
    { "client-keytab", options->client_keytab },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].value != NULL &&
        (rows[i].value[0] == '\0' || !g_utf8_validate (rows[i].value, -1, NULL)))
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                     "--%s takes a name that is not empty, in UTF-8", rows[i].name);
        return FALSE;
      }

  return TRUE;
}

static gboolean
check_authzid (ToolOptions *options, GError **error)
{
  g_autoptr (GError) jid_error = NULL;
  g_autoptr (XmppJid) jid = NULL;

  if (options->authzid == NULL)
    return TRUE;

  jid = xmpp_jid_new (options->authzid, &jid_error);
  if (jid == NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--authzid: %s",
                 jid_error->message);

  return jid != NULL;
}

static gboolean
check_status (ToolOptions *options, GError **error)
{
  g_autoptr (GError) text_error = NULL;
  g_autoptr (XmppStanza) presence = NULL;

  if (options->status == NULL)
    return TRUE;

  presence =
      xmpp_stanza_new_presence (XMPP_STANZA_TYPE_UNAVAILABLE, NULL, options->status);
  if (xmpp_element_check (xmpp_stanza_get_element (presence), &text_error))
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--status: %s",
               text_error->message);

  return FALSE;
}

/* No word of the command line is a secret: others can read it. */
static gboolean
check_certificate (ToolOptions *options, GError **error)
{
  const char *const places[] = { options->client_cert, options->client_key };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i] != NULL && strstr (places[i], "pin-value") != NULL)
      {
        g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                             "A PIN does not belong on the command line: it is asked for "
                             "on the terminal, or read from where pin-source= says");
        return FALSE;
      }

  if (options->client_key == NULL || options->client_cert != NULL)
    return TRUE;

  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       "--client-key needs --client-cert");

  return FALSE;
}

static gboolean
check (ToolOptions *options, GError **error)
{
  if (options->direct_tls && options->starttls)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--direct-tls and --starttls exclude each other");
      return FALSE;
    }
  if ((options->password_file != NULL) + (options->password_command != NULL) +
          (options->token_file != NULL) >
      1)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--password-file, --password-command and --token-file exclude "
                           "each other");
      return FALSE;
    }

  return check_number ("port", &options->port, G_MAXUINT16, error) &&
         check_number ("timeout", &options->timeout, G_MAXINT / 1000, error) &&
         check_number ("count", &options->count, G_MAXINT, error) &&
         check_host (options, error) && check_mechanisms (options, error) &&
         check_field_files (options, error) && check_kerberos (options, error) &&
         check_authzid (options, error) && check_status (options, error) &&
         check_certificate (options, error);
}

ToolOptions *
tool_options_parse (char **argv,
                    const char *parameters,
                    const char *summary,
                    ToolOptionsGroups groups,
                    GStrv *arguments,
                    GError **error)
{
  g_autoptr (ToolOptions) options = g_new0 (ToolOptions, 1);
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_auto (GStrv) words = g_strdupv (argv);
  g_auto (GStrv) rest = NULL;
  const GOptionEntry rest_entries[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL },
    { NULL },
  };

  options->port = NOT_GIVEN;
  options->timeout = NOT_GIVEN;
  options->count = NOT_GIVEN;

  g_option_context_set_summary (context, summary);
  if (groups & TOOL_OPTIONS_SESSION)
    add_session_entries (context, options);
  else if (groups & TOOL_OPTIONS_PASSWORD)
    add_password_entries (context, options);
  else if (groups & TOOL_OPTIONS_SERVE)
    add_serve_entries (context, options);
  else
    add_mechanisms_entries (context, options);
  if (groups & TOOL_OPTIONS_COMPONENT)
    add_component_entries (context, options);
  if (groups & TOOL_OPTIONS_XML)
    add_xml_entries (context, options);
  if (groups & TOOL_OPTIONS_LISTEN)
    add_listen_entries (context, options);
  if (groups & TOOL_OPTIONS_CONSOLE)
    add_console_entries (context, options);
  g_option_context_add_main_entries (context, rest_entries, NULL);

  if (!g_option_context_parse_strv (context, &words, error) || !check (options, error))
    return NULL;

  if (options->timeout > 0)
    options->deadline = g_get_monotonic_time () + options->timeout * G_USEC_PER_SEC;
  *arguments = rest != NULL ? g_steal_pointer (&rest) : g_new0 (char *, 1);

  return g_steal_pointer (&options);
}

guint
tool_options_get_time_left (const ToolOptions *options)
{
  gint64 left = (options->deadline - g_get_monotonic_time ()) / 1000;

  return (guint) CLAMP (left, 1, G_MAXINT);
}

void
tool_options_free (ToolOptions *options)
{
  g_free (options->jid);
  g_free (options->to);
  g_free (options->text);
  g_free (options->host);
  g_free (options->ca);
  g_strfreev (options->pins);
  g_free (options->client_cert);
  g_free (options->client_key);
  g_strfreev (options->mechanisms);
  g_strfreev (options->modules);
  g_free (options->authzid);
  g_free (options->resource);
  g_free (options->status);
  g_free (options->password_file);
  g_free (options->password_command);
  g_free (options->state);
  g_free (options->token_file);
  g_strfreev (options->field_files);
  g_free (options->principal);
  g_free (options->ccache);
  g_free (options->client_keytab);
  g_free (options->transcript);
  g_free (options->config);
  g_free (options);
}
