/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-selection.h"

#include "core/xmpp-error.h"
#include "sasl/xmpp-sasl-binding.h"
#include "sasl/xmpp-sasl-known.h"
#include "sasl/xmpp-sasl-policy-private.h"
#include "sasl/xmpp-sasl-registry-private.h"

#include <string.h>

/* What of the server's offer may be used, and in which order */

#define SOMEBODY "somebody may have taken the better ones away"
#define TAMPERED                                                                         \
  "the server lists types of channel binding and offers no mechanism for them"

void
xmpp_sasl_choice_free (XmppSaslChoice *choice)
{
  g_clear_object (&choice->info);
  g_free (choice->binding_type);
  g_free (choice);
}

void
xmpp_sasl_passed_free (XmppSaslPassed *passed)
{
  g_free (passed->name);
  g_free (passed->why);
  g_free (passed);
}

void
xmpp_sasl_selection_clear (XmppSaslSelection *selection)
{
  g_clear_pointer (&selection->choices, g_ptr_array_unref);
  g_clear_pointer (&selection->passed, g_ptr_array_unref);
}

XmppSaslExposure
xmpp_sasl_choice_get_exposure (XmppSaslChoice *choice)
{
  const char *name = xmpp_sasl_mechanism_info_get_name (choice->info);
  XmppSaslExposure exposure =
      xmpp_sasl_exposure_get (choice->info, choice->binding == XMPP_SASL_BINDING_USED);

  if (xmpp_sasl_known_is_guessed (name))
    return MAX (exposure, XMPP_SASL_EXPOSURE_GUESSES);

  return exposure;
}

/* ---- One mechanism ---- */

static gboolean
contains (GStrv names, const char *name)
{
  return names != NULL && g_strv_contains ((const char *const *) names, name);
}

/* NULL: it may be used */
static const char *
judge (XmppSaslPolicy *policy,
       const char *name,
       XmppSaslMechanismInfo *info,
       const XmppSaslOffer *offer)
{
  XmppSaslFacts facts;
  const char *why;

  if (!xmpp_sasl_name_is_valid (name))
    return "this is not the name of a mechanism";
  if (xmpp_sasl_known_is_token (name))
    return "it is used with tokens of an earlier login only";
  if (info == NULL ||
      !(xmpp_sasl_mechanism_info_get_roles (info) & XMPP_SASL_ROLE_CLIENT))
    return "there is no module for it";

  why = xmpp_sasl_policy_judge (policy, info);
  if (why != NULL)
    return why;

  facts = xmpp_sasl_mechanism_info_get_facts (info);
  why = xmpp_sasl_means_judge (offer->means, info);
  if (why != NULL &&
      !((facts & XMPP_SASL_FACTS_ANONYMOUS) && contains (policy->allowed, name)))
    return why;
  if (!offer->secure &&
      (facts & (XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_PLAIN_TEXT)))
    return "it needs verified TLS";
  if (facts & XMPP_SASL_FACTS_CERTIFICATE && offer->why_no_certificate != NULL)
    return offer->why_no_certificate;
  if (offer->ahead && (facts & XMPP_SASL_FACTS_PLAIN_TEXT))
    return "it waits for the list of this connection";
  if (offer->refused != NULL && g_strv_contains (offer->refused, name))
    return "the server has refused it";

  return NULL;
}

/* What the last login was proven by is what it says something about: whoever has taken the
 * certificate out, or has a token and no password any more, has changed that himself.
 * NULL: it says nothing */
static const XmppSaslBaseline *
find_baseline (XmppSaslRegistry *registry, const XmppSaslOffer *offer)
{
  XmppSaslMechanismInfo *info = NULL;
  XmppSaslMeans means;

  if (offer->baseline != NULL)
    info = xmpp_sasl_registry_find (registry, offer->baseline->mechanism);
  if (info == NULL)
    return offer->baseline;

  if (xmpp_sasl_mechanism_info_get_facts (info) & XMPP_SASL_FACTS_CERTIFICATE)
    return offer->has_certificate ? offer->baseline : NULL;

  means = xmpp_sasl_means_get (info);
  return means == XMPP_SASL_MEANS_ANY || offer->means == XMPP_SASL_MEANS_ANY ||
                 (means & offer->means)
             ? offer->baseline
             : NULL;
}

/* What the last login says: may @choice be used now? A server that has proven its lists
 * then may have changed them since; it has to prove these too (XEP-0474). */
static const char *
compare_with_baseline (XmppSaslPolicy *policy,
                       const XmppSaslBaseline *baseline,
                       XmppSaslChoice *choice)
{
  const char *name = xmpp_sasl_mechanism_info_get_name (choice->info);
  gboolean provable = xmpp_sasl_known_proves_offer (name);
  XmppSaslExposure max;

  if (baseline == NULL || policy->accept_weaker)
    return NULL;

  max = baseline->exposure;
  if (baseline->proves_offer && provable)
    {
      choice->needs_proof = TRUE;
      max = MAX (max, XMPP_SASL_EXPOSURE_SESSION);
    }

  return xmpp_sasl_choice_get_exposure (choice) <= max
             ? NULL
             : "it reveals more than what the last login used";
}

/* ---- Channel binding ---- */

static gboolean
could_bind (XmppSaslPolicy *policy,
            XmppSaslRegistry *registry,
            const XmppSaslOffer *offer)
{
  g_autoptr (GPtrArray) infos = NULL;

  if (offer->bindings == NULL || offer->bindings[0] == NULL)
    return FALSE;

  infos = xmpp_sasl_registry_list_from (registry, XMPP_SASL_ROLE_CLIENT,
                                        xmpp_sasl_policy_get_modules (policy));
  for (guint i = 0; i < infos->len; i++)
    {
      XmppSaslMechanismInfo *info = g_ptr_array_index (infos, i);

      if ((xmpp_sasl_mechanism_info_get_facts (info) & XMPP_SASL_FACTS_CHANNEL_BINDING) &&
          !xmpp_sasl_known_is_token (xmpp_sasl_mechanism_info_get_name (info)) &&
          xmpp_sasl_policy_judge (policy, info) == NULL)
        return TRUE;
    }

  return FALSE;
}

/* Is there a -PLUS form of what a server offers? */
static gboolean
could_have_been_bound (XmppSaslRegistry *registry, const char *name)
{
  g_autofree char *plus = g_strconcat (name, "-PLUS", NULL);

  return xmpp_sasl_known_is_standard (plus) ||
         xmpp_sasl_registry_find (registry, plus) != NULL;
}

/* A server may list types on every host, those included where no mechanism is on that
 * could use one: then the list says nothing. */
static void
decide_binding (XmppSaslPolicy *policy,
                XmppSaslRegistry *registry,
                const XmppSaslOffer *offer,
                GStrv names,
                GStrv types,
                XmppSaslBindingVerdict *verdict)
{
  static const char *const nothing[] = { NULL };
  XmppSaslBindingFacts facts = {
    .could = could_bind (policy, registry, offer),
    .bindings = offer->bindings != NULL ? offer->bindings : nothing,
  };

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_str_has_suffix (names[i], "-PLUS"))
        facts.plus_offered = TRUE;
      if (facts.plus_offered || could_have_been_bound (registry, names[i]))
        facts.types = (const char *const *) types;
    }

  xmpp_sasl_binding_decide (&facts, verdict);
}

/* What channel binding makes of a mechanism. NULL: @choice says how it is used */
static const char *
bind (XmppSaslChoice *choice, const XmppSaslBindingVerdict *verdict)
{
  const char *name = xmpp_sasl_mechanism_info_get_name (choice->info);
  XmppSaslFacts facts = xmpp_sasl_mechanism_info_get_facts (choice->info);

  /* A part of TLS itself, or nothing that could be carried away: whatever was done to the
   * lists does not matter. */
  if (facts & (XMPP_SASL_FACTS_CERTIFICATE | XMPP_SASL_FACTS_ANONYMOUS))
    return NULL;
  if (verdict->downgrade)
    return TAMPERED;
  if (facts & XMPP_SASL_FACTS_CHANNEL_BINDING)
    {
      choice->binding = XMPP_SASL_BINDING_USED;
      choice->binding_type = g_strdup (verdict->type);
      return verdict->type == NULL ? verdict->why : NULL;
    }

  choice->binding = verdict->plain;
  choice->needs_proof = verdict->needs_proof;
  if (verdict->needs_proof && !xmpp_sasl_known_proves_offer (name))
    return "the server cannot prove with it that its list of channel bindings is its own";

  return NULL;
}

/* ---- The list ---- */

/* At most @max, each once; a list of a million names costs no more than this. */
static GStrv
dup_first (const char *const *words, guint max)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; words != NULL && words[i] != NULL && i < max; i++)
    if (g_hash_table_add (seen, (gpointer) words[i]))
      g_strv_builder_add (builder, words[i]);

  return g_strv_builder_end (builder);
}

/* A name goes into messages and logs: short, and nothing but printable ASCII. */
static char *
dup_presentable (const char *name)
{
  char *copy = g_strndup (name, 20);

  for (char *c = copy; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      *c = '?';

  return copy;
}

static void
pass (XmppSaslSelection *selection, const char *name, const char *why)
{
  XmppSaslPassed *passed = g_new0 (XmppSaslPassed, 1);

  passed->name = dup_presentable (name);
  passed->why = g_strdup (why);
  g_ptr_array_add (selection->passed, passed);
}

static guint
rank_in (GStrv names, const char *name)
{
  guint i = 0;

  while (names != NULL && names[i] != NULL && !g_str_equal (names[i], name))
    i++;

  return i;
}

static int
compare_choices (gconstpointer a, gconstpointer b, gpointer user_data)
{
  XmppSaslPolicy *policy = user_data;
  XmppSaslMechanismInfo *info_a = (*(XmppSaslChoice *const *) a)->info;
  XmppSaslMechanismInfo *info_b = (*(XmppSaslChoice *const *) b)->info;
  const char *name_a = xmpp_sasl_mechanism_info_get_name (info_a);
  const char *name_b = xmpp_sasl_mechanism_info_get_name (info_b);
  int by_preferred = rank_in (policy->preferred, name_a) -
                     rank_in (policy->preferred, name_b);
  int by_allowed = rank_in (policy->allowed, name_a) - rank_in (policy->allowed, name_b);
  int strength_a = xmpp_sasl_mechanism_info_get_strength (info_a);
  int strength_b = xmpp_sasl_mechanism_info_get_strength (info_b);

  if (by_preferred != 0)
    return by_preferred;
  if (by_allowed != 0)
    return by_allowed;
  if (strength_a != strength_b)
    return strength_a > strength_b ? -1 : 1;

  return strcmp (name_a, name_b);
}

/* "p.test offers ….: PLAIN (why), …" */
static char *
describe_nothing (const XmppSaslOffer *offer, GPtrArray *passed)
{
  GString *text = g_string_new (offer->peer);

  g_string_append (text, offer->means == XMPP_SASL_MEANS_ANONYMOUS
                             ? " offers no login without an account"
                             : " offers no SASL mechanism that may be used");
  for (guint i = 0; i < passed->len; i++)
    {
      XmppSaslPassed *one = g_ptr_array_index (passed, i);

      g_string_append_printf (text, "%s %s (%s)", i == 0 ? ":" : ",", one->name,
                              one->why);
    }

  return g_string_free (text, FALSE);
}

/* Then the server is not to blame for what it offers. */
static gboolean
is_empty (XmppSaslRegistry *registry)
{
  g_autoptr (GPtrArray) infos = xmpp_sasl_registry_list (registry, XMPP_SASL_ROLE_CLIENT);

  return infos->len == 0;
}

/* @weaker: a mechanism was left out for what the last login was; @unproven: for what the
 * server would have to prove, and cannot */
static void
set_nothing_error (XmppSaslRegistry *registry,
                   const XmppSaslOffer *offer,
                   GPtrArray *passed,
                   gboolean weaker,
                   gboolean unproven,
                   GError **error)
{
  g_autofree char *nothing = describe_nothing (offer, passed);
  g_autofree char *last = weaker ? xmpp_sasl_baseline_describe (offer->baseline) : NULL;

  if (weaker)
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE,
                 "%s. The last login used %s: " SOMEBODY
                 ". If the server's administrator says that this was changed, forget "
                 "what is remembered of the account, or let the policy accept a weaker "
                 "login once",
                 nothing, last);
  else if (unproven)
    g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE,
                 "%s. Its list of channel bindings lacks tls-server-end-point, which "
                 "every server has to have: " SOMEBODY,
                 nothing);
  else if (is_empty (registry))
    g_set_error_literal (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
                         "No module of any mechanism is found. What to do: install them "
                         "in " XMPP_SASL_MODULE_DIR
                         ", or name their folders in XMPP_SASL_MODULE_PATH");
  else
    g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY, "%s%s",
                 nothing,
                 offer->means == XMPP_SASL_MEANS_ANONYMOUS
                     ? ". What to do: give the address of an account"
                     : "");
}

gboolean
xmpp_sasl_select (XmppSaslPolicy *policy,
                  XmppSaslRegistry *registry,
                  const XmppSaslOffer *offer,
                  XmppSaslSelection *selection,
                  GError **error)
{
  g_auto (GStrv) names = dup_first (offer->mechanisms, offer->max);
  g_auto (GStrv) types = dup_first (offer->types, offer->max);
  const XmppSaslBaseline *baseline = find_baseline (registry, offer);
  XmppSaslBindingVerdict verdict;
  gboolean weaker = FALSE;
  gboolean tampered = FALSE;

  selection->choices =
      g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_sasl_choice_free);
  selection->passed =
      g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_sasl_passed_free);

  decide_binding (policy, registry, offer, names, types, &verdict);
  selection->why_not_bound = verdict.why;
  for (guint i = 0; names[i] != NULL; i++)
    {
      XmppSaslMechanismInfo *info =
          xmpp_sasl_registry_find_from (registry, names[i], XMPP_SASL_ROLE_CLIENT,
                                        xmpp_sasl_policy_get_modules (policy));
      XmppSaslChoice *choice = g_new0 (XmppSaslChoice, 1);
      const char *why = judge (policy, names[i], info, offer);

      g_set_object (&choice->info, info);
      if (why == NULL)
        {
          why = bind (choice, &verdict);
          tampered |= why != NULL && verdict.downgrade;
        }
      if (why == NULL)
        {
          why = compare_with_baseline (policy, baseline, choice);
          weaker |= why != NULL;
        }

      if (why == NULL)
        g_ptr_array_add (selection->choices, choice);
      else
        {
          pass (selection, names[i], why);
          xmpp_sasl_choice_free (choice);
        }
    }

  if (selection->choices->len == 0 && tampered)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE,
                   "%s lists types of channel binding and offers no mechanism for them: "
                   "somebody may have taken those away",
                   offer->peer);
      return FALSE;
    }
  if (selection->choices->len == 0)
    {
      set_nothing_error (registry, offer, selection->passed, weaker, verdict.needs_proof,
                         error);
      return FALSE;
    }

  g_ptr_array_sort_with_data (selection->choices, compare_choices, policy);

  return TRUE;
}
