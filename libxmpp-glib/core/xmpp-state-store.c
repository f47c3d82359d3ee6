/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-state-store.h"

#include "core/xmpp-store-request-private.h"

/**
 * XmppStateStore:
 *
 * Keeps what a login has learned until the next one: one small `a{sv}` for each account, with
 * tokens, derived keys and what the server offers. It is as secret as a password.
 *
 * A subclass overrides the two virtual methods. Each is given a request, which it answers
 * before it returns or keeps and answers later; it returns %FALSE for a request that it will
 * not answer.
 *
 * A store that knows nothing of an account answers with %NULL. One that cannot read what it
 * knows, since its key ring is locked, fails the request instead: then the login that is under
 * way has nothing to be measured by, and saves nothing, so that what is there is not replaced.
 *
 * Since: 1.0
 */

/**
 * XmppStateStoreClass:
 * @parent_class: the parent
 * @load: looks the account up; %TRUE where the request is or will be answered
 * @save: keeps the state of the account, or forgets it where the state is %NULL; %TRUE where
 *   the request is or will be answered
 *
 * The virtual methods of a state store.
 *
 * Since: 1.0
 */

G_DEFINE_ABSTRACT_TYPE (XmppStateStore, xmpp_state_store, G_TYPE_OBJECT)

static void
xmpp_state_store_class_init (XmppStateStoreClass *klass)
{
}

static void
xmpp_state_store_init (XmppStateStore *self)
{
}

static void
ask (XmppStateStore *self,
     gboolean (*method) (XmppStateStore *store, XmppStoreRequest *request),
     const char *name,
     XmppStoreRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (method != NULL && method (self, request))
    return;

  error = g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "The state store %s does not %s the state of %s",
                       G_OBJECT_TYPE_NAME (self), name,
                       xmpp_store_request_get_account (request));
  xmpp_store_request_fail (request, error);
}

/**
 * xmpp_state_store_load_async:
 * @store: a state store
 * @account: the bare JID of the account
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Looks up the state of an account.
 *
 * Since: 1.0
 */
void
xmpp_state_store_load_async (XmppStateStore *self,
                             const char *account,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (XmppStoreRequest) request = NULL;

  g_return_if_fail (XMPP_IS_STATE_STORE (self));
  g_return_if_fail (account != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_state_store_load_async);

  request = xmpp_store_request_new_load (task, account);
  ask (self, XMPP_STATE_STORE_GET_CLASS (self)->load, "load", request);
}

/**
 * xmpp_state_store_load_finish:
 * @store: a state store
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends what [method@Xmpp.StateStore.load_async] began.
 *
 * Returns: (transfer full) (nullable): the `a{sv}`; %NULL without an error where nothing is
 *   known of the account
 *
 * Since: 1.0
 */
GVariant *
xmpp_state_store_load_finish (XmppStateStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (XMPP_IS_STATE_STORE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_state_store_load_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * xmpp_state_store_save_async:
 * @store: a state store
 * @account: the bare JID of the account
 * @state: (nullable): an `a{sv}`; %NULL to forget the account
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called when it is done
 * @user_data: data for @callback
 *
 * Keeps the state of an account for the next time.
 *
 * Since: 1.0
 */
void
xmpp_state_store_save_async (XmppStateStore *self,
                             const char *account,
                             GVariant *state,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (XmppStoreRequest) request = NULL;

  g_return_if_fail (XMPP_IS_STATE_STORE (self));
  g_return_if_fail (account != NULL);
  g_return_if_fail (state == NULL ||
                    g_variant_is_of_type (state, G_VARIANT_TYPE_VARDICT));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_state_store_save_async);

  request = xmpp_store_request_new_save (task, account, state);
  ask (self, XMPP_STATE_STORE_GET_CLASS (self)->save, "save", request);
}

/**
 * xmpp_state_store_save_finish:
 * @store: a state store
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends what [method@Xmpp.StateStore.save_async] began.
 *
 * Returns: %TRUE where the state is kept
 *
 * Since: 1.0
 */
gboolean
xmpp_state_store_save_finish (XmppStateStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (XMPP_IS_STATE_STORE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_state_store_save_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
