/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-state-store.h"

G_BEGIN_DECLS

/* A store that has one secret, {'secrets': <{SECRET: 'kept'}>}, and notes what it is asked to
 * keep */
#define XMPP_TEST_TYPE_STORE (xmpp_test_store_get_type ())
G_DECLARE_FINAL_TYPE (XmppTestStore, xmpp_test_store, XMPP_TEST, STORE, XmppStateStore)

struct _XmppTestStore
{
  XmppStateStore parent_instance;

  const char *secret;
  gboolean locked; /* fails to load */
  gboolean silent; /* keeps what it is asked to save, and says nothing */
  guint saves;
  XmppStoreRequest *kept; /* the last one */
};

XmppTestStore *xmpp_test_store_new (const char *secret);

G_END_DECLS
