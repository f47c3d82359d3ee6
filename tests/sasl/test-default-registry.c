/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include <xmpp.h>

#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* L3: the default registry of a program, and of one that runs with more rights than the
 * one who has started it. The program starts itself with --print. */

#define OTHER_GROUP 65534

static const char *program;

static void
ignore_message (const char *domain,
                GLogLevelFlags level,
                const char *message,
                gpointer user_data)
{
}

static int
print (void)
{
  g_autoptr (GVariant) broken = NULL;
  g_autofree char *text = NULL;
  XmppSaslRegistry *registry;

  g_log_set_handler ("Xmpp-Sasl", G_LOG_LEVEL_WARNING, ignore_message, NULL);
  registry = xmpp_sasl_registry_get_default ();
  broken = xmpp_sasl_registry_list_broken (registry);
  text = g_variant_print (broken, FALSE);
  g_print ("secure=%lu own=%d %s\n", getauxval (AT_SECURE),
           xmpp_sasl_registry_find (registry, "X-OWN") != NULL, text);

  return 0;
}

/* A directory of ours with a description in it, which is nobody else's business */
static char *
make_directory (void)
{
  char *directory = g_dir_make_tmp ("xmpp-sasl-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "own.sasl", NULL);

  g_assert_true (g_file_set_contents (path,
                                      "[SASL Module]\nApi=1\nLibrary=libown.so\n[X-OWN]\n"
                                      "Roles=client\nFacts=\nStrength=1\nFields=\n",
                                      -1, NULL));

  return directory;
}

static void
remove_directory (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "own.sasl", NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

static char *
run (const char *path)
{
  const char *argv[] = { path, "--print", NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *directory = make_directory ();
  g_autofree char *variable =
      g_strconcat (directory, ":/nonexistent/one::relative/two", NULL);
  char *output = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  environment = g_environ_setenv (environment, "XMPP_SASL_MODULE_PATH", variable, TRUE);
  g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &output,
                NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  remove_directory (directory);

  return output;
}

static void
test_variable (void)
{
  g_autofree char *output = run (program);

  g_assert_true (g_str_has_prefix (output, "secure=0 own=1"));
  g_assert_nonnull (strstr (output, "/nonexistent/one"));
  g_assert_nonnull (strstr (output, "relative/two"));
  g_assert_nonnull (strstr (output, "absolute"));
}

/* Root may give a file to any group, and others to one that they are in. */
static gboolean
find_other_group (gid_t *group)
{
  gid_t groups[64];
  int count = getgroups (G_N_ELEMENTS (groups), groups);

  *group = OTHER_GROUP;
  if (geteuid () == 0)
    return TRUE;

  for (int i = 0; i < count; i++)
    if (groups[i] != getgid ())
      {
        *group = groups[i];
        return TRUE;
      }

  return FALSE;
}

/* Beside the program: where temporary files are, rights may not count. */
static void
test_variable_with_raised_rights (void)
{
  g_autofree char *copy = g_strconcat (program, ".setgid", NULL);
  g_autofree char *contents = NULL;
  g_autofree char *output = NULL;
  gsize length;
  gid_t group;

  if (!find_other_group (&group))
    {
      g_test_skip (
          "This user is in one group only, and has no other to give a program to");
      return;
    }

  g_assert_true (g_file_get_contents (program, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (copy, contents, length, NULL));
  g_assert_cmpint (chown (copy, -1, group), ==, 0);
  g_assert_cmpint (g_chmod (copy, 02755), ==, 0);
  output = run (copy);
  g_assert_cmpint (g_unlink (copy), ==, 0);

  if (!g_str_has_prefix (output, "secure=1"))
    {
      g_test_skip (
          "The build directory is on a file system where set-group-ID does not count");
      return;
    }
  g_assert_true (g_str_has_prefix (output, "secure=1 own=0"));
  g_assert_null (strstr (output, "nonexistent"));
  g_assert_null (strstr (output, "relative"));
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--print"))
    return print ();

  g_test_init (&argc, &argv, NULL);
  program = argv[0];

  g_test_add_func ("/sasl/default-registry/variable", test_variable);
  g_test_add_func ("/sasl/default-registry/L3-variable-with-raised-rights",
                   test_variable_with_raised_rights);

  return g_test_run ();
}
