/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-report-private.h"

G_BEGIN_DECLS

/* The facts "tls" {version s, ciphersuite s, verified b, trust s, client_certificate s} of a
 * handshake that xmpp_tls_handshake_finish() has returned; trust: "authority", "pin", "accepted",
 * "none"; client_certificate: "sent", "none set" (it was asked for), "not wanted".
 * @report: (nullable) */
void xmpp_tls_report (XmppReport *report, GTlsConnection *connection);

G_END_DECLS
