/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tool-options.h"

G_BEGIN_DECLS

/* One for each command: takes the words behind its options, returns the exit status.
 * Errors: G_OPTION_ERROR (the words) */
typedef int (*ToolCommand) (ToolOptions *options, char **arguments, GError **error);

int tool_login (ToolOptions *options, char **arguments, GError **error);
int tool_send (ToolOptions *options, char **arguments, GError **error);
int tool_listen (ToolOptions *options, char **arguments, GError **error);
int tool_console (ToolOptions *options, char **arguments, GError **error);
int tool_component (ToolOptions *options, char **arguments, GError **error);
int tool_hash (ToolOptions *options, char **arguments, GError **error);
int tool_mechanisms (ToolOptions *options, char **arguments, GError **error);
int tool_serve (ToolOptions *options, char **arguments, GError **error);

G_END_DECLS
