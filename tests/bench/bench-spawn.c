/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "bench-spawn.h"

#include <stdio.h>

guint
bench_spawn_peer (const char *program, const char *row, guint n, gboolean raw)
{
  g_autofree char *folder = g_path_get_dirname (program);
  g_autofree char *path = g_build_filename (folder, "bench-peer", NULL);
  g_autofree char *count = g_strdup_printf ("%u", n);
  char *arguments[] = { path, (char *) row, count, raw ? (char *) "raw" : NULL, NULL };
  g_autoptr (GError) error = NULL;
  guint port = 0;
  int output;
  FILE *file;

  if (!g_spawn_async_with_pipes (NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL,
                                 NULL, &output, NULL, &error))
    g_error ("cannot start %s: %s", path, error->message);
  file = fdopen (output, "r");
  if (file == NULL || fscanf (file, "%u", &port) != 1)
    g_error ("%s says no port", path);
  fclose (file);
  return port;
}
