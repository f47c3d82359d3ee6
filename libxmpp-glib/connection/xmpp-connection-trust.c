/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-connection-private.h"

#include "core/xmpp-asking.h"

/* An attempt that has found no acceptable certificate asks whoever handles
 * "accept-certificate". It asks when the attempt is over: nothing of ours has been sent, no
 * server waits for a person, and a yes leads to a new attempt that knows the certificate. */

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

void
xmpp_connection_ask_certificate_async (XmppConnection *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  XmppConnectionPrivate *priv = xmpp_connection_get_private (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (XmppCertificateRequest) request = g_steal_pointer (&priv->doubt->request);
  gboolean handled = FALSE;
  GTask *answer;

  g_task_set_source_tag (task, xmpp_connection_ask_certificate_async);
  xmpp_asking_begin (task);
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
  gboolean accepted = g_task_propagate_boolean (G_TASK (result), NULL);

  if (xmpp_asking_end (task))
    g_task_return_boolean (task, accepted);
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
