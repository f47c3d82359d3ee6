/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-property.h"

void
xmpp_property_read (gconstpointer member, GValue *value)
{
  const int *number = member;
  const gpointer *pointer = member;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, g_atomic_int_get (number));
      break;
    case G_TYPE_INT:
      g_value_set_int (value, *number);
      break;
    case G_TYPE_UINT:
      g_value_set_uint (value, *number);
      break;
    case G_TYPE_ENUM:
      g_value_set_enum (value, *number);
      break;
    case G_TYPE_FLAGS:
      g_value_set_flags (value, *number);
      break;
    case G_TYPE_STRING:
      g_value_set_string (value, *pointer);
      break;
    case G_TYPE_BOXED:
      g_value_set_boxed (value, *pointer);
      break;
    case G_TYPE_OBJECT:
      g_value_set_object (value, *pointer);
      break;
    case G_TYPE_VARIANT:
      g_value_set_variant (value, *pointer);
      break;
    default:
      g_return_if_reached ();
    }
}

void
xmpp_property_write (gpointer member, const GValue *value)
{
  int *number = member;
  gpointer *pointer = member;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_BOOLEAN:
      g_atomic_int_set (number, g_value_get_boolean (value));
      break;
    case G_TYPE_INT:
      *number = g_value_get_int (value);
      break;
    case G_TYPE_UINT:
      *number = g_value_get_uint (value);
      break;
    case G_TYPE_ENUM:
      *number = g_value_get_enum (value);
      break;
    case G_TYPE_FLAGS:
      *number = g_value_get_flags (value);
      break;
    case G_TYPE_STRING:
      g_free (*pointer);
      *pointer = g_value_dup_string (value);
      break;
    case G_TYPE_BOXED:
      if (*pointer != NULL)
        g_boxed_free (G_VALUE_TYPE (value), *pointer);
      *pointer = g_value_dup_boxed (value);
      break;
    case G_TYPE_OBJECT:
      g_set_object (pointer, g_value_get_object (value));
      break;
    case G_TYPE_VARIANT:
      g_clear_pointer ((GVariant **) pointer, g_variant_unref);
      *pointer = g_value_dup_variant (value);
      break;
    default:
      g_return_if_reached ();
    }
}
