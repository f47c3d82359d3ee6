/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tool-outcome.h"

G_BEGIN_DECLS

/* What went over a connection, as a script that the library's tests can play: lines "C: "
 * and "S: " with what the client and the server have sent, "T: " where TLS began, and "=>"
 * with the outcome. Secrets are masked: what the client sent is "{*}", which fits anything;
 * what the server sent is "{secret1}", {secret2} …, which whoever plays it has to supply. */
typedef struct _ToolTranscript ToolTranscript;

/* Takes the place of a file that is there. Errors: G_OPTION_ERROR */
ToolTranscript *tool_transcript_new (const char *path, GError **error);
void tool_transcript_free (ToolTranscript *transcript);
/* Elements as the signals of XmppConnection show them, headers of streams included. A second
 * attempt begins the file anew. */
void tool_transcript_add (ToolTranscript *transcript,
                          XmppElement *element,
                          gboolean sent);
/* The end. @opened: the login had succeeded. Errors: G_IO_ERROR */
gboolean tool_transcript_finish (ToolTranscript *transcript,
                                 const ToolOutcome *outcome,
                                 gboolean opened,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolTranscript, tool_transcript_free)

G_END_DECLS
