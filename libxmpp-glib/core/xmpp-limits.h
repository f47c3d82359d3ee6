/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

/* Bounds on what a peer may make us do. Every bound is a property, named as the member of
 * XmppLimitValues (core/xmpp-limits-private.h) with dashes. */
#define XMPP_TYPE_LIMITS (xmpp_limits_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppLimits, xmpp_limits, XMPP, LIMITS, GObject)

XMPP_AVAILABLE_IN_ALL
XmppLimits *xmpp_limits_new (void);
XMPP_AVAILABLE_IN_ALL
XmppLimits *xmpp_limits_new_for_server (void);

G_END_DECLS
