/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-interaction.h"

#include "core/xmpp-deadline.h"

struct _XmppTlsInteraction
{
  GTlsInteraction parent_instance;

  GTlsInteraction *inner;
};

G_DEFINE_FINAL_TYPE (XmppTlsInteraction, xmpp_tls_interaction, G_TYPE_TLS_INTERACTION)

static void
return_password_result (GTask *task, GTlsInteractionResult result, GError *error)
{
  if (error != NULL)
    g_task_return_error (task, error);
  else if (result == G_TLS_INTERACTION_HANDLED)
    g_task_return_int (task, result);
  else
    g_task_return_new_error (task, G_TLS_ERROR, G_TLS_ERROR_MISC,
                             "Nobody has given the PIN for the key of the client "
                             "certificate");
}

static void
password_asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GTlsInteractionResult answer =
      g_tls_interaction_ask_password_finish (G_TLS_INTERACTION (object), result, &error);

  xmpp_deadline_resume (g_task_get_cancellable (task));
  return_password_result (task, answer, error);
}

static void
xmpp_tls_interaction_ask_password_async (GTlsInteraction *interaction,
                                         GTlsPassword *password,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  XmppTlsInteraction *self = XMPP_TLS_INTERACTION (interaction);
  GTlsInteractionClass *inner_class = G_TLS_INTERACTION_GET_CLASS (self->inner);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, xmpp_tls_interaction_ask_password_async);

  if (g_tls_password_get_flags (password) & G_TLS_PASSWORD_RETRY)
    g_task_return_new_error (task, G_TLS_ERROR, G_TLS_ERROR_MISC,
                             "The PIN for the key of the client certificate is wrong. "
                             "What to do: give the right one; many tokens lock "
                             "themselves after a few that are wrong");
  else if (inner_class->ask_password_async != NULL)
    {
      xmpp_deadline_pause (cancellable);
      g_tls_interaction_ask_password_async (self->inner, password, cancellable,
                                            password_asked_cb, g_steal_pointer (&task));
    }
  else
    {
      GTlsInteractionResult answer =
          g_tls_interaction_ask_password (self->inner, password, cancellable, &error);

      return_password_result (task, answer, error);
    }
}

/* GIO wants FAILED for an error here, not -1. */
static GTlsInteractionResult
finish_interaction (GAsyncResult *result, gpointer tag, GError **error)
{
  GError *task_error = NULL;
  gssize answer;

  g_return_val_if_fail (g_async_result_is_tagged (result, tag), G_TLS_INTERACTION_FAILED);

  answer = g_task_propagate_int (G_TASK (result), &task_error);
  if (task_error == NULL)
    return answer;

  g_propagate_error (error, task_error);
  return G_TLS_INTERACTION_FAILED;
}

static GTlsInteractionResult
xmpp_tls_interaction_ask_password_finish (GTlsInteraction *interaction,
                                          GAsyncResult *result,
                                          GError **error)
{
  return finish_interaction (result, xmpp_tls_interaction_ask_password_async, error);
}

static void
certificate_requested_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GTlsInteractionResult answer =
      g_tls_interaction_request_certificate_finish (G_TLS_INTERACTION (object), result,
                                                    &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, answer);
}

static void
xmpp_tls_interaction_request_certificate_async (GTlsInteraction *interaction,
                                                GTlsConnection *connection,
                                                GTlsCertificateRequestFlags flags,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data)
{
  XmppTlsInteraction *self = XMPP_TLS_INTERACTION (interaction);
  GTlsInteractionClass *inner_class = G_TLS_INTERACTION_GET_CLASS (self->inner);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GTlsInteractionResult answer;
  GError *error = NULL;

  g_task_set_source_tag (task, xmpp_tls_interaction_request_certificate_async);

  if (inner_class->request_certificate_async != NULL)
    {
      g_tls_interaction_request_certificate_async (self->inner, connection, flags,
                                                   cancellable, certificate_requested_cb,
                                                   g_steal_pointer (&task));
      return;
    }

  answer = g_tls_interaction_request_certificate (self->inner, connection, flags,
                                                  cancellable, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, answer);
}

static GTlsInteractionResult
xmpp_tls_interaction_request_certificate_finish (GTlsInteraction *interaction,
                                                 GAsyncResult *result,
                                                 GError **error)
{
  return finish_interaction (result, xmpp_tls_interaction_request_certificate_async,
                             error);
}

static void
xmpp_tls_interaction_finalize (GObject *object)
{
  XmppTlsInteraction *self = XMPP_TLS_INTERACTION (object);

  g_clear_object (&self->inner);

  G_OBJECT_CLASS (xmpp_tls_interaction_parent_class)->finalize (object);
}

static void
xmpp_tls_interaction_class_init (XmppTlsInteractionClass *klass)
{
  GTlsInteractionClass *interaction_class = G_TLS_INTERACTION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = xmpp_tls_interaction_finalize;

  interaction_class->ask_password_async = xmpp_tls_interaction_ask_password_async;
  interaction_class->ask_password_finish = xmpp_tls_interaction_ask_password_finish;
  interaction_class->request_certificate_async =
      xmpp_tls_interaction_request_certificate_async;
  interaction_class->request_certificate_finish =
      xmpp_tls_interaction_request_certificate_finish;
}

static void
xmpp_tls_interaction_init (XmppTlsInteraction *self)
{
}

GTlsInteraction *
xmpp_tls_interaction_new (GTlsInteraction *inner)
{
  XmppTlsInteraction *self;

  g_return_val_if_fail (G_IS_TLS_INTERACTION (inner), NULL);

  self = g_object_new (XMPP_TYPE_TLS_INTERACTION, NULL);
  self->inner = g_object_ref (inner);
  return G_TLS_INTERACTION (self);
}
