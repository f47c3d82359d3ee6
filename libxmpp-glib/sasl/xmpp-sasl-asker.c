/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-asker.h"

#include "core/xmpp-error.h"
#include "core/xmpp-jid.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-authenticator-private.h"
#include "sasl/xmpp-credential-private.h"

#include <string.h>

/* The owner is the task's source object, and keeps @secrets alive. */
typedef struct
{
  XmppSaslSecrets *secrets;
  XmppSaslNeed *need;
  GStrv fields;
  char *username;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_clear_pointer (&question->need, xmpp_sasl_need_free);
  g_strfreev (question->fields);
  g_free (question->username);
  g_free (question);
}

static void
credential_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  GError *error = NULL;

  if (!xmpp_credential_ask_finish (XMPP_CREDENTIAL (source), result, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  for (guint i = 0; question->fields[i] != NULL; i++)
    xmpp_sasl_secrets_answer (question->secrets, question->fields[i], NULL);
  g_task_return_boolean (task, TRUE);
}

static GStrv
list_missing (const XmppSaslAsker *asker, XmppSaslSecrets *secrets, const char *needed)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean listed = FALSE;

  for (guint i = 0; asker->fields != NULL && asker->fields[i] != NULL; i++)
    {
      if (g_str_equal (asker->fields[i], needed))
        listed = TRUE;
      else if (xmpp_sasl_secrets_has (secrets, asker->fields[i]))
        continue;
      g_strv_builder_add (builder, asker->fields[i]);
    }
  if (!listed)
    g_strv_builder_add (builder, needed);

  return g_strv_builder_end (builder);
}

static void
ask_credential (const XmppSaslAsker *asker, GTask *task)
{
  Question *question = g_task_get_task_data (task);
  g_autofree char *username = xmpp_sasl_secrets_dup_username (question->secrets);
  XmppCredentialQuestion asked = {
    .mechanism = asker->mechanism,
    .username = username,
    .reason = XMPP_CREDENTIAL_REASON_MISSING,
    .asked = asker->asked,
  };
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (asker->credential == NULL)
    {
      g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL,
                               "%s needs the %s, and there is no credential",
                               asker->mechanism, question->need->field);
      g_object_unref (task);
      return;
    }

  question->fields = list_missing (asker, question->secrets, question->need->field);
  asked.fields = (const char *const *) question->fields;
  xmpp_credential_ask_async (asker->credential, &asked, cancellable,
                             credential_answered_cb, task);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  xmpp_autosecret char *value = NULL;
  GError *error = NULL;

  if (!xmpp_authenticator_ask_finish_value (XMPP_AUTHENTICATOR (source), result, &value,
                                            &error))
    {
      g_task_return_error (task, error);
      return;
    }

  xmpp_sasl_secrets_answer (question->secrets, question->need->field, value);
  g_task_return_boolean (task, TRUE);
}

static void
verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  gboolean right = FALSE;
  GError *error = NULL;

  if (!xmpp_authenticator_ask_finish_verdict (XMPP_AUTHENTICATOR (source), result, &right,
                                              &error))
    {
      g_task_return_error (task, error);
      return;
    }

  xmpp_sasl_secrets_answer_verdict (question->secrets, question->need, right);
  g_task_return_boolean (task, TRUE);
}

static void
ask_authenticator (const XmppSaslAsker *asker, GTask *task)
{
  Question *question = g_task_get_task_data (task);
  XmppAuthenticator *authenticator = xmpp_sasl_context_get_authenticator (asker->context);
  gboolean verify = question->need->value != NULL;
  XmppAuthenticatorQuestion asked = {
    .kind = verify ? XMPP_AUTHENTICATOR_VERIFY : XMPP_AUTHENTICATOR_LOOKUP,
    .username = question->username,
    .domain = xmpp_sasl_context_get_domain (asker->context),
    .field = question->need->field,
    .value = question->need->value,
    .peer_certificate = xmpp_sasl_context_get_peer_certificate (asker->context),
  };
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (authenticator == NULL)
    {
      g_task_return_new_error (task, XMPP_SASL_ERROR,
                               XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
                               "There is no authenticator to ask");
      g_object_unref (task);
      return;
    }

  xmpp_authenticator_ask_async (authenticator, &asked, cancellable,
                                verify ? verified_cb : looked_up_cb, task);
}

void
xmpp_sasl_ask_async (const XmppSaslAsker *asker,
                     XmppSaslSecrets *secrets,
                     const XmppSaslNeed *need,
                     gpointer owner,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  GTask *task = g_task_new (owner, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  g_task_set_source_tag (task, xmpp_sasl_ask_async);
  question->secrets = secrets;
  question->need = g_new0 (XmppSaslNeed, 1);
  question->need->field = g_strdup (need->field);
  question->need->value = xmpp_secret_dup (need->value);
  question->username = xmpp_sasl_secrets_dup_username (secrets);
  g_task_set_task_data (task, question, question_free);

  if (xmpp_sasl_context_get_role (asker->context) == XMPP_SASL_ROLE_SERVER)
    ask_authenticator (asker, task);
  else
    ask_credential (asker, task);
}

gboolean
xmpp_sasl_ask_finish (gpointer owner, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, owner), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_ask_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* RFC 6120 §6.3.8: the authorization identity of a client is its bare JID. Who the
 * session is for, as a local part where it is in our domain; NULL: @authzid is not well
 * formed. */
static char *
parse_authzid (const char *authzid, const char *username, const char *domain)
{
  g_autoptr (XmppJid) jid = NULL;
  g_autoptr (XmppJid) home = NULL;

  if (authzid == NULL || *authzid == '\0' || g_strcmp0 (authzid, username) == 0)
    return g_strdup (username);

  jid = xmpp_jid_new (authzid, NULL);
  if (jid == NULL || xmpp_jid_get_resource (jid) != NULL)
    return NULL;

  if (domain != NULL)
    home = xmpp_jid_new_from_parts (xmpp_jid_get_local (jid), domain, NULL, NULL);
  if (home != NULL && xmpp_jid_get_local (jid) != NULL && xmpp_jid_equal (jid, home))
    return g_strdup (xmpp_jid_get_local (jid));

  return g_strdup (xmpp_jid_to_string (jid));
}

static gboolean
is_oneself (const char *authzid,
            const char *wanted,
            const char *username,
            const char *domain)
{
  g_autoptr (XmppJid) self = NULL;

  /* Of the same letters as the user's name, an address is somebody's all the same. */
  if (g_strcmp0 (wanted, username) == 0)
    return authzid == NULL || *authzid == '\0' || strchr (wanted, '@') == NULL;
  if (username == NULL || domain == NULL)
    return FALSE;

  /* The user name as it is prepared for a JID (RFC 7622 §3.3) */
  self = xmpp_jid_new_from_parts (username, domain, NULL, NULL);

  return self != NULL && g_strcmp0 (wanted, xmpp_jid_get_local (self)) == 0;
}

/* Where the proof needed no secret of the user, as with EXTERNAL, the authenticator has not
 * been asked whether there is such a user at all. */
static gboolean
is_unknown (const XmppSaslAsker *asker, XmppSaslSecrets *secrets)
{
  return xmpp_sasl_context_get_authenticator (asker->context) != NULL &&
         !asker->anonymous && !xmpp_sasl_secrets_was_asked (secrets);
}

/* @code, @refusal: the error where the answer is no */
static void
end_authorization (GObject *source,
                   GAsyncResult *result,
                   GTask *task,
                   XmppSaslError code,
                   const char *refusal)
{
  char *username = g_task_get_task_data (task);
  gboolean allowed = FALSE;
  GError *error = NULL;

  if (!xmpp_authenticator_ask_finish_verdict (XMPP_AUTHENTICATOR (source), result,
                                              &allowed, &error))
    g_task_return_error (task, error);
  else if (!allowed)
    g_task_return_new_error (task, XMPP_SASL_ERROR, (int) code, "%s", refusal);
  else
    g_task_return_pointer (task, g_strdup (username), g_free);
}

static void
authorized_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  end_authorization (source, result, task, XMPP_SASL_ERROR_INVALID_AUTHZID,
                     "The user may not act as the one that was asked for");
}

static void
admitted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  end_authorization (source, result, task, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                     "The user may not log in");
}

void
xmpp_sasl_authorize_async (const XmppSaslAsker *asker,
                           XmppSaslSecrets *secrets,
                           gpointer owner,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (owner, cancellable, callback, user_data);
  g_autofree char *username = xmpp_sasl_secrets_dup_username (secrets);
  g_autofree char *authzid = xmpp_sasl_secrets_dup_authzid (secrets);
  g_autofree char *wanted = NULL;
  const char *domain = xmpp_sasl_context_get_domain (asker->context);
  XmppAuthenticator *authenticator = xmpp_sasl_context_get_authenticator (asker->context);
  XmppAuthenticatorQuestion asked = {
    .kind = XMPP_AUTHENTICATOR_AUTHORIZE,
    .username = username,
    .domain = domain,
    .authzid = authzid,
    .peer_certificate = xmpp_sasl_context_get_peer_certificate (asker->context),
  };

  g_task_set_source_tag (task, xmpp_sasl_authorize_async);

  if ((username != NULL && !g_utf8_validate (username, -1, NULL)) ||
      (authzid != NULL && !g_utf8_validate (authzid, -1, NULL)))
    {
      g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                               "A name is not UTF-8");
      return;
    }

  if (username != NULL && *username == '\0')
    {
      g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                               "The user name is empty");
      return;
    }

  wanted = parse_authzid (authzid, username, domain);
  if (is_oneself (authzid, wanted, username, domain))
    {
      asked.authzid = NULL;
      if (!is_unknown (asker, secrets))
        {
          g_task_return_pointer (task, g_steal_pointer (&wanted), g_free);
          return;
        }
    }
  else if (wanted == NULL || username == NULL || authenticator == NULL)
    {
      g_task_return_new_error (task, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INVALID_AUTHZID,
                               "The authorization identity cannot be used");
      return;
    }

  g_task_set_task_data (task, g_steal_pointer (&wanted), g_free);
  xmpp_authenticator_ask_async (authenticator, &asked, cancellable,
                                asked.authzid != NULL ? authorized_cb : admitted_cb,
                                g_steal_pointer (&task));
}

gboolean
xmpp_sasl_authorize_finish (gpointer owner,
                            GAsyncResult *result,
                            char **username,
                            GError **error)
{
  GError *local_error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, owner), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_authorize_async),
                        FALSE);

  *username = g_task_propagate_pointer (G_TASK (result), &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }

  return TRUE;
}
