/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Sasl"

#include "config.h"

#include "sasl/xmpp-credential-private.h"

#include "core/xmpp-error.h"
#include "core/xmpp-property.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-sasl-request.h"
#include "xmpp-enum-types.h"

/**
 * XmppCredentialRequest:
 *
 * A question for what proves an identity, from [signal@Xmpp.Credential::request]: keep
 * it, ask a person or a key ring, fill in the fields and call
 * [method@Xmpp.CredentialRequest.reply], or [method@Xmpp.CredentialRequest.fail].
 *
 * A request that is dropped without an answer fails by itself, at once. One that is kept and
 * never answered holds the login up until that is cancelled, or for
 * [property@Limits:question-seconds]; time limits of the login itself stand still meanwhile.
 * An answer that comes when nobody waits any more is dropped, and so is a second one, with a
 * warning. The answer may come from any thread.
 *
 * Since: 1.0
 */

struct _XmppCredentialRequest
{
  GObject parent_instance;

  XmppSaslRequest base;
  GStrv fields;
  char *mechanism;
  XmppCredentialReason reason;
  guint attempt;
  char *scope;
  char *openid_configuration;
  GHashTable *values;
};

G_DEFINE_FINAL_TYPE (XmppCredentialRequest, xmpp_credential_request, G_TYPE_OBJECT)

enum
{
  PROP_FIELDS = 1,
  PROP_MECHANISM,
  PROP_USERNAME,
  PROP_REASON,
  PROP_ATTEMPT,
  PROP_SCOPE,
  PROP_OPENID_CONFIGURATION,
  PROP_CANCELLABLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What each property is */
static const gsize members[N_PROPS] = {
  [PROP_FIELDS] = G_STRUCT_OFFSET (XmppCredentialRequest, fields),
  [PROP_MECHANISM] = G_STRUCT_OFFSET (XmppCredentialRequest, mechanism),
  [PROP_USERNAME] = G_STRUCT_OFFSET (XmppCredentialRequest, base.username),
  [PROP_REASON] = G_STRUCT_OFFSET (XmppCredentialRequest, reason),
  [PROP_ATTEMPT] = G_STRUCT_OFFSET (XmppCredentialRequest, attempt),
  [PROP_SCOPE] = G_STRUCT_OFFSET (XmppCredentialRequest, scope),
  [PROP_OPENID_CONFIGURATION] =
      G_STRUCT_OFFSET (XmppCredentialRequest, openid_configuration),
  [PROP_CANCELLABLE] = G_STRUCT_OFFSET (XmppCredentialRequest, base.cancellable),
};

#define WHAT "A credential request"

static GError *
make_unanswered (XmppCredentialRequest *self, const char *reason)
{
  g_autofree char *fields = g_strjoinv (", ", self->fields);

  return g_error_new (XMPP_SASL_ERROR, XMPP_SASL_ERROR_NEED_CREDENTIAL,
                      "%s, and %s needs: %s", reason, self->mechanism, fields);
}

static void
xmpp_credential_request_dispose (GObject *object)
{
  XmppCredentialRequest *self = XMPP_CREDENTIAL_REQUEST (object);

  xmpp_waiter_drop (&self->base.waiter,
                    make_unanswered (self, "Nobody answered the credential's 'request'"));

  G_OBJECT_CLASS (xmpp_credential_request_parent_class)->dispose (object);
}

static void
xmpp_credential_request_finalize (GObject *object)
{
  XmppCredentialRequest *self = XMPP_CREDENTIAL_REQUEST (object);

  xmpp_sasl_request_clear (&self->base);
  g_strfreev (self->fields);
  g_free (self->mechanism);
  g_free (self->scope);
  g_free (self->openid_configuration);
  g_hash_table_unref (self->values);

  G_OBJECT_CLASS (xmpp_credential_request_parent_class)->finalize (object);
}

static void
xmpp_credential_request_get_property (GObject *object,
                                      guint prop_id,
                                      GValue *value,
                                      GParamSpec *pspec)
{
  xmpp_property_read (G_STRUCT_MEMBER_P (object, members[prop_id]), value);
}

static void
install_hint_properties (GParamFlags flags)
{
  /**
   * XmppCredentialRequest:scope:
   *
   * For a token: what it has to be good for, as the server says after it has refused one
   * (RFC 7628 §3.2.2); words of RFC 6749 §3.3, separated by blanks.
   *
   * Since: 1.0
   */
  properties[PROP_SCOPE] = g_param_spec_string ("scope", NULL, NULL, NULL, flags);
  /**
   * XmppCredentialRequest:openid-configuration:
   *
   * For a token: the URL of a document that says where to get one, as the server says
   * after it has refused one (RFC 7628 §3.2.2). The library never fetches it; whoever
   * does remembers that the server has named it.
   *
   * Since: 1.0
   */
  properties[PROP_OPENID_CONFIGURATION] =
      g_param_spec_string ("openid-configuration", NULL, NULL, NULL, flags);
}

static void
xmpp_credential_request_class_init (XmppCredentialRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = xmpp_credential_request_dispose;
  object_class->finalize = xmpp_credential_request_finalize;
  object_class->get_property = xmpp_credential_request_get_property;

  /**
   * XmppCredentialRequest:fields:
   *
   * The fields to ask for, "password".
   *
   * Since: 1.0
   */
  properties[PROP_FIELDS] = g_param_spec_boxed ("fields", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * XmppCredentialRequest:mechanism:
   *
   * The mechanism that needs them.
   *
   * Since: 1.0
   */
  properties[PROP_MECHANISM] = g_param_spec_string ("mechanism", NULL, NULL, NULL, flags);
  /**
   * XmppCredentialRequest:username:
   *
   * Whose they are, where that is known.
   *
   * Since: 1.0
   */
  properties[PROP_USERNAME] = g_param_spec_string ("username", NULL, NULL, NULL, flags);
  /**
   * XmppCredentialRequest:reason:
   *
   * Why they are asked for.
   *
   * Since: 1.0
   */
  properties[PROP_REASON] = g_param_spec_enum ("reason", NULL, NULL,
                                               XMPP_TYPE_CREDENTIAL_REASON,
                                               XMPP_CREDENTIAL_REASON_MISSING, flags);
  /**
   * XmppCredentialRequest:attempt:
   *
   * How many times this login has asked for them, this time included: 1 the first time, more
   * where an answer was refused, which [property@CredentialRequest:reason] says too.
   *
   * Since: 1.0
   */
  properties[PROP_ATTEMPT] =
      g_param_spec_uint ("attempt", NULL, NULL, 1, G_MAXUINT, 1, flags);
  /**
   * XmppCredentialRequest:cancellable:
   *
   * Cancelled when the answer is no longer wanted: close the dialog.
   *
   * Since: 1.0
   */
  properties[PROP_CANCELLABLE] =
      g_param_spec_object ("cancellable", NULL, NULL, G_TYPE_CANCELLABLE, flags);

  install_hint_properties (flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_credential_request_init (XmppCredentialRequest *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) xmpp_secret_free);
}

GHashTable *
xmpp_credential_asked_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static guint
count_question (const XmppCredentialQuestion *question)
{
  guint most = 1;

  for (guint i = 0; question->asked != NULL && question->fields[i] != NULL; i++)
    {
      const char *field = question->fields[i];
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (question->asked, field)) + 1;

      g_hash_table_replace (question->asked, g_strdup (field), GUINT_TO_POINTER (count));
      most = MAX (most, count);
    }

  return most;
}

XmppCredentialRequest *
xmpp_credential_request_new (const XmppCredentialQuestion *question,
                             GCancellable *cancellable,
                             GTask *task)
{
  XmppCredentialRequest *self = g_object_new (XMPP_TYPE_CREDENTIAL_REQUEST, NULL);

  xmpp_sasl_request_init (&self->base, question->username, cancellable, task);
  self->fields = g_strdupv ((GStrv) question->fields);
  self->mechanism = g_strdup (question->mechanism);
  self->reason = question->reason;
  self->attempt = count_question (question);
  self->scope = g_strdup (question->scope);
  self->openid_configuration = g_strdup (question->openid_configuration);

  return self;
}

void
xmpp_credential_request_give_up (XmppCredentialRequest *self)
{
  g_autoptr (GError)
      error = make_unanswered (self, "Nobody handles the credential's 'request'");

  xmpp_waiter_fail (&self->base.waiter, error);
}

/**
 * xmpp_credential_request_get_fields:
 * @request: a request
 *
 * Gets the fields to ask for.
 *
 * Returns: (transfer none) (array zero-terminated=1): the fields to ask for
 *
 * Since: 1.0
 */
const char *const *
xmpp_credential_request_get_fields (XmppCredentialRequest *request)
{
  g_return_val_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request), NULL);

  return (const char *const *) request->fields;
}

/**
 * xmpp_credential_request_get_mechanism:
 * @request: a request
 *
 * Gets the name of the mechanism that needs the fields.
 *
 * Returns: the name of the mechanism that needs the fields
 *
 * Since: 1.0
 */
const char *
xmpp_credential_request_get_mechanism (XmppCredentialRequest *request)
{
  g_return_val_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request), NULL);

  return request->mechanism;
}

/**
 * xmpp_credential_request_get_username:
 * @request: a request
 *
 * Tells whose credential it is.
 *
 * Returns: (nullable): whose credential it is, where that is known
 *
 * Since: 1.0
 */
const char *
xmpp_credential_request_get_username (XmppCredentialRequest *request)
{
  g_return_val_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request), NULL);

  return request->base.username;
}

/**
 * xmpp_credential_request_get_reason:
 * @request: a request
 *
 * Tells why the fields are asked for.
 *
 * Returns: why the fields are asked for
 *
 * Since: 1.0
 */
XmppCredentialReason
xmpp_credential_request_get_reason (XmppCredentialRequest *request)
{
  g_return_val_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request),
                        XMPP_CREDENTIAL_REASON_MISSING);

  return request->reason;
}

/**
 * xmpp_credential_request_get_attempt:
 * @request: a request
 *
 * Tells how many times this login has asked for the fields, this time included.
 *
 * Returns: 1 the first time, more where an answer was refused
 *
 * Since: 1.0
 */
guint
xmpp_credential_request_get_attempt (XmppCredentialRequest *request)
{
  g_return_val_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request), 1);

  return request->attempt;
}

/**
 * xmpp_credential_request_get_scope:
 * @request: a request
 *
 * Gets what the token has to be good for, as the server says.
 *
 * Returns: (nullable): what the token has to be good for; %NULL: the server has not said
 *
 * Since: 1.0
 */
const char *
xmpp_credential_request_get_scope (XmppCredentialRequest *request)
{
  g_return_val_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request), NULL);

  return request->scope;
}

/**
 * xmpp_credential_request_get_openid_configuration:
 * @request: a request
 *
 * Gets the URL of what says where to get a token, as the server names it.
 *
 * Returns: (nullable): the URL; %NULL: the server has not said
 *
 * Since: 1.0
 */
const char *
xmpp_credential_request_get_openid_configuration (XmppCredentialRequest *request)
{
  g_return_val_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request), NULL);

  return request->openid_configuration;
}

/**
 * xmpp_credential_request_get_cancellable:
 * @request: a request
 *
 * Gets what tells that nobody waits for the answer any more.
 *
 * Returns: (transfer none): cancelled when the answer is no longer wanted, so that a
 *   dialog can close
 *
 * Since: 1.0
 */
GCancellable *
xmpp_credential_request_get_cancellable (XmppCredentialRequest *request)
{
  g_return_val_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request), NULL);

  return request->base.cancellable;
}

/**
 * xmpp_credential_request_set_field:
 * @request: a request
 * @field: a field, "password"
 * @value: (nullable): its value
 *
 * Fills in a field. The credential gets it with
 * [method@Xmpp.CredentialRequest.reply].
 *
 * Since: 1.0
 */
void
xmpp_credential_request_set_field (XmppCredentialRequest *request,
                                   const char *field,
                                   const char *value)
{
  g_return_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request));
  g_return_if_fail (field != NULL);

  /* The table belongs to the answer as soon as there is one. */
  if (xmpp_waiter_is_answered (&request->base.waiter))
    return;

  if (value != NULL)
    g_hash_table_replace (request->values, g_strdup (field), xmpp_secret_dup (value));
  else
    g_hash_table_remove (request->values, field);
}

/**
 * xmpp_credential_request_reply:
 * @request: a request
 *
 * The fields are filled in: the login goes on with them. A field that was asked for and
 * is not there ends it with %XMPP_SASL_ERROR_NOT_AUTHORIZED.
 *
 * Since: 1.0
 */
void
xmpp_credential_request_reply (XmppCredentialRequest *request)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request));

  task = xmpp_sasl_request_take (&request->base, WHAT);
  if (task == NULL)
    return;

  g_task_return_pointer (task, g_hash_table_ref (request->values),
                         (GDestroyNotify) g_hash_table_unref);
}

/**
 * xmpp_credential_request_fail:
 * @request: a request
 * @error: why there is no answer
 *
 * There will be no answer. %G_IO_ERROR_CANCELLED ends the login,
 * %XMPP_SASL_ERROR_UNAVAILABLE makes it go on with the next mechanism.
 *
 * Since: 1.0
 */
void
xmpp_credential_request_fail (XmppCredentialRequest *request, const GError *error)
{
  g_return_if_fail (XMPP_IS_CREDENTIAL_REQUEST (request));
  g_return_if_fail (error != NULL);

  xmpp_sasl_request_fail (&request->base, WHAT, error);
}
