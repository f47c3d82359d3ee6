/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-mechanism-private.h"

#include "core/xmpp-error.h"
#include "core/xmpp-secret-private.h"

/* A worker that waits for an answer from the login's context. Both hold it: the one that
 * waits may have been cancelled when the answer comes. */
typedef struct
{
  XmppSaslMechanism *mechanism;
  XmppSaslNeed *need;
  GCancellable *cancellable;

  GMutex mutex;
  GCond cond;
  gboolean answered;
  GError *error;
} Wait;

static void
wait_clear (gpointer data)
{
  Wait *wait = data;

  g_object_unref (wait->mechanism);
  xmpp_sasl_need_free (wait->need);
  g_clear_object (&wait->cancellable);
  g_clear_error (&wait->error);
  g_mutex_clear (&wait->mutex);
  g_cond_clear (&wait->cond);
}

static void
wait_release (gpointer wait)
{
  g_atomic_rc_box_release_full (wait, wait_clear);
}

static void
wait_answer (Wait *wait, GError *error)
{
  g_mutex_lock (&wait->mutex);
  wait->answered = TRUE;
  wait->error = error;
  g_cond_signal (&wait->cond);
  g_mutex_unlock (&wait->mutex);
}

static void
wait_asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wait *wait = user_data;
  GError *error = NULL;

  xmpp_sasl_ask_finish (source, result, &error);
  wait_answer (wait, error);
  wait_release (wait);
}

/* In the login's context */
static gboolean
wait_ask_cb (gpointer user_data)
{
  Wait *wait = user_data;
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (wait->mechanism);
  XmppSaslAsker asker = xmpp_sasl_mechanism_get_asker (wait->mechanism);

  xmpp_sasl_ask_async (&asker, priv->secrets, wait->need, wait->mechanism,
                       wait->cancellable, wait_asked_cb, g_atomic_rc_box_acquire (wait));

  return G_SOURCE_REMOVE;
}

static void
wait_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Wait *wait = user_data;

  g_mutex_lock (&wait->mutex);
  g_cond_signal (&wait->cond);
  g_mutex_unlock (&wait->mutex);
}

static gboolean
wait_for_answer (Wait *wait, GError **error)
{
  gulong id = 0;

  if (wait->cancellable != NULL)
    id = g_cancellable_connect (wait->cancellable, G_CALLBACK (wait_cancelled_cb), wait,
                                NULL);

  g_mutex_lock (&wait->mutex);
  while (!wait->answered && !g_cancellable_is_cancelled (wait->cancellable))
    g_cond_wait (&wait->cond, &wait->mutex);
  if (wait->error != NULL)
    g_propagate_error (error, g_steal_pointer (&wait->error));
  else if (!wait->answered)
    g_cancellable_set_error_if_cancelled (wait->cancellable, error);
  g_mutex_unlock (&wait->mutex);

  g_cancellable_disconnect (wait->cancellable, id);

  return error == NULL || *error == NULL;
}

static gboolean
ask_and_wait (XmppSaslMechanism *self,
              XmppSaslNeed *need,
              GCancellable *cancellable,
              GError **error)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  Wait *wait = g_atomic_rc_box_new0 (Wait);
  g_autoptr (GSource) source = g_idle_source_new ();
  gboolean ok;

  g_mutex_init (&wait->mutex);
  g_cond_init (&wait->cond);
  wait->mechanism = g_object_ref (self);
  wait->need = need;
  if (cancellable == NULL)
    cancellable = priv->cancellable;
  g_set_object (&wait->cancellable, cancellable);

  /* Not g_main_context_invoke(): where the login's context does not run at this moment it
   * would ask in this thread. */
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, wait_ask_cb, g_atomic_rc_box_acquire (wait),
                         wait_release);
  g_source_attach (source, priv->login_context);

  ok = wait_for_answer (wait, error);
  wait_release (wait);

  return ok;
}

/**
 * xmpp_sasl_mechanism_wait_secret:
 * @mechanism: a mechanism
 * @field: a field, "password"
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * For subclasses whose step runs in a worker thread and cannot be repeated: as
 * [method@Xmpp.SaslMechanism.get_secret], but where the value is not known it is asked
 * for in the context of the login, and this thread waits for it. A step that can be
 * repeated has no use for this.
 *
 * Returns: (transfer full): the value, to be freed with [func@Xmpp.secret_free]
 *
 * Since: 1.0
 */
char *
xmpp_sasl_mechanism_wait_secret (XmppSaslMechanism *mechanism,
                                 const char *field,
                                 GCancellable *cancellable,
                                 GError **error)
{
  XmppSaslMechanismPrivate *priv;
  GError *local_error = NULL;
  XmppSaslNeed *need;
  char *value;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), NULL);
  g_return_val_if_fail (field != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  priv = xmpp_sasl_mechanism_get_private (mechanism);

  value = xmpp_sasl_secrets_get (priv->secrets, field, &local_error);
  if (!g_error_matches (local_error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL))
    {
      if (local_error != NULL)
        g_propagate_error (error, local_error);
      return value;
    }

  /* Waiting in the login's own thread would wait for ever. */
  if (priv->login_context == NULL || priv->login_thread == g_thread_self ())
    {
      g_clear_error (&local_error);
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                   "%s waits for a secret outside of a worker thread",
                   G_OBJECT_TYPE_NAME (mechanism));
      return NULL;
    }

  g_clear_error (&local_error);
  need = xmpp_sasl_secrets_take_need (priv->secrets);
  if (!ask_and_wait (mechanism, need, cancellable, &local_error))
    {
      g_propagate_error (error, local_error);
      return NULL;
    }

  return xmpp_sasl_secrets_get (priv->secrets, field, error);
}
