/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-store-request.h"

G_BEGIN_DECLS

/* The answer becomes the result of @task: a GVariant (nullable) for loading, else TRUE.
 * @state (nullable): what to save. Cancelling the task's cancellable answers too. */
XmppStoreRequest *xmpp_store_request_new_load (GTask *task, const char *account);
XmppStoreRequest *xmpp_store_request_new_save (GTask *task,
                                               const char *account,
                                               GVariant *state);

G_END_DECLS
