/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A task that waits for a person. It ends at once when it is cancelled, however late the
 * answer comes, and meanwhile the clocks of its cancellable stand still (xmpp-deadline.h). */

/* Takes the task's data. */
void xmpp_asking_begin (GTask *task);
/* There is an answer. TRUE: the task is to be returned with it; FALSE: it was cancelled, and
 * has been returned. */
gboolean xmpp_asking_end (GTask *task);

G_END_DECLS
