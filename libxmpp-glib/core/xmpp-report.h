/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

#define XMPP_TYPE_REPORT (xmpp_report_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppReport, xmpp_report, XMPP, REPORT, GObject)

XMPP_AVAILABLE_IN_ALL
char *xmpp_report_to_string (XmppReport *report);
XMPP_AVAILABLE_IN_ALL
GVariant *xmpp_report_to_variant (XmppReport *report);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_report_get_failed_step (XmppReport *report);

G_END_DECLS
