/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tool-commands.h"
#include "tool-json.h"
#include "tool-outcome.h"
#include "tool-text.h"

#include <stdio.h>

/* The words of a set of flags */
static GStrv
list_nicks (GType type, guint flags)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < G_FLAGS_CLASS (klass)->n_values; i++)
    {
      const GFlagsValue *value = &G_FLAGS_CLASS (klass)->values[i];

      if (value->value != 0 && (flags & value->value) == value->value)
        g_strv_builder_add (builder, value->value_nick);
    }

  return g_strv_builder_end (builder);
}

static void
add_words (JsonBuilder *builder, const char *name, const char *const *words)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (gsize i = 0; words != NULL && words[i] != NULL; i++)
    json_builder_add_string_value (builder, words[i]);
  json_builder_end_array (builder);
}

static void
add_mechanism (JsonBuilder *builder, XmppSaslMechanismInfo *info)
{
  g_auto (GStrv)
      roles = list_nicks (XMPP_TYPE_SASL_ROLE, xmpp_sasl_mechanism_info_get_roles (info));
  g_auto (GStrv) facts =
      list_nicks (XMPP_TYPE_SASL_FACTS, xmpp_sasl_mechanism_info_get_facts (info));

  json_builder_begin_object (builder);
  tool_json_add_string (builder, "name", xmpp_sasl_mechanism_info_get_name (info));
  add_words (builder, "roles", (const char *const *) roles);
  add_words (builder, "facts", (const char *const *) facts);
  json_builder_set_member_name (builder, "strength");
  json_builder_add_int_value (builder, xmpp_sasl_mechanism_info_get_strength (info));
  add_words (builder, "fields", xmpp_sasl_mechanism_info_get_fields (info));
  tool_json_add_string (builder, "file", xmpp_sasl_mechanism_info_get_file (info));
  tool_json_add_boolean (builder, "loaded", xmpp_sasl_mechanism_info_is_loaded (info));
  json_builder_end_object (builder);
}

static void
print_json (GPtrArray *infos, GVariant *broken)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GVariantIter iter;
  const char *file;
  const char *reason;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "mechanisms");
  json_builder_begin_array (builder);
  for (guint i = 0; i < infos->len; i++)
    add_mechanism (builder, g_ptr_array_index (infos, i));
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "broken");
  json_builder_begin_array (builder);
  g_variant_iter_init (&iter, broken);
  while (g_variant_iter_next (&iter, "(&s&s)", &file, &reason))
    {
      json_builder_begin_object (builder);
      tool_json_add_string (builder, "file", file);
      tool_json_add_string (builder, "reason", reason);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  tool_json_print (builder);
}

static void
print_line (const char *line)
{
  g_autofree char *escaped = tool_text_escape (TOOL_TEXT_LINE, line);

  printf ("%s\n", escaped);
}

static void
print_mechanism (XmppSaslMechanismInfo *info)
{
  g_auto (GStrv)
      roles = list_nicks (XMPP_TYPE_SASL_ROLE, xmpp_sasl_mechanism_info_get_roles (info));
  g_auto (GStrv) facts =
      list_nicks (XMPP_TYPE_SASL_FACTS, xmpp_sasl_mechanism_info_get_facts (info));
  g_autofree char *role_words = g_strjoinv (" ", roles);
  g_autofree char *fact_words = g_strjoinv (" ", facts);
  const char *description = xmpp_sasl_mechanism_info_get_file (info);
  g_autofree char *line =
      g_strdup_printf ("%-20s strength %3d  %s  %s%s%s",
                       xmpp_sasl_mechanism_info_get_name (info),
                       xmpp_sasl_mechanism_info_get_strength (info), role_words,
                       fact_words, fact_words[0] != '\0' ? "  " : "",
                       description != NULL ? description : "built in");

  print_line (line);
}

static void
print_text (GPtrArray *infos, GVariant *broken)
{
  GVariantIter iter;
  const char *file;
  const char *reason;

  /* Those that are not loaded are among the broken ones. */
  for (guint i = 0; i < infos->len; i++)
    if (xmpp_sasl_mechanism_info_is_loaded (g_ptr_array_index (infos, i)))
      print_mechanism (g_ptr_array_index (infos, i));

  g_variant_iter_init (&iter, broken);
  while (g_variant_iter_next (&iter, "(&s&s)", &file, &reason))
    {
      g_autofree char *line = g_strdup_printf ("broken: %s: %s", file, reason);

      print_line (line);
    }
}

/* What the library warns of stands in the list. */
static void
ignore_cb (const char *domain,
           GLogLevelFlags level,
           const char *message,
           gpointer user_data)
{
}

int
tool_mechanisms (ToolOptions *options, char **arguments, GError **error)
{
  XmppSaslRegistry *registry;
  g_autoptr (GPtrArray) infos = NULL;
  g_autoptr (GVariant) broken = NULL;

  if (arguments[0] != NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "mechanisms takes nothing but options");
      return TOOL_USAGE;
    }

  g_log_set_handler ("Xmpp-Sasl", G_LOG_LEVEL_WARNING, ignore_cb, NULL);
  registry = xmpp_sasl_registry_get_default ();
  xmpp_sasl_registry_load_all (registry);
  infos =
      xmpp_sasl_registry_list (registry, XMPP_SASL_ROLE_CLIENT | XMPP_SASL_ROLE_SERVER);
  broken = xmpp_sasl_registry_list_broken (registry);
  if (options->json)
    print_json (infos, broken);
  else
    print_text (infos, broken);
  if (infos->len == 0)
    tool_complain ("there are none: modules are looked for in the folders that "
                   "XMPP_SASL_MODULE_PATH names, and in " XMPP_SASL_MODULE_DIR);

  return infos->len == 0 ? TOOL_FAILED : TOOL_DONE;
}
