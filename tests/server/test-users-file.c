/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "server/xmpp-users-file.h"

#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-memory-authenticator.h"
#include "server/xmpp-users-text.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-sasl.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct
{
  char *folder;
  char *path;
  GFile *file;
} Place;

static void
place_init (Place *place)
{
  g_autoptr (GError) error = NULL;

  place->folder = g_dir_make_tmp ("xmpp-users-XXXXXX", &error);
  g_assert_no_error (error);
  place->path = g_build_filename (place->folder, "users", NULL);
  place->file = g_file_new_for_path (place->path);
}

static void
place_clear (Place *place)
{
  g_unlink (place->path);
  g_rmdir (place->folder);
  g_free (place->folder);
  g_free (place->path);
  g_object_unref (place->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

/* A new file in the place of the old one, as editors do it */
static void
write_file (Place *place, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (place->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                            &error);
  g_assert_no_error (error);
}

static XmppUsersFile *
open_file (Place *place)
{
  g_autoptr (GError) error = NULL;
  XmppUsersFile *users = xmpp_users_file_new (place->file, &error);

  g_assert_no_error (error);
  g_assert_null (xmpp_users_file_get_error (users));
  return users;
}

static void
check_login (XmppUsersFile *users,
             const char *mechanism,
             const char *username,
             const char *password,
             gboolean good)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (username, password);
  g_autoptr (XmppSaslContext) context =
      xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL, XMPP_AUTHENTICATOR (users));
  g_autoptr (XmppSaslMechanism)
      server = xmpp_test_mechanism_new (mechanism, context, NULL);
  g_autoptr (XmppSaslMechanism)
      client = xmpp_test_mechanism_new_client (mechanism, NULL, credential);

  xmpp_test_sasl_check (client, server, good ? username : NULL);
}

static void
test_logins (void)
{
  static const char *const mechanisms[] = { "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256",
                                            "SCRAM-SHA-512" };
  g_auto (Place) place = { 0 };
  g_autoptr (XmppUsersFile) users = NULL;
  g_autofree char *text = NULL;
  xmpp_autosecret char *line =
      xmpp_memory_authenticator_make_line ("bob@a.test", "brush", NULL);

  place_init (&place);
  text = g_strconcat ("# a comment\n[server]\nlisten = 127.0.0.1:0 = [x\n\n"
                      "[users]\r\nalice@a.test = pencil\r\n\n  # another\n",
                      line,
                      "\n[domain a.test]\nmallory@a.test=crayon\nnothing\n[users]\n",
                      "carol@a.test=ink", NULL);
  write_file (&place, text);
  users = open_file (&place);
  g_assert_true (g_file_equal (xmpp_users_file_get_file (users), place.file));

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      check_login (users, mechanisms[i], "alice", "pencil", TRUE);
      check_login (users, mechanisms[i], "bob", "brush", TRUE);
      check_login (users, mechanisms[i], "bob", "pencil", FALSE);
      check_login (users, mechanisms[i], "mallory", "crayon", FALSE);
    }
  check_login (users, "PLAIN", "carol", "ink", TRUE);
  check_login (users, "DIGEST-MD5", "alice", "pencil", TRUE);
}

static void
test_changes (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (XmppUsersFile) users = NULL;

  place_init (&place);
  write_file (&place, "[users]\nalice@a.test=pencil\n");
  users = open_file (&place);
  check_login (users, "SCRAM-SHA-256", "alice", "pencil", TRUE);
  check_login (users, "SCRAM-SHA-256", "bob", "brush", FALSE);

  write_file (&place, "[users]\nbob@a.test=brush\n");
  check_login (users, "SCRAM-SHA-256", "bob", "brush", TRUE);
  check_login (users, "SCRAM-SHA-256", "alice", "pencil", FALSE);
}

static void
count_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* What is wrong is said once; nobody is locked out, and nobody missing without a word. */
static void
test_broken_later (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (XmppUsersFile) users = NULL;
  guint notified = 0;

  place_init (&place);
  write_file (&place, "[users]\nalice@a.test=pencil\n");
  users = open_file (&place);
  g_signal_connect (users, "notify::error", G_CALLBACK (count_cb), &notified);

  write_file (&place, "[users]\nbob@a.test=brush\ncarol@a.test=\n");
  g_test_expect_message ("Xmpp-Server", G_LOG_LEVEL_WARNING,
                         "*users: line 3: carol@a.test: its password is empty*");
  check_login (users, "PLAIN", "alice", "pencil", TRUE);
  check_login (users, "PLAIN", "bob", "brush", FALSE);
  g_test_assert_expected_messages ();
  g_assert_error (xmpp_users_file_get_error (users), G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpuint (notified, ==, 1);

  g_unlink (place.path);
  g_test_expect_message ("Xmpp-Server", G_LOG_LEVEL_WARNING, "*users*");
  check_login (users, "PLAIN", "alice", "pencil", TRUE);
  g_test_assert_expected_messages ();
  g_assert_error (xmpp_users_file_get_error (users), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  write_file (&place, "[users]\nbob@a.test=brush\n");
  check_login (users, "PLAIN", "bob", "brush", TRUE);
  check_login (users, "PLAIN", "alice", "pencil", FALSE);
  g_assert_null (xmpp_users_file_get_error (users));
  g_assert_cmpuint (notified, ==, 3);
}

static void
test_broken (void)
{
  static const struct
  {
    const char *text;
    gsize length;
    const char *said;
  } rows[] = {
    { "[users]\nalice@a.test=Geheimnis\nGeheimnis\n", 0,
      "line 3: It is not ADDRESS=PASSWORD" },
    { "[users]\na.test=Geheimnis\n", 0, "line 2: What stands before" },
    { "\n\n[users]\n\nalice@a.test={MD5}Geheimnis", 0,
      "line 5: alice@a.test: there is no" },
    { "[users]\nalice@a.test=x\nbob@a.test=y\nAlice@a.test=Geheimnis\n", 0,
      "line 4: alice@a.test is in line 2 already" },
    { "[users]\nalice@a.test=Geheim\xffnis\n", 0, "line 2: It is not UTF-8" },
    { "[users\nalice@a.test=Geheimnis\n", 0, "line 1: The name of a group" },
    { "alice@a.test=Geheimnis\n", 0, "It has no group [users]" },
    { "[Users]\nalice@a.test=Geheimnis\n", 0, "It has no group [users]" },
    { "", 0, "It has no group [users]" },
    { "[users]\nalice@a.test=Geheim\0nis\n", 33, "NUL" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize length = rows[i].length != 0 ? rows[i].length : strlen (rows[i].text);

      g_assert_null (xmpp_users_text_parse (rows[i].text, length, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, rows[i].said));
      g_assert_null (strstr (error->message, "Geheim"));
    }
}

static void
test_broken_at_first (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (GError) error = NULL;

  place_init (&place);
  g_assert_null (xmpp_users_file_new (place.file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  write_file (&place, "[users]\nalice@a.test=\n");
  g_assert_null (xmpp_users_file_new (place.file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_true (g_str_has_prefix (error->message, place.path));
}

/* Made as a property has it: the file is read when somebody logs in. */
static void
test_property (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (XmppUsersFile) users = NULL;
  g_autoptr (XmppUsersFile) without = g_object_new (XMPP_TYPE_USERS_FILE, NULL);

  place_init (&place);
  users = g_object_new (XMPP_TYPE_USERS_FILE, "file", place.file, NULL);
  write_file (&place, "[users]\nalice@a.test=pencil\n");
  check_login (users, "PLAIN", "alice", "pencil", TRUE);

  g_test_expect_message ("Xmpp-Server", G_LOG_LEVEL_WARNING, "There is no file*");
  check_login (without, "PLAIN", "alice", "pencil", FALSE);
  g_test_assert_expected_messages ();
}

/* The owner and the group may */
static void
test_permissions (void)
{
  static const int modes[] = { 0604, 0602, 0646 };
  g_auto (Place) place = { 0 };

  place_init (&place);
  write_file (&place, "[users]\nalice@a.test=pencil\n");
  g_assert_cmpint (g_chmod (place.path, 0640), ==, 0);
  g_object_unref (open_file (&place));

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (XmppUsersFile) users = NULL;

      g_assert_cmpint (g_chmod (place.path, modes[i]), ==, 0);
      g_test_expect_message ("Xmpp-Server", G_LOG_LEVEL_WARNING,
                             "*others may read or change this file*");
      users = open_file (&place);
      /* Once, as long as it stays as it is */
      check_login (users, "PLAIN", "alice", "pencil", TRUE);
      g_test_assert_expected_messages ();
    }
}

/* Unknown users look alike before and after the file is read anew; the decoy is the file's. */
static void
test_decoy (void)
{
  g_auto (Place) place = { 0 };
  char *before = NULL;

  place_init (&place);
  write_file (&place, "[users]\nalice@a.test=pencil\n");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (XmppUsersFile) users = open_file (&place);
      g_autoptr (XmppSaslContext) context = NULL;
      g_autoptr (XmppSaslMechanism) server = NULL;
      g_autofree char *answer = NULL;
      char *seen;

      xmpp_authenticator_set_decoy (XMPP_AUTHENTICATOR (users), "the same");
      context =
          xmpp_test_context_new (XMPP_SASL_ROLE_SERVER, NULL, XMPP_AUTHENTICATOR (users));
      server = xmpp_test_mechanism_new ("SCRAM-SHA-1", context, NULL);
      answer =
          xmpp_test_step_good (server, "n,,n=nobody,r=abc", XMPP_SASL_STATUS_CONTINUE);
      seen = g_strdup (strstr (answer, ",s="));
      if (before != NULL)
        g_assert_cmpstr (seen, ==, before);
      g_free (before);
      before = seen;
    }
  g_free (before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/users-file/logins", test_logins);
  g_test_add_func ("/users-file/changes", test_changes);
  g_test_add_func ("/users-file/broken-later", test_broken_later);
  g_test_add_func ("/users-file/broken", test_broken);
  g_test_add_func ("/users-file/broken-at-first", test_broken_at_first);
  g_test_add_func ("/users-file/property", test_property);
  g_test_add_func ("/users-file/permissions", test_permissions);
  g_test_add_func ("/users-file/A18/decoy", test_decoy);

  return g_test_run ();
}
