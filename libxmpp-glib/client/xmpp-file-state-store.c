/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Client"

#include "config.h"

#include "client/xmpp-file-state-store.h"

#include "client/xmpp-state-file.h"

#include "core/xmpp-property.h"
#include "core/xmpp-secret-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * XmppFileStateStore:
 *
 * A state store that outlasts the process: one file for each account in a directory, or, for
 * a program that has one account, one file. What is in there is as good as a password. A file
 * is made so that only its owner can read it, and replaced as a whole: who reads it while
 * somebody writes, or after a crash, finds the old state or the new one. Of two programs that
 * save the same account the last one wins.
 *
 * A file that cannot be trusted is ignored, with a warning: one that is damaged or of another
 * version, longer than 64 KiB, a symbolic link or no regular file, one that belongs to
 * somebody else, that others can write to, or that has a second name. The login goes on as
 * the first one does, and then replaces it. A file that cannot be read at this moment is
 * another matter: that is an error, and what is in it is kept.
 *
 * Reading and writing happen in a thread of their own, one request after the other.
 *
 * ```python
 * client.props.state_store = Xmpp.FileStateStore.new (directory)
 * ```
 *
 * Since: 1.0
 */
struct _XmppFileStateStore
{
  XmppStateStore parent_instance;

  char *directory; /* NULL: one file */
  char *file;
  GThreadPool *pool; /* of one thread: requests are answered in their order */
};

G_DEFINE_FINAL_TYPE (XmppFileStateStore, xmpp_file_state_store, XMPP_TYPE_STATE_STORE)

enum
{
  PROP_DIRECTORY = 1,
  PROP_FILE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What each property is */
static const gsize members[N_PROPS] = {
  [PROP_DIRECTORY] = G_STRUCT_OFFSET (XmppFileStateStore, directory),
  [PROP_FILE] = G_STRUCT_OFFSET (XmppFileStateStore, file),
};

/* One load or save, in the hands of one thread after the other */
typedef struct
{
  XmppFileStateStore *store;
  XmppStoreRequest *request;
  GMainContext *context; /* where the request is answered */
  gboolean is_load;
  char *account;
  char *path;
  GBytes *contents; /* saving; NULL: forget */
  gboolean is_open_to_others;

  /* What came of it */
  GVariant *state;
  char *complaint; /* what the owner of the file should know; nullable */
  GError *error;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->request);
  g_object_unref (job->store);
  g_main_context_unref (job->context);
  g_free (job->account);
  g_free (job->path);
  g_clear_pointer (&job->contents, g_bytes_unref);
  g_clear_pointer (&job->state, g_variant_unref);
  g_free (job->complaint);
  g_clear_error (&job->error);
  g_free (job);
}

static gboolean
answer_cb (gpointer user_data)
{
  Job *job = user_data;

  if (job->complaint != NULL)
    g_warning ("%s", job->complaint);

  if (job->error != NULL)
    xmpp_store_request_fail (job->request, job->error);
  else
    xmpp_store_request_reply (job->request, job->state);

  return G_SOURCE_REMOVE;
}

/* ---- In the thread ---- */

static gboolean
fail_system (const Job *job, const char *what, GError **error)
{
  int saved_errno = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "%s: %s: %s",
               job->path, what, g_strerror (saved_errno));

  return FALSE;
}

static gboolean
distrust (const char *why, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, why);

  return FALSE;
}

/* In a directory that others can write to they could put another of our files in the place of
 * this one. */
static gboolean
check_directory (const Job *job, GError **error)
{
  const char *directory = job->store->directory;
  struct stat status;

  if (directory == NULL)
    return TRUE;
  if (stat (directory, &status) != 0)
    return fail_system (job, "its directory", error);

  if (status.st_uid != geteuid () && status.st_uid != 0)
    return distrust ("its directory belongs to somebody else", error);
  if ((status.st_mode & 022) != 0 && (status.st_mode & S_ISVTX) == 0)
    return distrust ("others can write to its directory", error);

  return TRUE;
}

static gboolean
check_file (const struct stat *status, GError **error)
{
  if (!S_ISREG (status->st_mode))
    return distrust ("it is not a regular file", error);
  if (status->st_uid != geteuid ())
    return distrust ("it belongs to somebody else", error);
  if ((status->st_mode & 022) != 0)
    return distrust ("others can write to it", error);
  /* None at all: it was replaced a moment ago. */
  if (status->st_nlink > 1)
    return distrust ("it has a second name", error);
  if (status->st_size > XMPP_STATE_FILE_MAX_BYTES)
    return distrust ("it is too long", error);

  return TRUE;
}

static GBytes *
read_all (const Job *job, int fd, GError **error)
{
  guint8 *data = g_malloc (XMPP_STATE_FILE_MAX_BYTES);
  gsize length = 0;
  gssize n = 0;

  while (length < XMPP_STATE_FILE_MAX_BYTES)
    {
      n = read (fd, data + length, XMPP_STATE_FILE_MAX_BYTES - length);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      length += n;
    }
  if (n >= 0)
    return xmpp_secret_bytes_new_take (data, length);

  fail_system (job, "reading", error);
  xmpp_secret_wipe (data, length);
  g_free (data);

  return NULL;
}

/* NULL without an error: there is no file. INVALID_DATA: there is one that is not to be
 * believed */
static GBytes *
read_file (Job *job, GError **error)
{
  GBytes *contents = NULL;
  struct stat status;
  int fd = open (job->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    {
      if (errno == ELOOP)
        distrust ("it is a symbolic link", error);
      else if (errno != ENOENT)
        fail_system (job, "opening", error);
      return NULL;
    }

  if (fstat (fd, &status) != 0)
    fail_system (job, "looking at it", error);
  else if (check_directory (job, error) && check_file (&status, error))
    contents = read_all (job, fd, error);
  close (fd);

  job->is_open_to_others = contents != NULL && (status.st_mode & 044) != 0;
  return contents;
}

static GVariant *
load_state (Job *job, char **account, GError **error)
{
  g_autoptr (GBytes) contents = read_file (job, error);

  return contents != NULL ? xmpp_state_file_parse (contents, account, error) : NULL;
}

static void
load (Job *job)
{
  g_autoptr (GVariant) state = NULL;
  g_autofree char *account = NULL;
  g_autoptr (GError) error = NULL;

  state = load_state (job, &account, &error);
  if (state != NULL && !g_str_equal (account, job->account))
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is that of %s",
                 account);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    job->complaint =
        g_strdup_printf ("The state file %s is ignored: %s", job->path, error->message);
  else if (error != NULL)
    job->error = g_steal_pointer (&error);
  else
    {
      if (job->is_open_to_others)
        job->complaint =
            g_strdup_printf ("Others can read %s, which is as good as a password",
                             job->path);
      job->state = g_steal_pointer (&state);
    }
}

/* What has the name now is going to be replaced: not a device, not what cannot be read at this
 * moment, and not what is known of another account. */
static gboolean
check_may_replace (Job *job, GError **error)
{
  g_autoptr (GVariant) state = NULL;
  g_autofree char *account = NULL;
  g_autoptr (GError) distrusted = NULL;
  struct stat status;

  if (lstat (job->path, &status) != 0)
    return errno == ENOENT || fail_system (job, "looking at it", error);
  if (!S_ISREG (status.st_mode) && !S_ISLNK (status.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                   "%s is not a regular file", job->path);
      return FALSE;
    }

  state = load_state (job, &account, &distrusted);
  if (distrusted != NULL &&
      !g_error_matches (distrusted, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    {
      g_propagate_error (error, g_steal_pointer (&distrusted));
      return FALSE;
    }
  if (state != NULL && !g_str_equal (account, job->account))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                   "%s is the state file of %s: use another one", job->path, account);
      return FALSE;
    }

  return TRUE;
}

/* So that the new name is still there after a crash. Not every file system can do that. */
static void
sync_directory (const Job *job)
{
  g_autofree char *directory = g_path_get_dirname (job->path);
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;

  fsync (fd);
  close (fd);
}

static gboolean
write_file (const Job *job, GError **error)
{
  static const GFileSetContentsFlags flags = G_FILE_SET_CONTENTS_CONSISTENT |
                                             G_FILE_SET_CONTENTS_DURABLE;

  if (job->contents == NULL)
    return unlink (job->path) == 0 || errno == ENOENT ||
           fail_system (job, "removing", error);

  return g_file_set_contents_full (job->path, g_bytes_get_data (job->contents, NULL),
                                   g_bytes_get_size (job->contents), flags, 0600, error);
}

static void
save (Job *job)
{
  const char *directory = job->store->directory;

  if (directory != NULL && job->contents != NULL &&
      g_mkdir_with_parents (directory, 0700) != 0)
    fail_system (job, "making its directory", &job->error);
  else if (check_may_replace (job, &job->error) &&
           (job->contents == NULL || check_directory (job, &job->error)) &&
           write_file (job, &job->error))
    sync_directory (job);
}

static void
run_job (gpointer data, gpointer user_data)
{
  Job *job = data;
  GCancellable *cancellable = xmpp_store_request_get_cancellable (job->request);
  g_autoptr (GSource) source = g_idle_source_new ();

  if (!g_cancellable_set_error_if_cancelled (cancellable, &job->error))
    {
      if (job->is_load)
        load (job);
      else
        save (job);
    }

  /* From there on the job is out of our hands. */
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[xmpp] state file");
  g_source_set_callback (source, answer_cb, job, job_free);
  g_source_attach (source, job->context);
}

/* ---- Requests ---- */

static char *
make_path (XmppFileStateStore *self, const char *account)
{
  g_autofree char *hash = NULL;
  g_autofree char *name = NULL;

  if (self->directory == NULL)
    return g_strdup (self->file);

  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, account, -1);
  name = g_strconcat (hash, ".state", NULL);

  return g_build_filename (self->directory, name, NULL);
}

static gboolean
start (XmppFileStateStore *self, XmppStoreRequest *request, gboolean is_load)
{
  const char *account = xmpp_store_request_get_account (request);
  GVariant *state = xmpp_store_request_get_state (request);
  g_autofree char *path = make_path (self, account);
  g_autoptr (GBytes) contents = NULL;
  g_autoptr (GError) error = NULL;
  Job *job;

  if (path == NULL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         "The state store was made without a directory or a file");
  else if (state != NULL)
    contents = xmpp_state_file_build (account, state, &error);
  if (error != NULL)
    {
      xmpp_store_request_fail (request, error);
      return TRUE;
    }

  job = g_new0 (Job, 1);
  job->store = g_object_ref (self);
  job->request = g_object_ref (request);
  job->context = g_main_context_ref_thread_default ();
  job->is_load = is_load;
  job->account = g_strdup (account);
  job->path = g_steal_pointer (&path);
  job->contents = g_steal_pointer (&contents);

  /* An error says that there is no new thread now; the job is in the queue nevertheless. */
  g_thread_pool_push (self->pool, job, NULL);

  return TRUE;
}

static gboolean
xmpp_file_state_store_load (XmppStateStore *store, XmppStoreRequest *request)
{
  return start (XMPP_FILE_STATE_STORE (store), request, TRUE);
}

static gboolean
xmpp_file_state_store_save (XmppStateStore *store, XmppStoreRequest *request)
{
  return start (XMPP_FILE_STATE_STORE (store), request, FALSE);
}

/* ---- The object ---- */

static void
xmpp_file_state_store_finalize (GObject *object)
{
  XmppFileStateStore *self = XMPP_FILE_STATE_STORE (object);

  /* A job keeps the store alive: there is none left. */
  g_thread_pool_free (self->pool, FALSE, FALSE);
  g_free (self->directory);
  g_free (self->file);

  G_OBJECT_CLASS (xmpp_file_state_store_parent_class)->finalize (object);
}

static void
xmpp_file_state_store_get_property (GObject *object,
                                    guint id,
                                    GValue *value,
                                    GParamSpec *pspec)
{
  xmpp_property_read (G_STRUCT_MEMBER_P (object, members[id]), value);
}

static void
xmpp_file_state_store_set_property (GObject *object,
                                    guint id,
                                    const GValue *value,
                                    GParamSpec *pspec)
{
  xmpp_property_write (G_STRUCT_MEMBER_P (object, members[id]), value);
}

static void
xmpp_file_state_store_class_init (XmppFileStateStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  XmppStateStoreClass *store_class = XMPP_STATE_STORE_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = xmpp_file_state_store_finalize;
  object_class->get_property = xmpp_file_state_store_get_property;
  object_class->set_property = xmpp_file_state_store_set_property;
  store_class->load = xmpp_file_state_store_load;
  store_class->save = xmpp_file_state_store_save;

  /**
   * XmppFileStateStore:directory:
   *
   * Where the files are, as many as there are accounts.
   *
   * Since: 1.0
   */
  properties[PROP_DIRECTORY] = g_param_spec_string ("directory", NULL, NULL, NULL, flags);
  /**
   * XmppFileStateStore:file:
   *
   * The only file, where there is no directory.
   *
   * Since: 1.0
   */
  properties[PROP_FILE] = g_param_spec_string ("file", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_file_state_store_init (XmppFileStateStore *self)
{
  self->pool = g_thread_pool_new (run_job, NULL, 1, FALSE, NULL);
}

/**
 * xmpp_file_state_store_new:
 * @directory: (type filename): a directory for state files, which nobody else can write to
 *
 * Makes a store with a file for each account. Its name is a hash of the bare JID, so that a
 * listing of the directory tells no addresses. The directory is made when the first state is
 * saved, with mode 0700.
 *
 * Returns: (transfer full) (type Xmpp.FileStateStore): the store
 *
 * Since: 1.0
 */
XmppStateStore *
xmpp_file_state_store_new (const char *directory)
{
  g_return_val_if_fail (directory != NULL, NULL);

  return g_object_new (XMPP_TYPE_FILE_STATE_STORE, "directory", directory, NULL);
}

/**
 * xmpp_file_state_store_new_for_file:
 * @file: (type filename): the path of a file that is there or is not there yet
 *
 * Makes a store that is this one file, for a program with one account. It does not take the
 * state of a second account: saving that fails with %G_IO_ERROR_EXISTS.
 *
 * Returns: (transfer full) (type Xmpp.FileStateStore): the store
 *
 * Since: 1.0
 */
XmppStateStore *
xmpp_file_state_store_new_for_file (const char *file)
{
  g_return_val_if_fail (file != NULL, NULL);

  return g_object_new (XMPP_TYPE_FILE_STATE_STORE, "file", file, NULL);
}
