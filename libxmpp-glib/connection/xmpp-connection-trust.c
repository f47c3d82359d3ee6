/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-connection-private.h"

/* An attempt that has found no acceptable certificate asks whoever handles
 * "accept-certificate". It asks when the attempt is over: nothing of ours has been sent, no
 * server waits for a person, and a yes leads to a new attempt that knows the certificate. */

typedef struct
{
  GSource *cancel_source; /* nullable */
  gboolean returned;
} Asking;

static void answered_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static gboolean
handles_certificates (XmppConnection *self)
{
  guint signal = xmpp_connection_signals[XMPP_CONNECTION_SIGNAL_ACCEPT_CERTIFICATE];

  return XMPP_CONNECTION_GET_CLASS (self)->accept_certificate != NULL ||
         g_signal_has_handler_pending (self, signal, 0, FALSE);
}

void
xmpp_connection_prepare_tls (XmppConnection *self, XmppTlsParameters *parameters)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  g_clear_pointer (&priv->doubt, xmpp_tls_doubt_unref);
  g_set_object (&parameters->accepted, priv->accepted);

  /* Who has answered once is not asked again. */
  if (priv->accepted == NULL && handles_certificates (self))
    {
      priv->doubt = xmpp_tls_doubt_new ();
      parameters->doubt = xmpp_tls_doubt_ref (priv->doubt);
    }
}

gboolean
xmpp_connection_has_doubt (XmppConnection *self)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  return priv->doubt != NULL && priv->doubt->request != NULL && !priv->doubt->passed;
}

static void
asking_free (gpointer data)
{
  Asking *asking = data;

  g_clear_pointer (&asking->cancel_source, g_source_unref);
  g_free (asking);
}

static void
end_asking (GTask *task, gboolean accepted, GError *error)
{
  Asking *asking = g_task_get_task_data (task);

  asking->returned = TRUE;
  if (asking->cancel_source != NULL)
    g_source_destroy (asking->cancel_source);
  xmpp_deadline_resume (g_task_get_cancellable (task));

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, accepted);
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  Asking *asking = g_task_get_task_data (task);
  GError *error = NULL;

  if (!asking->returned && g_cancellable_set_error_if_cancelled (cancellable, &error))
    end_asking (task, FALSE, error);
  return G_SOURCE_REMOVE;
}

void
xmpp_connection_ask_certificate_async (XmppConnection *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (XmppCertificateRequest) request = g_steal_pointer (&priv->doubt->request);
  Asking *asking = g_new0 (Asking, 1);
  gboolean handled = FALSE;
  GTask *answer;

  g_task_set_source_tag (task, xmpp_connection_ask_certificate_async);
  g_task_set_task_data (task, asking, asking_free);
  if (cancellable != NULL)
    {
      asking->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_static_name (asking->cancel_source, "[xmpp] certificate request");
      g_task_attach_source (task, asking->cancel_source, G_SOURCE_FUNC (cancelled_cb));
    }
  xmpp_deadline_pause (cancellable);
  g_set_object (&priv->asked, xmpp_certificate_request_get_certificate (request));

  answer = g_task_new (self, NULL, answered_cb, g_steal_pointer (&task));
  g_task_set_source_tag (answer, xmpp_connection_ask_certificate_async);
  xmpp_certificate_request_begin (request, cancellable, answer);
  g_signal_emit (self, xmpp_connection_signals[XMPP_CONNECTION_SIGNAL_ACCEPT_CERTIFICATE],
                 0, request, &handled);
  if (!handled)
    xmpp_certificate_request_reject (request);
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Asking *asking = g_task_get_task_data (task);
  gboolean accepted = g_task_propagate_boolean (G_TASK (result), NULL);

  if (!asking->returned)
    end_asking (task, accepted, NULL);
}

gboolean
xmpp_connection_ask_certificate_finish (XmppConnection *self,
                                        GAsyncResult *result,
                                        GError **error)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  gboolean accepted = g_task_propagate_boolean (G_TASK (result), error);

  if (accepted)
    priv->accepted = g_steal_pointer (&priv->asked);
  g_clear_object (&priv->asked);
  return accepted;
}

void
xmpp_connection_forget_certificates (XmppConnection *self)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);

  g_clear_pointer (&priv->doubt, xmpp_tls_doubt_unref);
  g_clear_object (&priv->asked);
  g_clear_object (&priv->accepted);
}
