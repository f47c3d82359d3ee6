/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "toy-mechanism.h"

#include <string.h>

struct _ToyMechanism
{
  XmppSaslMechanism parent_instance;

  guint round;
};

G_DEFINE_FINAL_TYPE (ToyMechanism, toy_mechanism, XMPP_TYPE_SASL_MECHANISM)

static GBytes *
text_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static char *
bytes_text (GBytes *bytes)
{
  if (bytes == NULL)
    return g_strdup ("");

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static GBytes *
client_step (ToyMechanism *self,
             const char *input,
             XmppSaslStatus *status,
             GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);
  g_autofree char *field = NULL;
  g_autofree char *output = NULL;

  if (self->round == 2)
    {
      if (g_strcmp0 (input, "v=good") == 0)
        {
          self->round++;
          *status = XMPP_SASL_STATUS_COMPLETE;
        }
      else
        g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
                             "The server does not know the password");
      return NULL;
    }

  if (self->round > 2 || (self->round == 1 && g_strcmp0 (input, "nonce") != 0))
    {
      g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                           "This is not what the server may say now");
      return NULL;
    }

  field = xmpp_sasl_mechanism_get_secret (mechanism,
                                          self->round == 0 ? "username" : "password",
                                          error);
  if (field == NULL)
    return NULL;

  output = g_strconcat (self->round == 0 ? "n=" : "p=", field, NULL);
  self->round++;
  *status = XMPP_SASL_STATUS_CONTINUE;

  return text_bytes (output);
}

static GBytes *
server_step (ToyMechanism *self,
             const char *input,
             XmppSaslStatus *status,
             GError **error)
{
  XmppSaslMechanism *mechanism = XMPP_SASL_MECHANISM (self);

  if (self->round == 0 && *input == '\0')
    {
      *status = XMPP_SASL_STATUS_CONTINUE;
      return NULL;
    }

  if (self->round == 0 && g_str_has_prefix (input, "n="))
    {
      xmpp_sasl_mechanism_set_identity (mechanism, input + 2, NULL);
      self->round++;
      *status = XMPP_SASL_STATUS_CONTINUE;
      return text_bytes ("nonce");
    }

  if (self->round == 1 && g_str_has_prefix (input, "p="))
    {
      if (!xmpp_sasl_mechanism_verify_secret (mechanism, "password", input + 2, error))
        return NULL;

      self->round++;
      *status = XMPP_SASL_STATUS_COMPLETE;
      return text_bytes ("v=good");
    }

  g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                       "This is not what a client may say now");
  return NULL;
}

static GBytes *
toy_mechanism_step (XmppSaslMechanism *mechanism,
                    GBytes *input,
                    GCancellable *cancellable,
                    XmppSaslStatus *status,
                    GError **error)
{
  ToyMechanism *self = TOY_MECHANISM (mechanism);
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  g_autofree char *text = bytes_text (input);

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_SERVER)
    return server_step (self, text, status, error);

  return client_step (self, text, status, error);
}

static void
toy_mechanism_class_init (ToyMechanismClass *klass)
{
  XMPP_SASL_MECHANISM_CLASS (klass)->step = toy_mechanism_step;
}

static void
toy_mechanism_init (ToyMechanism *self)
{
}

void
toy_mechanism_register (XmppSaslRegistry *registry)
{
  static const char *const fields[] = { "username", "password", NULL };
  g_autoptr (XmppSaslMechanismInfo)
      info = xmpp_sasl_mechanism_info_new ("X-TOY",
                                           XMPP_SASL_ROLE_CLIENT | XMPP_SASL_ROLE_SERVER,
                                           XMPP_SASL_FACTS_MUTUAL, 40, fields);

  xmpp_sasl_registry_register (registry, info, TOY_TYPE_MECHANISM);
}

struct _ToyAuthenticator
{
  XmppAuthenticator parent_instance;
};

G_DEFINE_FINAL_TYPE (ToyAuthenticator, toy_authenticator, XMPP_TYPE_AUTHENTICATOR)

static gboolean
toy_authenticator_lookup (XmppAuthenticator *authenticator,
                          XmppAuthenticatorRequest *request)
{
  const char *username = xmpp_authenticator_request_get_username (request);
  const char *field = xmpp_authenticator_request_get_field (request);
  gboolean known =
      (g_strcmp0 (username, "user") == 0 || g_strcmp0 (username, "user@y.test") == 0) &&
      g_strcmp0 (field, "password") == 0;

  xmpp_authenticator_request_reply (request, known ? "pencil" : NULL);

  return TRUE;
}

static void
toy_authenticator_class_init (ToyAuthenticatorClass *klass)
{
  XMPP_AUTHENTICATOR_CLASS (klass)->lookup = toy_authenticator_lookup;
}

static void
toy_authenticator_init (ToyAuthenticator *self)
{
}
