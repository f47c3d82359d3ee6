/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-certificate-request-private.h"

#include "core/xmpp-waiter.h"
#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-certificate-names.h"
#include "tls/xmpp-certificate-text.h"
#include "tls/xmpp-tls-pins.h"

/**
 * XmppCertificateRequest:
 *
 * A question whether to trust a server all the same, from
 * [signal@Xmpp.Connection::accept-certificate]: its certificate is not acceptable, and
 * nothing was sent to it. Keep the request, show [method@Xmpp.CertificateRequest.get_text]
 * to a person, and call [method@Xmpp.CertificateRequest.accept] or
 * [method@Xmpp.CertificateRequest.reject].
 *
 * Accepting is for this attempt, this certificate and this domain. Who wants to remember
 * it puts [method@Xmpp.CertificateRequest.get_pin] into [property@Xmpp.Client:pins].
 *
 * A request that is dropped without an answer is rejected.
 *
 * Since: 1.0
 */

struct _XmppCertificateRequest
{
  GObject parent_instance;

  GTlsCertificate *certificate;
  GTlsCertificateFlags flags;
  char *domain;
  GStrv names;
  char *issuer;
  GDateTime *not_valid_before;
  GDateTime *not_valid_after;
  char *fingerprint;
  char *pin;
  char *text;

  GCancellable *cancellable;
  XmppWaiter waiter;
};

G_DEFINE_FINAL_TYPE (XmppCertificateRequest, xmpp_certificate_request, G_TYPE_OBJECT)

enum
{
  PROP_CERTIFICATE = 1,
  PROP_FLAGS,
  PROP_DOMAIN,
  PROP_NAMES,
  PROP_ISSUER,
  PROP_NOT_VALID_BEFORE,
  PROP_NOT_VALID_AFTER,
  PROP_FINGERPRINT,
  PROP_PIN,
  PROP_TEXT,
  PROP_CANCELLABLE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* The first answer counts, whichever thread it comes from. */
static void
answer (XmppCertificateRequest *self, gboolean accepted)
{
  g_autoptr (GTask) task = xmpp_waiter_take (&self->waiter);

  if (task != NULL)
    g_task_return_boolean (task, accepted);
}

static void
xmpp_certificate_request_dispose (GObject *object)
{
  xmpp_waiter_drop (&XMPP_CERTIFICATE_REQUEST (object)->waiter, NULL);

  G_OBJECT_CLASS (xmpp_certificate_request_parent_class)->dispose (object);
}

static void
xmpp_certificate_request_finalize (GObject *object)
{
  XmppCertificateRequest *self = XMPP_CERTIFICATE_REQUEST (object);

  g_clear_object (&self->certificate);
  g_free (self->domain);
  g_strfreev (self->names);
  g_free (self->issuer);
  g_clear_pointer (&self->not_valid_before, g_date_time_unref);
  g_clear_pointer (&self->not_valid_after, g_date_time_unref);
  g_free (self->fingerprint);
  g_free (self->pin);
  g_free (self->text);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (xmpp_certificate_request_parent_class)->finalize (object);
}

static void
xmpp_certificate_request_get_property (GObject *object,
                                       guint id,
                                       GValue *value,
                                       GParamSpec *pspec)
{
  XmppCertificateRequest *self = XMPP_CERTIFICATE_REQUEST (object);

  switch (id)
    {
    case PROP_CERTIFICATE:
      g_value_set_object (value, self->certificate);
      break;
    case PROP_FLAGS:
      g_value_set_flags (value, self->flags);
      break;
    case PROP_DOMAIN:
      g_value_set_string (value, self->domain);
      break;
    case PROP_NAMES:
      g_value_set_boxed (value, self->names);
      break;
    case PROP_ISSUER:
      g_value_set_string (value, self->issuer);
      break;
    case PROP_NOT_VALID_BEFORE:
      g_value_set_boxed (value, self->not_valid_before);
      break;
    case PROP_NOT_VALID_AFTER:
      g_value_set_boxed (value, self->not_valid_after);
      break;
    case PROP_FINGERPRINT:
      g_value_set_string (value, self->fingerprint);
      break;
    case PROP_PIN:
      g_value_set_string (value, self->pin);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_CANCELLABLE:
      g_value_set_object (value, self->cancellable);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void
init_certificate_properties (void)
{
  /**
   * XmppCertificateRequest:certificate: (getter get_certificate)
   *
   * The server's certificate, as it was sent.
   *
   * Since: 1.0
   */
  properties[PROP_CERTIFICATE] =
      g_param_spec_object ("certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, READABLE);

  /**
   * XmppCertificateRequest:flags: (getter get_flags)
   *
   * What is wrong with it.
   *
   * Since: 1.0
   */
  properties[PROP_FLAGS] =
      g_param_spec_flags ("flags", NULL, NULL, G_TYPE_TLS_CERTIFICATE_FLAGS, 0, READABLE);

  /**
   * XmppCertificateRequest:names: (getter get_names)
   *
   * The names in it, in a form that can be shown, at most ten.
   *
   * Since: 1.0
   */
  properties[PROP_NAMES] =
      g_param_spec_boxed ("names", NULL, NULL, G_TYPE_STRV, READABLE);

  /**
   * XmppCertificateRequest:issuer: (getter get_issuer)
   *
   * Who has issued it, or says so.
   *
   * Since: 1.0
   */
  properties[PROP_ISSUER] = g_param_spec_string ("issuer", NULL, NULL, NULL, READABLE);

  /**
   * XmppCertificateRequest:not-valid-before: (getter get_not_valid_before)
   *
   * From when on it is valid.
   *
   * Since: 1.0
   */
  properties[PROP_NOT_VALID_BEFORE] =
      g_param_spec_boxed ("not-valid-before", NULL, NULL, G_TYPE_DATE_TIME, READABLE);

  /**
   * XmppCertificateRequest:not-valid-after: (getter get_not_valid_after)
   *
   * Until when it is valid.
   *
   * Since: 1.0
   */
  properties[PROP_NOT_VALID_AFTER] =
      g_param_spec_boxed ("not-valid-after", NULL, NULL, G_TYPE_DATE_TIME, READABLE);

  /**
   * XmppCertificateRequest:fingerprint: (getter get_fingerprint)
   *
   * The SHA-256 of the certificate, in hexadecimal digits with colons.
   *
   * Since: 1.0
   */
  properties[PROP_FINGERPRINT] =
      g_param_spec_string ("fingerprint", NULL, NULL, NULL, READABLE);
}

static void
init_question_properties (void)
{
  /**
   * XmppCertificateRequest:domain: (getter get_domain)
   *
   * The domain that it should name, in A-labels.
   *
   * Since: 1.0
   */
  properties[PROP_DOMAIN] = g_param_spec_string ("domain", NULL, NULL, NULL, READABLE);

  /**
   * XmppCertificateRequest:pin: (getter get_pin)
   *
   * The pin of its key, as [property@Xmpp.Client:pins] takes it.
   *
   * Since: 1.0
   */
  properties[PROP_PIN] = g_param_spec_string ("pin", NULL, NULL, NULL, READABLE);

  /**
   * XmppCertificateRequest:text: (getter get_text)
   *
   * All of this for people, in sentences.
   *
   * Since: 1.0
   */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, READABLE);

  /**
   * XmppCertificateRequest:cancellable: (getter get_cancellable)
   *
   * Cancelled when the answer is no longer wanted: close the dialog.
   *
   * Since: 1.0
   */
  properties[PROP_CANCELLABLE] =
      g_param_spec_object ("cancellable", NULL, NULL, G_TYPE_CANCELLABLE, READABLE);
}

static void
xmpp_certificate_request_class_init (XmppCertificateRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_certificate_request_dispose;
  object_class->finalize = xmpp_certificate_request_finalize;
  object_class->get_property = xmpp_certificate_request_get_property;

  init_certificate_properties ();
  init_question_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_certificate_request_init (XmppCertificateRequest *self)
{
}

#define SHOWN_NAMES_MAX 10

XmppCertificateRequest *
xmpp_certificate_request_new (GTlsCertificate *certificate,
                              GTlsCertificateFlags flags,
                              const char *domain,
                              const char *text)
{
  XmppCertificateRequest *self = g_object_new (XMPP_TYPE_CERTIFICATE_REQUEST, NULL);
  g_auto (gnutls_x509_crt_t) imported = xmpp_certificate_import (certificate);

  self->certificate = g_object_ref (certificate);
  self->flags = flags;
  self->domain = g_strdup (domain);
  self->names = imported != NULL ? xmpp_certificate_names_list (imported, SHOWN_NAMES_MAX)
                                 : g_new0 (char *, 1);
  self->issuer = xmpp_certificate_text_issuer (certificate);
  self->not_valid_before = g_tls_certificate_get_not_valid_before (certificate);
  self->not_valid_after = g_tls_certificate_get_not_valid_after (certificate);
  self->fingerprint = xmpp_certificate_text_fingerprint (certificate);
  self->pin = imported != NULL ? xmpp_tls_pins_describe (imported) : NULL;
  self->text = g_strdup (text);
  return self;
}

void
xmpp_certificate_request_begin (XmppCertificateRequest *self,
                                GCancellable *cancellable,
                                GTask *task)
{
  g_set_object (&self->cancellable, cancellable);
  xmpp_waiter_init (&self->waiter, task);
}

/**
 * xmpp_certificate_request_get_certificate: (get-property certificate)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:certificate].
 *
 * Returns: (transfer none): the server's certificate
 *
 * Since: 1.0
 */
GTlsCertificate *
xmpp_certificate_request_get_certificate (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return self->certificate;
}

/**
 * xmpp_certificate_request_get_flags: (get-property flags)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:flags].
 *
 * Returns: what is wrong with the certificate
 *
 * Since: 1.0
 */
GTlsCertificateFlags
xmpp_certificate_request_get_flags (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), G_TLS_CERTIFICATE_NO_FLAGS);

  return self->flags;
}

/**
 * xmpp_certificate_request_get_domain: (get-property domain)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:domain].
 *
 * Returns: the domain that the certificate should name
 *
 * Since: 1.0
 */
const char *
xmpp_certificate_request_get_domain (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return self->domain;
}

/**
 * xmpp_certificate_request_get_names: (get-property names)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:names].
 *
 * Returns: (transfer none) (array zero-terminated=1): the names in the certificate
 *
 * Since: 1.0
 */
const char *const *
xmpp_certificate_request_get_names (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return (const char *const *) self->names;
}

/**
 * xmpp_certificate_request_get_issuer: (get-property issuer)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:issuer].
 *
 * Returns: who has issued the certificate
 *
 * Since: 1.0
 */
const char *
xmpp_certificate_request_get_issuer (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return self->issuer;
}

/**
 * xmpp_certificate_request_get_not_valid_before: (get-property not-valid-before)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:not-valid-before].
 *
 * Returns: (transfer none) (nullable): from when on the certificate is valid
 *
 * Since: 1.0
 */
GDateTime *
xmpp_certificate_request_get_not_valid_before (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return self->not_valid_before;
}

/**
 * xmpp_certificate_request_get_not_valid_after: (get-property not-valid-after)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:not-valid-after].
 *
 * Returns: (transfer none) (nullable): until when the certificate is valid
 *
 * Since: 1.0
 */
GDateTime *
xmpp_certificate_request_get_not_valid_after (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return self->not_valid_after;
}

/**
 * xmpp_certificate_request_get_fingerprint: (get-property fingerprint)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:fingerprint].
 *
 * Returns: the SHA-256 of the certificate
 *
 * Since: 1.0
 */
const char *
xmpp_certificate_request_get_fingerprint (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return self->fingerprint;
}

/**
 * xmpp_certificate_request_get_pin: (get-property pin)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:pin].
 *
 * Returns: (nullable): the pin of the certificate's key
 *
 * Since: 1.0
 */
const char *
xmpp_certificate_request_get_pin (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return self->pin;
}

/**
 * xmpp_certificate_request_get_text: (get-property text)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:text].
 *
 * Returns: what to show to a person
 *
 * Since: 1.0
 */
const char *
xmpp_certificate_request_get_text (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return self->text;
}

/**
 * xmpp_certificate_request_get_cancellable: (get-property cancellable)
 * @request: a request
 *
 * Gets [property@Xmpp.CertificateRequest:cancellable].
 *
 * Returns: (transfer none) (nullable): cancelled when the answer is no longer wanted
 *
 * Since: 1.0
 */
GCancellable *
xmpp_certificate_request_get_cancellable (XmppCertificateRequest *self)
{
  g_return_val_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self), NULL);

  return self->cancellable;
}

/**
 * xmpp_certificate_request_accept:
 * @request: a request
 *
 * Trusts this certificate for this domain: the server is called again, and the login goes
 * on where it shows the same certificate. The first answer counts.
 *
 * Since: 1.0
 */
void
xmpp_certificate_request_accept (XmppCertificateRequest *self)
{
  g_return_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self));

  answer (self, TRUE);
}

/**
 * xmpp_certificate_request_reject:
 * @request: a request
 *
 * Does not trust the certificate: opening the connection fails with
 * [error@Gio.TlsError.BAD_CERTIFICATE]. The first answer counts.
 *
 * Since: 1.0
 */
void
xmpp_certificate_request_reject (XmppCertificateRequest *self)
{
  g_return_if_fail (XMPP_IS_CERTIFICATE_REQUEST (self));

  answer (self, FALSE);
}
