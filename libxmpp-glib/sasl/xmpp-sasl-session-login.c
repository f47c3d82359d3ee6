/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-session-private.h"

#include "core/xmpp-error.h"
#include "sasl/xmpp-sasl-failure.h"
#include "sasl/xmpp-sasl-mechanism-private.h"
#include "sasl/xmpp-sasl-refusal.h"
#include "sasl/xmpp-sasl-renewal.h"

/* A login, in the order in which it runs; a challenge is answered by one more step, and
 * after a failure it may start again. */
static void try_best (XmppSaslSession *self, GTask *task);
static void started_cb (GObject *source, GAsyncResult *result, gpointer user_data);
static void stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data);
static void proven_cb (GObject *source, GAsyncResult *result, gpointer user_data);
static void believe (XmppSaslSession *self, GTask *task);
static void renewed_cb (GObject *source, GAsyncResult *result, gpointer user_data);

/* ---- Steps ---- */

static void
bytes_free (gpointer bytes)
{
  g_clear_pointer ((GBytes **) &bytes, g_bytes_unref);
}

static void
run_step (XmppSaslSession *self,
          GBytes *input,
          GAsyncReadyCallback callback,
          GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);

  xmpp_sasl_mechanism_step_async (self->mechanism, input, cancellable, callback,
                                  g_steal_pointer (&task));
}

/* FALSE: this is of no interest any more, and @task has been told so. @error: (out): of
 * the step */
static gboolean
end_step (GObject *mechanism,
          GAsyncResult *result,
          GTask *task,
          GBytes **output,
          GError **error)
{
  XmppSaslSession *self = g_task_get_source_object (task);

  *output = xmpp_sasl_mechanism_step_finish (XMPP_SASL_MECHANISM (mechanism), result,
                                             NULL, error);
  if ((GObject *) self->mechanism == mechanism)
    return TRUE;

  g_clear_error (error);
  g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
                           "The login was begun anew");
  return FALSE;
}

/* ---- The first step ---- */

void
xmpp_sasl_session_start_async (XmppSaslSession *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, xmpp_sasl_session_start_async);
  xmpp_sasl_session_drop_mechanism (self);
  try_best (self, g_steal_pointer (&task));
}

/* Nothing was sent. Task data: why the last one was passed over */
static void
pass_over (XmppSaslSession *self, GTask *task, GError *error)
{
  xmpp_sasl_shortlist_pass_over (self->shortlist, error);
  g_task_set_task_data (task, error, (GDestroyNotify) g_error_free);
}

static void
try_best (XmppSaslSession *self, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  XmppSaslChoice *choice;
  GError *error = NULL;

  while ((choice = xmpp_sasl_shortlist_peek (self->shortlist)) != NULL)
    {
      self->mechanism = xmpp_sasl_session_create_mechanism (self, choice, &error);
      if (self->mechanism != NULL)
        {
          self->current = choice;
          run_step (self, NULL, started_cb, g_steal_pointer (&task));
          return;
        }

      pass_over (self, task, g_steal_pointer (&error));
    }

  if (g_task_get_task_data (task) != NULL)
    g_task_return_error (task, g_error_copy (g_task_get_task_data (task)));
  else
    g_task_return_new_error (task, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                             "%s offers no SASL mechanism that may be tried",
                             xmpp_sasl_session_get_peer (self));
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslSession *self = g_task_get_source_object (task);
  g_autoptr (GBytes) initial = NULL;
  GError *error = NULL;

  if (!end_step (source, result, task, &initial, &error))
    return;

  if (error == NULL)
    {
      self->attempts++;
      g_task_return_pointer (task, g_steal_pointer (&initial), bytes_free);
      return;
    }

  xmpp_sasl_session_drop_mechanism (self);
  if (!xmpp_sasl_failure_passes_over (error))
    {
      g_task_return_error (task, error);
      return;
    }

  pass_over (self, task, error);
  try_best (self, g_steal_pointer (&task));
}

const char *
xmpp_sasl_session_start_finish (XmppSaslSession *self,
                                GAsyncResult *result,
                                GBytes **initial,
                                GError **error)
{
  GError *local_error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_session_start_async),
                        NULL);

  *initial = g_task_propagate_pointer (G_TASK (result), &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }

  return xmpp_sasl_session_get_mechanism (self);
}

/* ---- A challenge ---- */

void
xmpp_sasl_session_step_async (XmppSaslSession *self,
                              GBytes *challenge,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, xmpp_sasl_session_step_async);

  if (self->mechanism == NULL)
    g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ABORTED,
                             "%s sent a challenge before the login had begun",
                             xmpp_sasl_session_get_peer (self));
  else
    run_step (self, challenge, stepped_cb, g_steal_pointer (&task));
}

static void
stepped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslSession *self = g_task_get_source_object (task);
  g_autoptr (GBytes) response = NULL;
  GError *error = NULL;

  if (!end_step (source, result, task, &response, &error))
    return;

  if (error != NULL)
    {
      self->failed_here = TRUE;
      g_task_return_error (task, error);
      return;
    }

  /* A challenge is answered, if only with nothing (RFC 6120 §6.4.3). */
  if (response == NULL)
    response = g_bytes_new_static ("", 0);
  g_task_return_pointer (task, g_steal_pointer (&response), bytes_free);
}

GBytes *
xmpp_sasl_session_step_finish (XmppSaslSession *self,
                               GAsyncResult *result,
                               GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_session_step_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Success ---- */

static gboolean
is_satisfied (XmppSaslSession *self)
{
  return self->mechanism != NULL && !self->failed_here &&
         xmpp_sasl_mechanism_is_satisfied (self->mechanism);
}

void
xmpp_sasl_session_succeed_async (XmppSaslSession *self,
                                 GBytes *data,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, xmpp_sasl_session_succeed_async);

  /* What comes with success to a mechanism that is complete is of no use: never step it. */
  if (data == NULL || self->mechanism == NULL || is_satisfied (self))
    believe (self, task);
  else
    run_step (self, data, proven_cb, g_steal_pointer (&task));
}

/* Whatever is wrong with the proof: the server has not proven itself, and says success. */
static GError *
distrust (XmppSaslSession *self, GError *error)
{
  GError *distrusted;

  if (error->domain != XMPP_SASL_ERROR ||
      error->code == XMPP_SASL_ERROR_SERVER_NOT_TRUSTED)
    return error;

  distrusted = g_error_new (XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
                            "%s says that the login has succeeded, but: %s",
                            xmpp_sasl_session_get_peer (self), error->message);
  g_error_free (error);

  return distrusted;
}

static void
proven_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppSaslSession *self = g_task_get_source_object (task);
  g_autoptr (GBytes) output = NULL;
  GError *error = NULL;

  if (!end_step (source, result, task, &output, &error))
    return;

  if (error != NULL)
    {
      self->failed_here = TRUE;
      g_task_return_error (task, distrust (self, error));
    }
  else
    believe (self, task);
}

static void
believe (XmppSaslSession *self, GTask *task)
{
  if (!is_satisfied (self))
    {
      self->failed_here = TRUE;
      g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
                               "%s says that the login has succeeded, and did not prove "
                               "who it is",
                               xmpp_sasl_session_get_peer (self));
      return;
    }
  if (self->current->needs_proof && !xmpp_sasl_session_is_offer_proven (self))
    {
      self->failed_here = TRUE;
      g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE,
                               "%s did not prove that its lists of mechanisms and of "
                               "channel bindings have arrived as it sent them",
                               xmpp_sasl_session_get_peer (self));
      return;
    }

  xmpp_sasl_shortlist_set_used (self->shortlist);
  xmpp_sasl_mechanism_hand_over (self->mechanism);
  g_task_return_boolean (task, TRUE);
}

gboolean
xmpp_sasl_session_succeed_finish (XmppSaslSession *self,
                                  GAsyncResult *result,
                                  GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result,
                                                  xmpp_sasl_session_succeed_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Failure ---- */

static void
renew (XmppSaslSession *self, XmppCredentialReason reason, gboolean may, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autofree char *username = xmpp_credential_dup_field (self->credential, "username");

  xmpp_sasl_renew_async (self->mechanism, self->current->info,
                         username != NULL ? username : self->local, reason, may,
                         cancellable, renewed_cb, g_steal_pointer (&task));
}

/* What has just been fetched anew has not expired. */
static void
renew_expired (XmppSaslSession *self, gboolean may, GTask *task_arg)
{
  g_autoptr (GTask) task = task_arg;

  may = may && !self->asked_anew;
  self->asked_anew = TRUE;
  renew (self, XMPP_CREDENTIAL_REASON_EXPIRED, may, g_steal_pointer (&task));
}

static XmppSaslReaction
react (XmppSaslSession *self, const GError *failure)
{
  XmppSaslReaction reaction = xmpp_sasl_failure_react (failure, self->failed_here);

  if (reaction == XMPP_SASL_REACTION_RENEW_REJECTED &&
      xmpp_sasl_refusal_is_expiry (self->mechanism, failure))
    return XMPP_SASL_REACTION_RENEW_EXPIRED;

  return reaction;
}

static GError *
explain (XmppSaslSession *self, const GError *failure)
{
  if (self->mechanism == NULL || self->failed_here)
    return g_error_copy (failure);

  xmpp_sasl_refusal_report (self->mechanism,
                            xmpp_sasl_shortlist_get_report (self->shortlist));

  return xmpp_sasl_refusal_explain (self->mechanism, failure,
                                    xmpp_sasl_session_get_peer (self));
}

/* Task data: the failure */
void
xmpp_sasl_session_fail_async (XmppSaslSession *self,
                              const GError *failure_arg,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gboolean may_retry = self->attempts < xmpp_limits_peek (self->limits)->sasl_attempts;
  GError *failure = explain (self, failure_arg);

  g_task_set_source_tag (task, xmpp_sasl_session_fail_async);
  g_task_set_task_data (task, failure, (GDestroyNotify) g_error_free);

  if (self->mechanism == NULL)
    {
      g_task_return_error (task, g_error_copy (failure));
      return;
    }

  xmpp_sasl_shortlist_set_tried (self->shortlist, failure);

  switch (react (self, failure))
    {
    case XMPP_SASL_REACTION_RENEW_REJECTED:
      renew (self, XMPP_CREDENTIAL_REASON_REJECTED, may_retry, g_steal_pointer (&task));
      return;
    case XMPP_SASL_REACTION_RENEW_EXPIRED:
      renew_expired (self, may_retry, g_steal_pointer (&task));
      return;
    case XMPP_SASL_REACTION_NEXT:
      xmpp_sasl_shortlist_refuse (self->shortlist);
      xmpp_sasl_session_drop_mechanism (self);
      if (may_retry && xmpp_sasl_shortlist_peek (self->shortlist) != NULL)
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, g_error_copy (failure));
      return;
    case XMPP_SASL_REACTION_END:
      g_task_return_error (task, g_error_copy (failure));
      return;
    }
}

static void
renewed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const GError *failure = g_task_get_task_data (task);
  GError *error = NULL;

  if (xmpp_sasl_renew_finish (XMPP_SASL_MECHANISM (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_error (task, g_error_copy (failure));
}

gboolean
xmpp_sasl_session_fail_finish (XmppSaslSession *self,
                               GAsyncResult *result,
                               GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_session_fail_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
