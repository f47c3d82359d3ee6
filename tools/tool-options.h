/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* What the command line says. */
typedef struct
{
  char *jid;
  char *to;   /* send */
  char *text; /* send: the words after the address, with a blank between each two */

  char *host;
  int port; /* 0: not given */
  gboolean direct_tls;
  gboolean starttls;
  char *ca;
  char **pins;
  char *client_cert;
  char *client_key;
  char **mechanisms;
  char **modules;
  gboolean require_channel_binding;
  gboolean require_mutual;
  char *authzid;
  char *resource;
  char *status;
  int timeout;     /* seconds; 0: none */
  gint64 deadline; /* when they are over, by the monotonic clock */
  char *password_file;
  char *password_command;
  char *state;
  char *token_file;
  char **field_files; /* NAME=FILE */
  char *principal;
  char *ccache;
  char *client_keytab;
  gboolean no_pipelining;
  gboolean json;
  gboolean debug;

  gboolean xml;     /* send, listen */
  gboolean echo;    /* listen */
  int count;        /* listen; 0: no end */
  char *transcript; /* console */
  char *config;     /* serve */
} ToolOptions;

typedef enum
{
  TOOL_OPTIONS_SESSION = 1 << 0, /* everything that a login takes */
  TOOL_OPTIONS_XML = 1 << 1,
  TOOL_OPTIONS_LISTEN = 1 << 2,
  TOOL_OPTIONS_CONSOLE = 1 << 3,
  TOOL_OPTIONS_PASSWORD = 1 << 4, /* a password, and no login */
  TOOL_OPTIONS_SERVE = 1 << 5,
  TOOL_OPTIONS_COMPONENT = 1 << 6,
} ToolOptionsGroups;

/* @argv begins with the name of the command. @parameters: what stands behind the options,
 * for the help. Errors are G_OPTION_ERROR. */
ToolOptions *tool_options_parse (char **argv,
                                 const char *parameters,
                                 const char *summary,
                                 ToolOptionsGroups groups,
                                 GStrv *arguments,
                                 GError **error);
void tool_options_free (ToolOptions *options);
/* Milliseconds until the deadline; at least 1 */
guint tool_options_get_time_left (const ToolOptions *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolOptions, tool_options_free)

G_END_DECLS
