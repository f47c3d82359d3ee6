/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* The key file of a server:
 *
 *   [server]                       listen=127.0.0.1:5222;[::1]:5222   tls-listen=…
 *                                  component-listen=…   ca=FILE
 *   [domain example.org]           certificate=FILE   private-key=FILE   anonymous=false
 *   [users]                        alice@example.org=password
 *   [component gate.example.org]   secret=…
 *
 * Files stand beside it, where their names do not begin with a slash. */
typedef struct
{
  char *path;
  GKeyFile *keys;      /* all groups but [users] */
  gboolean has_users;  /* there is such a group */
  GPtrArray *accounts; /* XmppJid: who stands in it */
} ToolConfiguration;

/* Where a server listens */
typedef struct
{
  const char *key; /* static */
  XmppListenKind kind;
  char *address;
  guint port;
} ToolDoor;

/* Errors: G_OPTION_ERROR, with the line, the group or the key that is wrong */
ToolConfiguration *tool_configuration_load (const char *path, GError **error);
void tool_configuration_free (ToolConfiguration *configuration);

/* The names of all groups [@kind NAME] */
GStrv tool_configuration_list (ToolConfiguration *configuration, const char *kind);
/* NULL: it is not there. A value is empty, or the group has another key: an error before */
char *tool_configuration_dup (ToolConfiguration *configuration,
                              const char *group,
                              const char *key);
char *tool_configuration_dup_path (ToolConfiguration *configuration,
                                   const char *group,
                                   const char *key);
gboolean tool_configuration_get_boolean (ToolConfiguration *configuration,
                                         const char *group,
                                         const char *key,
                                         gboolean *value,
                                         GError **error);
/* (element-type ToolDoor): at least one */
GPtrArray *tool_configuration_list_doors (ToolConfiguration *configuration,
                                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolConfiguration, tool_configuration_free)

G_END_DECLS
