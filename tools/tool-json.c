/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "tool-json.h"

#include "tool-outcome.h"
#include "tool-text.h"

#include <stdio.h>

void
tool_json_print (JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;
  g_autofree char *escaped = NULL;

  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  escaped = tool_text_escape (TOOL_TEXT_JSON, text);
  printf ("%s\n", escaped);
}

void
tool_json_add_string (JsonBuilder *builder, const char *name, const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  json_builder_set_member_name (builder, name);
  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

void
tool_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

/* A fact of the report under its own name; null where it is not known */
static void
add_fact (JsonBuilder *builder, GVariant *facts, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (facts, name, NULL);

  if (value == NULL)
    tool_json_add_string (builder, name, NULL);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    tool_json_add_string (builder, name, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    tool_json_add_boolean (builder, name, g_variant_get_boolean (value));
  else
    {
      json_builder_set_member_name (builder, name);
      json_builder_add_int_value (builder,
                                  g_variant_is_of_type (value, G_VARIANT_TYPE_UINT16)
                                      ? g_variant_get_uint16 (value)
                                      : g_variant_get_uint32 (value));
    }
}

/* Facts of one kind; null where there are none, as with what an attempt did not come to */
static void
add_group (JsonBuilder *builder, GVariant *all, const char *name, const char *const *keys)
{
  g_autoptr (GVariant) facts = g_variant_lookup_value (all, name, G_VARIANT_TYPE_VARDICT);

  json_builder_set_member_name (builder, name);
  if (facts == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }

  json_builder_begin_object (builder);
  for (gsize i = 0; keys[i] != NULL; i++)
    add_fact (builder, facts, keys[i]);
  json_builder_end_object (builder);
}

static void
add_stream (JsonBuilder *builder, GVariant *all)
{
  g_autoptr (GVariant)
      facts = g_variant_lookup_value (all, "stream", G_VARIANT_TYPE_VARDICT);
  gboolean session = FALSE;
  guint32 round_trips = 0;

  if (facts != NULL)
    {
      g_variant_lookup (facts, "session", "b", &session);
      g_variant_lookup (facts, "round_trips", "u", &round_trips);
    }

  tool_json_add_boolean (builder, "session", session);

  json_builder_set_member_name (builder, "stream_management");
  json_builder_begin_object (builder);
  tool_json_add_boolean (builder, "enabled", FALSE);
  tool_json_add_boolean (builder, "resumed", FALSE);
  json_builder_end_object (builder);

  json_builder_set_member_name (builder, "round_trips");
  json_builder_add_int_value (builder, round_trips);
}

static void
add_mechanisms (JsonBuilder *builder, GVariant *all)
{
  g_autoptr (GVariantIter) iter = NULL;
  GVariant *item;

  json_builder_set_member_name (builder, "mechanisms");
  json_builder_begin_array (builder);
  g_variant_lookup (all, "mechanisms", "aa{sv}", &iter);
  while (iter != NULL && g_variant_iter_loop (iter, "@a{sv}", &item))
    {
      json_builder_begin_object (builder);
      add_fact (builder, item, "name");
      add_fact (builder, item, "used");
      add_fact (builder, item, "why");
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_steps (JsonBuilder *builder, GVariant *all)
{
  g_autoptr (GVariantIter) iter = NULL;
  GVariant *item;

  json_builder_set_member_name (builder, "steps");
  json_builder_begin_array (builder);
  g_variant_lookup (all, "steps", "aa{sv}", &iter);
  while (iter != NULL && g_variant_iter_loop (iter, "@a{sv}", &item))
    {
      double ms = 0;

      g_variant_lookup (item, "ms", "d", &ms);
      json_builder_begin_object (builder);
      add_fact (builder, item, "step");
      json_builder_set_member_name (builder, "ms");
      json_builder_add_double_value (builder, ms);
      add_fact (builder, item, "ok");
      add_fact (builder, item, "detail");
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* The words of G_OPTION_ERROR are not in a type that could tell them. */
static char *
dup_nick (const GError *error)
{
  if (g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
    return g_strdup ("unknown-option");
  if (g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE))
    return g_strdup ("bad-value");
  if (g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED))
    return g_strdup ("failed");

  return xmpp_error_dup_nick (error);
}

static void
add_error (JsonBuilder *builder, const ToolOutcome *outcome)
{
  g_autofree char *nick = NULL;

  json_builder_set_member_name (builder, "error");
  if (outcome->error == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }

  nick = dup_nick (outcome->error);
  json_builder_begin_object (builder);
  tool_json_add_string (builder, "step", tool_outcome_get_step (outcome));
  tool_json_add_string (builder, "domain", g_quark_to_string (outcome->error->domain));
  tool_json_add_string (builder, "code", nick);
  tool_json_add_string (builder, "message", outcome->error->message);
  json_builder_end_object (builder);
}

void
tool_outcome_print_json (const ToolOutcome *outcome)
{
  static const char *const server[] = { "host", "port", "direct_tls", "source", NULL };
  static const char *const tls[] = { "version", "ciphersuite", "verified", NULL };
  static const char *const sasl[] = { "profile", "mechanism", "channel_binding", "mutual",
                                      NULL };
  static const char *const refusal[] = { "status", "scope", "openid_configuration",
                                         NULL };
  static const char *const bind[] = { "profile", "resource", NULL };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GVariant) all = NULL;

  if (outcome->report != NULL)
    all = xmpp_report_to_variant (outcome->report);
  else
    all = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));

  json_builder_begin_object (builder);
  tool_json_add_boolean (builder, "ok", outcome->error == NULL);
  tool_json_add_string (builder, "jid", outcome->address);
  tool_json_add_string (builder, "domain", outcome->domain);
  add_group (builder, all, "server", server);
  add_group (builder, all, "tls", tls);
  add_group (builder, all, "sasl", sasl);
  add_group (builder, all, "refusal", refusal);
  add_group (builder, all, "bind", bind);
  add_stream (builder, all);
  add_mechanisms (builder, all);
  add_steps (builder, all);
  add_error (builder, outcome);
  json_builder_end_object (builder);

  tool_json_print (builder);
}
