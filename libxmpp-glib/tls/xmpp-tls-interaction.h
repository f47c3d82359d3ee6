/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* In front of the application's GTlsInteraction, for one handshake: a PIN that was wrong
 * is not asked for again (GIO would repeat the same answer until the token locks itself),
 * and no answer is a failure (GIO takes it for an empty PIN). */
#define XMPP_TYPE_TLS_INTERACTION (xmpp_tls_interaction_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppTlsInteraction, xmpp_tls_interaction, XMPP, TLS_INTERACTION, GTlsInteraction)

GTlsInteraction *xmpp_tls_interaction_new (GTlsInteraction *inner);

G_END_DECLS
