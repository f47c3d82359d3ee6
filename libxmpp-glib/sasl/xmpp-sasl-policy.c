/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-mechanism-info-private.h"
#include "sasl/xmpp-sasl-policy-private.h"

#include "core/xmpp-property.h"

/**
 * XmppSaslPolicy:
 *
 * Which mechanisms a login may use. As it is, all of them may be used but those that say
 * that somebody has to name them (%XMPP_SASL_FACTS_OPT_IN), the strongest first, those that send a secret over verified TLS only, and none that reveals more than
 * the last login of the account did.
 *
 * A login that the policy leaves no mechanism for fails with
 * %XMPP_CONNECTION_ERROR_POLICY, and says why for each.
 *
 * Since: 1.0
 */

G_DEFINE_FINAL_TYPE (XmppSaslPolicy, xmpp_sasl_policy, G_TYPE_OBJECT)

enum
{
  PROP_ALLOWED = 1,
  PROP_DENIED,
  PROP_PREFERRED,
  PROP_PREFERRED_MODULES,
  PROP_REQUIRE_MUTUAL,
  PROP_REQUIRE_CHANNEL_BINDING,
  PROP_MINIMUM_STRENGTH,
  PROP_ACCEPT_WEAKER,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What each property is */
static const gsize members[N_PROPS] = {
  [PROP_ALLOWED] = G_STRUCT_OFFSET (XmppSaslPolicy, allowed),
  [PROP_DENIED] = G_STRUCT_OFFSET (XmppSaslPolicy, denied),
  [PROP_PREFERRED] = G_STRUCT_OFFSET (XmppSaslPolicy, preferred),
  [PROP_PREFERRED_MODULES] = G_STRUCT_OFFSET (XmppSaslPolicy, preferred_modules),
  [PROP_REQUIRE_MUTUAL] = G_STRUCT_OFFSET (XmppSaslPolicy, require_mutual),
  [PROP_REQUIRE_CHANNEL_BINDING] =
      G_STRUCT_OFFSET (XmppSaslPolicy, require_channel_binding),
  [PROP_MINIMUM_STRENGTH] = G_STRUCT_OFFSET (XmppSaslPolicy, minimum_strength),
  [PROP_ACCEPT_WEAKER] = G_STRUCT_OFFSET (XmppSaslPolicy, accept_weaker),
};

static void
xmpp_sasl_policy_finalize (GObject *object)
{
  XmppSaslPolicy *self = XMPP_SASL_POLICY (object);

  g_strfreev (self->allowed);
  g_strfreev (self->denied);
  g_strfreev (self->preferred);
  g_strfreev (self->preferred_modules);

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
install_name_properties (GParamFlags flags)
{
  /**
   * XmppSaslPolicy:allowed:
   *
   * The names of the only mechanisms that may be used, the preferred ones first; %NULL:
   * all but those that wait to be named (%XMPP_SASL_FACTS_OPT_IN), which naming them here
   * does.
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
   * XmppSaslPolicy:preferred:
   *
   * The names of mechanisms that are tried before all others, in this order; they exclude
   * nothing. One that waits to be named is named here, too.
   *
   * Since: 1.0
   */
  properties[PROP_PREFERRED] =
      g_param_spec_boxed ("preferred", NULL, NULL, G_TYPE_STRV, flags);
}

static void
xmpp_sasl_policy_class_init (XmppSaslPolicyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = xmpp_sasl_policy_finalize;
  object_class->get_property = xmpp_sasl_policy_get_property;
  object_class->set_property = xmpp_sasl_policy_set_property;

  install_name_properties (flags);
  /**
   * XmppSaslPolicy:preferred-modules:
   *
   * The modules that a mechanism is taken from where more than one has it, in this order:
   * the names of their description files without `.sasl`. "cyrus" lets that module take the
   * place of the library's own, for the names that both have. What only one module has does
   * not become usable by this. %NULL: what the program registered, then the first file.
   *
   * Since: 1.0
   */
  properties[PROP_PREFERRED_MODULES] =
      g_param_spec_boxed ("preferred-modules", NULL, NULL, G_TYPE_STRV, flags);
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
   * Whether the proof has to be bound to the TLS connection. One by a certificate always
   * is: it is a part of the TLS handshake.
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
  /**
   * XmppSaslPolicy:accept-weaker:
   *
   * Whether a login may reveal more than the last one of the account did. As it is, it may
   * not: a server that has had SCRAM does not get the password, one that has bound the proof
   * to the TLS connection does not get one that can be carried away, and the login fails with
   * %XMPP_SASL_ERROR_DOWNGRADE.
   *
   * Set it for one login, where the server's administrator says that mechanisms were taken
   * away: what that login uses is what later ones are compared with.
   *
   * Since: 1.0
   */
  properties[PROP_ACCEPT_WEAKER] =
      g_param_spec_boolean ("accept-weaker", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_sasl_policy_init (XmppSaslPolicy *self)
{
}

/**
 * xmpp_sasl_policy_new:
 *
 * Makes a new policy that allows everything.
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

static gboolean
contains (GStrv names, const char *name)
{
  return names != NULL && g_strv_contains ((const char *const *) names, name);
}

static gboolean
is_named (XmppSaslPolicy *self, XmppSaslMechanismInfo *info)
{
  const char *name = xmpp_sasl_mechanism_info_get_name (info);
  const char *module = xmpp_sasl_mechanism_info_get_module (info);

  return contains (self->allowed, name) || contains (self->preferred, name) ||
         (module != NULL && contains (self->preferred_modules, module) &&
          xmpp_sasl_mechanism_info_is_shared (info));
}

const char *const *
xmpp_sasl_policy_get_modules (XmppSaslPolicy *self)
{
  return self != NULL ? (const char *const *) self->preferred_modules : NULL;
}

const char *
xmpp_sasl_policy_judge (XmppSaslPolicy *self, XmppSaslMechanismInfo *info)
{
  const char *name = xmpp_sasl_mechanism_info_get_name (info);
  XmppSaslFacts facts = xmpp_sasl_mechanism_info_get_facts (info);

  if (self != NULL && contains (self->denied, name))
    return "the policy denies it";
  if (self != NULL && self->allowed != NULL && !contains (self->allowed, name))
    return "the policy allows only others";
  if ((facts & XMPP_SASL_FACTS_OPT_IN) && (self == NULL || !is_named (self, info)))
    return "it is used only where the policy names it";
  if (self == NULL)
    return NULL;
  if (xmpp_sasl_mechanism_info_get_strength (info) < self->minimum_strength)
    return "the policy wants a stronger one";
  if (self->require_mutual && !(facts & XMPP_SASL_FACTS_MUTUAL))
    return "the policy wants the server to prove itself too";
  if (self->require_channel_binding &&
      !(facts & (XMPP_SASL_FACTS_CHANNEL_BINDING | XMPP_SASL_FACTS_CERTIFICATE)))
    return "the policy wants channel binding";

  return NULL;
}
