/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "bench-process.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define SYSTEM_AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"

gboolean
bench_row_is_tls (const char *row)
{
  return g_str_has_suffix (row, "-tls");
}

gboolean
bench_row_is (const char *row, const char *name)
{
  return g_str_has_prefix (row, name) &&
         (row[strlen (name)] == '\0' || g_str_equal (row + strlen (name), "-tls"));
}

guint16
bench_spawn_peer (const char *program, const char *row, guint n)
{
  g_autofree char *folder = g_path_get_dirname (program);
  g_autofree char *path = g_build_filename (folder, "bench-peer", NULL);
  g_autofree char *count = g_strdup_printf ("%u", n);
  char *arguments[] = { path, (char *) row, count, NULL };
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
  return (guint16) port;
}

static void
append_file (GString *text, const char *path)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &content, NULL, &error))
    g_error ("%s", error->message);
  g_string_append (text, content);
}

GTlsDatabase *
bench_database_new (void)
{
  const char *folder = g_getenv ("XMPP_TEST_CERTS");
  g_autofree char *own =
      g_build_filename (folder != NULL ? folder : ".", "rsa-ca.crt", NULL);
  g_autofree char *path = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  GTlsDatabase *database;
  int file = g_file_open_tmp ("xmpp-bench-XXXXXX.crt", &path, &error);

  if (file == -1)
    g_error ("%s", error->message);
  g_close (file, NULL);
  if (g_file_test (SYSTEM_AUTHORITIES, G_FILE_TEST_EXISTS))
    append_file (text, SYSTEM_AUTHORITIES);
  append_file (text, own);
  if (!g_file_set_contents (path, text->str, text->len, &error))
    g_error ("%s", error->message);
  database = g_tls_file_database_new (path, &error);
  if (database == NULL)
    g_error ("%s: %s", path, error->message);
  g_unlink (path);
  return database;
}

static gsize
get_status (const char *name)
{
  g_autofree char *status = NULL;
  g_autoptr (GError) error = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, &error))
    g_error ("%s", error->message);
  line = strstr (status, name);
  if (line == NULL)
    g_error ("/proc/self/status has no %s", name);
  return g_ascii_strtoull (line + strlen (name), NULL, 10) * 1024;
}

gsize
bench_get_memory (void)
{
  return get_status ("VmRSS:");
}

gsize
bench_get_peak_memory (void)
{
  return get_status ("VmHWM:");
}
