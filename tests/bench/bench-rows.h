/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each does something N times and returns how much came of it, which is looked at; @program is
 * argv[0]. Rows are listed in bench-stanzas.c. */

/* XmppParser and XmppWriter alone */
guint bench_parse_small (const char *program, guint n);
guint bench_parse_muc (const char *program, guint n);
guint bench_parse_big (const char *program, guint n);
guint bench_build_and_write (const char *program, guint n);

/* A client that has logged in, through the public interface */
guint bench_receive_small (const char *program, guint n);
guint bench_receive_muc (const char *program, guint n);
guint bench_send (const char *program, guint n);
guint bench_request (const char *program, guint n);
guint bench_request_big (const char *program, guint n);

G_END_DECLS
