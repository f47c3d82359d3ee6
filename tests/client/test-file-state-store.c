/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* L6: the state file, and whatever may stand in its place */

#include "config.h"

#include "client/xmpp-file-state-store.h"
#include "client/xmpp-state-file.h"

#include "xmpp-test-loop.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ACCOUNT "alice@p.test"

/* A folder of its own for each test */
typedef struct
{
  char *folder;
  char *file; /* in it, not there yet */
  XmppStateStore *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  /* In memory where there is such a place: each state is waited for until it is on the disk. */
  const char *parent = g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir ();

  fixture->folder = g_build_filename (parent, "xmpp-state-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (fixture->folder));
  fixture->file = g_build_filename (fixture->folder, "file", NULL);
  fixture->store = xmpp_file_state_store_new_for_file (fixture->file);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  xmpp_test_assert_last_unref (&fixture->store);
  g_chmod (fixture->folder, 0700);
  remove_all (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->file);
}

static GVariant *
make_state (const char *token)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "token", "s", token);

  return g_variant_dict_end (&dict);
}

static GVariant *
load (XmppStateStore *store, const char *account, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_state_store_load_async (store, account, NULL, xmpp_test_result_cb, &result);

  return xmpp_state_store_load_finish (store, xmpp_test_result_wait (&result), error);
}

static gboolean
save (XmppStateStore *store, const char *account, GVariant *state, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_state_store_save_async (store, account, state, NULL, xmpp_test_result_cb, &result);

  return xmpp_state_store_save_finish (store, xmpp_test_result_wait (&result), error);
}

static void
save_token (XmppStateStore *store, const char *token)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (save (store, ACCOUNT, make_state (token), &error));
  g_assert_no_error (error);
}

static void
assert_token (XmppStateStore *store, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) state = load (store, ACCOUNT, &error);
  const char *found = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (state);
  g_assert_true (g_variant_lookup (state, "token", "&s", &found));
  g_assert_cmpstr (found, ==, token);
}

/* What is there is not believed, said so, and replaced by the next state. */
static void
assert_ignored (XmppStateStore *store, const char *why)
{
  g_autofree char *pattern = g_strdup_printf ("The state file * is ignored: *%s*", why);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", why);
  g_test_expect_message ("Xmpp-Client", G_LOG_LEVEL_WARNING, pattern);
  g_assert_null (load (store, ACCOUNT, &error));
  g_assert_no_error (error);
  g_test_assert_expected_messages ();
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    count++;

  return count;
}

static guint
get_mode (const char *path)
{
  GStatBuf status;

  g_assert_cmpint (g_lstat (path, &status), ==, 0);

  return status.st_mode & 07777;
}

static void
test_directory (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *parent = g_build_filename (fixture->folder, "new", NULL);
  g_autofree char *directory = g_build_filename (parent, "state", NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, ACCOUNT, -1);
  g_autofree char *name = g_strconcat (hash, ".state", NULL);
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (XmppStateStore) store = xmpp_file_state_store_new (directory);
  g_autoptr (XmppStateStore) again = xmpp_file_state_store_new (directory);
  g_autofree char *property = NULL;
  g_autoptr (GError) error = NULL;
  mode_t before = umask (0);

  g_object_get (store, "directory", &property, NULL);
  g_assert_cmpstr (property, ==, directory);

  /* Nothing is made for nothing. */
  g_assert_null (load (store, ACCOUNT, &error));
  g_assert_no_error (error);
  g_assert_true (save (store, ACCOUNT, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (parent, G_FILE_TEST_EXISTS));

  save_token (store, "one");
  g_assert_true (save (store, "bob@p.test", make_state ("other"), &error));
  umask (before);
  g_assert_cmpuint (get_mode (parent), ==, 0700);
  g_assert_cmpuint (get_mode (directory), ==, 0700);
  g_assert_cmpuint (get_mode (path), ==, 0600);
  g_assert_cmpuint (count_files (directory), ==, 2);

  assert_token (again, "one");
  save_token (again, "two");
  assert_token (store, "two");

  g_assert_true (save (store, ACCOUNT, NULL, &error));
  g_assert_null (load (store, ACCOUNT, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (directory), ==, 1);
}

static void
test_one_file (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) state = NULL;

  save_token (fixture->store, "one");
  assert_token (fixture->store, "one");
  g_assert_cmpuint (get_mode (fixture->file), ==, 0600);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);

  /* It is not that of another account, and stays what it is. */
  g_test_expect_message ("Xmpp-Client", G_LOG_LEVEL_WARNING, "*it is that of " ACCOUNT);
  g_assert_null (load (fixture->store, "bob@p.test", &error));
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_false (save (fixture->store, "bob@p.test", make_state ("x"), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, ACCOUNT));
  assert_token (fixture->store, "one");
}

static void
test_no_place (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (XmppStateStore) store = g_object_new (XMPP_TYPE_FILE_STATE_STORE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (load (store, ACCOUNT, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

static GBytes *
read_contents (Fixture *fixture)
{
  char *data;
  gsize length;

  g_assert_true (g_file_get_contents (fixture->file, &data, &length, NULL));

  return g_bytes_new_take (data, length);
}

static void
write_contents (Fixture *fixture, gconstpointer data, gsize length)
{
  g_assert_true (g_file_set_contents_full (fixture->file, data, length,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

/* Each bit of the file: none of them goes unnoticed. */
static void
test_bit_flips (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) contents = NULL;
  gsize length;

  save_token (fixture->store, "a token that must not change");
  contents = read_contents (fixture);
  length = g_bytes_get_size (contents);

  for (gsize bit = 0; bit < 8 * length; bit++)
    {
      guint8 *damaged = g_memdup2 (g_bytes_get_data (contents, NULL), length);
      g_autoptr (GBytes) bytes = g_bytes_new_take (damaged, length);
      g_autofree char *account = NULL;
      g_autoptr (GError) error = NULL;

      damaged[bit / 8] ^= 1 << bit % 8;
      g_assert_null (xmpp_state_file_parse (bytes, &account, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      if (bit % 64 == 0)
        {
          write_contents (fixture, damaged, length);
          assert_ignored (fixture->store, "it is");
        }
    }

  save_token (fixture->store, "healed");
  assert_token (fixture->store, "healed");
}

static void
test_lengths (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *long_text = g_strnfill (XMPP_STATE_FILE_MAX_BYTES, 'x');
  g_autoptr (GBytes) contents = NULL;
  g_autoptr (GError) error = NULL;

  save_token (fixture->store, "one");
  contents = read_contents (fixture);
  for (gsize length = 0; length < g_bytes_get_size (contents); length++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (contents, 0, length);
      g_autofree char *account = NULL;

      g_assert_null (xmpp_state_file_parse (part, &account, NULL));
    }

  write_contents (fixture, "", 0);
  assert_ignored (fixture->store, "it is not a state file");
  write_contents (fixture, "{ \"token\": 1 }", 14);
  assert_ignored (fixture->store, "it is not a state file");

  g_assert_cmpint (truncate (fixture->file, XMPP_STATE_FILE_MAX_BYTES + 1), ==, 0);
  assert_ignored (fixture->store, "it is too long");
  g_assert_cmpint (truncate (fixture->file, G_GINT64_CONSTANT (1) << 40), ==, 0);
  assert_ignored (fixture->store, "it is too long");

  /* One that would be too long is not written. */
  save_token (fixture->store, "two");
  g_assert_false (save (fixture->store, ACCOUNT, make_state (long_text), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  assert_token (fixture->store, "two");
}

/* What a later version writes, with a checksum that is right */
static void
test_version (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GBytes) contents = NULL;
  g_autofree guint8 *data = NULL;
  gsize length;
  gsize size = 32;

  save_token (fixture->store, "one");
  contents = read_contents (fixture);
  length = g_bytes_get_size (contents);
  data = g_memdup2 (g_bytes_get_data (contents, NULL), length);
  g_assert_cmpuint (data[16], ==, 1);
  data[16] = 2;
  g_checksum_update (checksum, data, 32);
  g_checksum_update (checksum, data + 64, length - 64);
  g_checksum_get_digest (checksum, data + 32, &size);
  write_contents (fixture, data, length);
  assert_ignored (fixture->store, "it is of version 2");
}

/* ---- What else may have the name ---- */

static void
place_symlink (Fixture *fixture)
{
  g_autofree char *real = g_strconcat (fixture->file, ".real", NULL);

  g_assert_cmpint (g_rename (fixture->file, real), ==, 0);
  g_assert_cmpint (symlink (real, fixture->file), ==, 0);
}

static void
place_hard_link (Fixture *fixture)
{
  g_autofree char *other = g_strconcat (fixture->file, ".other", NULL);

  g_assert_cmpint (link (fixture->file, other), ==, 0);
}

static void
open_to_group (Fixture *fixture)
{
  g_assert_cmpint (g_chmod (fixture->file, 0620), ==, 0);
}

static void
open_to_others (Fixture *fixture)
{
  g_assert_cmpint (g_chmod (fixture->file, 0602), ==, 0);
}

static void
give_away (Fixture *fixture)
{
  g_assert_cmpint (chown (fixture->file, 65534, 65534), ==, 0);
}

static const struct
{
  const char *why;
  void (*place) (Fixture *fixture);
  gboolean needs_root;
} untrusted[] = {
  { "it is a symbolic link", place_symlink, FALSE },
  { "it has a second name", place_hard_link, FALSE },
  { "others can write to it", open_to_group, FALSE },
  { "others can write to it", open_to_others, FALSE },
  { "it belongs to somebody else", give_away, TRUE },
};

static void
test_untrusted (Fixture *fixture, gconstpointer unused)
{
  for (gsize i = 0; i < G_N_ELEMENTS (untrusted); i++)
    {
      if (untrusted[i].needs_root && geteuid () != 0)
        continue;

      save_token (fixture->store, "old");
      untrusted[i].place (fixture);
      assert_ignored (fixture->store, untrusted[i].why);

      /* The next state takes its place; what it pointed to is as it was. */
      save_token (fixture->store, "new");
      assert_token (fixture->store, "new");
      g_assert_cmpuint (get_mode (fixture->file), ==, 0600);
      g_assert_false (g_file_test (fixture->file, G_FILE_TEST_IS_SYMLINK));
    }
}

/* Others have read it: it is used, and its owner is told. */
static void
test_readable (Fixture *fixture, gconstpointer unused)
{
  save_token (fixture->store, "one");
  g_assert_cmpint (g_chmod (fixture->file, 0644), ==, 0);
  g_test_expect_message ("Xmpp-Client", G_LOG_LEVEL_WARNING, "Others can read *");
  assert_token (fixture->store, "one");
  g_test_assert_expected_messages ();

  save_token (fixture->store, "two");
  g_assert_cmpuint (get_mode (fixture->file), ==, 0600);
}

static void
test_untrusted_directory (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (XmppStateStore) store = xmpp_file_state_store_new (fixture->folder);
  g_autoptr (GError) error = NULL;

  save_token (store, "one");
  g_assert_cmpint (g_chmod (fixture->folder, 0777), ==, 0);
  assert_ignored (store, "others can write to its directory");
  g_assert_false (save (store, ACCOUNT, make_state ("two"), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);

  /* As in /tmp: each can only touch what is his. */
  g_assert_cmpint (g_chmod (fixture->folder, 01777), ==, 0);
  assert_token (store, "one");
}

/* ---- Where nothing can be written ---- */

/* Each is an error, leaves what was there, and nothing beside it. */
static void
test_not_files (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (XmppStateStore) device = xmpp_file_state_store_new_for_file ("/dev/full");
  g_autoptr (XmppStateStore) below = xmpp_file_state_store_new (fixture->file);
  g_autoptr (GError) error = NULL;

  assert_ignored (device, "it is not a regular file");
  g_assert_false (save (device, ACCOUNT, make_state ("x"), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);

  /* Nobody writes into the pipe: it is not waited for. */
  g_assert_cmpint (mkfifo (fixture->file, 0600), ==, 0);
  assert_ignored (fixture->store, "it is not a regular file");
  g_assert_false (save (fixture->store, ACCOUNT, make_state ("x"), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_clear_error (&error);

  g_assert_null (load (below, ACCOUNT, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_clear_error (&error);
  g_assert_false (save (below, ACCOUNT, make_state ("x"), &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  g_assert_cmpint (g_remove (fixture->file), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->file, 0700), ==, 0);
  assert_ignored (fixture->store, "it is not a regular file");
  g_assert_false (save (fixture->store, ACCOUNT, make_state ("x"), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_full_disk (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *token = g_strnfill (5000, 'x');
  g_autoptr (GError) error = NULL;
  struct rlimit before;
  struct rlimit limit;

  save_token (fixture->store, "one");
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 1000;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_false (save (fixture->store, ACCOUNT, make_state (token), &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);

  g_test_message ("%s", error->message);
  g_assert_null (strstr (error->message, token));
  assert_token (fixture->store, "one");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_read_only (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("root can write everywhere");
      return;
    }

  save_token (fixture->store, "one");
  g_assert_cmpint (g_chmod (fixture->folder, 0500), ==, 0);
  assert_token (fixture->store, "one");
  g_assert_false (save (fixture->store, ACCOUNT, make_state ("two"), &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpint (g_chmod (fixture->folder, 0700), ==, 0);
  assert_token (fixture->store, "one");

  /* What cannot be read now is not thrown away. */
  g_assert_cmpint (g_chmod (fixture->file, 0), ==, 0);
  g_assert_null (load (fixture->store, ACCOUNT, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_clear_error (&error);
  g_assert_false (save (fixture->store, ACCOUNT, make_state ("two"), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpint (g_chmod (fixture->file, 0600), ==, 0);
  assert_token (fixture->store, "one");
}

/* ---- Order ---- */

/* Of one store: in the order in which they were asked for; nothing waits for the disk. */
static void
test_order (Fixture *fixture, gconstpointer unused)
{
  XmppTestResult results[20] = { 0 };
  g_auto (XmppTestResult) loaded = { 0 };
  g_autoptr (GVariant) state = NULL;
  const char *token = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      xmpp_state_store_save_async (fixture->store, ACCOUNT, make_state (text), NULL,
                                   xmpp_test_result_cb, &results[i]);
      g_assert_false (results[i].done);
    }
  xmpp_state_store_load_async (fixture->store, ACCOUNT, NULL, xmpp_test_result_cb,
                               &loaded);
  state = xmpp_state_store_load_finish (fixture->store, xmpp_test_result_wait (&loaded),
                                        NULL);
  g_assert_true (g_variant_lookup (state, "token", "&s", &token));
  g_assert_cmpstr (token, ==, "19");

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_assert_true (xmpp_state_store_save_finish (fixture->store,
                                                   xmpp_test_result_wait (&results[i]),
                                                   NULL));
      xmpp_test_result_clear (&results[i]);
    }
}

/* Of several, as of several programs: whoever reads finds one state or the other. */
static void
test_at_once (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *token = g_strnfill (8000, 'x');
  XmppTestResult results[60] = { 0 };
  XmppStateStore *stores[3];

  for (guint i = 0; i < G_N_ELEMENTS (stores); i++)
    stores[i] = xmpp_file_state_store_new_for_file (fixture->file);
  save_token (fixture->store, token);

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    xmpp_state_store_save_async (stores[i % G_N_ELEMENTS (stores)], ACCOUNT,
                                 make_state (token + i), NULL, xmpp_test_result_cb,
                                 &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) state = load (fixture->store, ACCOUNT, &error);

      g_assert_no_error (error);
      g_assert_nonnull (state);
    }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_assert_true (xmpp_state_store_save_finish (stores[i % G_N_ELEMENTS (stores)],
                                                   xmpp_test_result_wait (&results[i]),
                                                   NULL));
      xmpp_test_result_clear (&results[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (stores); i++)
    xmpp_test_assert_last_unref (&stores[i]);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_cancel (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  xmpp_state_store_save_async (fixture->store, ACCOUNT, make_state ("x"), cancellable,
                               xmpp_test_result_cb, &result);
  g_assert_false (xmpp_state_store_save_finish (fixture->store,
                                                xmpp_test_result_wait (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (fixture->file, G_FILE_TEST_EXISTS));
}

#define ADD(path, function)                                                              \
  g_test_add ("/client/file-state-store/" path, Fixture, NULL, set_up, function,         \
              tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("directory", test_directory);
  ADD ("one-file", test_one_file);
  ADD ("no-place", test_no_place);
  ADD ("L06-bit-flips", test_bit_flips);
  ADD ("L06-lengths", test_lengths);
  ADD ("L06-version", test_version);
  ADD ("L06-untrusted", test_untrusted);
  ADD ("L06-readable", test_readable);
  ADD ("L06-untrusted-directory", test_untrusted_directory);
  ADD ("L06-not-files", test_not_files);
  ADD ("L06-full-disk", test_full_disk);
  ADD ("L06-read-only", test_read_only);
  ADD ("order", test_order);
  ADD ("at-once", test_at_once);
  ADD ("cancel", test_cancel);

  return g_test_run ();
}
