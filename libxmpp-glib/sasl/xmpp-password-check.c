/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-password-check.h"

#include "core/xmpp-prepare.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-sasl-worker.h"
#include "sasl/xmpp-scram-keys.h"

XmppPasswordCheck *
xmpp_password_check_new (XmppAuthenticatorRequest *request)
{
  XmppPasswordCheck *self = g_new0 (XmppPasswordCheck, 1);

  self->request = g_object_ref (request);

  return self;
}

static void
work (gpointer data, gpointer user_data)
{
  XmppPasswordCheck *self = data;
  const char *value = xmpp_authenticator_request_get_value (self->request);
  xmpp_autosecret char *prepared =
      xmpp_sasl_prepare (XMPP_SASL_PROFILE_SASLPREP, value, NULL);
  const char *tried = prepared != NULL ? prepared : value;
  gboolean by_keys = FALSE;
  gboolean by_password;

  if (!xmpp_scram_keys_verify (self->field, self->keys, tried,
                               xmpp_authenticator_request_get_cancellable (self->request),
                               &by_keys, &self->error))
    return;

  by_password = self->password != NULL && xmpp_secret_equal_text (self->password, tried);
  self->right = prepared != NULL && (self->by_keys ? by_keys : by_password);
}

static void
done (gpointer data)
{
  XmppPasswordCheck *self = data;

  if (self->error != NULL)
    xmpp_authenticator_request_fail (self->request, self->error);
  else if (self->right)
    xmpp_authenticator_request_allow (self->request);
  else
    xmpp_authenticator_request_refuse (self->request);

  g_object_unref (self->request);
  xmpp_secret_free (self->keys);
  xmpp_secret_free (self->password);
  g_clear_error (&self->error);
  g_free (self);
}

void
xmpp_password_check_run (XmppPasswordCheck *self)
{
  xmpp_sasl_worker_run (work, done, self);
}
