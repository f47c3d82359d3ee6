/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Server"

#include "config.h"

#include "server/xmpp-users-file.h"

#include "sasl/xmpp-memory-authenticator-private.h"
#include "server/xmpp-users-text.h"

/**
 * XmppUsersFile:
 *
 * An [class@Xmpp.Authenticator] whose users stand in a text file, in the group `[users]` of
 * a key file that may hold other groups:
 *
 * ```
 * [users]
 * alice@example.org=password
 * bob@example.org={SCRAM}sha-256:10000$…$…$… …
 * ```
 *
 * [method@Xmpp.MemoryAuthenticator.add_line] tells what a line may be. The second one comes
 * from `xmpp-tool hash`: with keys in place of the password, the file tells nobody how to log
 * in. A password that stands there itself is kept in memory as well, so that DIGEST-MD5 works.
 *
 * At each login it is looked whether the file has changed, and if so, it is read again, in
 * a thread. A file with a line that cannot be read does not count as a whole, so that no
 * user is missing without a word: the users as they were last read stay, until the file is
 * mended. A warning and [property@Xmpp.UsersFile:error] say which line it is. Another warning
 * tells of a file that others may read or change.
 *
 * Since: 1.0
 */
struct _XmppUsersFile
{
  XmppAuthenticator parent_instance;

  GFile *file;
  XmppMemoryAuthenticator *users; /* as last read */
  char *stamp;                    /* of the file that they are from */
  GError *error;                  /* of the file as it is now */
  gboolean reading;
  GPtrArray *waiting; /* requests */
};

G_DEFINE_FINAL_TYPE (XmppUsersFile, xmpp_users_file, XMPP_TYPE_AUTHENTICATOR)

enum
{
  PROP_FILE = 1,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* ---- The file ---- */

static void
take_error (XmppUsersFile *self, GError *error)
{
  gboolean same = error == NULL ? self->error == NULL
                                : self->error != NULL &&
                                      g_error_matches (error, self->error->domain,
                                                       self->error->code) &&
                                      g_str_equal (error->message, self->error->message);

  if (same)
    {
      g_clear_error (&error);
      return;
    }

  if (error != NULL)
    g_warning ("%s; the users as they were last read stay", error->message);
  g_clear_error (&self->error);
  self->error = error;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
take_text (XmppUsersFile *self, XmppUsersText *text)
{
  g_autoptr (XmppMemoryAuthenticator) users = NULL;
  g_autofree char *name = g_file_get_parse_name (self->file);

  if (text->lines == NULL)
    return;

  users = xmpp_memory_authenticator_new ();
  xmpp_memory_authenticator_set_keep_passwords (users, TRUE);
  g_object_bind_property (self, "decoy", users, "decoy", G_BINDING_SYNC_CREATE);
  for (guint i = 0; i < text->lines->len; i++)
    xmpp_memory_authenticator_add_parsed (users, g_ptr_array_index (text->lines, i));

  g_set_object (&self->users, users);
  g_free (self->stamp);
  self->stamp = g_steal_pointer (&text->stamp);

  if (text->open_to_others)
    g_warning ("%s: others may read or change this file, which tells how users log in",
               name);
}

typedef struct
{
  GFile *file;
  char *stamp;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_clear_object (&reading->file);
  g_free (reading->stamp);
  g_free (reading);
}

static void
read_in_thread (GTask *task,
                gpointer source,
                gpointer task_data,
                GCancellable *cancellable)
{
  Reading *reading = task_data;
  GError *error = NULL;
  XmppUsersText *text = NULL;

  if (reading->file != NULL)
    text = xmpp_users_text_read (reading->file, reading->stamp, &error);
  else
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no file");

  if (text != NULL)
    g_task_return_pointer (task, text, (GDestroyNotify) xmpp_users_text_free);
  else
    g_task_return_error (task, error);
}

static void
answer (XmppUsersFile *self, XmppAuthenticatorRequest *request)
{
  XmppAuthenticator *users = XMPP_AUTHENTICATOR (self->users);
  XmppAuthenticatorClass *klass = XMPP_AUTHENTICATOR_GET_CLASS (users);

  switch (xmpp_authenticator_request_get_kind (request))
    {
    case XMPP_AUTHENTICATOR_LOOKUP:
      klass->lookup (users, request);
      break;
    case XMPP_AUTHENTICATOR_VERIFY:
      klass->verify (users, request);
      break;
    case XMPP_AUTHENTICATOR_AUTHORIZE:
      klass->authorize (users, request);
      break;
    }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  XmppUsersFile *self = XMPP_USERS_FILE (source);
  g_autoptr (XmppUsersText) text = NULL;
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);
  GError *error = NULL;

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->reading = FALSE;
  text = g_task_propagate_pointer (G_TASK (result), &error);
  if (text != NULL)
    take_text (self, text);
  take_error (self, error);

  for (guint i = 0; i < waiting->len; i++)
    answer (self, g_ptr_array_index (waiting, i));
}

static gboolean
xmpp_users_file_ask (XmppAuthenticator *authenticator, XmppAuthenticatorRequest *request)
{
  XmppUsersFile *self = XMPP_USERS_FILE (authenticator);
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  g_ptr_array_add (self->waiting, g_object_ref (request));
  if (self->reading)
    return TRUE;

  self->reading = TRUE;
  reading = g_new0 (Reading, 1);
  g_set_object (&reading->file, self->file);
  reading->stamp = g_strdup (self->stamp);
  task = g_task_new (self, NULL, read_cb, NULL);
  g_task_set_source_tag (task, xmpp_users_file_ask);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_in_thread);

  return TRUE;
}

/* ---- The object ---- */

static void
xmpp_users_file_finalize (GObject *object)
{
  XmppUsersFile *self = XMPP_USERS_FILE (object);

  g_clear_object (&self->file);
  g_clear_object (&self->users);
  g_free (self->stamp);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->waiting);

  G_OBJECT_CLASS (xmpp_users_file_parent_class)->finalize (object);
}

static void
xmpp_users_file_get_property (GObject *object,
                              guint prop_id,
                              GValue *value,
                              GParamSpec *pspec)
{
  XmppUsersFile *self = XMPP_USERS_FILE (object);

  if (prop_id == PROP_FILE)
    g_value_set_object (value, self->file);
  else
    g_value_set_boxed (value, self->error);
}

static void
xmpp_users_file_set_property (GObject *object,
                              guint prop_id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  XMPP_USERS_FILE (object)->file = g_value_dup_object (value);
}

static void
xmpp_users_file_class_init (XmppUsersFileClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  XmppAuthenticatorClass *authenticator_class = XMPP_AUTHENTICATOR_CLASS (klass);

  object_class->finalize = xmpp_users_file_finalize;
  object_class->get_property = xmpp_users_file_get_property;
  object_class->set_property = xmpp_users_file_set_property;

  authenticator_class->lookup = xmpp_users_file_ask;
  authenticator_class->verify = xmpp_users_file_ask;
  authenticator_class->authorize = xmpp_users_file_ask;

  /**
   * XmppUsersFile:file:
   *
   * Where the users stand. An object that is made with this property, and not by
   * [ctor@Xmpp.UsersFile.new], reads the file at the first login.
   *
   * Since: 1.0
   */
  properties[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE,
                                               G_PARAM_READWRITE |
                                                   G_PARAM_CONSTRUCT_ONLY |
                                                   G_PARAM_STATIC_STRINGS);
  /**
   * XmppUsersFile:error:
   *
   * Why the file as it is now does not count: it is away, or it has a line that cannot be
   * read. %NULL: it does.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_users_file_init (XmppUsersFile *self)
{
  self->users = xmpp_memory_authenticator_new ();
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * xmpp_users_file_new:
 * @file: a key file with a group `[users]`
 * @error: return location for an error
 *
 * Reads users from a file. This blocks as long as the file takes to be read, so that what is
 * wrong with it is known at once; later changes are read in a thread.
 *
 * Returns: (transfer full): an authenticator; %NULL with the errors of [iface@Gio.File], or
 *   %G_IO_ERROR_INVALID_DATA, which names the line and its user
 *
 * Since: 1.0
 */
XmppUsersFile *
xmpp_users_file_new (GFile *file, GError **error)
{
  g_autoptr (XmppUsersFile) self = NULL;
  g_autoptr (XmppUsersText) text = NULL;

  g_return_val_if_fail (G_IS_FILE (file), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  text = xmpp_users_text_read (file, NULL, error);
  if (text == NULL)
    return NULL;

  self = g_object_new (XMPP_TYPE_USERS_FILE, "file", file, NULL);
  take_text (self, text);

  return g_steal_pointer (&self);
}

/**
 * xmpp_users_file_get_file:
 * @users_file: an authenticator
 *
 * Gets the file.
 *
 * Returns: (transfer none) (nullable): where the users stand
 *
 * Since: 1.0
 */
GFile *
xmpp_users_file_get_file (XmppUsersFile *users_file)
{
  g_return_val_if_fail (XMPP_IS_USERS_FILE (users_file), NULL);

  return users_file->file;
}

/**
 * xmpp_users_file_get_error:
 * @users_file: an authenticator
 *
 * Tells why the file as it is now does not count.
 *
 * Returns: (nullable): what is wrong with it; %NULL: nothing
 *
 * Since: 1.0
 */
const GError *
xmpp_users_file_get_error (XmppUsersFile *users_file)
{
  g_return_val_if_fail (XMPP_IS_USERS_FILE (users_file), NULL);

  return users_file->error;
}
