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

static CyrusConfiguration *
create (void)
{
  CyrusConfiguration *self = g_atomic_rc_box_new0 (CyrusConfiguration);

  self->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

static void
set_option (CyrusConfiguration *self, const char *option, const char *value)
{
  g_hash_table_replace (self->options, g_strdup (option), g_strdup (value));
}

CyrusConfiguration *
cyrus_configuration_new_fixed (const char *first, ...)
{
  CyrusConfiguration *self = create ();
  va_list arguments;

  va_start (arguments, first);
  for (const char *option = first; option != NULL;
       option = va_arg (arguments, const char *))
    set_option (self, option, va_arg (arguments, const char *));
  va_end (arguments);

  return self;
}

CyrusConfiguration *
cyrus_configuration_copy_with (CyrusConfiguration *other,
                               const char *option,
                               const char *value)
{
  CyrusConfiguration *self = create ();
  GHashTableIter iter;
  gpointer known, known_value;

  g_hash_table_iter_init (&iter, other->options);
  while (g_hash_table_iter_next (&iter, &known, &known_value))
    set_option (self, known, known_value);
  set_option (self, option, value);

  return self;
}

CyrusConfiguration *
cyrus_configuration_new (const char *path, GError **error)
{
  CyrusConfiguration *self;
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;

  if (path != NULL && !g_file_get_contents (path, &contents, NULL, error))
    return NULL;

  self = create ();
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

static int
getopt_cb (void *context,
           const char *plugin,
           const char *option,
           const char **result,
           unsigned *length)
{
  CyrusConfiguration *self = context;
  const char *value = g_hash_table_lookup (self->options, option);

  /* What is not set is not asked of the rest of the process, where a failure would lead. */
  *result = value;
  if (length != NULL)
    *length = value != NULL ? strlen (value) : 0;

  return SASL_OK;
}

void
cyrus_configuration_add_callback (CyrusConfiguration *self, CyrusCallbacks *callbacks)
{
  cyrus_callbacks_add (callbacks, SASL_CB_GETOPT, G_CALLBACK (getopt_cb), self);
}
