/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-shortlist.h"

#include "core/xmpp-error.h"
#include "core/xmpp-report-private.h"
#include "sasl/xmpp-credential-private.h"
#include "sasl/xmpp-sasl-known.h"
#include "sasl/xmpp-sasl-policy-private.h"
#include "sasl/xmpp-sasl-registry-private.h"
#include "sasl/xmpp-sasl-secrets.h"

#include <string.h>

struct _XmppSaslShortlist
{
  XmppSaslRegistry *registry;
  XmppSaslPolicy *policy;
  XmppCredential *credential;
  XmppReport *report;

  XmppSaslBaseline *baseline;
  XmppSaslSelection selection;
  guint position;     /* in its choices */
  gboolean ahead;     /* it was only remembered, and the report says nothing of it yet */
  GPtrArray *refused; /* NULL-terminated */
  GHashTable *recorded;

  XmppSaslExposure max; /* nothing worse may be tried any more */
  /* nothing worse may be asked for any more: one question was left unanswered */
  XmppSaslExposure max_asked;
  char *why_no_ticket; /* for all mechanisms that take one; NULL: there may be one */
};

XmppSaslShortlist *
xmpp_sasl_shortlist_new (XmppSaslRegistry *registry,
                         XmppSaslPolicy *policy,
                         XmppCredential *credential,
                         XmppReport *report)
{
  XmppSaslShortlist *list = g_new0 (XmppSaslShortlist, 1);

  list->registry = g_object_ref (registry);
  list->policy = g_object_ref (policy);
  list->credential = g_object_ref (credential);
  g_set_object (&list->report, report);
  list->refused = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (list->refused, NULL);
  list->recorded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  list->max = XMPP_SASL_EXPOSURE_SECRET;
  list->max_asked = XMPP_SASL_EXPOSURE_SECRET;

  return list;
}

void
xmpp_sasl_shortlist_free (XmppSaslShortlist *list)
{
  g_object_unref (list->registry);
  g_object_unref (list->policy);
  g_object_unref (list->credential);
  g_clear_object (&list->report);
  g_clear_pointer (&list->baseline, xmpp_sasl_baseline_free);
  xmpp_sasl_selection_clear (&list->selection);
  g_ptr_array_unref (list->refused);
  g_hash_table_unref (list->recorded);
  g_free (list->why_no_ticket);
  g_free (list);
}

static const char *
get_name (XmppSaslChoice *choice)
{
  return xmpp_sasl_mechanism_info_get_name (choice->info);
}

static XmppSaslChoice *
get_best (XmppSaslShortlist *list)
{
  return g_ptr_array_index (list->selection.choices, list->position);
}

/* Each mechanism stands in the report once, with what was said of it first; but that it was
 * used is said always. */
static void
record (XmppSaslShortlist *list, const char *name, gboolean used, const char *why)
{
  if (g_hash_table_add (list->recorded, g_strdup (name)) || used)
    xmpp_report_add_mechanism (list->report, name, used, why);
}

XmppReport *
xmpp_sasl_shortlist_get_report (XmppSaslShortlist *list)
{
  return list->report;
}

gboolean
xmpp_sasl_shortlist_accepts_weaker (XmppSaslShortlist *list)
{
  return list->policy->accept_weaker;
}

void
xmpp_sasl_shortlist_set_baseline (XmppSaslShortlist *list,
                                  const XmppSaslBaseline *baseline)
{
  g_clear_pointer (&list->baseline, xmpp_sasl_baseline_free);
  if (baseline != NULL)
    list->baseline = xmpp_sasl_baseline_copy (baseline);
}

XmppSaslBaseline *
xmpp_sasl_shortlist_dup_baseline (XmppSaslShortlist *list, gboolean proves_offer)
{
  XmppSaslChoice *used = get_best (list);

  /* A server that has proven its lists once goes on doing so, whatever was used now. */
  if (list->baseline != NULL && list->baseline->proves_offer &&
      !list->policy->accept_weaker)
    proves_offer = TRUE;

  return xmpp_sasl_baseline_new (xmpp_sasl_choice_get_exposure (used), get_name (used),
                                 used->binding_type, proves_offer);
}

static void
record_passed (XmppSaslShortlist *list)
{
  for (guint i = 0; i < list->selection.passed->len; i++)
    {
      XmppSaslPassed *one = g_ptr_array_index (list->selection.passed, i);

      record (list, one->name, FALSE, one->why);
    }
}

/* Of the modules that the policy prefers, those that there are not, and those that had
 * nothing to do with what was used. @used: (nullable): so far there is nothing */
static void
report_modules (XmppSaslShortlist *list, XmppSaslChoice *used)
{
  const char *const *modules = xmpp_sasl_policy_get_modules (list->policy);
  const char *own = used != NULL ? xmpp_sasl_mechanism_info_get_module (used->info)
                                 : NULL;
  gboolean from_one = own != NULL && modules != NULL && g_strv_contains (modules, own);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; modules != NULL && modules[i] != NULL; i++)
    {
      const char *separator = text->len > 0 ? ", " : "";

      if (!xmpp_sasl_registry_has_module (list->registry, modules[i]))
        g_string_append_printf (text, "%s%s (there is no such module)", separator,
                                modules[i]);
      else if (used != NULL && !from_one)
        g_string_append_printf (text, "%s%s (%s is of %s)", separator, modules[i],
                                get_name (used), own != NULL ? own : "the program");
    }

  if (text->len > 0)
    xmpp_report_set_fact (list->report, "offer", "modules_not_used",
                          g_variant_new_string (text->str));
}

static void
report_best (XmppSaslShortlist *list,
             const XmppSaslSelection *selection,
             const char *whose)
{
  XmppSaslChoice *best = g_ptr_array_index (selection->choices, 0);
  gboolean bound = best->binding == XMPP_SASL_BINDING_USED;
  g_autofree char *text = g_strdup_printf ("%s%s%s%s", get_name (best),
                                           bound ? " bound by " : "",
                                           bound ? best->binding_type : "", whose);

  xmpp_report_set_fact (list->report, "offer", "choice", g_variant_new_string (text));
}

/* What the lists come to, even if nothing of it can be used for want of a secret. A domain
 * without an account is asked for what it has for accounts. */
static void
report_choice (XmppSaslShortlist *list, XmppSaslOffer *offer)
{
  g_auto (XmppSaslSelection) other = { 0 };

  if (list->selection.choices != NULL && list->selection.choices->len > 0)
    {
      report_best (list, &list->selection, "");
      return;
    }
  if (list->report == NULL || offer->means != XMPP_SASL_MEANS_ANONYMOUS)
    return;

  offer->means = XMPP_SASL_MEANS_ANY;
  if (xmpp_sasl_select (list->policy, list->registry, offer, &other, NULL))
    report_best (list, &other, " for whoever has an account");
  offer->means = XMPP_SASL_MEANS_ANONYMOUS;
}

gboolean
xmpp_sasl_shortlist_fill (XmppSaslShortlist *list, XmppSaslOffer *offer, GError **error)
{
  gboolean ok;

  xmpp_sasl_selection_clear (&list->selection);
  list->position = 0;

  offer->means = xmpp_credential_get_means (list->credential);
  offer->refused = (const char *const *) list->refused->pdata;
  offer->baseline = list->baseline;
  ok = xmpp_sasl_select (list->policy, list->registry, offer, &list->selection, error);

  list->ahead = offer->ahead;
  if (!list->ahead)
    {
      record_passed (list);
      report_choice (list, offer);
      report_modules (list, NULL);
    }

  return ok;
}

const char *
xmpp_sasl_shortlist_get_why_not_bound (XmppSaslShortlist *list)
{
  return list->selection.why_not_bound;
}

/* Whether a person would have to be asked for the secret itself */
static gboolean
would_ask (XmppSaslShortlist *list, XmppSaslChoice *choice)
{
  const char *const *fields = xmpp_sasl_mechanism_info_get_fields (choice->info);

  for (guint i = 0; fields[i] != NULL; i++)
    if (!xmpp_sasl_field_names_somebody (fields[i]) &&
        !xmpp_credential_has_field (list->credential, fields[i]))
      return TRUE;

  return FALSE;
}

/* NULL: it may be tried */
static const char *
judge (XmppSaslShortlist *list, XmppSaslChoice *choice)
{
  XmppSaslExposure exposure = xmpp_sasl_choice_get_exposure (choice);

  if (exposure > list->max)
    return "it reveals more than the one that has failed";
  if (exposure > list->max_asked && would_ask (list, choice))
    return "it reveals more than the one that nobody gave the secret for";
  if (xmpp_sasl_known_is_kerberos (get_name (choice)))
    return list->why_no_ticket;

  return NULL;
}

XmppSaslChoice *
xmpp_sasl_shortlist_peek (XmppSaslShortlist *list)
{
  while (list->selection.choices != NULL && list->position < list->selection.choices->len)
    {
      XmppSaslChoice *choice = get_best (list);
      const char *why = judge (list, choice);

      if (why == NULL)
        return choice;

      record (list, get_name (choice), FALSE, why);
      list->position++;
    }

  return NULL;
}

/* It stands beside the mechanism's name. */
static const char *
skip_name (XmppSaslChoice *choice, const char *message)
{
  const char *name = get_name (choice);
  gsize length = strlen (name);

  return g_str_has_prefix (message, name) && strncmp (message + length, ": ", 2) == 0
             ? message + length + 2
             : message;
}

void
xmpp_sasl_shortlist_pass_over (XmppSaslShortlist *list, const GError *error)
{
  XmppSaslChoice *choice = get_best (list);
  const char *why = skip_name (choice, error->message);

  /* Whoever has no token may have a password. */
  if (g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL) &&
      xmpp_sasl_means_get (choice->info) != XMPP_SASL_MEANS_TOKEN)
    list->max_asked = MIN (list->max_asked, xmpp_sasl_choice_get_exposure (choice));

  /* Kerberos answers the same to each name, and may take half a minute for it. */
  if (g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_UNAVAILABLE) &&
      xmpp_sasl_known_is_kerberos (get_name (choice)))
    {
      g_free (list->why_no_ticket);
      list->why_no_ticket = g_strdup (why);
    }

  record (list, get_name (choice), FALSE, why);
  list->position++;
}

void
xmpp_sasl_shortlist_set_tried (XmppSaslShortlist *list, const GError *failure)
{
  XmppSaslChoice *choice = get_best (list);
  g_autofree char *nick = xmpp_error_dup_nick (failure);

  list->max = MIN (list->max, xmpp_sasl_choice_get_exposure (choice));
  record (list, get_name (choice), TRUE, nick);
  report_modules (list, choice);
  if (list->ahead)
    record_passed (list);
}

void
xmpp_sasl_shortlist_refuse (XmppSaslShortlist *list)
{
  XmppSaslChoice *choice = get_best (list);

  g_ptr_array_insert (list->refused, (int) list->refused->len - 1,
                      g_strdup (get_name (choice)));
  list->position++;
}

void
xmpp_sasl_shortlist_set_used (XmppSaslShortlist *list)
{
  const char *name = get_name (get_best (list));
  g_autofree char *why = g_strdup_printf ("%s was preferred", name);

  record (list, name, TRUE, NULL);
  report_modules (list, get_best (list));
  for (guint i = 0; i < list->selection.choices->len; i++)
    record (list, get_name (g_ptr_array_index (list->selection.choices, i)), FALSE, why);
  if (list->ahead)
    record_passed (list);
}
