/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* A mechanism to begin with, both sides: the client sends the user name, a zero byte and the
 * password, and the server has the password verified. Change the three places with a
 * number: two here, and the description beside it. */

#include <xmpp.h>

#include <string.h>

typedef struct
{
  XmppSaslMechanism parent_instance;

  /* What has to be remembered from one step to the next */
} Template;

typedef XmppSaslMechanismClass TemplateClass;
GType template_get_type (void);
GType xmpp_sasl_module_get_type (const char *name);

G_DEFINE_TYPE (Template, template, XMPP_TYPE_SASL_MECHANISM)

/* A message with a secret in it is wiped when it has been sent. */
static void
template_free_message (gpointer data)
{
  GByteArray *message = data;

  explicit_bzero (message->data, message->len);
  g_byte_array_unref (message);
}

/* 1. The client. @input is NULL in the first step: nobody has said anything yet. What is
 * returned is sent; with CONTINUE another step follows when the server has answered. Each
 * get_secret() may throw: return NULL then, and come back with the same @input. So nothing
 * of @mechanism changes before the last one. */
static GBytes *
template_step_as_client (XmppSaslMechanism *mechanism,
                         GBytes *input,
                         XmppSaslStatus *status,
                         GError **error)
{
  GByteArray *message = NULL;
  char *username = NULL;
  char *password = NULL;

  username = xmpp_sasl_mechanism_get_secret (mechanism, "username", error);
  if (username != NULL)
    password = xmpp_sasl_mechanism_get_secret (mechanism, "password", error);

  if (password != NULL)
    {
      /* The size as it will be: what grows leaves copies behind. */
      message = g_byte_array_sized_new (strlen (username) + 1 + strlen (password));
      g_byte_array_append (message, (const guint8 *) username, strlen (username) + 1);
      g_byte_array_append (message, (const guint8 *) password, strlen (password));
      *status = XMPP_SASL_STATUS_COMPLETE;
    }

  xmpp_secret_free (username);
  xmpp_secret_free (password);

  return message != NULL ? g_bytes_new_with_free_func (message->data, message->len,
                                                       template_free_message, message)
                         : NULL;
}

/* The parts of what the client says. Anybody can send anything: empty bytes have no data at
 * all, and no byte of zero stands at their end. */
static gboolean
template_parse (GBytes *input, char **username, char **password, GError **error)
{
  gsize size = 0;
  const char *data = input != NULL ? g_bytes_get_data (input, &size) : NULL;
  const char *zero = size > 0 ? memchr (data, '\0', size) : NULL;
  const char *rest = zero != NULL ? zero + 1 : NULL;

  if (zero == NULL || zero == data || !g_utf8_validate (data, zero - data, NULL) ||
      !g_utf8_validate_len (rest, data + size - rest, NULL))
    {
      g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                           "This is no message of X-TEMPLATE");
      return FALSE;
    }

  *username = g_strdup (data);
  *password = g_strndup (rest, data + size - rest);

  return TRUE;
}

/* 2. The server. First it says who the user claims to be, then it may ask the authenticator
 * about that user: verify_secret() asks whether a value is right, get_secret() what the
 * value is. Both may throw, as above. */
static GBytes *
template_step_as_server (XmppSaslMechanism *mechanism,
                         GBytes *input,
                         XmppSaslStatus *status,
                         GError **error)
{
  g_autofree char *username = NULL;
  char *password = NULL;

  if (!template_parse (input, &username, &password, error))
    return NULL;

  xmpp_sasl_mechanism_set_identity (mechanism, username, NULL);
  if (xmpp_sasl_mechanism_verify_secret (mechanism, "password", password, error))
    *status = XMPP_SASL_STATUS_COMPLETE;

  xmpp_secret_free (password);

  return NULL;
}

static GBytes *
template_step (XmppSaslMechanism *mechanism,
               GBytes *input,
               GCancellable *cancellable,
               XmppSaslStatus *status,
               GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  return xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_SERVER
             ? template_step_as_server (mechanism, input, status, error)
             : template_step_as_client (mechanism, input, status, error);
}

static void
template_class_init (TemplateClass *klass)
{
  klass->step = template_step;
}

static void
template_init (Template *self)
{
}

/* What the library looks for in the module */
GType
xmpp_sasl_module_get_type (const char *name)
{
  return template_get_type ();
}
