/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "core/xmpp-state-store.h"

G_BEGIN_DECLS

#define XMPP_TYPE_FILE_STATE_STORE (xmpp_file_state_store_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (
    XmppFileStateStore, xmpp_file_state_store, XMPP, FILE_STATE_STORE, XmppStateStore)

XMPP_AVAILABLE_IN_ALL
XmppStateStore *xmpp_file_state_store_new (const char *directory);
XMPP_AVAILABLE_IN_ALL
XmppStateStore *xmpp_file_state_store_new_for_file (const char *file);

G_END_DECLS
