/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "cyrus-exchange.h"

G_BEGIN_DECLS

/* Each is one step of the mechanism, with its contract */
GBytes *cyrus_client_step (CyrusExchange *exchange,
                           GBytes *input,
                           XmppSaslStatus *status,
                           GError **error);
GBytes *cyrus_server_step (CyrusExchange *exchange,
                           GBytes *input,
                           XmppSaslStatus *status,
                           GError **error);

/* Client: answers what the plug-in has asked for. FALSE: an error, or somebody has to be
 * asked first; the answers that there are already stay. @answered: (out): how many are new */
gboolean cyrus_prompts_answer (CyrusExchange *exchange, guint *answered, GError **error);

G_END_DECLS
