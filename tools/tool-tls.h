/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tool-options.h"

G_BEGIN_DECLS

/* What the options say about TLS: whom to trust, and what to show. Errors: G_OPTION_ERROR */
GTlsDatabase *tool_tls_load_authorities (const char *file, GError **error);
gboolean tool_tls_set_up (XmppClient *client, const ToolOptions *options, GError **error);

G_END_DECLS
