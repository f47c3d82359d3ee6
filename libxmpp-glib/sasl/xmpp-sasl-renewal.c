/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-renewal.h"

#include "core/xmpp-error.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-credential-private.h"
#include "sasl/xmpp-sasl-mechanism-private.h"
#include "sasl/xmpp-sasl-refusal.h"

/* Task data: what is asked for, and the values that were refused */
typedef struct
{
  GPtrArray *fields; /* NULL-terminated */
  GHashTable *refused;
} Renewal;

static void
renewal_free (gpointer data)
{
  Renewal *renewal = data;

  g_ptr_array_unref (renewal->fields);
  g_hash_table_unref (renewal->refused);
  g_free (renewal);
}

static Renewal *
renewal_new (void)
{
  Renewal *renewal = g_new0 (Renewal, 1);

  renewal->fields = g_ptr_array_new_with_free_func (g_free);
  renewal->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify) xmpp_secret_free);

  return renewal;
}

static gboolean
is_different (Renewal *renewal, XmppCredential *credential)
{
  for (guint i = 0; g_ptr_array_index (renewal->fields, i) != NULL; i++)
    {
      const char *field = g_ptr_array_index (renewal->fields, i);
      xmpp_autosecret char *value = xmpp_credential_dup_field (credential, field);

      if (value != NULL &&
          !xmpp_secret_equal_text (value, g_hash_table_lookup (renewal->refused, field)))
        return TRUE;
    }

  return FALSE;
}

/* Where only derived keys were refused and the password is there, that is another secret. */
static gboolean
has_what_keys_came_from (XmppCredential *credential, const char *const *fields)
{
  gboolean any = FALSE;

  for (guint i = 0; fields[i] != NULL; i++)
    {
      if (g_str_equal (fields[i], "username"))
        continue;
      if (!xmpp_credential_has_field (credential, fields[i]))
        return FALSE;
      any = TRUE;
    }

  return any;
}

/* What nobody can be asked for was derived: it is of no use any more. Returns whether
 * nothing but derived secrets was used. */
static gboolean
tell_refused (Renewal *renewal,
              XmppSaslMechanism *mechanism,
              const char *const *askable,
              XmppCredential *credential)
{
  g_auto (GStrv) used = xmpp_sasl_mechanism_list_used (mechanism);
  gboolean any_derived = FALSE;

  for (guint i = 0; used[i] != NULL; i++)
    {
      gboolean derived = !g_strv_contains (askable, used[i]);

      any_derived |= derived;
      if (!derived)
        {
          g_ptr_array_add (renewal->fields, g_strdup (used[i]));
          g_hash_table_replace (renewal->refused, g_strdup (used[i]),
                                xmpp_credential_dup_field (credential, used[i]));
        }
      else
        xmpp_credential_set_field (credential, used[i], NULL);
      xmpp_credential_reject (credential, used[i]);
    }

  return any_derived && renewal->fields->len == 0;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  XmppCredential *credential = XMPP_CREDENTIAL (source);
  Renewal *renewal = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  xmpp_credential_ask_finish (credential, result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, error == NULL && is_different (renewal, credential));
}

static void
ask (GTask *task, const XmppCredentialQuestion *question)
{
  XmppSaslMechanism *mechanism = g_task_get_source_object (task);
  XmppCredential *credential = xmpp_sasl_mechanism_get_credential (mechanism);
  GCancellable *cancellable = g_task_get_cancellable (task);

  xmpp_credential_ask_async (credential, question, cancellable, answered_cb, task);
}

void
xmpp_sasl_renew_async (XmppSaslMechanism *mechanism,
                       XmppSaslMechanismInfo *info,
                       const char *username,
                       XmppCredentialReason reason,
                       gboolean may_retry,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (mechanism, cancellable, callback, user_data);
  XmppCredential *credential = xmpp_sasl_mechanism_get_credential (mechanism);
  const char *const *askable = xmpp_sasl_mechanism_info_get_fields (info);
  Renewal *renewal = renewal_new ();
  g_autoptr (GHashTable) explanation = xmpp_sasl_mechanism_dup_explanation (mechanism);
  XmppCredentialQuestion question = {
    .mechanism = xmpp_sasl_mechanism_info_get_name (info),
    .username = username,
    .reason = reason,
    .asked = xmpp_sasl_mechanism_get_asker (mechanism).asked,
    .scope = g_hash_table_lookup (explanation, XMPP_SASL_REFUSAL_SCOPE),
    .openid_configuration =
        g_hash_table_lookup (explanation, XMPP_SASL_REFUSAL_OPENID_CONFIGURATION),
  };
  gboolean only_derived;

  g_task_set_source_tag (task, xmpp_sasl_renew_async);
  g_task_set_task_data (task, renewal, renewal_free);

  only_derived = tell_refused (renewal, mechanism, askable, credential);
  if (!may_retry)
    {
      g_task_return_boolean (task, FALSE);
      return;
    }
  if (only_derived && has_what_keys_came_from (credential, askable))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  for (guint i = 0; only_derived && askable[i] != NULL; i++)
    if (!g_str_equal (askable[i], "username"))
      g_ptr_array_add (renewal->fields, g_strdup (askable[i]));
  g_ptr_array_add (renewal->fields, NULL);

  if (renewal->fields->len == 1)
    {
      g_task_return_boolean (task, FALSE);
      return;
    }

  question.fields = (const char *const *) renewal->fields->pdata;
  ask (g_steal_pointer (&task), &question);
}

gboolean
xmpp_sasl_renew_finish (XmppSaslMechanism *mechanism,
                        GAsyncResult *result,
                        GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, mechanism), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_sasl_renew_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
