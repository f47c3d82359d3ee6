/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-memory-state-store.h"

#include "core/xmpp-secret-private.h"

/**
 * XmppMemoryStateStore:
 *
 * A state store that lasts as long as the object: what one login has learned makes the next
 * one of the same process faster, and nothing is written anywhere.
 *
 * Since: 1.0
 */
struct _XmppMemoryStateStore
{
  XmppStateStore parent_instance;

  GHashTable *states; /* account → GBytes of an a{sv}, wiped when freed */
};

G_DEFINE_FINAL_TYPE (XmppMemoryStateStore, xmpp_memory_state_store, XMPP_TYPE_STATE_STORE)

static gboolean
xmpp_memory_state_store_load (XmppStateStore *store, XmppStoreRequest *request)
{
  XmppMemoryStateStore *self = XMPP_MEMORY_STATE_STORE (store);
  GBytes *bytes =
      g_hash_table_lookup (self->states, xmpp_store_request_get_account (request));

  xmpp_store_request_reply (request,
                            bytes != NULL
                                ? g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes,
                                                            TRUE)
                                : NULL);

  return TRUE;
}

static gboolean
xmpp_memory_state_store_save (XmppStateStore *store, XmppStoreRequest *request)
{
  XmppMemoryStateStore *self = XMPP_MEMORY_STATE_STORE (store);
  const char *account = xmpp_store_request_get_account (request);
  GVariant *state = xmpp_store_request_get_state (request);

  if (state == NULL)
    g_hash_table_remove (self->states, account);
  else
    g_hash_table_insert (self->states, g_strdup (account),
                         xmpp_secret_bytes_new (g_variant_get_data (state),
                                                g_variant_get_size (state)));

  xmpp_store_request_reply (request, NULL);

  return TRUE;
}

static void
xmpp_memory_state_store_finalize (GObject *object)
{
  XmppMemoryStateStore *self = XMPP_MEMORY_STATE_STORE (object);

  g_clear_pointer (&self->states, g_hash_table_unref);

  G_OBJECT_CLASS (xmpp_memory_state_store_parent_class)->finalize (object);
}

static void
xmpp_memory_state_store_class_init (XmppMemoryStateStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  XmppStateStoreClass *store_class = XMPP_STATE_STORE_CLASS (klass);

  object_class->finalize = xmpp_memory_state_store_finalize;
  store_class->load = xmpp_memory_state_store_load;
  store_class->save = xmpp_memory_state_store_save;
}

static void
xmpp_memory_state_store_init (XmppMemoryStateStore *self)
{
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) g_bytes_unref);
}

/**
 * xmpp_memory_state_store_new:
 *
 * Makes an empty store.
 *
 * Returns: (transfer full) (type Xmpp.MemoryStateStore): the store
 *
 * Since: 1.0
 */
XmppStateStore *
xmpp_memory_state_store_new (void)
{
  return g_object_new (XMPP_TYPE_MEMORY_STATE_STORE, NULL);
}
