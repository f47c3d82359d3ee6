/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tool-session.h"

G_BEGIN_DECLS

/* Runs the session and prints what comes, as the options say. Returns the exit status */
int tool_listen_run (ToolSession *session);

G_END_DECLS
