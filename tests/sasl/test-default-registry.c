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

  g_log_set_handler ("Xmpp-Sasl", G_LOG_LEVEL_WARNING, ignore_message, NULL);
  broken = xmpp_sasl_registry_list_broken (xmpp_sasl_registry_get_default ());
  text = g_variant_print (broken, FALSE);
  g_print ("secure=%lu %s\n", getauxval (AT_SECURE), text);

  return 0;
}

static char *
run (const char *path)
{
  const char *argv[] = { path, "--print", NULL };
  g_auto (GStrv) environment = g_get_environ ();
  char *output = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  environment = g_environ_setenv (environment, "XMPP_SASL_MODULE_PATH",
                                  "/nonexistent/one::relative/two", TRUE);
  g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &output,
                NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));

  return output;
}

static void
test_variable (void)
{
  g_autofree char *output = run (program);

  g_assert_true (g_str_has_prefix (output, "secure=0"));
  g_assert_nonnull (strstr (output, "/nonexistent/one"));
  g_assert_nonnull (strstr (output, "relative/two"));
  g_assert_nonnull (strstr (output, "absolute"));
}

static void
test_variable_with_raised_rights (void)
{
  g_autofree char *directory = NULL;
  g_autofree char *copy = NULL;
  g_autofree char *contents = NULL;
  g_autofree char *output = NULL;
  gsize length;

  if (geteuid () != 0)
    {
      g_test_skip ("Only root can give a program to another group");
      return;
    }

  directory = g_dir_make_tmp ("xmpp-sasl-XXXXXX", NULL);
  copy = g_build_filename (directory, "setgid", NULL);
  g_assert_true (g_file_get_contents (program, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (copy, contents, length, NULL));
  g_assert_cmpint (chown (copy, 0, OTHER_GROUP), ==, 0);
  g_assert_cmpint (g_chmod (copy, 02755), ==, 0);

  output = run (copy);
  if (!g_str_has_prefix (output, "secure=1"))
    g_test_skip ("Programs keep their rights here");
  else
    g_assert_null (strstr (output, "nonexistent"));

  g_assert_cmpint (g_unlink (copy), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
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
