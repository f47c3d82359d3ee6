/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-report-internal.h"

#include <string.h>

/**
 * XmppReport:
 *
 * What happened in one attempt to connect: which servers were tried, what each step did and
 * how long it took, which mechanisms there were and why they were used or not.
 *
 * It is there for people ([method@Xmpp.Report.to_string]) and for programs
 * ([method@Xmpp.Report.to_variant]), also while the attempt is still going on, and never holds
 * a secret.
 *
 * Since: 1.0
 */

G_DEFINE_FINAL_TYPE (XmppReport, xmpp_report, G_TYPE_OBJECT)

/* In the order in which an attempt goes through them; what is not here, such as the end of a
 * connection, decides nothing. */
static const char *const phases[] = {
  "resolve",   "connect", "proxy", "tls",     "stream",   "starttls",
  "handshake", "sasl",    "bind",  "session", "presence",
};

#define FIRST_PHASE_THAT_CONNECTED 3

static void
step_clear (gpointer data)
{
  XmppReportStep *step = data;

  g_clear_pointer (&step->detail, g_free);
}

static void
mechanism_clear (gpointer data)
{
  XmppReportMechanism *mechanism = data;

  g_clear_pointer (&mechanism->name, g_free);
  g_clear_pointer (&mechanism->why, g_free);
}

static void
candidate_clear (gpointer data)
{
  XmppReportCandidate *candidate = data;

  g_clear_pointer (&candidate->host, g_free);
  g_clear_pointer (&candidate->failure, g_free);
}

static void
fact_clear (gpointer data)
{
  XmppReportFact *fact = data;

  if (fact->describe != NULL)
    g_clear_object (&fact->about);
  else if (fact->type == G_VARIANT_CLASS_STRING)
    g_clear_pointer (&fact->text, g_free);
}

static const char *
fact_get_text (XmppReportFact *fact)
{
  if (fact->describe != NULL)
    {
      g_autoptr (GObject) about = fact->about;

      fact->text = fact->describe (about);
      fact->describe = NULL;
    }
  return fact->text;
}

static gboolean
fact_set (XmppReportFact *fact, GVariant *value)
{
  fact->type = g_variant_classify (value);
  switch (fact->type)
    {
    case G_VARIANT_CLASS_STRING:
      fact->text = g_variant_dup_string (value, NULL);
      return TRUE;
    case G_VARIANT_CLASS_BOOLEAN:
      fact->number = g_variant_get_boolean (value);
      return TRUE;
    case G_VARIANT_CLASS_UINT16:
      fact->number = g_variant_get_uint16 (value);
      return TRUE;
    case G_VARIANT_CLASS_UINT32:
      fact->number = g_variant_get_uint32 (value);
      return TRUE;
    default:
      g_return_val_if_reached (FALSE);
    }
}

GVariant *
xmpp_report_fact_to_variant (XmppReportFact *fact)
{
  switch (fact->type)
    {
    case G_VARIANT_CLASS_STRING:
      return g_variant_new_string (fact_get_text (fact));
    case G_VARIANT_CLASS_BOOLEAN:
      return g_variant_new_boolean (fact->number != 0);
    case G_VARIANT_CLASS_UINT16:
      return g_variant_new_uint16 ((guint16) fact->number);
    default:
      return g_variant_new_uint32 (fact->number);
    }
}

static void
xmpp_report_finalize (GObject *object)
{
  XmppReport *self = XMPP_REPORT (object);

  g_clear_pointer (&self->steps, g_array_unref);
  g_clear_pointer (&self->mechanisms, g_array_unref);
  g_clear_pointer (&self->candidates, g_array_unref);
  g_clear_pointer (&self->facts, g_array_unref);

  G_OBJECT_CLASS (xmpp_report_parent_class)->finalize (object);
}

static void
xmpp_report_class_init (XmppReportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_report_finalize;
}

static GArray *
new_array (gsize size, GDestroyNotify clear)
{
  GArray *array = g_array_new (FALSE, TRUE, size);

  g_array_set_clear_func (array, clear);

  return array;
}

static void
xmpp_report_init (XmppReport *self)
{
  self->began = g_get_monotonic_time ();
  self->steps = new_array (sizeof (XmppReportStep), step_clear);
  self->mechanisms = new_array (sizeof (XmppReportMechanism), mechanism_clear);
  self->candidates = new_array (sizeof (XmppReportCandidate), candidate_clear);
  self->facts = new_array (sizeof (XmppReportFact), fact_clear);
}

/* Some of it comes from the peer, and a GVariant takes nothing but UTF-8. */
static char *
dup_text (const char *text)
{
  return text != NULL ? g_utf8_make_valid (text, -1) : NULL;
}

XmppReport *
xmpp_report_new (void)
{
  return g_object_new (XMPP_TYPE_REPORT, NULL);
}

guint
xmpp_report_begin_step (XmppReport *self, const char *name)
{
  XmppReportStep step = { 0 };

  g_return_val_if_fail (self == NULL || XMPP_IS_REPORT (self), 0);
  g_return_val_if_fail (name != NULL, 0);

  if (self == NULL)
    return 0;

  step.id = ++self->last_id;
  step.name = g_intern_string (name);
  step.began = g_get_monotonic_time ();
  g_array_append_val (self->steps, step);

  return step.id;
}

/* The index of a step that was begun and not dropped */
static gboolean
find_step (XmppReport *self, guint id, guint *index)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      if (g_array_index (self->steps, XmppReportStep, i).id == id)
        {
          *index = i;
          return TRUE;
        }
    }

  return FALSE;
}

void
xmpp_report_end_step (XmppReport *self, guint id, const GError *error, const char *detail)
{
  XmppReportStep *step;
  guint index = 0;

  g_return_if_fail (self == NULL || XMPP_IS_REPORT (self));

  if (self == NULL)
    return;
  if (!find_step (self, id, &index))
    g_return_if_reached ();

  step = &g_array_index (self->steps, XmppReportStep, index);
  if (step->ended > 0)
    return;

  step->ended = MAX (g_get_monotonic_time (), 1);
  step->order = ++self->n_ended;
  step->ok = error == NULL;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    step->detail = g_strdup ("given up before it was done");
  else if (error != NULL && detail != NULL)
    {
      g_autofree char *both = g_strdup_printf ("%s: %s", detail, error->message);

      step->detail = dup_text (both);
    }
  else
    step->detail = dup_text (error != NULL ? error->message : detail);
}

void
xmpp_report_drop_step (XmppReport *self, guint id)
{
  guint index = 0;

  g_return_if_fail (self == NULL || XMPP_IS_REPORT (self));

  if (self != NULL && find_step (self, id, &index))
    g_array_remove_index (self->steps, index);
}

static void
remove_fact (XmppReport *self, const XmppReportFact *fact)
{
  for (guint i = 0; i < self->facts->len; i++)
    {
      const XmppReportFact *old = &g_array_index (self->facts, XmppReportFact, i);

      if (old->group == fact->group && old->key == fact->key)
        {
          g_array_remove_index (self->facts, i);
          return;
        }
    }
}

void
xmpp_report_set_fact (XmppReport *self,
                      const char *group,
                      const char *key,
                      GVariant *value)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  XmppReportFact fact = { g_intern_string (group), g_intern_string (key) };

  g_return_if_fail (self == NULL || XMPP_IS_REPORT (self));
  g_return_if_fail (group != NULL && key != NULL);

  if (self == NULL)
    return;

  remove_fact (self, &fact);
  if (sunk != NULL && fact_set (&fact, sunk))
    g_array_append_val (self->facts, fact);
}

void
xmpp_report_set_described (XmppReport *self,
                           const char *group,
                           const char *key,
                           GObject *about,
                           XmppReportDescribeFunc describe)
{
  XmppReportFact fact = { g_intern_string (group), g_intern_string (key),
                          G_VARIANT_CLASS_STRING, describe };

  g_return_if_fail (self == NULL || XMPP_IS_REPORT (self));
  g_return_if_fail (group != NULL && key != NULL);
  if (self == NULL)
    return;

  g_return_if_fail (G_IS_OBJECT (about) && describe != NULL);

  remove_fact (self, &fact);
  fact.about = g_object_ref (about);
  g_array_append_val (self->facts, fact);
}

const char *
xmpp_report_get_text (XmppReport *self, const char *group, const char *key)
{
  g_return_val_if_fail (self == NULL || XMPP_IS_REPORT (self), NULL);

  for (guint i = 0; self != NULL && i < self->facts->len; i++)
    {
      XmppReportFact *fact = &g_array_index (self->facts, XmppReportFact, i);

      if (g_str_equal (fact->group, group) && g_str_equal (fact->key, key) &&
          fact->type == G_VARIANT_CLASS_STRING)
        return fact_get_text (fact);
    }

  return NULL;
}

void
xmpp_report_add_mechanism (XmppReport *self,
                           const char *name,
                           gboolean used,
                           const char *why)
{
  XmppReportMechanism mechanism = { 0 };

  g_return_if_fail (self == NULL || XMPP_IS_REPORT (self));
  g_return_if_fail (name != NULL);

  if (self == NULL)
    return;

  mechanism.name = dup_text (name);
  mechanism.used = used;
  mechanism.why = dup_text (why);
  g_array_append_val (self->mechanisms, mechanism);
}

static XmppReportCandidate *
append_candidate (XmppReport *self,
                  const char *host,
                  guint16 port,
                  gboolean direct_tls,
                  const char *source)
{
  XmppReportCandidate candidate = { 0 };

  candidate.id = ++self->last_id;
  candidate.host = dup_text (host);
  candidate.port = port;
  candidate.direct_tls = direct_tls;
  candidate.source = g_intern_string (source);
  g_array_append_val (self->candidates, candidate);

  return &g_array_index (self->candidates, XmppReportCandidate,
                         self->candidates->len - 1);
}

void
xmpp_report_list_candidate (XmppReport *self,
                            const char *host,
                            guint16 port,
                            gboolean direct_tls,
                            const char *source)
{
  g_return_if_fail (self == NULL || XMPP_IS_REPORT (self));
  g_return_if_fail (host != NULL && source != NULL);

  if (self != NULL)
    append_candidate (self, host, port, direct_tls, source);
}

static XmppReportCandidate *
find_untried (XmppReport *self, const char *host, guint16 port, gboolean direct_tls)
{
  for (guint i = 0; i < self->candidates->len; i++)
    {
      XmppReportCandidate *candidate =
          &g_array_index (self->candidates, XmppReportCandidate, i);

      if (candidate->state == XMPP_REPORT_CANDIDATE_UNTRIED && candidate->port == port &&
          candidate->direct_tls == direct_tls && g_str_equal (candidate->host, host))
        return candidate;
    }

  return NULL;
}

guint
xmpp_report_begin_candidate (XmppReport *self,
                             const char *host,
                             guint16 port,
                             gboolean direct_tls,
                             const char *source)
{
  XmppReportCandidate *candidate;

  g_return_val_if_fail (self == NULL || XMPP_IS_REPORT (self), 0);
  g_return_val_if_fail (host != NULL && source != NULL, 0);

  if (self == NULL)
    return 0;

  candidate = find_untried (self, host, port, direct_tls);
  if (candidate == NULL)
    candidate = append_candidate (self, host, port, direct_tls, source);
  candidate->state = XMPP_REPORT_CANDIDATE_TRYING;
  candidate->began = g_get_monotonic_time ();

  return candidate->id;
}

void
xmpp_report_end_candidate (XmppReport *self, guint id, gboolean won, const GError *error)
{
  g_return_if_fail (self == NULL || XMPP_IS_REPORT (self));

  if (self == NULL)
    return;

  for (guint i = 0; i < self->candidates->len; i++)
    {
      XmppReportCandidate *candidate =
          &g_array_index (self->candidates, XmppReportCandidate, i);

      if (candidate->id != id || candidate->ended > 0)
        continue;

      candidate->ended = MAX (g_get_monotonic_time (), 1);
      candidate->failure = error != NULL ? dup_text (error->message) : NULL;
      candidate->state = won             ? XMPP_REPORT_CANDIDATE_USED
                         : error != NULL ? XMPP_REPORT_CANDIDATE_FAILED
                                         : XMPP_REPORT_CANDIDATE_LOST;
    }
}

void
xmpp_report_start_over (XmppReport *self)
{
  g_return_if_fail (self == NULL || XMPP_IS_REPORT (self));

  if (self != NULL)
    self->n_void = self->n_ended;
}

static int
get_phase (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (phases); i++)
    {
      if (g_str_equal (phases[i], name))
        return i;
    }

  return -1;
}

/* Whether the attempt went on after @failed and came at least as far again */
static gboolean
is_made_good (XmppReport *self, const XmppReportStep *failed)
{
  int phase = get_phase (failed->name);

  for (guint i = 0; i < self->steps->len; i++)
    {
      const XmppReportStep *step = &g_array_index (self->steps, XmppReportStep, i);

      if (step > failed && step->ok && step->order > failed->order &&
          get_phase (step->name) >= phase)
        return TRUE;
    }

  return FALSE;
}

/**
 * xmpp_report_get_failed_step:
 * @report: a report
 *
 * Gets the step at which the attempt has failed. Where steps are part of others it is the
 * innermost; a candidate that failed does not count once another one has taken its place.
 * Where no candidate succeeded, one that answered says more than one that did not.
 *
 * Returns: (transfer none) (nullable): `resolve`, `connect`, `proxy`, `tls`, `stream`,
 *   `starttls`, `handshake` (of a component), `sasl`, `bind`, `session` or `presence`; %NULL
 *   where none has failed
 *
 * Since: 1.0
 */
const char *
xmpp_report_get_failed_step (XmppReport *self)
{
  const char *unanswered = NULL;

  g_return_val_if_fail (XMPP_IS_REPORT (self), NULL);

  /* They stand in the order in which they began. */
  for (guint i = self->steps->len; i > 0; i--)
    {
      const XmppReportStep *step = &g_array_index (self->steps, XmppReportStep, i - 1);
      int phase = get_phase (step->name);

      if (step->ended == 0 || step->ok || phase < 0 || step->order <= self->n_void ||
          is_made_good (self, step))
        continue;
      if (phase >= FIRST_PHASE_THAT_CONNECTED)
        return step->name;
      unanswered = step->name;
    }

  return unanswered;
}
