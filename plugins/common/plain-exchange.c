/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "plain-exchange.h"

#include "sasl-account.h"
#include "sasl-step.h"

#include <string.h>

/* [authzid] NUL authcid NUL secret, in memory that is wiped when the last reference goes
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
build_message (const char *authzid, const char *username, const char *secret)
{
  gsize authzid_size = strlen (authzid) + 1;
  gsize username_size = strlen (username) + 1;
  gsize secret_length = strlen (secret);
  gsize length = authzid_size + username_size + secret_length;
  PlainMessage *message = g_malloc (sizeof *message + length);

  message->length = length;
  memcpy (message->data, authzid, authzid_size);
  memcpy (message->data + authzid_size, username, username_size);
  memcpy (message->data + authzid_size + username_size, secret, secret_length);

  return g_bytes_new_with_free_func (message->data, length, plain_message_free, message);
}

static const char *
get_name (XmppSaslMechanism *mechanism)
{
  return xmpp_sasl_mechanism_get_name (mechanism);
}

static GBytes *
client_step (XmppSaslMechanism *mechanism,
             const PlainField *wanted,
             XmppSaslStatus *status,
             GError **error)
{
  g_autofree char *authzid = xmpp_sasl_mechanism_peek_secret (mechanism, "authzid");
  g_autofree char *username = NULL;
  g_autofree char *prepared_username = NULL;
  char *value;
  char *prepared_value = NULL;
  GBytes *message = NULL;

  username = xmpp_sasl_mechanism_get_secret (mechanism, "username", error);
  if (username == NULL)
    return NULL;

  value = xmpp_sasl_mechanism_get_secret (mechanism, wanted->field, error);
  if (value == NULL)
    return NULL;

  prepared_username =
      sasl_account_prepare (get_name (mechanism), username, "user name", error);
  if (prepared_username != NULL)
    prepared_value =
        sasl_account_prepare (get_name (mechanism), value, wanted->field, error);
  xmpp_secret_free (value);

  if (prepared_value != NULL)
    {
      message = build_message (authzid != NULL ? authzid : "", prepared_username,
                               prepared_value);
      *status = XMPP_SASL_STATUS_COMPLETE;
    }
  xmpp_secret_free (prepared_value);

  return message;
}

/* Exactly two NULs; the second and the third part are not empty (RFC 4616 §2). The parts
 * point into @text, which has a NUL behind its last byte. */
static gboolean
split_message (const char *text,
               gsize length,
               const char **authzid,
               const char **username,
               const char **value)
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
  *value = second + 1;

  return g_utf8_validate (*authzid, -1, NULL) && g_utf8_validate (*username, -1, NULL) &&
         g_utf8_validate (*value, -1, NULL);
}

static gboolean
verify (XmppSaslMechanism *mechanism,
        const PlainField *wanted,
        const char *authzid,
        const char *username,
        const char *value,
        GError **error)
{
  g_autofree char *prepared_username =
      sasl_account_prepare (get_name (mechanism), username, "user name", NULL);
  char *prepared_value =
      sasl_account_prepare (get_name (mechanism), value, wanted->field, NULL);
  gboolean right = FALSE;

  if (prepared_username != NULL && prepared_value != NULL)
    {
      xmpp_sasl_mechanism_set_identity (mechanism, prepared_username,
                                        authzid[0] != '\0' ? authzid : NULL);
      right = xmpp_sasl_mechanism_verify_secret (mechanism, wanted->field, prepared_value,
                                                 error);
    }
  else
    {
      /* RFC 4616 §2: what cannot be prepared is not verified */
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "%s: the client's user name or %s is wrong", get_name (mechanism),
                   wanted->field);
    }
  xmpp_secret_free (prepared_value);

  return right;
}

static void
server_step (XmppSaslMechanism *mechanism,
             const PlainField *wanted,
             GBytes *input,
             XmppSaslStatus *status,
             GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (input, &length);
  const char *authzid;
  const char *username;
  const char *value;
  char *text;

  if (length == 0 || length > wanted->max_message)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                   "%s: the client's message is %s", get_name (mechanism),
                   length == 0 ? "empty" : "too long");
      return;
    }

  text = g_malloc (length + 1);
  memcpy (text, data, length);
  text[length] = '\0';

  if (!split_message (text, length, &authzid, &username, &value))
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                 "%s: the client's message has not the three parts of RFC 4616",
                 get_name (mechanism));
  else if (verify (mechanism, wanted, authzid, username, value, error))
    *status = XMPP_SASL_STATUS_COMPLETE;

  explicit_bzero (text, length);
  g_free (text);
}

GBytes *
plain_exchange_step (XmppSaslMechanism *mechanism,
                     const PlainField *wanted,
                     GBytes *input,
                     XmppSaslStatus *status,
                     GError **error)
{
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);

  if (!sasl_step_require_secure (mechanism, get_name (mechanism), error))
    return NULL;

  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_CLIENT)
    return client_step (mechanism, wanted, status, error);

  if (input != NULL)
    {
      server_step (mechanism, wanted, input, status, error);
      return NULL;
    }

  return sasl_step_ask_for_initial (status);
}
