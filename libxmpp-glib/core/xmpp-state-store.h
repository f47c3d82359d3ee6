/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "core/xmpp-store-request.h"

G_BEGIN_DECLS

#define XMPP_TYPE_STATE_STORE (xmpp_state_store_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (XmppStateStore, xmpp_state_store, XMPP, STATE_STORE, GObject)

struct _XmppStateStoreClass
{
  GObjectClass parent_class;

  gboolean (*load) (XmppStateStore *store, XmppStoreRequest *request);
  gboolean (*save) (XmppStateStore *store, XmppStoreRequest *request);

  /*< private >*/
  gpointer padding[8];
};

XMPP_AVAILABLE_IN_ALL
void xmpp_state_store_load_async (XmppStateStore *store,
                                  const char *account,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
XMPP_AVAILABLE_IN_ALL
GVariant *xmpp_state_store_load_finish (XmppStateStore *store,
                                        GAsyncResult *result,
                                        GError **error);
XMPP_AVAILABLE_IN_ALL
void xmpp_state_store_save_async (XmppStateStore *store,
                                  const char *account,
                                  GVariant *state,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_state_store_save_finish (XmppStateStore *store,
                                       GAsyncResult *result,
                                       GError **error);

G_END_DECLS
