/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-store-request-private.h"

#include "core/xmpp-waiter.h"

/**
 * XmppStoreRequest:
 *
 * One load or save that a [class@Xmpp.StateStore] is asked for. The store keeps a reference
 * and answers once, now or later, with [method@Xmpp.StoreRequest.reply] or
 * [method@Xmpp.StoreRequest.fail]. What comes after the first answer is ignored.
 *
 * A request that is dropped without an answer fails by itself, and so does one whose
 * cancellable is cancelled: whoever asked never waits for ever.
 *
 * Since: 1.0
 */
struct _XmppStoreRequest
{
  GObject parent_instance;

  XmppWaiter waiter;
  GCancellable *cancellable;
  GSource *cancelled;
  char *account;
  GVariant *state;
  gboolean is_load;
};

G_DEFINE_FINAL_TYPE (XmppStoreRequest, xmpp_store_request, G_TYPE_OBJECT)

static void
xmpp_store_request_dispose (GObject *object)
{
  XmppStoreRequest *self = XMPP_STORE_REQUEST (object);

  xmpp_waiter_drop (&self->waiter,
                    g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED,
                                 "Nobody answered the request to %s the state of %s",
                                 self->is_load ? "load" : "save", self->account));
  if (self->cancelled != NULL)
    g_source_destroy (self->cancelled);
  g_clear_pointer (&self->cancelled, g_source_unref);

  G_OBJECT_CLASS (xmpp_store_request_parent_class)->dispose (object);
}

static void
xmpp_store_request_finalize (GObject *object)
{
  XmppStoreRequest *self = XMPP_STORE_REQUEST (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->state, g_variant_unref);

  G_OBJECT_CLASS (xmpp_store_request_parent_class)->finalize (object);
}

static void
xmpp_store_request_class_init (XmppStoreRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_store_request_dispose;
  object_class->finalize = xmpp_store_request_finalize;
}

static void
xmpp_store_request_init (XmppStoreRequest *self)
{
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (XmppStoreRequest) self = g_weak_ref_get (user_data);
  g_autoptr (GError) error = NULL;

  if (self != NULL && g_cancellable_set_error_if_cancelled (cancellable, &error))
    xmpp_waiter_fail (&self->waiter, error);

  return G_SOURCE_REMOVE;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static XmppStoreRequest *
new_request (GTask *task, const char *account, GVariant *state, gboolean is_load)
{
  XmppStoreRequest *self = g_object_new (XMPP_TYPE_STORE_REQUEST, NULL);
  GCancellable *cancellable = g_task_get_cancellable (task);

  xmpp_waiter_init (&self->waiter, g_object_ref (task));
  self->account = g_strdup (account);
  self->state = state != NULL ? g_variant_ref_sink (state) : NULL;
  self->is_load = is_load;

  if (cancellable != NULL)
    {
      GWeakRef *weak_ref = g_new0 (GWeakRef, 1);

      /* Only weakly: the request is to notice when the store drops it. */
      g_weak_ref_init (weak_ref, self);
      self->cancellable = g_object_ref (cancellable);
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_static_name (self->cancelled, "[xmpp] store request");
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (cancelled_cb), weak_ref,
                             weak_ref_free);
      g_source_attach (self->cancelled, g_task_get_context (task));
    }

  return self;
}

XmppStoreRequest *
xmpp_store_request_new_load (GTask *task, const char *account)
{
  return new_request (task, account, NULL, TRUE);
}

XmppStoreRequest *
xmpp_store_request_new_save (GTask *task, const char *account, GVariant *state)
{
  return new_request (task, account, state, FALSE);
}

/**
 * xmpp_store_request_get_account:
 * @request: a request
 *
 * Gets whose state it is about.
 *
 * Returns: (transfer none): the bare JID of the account
 *
 * Since: 1.0
 */
const char *
xmpp_store_request_get_account (XmppStoreRequest *self)
{
  g_return_val_if_fail (XMPP_IS_STORE_REQUEST (self), NULL);

  return self->account;
}

/**
 * xmpp_store_request_get_state:
 * @request: a request
 *
 * Gets what is to be saved.
 *
 * Returns: (transfer none) (nullable): an `a{sv}`; %NULL while loading, and where the account
 *   is to be forgotten
 *
 * Since: 1.0
 */
GVariant *
xmpp_store_request_get_state (XmppStoreRequest *self)
{
  g_return_val_if_fail (XMPP_IS_STORE_REQUEST (self), NULL);

  return self->state;
}

/**
 * xmpp_store_request_get_cancellable:
 * @request: a request
 *
 * Gets what is cancelled when the answer is no longer wanted, to pass on to what takes time.
 *
 * Returns: (transfer none) (nullable): the cancellable, if there is one
 *
 * Since: 1.0
 */
GCancellable *
xmpp_store_request_get_cancellable (XmppStoreRequest *self)
{
  g_return_val_if_fail (XMPP_IS_STORE_REQUEST (self), NULL);

  return self->cancellable;
}

/**
 * xmpp_store_request_reply:
 * @request: a request
 * @state: (nullable): the `a{sv}` that was loaded; %NULL where nothing is known of the
 *   account, and after saving
 *
 * Answers the request: it was done.
 *
 * Since: 1.0
 */
void
xmpp_store_request_reply (XmppStoreRequest *self, GVariant *state)
{
  g_autoptr (GVariant) sunk = state != NULL ? g_variant_ref_sink (state) : NULL;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (XMPP_IS_STORE_REQUEST (self));

  task = xmpp_waiter_take (&self->waiter);
  if (task == NULL)
    return;

  if (!self->is_load)
    g_task_return_boolean (task, TRUE);
  else if (sunk != NULL && !g_variant_is_of_type (sunk, G_VARIANT_TYPE_VARDICT))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                             "The state of %s is of type %s instead of a{sv}",
                             self->account, g_variant_get_type_string (sunk));
  else
    g_task_return_pointer (task, g_steal_pointer (&sunk),
                           (GDestroyNotify) g_variant_unref);
}

/**
 * xmpp_store_request_fail:
 * @request: a request
 * @error: why
 *
 * Answers the request: it could not be done.
 *
 * Since: 1.0
 */
void
xmpp_store_request_fail (XmppStoreRequest *self, const GError *error)
{
  g_return_if_fail (XMPP_IS_STORE_REQUEST (self));
  g_return_if_fail (error != NULL);

  xmpp_waiter_fail (&self->waiter, error);
}
