/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "sasl/xmpp-sasl-context.h"

#include "core/xmpp-limits-private.h"
#include "core/xmpp-property.h"
#include "sasl/xmpp-sasl-binding.h"
#include "xmpp-enum-types.h"

/**
 * XmppSaslContext:
 *
 * The connection as a SASL mechanism may know it: which side this is, whom it talks to,
 * what was offered, and the channel bindings of the TLS connection below.
 *
 * A context is immutable, so that a mechanism may read it in any thread. A protocol other
 * than XMPP that uses this layer makes one with [ctor@GObject.Object.new].
 *
 * Since: 1.0
 */

struct _XmppSaslContext
{
  GObject parent_instance;

  XmppSaslRole role;
  char *service;
  char *domain;
  char *host;
  gboolean secure;
  GStrv offered;
  GStrv offered_bindings;
  gboolean needs_offer_proof;
  GVariant *bindings;
  GStrv binding_types;
  XmppSaslBinding binding;
  guint min_iterations;
  guint max_iterations;
  XmppAuthenticator *authenticator;
  GTlsCertificate *certificate;
  GTlsCertificate *peer_certificate;
  GStrv peer_identities;
};

G_DEFINE_FINAL_TYPE (XmppSaslContext, xmpp_sasl_context, G_TYPE_OBJECT)

enum
{
  PROP_ROLE = 1,
  PROP_SERVICE,
  PROP_DOMAIN,
  PROP_HOST,
  PROP_SECURE,
  PROP_OFFERED,
  PROP_OFFERED_CHANNEL_BINDINGS,
  PROP_OFFER_PROOF_REQUIRED,
  PROP_CHANNEL_BINDINGS,
  PROP_BINDING,
  PROP_MIN_ITERATIONS,
  PROP_MAX_ITERATIONS,
  PROP_AUTHENTICATOR,
  PROP_CERTIFICATE,
  PROP_PEER_CERTIFICATE,
  PROP_PEER_IDENTITIES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What each property is */
static const gsize members[N_PROPS] = {
  [PROP_ROLE] = G_STRUCT_OFFSET (XmppSaslContext, role),
  [PROP_SERVICE] = G_STRUCT_OFFSET (XmppSaslContext, service),
  [PROP_DOMAIN] = G_STRUCT_OFFSET (XmppSaslContext, domain),
  [PROP_HOST] = G_STRUCT_OFFSET (XmppSaslContext, host),
  [PROP_SECURE] = G_STRUCT_OFFSET (XmppSaslContext, secure),
  [PROP_OFFERED] = G_STRUCT_OFFSET (XmppSaslContext, offered),
  [PROP_OFFERED_CHANNEL_BINDINGS] = G_STRUCT_OFFSET (XmppSaslContext, offered_bindings),
  [PROP_OFFER_PROOF_REQUIRED] = G_STRUCT_OFFSET (XmppSaslContext, needs_offer_proof),
  [PROP_CHANNEL_BINDINGS] = G_STRUCT_OFFSET (XmppSaslContext, bindings),
  [PROP_BINDING] = G_STRUCT_OFFSET (XmppSaslContext, binding),
  [PROP_MIN_ITERATIONS] = G_STRUCT_OFFSET (XmppSaslContext, min_iterations),
  [PROP_MAX_ITERATIONS] = G_STRUCT_OFFSET (XmppSaslContext, max_iterations),
  [PROP_AUTHENTICATOR] = G_STRUCT_OFFSET (XmppSaslContext, authenticator),
  [PROP_CERTIFICATE] = G_STRUCT_OFFSET (XmppSaslContext, certificate),
  [PROP_PEER_CERTIFICATE] = G_STRUCT_OFFSET (XmppSaslContext, peer_certificate),
  [PROP_PEER_IDENTITIES] = G_STRUCT_OFFSET (XmppSaslContext, peer_identities),
};

enum
{
#define XMPP_LIMIT_DEFAULT(name, value) DEFAULT_##name = value,
  XMPP_LIMITS_TABLE (XMPP_LIMIT_DEFAULT)
#undef XMPP_LIMIT_DEFAULT
};

static void
xmpp_sasl_context_constructed (GObject *object)
{
  XmppSaslContext *self = XMPP_SASL_CONTEXT (object);

  G_OBJECT_CLASS (xmpp_sasl_context_parent_class)->constructed (object);

  if (self->service == NULL)
    self->service = g_strdup ("xmpp");
  if (self->host == NULL)
    self->host = g_strdup (self->domain);
  if (self->offered == NULL)
    self->offered = g_new0 (char *, 1);
  self->binding_types = xmpp_sasl_binding_list_types (self->bindings);
}

static void
xmpp_sasl_context_finalize (GObject *object)
{
  XmppSaslContext *self = XMPP_SASL_CONTEXT (object);

  g_free (self->service);
  g_free (self->domain);
  g_free (self->host);
  g_strfreev (self->offered);
  g_strfreev (self->offered_bindings);
  g_clear_pointer (&self->bindings, g_variant_unref);
  g_strfreev (self->binding_types);
  g_clear_object (&self->authenticator);
  g_clear_object (&self->certificate);
  g_clear_object (&self->peer_certificate);
  g_strfreev (self->peer_identities);

  G_OBJECT_CLASS (xmpp_sasl_context_parent_class)->finalize (object);
}

static void
xmpp_sasl_context_get_property (GObject *object,
                                guint prop_id,
                                GValue *value,
                                GParamSpec *pspec)
{
  xmpp_property_read (G_STRUCT_MEMBER_P (object, members[prop_id]), value);
}

static void
xmpp_sasl_context_set_property (GObject *object,
                                guint prop_id,
                                const GValue *value,
                                GParamSpec *pspec)
{
  xmpp_property_write (G_STRUCT_MEMBER_P (object, members[prop_id]), value);
}

static void
install_peer_properties (GParamFlags flags)
{
  /**
   * XmppSaslContext:role:
   *
   * The side that this mechanism plays.
   *
   * Since: 1.0
   */
  properties[PROP_ROLE] = g_param_spec_flags ("role", NULL, NULL, XMPP_TYPE_SASL_ROLE,
                                              XMPP_SASL_ROLE_CLIENT, flags);
  /**
   * XmppSaslContext:service:
   *
   * The registered name of the protocol, "xmpp" unless something else is given.
   *
   * Since: 1.0
   */
  properties[PROP_SERVICE] = g_param_spec_string ("service", NULL, NULL, "xmpp", flags);
  /**
   * XmppSaslContext:domain:
   *
   * The domain of the account.
   *
   * Since: 1.0
   */
  properties[PROP_DOMAIN] = g_param_spec_string ("domain", NULL, NULL, NULL, flags);
  /**
   * XmppSaslContext:host:
   *
   * The name of the host that serves the domain; the domain itself unless the server has
   * named another one over verified TLS (XEP-0233).
   *
   * Since: 1.0
   */
  properties[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, NULL, flags);
  /**
   * XmppSaslContext:secure:
   *
   * Whether secrets may travel: the connection is under TLS with a verified peer, or plain
   * text on this machine was allowed for a test.
   *
   * Since: 1.0
   */
  properties[PROP_SECURE] = g_param_spec_boolean ("secure", NULL, NULL, FALSE, flags);
  /**
   * XmppSaslContext:authenticator:
   *
   * Who answers for identities; only in the server role.
   *
   * Since: 1.0
   */
  properties[PROP_AUTHENTICATOR] =
      g_param_spec_object ("authenticator", NULL, NULL, XMPP_TYPE_AUTHENTICATOR, flags);
  /**
   * XmppSaslContext:peer-certificate:
   *
   * The certificate that the client has shown; only in the server role.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_CERTIFICATE] =
      g_param_spec_object ("peer-certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, flags);
}

static void
install_certificate_properties (GParamFlags flags)
{
  /**
   * XmppSaslContext:certificate:
   *
   * The certificate of this side that TLS has sent, because the server asked for it; only
   * in the client role.
   *
   * Since: 1.0
   */
  properties[PROP_CERTIFICATE] =
      g_param_spec_object ("certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, flags);
  /**
   * XmppSaslContext:peer-identities:
   *
   * The accounts of the domain that the client's certificate names, once it was verified;
   * only in the server role. Without a certificate that may be trusted, %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_IDENTITIES] =
      g_param_spec_boxed ("peer-identities", NULL, NULL, G_TYPE_STRV, flags);
}

static void
install_offer_properties (GParamFlags flags)
{
  /**
   * XmppSaslContext:offered:
   *
   * The names of the mechanisms that were offered on this connection.
   *
   * Since: 1.0
   */
  properties[PROP_OFFERED] =
      g_param_spec_boxed ("offered", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * XmppSaslContext:offered-channel-bindings:
   *
   * The types of channel binding that the server lists (XEP-0440); none where it has no
   * list.
   *
   * Since: 1.0
   */
  properties[PROP_OFFERED_CHANNEL_BINDINGS] =
      g_param_spec_boxed ("offered-channel-bindings", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * XmppSaslContext:offer-proof-required:
   *
   * Whether the server has to prove that its lists have arrived as it sent them (XEP-0474).
   *
   * Since: 1.0
   */
  properties[PROP_OFFER_PROOF_REQUIRED] =
      g_param_spec_boolean ("offer-proof-required", NULL, NULL, FALSE, flags);
  /**
   * XmppSaslContext:channel-bindings:
   *
   * Types and data of the channel bindings of this connection, best first, as `a(say)`.
   *
   * Since: 1.0
   */
  properties[PROP_CHANNEL_BINDINGS] =
      g_param_spec_variant ("channel-bindings", NULL, NULL, G_VARIANT_TYPE ("a(say)"),
                            NULL, flags);
  /**
   * XmppSaslContext:binding:
   *
   * What is to be said of channel binding to the other side.
   *
   * Since: 1.0
   */
  properties[PROP_BINDING] = g_param_spec_enum ("binding", NULL, NULL,
                                                XMPP_TYPE_SASL_BINDING,
                                                XMPP_SASL_BINDING_NONE, flags);
  /**
   * XmppSaslContext:min-iterations:
   *
   * The lowest iteration count that a password-based mechanism may accept.
   *
   * Since: 1.0
   */
  properties[PROP_MIN_ITERATIONS] =
      g_param_spec_uint ("min-iterations", NULL, NULL, 1, G_MAXUINT,
                         DEFAULT_scram_iterations_min, flags);
  /**
   * XmppSaslContext:max-iterations:
   *
   * The highest iteration count that a password-based mechanism may compute.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_ITERATIONS] =
      g_param_spec_uint ("max-iterations", NULL, NULL, 1, G_MAXUINT,
                         DEFAULT_scram_iterations_max, flags);
}

static void
xmpp_sasl_context_class_init (XmppSaslContextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = xmpp_sasl_context_constructed;
  object_class->finalize = xmpp_sasl_context_finalize;
  object_class->get_property = xmpp_sasl_context_get_property;
  object_class->set_property = xmpp_sasl_context_set_property;

  install_peer_properties (flags);
  install_certificate_properties (flags);
  install_offer_properties (flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_sasl_context_init (XmppSaslContext *self)
{
}

/**
 * xmpp_sasl_context_get_role:
 * @context: a context
 *
 * Gets the side that the mechanism plays.
 *
 * Returns: the side that the mechanism plays
 *
 * Since: 1.0
 */
XmppSaslRole
xmpp_sasl_context_get_role (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), XMPP_SASL_ROLE_CLIENT);

  return context->role;
}

/**
 * xmpp_sasl_context_get_service:
 * @context: a context
 *
 * Gets the registered name of the protocol.
 *
 * Returns: the registered name of the protocol, "xmpp"
 *
 * Since: 1.0
 */
const char *
xmpp_sasl_context_get_service (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return context->service;
}

/**
 * xmpp_sasl_context_get_domain:
 * @context: a context
 *
 * Gets the domain of the account.
 *
 * Returns: (nullable): the domain of the account
 *
 * Since: 1.0
 */
const char *
xmpp_sasl_context_get_domain (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return context->domain;
}

/**
 * xmpp_sasl_context_get_host:
 * @context: a context
 *
 * Gets the name of the host that serves the domain.
 *
 * Returns: (nullable): the name of the host that serves the domain (XEP-0233), else the
 *   domain
 *
 * Since: 1.0
 */
const char *
xmpp_sasl_context_get_host (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return context->host != NULL ? context->host : context->domain;
}

/**
 * xmpp_sasl_context_is_secure:
 * @context: a context
 *
 * Tells whether secrets may travel over the connection.
 *
 * Returns: whether secrets may travel over the connection
 *
 * Since: 1.0
 */
gboolean
xmpp_sasl_context_is_secure (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), FALSE);

  return context->secure;
}

/**
 * xmpp_sasl_context_get_offered:
 * @context: a context
 *
 * Gets the names of the mechanisms that were offered.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names of the mechanisms that
 *   were offered
 *
 * Since: 1.0
 */
const char *const *
xmpp_sasl_context_get_offered (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return (const char *const *) context->offered;
}

/**
 * xmpp_sasl_context_get_offered_channel_bindings:
 * @context: a context
 *
 * Gets the types of channel binding that the server lists.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the types of channel
 *   binding that the server lists (XEP-0440); %NULL where it has no list
 *
 * Since: 1.0
 */
const char *const *
xmpp_sasl_context_get_offered_channel_bindings (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return (const char *const *) context->offered_bindings;
}

/**
 * xmpp_sasl_context_needs_offer_proof:
 * @context: a context
 *
 * Whether the server has to prove that its lists of mechanisms and of channel bindings
 * have arrived as it sent them (XEP-0474): a client mechanism fails with
 * %XMPP_SASL_ERROR_DOWNGRADE before it sends a proof of its own, where that is missing.
 *
 * Returns: whether it has to
 *
 * Since: 1.0
 */
gboolean
xmpp_sasl_context_needs_offer_proof (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), FALSE);

  return context->needs_offer_proof;
}

/**
 * xmpp_sasl_context_get_binding:
 * @context: a context
 *
 * What the first message says of channel binding: the flag of the GS2 header (RFC 5801
 * §5). Where it is %XMPP_SASL_BINDING_USED, the type is the first one of
 * [method@Xmpp.SaslContext.get_channel_bindings].
 *
 * Returns: the flag
 *
 * Since: 1.0
 */
XmppSaslBinding
xmpp_sasl_context_get_binding (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), XMPP_SASL_BINDING_NONE);

  return context->binding;
}

/**
 * xmpp_sasl_context_get_channel_bindings:
 * @context: a context
 *
 * Gets the types of the channel bindings of this connection.
 *
 * Returns: (transfer none) (array zero-terminated=1): the types of the channel bindings
 *   of this connection, best first
 *
 * Since: 1.0
 */
const char *const *
xmpp_sasl_context_get_channel_bindings (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return (const char *const *) context->binding_types;
}

/**
 * xmpp_sasl_context_get_channel_binding:
 * @context: a context
 * @type: a type, "tls-exporter"
 *
 * Gets the data of a channel binding.
 *
 * Returns: (transfer full) (nullable): the data of that binding, %NULL where the
 *   connection has none of this type
 *
 * Since: 1.0
 */
GBytes *
xmpp_sasl_context_get_channel_binding (XmppSaslContext *context, const char *type)
{
  GVariantIter iter;
  GVariant *data;
  const char *candidate;

  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);
  g_return_val_if_fail (type != NULL, NULL);

  if (context->bindings == NULL)
    return NULL;

  g_variant_iter_init (&iter, context->bindings);
  while (g_variant_iter_next (&iter, "(&s@ay)", &candidate, &data))
    {
      g_autoptr (GVariant) owned = data;

      if (g_str_equal (candidate, type))
        return g_variant_get_data_as_bytes (owned);
    }

  return NULL;
}

/**
 * xmpp_sasl_context_get_min_iterations:
 * @context: a context
 *
 * Gets the lowest iteration count that may be accepted (RFC 7677 §4).
 *
 * Returns: the lowest iteration count that may be accepted (RFC 7677 §4)
 *
 * Since: 1.0
 */
guint
xmpp_sasl_context_get_min_iterations (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), 0);

  return context->min_iterations;
}

/**
 * xmpp_sasl_context_get_max_iterations:
 * @context: a context
 *
 * Gets the highest iteration count that may be computed.
 *
 * Returns: the highest iteration count that may be computed
 *
 * Since: 1.0
 */
guint
xmpp_sasl_context_get_max_iterations (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), 0);

  return context->max_iterations;
}

/**
 * xmpp_sasl_context_get_authenticator:
 * @context: a context
 *
 * Tells who answers for identities.
 *
 * Returns: (transfer none) (nullable): who answers for identities; %NULL in the client
 *   role
 *
 * Since: 1.0
 */
XmppAuthenticator *
xmpp_sasl_context_get_authenticator (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return context->authenticator;
}

/**
 * xmpp_sasl_context_get_peer_certificate:
 * @context: a context
 *
 * Gets the certificate that the client has shown.
 *
 * Returns: (transfer none) (nullable): the certificate that the client has shown; %NULL
 *   in the client role
 *
 * Since: 1.0
 */
GTlsCertificate *
xmpp_sasl_context_get_peer_certificate (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return context->peer_certificate;
}

/**
 * xmpp_sasl_context_get_certificate:
 * @context: a context
 *
 * Gets the certificate by which this side has proven itself in the TLS handshake. It is
 * there only where the server has asked for one, and it was sent: a mechanism like EXTERNAL
 * that rests on it throws %XMPP_SASL_ERROR_UNAVAILABLE without it.
 *
 * Returns: (transfer none) (nullable): the certificate; %NULL where none was sent, and in the
 *   server role
 *
 * Since: 1.0
 */
GTlsCertificate *
xmpp_sasl_context_get_certificate (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return context->certificate;
}

/**
 * xmpp_sasl_context_get_peer_identities:
 * @context: a context
 *
 * Gets the accounts of the domain that the client's certificate names (RFC 6120
 * §13.7.1.4), as bare addresses, each once.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the addresses, none where it
 *   names no account of this domain; %NULL where the client has shown no certificate that may be trusted,
 *   and in the client role
 *
 * Since: 1.0
 */
const char *const *
xmpp_sasl_context_get_peer_identities (XmppSaslContext *context)
{
  g_return_val_if_fail (XMPP_IS_SASL_CONTEXT (context), NULL);

  return (const char *const *) context->peer_identities;
}
