/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl-name.h"

#include <string.h>

char *
sasl_name_decode (const char *text)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p != '=')
        {
          g_string_append_c (name, *p);
          continue;
        }

      if (strncmp (p, "=2C", 3) == 0)
        g_string_append_c (name, ',');
      else if (strncmp (p, "=3D", 3) == 0)
        g_string_append_c (name, '=');
      else
        return NULL;
      p += 2;
    }

  return g_string_free (g_steal_pointer (&name), FALSE);
}

void
sasl_name_append (GString *string, const char *name)
{
  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p == ',')
        g_string_append (string, "=2C");
      else if (*p == '=')
        g_string_append (string, "=3D");
      else
        g_string_append_c (string, *p);
    }
}
