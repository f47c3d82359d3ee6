/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* FALSE, with XMPP_SASL_ERROR_ENCRYPTION_REQUIRED: this is no connection for a secret.
 * @family: for the error */
gboolean sasl_step_require_secure (XmppSaslMechanism *mechanism,
                                   const char *family,
                                   GError **error);
/* Server: there was no initial response. An empty challenge asks for it (RFC 4422 §3). */
GBytes *sasl_step_ask_for_initial (XmppSaslStatus *status);

G_END_DECLS
