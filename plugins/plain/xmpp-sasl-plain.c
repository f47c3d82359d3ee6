/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-plain.h"

#include <string.h>

#define MAX_MESSAGE 4096

/*
 * XmppSaslPlain:
 *
 * The PLAIN mechanism of RFC 4616, on both sides: the password itself, in one message,
 * and therefore never over a connection that is not secure.
 */
struct _XmppSaslPlain
{
  XmppSaslMechanism parent_instance;
};

G_DEFINE_FINAL_TYPE (XmppSaslPlain, xmpp_sasl_plain, XMPP_TYPE_SASL_MECHANISM)

/* [authzid] NUL authcid NUL passwd, in memory that is wiped when the last reference goes
 */
typedef struct
{
  gsize length;
  char data[];
} PlainMessage;

static void
plain_message_free (gpointer data)
{
  PlainMessage *message = data;

  explicit_bzero (message->data, message->length);
  g_free (message);
}

static GBytes *
build_message (const char *authzid, const char *username, const char *password)
{
  gsize authzid_size = strlen (authzid) + 1;
  gsize username_size = strlen (username) + 1;
  gsize password_length = strlen (password);
  gsize length = authzid_size + username_size + password_length;
  PlainMessage *message = g_malloc (sizeof *message + length);

  message->length = length;
  memcpy (message->data, authzid, authzid_size);
  memcpy (message->data + authzid_size, username, username_size);
  memcpy (message->data + authzid_size + username_size, password, password_length);

  return g_bytes_new_with_free_func (message->data, length, plain_message_free, message);
}

/* NULL where SASLprep refuses it or leaves nothing */
static char *
prepare (const char *text)
{
  char *prepared = xmpp_sasl_prepare (XMPP_SASL_PROFILE_SASLPREP, text, NULL);

  if (prepared != NULL && prepared[0] != '\0')
    return prepared;

  xmpp_secret_free (prepared);
  return NULL;
}

static GBytes *
client_step (XmppSaslMechanism *mechanism, XmppSaslStatus *status, GError **error)
{
  g_autofree char *authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
  g_autofree char *username = NULL;
  g_autofree char *prepared_username = NULL;
  char *password;
  char *prepared_password;
  GBytes *message = NULL;

  username = xmpp_sasl_mechanism_get_secret (mechanism, "username", error);
  if (username == NULL)
    return NULL;

  password = xmpp_sasl_mechanism_get_secret (mechanism, "password", error);
  if (password == NULL)
    return NULL;

  prepared_username = prepare (username);
  prepared_password = prepare (password);
  xmpp_secret_free (password);

  if (prepared_username != NULL && prepared_password != NULL)
    {
      message = build_message (authzid != NULL ? authzid : "", prepared_username,
                               prepared_password);
      *status = XMPP_SASL_STATUS_COMPLETE;
    }
  else
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "PLAIN: the %s is empty or has characters that SASLprep prohibits",
                   prepared_username == NULL ? "user name" : "password");
    }
  xmpp_secret_free (prepared_password);

  return message;
}

/* Exactly two NULs; the second and the third part are not empty (RFC 4616 §2). The parts
 * point into @text, which has a NUL behind its last byte. */
static gboolean
split_message (const char *text,
               gsize length,
               const char **authzid,
               const char **username,
               const char **password)
{
  const char *end = text + length;
  const char *first = memchr (text, '\0', length);
  const char *second = NULL;

  if (first != NULL)
    second = memchr (first + 1, '\0', end - (first + 1));

  if (second == NULL || second == first + 1 || second + 1 == end ||
      memchr (second + 1, '\0', end - (second + 1)) != NULL)
    return FALSE;

  *authzid = text;
  *username = first + 1;
  *password = second + 1;

  return g_utf8_validate (*authzid, -1, NULL) && g_utf8_validate (*username, -1, NULL) &&
         g_utf8_validate (*password, -1, NULL);
}

static gboolean
verify (XmppSaslMechanism *mechanism,
        const char *authzid,
        const char *username,
        const char *password,
        GError **error)
{
  g_autofree char *prepared_username = prepare (username);
  char *prepared_password = prepare (password);
  gboolean right = FALSE;

  if (prepared_username != NULL && prepared_password != NULL)
    {
      xmpp_sasl_mechanism_set_identity (mechanism, prepared_username,
                                        authzid[0] != '\0' ? authzid : NULL);
      right = xmpp_sasl_mechanism_verify_secret (mechanism, "password", prepared_password,
                                                 error);
    }
  else
    {
      /* RFC 4616 §2: what cannot be prepared is not verified */
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "PLAIN: the client's user name or password is wrong");
    }
  xmpp_secret_free (prepared_password);

  return right;
}

static void
server_step (XmppSaslMechanism *mechanism,
             GBytes *input,
             XmppSaslStatus *status,
             GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (input, &length);
  const char *authzid;
  const char *username;
  const char *password;
  char *text;

  if (length == 0 || length > MAX_MESSAGE)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "PLAIN: the client's message is %s",
                   length == 0 ? "empty" : "too long");
      return;
    }

  text = g_malloc (length + 1);
  memcpy (text, data, length);
  text[length] = '\0';

  if (!split_message (text, length, &authzid, &username, &password))
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                 "PLAIN: the client's message has not the three parts of RFC 4616");
  else if (verify (mechanism, authzid, username, password, error))
    *status = XMPP_SASL_STATUS_COMPLETE;

  explicit_bzero (text, length);
  g_free (text);
}

static GBytes *
xmpp_sasl_plain_step (XmppSaslMechanism *mechanism,
                      GBytes *input,
                      GCancellable *cancellable,
                      XmppSaslStatus *status,
                      GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  if (!xmpp_sasl_context_is_secure (context))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED,
                   "PLAIN: the connection is not secure");
      return NULL;
    }

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_CLIENT)
    return client_step (mechanism, status, error);

  if (input != NULL)
    {
      server_step (mechanism, input, status, error);
      return NULL;
    }

  /* No initial response: an empty challenge asks for it (RFC 4422 §3) */
  *status = XMPP_SASL_STATUS_CONTINUE;
  return g_bytes_new (NULL, 0);
}

static void
xmpp_sasl_plain_class_init (XmppSaslPlainClass *klass)
{
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_plain_step;
}

static void
xmpp_sasl_plain_init (XmppSaslPlain *self)
{
}
