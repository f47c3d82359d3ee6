/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Sasl"

#include "config.h"

#include "sasl/xmpp-authenticator-private.h"

#include "core/xmpp-error.h"
#include "core/xmpp-property.h"
#include "core/xmpp-secret-private.h"
#include "sasl/xmpp-sasl-request.h"
#include "xmpp-enum-types.h"

/**
 * XmppAuthenticatorRequest:
 *
 * A question to an [class@Xmpp.Authenticator] about one user. It is answered now or
 * later, once: a lookup with [method@Xmpp.AuthenticatorRequest.reply], the others with
 * [method@Xmpp.AuthenticatorRequest.allow] or
 * [method@Xmpp.AuthenticatorRequest.refuse]; each can fail.
 *
 * A request that is dropped without an answer fails by itself.
 *
 * Since: 1.0
 */

struct _XmppAuthenticatorRequest
{
  GObject parent_instance;

  XmppSaslRequest base;
  XmppAuthenticatorKind kind;
  char *domain;
  char *field;
  char *value;
  char *authzid;
  GTlsCertificate *peer_certificate;
};

G_DEFINE_FINAL_TYPE (XmppAuthenticatorRequest, xmpp_authenticator_request, G_TYPE_OBJECT)

enum
{
  PROP_KIND = 1,
  PROP_USERNAME,
  PROP_DOMAIN,
  PROP_FIELD,
  PROP_AUTHZID,
  PROP_PEER_CERTIFICATE,
  PROP_CANCELLABLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What each property is */
static const gsize members[N_PROPS] = {
  [PROP_KIND] = G_STRUCT_OFFSET (XmppAuthenticatorRequest, kind),
  [PROP_USERNAME] = G_STRUCT_OFFSET (XmppAuthenticatorRequest, base.username),
  [PROP_DOMAIN] = G_STRUCT_OFFSET (XmppAuthenticatorRequest, domain),
  [PROP_FIELD] = G_STRUCT_OFFSET (XmppAuthenticatorRequest, field),
  [PROP_AUTHZID] = G_STRUCT_OFFSET (XmppAuthenticatorRequest, authzid),
  [PROP_PEER_CERTIFICATE] = G_STRUCT_OFFSET (XmppAuthenticatorRequest, peer_certificate),
  [PROP_CANCELLABLE] = G_STRUCT_OFFSET (XmppAuthenticatorRequest, base.cancellable),
};

#define WHAT "An authenticator request"

static void
xmpp_authenticator_request_dispose (GObject *object)
{
  XmppAuthenticatorRequest *self = XMPP_AUTHENTICATOR_REQUEST (object);

  xmpp_waiter_drop (&self->base.waiter,
                    g_error_new (XMPP_SASL_ERROR, XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
                                 "Nobody answered the authenticator's request"));

  G_OBJECT_CLASS (xmpp_authenticator_request_parent_class)->dispose (object);
}

static void
xmpp_authenticator_request_finalize (GObject *object)
{
  XmppAuthenticatorRequest *self = XMPP_AUTHENTICATOR_REQUEST (object);

  xmpp_sasl_request_clear (&self->base);
  g_free (self->domain);
  g_free (self->field);
  g_clear_pointer (&self->value, xmpp_secret_free);
  g_free (self->authzid);
  g_clear_object (&self->peer_certificate);

  G_OBJECT_CLASS (xmpp_authenticator_request_parent_class)->finalize (object);
}

static void
xmpp_authenticator_request_get_property (GObject *object,
                                         guint prop_id,
                                         GValue *value,
                                         GParamSpec *pspec)
{
  xmpp_property_read (G_STRUCT_MEMBER_P (object, members[prop_id]), value);
}

static void
xmpp_authenticator_request_class_init (XmppAuthenticatorRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = xmpp_authenticator_request_dispose;
  object_class->finalize = xmpp_authenticator_request_finalize;
  object_class->get_property = xmpp_authenticator_request_get_property;

  /**
   * XmppAuthenticatorRequest:kind:
   *
   * What is asked.
   *
   * Since: 1.0
   */
  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL,
                                             XMPP_TYPE_AUTHENTICATOR_KIND,
                                             XMPP_AUTHENTICATOR_LOOKUP, flags);
  /**
   * XmppAuthenticatorRequest:username:
   *
   * The user that it is about.
   *
   * Since: 1.0
   */
  properties[PROP_USERNAME] = g_param_spec_string ("username", NULL, NULL, NULL, flags);
  /**
   * XmppAuthenticatorRequest:domain:
   *
   * The domain that the user logs in to.
   *
   * Since: 1.0
   */
  properties[PROP_DOMAIN] = g_param_spec_string ("domain", NULL, NULL, NULL, flags);
  /**
   * XmppAuthenticatorRequest:field:
   *
   * The field that is looked up or verified, "password".
   *
   * Since: 1.0
   */
  properties[PROP_FIELD] = g_param_spec_string ("field", NULL, NULL, NULL, flags);
  /**
   * XmppAuthenticatorRequest:authzid:
   *
   * Whom the user wants to act as.
   *
   * Since: 1.0
   */
  properties[PROP_AUTHZID] = g_param_spec_string ("authzid", NULL, NULL, NULL, flags);
  /**
   * XmppAuthenticatorRequest:peer-certificate:
   *
   * The certificate that the user's client has shown.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_CERTIFICATE] =
      g_param_spec_object ("peer-certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, flags);
  /**
   * XmppAuthenticatorRequest:cancellable:
   *
   * Cancelled when the answer is no longer wanted.
   *
   * Since: 1.0
   */
  properties[PROP_CANCELLABLE] =
      g_param_spec_object ("cancellable", NULL, NULL, G_TYPE_CANCELLABLE, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_authenticator_request_init (XmppAuthenticatorRequest *self)
{
}

XmppAuthenticatorRequest *
xmpp_authenticator_request_new (const XmppAuthenticatorQuestion *question,
                                GCancellable *cancellable,
                                GTask *task)
{
  XmppAuthenticatorRequest *self = g_object_new (XMPP_TYPE_AUTHENTICATOR_REQUEST, NULL);

  xmpp_sasl_request_init (&self->base, question->username, cancellable, task);
  self->kind = question->kind;
  self->domain = g_strdup (question->domain);
  self->field = g_strdup (question->field);
  self->value = xmpp_secret_dup (question->value);
  self->authzid = g_strdup (question->authzid);
  g_set_object (&self->peer_certificate, question->peer_certificate);

  return self;
}

void
xmpp_authenticator_request_give_up (XmppAuthenticatorRequest *self)
{
  g_autoptr (GTask) task = xmpp_waiter_take (&self->base.waiter);

  if (task == NULL)
    return;

  if (self->kind == XMPP_AUTHENTICATOR_LOOKUP)
    g_task_return_pointer (task, NULL, NULL);
  else
    g_task_return_boolean (task, FALSE);
}

/**
 * xmpp_authenticator_request_get_kind:
 * @request: a request
 *
 * Tells what is asked.
 *
 * Returns: what is asked
 *
 * Since: 1.0
 */
XmppAuthenticatorKind
xmpp_authenticator_request_get_kind (XmppAuthenticatorRequest *request)
{
  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request),
                        XMPP_AUTHENTICATOR_LOOKUP);

  return request->kind;
}

/**
 * xmpp_authenticator_request_get_username:
 * @request: a request
 *
 * Gets the user that it is about.
 *
 * Returns: the user that it is about
 *
 * Since: 1.0
 */
const char *
xmpp_authenticator_request_get_username (XmppAuthenticatorRequest *request)
{
  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request), NULL);

  return request->base.username;
}

/**
 * xmpp_authenticator_request_get_domain:
 * @request: a request
 *
 * Gets the domain that the user logs in to.
 *
 * Returns: (nullable): the domain that the user logs in to
 *
 * Since: 1.0
 */
const char *
xmpp_authenticator_request_get_domain (XmppAuthenticatorRequest *request)
{
  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request), NULL);

  return request->domain;
}

/**
 * xmpp_authenticator_request_get_field:
 * @request: a request
 *
 * Gets the field that is looked up or verified.
 *
 * Returns: (nullable): the field that is looked up or verified
 *
 * Since: 1.0
 */
const char *
xmpp_authenticator_request_get_field (XmppAuthenticatorRequest *request)
{
  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request), NULL);

  return request->field;
}

/**
 * xmpp_authenticator_request_get_value:
 * @request: a request
 *
 * Gets the value that is to be verified.
 *
 * Returns: (nullable): the value that is to be verified, a secret
 *
 * Since: 1.0
 */
const char *
xmpp_authenticator_request_get_value (XmppAuthenticatorRequest *request)
{
  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request), NULL);

  return request->value;
}

/**
 * xmpp_authenticator_request_get_authzid:
 * @request: a request
 *
 * Tells whom the user wants to act as.
 *
 * Returns: (nullable): whom the user wants to act as; %NULL: itself, so that the question is
 *   whether there is such a user, and may log in
 *
 * Since: 1.0
 */
const char *
xmpp_authenticator_request_get_authzid (XmppAuthenticatorRequest *request)
{
  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request), NULL);

  return request->authzid;
}

/**
 * xmpp_authenticator_request_get_peer_certificate:
 * @request: a request
 *
 * Gets the certificate that the user's client has shown.
 *
 * Returns: (transfer none) (nullable): the certificate that the user's client has shown
 *
 * Since: 1.0
 */
GTlsCertificate *
xmpp_authenticator_request_get_peer_certificate (XmppAuthenticatorRequest *request)
{
  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request), NULL);

  return request->peer_certificate;
}

/**
 * xmpp_authenticator_request_get_cancellable:
 * @request: a request
 *
 * Gets what tells that nobody waits for the answer any more.
 *
 * Returns: (transfer none): cancelled when the answer is no longer wanted
 *
 * Since: 1.0
 */
GCancellable *
xmpp_authenticator_request_get_cancellable (XmppAuthenticatorRequest *request)
{
  g_return_val_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request), NULL);

  return request->base.cancellable;
}

/**
 * xmpp_authenticator_request_reply:
 * @request: a lookup
 * @value: (nullable): the field's value; %NULL: there is no such user or field
 *
 * Answers a lookup.
 *
 * Since: 1.0
 */
void
xmpp_authenticator_request_reply (XmppAuthenticatorRequest *request, const char *value)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request));
  g_return_if_fail (request->kind == XMPP_AUTHENTICATOR_LOOKUP);

  task = xmpp_sasl_request_take (&request->base, WHAT);
  if (task != NULL)
    g_task_return_pointer (task, xmpp_secret_dup (value),
                           (GDestroyNotify) xmpp_secret_free);
}

/**
 * xmpp_authenticator_request_allow:
 * @request: a question of another kind than a lookup
 *
 * Answers that the value is right, or that the user may act as the other one.
 *
 * Since: 1.0
 */
void
xmpp_authenticator_request_allow (XmppAuthenticatorRequest *request)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request));
  g_return_if_fail (request->kind != XMPP_AUTHENTICATOR_LOOKUP);

  task = xmpp_sasl_request_take (&request->base, WHAT);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

/**
 * xmpp_authenticator_request_refuse:
 * @request: a question of another kind than a lookup
 *
 * Answers that the value is wrong, or that the user may not act as the other one.
 *
 * Since: 1.0
 */
void
xmpp_authenticator_request_refuse (XmppAuthenticatorRequest *request)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request));
  g_return_if_fail (request->kind != XMPP_AUTHENTICATOR_LOOKUP);

  task = xmpp_sasl_request_take (&request->base, WHAT);
  if (task != NULL)
    g_task_return_boolean (task, FALSE);
}

/**
 * xmpp_authenticator_request_fail:
 * @request: a request
 * @error: why there is no answer
 *
 * Says that it cannot be answered now: the data base is away. The login fails, and the
 * client is not told that its password is wrong, where @error does not say so.
 *
 * Since: 1.0
 */
void
xmpp_authenticator_request_fail (XmppAuthenticatorRequest *request, const GError *error)
{
  g_return_if_fail (XMPP_IS_AUTHENTICATOR_REQUEST (request));
  g_return_if_fail (error != NULL);

  xmpp_sasl_request_fail (&request->base, WHAT, error);
}
