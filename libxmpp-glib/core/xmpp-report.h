/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

/* What happened in one attempt to connect, step by step. Never holds a secret. */
#define XMPP_TYPE_REPORT (xmpp_report_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppReport, xmpp_report, XMPP, REPORT, GObject)

XMPP_AVAILABLE_IN_ALL
char *xmpp_report_to_string (XmppReport *report);
/* a{sv}: "steps" aa{sv} {step s, start d, ms d, ok b, detail s}, "mechanisms" aa{sv} {name s,
 * used b, why s}, "candidates" aa{sv}, and one a{sv} for each group of facts: "server",
 * "tls", "sasl", "bind", "stream". */
XMPP_AVAILABLE_IN_ALL
GVariant *xmpp_report_to_variant (XmppReport *report);
/* The step that failed ("resolve", "connect", "proxy", "tls", "stream", "starttls", "sasl",
 * "bind", "session", "presence"); NULL where none did */
XMPP_AVAILABLE_IN_ALL
const char *xmpp_report_get_failed_step (XmppReport *report);

G_END_DECLS
