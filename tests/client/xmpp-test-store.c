/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-store.h"

G_DEFINE_FINAL_TYPE (XmppTestStore, xmpp_test_store, XMPP_TYPE_STATE_STORE)

static gboolean
xmpp_test_store_load (XmppStateStore *store, XmppStoreRequest *request)
{
  XmppTestStore *self = XMPP_TEST_STORE (store);
  g_autoptr (GError)
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "Locked");
  g_autoptr (GVariant) state = NULL;

  if (self->locked)
    {
      xmpp_store_request_fail (request, error);
      return TRUE;
    }

  state = g_variant_new_parsed ("{'secrets': <{%s: 'kept'}>}", self->secret);
  xmpp_store_request_reply (request, g_variant_ref_sink (state));
  return TRUE;
}

static gboolean
xmpp_test_store_save (XmppStateStore *store, XmppStoreRequest *request)
{
  XmppTestStore *self = XMPP_TEST_STORE (store);

  self->saves++;
  g_set_object (&self->kept, request);
  if (!self->silent)
    xmpp_store_request_reply (request, NULL);
  return TRUE;
}

static void
xmpp_test_store_finalize (GObject *object)
{
  g_clear_object (&XMPP_TEST_STORE (object)->kept);
  G_OBJECT_CLASS (xmpp_test_store_parent_class)->finalize (object);
}

static void
xmpp_test_store_class_init (XmppTestStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_test_store_finalize;
  XMPP_STATE_STORE_CLASS (klass)->load = xmpp_test_store_load;
  XMPP_STATE_STORE_CLASS (klass)->save = xmpp_test_store_save;
}

static void
xmpp_test_store_init (XmppTestStore *self)
{
}

XmppTestStore *
xmpp_test_store_new (const char *secret)
{
  XmppTestStore *self = g_object_new (XMPP_TEST_TYPE_STORE, NULL);

  self->secret = secret;

  return self;
}
