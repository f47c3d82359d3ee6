/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tool-commands.h"
#include "tool-outcome.h"
#include "tool-text.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  const char *name;
  const char *parameters;
  const char *summary;
  ToolOptionsGroups groups;
  ToolCommand run;
} Command;

static const Command commands[] = {
  { "login", "JID", "Log in, print the report, log out politely.", TOOL_OPTIONS_SESSION,
    tool_login },
  { "send", "JID TO TEXT…", "Send a message; done once the server has it.",
    TOOL_OPTIONS_SESSION | TOOL_OPTIONS_XML, tool_send },
  { "listen", "JID",
    "Print a line for each stanza that comes: its kind, who sent it, its text.",
    TOOL_OPTIONS_SESSION | TOOL_OPTIONS_XML | TOOL_OPTIONS_LISTEN, tool_listen },
  { "console", "JID",
    "Show all XML that comes and goes; send the stanzas that are typed.",
    TOOL_OPTIONS_SESSION | TOOL_OPTIONS_CONSOLE, tool_console },
  { "component", "DOMAIN",
    "Be a component of a server; print a line for each stanza that comes.",
    TOOL_OPTIONS_COMPONENT | TOOL_OPTIONS_PASSWORD | TOOL_OPTIONS_XML |
        TOOL_OPTIONS_LISTEN,
    tool_component },
  { "hash", "JID", "Print the line of a users file that verifies a password.",
    TOOL_OPTIONS_PASSWORD, tool_hash },
  { "mechanisms", "", "List the mechanisms that there are for logging in.", 0,
    tool_mechanisms },
  { "serve", "", "Be a server, for the domains and users of a file.", TOOL_OPTIONS_SERVE,
    tool_serve },
};

static void
print_usage (FILE *output)
{
  fputs ("Usage: xmpp-tool COMMAND [OPTION…] …\n\n", output);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      /* fprintf() counts bytes */
      int padding = MAX (12 - (int) g_utf8_strlen (commands[i].parameters, -1), 0);

      fprintf (output, "  %-10s  %s%*s  %s\n", commands[i].name, commands[i].parameters,
               padding, "", commands[i].summary);
    }
  fputs ("\nxmpp-tool COMMAND --help tells the options of a command.\n"
         "xmpp-tool --version tells the version.\n",
         output);
}

static const Command *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (g_str_equal (commands[i].name, name))
        return &commands[i];
    }

  return NULL;
}

/* Before the library logs anything */
static void
enable_debug (void)
{
  const char *before = g_getenv ("G_MESSAGES_DEBUG");
  g_autofree char *domains = g_strjoin (" ",
                                        "Xmpp-Core Xmpp-Stream Xmpp-Tls Xmpp-Sasl "
                                        "Xmpp-Transport Xmpp-Negotiation "
                                        "Xmpp-Connection Xmpp-Client Xmpp-Server",
                                        before, NULL);

  g_setenv ("G_MESSAGES_DEBUG", domains, TRUE);
  /* Standard output is for what was asked for. */
  g_log_writer_default_set_use_stderr (TRUE);
}

static int
run_command (const Command *command, char **words)
{
  g_autoptr (ToolOptions) options = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) arguments = NULL;
  g_autofree char *program = g_strconcat ("xmpp-tool ", command->name, NULL);
  gboolean json = g_strv_contains ((const char *const *) words, "--json");
  int status = TOOL_USAGE;

  g_set_prgname (program);
  options = tool_options_parse (words, command->parameters, command->summary,
                                command->groups, &arguments, &error);
  if (options != NULL)
    {
      if (options->debug)
        enable_debug ();
      status = command->run (options, arguments, &error);
    }

  if (error != NULL)
    {
      ToolOutcome outcome = { .error = error };

      if (json)
        tool_outcome_print_json (&outcome);
      tool_complain ("%s", error->message);
      fprintf (stderr, "Try xmpp-tool %s --help.\n", command->name);
    }

  return status;
}

/* What was asked for has to be there: a full disk is a failure. */
static int
finish_output (int status)
{
  gboolean failed = ferror (stdout) != 0;

  if (fflush (stdout) == 0 && !failed)
    return status;

  tool_complain ("the output could not be written");

  return status != TOOL_DONE ? status : TOOL_FAILED;
}

int
main (int argc, char *argv[])
{
  const Command *command;

  setlocale (LC_ALL, "");
  g_log_set_writer_func (tool_log_writer, NULL, NULL);
  if (argc < 2)
    {
      print_usage (stderr);
      return TOOL_USAGE;
    }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h"))
    {
      print_usage (stdout);
      return finish_output (TOOL_DONE);
    }
  if (g_str_equal (argv[1], "--version"))
    {
      puts ("xmpp-tool " XMPP_VERSION_STRING);
      return finish_output (TOOL_DONE);
    }

  command = find_command (argv[1]);
  if (command == NULL)
    {
      tool_complain ("there is no command %s", argv[1]);
      print_usage (stderr);
      return TOOL_USAGE;
    }

  return finish_output (run_command (command, argv + 1));
}
