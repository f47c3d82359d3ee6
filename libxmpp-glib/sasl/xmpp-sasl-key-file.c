/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-key-file.h"

#include "sasl/xmpp-sasl-known.h"
#include "sasl/xmpp-sasl-mechanism-info-private.h"
#include "xmpp-enum-types.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>

/*
 *   [SASL Module]
 *   Api=1
 *   Library=libxmpp-sasl-scram.so
 *   [SCRAM-SHA-256]
 *   Roles=client;server
 *   Facts=mutual;blocks
 *   Strength=60
 *   Fields=username;password
 */
#define MODULE_GROUP "SASL Module"
#define MODULE_API 1
#define SUFFIX ".sasl"
#define MAX_FILE_BYTES 65536

typedef struct
{
  XmppSaslKeyFileFound found;
  XmppSaslKeyFileBroken broken;
  gpointer user_data;

  const char *directory;
  char *path;
  GKeyFile *key_file;
  char *library;
} Reader;

/* [a-z0-9-]+ between prefix and suffix: no dots, no slashes */
static gboolean
name_fits (const char *name, const char *prefix, const char *suffix)
{
  gsize length = strlen (name), outside = strlen (prefix) + strlen (suffix);

  if (length <= outside || !g_str_has_prefix (name, prefix) ||
      !g_str_has_suffix (name, suffix))
    return FALSE;

  for (gsize i = strlen (prefix); i < length - strlen (suffix); i++)
    if (!g_ascii_islower (name[i]) && !g_ascii_isdigit (name[i]) && name[i] != '-')
      return FALSE;

  return TRUE;
}

static gboolean
check_status (const struct stat *status, const char *what, GError **error)
{
  if (status->st_uid != 0 && status->st_uid != geteuid ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   "The %s belongs to another user", what);
      return FALSE;
    }
  if (status->st_mode & S_IWOTH)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   "Everybody can write to the %s", what);
      return FALSE;
    }

  return TRUE;
}

static void
set_errno_error (GError **error, const char *what)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what,
               g_strerror (code));
}

/* A named pipe must not stop us: it is opened without waiting, and refused. */
static int
open_checked (int directory_fd, const char *name, struct stat *status, GError **error)
{
  int fd = openat (directory_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

  if (fd < 0)
    {
      set_errno_error (error, "It cannot be opened");
      return -1;
    }

  if (fstat (fd, status) != 0)
    set_errno_error (error, "It cannot be examined");
  else if (!S_ISREG (status->st_mode))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                         "It is not a regular file");
  else if (check_status (status, "file", error))
    return fd;

  close (fd);

  return -1;
}

/* Where a link leads out of the directory that was looked at, the next one counts too. */
static gboolean
check_place (const char *path, GError **error)
{
  g_autofree char *real = realpath (path, NULL);
  g_autofree char *place = real != NULL ? g_path_get_dirname (real) : NULL;
  struct stat status;

  if (place == NULL || stat (place, &status) != 0)
    {
      set_errno_error (error, "It cannot be opened");
      return FALSE;
    }

  return check_status (&status, "directory that it leads to", error);
}

gboolean
xmpp_sasl_key_file_check_library (const char *path, GError **error)
{
  struct stat status;
  int fd = open_checked (AT_FDCWD, path, &status, error);

  if (fd < 0)
    return FALSE;

  close (fd);

  return check_place (path, error);
}

/* NULL: an error */
static char *
read_contents (int fd, gsize size, GError **error)
{
  g_autofree char *contents = NULL;
  gsize length = 0;
  gssize count;

  if (size > MAX_FILE_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                   "It is longer than %d bytes", MAX_FILE_BYTES);
      return NULL;
    }

  contents = g_malloc0 (size + 1);
  while (length < size)
    {
      count = read (fd, contents + length, size - length);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        {
          set_errno_error (error, "It cannot be read");
          return NULL;
        }
      if (count == 0)
        break;
      length += count;
    }

  return g_steal_pointer (&contents);
}

static gboolean
parse_flags (GKeyFile *file,
             const char *group,
             const char *key,
             GType type,
             guint *flags,
             GError **error)
{
  g_auto (GStrv) words = g_key_file_get_string_list (file, group, key, NULL, error);
  GFlagsClass *klass = g_type_class_ref (type);
  gboolean ok = words != NULL;

  *flags = 0;
  for (guint i = 0; ok && words[i] != NULL; i++)
    {
      GFlagsValue *value = g_flags_get_value_by_nick (klass, words[i]);

      if (value == NULL)
        {
          g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                       "%s: “%s” is not known", key, words[i]);
          ok = FALSE;
        }
      else
        *flags |= value->value;
    }

  g_type_class_unref (klass);

  return ok;
}

static void
add_nicks (GString *text, const char *verb, XmppSaslFacts facts)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (XMPP_TYPE_SASL_FACTS);

  for (guint i = 0; i < G_FLAGS_CLASS (klass)->n_values; i++)
    if (G_FLAGS_CLASS (klass)->values[i].value & facts)
      g_string_append_printf (text, ", it is %s%s", verb,
                              G_FLAGS_CLASS (klass)->values[i].value_nick);
}

/* For a name that the standards know: what the mechanism is taken for instead */
static void
report_untrue (Reader *reader, const char *group, XmppSaslFacts facts, int strength)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *reason = NULL;
  XmppSaslFacts true_facts = facts;
  int true_strength = strength;

  xmpp_sasl_known_restrict (group, &true_facts, &true_strength);
  add_nicks (text, "", true_facts & ~facts);
  add_nicks (text, "not ", facts & ~true_facts);
  if (true_strength != strength)
    g_string_append_printf (text, ", its strength is %d", true_strength);
  if (text->len == 0)
    return;

  reason = g_strdup_printf ("[%s] The description is corrected: %s", group,
                            text->str + strlen (", "));
  reader->broken (reader->path, reason, reader->user_data);
}

static XmppSaslMechanismInfo *
parse_group (Reader *reader, const char *group, GError **error)
{
  guint roles, facts;
  int strength;
  g_auto (GStrv) fields = NULL;
  GError *local_error = NULL;

  if (!xmpp_sasl_name_is_valid (group))
    {
      g_set_error_literal (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                           "This is not the name of a mechanism");
      return NULL;
    }
  if (!parse_flags (reader->key_file, group, "Roles", XMPP_TYPE_SASL_ROLE, &roles,
                    error) ||
      !parse_flags (reader->key_file, group, "Facts", XMPP_TYPE_SASL_FACTS, &facts,
                    error))
    return NULL;
  if (roles == 0)
    {
      g_set_error_literal (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                           "Roles names none");
      return NULL;
    }

  strength = g_key_file_get_integer (reader->key_file, group, "Strength", &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }

  fields = g_key_file_get_string_list (reader->key_file, group, "Fields", NULL, error);
  if (fields == NULL)
    return NULL;

  report_untrue (reader, group, facts, strength);

  return xmpp_sasl_mechanism_info_new_for_file (group, roles, facts, strength,
                                                (const char *const *) fields,
                                                reader->path);
}

static gboolean
parse_module (Reader *reader, GError **error)
{
  GError *local_error = NULL;
  g_autofree char *library = NULL;
  int api;

  api = g_key_file_get_integer (reader->key_file, MODULE_GROUP, "Api", &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (api != MODULE_API)
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                   "Api=%d, and this library has the module interface %d", api,
                   MODULE_API);
      return FALSE;
    }

  library = g_key_file_get_string (reader->key_file, MODULE_GROUP, "Library", error);
  if (library == NULL)
    return FALSE;
  if (!name_fits (library, "lib", ".so"))
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                   "Library: “%s” is not the bare name of a file lib….so", library);
      return FALSE;
    }

  reader->library = g_build_filename (reader->directory, library, NULL);

  return TRUE;
}

static void
read_groups (Reader *reader)
{
  g_auto (GStrv) groups = g_key_file_get_groups (reader->key_file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      XmppSaslMechanismInfo *info;

      if (g_str_equal (groups[i], MODULE_GROUP))
        continue;

      info = parse_group (reader, groups[i], &error);
      if (info != NULL)
        reader->found (info, reader->library, reader->user_data);
      else
        {
          g_autofree char *reason =
              g_strdup_printf ("[%s] %s", groups[i], error->message);

          reader->broken (reader->path, reason, reader->user_data);
        }
    }
}

static gboolean
load_file (Reader *reader, int directory_fd, const char *name, GError **error)
{
  g_autofree char *contents = NULL;
  struct stat status;
  int fd;

  if (!name_fits (name, "", SUFFIX))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                           "Its name has other characters than a-z, 0-9 and “-”");
      return FALSE;
    }

  fd = open_checked (directory_fd, name, &status, error);
  if (fd < 0)
    return FALSE;

  contents = read_contents (fd, status.st_size, error);
  close (fd);

  return contents != NULL && check_place (reader->path, error) &&
         g_key_file_load_from_data (reader->key_file, contents, strlen (contents),
                                    G_KEY_FILE_NONE, error) &&
         parse_module (reader, error);
}

static void
read_file (Reader *reader, int directory_fd, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GKeyFile) key_file = g_key_file_new ();
  g_autofree char *path = g_build_filename (reader->directory, name, NULL);

  reader->path = path;
  reader->key_file = key_file;

  if (load_file (reader, directory_fd, name, &error))
    read_groups (reader);
  else
    reader->broken (path, error->message, reader->user_data);

  g_clear_pointer (&reader->library, g_free);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_files (int directory_fd, GError **error)
{
  int fd = fcntl (directory_fd, F_DUPFD_CLOEXEC, 0);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  GPtrArray *names;
  struct dirent *entry;

  if (dir == NULL)
    {
      set_errno_error (error, "The directory cannot be listed");
      if (fd >= 0)
        close (fd);
      return NULL;
    }

  names = g_ptr_array_new_with_free_func (g_free);
  while ((entry = readdir (dir)) != NULL)
    if (g_str_has_suffix (entry->d_name, SUFFIX))
      g_ptr_array_add (names, g_strdup (entry->d_name));
  g_ptr_array_sort (names, compare_names);
  closedir (dir);

  return names;
}

static int
open_directory (const char *directory, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (directory, G_DIR_SEPARATOR_S, -1);
  struct stat status;
  int fd;

  if (!g_path_is_absolute (directory) ||
      g_strv_contains ((const char *const *) parts, ".."))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                           "The directory is not an absolute path without “..”");
      return -1;
    }

  fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    {
      set_errno_error (error, "The directory cannot be opened");
      return -1;
    }
  if (fstat (fd, &status) != 0)
    set_errno_error (error, "The directory cannot be examined");
  else if (check_status (&status, "directory", error))
    return fd;

  close (fd);

  return -1;
}

void
xmpp_sasl_key_file_read_directory (const char *directory,
                                   XmppSaslKeyFileFound found,
                                   XmppSaslKeyFileBroken broken,
                                   gpointer user_data)
{
  Reader reader = {
    .found = found, .broken = broken, .user_data = user_data, .directory = directory
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = NULL;
  int fd = open_directory (directory, &error);

  if (fd >= 0)
    names = list_files (fd, &error);

  if (names != NULL)
    for (guint i = 0; i < names->len; i++)
      read_file (&reader, fd, g_ptr_array_index (names, i));
  else
    broken (directory, error->message, user_data);

  if (fd >= 0)
    close (fd);
}
