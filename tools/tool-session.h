/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tool-options.h"
#include "tool-outcome.h"

G_BEGIN_DECLS

/* One login: opened, used by a command, closed politely, told about. */
typedef struct _ToolSession ToolSession;

/* What a command does once the connection is open, until it calls tool_session_finish() */
typedef void (*ToolAction) (ToolSession *session, gpointer user_data);

/* Errors: G_OPTION_ERROR (a word of the command line), XMPP_SASL_ERROR (no password) */
ToolSession *tool_session_new (const ToolOptions *options, GError **error);
/* For a connection of another kind, which is set up; @address: what it is or will be */
ToolSession *tool_session_new_for (const ToolOptions *options,
                                   XmppConnection *connection,
                                   XmppJid *address);
void tool_session_free (ToolSession *session);
XmppConnection *tool_session_get_connection (ToolSession *session);
const ToolOptions *tool_session_get_options (ToolSession *session);
/* Whether others send us their messages, or only see us come and go (the default) */
void tool_session_receive_messages (ToolSession *session);
/* Whether being interrupted is how it ends; else it is a failure (the default) */
void tool_session_set_endless (ToolSession *session, gboolean endless);
/* Returns the exit status */
int tool_session_run (ToolSession *session, ToolAction action, gpointer user_data);
/* @error (transfer full) (nullable): why it did not work */
void tool_session_finish (ToolSession *session, GError *error);
/* Whether the login has succeeded, even if the connection is over by now */
gboolean tool_session_is_open (ToolSession *session);
/* How it went: what it points to is the session's. */
void tool_session_get_outcome (ToolSession *session, ToolOutcome *outcome);
/* For what fails before there is a session: tells about @error */
int tool_session_fail_early (const ToolOptions *options, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolSession, tool_session_free)

G_END_DECLS
