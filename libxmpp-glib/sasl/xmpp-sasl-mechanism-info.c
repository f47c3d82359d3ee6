/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-mechanism-info-private.h"

#include "core/xmpp-property.h"
#include "sasl/xmpp-sasl-known.h"
#include "xmpp-enum-types.h"

#include <string.h>

/**
 * XmppSaslMechanismInfo:
 *
 * Name and facts of a mechanism, as its registration says them: enough to list it and to
 * choose without loading anything.
 *
 * For names that the standards know, the facts are never better than the standards: PLAIN
 * reveals the password, whatever a module says of it.
 *
 * Since: 1.0
 */

struct _XmppSaslMechanismInfo
{
  GObject parent_instance;

  char *name;
  XmppSaslRole roles;
  XmppSaslFacts facts;
  int strength;
  GStrv fields;
  char *file;
  char *module;
  int loaded;
  int shared;
};

G_DEFINE_FINAL_TYPE (XmppSaslMechanismInfo, xmpp_sasl_mechanism_info, G_TYPE_OBJECT)

enum
{
  PROP_NAME = 1,
  PROP_ROLES,
  PROP_FACTS,
  PROP_STRENGTH,
  PROP_FIELDS,
  PROP_FILE,
  PROP_MODULE,
  PROP_LOADED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What each property is */
static const gsize members[N_PROPS] = {
  [PROP_NAME] = G_STRUCT_OFFSET (XmppSaslMechanismInfo, name),
  [PROP_ROLES] = G_STRUCT_OFFSET (XmppSaslMechanismInfo, roles),
  [PROP_FACTS] = G_STRUCT_OFFSET (XmppSaslMechanismInfo, facts),
  [PROP_STRENGTH] = G_STRUCT_OFFSET (XmppSaslMechanismInfo, strength),
  [PROP_FIELDS] = G_STRUCT_OFFSET (XmppSaslMechanismInfo, fields),
  [PROP_FILE] = G_STRUCT_OFFSET (XmppSaslMechanismInfo, file),
  [PROP_MODULE] = G_STRUCT_OFFSET (XmppSaslMechanismInfo, module),
  [PROP_LOADED] = G_STRUCT_OFFSET (XmppSaslMechanismInfo, loaded),
};

static void
xmpp_sasl_mechanism_info_finalize (GObject *object)
{
  XmppSaslMechanismInfo *self = XMPP_SASL_MECHANISM_INFO (object);

  g_free (self->name);
  g_strfreev (self->fields);
  g_free (self->file);
  g_free (self->module);

  G_OBJECT_CLASS (xmpp_sasl_mechanism_info_parent_class)->finalize (object);
}

static void
xmpp_sasl_mechanism_info_get_property (GObject *object,
                                       guint prop_id,
                                       GValue *value,
                                       GParamSpec *pspec)
{
  xmpp_property_read (G_STRUCT_MEMBER_P (object, members[prop_id]), value);
}

static void
xmpp_sasl_mechanism_info_class_init (XmppSaslMechanismInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = xmpp_sasl_mechanism_info_finalize;
  object_class->get_property = xmpp_sasl_mechanism_info_get_property;

  /**
   * XmppSaslMechanismInfo:name:
   *
   * The registered name, "SCRAM-SHA-256".
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * XmppSaslMechanismInfo:roles:
   *
   * The sides that it can play.
   *
   * Since: 1.0
   */
  properties[PROP_ROLES] =
      g_param_spec_flags ("roles", NULL, NULL, XMPP_TYPE_SASL_ROLE, 0, flags);
  /**
   * XmppSaslMechanismInfo:facts:
   *
   * What is known of it.
   *
   * Since: 1.0
   */
  properties[PROP_FACTS] = g_param_spec_flags ("facts", NULL, NULL, XMPP_TYPE_SASL_FACTS,
                                               XMPP_SASL_FACTS_NONE, flags);
  /**
   * XmppSaslMechanismInfo:strength:
   *
   * Its rank: of several the strongest is chosen.
   *
   * Since: 1.0
   */
  properties[PROP_STRENGTH] =
      g_param_spec_int ("strength", NULL, NULL, G_MININT, G_MAXINT, 0, flags);
  /**
   * XmppSaslMechanismInfo:fields:
   *
   * What a person may be asked for, "username", "password".
   *
   * Since: 1.0
   */
  properties[PROP_FIELDS] = g_param_spec_boxed ("fields", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * XmppSaslMechanismInfo:file:
   *
   * The description file that registers it; none where the program itself did.
   *
   * Since: 1.0
   */
  properties[PROP_FILE] = g_param_spec_string ("file", NULL, NULL, NULL, flags);
  /**
   * XmppSaslMechanismInfo:module:
   *
   * The module that it comes from: the name of its description file without `.sasl`, as
   * [property@Xmpp.SaslPolicy:preferred-modules] has it; none where the program itself
   * registered it.
   *
   * Since: 1.0
   */
  properties[PROP_MODULE] = g_param_spec_string ("module", NULL, NULL, NULL, flags);
  /**
   * XmppSaslMechanismInfo:loaded:
   *
   * Whether its code is there already.
   *
   * Since: 1.0
   */
  properties[PROP_LOADED] =
      g_param_spec_boolean ("loaded", NULL, NULL, FALSE, flags | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_sasl_mechanism_info_init (XmppSaslMechanismInfo *self)
{
}

/* "/usr/lib/…/scram.sasl" → "scram" */
static char *
dup_module (const char *file)
{
  g_autofree char *base = file != NULL ? g_path_get_basename (file) : NULL;
  const char *end = base != NULL ? strrchr (base, '.') : NULL;

  return end != NULL ? g_strndup (base, end - base) : g_steal_pointer (&base);
}

XmppSaslMechanismInfo *
xmpp_sasl_mechanism_info_new_for_file (const char *name,
                                       XmppSaslRole roles,
                                       XmppSaslFacts facts,
                                       int strength,
                                       const char *const *fields,
                                       const char *file)
{
  XmppSaslMechanismInfo *self = g_object_new (XMPP_TYPE_SASL_MECHANISM_INFO, NULL);

  self->name = g_strdup (name);
  self->roles = roles;
  self->facts = facts;
  self->strength = strength;
  self->fields = fields != NULL ? g_strdupv ((GStrv) fields) : g_new0 (char *, 1);
  self->file = g_strdup (file);
  self->module = dup_module (file);
  xmpp_sasl_known_restrict (name, &self->facts, &self->strength);

  return self;
}

void
xmpp_sasl_mechanism_info_set_shared (XmppSaslMechanismInfo *self)
{
  g_atomic_int_set (&self->shared, TRUE);
}

gboolean
xmpp_sasl_mechanism_info_is_shared (XmppSaslMechanismInfo *self)
{
  return g_atomic_int_get (&self->shared);
}

void
xmpp_sasl_mechanism_info_set_loaded (XmppSaslMechanismInfo *self)
{
  if (g_atomic_int_compare_and_exchange (&self->loaded, FALSE, TRUE))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
}

/**
 * xmpp_sasl_mechanism_info_new:
 * @name: the registered name, "X-TOKEN"
 * @roles: the sides that it can play
 * @facts: what is to be known of it
 * @strength: its rank; a password in the clear is 10, SCRAM-SHA-256 is 60
 * @fields: (nullable) (array zero-terminated=1): what a person may be asked for
 *
 * Describes a mechanism for [method@Xmpp.SaslRegistry.register].
 *
 * Returns: (transfer full): a new description
 *
 * Since: 1.0
 */
XmppSaslMechanismInfo *
xmpp_sasl_mechanism_info_new (const char *name,
                              XmppSaslRole roles,
                              XmppSaslFacts facts,
                              int strength,
                              const char *const *fields)
{
  g_return_val_if_fail (name != NULL, NULL);

  return xmpp_sasl_mechanism_info_new_for_file (name, roles, facts, strength, fields,
                                                NULL);
}

/**
 * xmpp_sasl_mechanism_info_get_name:
 * @info: a description
 *
 * Gets the registered name.
 *
 * Returns: the registered name
 *
 * Since: 1.0
 */
const char *
xmpp_sasl_mechanism_info_get_name (XmppSaslMechanismInfo *info)
{
  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM_INFO (info), NULL);

  return info->name;
}

/**
 * xmpp_sasl_mechanism_info_get_roles:
 * @info: a description
 *
 * Gets the sides that the mechanism can play.
 *
 * Returns: the sides that the mechanism can play
 *
 * Since: 1.0
 */
XmppSaslRole
xmpp_sasl_mechanism_info_get_roles (XmppSaslMechanismInfo *info)
{
  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM_INFO (info), 0);

  return info->roles;
}

/**
 * xmpp_sasl_mechanism_info_get_facts:
 * @info: a description
 *
 * Tells what is known of the mechanism.
 *
 * Returns: what is known of the mechanism
 *
 * Since: 1.0
 */
XmppSaslFacts
xmpp_sasl_mechanism_info_get_facts (XmppSaslMechanismInfo *info)
{
  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM_INFO (info), XMPP_SASL_FACTS_NONE);

  return info->facts;
}

/**
 * xmpp_sasl_mechanism_info_get_strength:
 * @info: a description
 *
 * Gets the rank of the mechanism.
 *
 * Returns: the rank of the mechanism
 *
 * Since: 1.0
 */
int
xmpp_sasl_mechanism_info_get_strength (XmppSaslMechanismInfo *info)
{
  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM_INFO (info), 0);

  return info->strength;
}

/**
 * xmpp_sasl_mechanism_info_get_fields:
 * @info: a description
 *
 * Tells what a person may be asked for.
 *
 * Returns: (transfer none) (array zero-terminated=1): what a person may be asked for
 *
 * Since: 1.0
 */
const char *const *
xmpp_sasl_mechanism_info_get_fields (XmppSaslMechanismInfo *info)
{
  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM_INFO (info), NULL);

  return (const char *const *) info->fields;
}

/**
 * xmpp_sasl_mechanism_info_get_file:
 * @info: a description
 *
 * Gets the description file.
 *
 * Returns: (nullable): the description file; %NULL where the program registered it
 *
 * Since: 1.0
 */
const char *
xmpp_sasl_mechanism_info_get_file (XmppSaslMechanismInfo *info)
{
  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM_INFO (info), NULL);

  return info->file;
}

/**
 * xmpp_sasl_mechanism_info_get_module:
 * @info: a description
 *
 * Gets the module that the mechanism comes from: the name of its description file without
 * `.sasl`.
 *
 * Returns: (nullable): the name of the module; %NULL where the program registered it
 *
 * Since: 1.0
 */
const char *
xmpp_sasl_mechanism_info_get_module (XmppSaslMechanismInfo *info)
{
  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM_INFO (info), NULL);

  return info->module;
}

/**
 * xmpp_sasl_mechanism_info_is_loaded:
 * @info: a description
 *
 * Tells whether the code of the mechanism is there already.
 *
 * Returns: whether the code of the mechanism is there already
 *
 * Since: 1.0
 */
gboolean
xmpp_sasl_mechanism_info_is_loaded (XmppSaslMechanismInfo *info)
{
  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM_INFO (info), FALSE);

  return g_atomic_int_get (&info->loaded);
}
