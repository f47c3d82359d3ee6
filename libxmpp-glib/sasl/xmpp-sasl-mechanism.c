/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-mechanism-private.h"

#include "core/xmpp-property.h"
#include "sasl/xmpp-credential-private.h"
#include "xmpp-enum-types.h"

/**
 * XmppSaslMechanism:
 *
 * One authentication by one mechanism, on either side. This is what a plug-in subclasses:
 * it overrides [vfunc@Xmpp.SaslMechanism.step], which turns what the peer has sent into
 * what to send.
 *
 * A secret that is missing is an exception: [method@Xmpp.SaslMechanism.get_secret] throws
 * %XMPP_SASL_ERROR_NEED_CREDENTIAL, the plug-in lets it pass, the base class asks for the
 * secret, and calls the step again with the same input. So a step gets its secrets first,
 * and changes its state after that.
 *
 * The base class guarantees one step at a time, a bounded number of them, no step after
 * the mechanism is complete or has failed, and callbacks in the context of the login.
 *
 * Since: 1.0
 */

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (XmppSaslMechanism,
                                     xmpp_sasl_mechanism,
                                     G_TYPE_OBJECT)

enum
{
  PROP_NAME = 1,
  PROP_CONTEXT,
  PROP_CREDENTIAL,
  PROP_STATUS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What each property is, in the private part */
static const gsize members[N_PROPS] = {
  [PROP_NAME] = G_STRUCT_OFFSET (XmppSaslMechanismPrivate, name),
  [PROP_CONTEXT] = G_STRUCT_OFFSET (XmppSaslMechanismPrivate, context),
  [PROP_CREDENTIAL] = G_STRUCT_OFFSET (XmppSaslMechanismPrivate, credential),
  [PROP_STATUS] = G_STRUCT_OFFSET (XmppSaslMechanismPrivate, status),
};

enum
{
#define XMPP_LIMIT_DEFAULT(name, value) DEFAULT_##name = value,
  XMPP_LIMITS_TABLE (XMPP_LIMIT_DEFAULT)
#undef XMPP_LIMIT_DEFAULT
};

static void
xmpp_sasl_mechanism_constructed (GObject *object)
{
  XmppSaslMechanism *self = XMPP_SASL_MECHANISM (object);
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  G_OBJECT_CLASS (xmpp_sasl_mechanism_parent_class)->constructed (object);

  if (priv->context == NULL)
    priv->context = g_object_new (XMPP_TYPE_SASL_CONTEXT, NULL);
  priv->secrets = xmpp_sasl_secrets_new (priv->credential,
                                         xmpp_sasl_context_get_role (priv->context) ==
                                             XMPP_SASL_ROLE_SERVER);
}

static void
xmpp_sasl_mechanism_finalize (GObject *object)
{
  XmppSaslMechanism *self = XMPP_SASL_MECHANISM (object);
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  g_clear_pointer (&priv->secrets, xmpp_sasl_secrets_free);
  g_clear_pointer (&priv->asked, g_hash_table_unref);
  g_clear_object (&priv->context);
  g_clear_object (&priv->credential);
  g_clear_pointer (&priv->explanation, g_hash_table_unref);
  g_clear_object (&priv->info);
  g_clear_object (&priv->cancellable);
  g_clear_pointer (&priv->login_context, g_main_context_unref);
  g_free (priv->name);
  g_free (priv->username);
  g_free (priv->authzid);

  G_OBJECT_CLASS (xmpp_sasl_mechanism_parent_class)->finalize (object);
}

static void
xmpp_sasl_mechanism_get_property (GObject *object,
                                  guint prop_id,
                                  GValue *value,
                                  GParamSpec *pspec)
{
  XmppSaslMechanism *self = XMPP_SASL_MECHANISM (object);
  gpointer priv = xmpp_sasl_mechanism_get_instance_private (self);

  xmpp_property_read (G_STRUCT_MEMBER_P (priv, members[prop_id]), value);
}

static void
xmpp_sasl_mechanism_set_property (GObject *object,
                                  guint prop_id,
                                  const GValue *value,
                                  GParamSpec *pspec)
{
  XmppSaslMechanism *self = XMPP_SASL_MECHANISM (object);
  gpointer priv = xmpp_sasl_mechanism_get_instance_private (self);

  xmpp_property_write (G_STRUCT_MEMBER_P (priv, members[prop_id]), value);
}

/**
 * XmppSaslMechanismClass::step:
 * @mechanism: the mechanism
 * @input: (nullable): what the peer has sent; %NULL: nothing, as before the client's
 * first message
 * @cancellable: (nullable): cancelled when nobody waits for the result any more
 * @status: (out): where the mechanism stands now; failed on entry
 * @error: return location for an error
 *
 * Makes one step. It may be called again with the same @input after it threw
 * %XMPP_SASL_ERROR_NEED_CREDENTIAL. Where the facts of the mechanism say that it blocks,
 * it runs in a worker thread.
 *
 * Returns: (transfer full) (nullable): what to send; %NULL: nothing; no bytes: an empty
 *   message
 *
 * Since: 1.0
 */

/**
 * XmppSaslMechanismClass::begin_step:
 * @mechanism: the mechanism
 * @step: the step
 *
 * Begins a step that is answered later, for mechanisms that wait in the main loop. As it
 * is, calls [vfunc@Xmpp.SaslMechanism.step].
 *
 * Returns: %TRUE: @step is or will be answered; %FALSE: it has failed
 *
 * Since: 1.0
 */

static void
xmpp_sasl_mechanism_class_init (XmppSaslMechanismClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = xmpp_sasl_mechanism_constructed;
  object_class->finalize = xmpp_sasl_mechanism_finalize;
  object_class->get_property = xmpp_sasl_mechanism_get_property;
  object_class->set_property = xmpp_sasl_mechanism_set_property;

  klass->begin_step = xmpp_sasl_mechanism_real_begin_step;

  /**
   * XmppSaslMechanism:name:
   *
   * The name that it was chosen by: one class may serve several.
   *
   * Since: 1.0
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * XmppSaslMechanism:context:
   *
   * What it may know of the connection.
   *
   * Since: 1.0
   */
  properties[PROP_CONTEXT] =
      g_param_spec_object ("context", NULL, NULL, XMPP_TYPE_SASL_CONTEXT, flags);
  /**
   * XmppSaslMechanism:credential:
   *
   * What proves the identity; none in the server role.
   *
   * Since: 1.0
   */
  properties[PROP_CREDENTIAL] =
      g_param_spec_object ("credential", NULL, NULL, XMPP_TYPE_CREDENTIAL, flags);
  /**
   * XmppSaslMechanism:status:
   *
   * Where it stands after the last step.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] =
      g_param_spec_enum ("status", NULL, NULL, XMPP_TYPE_SASL_STATUS,
                         XMPP_SASL_STATUS_CONTINUE,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY |
                             G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_sasl_mechanism_init (XmppSaslMechanism *self)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  priv->status = XMPP_SASL_STATUS_CONTINUE;
  priv->asked = xmpp_credential_asked_new ();
  priv->max_steps = DEFAULT_sasl_steps;
  priv->max_bytes = DEFAULT_sasl_message_bytes;
}

XmppSaslMechanismPrivate *
xmpp_sasl_mechanism_get_private (XmppSaslMechanism *self)
{
  return xmpp_sasl_mechanism_get_instance_private (self);
}

void
xmpp_sasl_mechanism_set_info (XmppSaslMechanism *self, XmppSaslMechanismInfo *info)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  g_set_object (&priv->info, info);
}

void
xmpp_sasl_mechanism_set_local (XmppSaslMechanism *self, const char *local)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  xmpp_sasl_secrets_set_local (priv->secrets, local);
}

void
xmpp_sasl_mechanism_set_asked (XmppSaslMechanism *self, GHashTable *asked)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  g_hash_table_unref (priv->asked);
  priv->asked = g_hash_table_ref (asked);
}

void
xmpp_sasl_mechanism_set_limits (XmppSaslMechanism *self, const XmppLimitValues *limits)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  priv->max_steps = limits->sasl_steps;
  priv->max_bytes = limits->sasl_message_bytes;
}

GStrv
xmpp_sasl_mechanism_list_used (XmppSaslMechanism *self)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  return xmpp_sasl_secrets_list_used (priv->secrets);
}

gboolean
xmpp_sasl_mechanism_is_offer_proven (XmppSaslMechanism *self)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  return g_atomic_int_get (&priv->offer_proven);
}

gboolean
xmpp_sasl_mechanism_is_satisfied (XmppSaslMechanism *self)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  return priv->status == XMPP_SASL_STATUS_COMPLETE ||
         priv->status == XMPP_SASL_STATUS_SATISFIED;
}

void
xmpp_sasl_mechanism_hand_over (XmppSaslMechanism *self)
{
  XmppSaslMechanismPrivate *priv = xmpp_sasl_mechanism_get_instance_private (self);

  xmpp_sasl_secrets_hand_over (priv->secrets);
}

/**
 * xmpp_sasl_mechanism_get_name:
 * @mechanism: a mechanism
 *
 * Gets the name that it was chosen by.
 *
 * Returns: (nullable): the name that it was chosen by
 *
 * Since: 1.0
 */
const char *
xmpp_sasl_mechanism_get_name (XmppSaslMechanism *mechanism)
{
  XmppSaslMechanismPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), NULL);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  return priv->name;
}

/**
 * xmpp_sasl_mechanism_get_context:
 * @mechanism: a mechanism
 *
 * Gets what the mechanism may know of the connection.
 *
 * Returns: (transfer none): what it may know of the connection
 *
 * Since: 1.0
 */
XmppSaslContext *
xmpp_sasl_mechanism_get_context (XmppSaslMechanism *mechanism)
{
  XmppSaslMechanismPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), NULL);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  return priv->context;
}

/**
 * xmpp_sasl_mechanism_get_credential:
 * @mechanism: a mechanism
 *
 * Tells what proves the identity.
 *
 * Returns: (transfer none) (nullable): what proves the identity; %NULL in the server role
 *
 * Since: 1.0
 */
XmppCredential *
xmpp_sasl_mechanism_get_credential (XmppSaslMechanism *mechanism)
{
  XmppSaslMechanismPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), NULL);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  return priv->credential;
}

/**
 * xmpp_sasl_mechanism_get_status:
 * @mechanism: a mechanism
 *
 * Tells where it stands after the last step.
 *
 * Returns: where it stands after the last step; %XMPP_SASL_STATUS_CONTINUE before the
 *   first one
 *
 * Since: 1.0
 */
XmppSaslStatus
xmpp_sasl_mechanism_get_status (XmppSaslMechanism *mechanism)
{
  XmppSaslMechanismPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), XMPP_SASL_STATUS_FAILED);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  return priv->status;
}

/**
 * xmpp_sasl_mechanism_get_secret:
 * @mechanism: a mechanism
 * @field: a field, "password"
 * @error: return location for an error
 *
 * For subclasses, inside a step: the value of a field, of the credential or, in the
 * server role, of the user that [method@Xmpp.SaslMechanism.set_identity] has named.
 *
 * A value that is not known yet throws %XMPP_SASL_ERROR_NEED_CREDENTIAL: let it pass. One
 * that was asked for and not given throws %XMPP_SASL_ERROR_NOT_AUTHORIZED.
 *
 * Returns: (transfer full): the value, to be freed with [func@Xmpp.secret_free]
 *
 * Since: 1.0
 */
char *
xmpp_sasl_mechanism_get_secret (XmppSaslMechanism *mechanism,
                                const char *field,
                                GError **error)
{
  XmppSaslMechanismPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), NULL);
  g_return_val_if_fail (field != NULL, NULL);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  return xmpp_sasl_secrets_get (priv->secrets, field, error);
}

/**
 * xmpp_sasl_mechanism_peek_secret:
 * @mechanism: a mechanism
 * @field: a field, "scram-sha-256-keys"
 *
 * For subclasses, inside a step: the value of a field where it is known already. Nobody
 * is asked. In the server role that is what [method@Xmpp.SaslMechanism.get_secret] has
 * got before.
 *
 * Returns: (transfer full) (nullable): the value, to be freed with
 *   [func@Xmpp.secret_free]
 *
 * Since: 1.0
 */
char *
xmpp_sasl_mechanism_peek_secret (XmppSaslMechanism *mechanism, const char *field)
{
  XmppSaslMechanismPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), NULL);
  g_return_val_if_fail (field != NULL, NULL);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  return xmpp_sasl_secrets_peek (priv->secrets, field);
}

/**
 * xmpp_sasl_mechanism_verify_secret:
 * @mechanism: a mechanism in the server role
 * @field: a field, "password"
 * @value: what the peer says that it is
 * @error: return location for an error
 *
 * For subclasses, inside a step: whether @value is right for the user that
 * [method@Xmpp.SaslMechanism.set_identity] has named. The first time it throws
 * %XMPP_SASL_ERROR_NEED_CREDENTIAL: let it pass, the authenticator is asked, and the step
 * is called again. A wrong value throws %XMPP_SASL_ERROR_NOT_AUTHORIZED.
 *
 * Returns: %TRUE: it is right; %FALSE with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
xmpp_sasl_mechanism_verify_secret (XmppSaslMechanism *mechanism,
                                   const char *field,
                                   const char *value,
                                   GError **error)
{
  XmppSaslMechanismPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), FALSE);
  g_return_val_if_fail (field != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  return xmpp_sasl_secrets_verify (priv->secrets, field, value, error);
}

/**
 * xmpp_sasl_mechanism_keep_secret:
 * @mechanism: a mechanism
 * @field: a field, "scram-sha-256-keys"
 * @value: its value
 *
 * For subclasses, inside a step: a secret that was derived, and makes the next login
 * cheaper. The credential gets it when the login has succeeded, and not otherwise.
 *
 * Since: 1.0
 */
void
xmpp_sasl_mechanism_keep_secret (XmppSaslMechanism *mechanism,
                                 const char *field,
                                 const char *value)
{
  XmppSaslMechanismPrivate *priv;

  g_return_if_fail (XMPP_IS_SASL_MECHANISM (mechanism));
  g_return_if_fail (field != NULL);
  g_return_if_fail (value != NULL);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  xmpp_sasl_secrets_keep (priv->secrets, field, value);
}

/**
 * xmpp_sasl_mechanism_set_offer_proven:
 * @mechanism: a mechanism in the client role
 *
 * For subclasses, inside a step: the server has proven that its lists of mechanisms and
 * of channel bindings have arrived as it sent them (XEP-0474). Where the context
 * [needs that][method@Xmpp.SaslContext.needs_offer_proof], no login is believed in
 * without it.
 *
 * Since: 1.0
 */
void
xmpp_sasl_mechanism_set_offer_proven (XmppSaslMechanism *mechanism)
{
  XmppSaslMechanismPrivate *priv;

  g_return_if_fail (XMPP_IS_SASL_MECHANISM (mechanism));

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  g_atomic_int_set (&priv->offer_proven, TRUE);
}

/**
 * xmpp_sasl_mechanism_set_identity:
 * @mechanism: a mechanism in the server role
 * @username: (nullable): the user that is to be proven; %NULL: nobody (anonymous)
 * @authzid: (nullable): whom the peer wants to be; %NULL or empty: the same
 *
 * For subclasses, inside a step: whose secrets the next calls mean. Before the mechanism
 * counts as complete, the base class makes sure that @username may act as @authzid.
 *
 * Since: 1.0
 */
void
xmpp_sasl_mechanism_set_identity (XmppSaslMechanism *mechanism,
                                  const char *username,
                                  const char *authzid)
{
  XmppSaslMechanismPrivate *priv;

  g_return_if_fail (XMPP_IS_SASL_MECHANISM (mechanism));

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  xmpp_sasl_secrets_set_identity (priv->secrets, username, authzid);
}

/**
 * xmpp_sasl_mechanism_get_username:
 * @mechanism: a mechanism in the server role
 *
 * Tells who the session is for.
 *
 * Returns: (nullable): who the session is for: the local part of the authorized identity,
 *   or all of that where it is not of this domain; %NULL before the mechanism is
 *   complete, and where an anonymous mechanism has named nobody
 *
 * Since: 1.0
 */
const char *
xmpp_sasl_mechanism_get_username (XmppSaslMechanism *mechanism)
{
  XmppSaslMechanismPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), NULL);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  return priv->status == XMPP_SASL_STATUS_COMPLETE ? priv->username : NULL;
}

/**
 * xmpp_sasl_mechanism_get_authzid:
 * @mechanism: a mechanism in the server role
 *
 * Gets the authorization identity as the peer wrote it.
 *
 * Returns: (nullable): the authorization identity as the peer wrote it; %NULL before the
 *   mechanism is complete, and where the peer named none
 *
 * Since: 1.0
 */
const char *
xmpp_sasl_mechanism_get_authzid (XmppSaslMechanism *mechanism)
{
  XmppSaslMechanismPrivate *priv;

  g_return_val_if_fail (XMPP_IS_SASL_MECHANISM (mechanism), NULL);

  priv = xmpp_sasl_mechanism_get_instance_private (mechanism);

  return priv->status == XMPP_SASL_STATUS_COMPLETE ? priv->authzid : NULL;
}
