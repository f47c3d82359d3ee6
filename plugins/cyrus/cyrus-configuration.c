/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-configuration.h"

#include <string.h>

struct _CyrusConfiguration
{
  GHashTable *options;
};

static void
configuration_clear (gpointer data)
{
  CyrusConfiguration *self = data;

  g_hash_table_unref (self->options);
}

/* pwcheck_method: saslauthd */
static void
read_line (CyrusConfiguration *self, char *line)
{
  char *colon = strchr (g_strstrip (line), ':');
  g_autofree char *name = NULL;

  if (*line == '\0' || *line == '#' || colon == NULL)
    return;

  *colon = '\0';
  name = g_ascii_strdown (g_strchomp (line), -1);
  /* The first one counts. */
  if (!g_hash_table_contains (self->options, name))
    g_hash_table_insert (self->options, g_steal_pointer (&name),
                         g_strdup (g_strstrip (colon + 1)));
}

CyrusConfiguration *
cyrus_configuration_new (const char *path, GError **error)
{
  CyrusConfiguration *self;
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;

  if (path != NULL && !g_file_get_contents (path, &contents, NULL, error))
    return NULL;

  self = g_atomic_rc_box_new0 (CyrusConfiguration);
  self->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  lines = g_strsplit (contents != NULL ? contents : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    read_line (self, lines[i]);

  return self;
}

CyrusConfiguration *
cyrus_configuration_ref (CyrusConfiguration *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cyrus_configuration_unref (CyrusConfiguration *self)
{
  g_atomic_rc_box_release_full (self, configuration_clear);
}

const char *
cyrus_configuration_get (CyrusConfiguration *self, const char *option)
{
  return g_hash_table_lookup (self->options, option);
}

int
cyrus_configuration_getopt_cb (void *context,
                               const char *plugin,
                               const char *option,
                               const char **result,
                               unsigned *length)
{
  const char *value = cyrus_configuration_get (context, option);

  /* What is not set is not asked of the rest of the process, where a failure would lead. */
  *result = value;
  if (length != NULL)
    *length = value != NULL ? strlen (value) : 0;

  return SASL_OK;
}
