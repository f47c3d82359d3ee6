/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tool-options.h"

G_BEGIN_DECLS

/* The options say where it is */
gboolean tool_secret_is_given (const ToolOptions *options);
/* What proves who @jid is: read from the files or the command of the options at once; what
 * else the login needs is asked for on the terminal. Errors: XMPP_SASL_ERROR_NEED_CREDENTIAL */
XmppCredential *tool_secret_load (const ToolOptions *options,
                                  XmppJid *jid,
                                  GError **error);

/* The password of @jid: from the file or the command of the options, else from the terminal,
 * @is_new: twice, since nobody has it yet. To be freed with xmpp_secret_free(). Errors: XMPP_SASL_ERROR_NEED_CREDENTIAL */
char *tool_secret_read_password (const ToolOptions *options,
                                 const char *jid,
                                 gboolean is_new,
                                 GError **error);

/* Asks on the terminal, without an echo; the main loop goes on while the person types. @wanted:
 * what for, where it fails. @prompt is shown as it is. */
void tool_secret_ask_async (const char *wanted,
                            const char *prompt,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* To be freed with xmpp_secret_free(). Errors: XMPP_SASL_ERROR_NEED_CREDENTIAL */
char *tool_secret_ask_finish (GAsyncResult *result, GError **error);

G_END_DECLS
