/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

#define XMPP_TYPE_STORE_REQUEST (xmpp_store_request_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppStoreRequest, xmpp_store_request, XMPP, STORE_REQUEST, GObject)

XMPP_AVAILABLE_IN_ALL
const char *xmpp_store_request_get_account (XmppStoreRequest *request);
XMPP_AVAILABLE_IN_ALL
GVariant *xmpp_store_request_get_state (XmppStoreRequest *request);
XMPP_AVAILABLE_IN_ALL
GCancellable *xmpp_store_request_get_cancellable (XmppStoreRequest *request);
XMPP_AVAILABLE_IN_ALL
void xmpp_store_request_reply (XmppStoreRequest *request, GVariant *state);
XMPP_AVAILABLE_IN_ALL
void xmpp_store_request_fail (XmppStoreRequest *request, const GError *error);

G_END_DECLS
