/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* A stanza that a person has written, to be changed and sent. Errors: G_OPTION_ERROR */
XmppStanza *tool_stanza_parse (const char *text, GError **error);

G_END_DECLS
