/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-policy-private.h"

#include "core/xmpp-error.h"
#include "core/xmpp-property.h"
#include "sasl/xmpp-sasl-binding.h"
#include "sasl/xmpp-sasl-known.h"

#include <string.h>

/**
 * XmppSaslPolicy:
 *
 * Which mechanisms a login may use. As it is, all of them may be used, the strongest
 * first, and those that send a secret over verified TLS only.
 *
 * A login that the policy leaves no mechanism for fails with
 * %XMPP_CONNECTION_ERROR_POLICY, and says why for each.
 *
 * Since: 1.0
 */

struct _XmppSaslPolicy
{
  GObject parent_instance;

  GStrv allowed;
  GStrv denied;
  gboolean require_mutual;
  gboolean require_channel_binding;
  int minimum_strength;
};

G_DEFINE_FINAL_TYPE (XmppSaslPolicy, xmpp_sasl_policy, G_TYPE_OBJECT)

enum
{
  PROP_ALLOWED = 1,
  PROP_DENIED,
  PROP_REQUIRE_MUTUAL,
  PROP_REQUIRE_CHANNEL_BINDING,
  PROP_MINIMUM_STRENGTH,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What each property is */
static const gsize members[N_PROPS] = {
  [PROP_ALLOWED] = G_STRUCT_OFFSET (XmppSaslPolicy, allowed),
  [PROP_DENIED] = G_STRUCT_OFFSET (XmppSaslPolicy, denied),
  [PROP_REQUIRE_MUTUAL] = G_STRUCT_OFFSET (XmppSaslPolicy, require_mutual),
  [PROP_REQUIRE_CHANNEL_BINDING] =
      G_STRUCT_OFFSET (XmppSaslPolicy, require_channel_binding),
  [PROP_MINIMUM_STRENGTH] = G_STRUCT_OFFSET (XmppSaslPolicy, minimum_strength),
};

static void
xmpp_sasl_policy_finalize (GObject *object)
{
  XmppSaslPolicy *self = XMPP_SASL_POLICY (object);

  g_strfreev (self->allowed);
  g_strfreev (self->denied);

  G_OBJECT_CLASS (xmpp_sasl_policy_parent_class)->finalize (object);
}

static void
xmpp_sasl_policy_get_property (GObject *object,
                               guint prop_id,
                               GValue *value,
                               GParamSpec *pspec)
{
  xmpp_property_read (G_STRUCT_MEMBER_P (object, members[prop_id]), value);
}

static void
xmpp_sasl_policy_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  xmpp_property_write (G_STRUCT_MEMBER_P (object, members[prop_id]), value);
}

static void
xmpp_sasl_policy_class_init (XmppSaslPolicyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = xmpp_sasl_policy_finalize;
  object_class->get_property = xmpp_sasl_policy_get_property;
  object_class->set_property = xmpp_sasl_policy_set_property;

  /**
   * XmppSaslPolicy:allowed:
   *
   * The names of the only mechanisms that may be used, the preferred ones first; %NULL:
   * all.
   *
   * Since: 1.0
   */
  properties[PROP_ALLOWED] =
      g_param_spec_boxed ("allowed", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * XmppSaslPolicy:denied:
   *
   * The names of mechanisms that may not be used.
   *
   * Since: 1.0
   */
  properties[PROP_DENIED] = g_param_spec_boxed ("denied", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * XmppSaslPolicy:require-mutual:
   *
   * Whether the server has to prove that it knows the secret too.
   *
   * Since: 1.0
   */
  properties[PROP_REQUIRE_MUTUAL] =
      g_param_spec_boolean ("require-mutual", NULL, NULL, FALSE, flags);
  /**
   * XmppSaslPolicy:require-channel-binding:
   *
   * Whether the proof has to be bound to the TLS connection.
   *
   * Since: 1.0
   */
  properties[PROP_REQUIRE_CHANNEL_BINDING] =
      g_param_spec_boolean ("require-channel-binding", NULL, NULL, FALSE, flags);
  /**
   * XmppSaslPolicy:minimum-strength:
   *
   * The lowest [property@Xmpp.SaslMechanismInfo:strength] that may be used.
   *
   * Since: 1.0
   */
  properties[PROP_MINIMUM_STRENGTH] =
      g_param_spec_int ("minimum-strength", NULL, NULL, 0, G_MAXINT, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_sasl_policy_init (XmppSaslPolicy *self)
{
}

/**
 * xmpp_sasl_policy_new:
 *
 * Returns: (transfer full): a new policy that allows everything
 *
 * Since: 1.0
 */
XmppSaslPolicy *
xmpp_sasl_policy_new (void)
{
  return g_object_new (XMPP_TYPE_SASL_POLICY, NULL);
}

void
xmpp_sasl_choice_free (XmppSaslChoice *choice)
{
  g_object_unref (choice->info);
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
xmpp_sasl_passed_set_error (GPtrArray *passed, const char *peer, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < passed->len; i++)
    {
      XmppSaslPassed *one = g_ptr_array_index (passed, i);

      g_string_append_printf (list, "%s %s (%s)", i == 0 ? ":" : ",", one->name,
                              one->why);
    }

  g_set_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY,
               "%s offers no SASL mechanism that may be used%s", peer, list->str);
}

static gboolean
contains (GStrv names, const char *name)
{
  return names != NULL && g_strv_contains ((const char *const *) names, name);
}

/* What the policy says of a mechanism, whatever the connection: NULL: it may be used */
static const char *
judge_by_policy (XmppSaslPolicy *self, XmppSaslMechanismInfo *info)
{
  const char *name = xmpp_sasl_mechanism_info_get_name (info);
  XmppSaslFacts facts = xmpp_sasl_mechanism_info_get_facts (info);

  if (contains (self->denied, name))
    return "the policy denies it";
  if (self->allowed != NULL && !contains (self->allowed, name))
    return "the policy allows only others";
  if (xmpp_sasl_mechanism_info_get_strength (info) < self->minimum_strength)
    return "the policy wants a stronger one";
  if (self->require_mutual && !(facts & XMPP_SASL_FACTS_MUTUAL))
    return "the policy wants the server to prove itself too";
  if (self->require_channel_binding && !(facts & XMPP_SASL_FACTS_CHANNEL_BINDING))
    return "the policy wants channel binding";

  return NULL;
}

static const char *
judge (XmppSaslPolicy *self,
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

  why = judge_by_policy (self, info);
  if (why != NULL)
    return why;

  facts = xmpp_sasl_mechanism_info_get_facts (info);
  if (offer->anonymous && !(facts & XMPP_SASL_FACTS_ANONYMOUS))
    return "the login is to be anonymous";
  if (!offer->anonymous && (facts & XMPP_SASL_FACTS_ANONYMOUS) &&
      !contains (self->allowed, name))
    return "the login is not to be anonymous";
  if (!offer->secure &&
      (facts & (XMPP_SASL_FACTS_NEEDS_TLS | XMPP_SASL_FACTS_PLAIN_TEXT)))
    return "it needs verified TLS";
  if (offer->refused != NULL && g_strv_contains (offer->refused, name))
    return "the server has refused it";

  return NULL;
}

static gboolean
could_bind (XmppSaslPolicy *self, XmppSaslRegistry *registry, const XmppSaslOffer *offer)
{
  g_autoptr (GPtrArray) infos = NULL;

  if (offer->bindings == NULL || offer->bindings[0] == NULL)
    return FALSE;

  infos = xmpp_sasl_registry_list (registry, XMPP_SASL_ROLE_CLIENT);
  for (guint i = 0; i < infos->len; i++)
    {
      XmppSaslMechanismInfo *info = g_ptr_array_index (infos, i);

      if ((xmpp_sasl_mechanism_info_get_facts (info) & XMPP_SASL_FACTS_CHANNEL_BINDING) &&
          !xmpp_sasl_known_is_token (xmpp_sasl_mechanism_info_get_name (info)) &&
          judge_by_policy (self, info) == NULL)
        return TRUE;
    }

  return FALSE;
}

static void
decide_binding (XmppSaslPolicy *self,
                XmppSaslRegistry *registry,
                const XmppSaslOffer *offer,
                GStrv names,
                GStrv types,
                XmppSaslBindingVerdict *verdict)
{
  static const char *const nothing[] = { NULL };
  XmppSaslBindingFacts facts = {
    .could = could_bind (self, registry, offer),
    .types = (const char *const *) types,
    .bindings = offer->bindings != NULL ? offer->bindings : nothing,
  };

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_suffix (names[i], "-PLUS"))
      facts.plus_offered = TRUE;

  xmpp_sasl_binding_decide (&facts, verdict);
}

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

static XmppSaslPassed *
passed_new (const char *name, const char *why)
{
  XmppSaslPassed *passed = g_new0 (XmppSaslPassed, 1);

  passed->name = dup_presentable (name);
  passed->why = g_strdup (why);

  return passed;
}

static XmppSaslChoice *
choice_new (XmppSaslMechanismInfo *info, XmppSaslBinding binding, const char *type)
{
  XmppSaslChoice *choice = g_new0 (XmppSaslChoice, 1);

  choice->info = g_object_ref (info);
  choice->binding = binding;
  choice->binding_type = g_strdup (type);

  return choice;
}

static int
rank_in (GStrv names, const char *name)
{
  int i = 0;

  while (names[i] != NULL && !g_str_equal (names[i], name))
    i++;

  return i;
}

static int
compare_choices (gconstpointer a, gconstpointer b, gpointer user_data)
{
  XmppSaslPolicy *self = user_data;
  XmppSaslMechanismInfo *info_a = (*(XmppSaslChoice *const *) a)->info;
  XmppSaslMechanismInfo *info_b = (*(XmppSaslChoice *const *) b)->info;
  const char *name_a = xmpp_sasl_mechanism_info_get_name (info_a);
  const char *name_b = xmpp_sasl_mechanism_info_get_name (info_b);
  int strength_a = xmpp_sasl_mechanism_info_get_strength (info_a);
  int strength_b = xmpp_sasl_mechanism_info_get_strength (info_b);

  if (self->allowed != NULL)
    return rank_in (self->allowed, name_a) - rank_in (self->allowed, name_b);
  if (strength_a != strength_b)
    return strength_a > strength_b ? -1 : 1;

  return strcmp (name_a, name_b);
}

GPtrArray *
xmpp_sasl_policy_choose (XmppSaslPolicy *self,
                         XmppSaslRegistry *registry,
                         const XmppSaslOffer *offer,
                         GPtrArray **passed,
                         GError **error)
{
  g_auto (GStrv) names = dup_first (offer->mechanisms, offer->max);
  g_auto (GStrv) types = dup_first (offer->types, offer->max);
  g_autoptr (GPtrArray) choices = NULL;
  XmppSaslBindingVerdict verdict;

  choices = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_sasl_choice_free);
  *passed = g_ptr_array_new_with_free_func ((GDestroyNotify) xmpp_sasl_passed_free);

  decide_binding (self, registry, offer, names, types, &verdict);
  if (verdict.downgrade)
    {
      g_set_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE,
                   "%s lists types of channel binding and offers no mechanism for them: "
                   "somebody may have taken those away",
                   offer->peer);
      return NULL;
    }

  for (guint i = 0; names[i] != NULL; i++)
    {
      XmppSaslMechanismInfo *info = xmpp_sasl_registry_find (registry, names[i]);
      const char *why = judge (self, names[i], info, offer);
      gboolean bound = why == NULL && (xmpp_sasl_mechanism_info_get_facts (info) &
                                       XMPP_SASL_FACTS_CHANNEL_BINDING) != 0;

      if (bound && verdict.type == NULL)
        why = verdict.why;

      if (why != NULL)
        g_ptr_array_add (*passed, passed_new (names[i], why));
      else if (bound)
        g_ptr_array_add (choices,
                         choice_new (info, XMPP_SASL_BINDING_USED, verdict.type));
      else
        g_ptr_array_add (choices, choice_new (info, verdict.plain, NULL));
    }

  g_ptr_array_sort_with_data (choices, compare_choices, self);

  return g_steal_pointer (&choices);
}
