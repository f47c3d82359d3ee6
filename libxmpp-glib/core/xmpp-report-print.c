/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-report-internal.h"

#include <string.h>

#define STEP_WIDTH 10
#define MECHANISM_WIDTH 20

static const char *const candidate_states[] = {
  [XMPP_REPORT_CANDIDATE_UNTRIED] = "untried", [XMPP_REPORT_CANDIDATE_TRYING] = "trying",
  [XMPP_REPORT_CANDIDATE_USED] = "used",       [XMPP_REPORT_CANDIDATE_FAILED] = "failed",
  [XMPP_REPORT_CANDIDATE_LOST] = "lost",
};

static double
get_start_ms (XmppReport *self, gint64 began)
{
  return (began - self->began) / 1000.0;
}

static double
get_duration_ms (gint64 began, gint64 ended)
{
  gint64 end = ended > 0 ? ended : g_get_monotonic_time ();

  return (end - began) / 1000.0;
}

static GVariant *
build_steps (XmppReport *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->steps->len; i++)
    {
      const XmppReportStep *step = &g_array_index (self->steps, XmppReportStep, i);
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "step", "s", step->name);
      g_variant_dict_insert (&dict, "start", "d", get_start_ms (self, step->began));
      g_variant_dict_insert (&dict, "ms", "d",
                             get_duration_ms (step->began, step->ended));
      g_variant_dict_insert (&dict, "ok", "b", step->ok);
      g_variant_dict_insert (&dict, "detail", "s",
                             step->detail != NULL ? step->detail : "");
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
build_mechanisms (XmppReport *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->mechanisms->len; i++)
    {
      const XmppReportMechanism *mechanism =
          &g_array_index (self->mechanisms, XmppReportMechanism, i);
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "name", "s", mechanism->name);
      g_variant_dict_insert (&dict, "used", "b", mechanism->used);
      g_variant_dict_insert (&dict, "why", "s",
                             mechanism->why != NULL ? mechanism->why : "");
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
build_candidates (XmppReport *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->candidates->len; i++)
    {
      const XmppReportCandidate *candidate =
          &g_array_index (self->candidates, XmppReportCandidate, i);
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "host", "s", candidate->host);
      g_variant_dict_insert (&dict, "port", "q", candidate->port);
      g_variant_dict_insert (&dict, "direct-tls", "b", candidate->direct_tls);
      g_variant_dict_insert (&dict, "source", "s", candidate->source);
      g_variant_dict_insert (&dict, "result", "s", candidate_states[candidate->state]);
      if (candidate->began > 0)
        {
          g_variant_dict_insert (&dict, "start", "d",
                                 get_start_ms (self, candidate->began));
          g_variant_dict_insert (&dict, "ms", "d",
                                 get_duration_ms (candidate->began, candidate->ended));
        }
      if (candidate->failure != NULL)
        g_variant_dict_insert (&dict, "error", "s", candidate->failure);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }

  return g_variant_builder_end (&builder);
}

/* The groups in the order in which their first fact came */
static GPtrArray *
list_groups (XmppReport *self)
{
  GPtrArray *groups = g_ptr_array_new ();

  for (guint i = 0; i < self->facts->len; i++)
    {
      const XmppReportFact *fact = &g_array_index (self->facts, XmppReportFact, i);

      if (!g_ptr_array_find (groups, fact->group, NULL))
        g_ptr_array_add (groups, (gpointer) fact->group);
    }

  return groups;
}

/**
 * xmpp_report_to_variant:
 * @report: a report
 *
 * Gets the report for a program, as an `a{sv}`:
 *
 * - `steps`, an `aa{sv}`: `step` (s), `start` and `ms` (d: milliseconds since the beginning of
 *   the attempt, and how long it took), `ok` (b), `detail` (s)
 * - `mechanisms`, an `aa{sv}`: `name` (s), `used` (b), `why` (s)
 * - `candidates`, an `aa{sv}`, in the order of preference: `host` (s), `port` (q),
 *   `direct-tls` (b), `source` (s: `srv`, `fallback` or `given`), `result` (s: `untried`,
 *   `trying`, `used`, `failed`, or `lost` where another one was faster); of those that were
 *   tried `start` and `ms` (d); `error` (s, where it failed)
 * - an `a{sv}` of facts for each of `server`, `tls`, `sasl`, `bind` and `stream` of which
 *   anything is known
 *
 * Returns: (transfer full): the report
 *
 * Since: 1.0
 */
GVariant *
xmpp_report_to_variant (XmppReport *self)
{
  g_autoptr (GPtrArray) groups = NULL;
  GVariantDict dict;

  g_return_val_if_fail (XMPP_IS_REPORT (self), NULL);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "steps", build_steps (self));
  g_variant_dict_insert_value (&dict, "mechanisms", build_mechanisms (self));
  g_variant_dict_insert_value (&dict, "candidates", build_candidates (self));

  groups = list_groups (self);
  for (guint i = 0; i < groups->len; i++)
    {
      const char *group = g_ptr_array_index (groups, i);
      GVariantDict facts;

      g_variant_dict_init (&facts, NULL);
      for (guint j = 0; j < self->facts->len; j++)
        {
          XmppReportFact *fact = &g_array_index (self->facts, XmppReportFact, j);

          if (fact->group == group)
            g_variant_dict_insert_value (&facts, fact->key,
                                         xmpp_report_fact_to_variant (fact));
        }
      g_variant_dict_insert_value (&dict, group, g_variant_dict_end (&facts));
    }

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* Texts of the peer may hold anything; a line of the report stays one line. */
static void
append_line (GString *text, const char *line)
{
  for (const char *c = line; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      g_string_append_unichar (text, g_unichar_iscntrl (character) ? 0xfffd : character);
    }
}

static void
print_step (GString *text, const XmppReportStep *step)
{
  const char *mark = step->ended == 0 ? "…" : step->ok ? "✓" : "✗";

  g_string_append_printf (text, "%s %-*s %9.1f ms", mark, STEP_WIDTH, step->name,
                          get_duration_ms (step->began, step->ended));
  if (step->ended == 0)
    g_string_append (text, "  not finished");
  else if (!step->ok)
    g_string_append (text, "  failed");

  if (step->detail != NULL && step->detail[0] != '\0')
    {
      g_string_append (text, step->ok ? "  " : ": ");
      append_line (text, step->detail);
    }
  g_string_append_c (text, '\n');
}

/* The only candidate fails for what its last step failed for. */
static gboolean
is_told (XmppReport *self, const char *failure)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      const char *detail = g_array_index (self->steps, XmppReportStep, i).detail;

      if (detail != NULL && strstr (detail, failure) != NULL)
        return TRUE;
    }

  return FALSE;
}

static void
print_candidate (XmppReport *self, GString *text, const XmppReportCandidate *candidate)
{
  g_string_append (text, "  ");
  append_line (text, candidate->host);
  g_string_append_printf (text, " port %u, %s, %s", candidate->port,
                          candidate->direct_tls ? "direct TLS" : "STARTTLS",
                          candidate->source);
  if (candidate->state == XMPP_REPORT_CANDIDATE_UNTRIED)
    g_string_append (text, ": not tried");
  else
    g_string_append_printf (text, ": %s, %.1f ms", candidate_states[candidate->state],
                            get_duration_ms (candidate->began, candidate->ended));
  if (candidate->failure != NULL && !is_told (self, candidate->failure))
    {
      g_string_append (text, ": ");
      append_line (text, candidate->failure);
    }
  g_string_append_c (text, '\n');
}

static void
print_mechanism (GString *text, const XmppReportMechanism *mechanism)
{
  gsize begin;

  g_string_append (text, "  ");
  begin = text->len;
  append_line (text, mechanism->name);
  for (gsize width = text->len - begin; width < MECHANISM_WIDTH; width++)
    g_string_append_c (text, ' ');
  g_string_append (text, mechanism->used ? " used" : " not used");
  if (mechanism->why != NULL && mechanism->why[0] != '\0')
    {
      g_string_append (text, ": ");
      append_line (text, mechanism->why);
    }
  g_string_append_c (text, '\n');
}

static void
print_group (XmppReport *self, GString *text, const char *group)
{
  const char *separator = " ";

  g_string_append_printf (text, "%s:", group);
  for (guint i = 0; i < self->facts->len; i++)
    {
      XmppReportFact *fact = &g_array_index (self->facts, XmppReportFact, i);
      g_autoptr (GVariant) value = NULL;
      g_autofree char *printed = NULL;

      if (fact->group != group)
        continue;

      value = g_variant_ref_sink (xmpp_report_fact_to_variant (fact));
      printed = fact->type == G_VARIANT_CLASS_STRING ? g_strdup (fact->text)
                                                     : g_variant_print (value, FALSE);
      g_string_append_printf (text, "%s%s ", separator, fact->key);
      append_line (text, printed);
      separator = ", ";
    }
  g_string_append_c (text, '\n');
}

/**
 * xmpp_report_to_string:
 * @report: a report
 *
 * Gets the report for a person to read: a line for each step, then what is known of the
 * servers, the connection and the mechanisms.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
xmpp_report_to_string (XmppReport *self)
{
  g_autoptr (GPtrArray) groups = NULL;
  GString *text;

  g_return_val_if_fail (XMPP_IS_REPORT (self), NULL);

  text = g_string_new (NULL);
  for (guint i = 0; i < self->steps->len; i++)
    print_step (text, &g_array_index (self->steps, XmppReportStep, i));

  if (self->candidates->len > 0)
    g_string_append (text, "servers:\n");
  for (guint i = 0; i < self->candidates->len; i++)
    print_candidate (self, text,
                     &g_array_index (self->candidates, XmppReportCandidate, i));

  groups = list_groups (self);
  for (guint i = 0; i < groups->len; i++)
    print_group (self, text, g_ptr_array_index (groups, i));

  if (self->mechanisms->len > 0)
    g_string_append (text, "mechanisms:\n");
  for (guint i = 0; i < self->mechanisms->len; i++)
    print_mechanism (text, &g_array_index (self->mechanisms, XmppReportMechanism, i));

  return g_string_free (text, FALSE);
}
