/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-authenticator-private.h"

#include "core/xmpp-error.h"
#include "core/xmpp-prepare.h"
#include "core/xmpp-secret-private.h"

#include <string.h>

/**
 * XmppAuthenticator:
 *
 * Answers for the identities of the receiving side: what is the password of this user, is
 * this value right, may this user act as another one.
 *
 * Subclass it and override [vfunc@Xmpp.Authenticator.lookup] where secrets or keys are at
 * hand; [vfunc@Xmpp.Authenticator.verify] where another service checks them (PAM, LDAP, a
 * token service); [vfunc@Xmpp.Authenticator.authorize] where a user may act as somebody
 * else. As it is, it knows nobody.
 *
 * These fields are what the library's own mechanisms look up:
 *
 * - `password`;
 * - `scram-sha-1-keys`, `scram-sha-256-keys`, `scram-sha-512-keys`, in place of a
 *   password: `COUNT$SALT$STORED-KEY$SERVER-KEY` of RFC 5802, binary in base64;
 * - `fast-token` and `fast-token-new`, the two tokens that a client may have at a time
 *   (XEP-0484): `MECHANISM$EXPIRY$TOKEN`, the mechanism being the only one that the token
 *   is good for and the expiry a time of XEP-0082. Whoever has proven that he has one is
 *   let in after a verification of this field and its whole value: each is a use. Override
 *   [vfunc@Xmpp.Authenticator.verify] to make the new token the current one when it is
 *   used, as XEP-0484 asks, to count, and to refuse what was withdrawn.
 *
 * Kerberos needs no secret of a user's, and a key of the service's:
 * [property@Xmpp.Authenticator:keytab].
 *
 * Since: 1.0
 */

typedef struct
{
  GMutex mutex; /* mechanisms step in threads of their own */
  char *decoy;
  char *keytab;
} XmppAuthenticatorPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (XmppAuthenticator, xmpp_authenticator, G_TYPE_OBJECT)

enum
{
  PROP_DECOY = 1,
  PROP_KEYTAB,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GBytes *
prepare_secret (const char *value)
{
  xmpp_autosecret char *prepared =
      xmpp_sasl_prepare (XMPP_SASL_PROFILE_SASLPREP, value, NULL);
  const char *text = prepared != NULL ? prepared : value;

  return xmpp_secret_bytes_new (text, strlen (text));
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (XmppAuthenticatorRequest) verification = user_data;
  xmpp_autosecret char *known = NULL;
  const char *value = xmpp_authenticator_request_get_value (verification);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) a = NULL;
  g_autoptr (GBytes) b = NULL;

  if (!xmpp_authenticator_ask_finish_value (XMPP_AUTHENTICATOR (source), result, &known,
                                            &error))
    {
      xmpp_authenticator_request_fail (verification, error);
      return;
    }
  if (known == NULL || value == NULL)
    {
      xmpp_authenticator_request_refuse (verification);
      return;
    }

  a = prepare_secret (known);
  b = prepare_secret (value);
  if (xmpp_secret_equal (a, b))
    xmpp_authenticator_request_allow (verification);
  else
    xmpp_authenticator_request_refuse (verification);
}

static gboolean
xmpp_authenticator_real_verify (XmppAuthenticator *self,
                                XmppAuthenticatorRequest *request)
{
  XmppAuthenticatorQuestion question = {
    .kind = XMPP_AUTHENTICATOR_LOOKUP,
    .username = xmpp_authenticator_request_get_username (request),
    .domain = xmpp_authenticator_request_get_domain (request),
    .field = xmpp_authenticator_request_get_field (request),
    .peer_certificate = xmpp_authenticator_request_get_peer_certificate (request),
  };

  xmpp_authenticator_ask_async (self, &question,
                                xmpp_authenticator_request_get_cancellable (request),
                                looked_up_cb, g_object_ref (request));
  return TRUE;
}

static gboolean
xmpp_authenticator_real_authorize (XmppAuthenticator *self,
                                   XmppAuthenticatorRequest *request)
{
  if (xmpp_authenticator_request_get_authzid (request) == NULL)
    xmpp_authenticator_request_allow (request);
  else
    xmpp_authenticator_request_refuse (request);

  return TRUE;
}

/**
 * XmppAuthenticatorClass::lookup:
 * @authenticator: the authenticator
 * @request: what is asked for
 *
 * Answers with the value of a field of a user, "password" or "scram-sha-256-keys".
 *
 * Returns: %TRUE: @request is or will be answered; %FALSE: there is no such value
 *
 * Since: 1.0
 */

/**
 * XmppAuthenticatorClass::verify:
 * @authenticator: the authenticator
 * @request: what is asked for
 *
 * Says whether a value is the one of a field of a user. As it is, looks the field up and
 * compares.
 *
 * Returns: %TRUE: @request is or will be answered; %FALSE: it is not right
 *
 * Since: 1.0
 */

/**
 * XmppAuthenticatorClass::authorize:
 * @authenticator: the authenticator
 * @request: what is asked for
 *
 * Says whether a user may act as somebody else. As it is, nobody may.
 *
 * Where the proof needed no secret that this object was asked for (a certificate, a ticket),
 * it is asked about a user who acts as itself too, with %NULL for the authorization identity:
 * whether the user may log in. As it is, that is so.
 *
 * Returns: %TRUE: @request is or will be answered; %FALSE: no
 *
 * Since: 1.0
 */

static void
xmpp_authenticator_finalize (GObject *object)
{
  XmppAuthenticatorPrivate *priv =
      xmpp_authenticator_get_instance_private (XMPP_AUTHENTICATOR (object));

  g_mutex_clear (&priv->mutex);
  xmpp_secret_free (priv->decoy);
  g_free (priv->keytab);

  G_OBJECT_CLASS (xmpp_authenticator_parent_class)->finalize (object);
}

static void
xmpp_authenticator_get_property (GObject *object,
                                 guint prop_id,
                                 GValue *value,
                                 GParamSpec *pspec)
{
  XmppAuthenticator *self = XMPP_AUTHENTICATOR (object);

  if (prop_id == PROP_DECOY)
    g_value_take_string (value, xmpp_authenticator_dup_decoy (self));
  else
    g_value_take_string (value, xmpp_authenticator_dup_keytab (self));
}

static void
xmpp_authenticator_set_property (GObject *object,
                                 guint prop_id,
                                 const GValue *value,
                                 GParamSpec *pspec)
{
  XmppAuthenticator *self = XMPP_AUTHENTICATOR (object);

  if (prop_id == PROP_DECOY)
    xmpp_authenticator_set_decoy (self, g_value_get_string (value));
  else
    xmpp_authenticator_set_keytab (self, g_value_get_string (value));
}

static void
xmpp_authenticator_class_init (XmppAuthenticatorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = xmpp_authenticator_finalize;
  object_class->get_property = xmpp_authenticator_get_property;
  object_class->set_property = xmpp_authenticator_set_property;

  klass->verify = xmpp_authenticator_real_verify;
  klass->authorize = xmpp_authenticator_real_authorize;

  /**
   * XmppAuthenticator:decoy:
   *
   * A secret that users who do not exist are made of, so that they look like those who do:
   * where the protocol shows something of an account before it is proven, as SCRAM shows a
   * salt and an iteration count, a name that [vfunc@Xmpp.Authenticator.lookup] does not
   * know gets the same ones at every try.
   *
   * Set it to the same value after a restart, and on all machines that serve a domain. If
   * accounts are kept as keys ("scram-sha-256-keys"), give the keys of an account that
   * nobody has, as long as the others: its iteration count and the length of its salt are
   * those of all users who do not exist. If they are kept as passwords, any text of 32
   * random bytes will do.
   *
   * %NULL: a secret that lasts as long as the process, and the form of the first account
   * that was looked up.
   *
   * Since: 1.0
   */
  properties[PROP_DECOY] = g_param_spec_string ("decoy", NULL, NULL, NULL,
                                                G_PARAM_READWRITE |
                                                    G_PARAM_EXPLICIT_NOTIFY |
                                                    G_PARAM_STATIC_STRINGS);
  /**
   * XmppAuthenticator:keytab:
   *
   * Where Kerberos finds the key of the service: `FILE:/etc/xmpp.keytab`.
   *
   * Where it is set, GSSAPI and GS2-KRB5 are offered to clients. %NULL: they are not, unless
   * the [class@Xmpp.SaslPolicy] names them; the keytab is then the default one, which
   * KRB5_KTNAME names.
   *
   * Since: 1.0
   */
  properties[PROP_KEYTAB] = g_param_spec_string ("keytab", NULL, NULL, NULL,
                                                 G_PARAM_READWRITE |
                                                     G_PARAM_EXPLICIT_NOTIFY |
                                                     G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_authenticator_init (XmppAuthenticator *self)
{
  XmppAuthenticatorPrivate *priv = xmpp_authenticator_get_instance_private (self);

  g_mutex_init (&priv->mutex);
}

/**
 * xmpp_authenticator_dup_decoy:
 * @authenticator: an authenticator
 *
 * Gets what users who do not exist are made of. May be called in any thread.
 *
 * Returns: (transfer full) (nullable): the secret, to be freed with
 *   [func@Xmpp.secret_free]; %NULL: none was set
 *
 * Since: 1.0
 */
char *
xmpp_authenticator_dup_decoy (XmppAuthenticator *authenticator)
{
  XmppAuthenticatorPrivate *priv;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR (authenticator), NULL);

  priv = xmpp_authenticator_get_instance_private (authenticator);
  locker = g_mutex_locker_new (&priv->mutex);

  return xmpp_secret_dup (priv->decoy);
}

/**
 * xmpp_authenticator_set_decoy:
 * @authenticator: an authenticator
 * @decoy: (nullable): a secret; %NULL: one that lasts as long as the process
 *
 * Sets what users who do not exist are made of: see [property@Xmpp.Authenticator:decoy].
 *
 * Since: 1.0
 */
void
xmpp_authenticator_set_decoy (XmppAuthenticator *authenticator, const char *decoy)
{
  XmppAuthenticatorPrivate *priv;
  char *old;

  g_return_if_fail (XMPP_IS_AUTHENTICATOR (authenticator));

  priv = xmpp_authenticator_get_instance_private (authenticator);

  g_mutex_lock (&priv->mutex);
  old = priv->decoy;
  priv->decoy = xmpp_secret_dup (decoy);
  g_mutex_unlock (&priv->mutex);

  xmpp_secret_free (old);
  g_object_notify_by_pspec (G_OBJECT (authenticator), properties[PROP_DECOY]);
}

/**
 * xmpp_authenticator_dup_keytab:
 * @authenticator: an authenticator
 *
 * Gets where Kerberos finds the key of the service. May be called in any thread.
 *
 * Returns: (transfer full) (nullable): the keytab; %NULL: none was set
 *
 * Since: 1.0
 */
char *
xmpp_authenticator_dup_keytab (XmppAuthenticator *authenticator)
{
  XmppAuthenticatorPrivate *priv;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR (authenticator), NULL);

  priv = xmpp_authenticator_get_instance_private (authenticator);
  locker = g_mutex_locker_new (&priv->mutex);

  return g_strdup (priv->keytab);
}

/**
 * xmpp_authenticator_set_keytab:
 * @authenticator: an authenticator
 * @keytab: (nullable): a keytab, `FILE:/etc/xmpp.keytab`; %NULL: none
 *
 * Sets where Kerberos finds the key of the service: see
 * [property@Xmpp.Authenticator:keytab].
 *
 * Since: 1.0
 */
void
xmpp_authenticator_set_keytab (XmppAuthenticator *authenticator, const char *keytab)
{
  XmppAuthenticatorPrivate *priv;
  gboolean changed;

  g_return_if_fail (XMPP_IS_AUTHENTICATOR (authenticator));

  priv = xmpp_authenticator_get_instance_private (authenticator);

  g_mutex_lock (&priv->mutex);
  changed = g_strcmp0 (priv->keytab, keytab) != 0;
  if (changed)
    {
      g_free (priv->keytab);
      priv->keytab = g_strdup (keytab);
    }
  g_mutex_unlock (&priv->mutex);

  if (changed)
    g_object_notify_by_pspec (G_OBJECT (authenticator), properties[PROP_KEYTAB]);
}

void
xmpp_authenticator_ask_async (XmppAuthenticator *self,
                              const XmppAuthenticatorQuestion *question,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  XmppAuthenticatorClass *klass = XMPP_AUTHENTICATOR_GET_CLASS (self);
  gboolean (*ask) (XmppAuthenticator *, XmppAuthenticatorRequest *) = NULL;
  g_autoptr (XmppAuthenticatorRequest) request = NULL;
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, xmpp_authenticator_ask_async);
  request = xmpp_authenticator_request_new (question, cancellable, task);

  switch (question->kind)
    {
    case XMPP_AUTHENTICATOR_LOOKUP:
      ask = klass->lookup;
      break;
    case XMPP_AUTHENTICATOR_VERIFY:
      ask = klass->verify;
      break;
    case XMPP_AUTHENTICATOR_AUTHORIZE:
      ask = klass->authorize;
      break;
    }

  if (ask == NULL || !ask (self, request))
    xmpp_authenticator_request_give_up (request);
}

gboolean
xmpp_authenticator_ask_finish_value (XmppAuthenticator *self,
                                     GAsyncResult *result,
                                     char **value,
                                     GError **error)
{
  GError *local_error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_authenticator_ask_async),
                        FALSE);

  *value = g_task_propagate_pointer (G_TASK (result), &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }

  return TRUE;
}

gboolean
xmpp_authenticator_ask_finish_verdict (XmppAuthenticator *self,
                                       GAsyncResult *result,
                                       gboolean *allowed,
                                       GError **error)
{
  GError *local_error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_authenticator_ask_async),
                        FALSE);

  *allowed = g_task_propagate_boolean (G_TASK (result), &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }

  return TRUE;
}
