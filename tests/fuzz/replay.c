/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* Stands in for libFuzzer: hands every file of the directories given to the target once, and
 * each of its beginnings, so that a build without clang runs the corpus too. */

#include <glib.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static guint
replay_file (const char *path)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length, step;

  if (!g_file_get_contents (path, &contents, &length, &error))
    g_error ("%s", error->message);
  step = MAX (1, length / 64);
  for (gsize size = 0; size < length; size += step)
    {
      /* A copy of the exact size, so that a sanitizer sees a byte too many. */
      g_autofree guint8 *beginning = g_memdup2 (contents, MAX (size, 1));

      LLVMFuzzerTestOneInput (beginning, size);
    }
  LLVMFuzzerTestOneInput ((const guint8 *) contents, length);
  return 1;
}

static guint
replay_directory (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) directory = g_dir_open (path, 0, &error);
  const char *name;
  guint files = 0;

  if (directory == NULL)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      files += replay_file (file);
    }
  return files;
}

int
main (int argc, char **argv)
{
  guint files = 0;

  for (int i = 1; i < argc; i++)
    files += replay_directory (argv[i]);
  g_print ("%u files\n", files);
  return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
