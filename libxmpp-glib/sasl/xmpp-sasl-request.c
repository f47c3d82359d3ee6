/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Sasl"

#include "config.h"

#include "sasl/xmpp-sasl-request.h"

void
xmpp_sasl_request_init (XmppSaslRequest *request,
                        const char *username,
                        GCancellable *cancellable,
                        GTask *task)
{
  xmpp_waiter_init (&request->waiter, task);
  request->username = g_strdup (username);
  request->cancellable = cancellable != NULL ? g_object_ref (cancellable)
                                             : g_cancellable_new ();
}

void
xmpp_sasl_request_clear (XmppSaslRequest *request)
{
  g_clear_pointer (&request->username, g_free);
  g_clear_object (&request->cancellable);
}

GTask *
xmpp_sasl_request_take (XmppSaslRequest *request, const char *what)
{
  GTask *task = xmpp_waiter_take (&request->waiter);

  if (task == NULL)
    g_warning ("%s was answered twice; the second answer is dropped", what);

  return task;
}

void
xmpp_sasl_request_fail (XmppSaslRequest *request, const char *what, const GError *error)
{
  g_autoptr (GTask) task = xmpp_sasl_request_take (request, what);

  if (task != NULL)
    g_task_return_error (task, g_error_copy (error));
}
