/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "core/xmpp-state-store.h"

G_BEGIN_DECLS

#define XMPP_TYPE_MEMORY_STATE_STORE (xmpp_memory_state_store_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppMemoryStateStore,
                      xmpp_memory_state_store,
                      XMPP,
                      MEMORY_STATE_STORE,
                      XmppStateStore)

XMPP_AVAILABLE_IN_ALL
XmppStateStore *xmpp_memory_state_store_new (void);

G_END_DECLS
