/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Client"

#include "config.h"

#include "client/xmpp-client-private.h"

#include "core/xmpp-deadline.h"

/* What is kept of an account in its state store. Only what comes over verified TLS changes
 * it, or a login that has succeeded: what a peer says before must not. */

typedef struct
{
  XmppClient *client;
  XmppDeadline *deadline;
} Save;

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Save *save = user_data;
  g_autoptr (XmppClient) self = save->client;
  g_autoptr (XmppDeadline) deadline = save->deadline;
  g_autoptr (GError) error = NULL;
  gboolean saved =
      xmpp_state_store_save_finish (XMPP_STATE_STORE (object), result, &error);

  xmpp_connection_release_close (XMPP_CONNECTION (self));
  if (saved)
    return;

  xmpp_deadline_translate (deadline, &error, "Saving it");
  g_warning ("What is known of %s was not saved: %s",
             xmpp_jid_to_string (xmpp_client_get_private (self)->account),
             error->message);
}

static void
save_changes (XmppClient *self)
{
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  XmppLimits *limits = xmpp_connection_get_limits (XMPP_CONNECTION (self));
  g_autoptr (XmppJid) bare = xmpp_jid_dup_bare (priv->account);
  g_autoptr (GVariant) state = NULL;
  Save *save;

  if (!xmpp_account_state_is_changed (priv->state) || priv->state_is_unknown)
    return;

  state = xmpp_account_state_to_variant (priv->state);
  xmpp_account_state_set_saved (priv->state);
  if (g_variant_get_size (state) > xmpp_limits_peek (limits)->state_bytes)
    {
      g_warning ("What is known of %s is not saved: it is longer than %u bytes",
                 xmpp_jid_to_string (bare), xmpp_limits_peek (limits)->state_bytes);
      return;
    }

  xmpp_connection_hold_close (XMPP_CONNECTION (self));
  save = g_new0 (Save, 1);
  save->client = g_object_ref (self);
  save->deadline = xmpp_deadline_new (xmpp_limits_peek (limits)->request_seconds, NULL);
  xmpp_state_store_save_async (priv->store, xmpp_jid_to_string (bare), state,
                               xmpp_deadline_get_cancellable (save->deadline), saved_cb,
                               save);
}

void
xmpp_client_remember (XmppClient *self, XmppElement *secure_offer)
{
  XmppClientPrivate *priv = xmpp_client_get_private (self);
  g_autoptr (XmppSaslBaseline) baseline = xmpp_sasl_session_dup_baseline (priv->login);

  /* It holds secrets. */
  g_clear_object (&priv->login);
  if (secure_offer != NULL)
    xmpp_account_state_set_features (priv->state, secure_offer);
  if (baseline != NULL)
    xmpp_account_state_set_baseline (priv->state, baseline);
  save_changes (self);
}

/* A derived secret that has proved good: saved with the rest when the connection is open */
static void
secret_obtained_cb (XmppCredential *credential,
                    const char *field,
                    const char *value,
                    gpointer user_data)
{
  XmppClientPrivate *priv = xmpp_client_get_private (user_data);

  if (priv->state != NULL)
    xmpp_account_state_set_secret (priv->state, field, value);
}

/* One that was refused is of no use to anybody, whatever becomes of the attempt. */
static void
secret_rejected_cb (XmppCredential *credential, const char *field, gpointer user_data)
{
  XmppClient *self = user_data;
  XmppClientPrivate *priv = xmpp_client_get_private (self);

  if (priv->state == NULL)
    return;

  xmpp_account_state_set_secret (priv->state, field, NULL);
  if (!priv->in_clear)
    save_changes (self);
}

void
xmpp_client_follow_credential (XmppClient *self, XmppCredential *credential)
{
  g_signal_connect_object (credential, "obtained", G_CALLBACK (secret_obtained_cb), self,
                           0);
  g_signal_connect_object (credential, "rejected", G_CALLBACK (secret_rejected_cb), self,
                           0);
}

void
xmpp_client_unfollow_credential (XmppClient *self, XmppCredential *credential)
{
  g_signal_handlers_disconnect_by_func (credential, secret_obtained_cb, self);
  g_signal_handlers_disconnect_by_func (credential, secret_rejected_cb, self);
}
