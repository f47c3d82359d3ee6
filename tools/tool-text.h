/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Texts of others go to a terminal only through these: what could move the cursor, change the
 * colours or turn the direction of writing is replaced by something to read. */
typedef enum
{
  TOOL_TEXT_LINE,  /* \x1b, \u202e; line breaks too */
  TOOL_TEXT_LINES, /* the same, but line breaks stay */
  TOOL_TEXT_XML,   /* &#x1b; */
  TOOL_TEXT_JSON,  /* \u001b; line breaks are between the values and stay */
} ToolTextStyle;

char *tool_text_escape (ToolTextStyle style, const char *text);

/* For g_log_set_writer_func(): what the library logs may have been written by others, too. */
GLogWriterOutput tool_log_writer (GLogLevelFlags level,
                                  const GLogField *fields,
                                  gsize n_fields,
                                  gpointer user_data);

/* One line to standard error: "xmpp-tool: …" */
void tool_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS
