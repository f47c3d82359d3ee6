/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-secrets.h"

#include "core/xmpp-error.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-credential-private.h"

#include <string.h>

struct _XmppSaslSecrets
{
  GMutex mutex;

  XmppCredential *credential;
  gboolean server;
  char *local;

  char *username;
  char *authzid;

  XmppSaslNeed *need;
  GHashTable *asked;   /* fields that somebody was asked for */
  GHashTable *answers; /* server role: field → value */
  XmppSaslNeed *judged;
  gboolean judged_right;

  GHashTable *used;
  GHashTable *kept;
};

/* These say who, or where a proof is; all others are a proof. */
static const char *const naming_fields[] = { "username",  "authzid", "realm",
                                             "principal", "ccache",  "client-keytab",
                                             "trace",     NULL };

gboolean
xmpp_sasl_field_names_somebody (const char *field)
{
  return g_strv_contains (naming_fields, field);
}

static GHashTable *
new_secret_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                (GDestroyNotify) xmpp_secret_free);
}

void
xmpp_sasl_need_free (XmppSaslNeed *need)
{
  g_free (need->field);
  g_clear_pointer (&need->value, xmpp_secret_free);
  g_free (need);
}

static XmppSaslNeed *
need_new (const char *field, const char *value)
{
  XmppSaslNeed *need = g_new0 (XmppSaslNeed, 1);

  need->field = g_strdup (field);
  need->value = xmpp_secret_dup (value);

  return need;
}

XmppSaslSecrets *
xmpp_sasl_secrets_new (XmppCredential *credential, gboolean server)
{
  XmppSaslSecrets *self = g_new0 (XmppSaslSecrets, 1);

  g_mutex_init (&self->mutex);
  g_set_object (&self->credential, credential);
  self->server = server;
  self->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->answers = new_secret_table ();
  self->kept = new_secret_table ();

  return self;
}

void
xmpp_sasl_secrets_free (XmppSaslSecrets *self)
{
  g_mutex_clear (&self->mutex);
  g_clear_object (&self->credential);
  g_free (self->local);
  g_free (self->username);
  g_free (self->authzid);
  g_clear_pointer (&self->need, xmpp_sasl_need_free);
  g_clear_pointer (&self->judged, xmpp_sasl_need_free);
  g_hash_table_unref (self->asked);
  g_hash_table_unref (self->used);
  g_hash_table_unref (self->answers);
  g_hash_table_unref (self->kept);
  g_free (self);
}

void
xmpp_sasl_secrets_set_local (XmppSaslSecrets *self, const char *local)
{
  g_mutex_lock (&self->mutex);
  g_free (self->local);
  self->local = g_strdup (local);
  g_mutex_unlock (&self->mutex);
}

static char *
dup_value_locked (XmppSaslSecrets *self, const char *field)
{
  char *value = NULL;

  if (self->server)
    return xmpp_secret_dup (g_hash_table_lookup (self->answers, field));

  if (self->credential != NULL)
    value = xmpp_credential_dup_field (self->credential, field);
  if (value == NULL && g_str_equal (field, "username"))
    value = g_strdup (self->local);

  return value;
}

static void
set_need_locked (XmppSaslSecrets *self, const char *field, const char *value)
{
  g_clear_pointer (&self->need, xmpp_sasl_need_free);
  self->need = need_new (field, value);
}

static gboolean
check_identity_locked (XmppSaslSecrets *self, GError **error)
{
  if (!self->server || self->username != NULL)
    return TRUE;

  g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                       "The mechanism did not say whose secret it needs");
  return FALSE;
}

char *
xmpp_sasl_secrets_get (XmppSaslSecrets *self, const char *field, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  char *value;

  if (!check_identity_locked (self, error))
    return NULL;

  value = dup_value_locked (self, field);
  if (value != NULL)
    {
      g_hash_table_add (self->used, g_strdup (field));
      return value;
    }

  if (g_hash_table_contains (self->asked, field))
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "The %s was asked for, and not given", field);
      return NULL;
    }

  set_need_locked (self, field, NULL);
  g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL,
               "The %s is needed", field);

  return NULL;
}

char *
xmpp_sasl_secrets_peek (XmppSaslSecrets *self, const char *field)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  char *value = dup_value_locked (self, field);

  if (value != NULL)
    g_hash_table_add (self->used, g_strdup (field));

  return value;
}

static gboolean
is_judged_locked (XmppSaslSecrets *self, const char *field, const char *value)
{
  if (self->judged == NULL || !g_str_equal (self->judged->field, field))
    return FALSE;

  return xmpp_secret_equal_text (self->judged->value, value);
}

gboolean
xmpp_sasl_secrets_verify (XmppSaslSecrets *self,
                          const char *field,
                          const char *value,
                          GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!self->server)
    {
      g_set_error_literal (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_INTERNAL,
                           "Only the server side of a mechanism verifies secrets");
      return FALSE;
    }
  if (!check_identity_locked (self, error))
    return FALSE;

  if (!is_judged_locked (self, field, value))
    {
      set_need_locked (self, field, value);
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL,
                   "The %s is to be verified", field);
      return FALSE;
    }

  if (!self->judged_right)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                   "The %s is not right", field);
      return FALSE;
    }

  return TRUE;
}

void
xmpp_sasl_secrets_keep (XmppSaslSecrets *self, const char *field, const char *value)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_replace (self->kept, g_strdup (field), xmpp_secret_dup (value));
  g_mutex_unlock (&self->mutex);
}

void
xmpp_sasl_secrets_set_identity (XmppSaslSecrets *self,
                                const char *username,
                                const char *authzid)
{
  g_mutex_lock (&self->mutex);

  /* The answers are about the user that was asked for. */
  if (g_strcmp0 (self->username, username) != 0)
    {
      g_hash_table_remove_all (self->asked);
      g_hash_table_remove_all (self->answers);
      g_clear_pointer (&self->judged, xmpp_sasl_need_free);
      g_free (self->username);
      self->username = g_strdup (username);
    }
  g_free (self->authzid);
  self->authzid = g_strdup (authzid);

  g_mutex_unlock (&self->mutex);
}

XmppSaslNeed *
xmpp_sasl_secrets_take_need (XmppSaslSecrets *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_steal_pointer (&self->need);
}

void
xmpp_sasl_secrets_answer (XmppSaslSecrets *self, const char *field, const char *value)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_add (self->asked, g_strdup (field));
  if (value != NULL)
    g_hash_table_replace (self->answers, g_strdup (field), xmpp_secret_dup (value));
  g_mutex_unlock (&self->mutex);
}

void
xmpp_sasl_secrets_answer_verdict (XmppSaslSecrets *self,
                                  const XmppSaslNeed *need,
                                  gboolean right)
{
  g_mutex_lock (&self->mutex);
  g_clear_pointer (&self->judged, xmpp_sasl_need_free);
  self->judged = need_new (need->field, need->value);
  self->judged_right = right;
  g_mutex_unlock (&self->mutex);
}

gboolean
xmpp_sasl_secrets_has (XmppSaslSecrets *self, const char *field)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  xmpp_autosecret char *value = dup_value_locked (self, field);

  return value != NULL;
}

gboolean
xmpp_sasl_secrets_was_asked (XmppSaslSecrets *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_size (self->asked) > 0 || self->judged != NULL;
}

char *
xmpp_sasl_secrets_dup_username (XmppSaslSecrets *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->server)
    return g_strdup (self->username);

  return dup_value_locked (self, "username");
}

char *
xmpp_sasl_secrets_dup_authzid (XmppSaslSecrets *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (self->authzid);
}

GStrv
xmpp_sasl_secrets_list_used (XmppSaslSecrets *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer field;

  g_hash_table_iter_init (&iter, self->used);
  while (g_hash_table_iter_next (&iter, &field, NULL))
    if (!xmpp_sasl_field_names_somebody (field))
      g_strv_builder_add (builder, field);

  return g_strv_builder_end (builder);
}

void
xmpp_sasl_secrets_hand_over (XmppSaslSecrets *self)
{
  g_autoptr (GHashTable) kept = NULL;
  GHashTableIter iter;
  gpointer field, value;

  /* Handlers run without the lock. */
  g_mutex_lock (&self->mutex);
  kept = g_steal_pointer (&self->kept);
  self->kept = new_secret_table ();
  g_mutex_unlock (&self->mutex);

  if (self->credential == NULL)
    return;

  g_hash_table_iter_init (&iter, kept);
  while (g_hash_table_iter_next (&iter, &field, &value))
    xmpp_credential_obtain (self->credential, field, value);
}
