/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-mechanism-private.h"

#include "core/xmpp-error.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-sasl-step-private.h"
#include "sasl/xmpp-sasl-worker.h"

/* How a mechanism is driven: step_async() attempts the step; what it misses is asked for,
 * and it is attempted again; in the server role the authorization identity is checked
 * before "complete" counts. */

/* Questions within one step: a mechanism that always misses something else must end. */
#define MAX_QUESTIONS 16

/* Task data of step_async() */
typedef struct
{
  GBytes *input;
  GSource *cancel_source;
  XmppSaslAnswer *answer;
  guint questions;
  gboolean returned;
} Operation;

static void attempt (GTask *task);
static void step_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data);
static void asked_cb (GObject *source, GAsyncResult *result, gpointer user_data);
static void authorized_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
operation_free (gpointer data)
{
  Operation *operation = data;

  g_clear_pointer (&operation->input, g_bytes_unref);
  g_clear_pointer (&operation->cancel_source, g_source_unref);
  g_clear_pointer (&operation->answer, xmpp_sasl_answer_free);
  g_free (operation);
}

static void
set_status (XmppSaslMechanism *self, XmppSaslStatus status)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);

  if (priv->status == status)
    return;

  priv->status = status;
  g_object_notify (G_OBJECT (self), "status");
}

/* The one way out; whatever still runs finds the operation returned, and is dropped. */
static void
end_operation (GTask *task, XmppSaslStatus status, GError *error)
{
  XmppSaslMechanism *self = g_task_get_source_object (task);
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  Operation *operation = g_task_get_task_data (task);

  operation->returned = TRUE;
  if (operation->cancel_source != NULL)
    g_source_destroy (operation->cancel_source);

  priv->stepping = FALSE;
  set_status (self, status);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&operation->answer),
                           (GDestroyNotify) xmpp_sasl_answer_free);
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  Operation *operation = g_task_get_task_data (task);
  GError *error = NULL;

  if (!operation->returned && g_cancellable_set_error_if_cancelled (cancellable, &error))
    end_operation (task, XMPP_SASL_STATUS_FAILED, error);

  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (GTask *task)
{
  Operation *operation = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable == NULL)
    return;

  operation->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_static_name (operation->cancel_source, "Xmpp SASL step");
  g_task_attach_source (task, operation->cancel_source, G_SOURCE_FUNC (cancelled_cb));
}

static gboolean
check_may_step (XmppSaslMechanism *self, GBytes *input, GError **error)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);

  if (priv->status == XMPP_SASL_STATUS_COMPLETE)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
                   "The peer goes on after %s is complete", priv->name);
      return FALSE;
    }
  if (priv->status == XMPP_SASL_STATUS_FAILED)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
                   "%s has failed already", priv->name);
      return FALSE;
    }
  if (priv->steps >= priv->max_steps)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
                   "%s does not end: more than %u steps", priv->name, priv->max_steps);
      return FALSE;
    }
  if (input != NULL && g_bytes_get_size (input) > priv->max_bytes)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
                   "A message of %s is longer than %" G_GSIZE_FORMAT " bytes", priv->name,
                   priv->max_bytes);
      return FALSE;
    }

  return TRUE;
}

static void
remember_login (XmppSaslMechanism *self, GTask *task)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);

  g_clear_pointer (&priv->login_context, g_main_context_unref);
  priv->login_context = g_main_context_ref (g_task_get_context (task));
  priv->login_thread = g_thread_self ();
  g_set_object (&priv->cancellable, g_task_get_cancellable (task));
}

/**
 * xmpp_sasl_mechanism_step_async:
 * @mechanism: a mechanism
 * @input: (nullable): what the peer has sent; %NULL: nothing
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): what to call when it is done
 * @user_data: data for @callback
 *
 * For the negotiation: makes one step, and asks for what it needs. A cancelled step
 * returns at once, even where a thread is still busy with it; the mechanism has failed
 * then.
 *
 * Since: 1.0
 */
void
xmpp_sasl_mechanism_step_async (XmppSaslMechanism *mechanism,
                                GBytes *input,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  XmppSaslMechanismPrivate *priv;
  g_autoptr (GTask) task = NULL;
  Operation *operation;
  GError *error = NULL;

  g_return_if_fail (XMPP_IS_SASL_MECHANISM (mechanism));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  priv = xmpp_sasl_mechanism_get_private (mechanism);
  task = g_task_new (mechanism, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_sasl_mechanism_step_async);
  /* Whether it was cancelled is decided together with the status. */
  g_task_set_check_cancellable (task, FALSE);

  if (priv->stepping)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                               "The last step of %s is not done yet", priv->name);
      return;
    }

  operation = g_new0 (Operation, 1);
  operation->input = input != NULL ? g_bytes_ref (input) : NULL;
  g_task_set_task_data (task, operation, operation_free);

  if (g_cancellable_set_error_if_cancelled (cancellable, &error) ||
      !check_may_step (mechanism, input, &error))
    {
      /* Complete stays complete: what was proven does not change. */
      end_operation (task,
                     priv->status == XMPP_SASL_STATUS_COMPLETE ? XMPP_SASL_STATUS_COMPLETE
                                                               : XMPP_SASL_STATUS_FAILED,
                     error);
      return;
    }

  priv->stepping = TRUE;
  priv->steps++;
  remember_login (mechanism, task);
  watch_cancellable (task);
  attempt (task);
}

static void
attempt (GTask *task)
{
  XmppSaslMechanism *self = g_task_get_source_object (task);
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  Operation *operation = g_task_get_task_data (task);
  g_autoptr (XmppSaslStep) step = NULL;
  g_autoptr (GTask) answer = NULL;
  XmppSaslNeed *stale = xmpp_sasl_secrets_take_need (priv->secrets);

  g_clear_pointer (&stale, xmpp_sasl_need_free);

  answer = g_task_new (self, NULL, step_answered_cb, g_object_ref (task));
  g_task_set_source_tag (answer, attempt);
  step = xmpp_sasl_step_new (operation->input, g_task_get_cancellable (task),
                             g_steal_pointer (&answer));

  if (!XMPP_SASL_MECHANISM_GET_CLASS (self)->begin_step (self, step) &&
      !xmpp_sasl_step_is_answered (step))
    {
      g_autoptr (GError)
          error = g_error_new (XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                               "%s could not begin a step", G_OBJECT_TYPE_NAME (self));

      xmpp_sasl_step_fail (step, error);
    }
}

/* One call of step(), here or in a worker, and what came of it */
typedef struct
{
  XmppSaslMechanism *mechanism;
  XmppSaslStep *step;
  GBytes *output;
  XmppSaslStatus status;
  GError *error;
} Call;

static void
call_step (gpointer data, gpointer user_data)
{
  Call *call = data;
  XmppSaslMechanismClass *klass = XMPP_SASL_MECHANISM_GET_CLASS (call->mechanism);
  GCancellable *cancellable = xmpp_sasl_step_get_cancellable (call->step);

  /* It may have waited for a thread longer than anybody waits for it. */
  if (g_cancellable_set_error_if_cancelled (cancellable, &call->error))
    return;

  if (klass->step != NULL)
    call->output = klass->step (call->mechanism, xmpp_sasl_step_get_input (call->step),
                                cancellable, &call->status, &call->error);
}

static void
answer_step (gpointer data)
{
  Call *call = data;

  /* A status counts only where no error is set. */
  if (call->error != NULL)
    xmpp_sasl_step_fail (call->step, call->error);
  else
    xmpp_sasl_step_reply (call->step, call->output, call->status);

  g_clear_error (&call->error);
  g_clear_pointer (&call->output, g_bytes_unref);
  g_object_unref (call->step);
  g_object_unref (call->mechanism);
  g_free (call);
}

gboolean
xmpp_sasl_mechanism_real_begin_step (XmppSaslMechanism *self, XmppSaslStep *step)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  Call *call = g_new0 (Call, 1);

  call->mechanism = g_object_ref (self);
  call->step = g_object_ref (step);
  call->status = XMPP_SASL_STATUS_FAILED;

  if (priv->info != NULL &&
      (xmpp_sasl_mechanism_info_get_facts (priv->info) & XMPP_SASL_FACTS_BLOCKS))
    xmpp_sasl_worker_run (call_step, answer_step, call);
  else
    {
      call_step (call, NULL);
      answer_step (call);
    }

  return TRUE;
}

/* What other languages throw comes in domains of their own, which tell a program nothing.
 */
static GError *
translate_error (XmppSaslMechanism *self, GError *error)
{
  GError *translated;

  if (error->domain == XMPP_SASL_ERROR || error->domain == XMPP_STREAM_ERROR ||
      error->domain == XMPP_STANZA_ERROR || error->domain == XMPP_CONNECTION_ERROR ||
      error->domain == G_IO_ERROR || error->domain == G_TLS_ERROR ||
      error->domain == G_RESOLVER_ERROR)
    return error;

  translated = g_error_new (XMPP_SASL_ERROR, XMPP_SASL_ERROR_MODULE, "%s: %s",
                            G_OBJECT_TYPE_NAME (self), error->message);
  g_error_free (error);

  return translated;
}

XmppSaslAsker
xmpp_sasl_mechanism_get_asker (XmppSaslMechanism *self)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  XmppSaslAsker asker = {
    .context = priv->context,
    .credential = priv->credential,
    .mechanism = priv->name != NULL ? priv->name : G_OBJECT_TYPE_NAME (self),
    .fields = priv->info != NULL ? xmpp_sasl_mechanism_info_get_fields (priv->info)
                                 : NULL,
    .anonymous = priv->info != NULL && (xmpp_sasl_mechanism_info_get_facts (priv->info) &
                                        XMPP_SASL_FACTS_ANONYMOUS) != 0,
    .asked = priv->asked,
  };

  return asker;
}

static void
ask_and_repeat (GTask *task, GError *error)
{
  g_autoptr (GTask) owned = task;
  XmppSaslMechanism *self = g_task_get_source_object (owned);
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  Operation *operation = g_task_get_task_data (owned);
  GCancellable *cancellable = g_task_get_cancellable (owned);
  g_autoptr (XmppSaslNeed) need = xmpp_sasl_secrets_take_need (priv->secrets);
  XmppSaslAsker asker = xmpp_sasl_mechanism_get_asker (self);

  /* Thrown by the mechanism itself: there is nothing to ask for. */
  if (need == NULL)
    {
      end_operation (owned, XMPP_SASL_STATUS_FAILED, error);
      return;
    }

  g_error_free (error);
  if (++operation->questions > MAX_QUESTIONS)
    {
      end_operation (owned, XMPP_SASL_STATUS_FAILED,
                     g_error_new (XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                                  "%s asks without end", G_OBJECT_TYPE_NAME (self)));
      return;
    }

  xmpp_sasl_ask_async (&asker, priv->secrets, need, self, cancellable, asked_cb,
                       g_steal_pointer (&owned));
}

/* To be satisfied before the end is for a client: nobody is let in half. */
static gboolean
check_status (XmppSaslMechanism *self, XmppSaslStatus status, GError **error)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);

  if (status != XMPP_SASL_STATUS_SATISFIED ||
      xmpp_sasl_context_get_role (priv->context) == XMPP_SASL_ROLE_CLIENT)
    return TRUE;

  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
               "%s is satisfied, which the server side cannot be",
               G_OBJECT_TYPE_NAME (self));
  return FALSE;
}

static void
authorize (GTask *task)
{
  g_autoptr (GTask) owned = task;
  XmppSaslMechanism *self = g_task_get_source_object (owned);
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  GCancellable *cancellable = g_task_get_cancellable (owned);
  g_autofree char *username = xmpp_sasl_secrets_dup_username (priv->secrets);
  XmppSaslAsker asker = xmpp_sasl_mechanism_get_asker (self);

  if (username == NULL && !asker.anonymous)
    {
      end_operation (owned, XMPP_SASL_STATUS_FAILED,
                     g_error_new (XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                                  "%s did not say who was proven",
                                  G_OBJECT_TYPE_NAME (self)));
      return;
    }

  xmpp_sasl_authorize_async (&asker, priv->secrets, self, cancellable, authorized_cb,
                             g_steal_pointer (&owned));
}

static void
step_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslMechanism *self = XMPP_SASL_MECHANISM (source);
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  Operation *operation = g_task_get_task_data (task);
  g_autoptr (XmppSaslAnswer) answer = NULL;
  GError *error = NULL;

  answer = g_task_propagate_pointer (G_TASK (result), &error);
  if (operation->returned)
    {
      g_clear_error (&error);
      return;
    }
  if (g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL))
    {
      ask_and_repeat (g_steal_pointer (&task), error);
      return;
    }
  if (error != NULL)
    {
      end_operation (task, XMPP_SASL_STATUS_FAILED, translate_error (self, error));
      return;
    }

  if (!check_status (self, answer->status, &error))
    {
      end_operation (task, XMPP_SASL_STATUS_FAILED, error);
      return;
    }

  operation->answer = g_steal_pointer (&answer);
  if (operation->answer->status == XMPP_SASL_STATUS_COMPLETE &&
      xmpp_sasl_context_get_role (priv->context) == XMPP_SASL_ROLE_SERVER)
    authorize (g_steal_pointer (&task));
  else
    end_operation (task, operation->answer->status, NULL);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslMechanism *self = XMPP_SASL_MECHANISM (source);
  Operation *operation = g_task_get_task_data (task);
  GError *error = NULL;

  xmpp_sasl_ask_finish (self, result, &error);

  if (operation->returned)
    g_clear_error (&error);
  else if (error != NULL)
    end_operation (task, XMPP_SASL_STATUS_FAILED, error);
  else
    attempt (task);
}

static void
authorized_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslMechanism *self = XMPP_SASL_MECHANISM (source);
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_private (self);
  Operation *operation = g_task_get_task_data (task);
  g_autofree char *username = NULL;
  GError *error = NULL;

  xmpp_sasl_authorize_finish (self, result, &username, &error);

  if (operation->returned)
    {
      g_clear_error (&error);
      return;
    }
  if (error != NULL)
    {
      end_operation (task, XMPP_SASL_STATUS_FAILED, error);
      return;
    }

  priv->username = g_steal_pointer (&username);
  priv->authzid = xmpp_sasl_secrets_dup_authzid (priv->secrets);
  end_operation (task, XMPP_SASL_STATUS_COMPLETE, NULL);
}

/**
 * xmpp_sasl_mechanism_step_finish:
 * @mechanism: a mechanism
 * @result: the result that the callback got
 * @status: (out) (optional): where the mechanism stands now
 * @error: return location for an error
 *
 * Finishes a step.
 *
 * Returns: (transfer full) (nullable): what to send; %NULL: nothing, or an error; no
 *   bytes: an empty message
 *
 * Since: 1.0
 */
GBytes *
xmpp_sasl_mechanism_step_finish (XmppSaslMechanism *mechanism,
                                 GAsyncResult *result,
                                 XmppSaslStatus *status,
                                 GError **error)
{
  g_autoptr (XmppSaslAnswer) answer = NULL;

  if (status != NULL)
    *status = XMPP_SASL_STATUS_FAILED;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), NULL);
  g_return_val_if_fail (g_task_is_valid (result, mechanism), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_mechanism_step_async),
                        NULL);

  answer = g_task_propagate_pointer (G_TASK (result), error);
  if (answer == NULL)
    return NULL;

  if (status != NULL)
    *status = answer->status;

  return g_steal_pointer (&answer->output);
}
