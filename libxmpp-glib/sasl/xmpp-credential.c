/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-credential-private.h"

#include "core/xmpp-asking.h"
#include "core/xmpp-error.h"
#include "core/xmpp-property.h"
#include "core/xmpp-secret-private.h"
#include "xmpp-enum-types.h"

/**
 * XmppCredential:
 *
 * Holds or fetches what proves an identity, by field: `username`, `authzid`, `password`,
 * `token`, `realm`, and what mechanisms derive from them, `scram-sha-256-keys`. For
 * Kerberos ([ctor@Xmpp.Credential.new_for_kerberos]): `principal`, `ccache`,
 * `client-keytab`.
 *
 * What is missing when a mechanism needs it is asked for with
 * [signal@Xmpp.Credential::request]: connect to it, or override it in a subclass. Nothing
 * is asked for before it is needed. A credential that has a password is not asked for a
 * token, and the other way round.
 *
 * Fields may be read and set in any thread; the signals come in the context of the login.
 *
 * Since: 1.0
 */

typedef struct
{
  GMutex mutex;
  GHashTable *fields;
  XmppCredentialKind kind;
} XmppCredentialPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (XmppCredential, xmpp_credential, G_TYPE_OBJECT)

enum
{
  REQUEST,
  OBTAINED,
  REJECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

enum
{
  PROP_KIND = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
xmpp_credential_finalize (GObject *object)
{
  XmppCredential *self = XMPP_CREDENTIAL (object);
  XmppCredentialPrivate *priv = xmpp_credential_get_instance_private (self);

  g_hash_table_unref (priv->fields);
  g_mutex_clear (&priv->mutex);

  G_OBJECT_CLASS (xmpp_credential_parent_class)->finalize (object);
}

static void
xmpp_credential_get_property (GObject *object,
                              guint prop_id,
                              GValue *value,
                              GParamSpec *pspec)
{
  XmppCredentialPrivate *priv =
      xmpp_credential_get_instance_private (XMPP_CREDENTIAL (object));

  xmpp_property_read (&priv->kind, value);
}

static void
xmpp_credential_set_property (GObject *object,
                              guint prop_id,
                              const GValue *value,
                              GParamSpec *pspec)
{
  XmppCredentialPrivate *priv =
      xmpp_credential_get_instance_private (XMPP_CREDENTIAL (object));

  xmpp_property_write (&priv->kind, value);
}

static void
install_signals (GObjectClass *object_class)
{
  /**
   * XmppCredential::request:
   * @credential: the credential
   * @request: what is asked for
   *
   * Asks for fields that are missing, or were refused. The handler answers @request now,
   * or keeps it and answers later.
   *
   * Returns: %TRUE: @request is or will be answered; %FALSE: ask the next handler
   *
   * Since: 1.0
   */
  signals[REQUEST] = g_signal_new ("request", XMPP_TYPE_CREDENTIAL, G_SIGNAL_RUN_LAST,
                                   G_STRUCT_OFFSET (XmppCredentialClass, request),
                                   g_signal_accumulator_true_handled, NULL, NULL,
                                   G_TYPE_BOOLEAN, 1, XMPP_TYPE_CREDENTIAL_REQUEST);
  /* The strings are not copied for an emission: a copy would not be wiped. */
  /**
   * XmppCredential::obtained:
   * @credential: the credential
   * @field: a field, "scram-sha-256-keys"
   * @value: (nullable): its value
   *
   * A login has succeeded, and left a derived secret that can be stored for the next one.
   * It is as good as a password: store it with the same care.
   *
   * Since: 1.0
   */
  signals[OBTAINED] = g_signal_new ("obtained", XMPP_TYPE_CREDENTIAL, G_SIGNAL_RUN_LAST,
                                    G_STRUCT_OFFSET (XmppCredentialClass, obtained), NULL,
                                    NULL, NULL, G_TYPE_NONE, 2,
                                    G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE,
                                    G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  /**
   * XmppCredential::rejected:
   * @credential: the credential
   * @field: the field
   *
   * The server has refused the value of a field: forget it.
   *
   * Since: 1.0
   */
  signals[REJECTED] = g_signal_new ("rejected", XMPP_TYPE_CREDENTIAL, G_SIGNAL_RUN_LAST,
                                    G_STRUCT_OFFSET (XmppCredentialClass, rejected), NULL,
                                    NULL, NULL, G_TYPE_NONE, 1,
                                    G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
xmpp_credential_class_init (XmppCredentialClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = xmpp_credential_finalize;
  object_class->get_property = xmpp_credential_get_property;
  object_class->set_property = xmpp_credential_set_property;

  /**
   * XmppCredential:kind: (getter get_kind)
   *
   * What it can be asked for, as long as it holds neither a password nor a token: what it
   * holds decides then. A subclass sets it when it is made.
   *
   * Since: 1.0
   */
  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL,
                                             XMPP_TYPE_CREDENTIAL_KIND,
                                             XMPP_CREDENTIAL_KIND_ANY,
                                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY |
                                                 G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  install_signals (object_class);
}

static void
xmpp_credential_init (XmppCredential *self)
{
  XmppCredentialPrivate *priv = xmpp_credential_get_instance_private (self);

  g_mutex_init (&priv->mutex);
  priv->fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) xmpp_secret_free);
}

/**
 * xmpp_credential_new:
 * @username: (nullable): the user name; %NULL: the local part of the JID
 * @password: (nullable): the password; %NULL: it is asked for when it is needed
 *
 * Makes a new credential.
 *
 * Returns: (transfer full): a new credential
 *
 * Since: 1.0
 */
XmppCredential *
xmpp_credential_new (const char *username, const char *password)
{
  XmppCredential *self =
      g_object_new (XMPP_TYPE_CREDENTIAL, "kind", XMPP_CREDENTIAL_KIND_PASSWORD, NULL);

  xmpp_credential_set_field (self, "username", username);
  xmpp_credential_set_field (self, "password", password);

  return self;
}

/**
 * xmpp_credential_new_for_token:
 * @username: (nullable): the user name; %NULL: the local part of the JID
 * @token: (nullable): an access token of OAuth 2.0; %NULL: it is asked for when it is
 *   needed
 *
 * Makes a new credential for logins by OAUTHBEARER (RFC 7628) or X-OAUTH2. Mechanisms that
 * need a password are passed over.
 *
 * A token that the server refuses since it has expired is asked for once more, with
 * [signal@Xmpp.Credential::request].
 *
 * Returns: (transfer full): a new credential
 *
 * Since: 1.0
 */
XmppCredential *
xmpp_credential_new_for_token (const char *username, const char *token)
{
  XmppCredential *self =
      g_object_new (XMPP_TYPE_CREDENTIAL, "kind", XMPP_CREDENTIAL_KIND_TOKEN, NULL);

  xmpp_credential_set_field (self, "username", username);
  xmpp_credential_set_field (self, "token", token);

  return self;
}

/**
 * xmpp_credential_new_anonymous:
 *
 * Makes a credential for anonymous logins.
 *
 * Returns: (transfer full): a new credential with which only anonymous mechanisms are
 *   used
 *
 * Since: 1.0
 */
XmppCredential *
xmpp_credential_new_anonymous (void)
{
  return g_object_new (XMPP_TYPE_CREDENTIAL, "kind", XMPP_CREDENTIAL_KIND_ANONYMOUS,
                       NULL);
}

/**
 * xmpp_credential_new_for_kerberos:
 * @principal: (nullable): whose ticket is used, `juliet@EXAMPLE.ORG`, where there are several;
 *   %NULL: Kerberos chooses
 *
 * Makes a credential for a login with a Kerberos ticket, such as kinit, or logging in to
 * the computer, gets. Mechanisms that need a password or a token are passed over, unless
 * those fields are set.
 *
 * These fields say where the ticket is, where that is not the usual place: `ccache`, a
 * credentials cache such as `FILE:/tmp/krb5cc_1000`; `client-keytab`, a file with the key of
 * the principal, with which a ticket is got, for programs that run by themselves: it is kept
 * in memory, for this login alone, unless `ccache` is set too.
 *
 * Where there is no ticket, it has expired or Kerberos does not answer, the login fails
 * before anything is sent, with %XMPP_SASL_ERROR_UNAVAILABLE and a message that says which
 * command helps.
 *
 * Returns: (transfer full): a new credential
 *
 * Since: 1.0
 */
XmppCredential *
xmpp_credential_new_for_kerberos (const char *principal)
{
  XmppCredential *self =
      g_object_new (XMPP_TYPE_CREDENTIAL, "kind", XMPP_CREDENTIAL_KIND_KERBEROS, NULL);

  xmpp_credential_set_field (self, "principal", principal);

  return self;
}

/**
 * xmpp_credential_set_field:
 * @credential: a credential
 * @field: a field, "password"
 * @value: (nullable): its value; %NULL: forget it
 *
 * Sets a field. It takes a copy of @value, which is wiped when it is replaced and when
 * the credential goes.
 *
 * Since: 1.0
 */
void
xmpp_credential_set_field (XmppCredential *credential,
                           const char *field,
                           const char *value)
{
  XmppCredentialPrivate *priv;

  g_return_if_fail (XMPP_IS_CREDENTIAL (credential));
  g_return_if_fail (field != NULL);

  priv = xmpp_credential_get_instance_private (credential);

  g_mutex_lock (&priv->mutex);
  if (value != NULL)
    g_hash_table_replace (priv->fields, g_strdup (field), xmpp_secret_dup (value));
  else
    g_hash_table_remove (priv->fields, field);
  g_mutex_unlock (&priv->mutex);
}

/**
 * xmpp_credential_dup_field:
 * @credential: a credential
 * @field: a field, "password"
 *
 * Copies the value of a field.
 *
 * Returns: (transfer full) (nullable): a copy of its value, to be freed with
 *   [func@Xmpp.secret_free]; %NULL where there is none
 *
 * Since: 1.0
 */
char *
xmpp_credential_dup_field (XmppCredential *credential, const char *field)
{
  XmppCredentialPrivate *priv;
  char *value;

  g_return_val_if_fail (XMPP_IS_CREDENTIAL (credential), NULL);
  g_return_val_if_fail (field != NULL, NULL);

  priv = xmpp_credential_get_instance_private (credential);

  g_mutex_lock (&priv->mutex);
  value = xmpp_secret_dup (g_hash_table_lookup (priv->fields, field));
  g_mutex_unlock (&priv->mutex);

  return value;
}

/**
 * xmpp_credential_has_field:
 * @credential: a credential
 * @field: a field, "password"
 *
 * Tells whether the field has a value.
 *
 * Returns: whether the field has a value
 *
 * Since: 1.0
 */
gboolean
xmpp_credential_has_field (XmppCredential *credential, const char *field)
{
  XmppCredentialPrivate *priv;
  gboolean found;

  g_return_val_if_fail (XMPP_IS_CREDENTIAL (credential), FALSE);
  g_return_val_if_fail (field != NULL, FALSE);

  priv = xmpp_credential_get_instance_private (credential);

  g_mutex_lock (&priv->mutex);
  found = g_hash_table_contains (priv->fields, field);
  g_mutex_unlock (&priv->mutex);

  return found;
}

/**
 * xmpp_credential_is_anonymous:
 * @credential: a credential
 *
 * Tells whether it is for anonymous logins.
 *
 * Returns: whether it is for anonymous logins, and nothing else
 *
 * Since: 1.0
 */
gboolean
xmpp_credential_is_anonymous (XmppCredential *credential)
{
  XmppCredentialPrivate *priv;

  g_return_val_if_fail (XMPP_IS_CREDENTIAL (credential), FALSE);

  priv = xmpp_credential_get_instance_private (credential);

  return priv->kind == XMPP_CREDENTIAL_KIND_ANONYMOUS;
}

/**
 * xmpp_credential_get_kind:
 * @credential: a credential
 *
 * Tells what it can be asked for.
 *
 * Returns: what it can be asked for
 *
 * Since: 1.0
 */
XmppCredentialKind
xmpp_credential_get_kind (XmppCredential *credential)
{
  XmppCredentialPrivate *priv;

  g_return_val_if_fail (XMPP_IS_CREDENTIAL (credential), XMPP_CREDENTIAL_KIND_ANY);

  priv = xmpp_credential_get_instance_private (credential);

  return priv->kind;
}

XmppSaslMeans
xmpp_credential_get_means (XmppCredential *self)
{
  static const XmppSaslMeans means_of_kinds[] = {
    [XMPP_CREDENTIAL_KIND_ANY] = XMPP_SASL_MEANS_ANY,
    [XMPP_CREDENTIAL_KIND_PASSWORD] = XMPP_SASL_MEANS_PASSWORD,
    [XMPP_CREDENTIAL_KIND_TOKEN] = XMPP_SASL_MEANS_TOKEN,
    [XMPP_CREDENTIAL_KIND_ANONYMOUS] = XMPP_SASL_MEANS_ANONYMOUS,
    [XMPP_CREDENTIAL_KIND_KERBEROS] = XMPP_SASL_MEANS_TICKET,
  };
  XmppCredentialPrivate *priv = xmpp_credential_get_instance_private (self);
  XmppSaslMeans held = 0;

  if (xmpp_credential_has_field (self, "password"))
    held |= XMPP_SASL_MEANS_PASSWORD;
  if (xmpp_credential_has_field (self, "token"))
    held |= XMPP_SASL_MEANS_TOKEN;

  return held == 0 || priv->kind == XMPP_CREDENTIAL_KIND_ANONYMOUS
             ? means_of_kinds[priv->kind]
             : held;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GHashTable) values = NULL;
  GHashTableIter iter;
  gpointer field, value;
  g_autoptr (GError) error = NULL;

  values = g_task_propagate_pointer (G_TASK (result), &error);
  if (!xmpp_asking_end (task))
    return;

  if (error != NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &field, &value))
    xmpp_credential_set_field (XMPP_CREDENTIAL (source), field, value);
  g_task_return_boolean (task, TRUE);
}

void
xmpp_credential_ask_async (XmppCredential *self,
                           const XmppCredentialQuestion *question,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (XmppCredentialRequest) request = NULL;
  GTask *answer;
  gboolean handled = FALSE;

  g_task_set_source_tag (task, xmpp_credential_ask_async);
  xmpp_asking_begin (task);

  answer = g_task_new (self, NULL, answered_cb, g_steal_pointer (&task));
  g_task_set_source_tag (answer, xmpp_credential_ask_async);
  request = xmpp_credential_request_new (question, cancellable, answer);

  g_signal_emit (self, signals[REQUEST], 0, request, &handled);
  if (!handled)
    xmpp_credential_request_give_up (request);
}

gboolean
xmpp_credential_ask_finish (XmppCredential *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_credential_ask_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
xmpp_credential_obtain (XmppCredential *self, const char *field, const char *value)
{
  xmpp_credential_set_field (self, field, value);
  g_signal_emit (self, signals[OBTAINED], 0, field, value);
}

void
xmpp_credential_reject (XmppCredential *self, const char *field)
{
  g_signal_emit (self, signals[REJECTED], 0, field);
}
