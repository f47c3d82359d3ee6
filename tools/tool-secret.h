/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tool-options.h"

G_BEGIN_DECLS

/* What proves who @jid is: read from the file or the command of the options at once, else
 * asked for on the terminal when the login needs it. Errors: XMPP_SASL_ERROR_NEED_CREDENTIAL */
XmppCredential *tool_secret_load (const ToolOptions *options,
                                  XmppJid *jid,
                                  GError **error);

G_END_DECLS
