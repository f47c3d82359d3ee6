/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Sasl"

#include "config.h"

#include "sasl/xmpp-accounts.h"

#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-account-line.h"
#include "sasl/xmpp-sasl-worker.h"
#include "sasl/xmpp-scram-keys.h"

typedef struct
{
  char *jid;
  GHashTable *fields;
  char *password; /* that is to become keys; NULL: none */
} Account;

struct _XmppAccounts
{
  gatomicrefcount ref_count;
  GMutex mutex;
  GHashTable *table; /* bare JID → Account */
  const char *form_field;
  guint form_iterations;

  GQueue pending; /* Account */
  gboolean working;
  gboolean closed;
  GPtrArray *waiting; /* GTask */
};

static void
account_clear (gpointer data)
{
  Account *account = data;

  g_free (account->jid);
  g_hash_table_unref (account->fields);
  xmpp_secret_free (account->password);
}

static void
account_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, account_clear);
}

static Account *
account_new (const char *jid)
{
  Account *account = g_atomic_rc_box_new0 (Account);

  account->jid = g_strdup (jid);
  account->fields = xmpp_account_fields_new ();

  return account;
}

XmppAccounts *
xmpp_accounts_new (void)
{
  XmppAccounts *self = g_new0 (XmppAccounts, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->table = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, account_unref);
  g_queue_init (&self->pending);
  self->waiting = g_ptr_array_new ();

  return self;
}

static void
accounts_unref (gpointer data)
{
  XmppAccounts *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->mutex);
  g_hash_table_unref (self->table);
  g_queue_clear_full (&self->pending, account_unref);
  g_ptr_array_unref (self->waiting);
  g_free (self);
}

void
xmpp_accounts_close (XmppAccounts *self)
{
  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_mutex_unlock (&self->mutex);

  accounts_unref (self);
}

/* ---- Keys ---- */

static void
set_locked (XmppAccounts *self, Account *account, const char *field, const char *value)
{
  guint iterations;

  g_hash_table_insert (account->fields, g_strdup (field), xmpp_secret_dup (value));
  if (self->form_field != NULL || !xmpp_scram_keys_are_valid (field, value, &iterations))
    return;

  self->form_field = g_intern_string (field);
  self->form_iterations = iterations;
}

/* What has no keys afterwards cannot log in with a password. */
static void
derive (XmppAccounts *self, Account *account, const char *password)
{
  for (guint i = 0; xmpp_scram_keys_fields[i] != NULL; i++)
    {
      const char *field = xmpp_scram_keys_fields[i];
      g_autoptr (GError) error = NULL;
      xmpp_autosecret char *keys = xmpp_scram_keys_derive (field, password, NULL, &error);

      if (keys == NULL)
        {
          g_warning ("There are no %s of %s: %s", field, account->jid, error->message);
          continue;
        }

      g_mutex_lock (&self->mutex);
      set_locked (self, account, field, keys);
      g_mutex_unlock (&self->mutex);
    }
}

/* The next one; NULL: there is none, and @waiting gets those who waited for that */
static Account *
take_pending (XmppAccounts *self, GPtrArray **waiting)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Account *account = self->closed ? NULL : g_queue_pop_head (&self->pending);

  if (account != NULL)
    return account;

  self->working = FALSE;
  *waiting = self->waiting;
  self->waiting = g_ptr_array_new ();

  return NULL;
}

static gboolean
woken_cb (gpointer user_data)
{
  g_task_return_boolean (user_data, TRUE);

  return G_SOURCE_REMOVE;
}

/* The task's last reference goes in its own thread, and with it what it belongs to. */
static void
wake (GTask *task)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_static_name (source, "[xmpp] keys are derived");
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, woken_cb, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

static void
work (gpointer data, gpointer user_data)
{
  XmppAccounts *self = data;
  g_autoptr (GPtrArray) waiting = NULL;
  Account *account;

  while ((account = take_pending (self, &waiting)) != NULL)
    {
      char *password;

      /* Nobody else looks at it while it is to become keys. */
      derive (self, account, account->password);

      g_mutex_lock (&self->mutex);
      password = g_steal_pointer (&account->password);
      g_mutex_unlock (&self->mutex);

      xmpp_secret_free (password);
      account_unref (account);
    }

  for (guint i = 0; i < waiting->len; i++)
    wake (g_ptr_array_index (waiting, i));
}

void
xmpp_accounts_wait (XmppAccounts *self, GTask *task)
{
  gboolean working;

  g_mutex_lock (&self->mutex);
  working = self->working;
  if (working)
    g_ptr_array_add (self->waiting, task);
  g_mutex_unlock (&self->mutex);

  if (working)
    return;

  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* ---- The users ---- */

void
xmpp_accounts_add (XmppAccounts *self,
                   const char *jid,
                   const char *password,
                   gboolean keep)
{
  Account *account = account_new (jid);
  gboolean start = FALSE;

  g_mutex_lock (&self->mutex);
  g_hash_table_replace (self->table, account->jid, account);

  if (password != NULL && keep)
    {
      set_locked (self, account, "password", password);
    }
  else if (password != NULL)
    {
      account->password = xmpp_secret_dup (password);
      g_queue_push_tail (&self->pending, g_atomic_rc_box_acquire (account));
      start = !self->working;
      self->working = TRUE;
    }
  g_mutex_unlock (&self->mutex);

  if (start)
    {
      g_atomic_ref_count_inc (&self->ref_count);
      xmpp_sasl_worker_run (work, accounts_unref, self);
    }
}

void
xmpp_accounts_set (XmppAccounts *self,
                   const char *jid,
                   const char *field,
                   const char *value)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Account *account = g_hash_table_lookup (self->table, jid);

  if (account == NULL && value == NULL)
    return;

  if (account == NULL)
    {
      account = account_new (jid);
      g_hash_table_insert (self->table, account->jid, account);
    }

  if (value != NULL)
    set_locked (self, account, field, value);
  else
    g_hash_table_remove (account->fields, field);
}

gboolean
xmpp_accounts_remove (XmppAccounts *self, const char *jid)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_remove (self->table, jid);
}

gboolean
xmpp_accounts_has (XmppAccounts *self, const char *jid)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_contains (self->table, jid);
}

char *
xmpp_accounts_dup (XmppAccounts *self, const char *jid, const char *field)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Account *account = g_hash_table_lookup (self->table, jid);

  return account != NULL ? xmpp_secret_dup (g_hash_table_lookup (account->fields, field))
                         : NULL;
}

const char *
xmpp_accounts_get_form (XmppAccounts *self, guint *iterations)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  *iterations = self->form_iterations;
  return self->form_field;
}
