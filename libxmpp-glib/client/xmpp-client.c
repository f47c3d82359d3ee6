/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#define G_LOG_DOMAIN "Xmpp-Client"

#include "config.h"

#include "client/xmpp-client-private.h"

#include "core/xmpp-memory-state-store.h"
#include "xmpp-enum-types.h"

/**
 * XmppClient:
 *
 * An account on a server.
 *
 * A JID and a credential suffice; everything else is a property with a default.
 * Properties take effect the next time the connection is opened.
 *
 * TLS with a verified certificate that names the account's domain is required, and there
 * is no way to switch that off but [property@Client:insecure-loopback], which is for
 * tests on one machine.
 *
 * Since: 1.0
 */

G_DEFINE_TYPE_WITH_PRIVATE (XmppClient, xmpp_client, XMPP_TYPE_CONNECTION)

GParamSpec *xmpp_client_properties[XMPP_CLIENT_N_PROPS];

XmppClientPrivate *
xmpp_client_get_private (XmppClient *self)
{
  return xmpp_client_get_instance_private (self);
}

static void
xmpp_client_finalize (GObject *object)
{
  XmppClientPrivate *priv = xmpp_client_get_private (XMPP_CLIENT (object));

  g_clear_pointer (&priv->account, xmpp_jid_unref);
  g_clear_object (&priv->credential);
  g_clear_object (&priv->policy);
  g_clear_object (&priv->registry);
  g_clear_pointer (&priv->initial_presence, xmpp_stanza_unref);
  g_clear_pointer (&priv->resource, g_free);
  g_clear_pointer (&priv->lang, g_free);
  g_clear_pointer (&priv->server_host, g_free);
  g_clear_object (&priv->tls_database);
  g_clear_object (&priv->tls_interaction);
  g_clear_object (&priv->certificate);
  g_clear_pointer (&priv->pins, g_strfreev);
  g_clear_pointer (&priv->pin_hashes, g_ptr_array_unref);
  g_clear_object (&priv->proxy_resolver);
  g_clear_object (&priv->store);
  g_clear_pointer (&priv->state, xmpp_account_state_free);
  g_clear_object (&priv->login);

  G_OBJECT_CLASS (xmpp_client_parent_class)->finalize (object);
}

static void
xmpp_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  XmppClient *self = XMPP_CLIENT (object);

  switch (id)
    {
    case XMPP_CLIENT_PROP_ACCOUNT:
      g_value_set_boxed (value, xmpp_client_get_account (self));
      break;
    case XMPP_CLIENT_PROP_CREDENTIAL:
      g_value_set_object (value, xmpp_client_get_credential (self));
      break;
    case XMPP_CLIENT_PROP_POLICY:
      g_value_set_object (value, xmpp_client_get_policy (self));
      break;
    case XMPP_CLIENT_PROP_REGISTRY:
      g_value_set_object (value, xmpp_client_get_registry (self));
      break;
    case XMPP_CLIENT_PROP_RESOURCE:
      g_value_set_string (value, xmpp_client_get_resource (self));
      break;
    case XMPP_CLIENT_PROP_INITIAL_PRESENCE:
      g_value_set_boxed (value, xmpp_client_get_initial_presence (self));
      break;
    case XMPP_CLIENT_PROP_LANG:
      g_value_set_string (value, xmpp_client_get_lang (self));
      break;
    case XMPP_CLIENT_PROP_SERVER_HOST:
      g_value_set_string (value, xmpp_client_get_server_host (self));
      break;
    case XMPP_CLIENT_PROP_SERVER_PORT:
      g_value_set_uint (value, xmpp_client_get_server_port (self));
      break;
    case XMPP_CLIENT_PROP_TLS_MODE:
      g_value_set_enum (value, xmpp_client_get_tls_mode (self));
      break;
    case XMPP_CLIENT_PROP_TLS_DATABASE:
      g_value_set_object (value, xmpp_client_get_tls_database (self));
      break;
    case XMPP_CLIENT_PROP_TLS_INTERACTION:
      g_value_set_object (value, xmpp_client_get_tls_interaction (self));
      break;
    case XMPP_CLIENT_PROP_CERTIFICATE:
      g_value_set_object (value, xmpp_client_get_certificate (self));
      break;
    case XMPP_CLIENT_PROP_PINS:
      g_value_set_boxed (value, xmpp_client_get_pins (self));
      break;
    case XMPP_CLIENT_PROP_PIN_ONLY:
      g_value_set_boolean (value, xmpp_client_get_pin_only (self));
      break;
    case XMPP_CLIENT_PROP_PROXY_RESOLVER:
      g_value_set_object (value, xmpp_client_get_proxy_resolver (self));
      break;
    case XMPP_CLIENT_PROP_STATE_STORE:
      g_value_set_object (value, xmpp_client_get_state_store (self));
      break;
    case XMPP_CLIENT_PROP_SRV_BEHIND_PROXY:
      g_value_set_boolean (value, xmpp_client_get_srv_behind_proxy (self));
      break;
    case XMPP_CLIENT_PROP_INSECURE_LOOPBACK:
      g_value_set_boolean (value, xmpp_client_get_insecure_loopback (self));
      break;
    case XMPP_CLIENT_PROP_PIPELINING:
      g_value_set_boolean (value, xmpp_client_get_pipelining (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
xmpp_client_set_property (GObject *object,
                          guint id,
                          const GValue *value,
                          GParamSpec *pspec)
{
  XmppClient *self = XMPP_CLIENT (object);
  XmppClientPrivate *priv = xmpp_client_get_private (self);

  switch (id)
    {
    case XMPP_CLIENT_PROP_ACCOUNT:
      priv->account = g_value_dup_boxed (value);
      break;
    case XMPP_CLIENT_PROP_CREDENTIAL:
      xmpp_client_set_credential (self, g_value_get_object (value));
      break;
    case XMPP_CLIENT_PROP_POLICY:
      xmpp_client_set_policy (self, g_value_get_object (value));
      break;
    case XMPP_CLIENT_PROP_REGISTRY:
      xmpp_client_set_registry (self, g_value_get_object (value));
      break;
    case XMPP_CLIENT_PROP_RESOURCE:
      xmpp_client_set_resource (self, g_value_get_string (value));
      break;
    case XMPP_CLIENT_PROP_INITIAL_PRESENCE:
      xmpp_client_set_initial_presence (self, g_value_get_boxed (value));
      break;
    case XMPP_CLIENT_PROP_LANG:
      xmpp_client_set_lang (self, g_value_get_string (value));
      break;
    case XMPP_CLIENT_PROP_SERVER_HOST:
      xmpp_client_set_server_host (self, g_value_get_string (value));
      break;
    case XMPP_CLIENT_PROP_SERVER_PORT:
      xmpp_client_set_server_port (self, g_value_get_uint (value));
      break;
    case XMPP_CLIENT_PROP_TLS_MODE:
      xmpp_client_set_tls_mode (self, g_value_get_enum (value));
      break;
    case XMPP_CLIENT_PROP_TLS_DATABASE:
      xmpp_client_set_tls_database (self, g_value_get_object (value));
      break;
    case XMPP_CLIENT_PROP_TLS_INTERACTION:
      xmpp_client_set_tls_interaction (self, g_value_get_object (value));
      break;
    case XMPP_CLIENT_PROP_CERTIFICATE:
      xmpp_client_set_certificate (self, g_value_get_object (value));
      break;
    case XMPP_CLIENT_PROP_PINS:
      xmpp_client_store_pins (self, g_value_get_boxed (value));
      break;
    case XMPP_CLIENT_PROP_PIN_ONLY:
      xmpp_client_set_pin_only (self, g_value_get_boolean (value));
      break;
    case XMPP_CLIENT_PROP_PROXY_RESOLVER:
      xmpp_client_set_proxy_resolver (self, g_value_get_object (value));
      break;
    case XMPP_CLIENT_PROP_STATE_STORE:
      xmpp_client_set_state_store (self, g_value_get_object (value));
      break;
    case XMPP_CLIENT_PROP_SRV_BEHIND_PROXY:
      xmpp_client_set_srv_behind_proxy (self, g_value_get_boolean (value));
      break;
    case XMPP_CLIENT_PROP_INSECURE_LOOPBACK:
      xmpp_client_set_insecure_loopback (self, g_value_get_boolean (value));
      break;
    case XMPP_CLIENT_PROP_PIPELINING:
      xmpp_client_set_pipelining (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* How most of them are */
#define WRITABLE (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS)

static void
init_account_properties (void)
{
  /**
   * XmppClient:account: (getter get_account)
   *
   * The address of the account, as given.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_ACCOUNT] =
      g_param_spec_boxed ("account", NULL, NULL, XMPP_TYPE_JID,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY |
                              G_PARAM_STATIC_STRINGS);

  /**
   * XmppClient:credential: (getter get_credential) (setter set_credential)
   *
   * What proves the identity.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_CREDENTIAL] =
      g_param_spec_object ("credential", NULL, NULL, XMPP_TYPE_CREDENTIAL,
                           WRITABLE | G_PARAM_CONSTRUCT);

  /**
   * XmppClient:policy: (getter get_policy) (setter set_policy)
   *
   * Which SASL mechanisms may be used.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_POLICY] =
      g_param_spec_object ("policy", NULL, NULL, XMPP_TYPE_SASL_POLICY, WRITABLE);

  /**
   * XmppClient:registry: (getter get_registry) (setter set_registry)
   *
   * Where SASL mechanisms come from; the default one knows the installed modules.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_REGISTRY] =
      g_param_spec_object ("registry", NULL, NULL, XMPP_TYPE_SASL_REGISTRY, WRITABLE);
}

static void
init_session_properties (void)
{
  /**
   * XmppClient:resource: (getter get_resource) (setter set_resource)
   *
   * The resource to ask for; NULL lets the server choose (RFC 6120 §7.6).
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_RESOURCE] =
      g_param_spec_string ("resource", NULL, NULL, NULL, WRITABLE);

  /**
   * XmppClient:initial-presence: (getter get_initial_presence) (setter set_initial_presence)
   *
   * What is sent once the connection is open, for the server delivers no messages
   * before it; NULL stays silent.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_INITIAL_PRESENCE] =
      g_param_spec_boxed ("initial-presence", NULL, NULL, XMPP_TYPE_STANZA, WRITABLE);

  /**
   * XmppClient:lang: (getter get_lang) (setter set_lang)
   *
   * The language of texts without one of their own (RFC 6120 §4.7.4).
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_LANG] =
      g_param_spec_string ("lang", NULL, NULL, NULL, WRITABLE);

  /**
   * XmppClient:state-store: (getter get_state_store) (setter set_state_store)
   *
   * Keeps derived secrets and the features of the server from one login to the next; by
   * default in memory, for this object.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_STATE_STORE] =
      g_param_spec_object ("state-store", NULL, NULL, XMPP_TYPE_STATE_STORE, WRITABLE);
}

static void
init_server_properties (void)
{
  /**
   * XmppClient:server-host: (getter get_server_host) (setter set_server_host)
   *
   * Where to connect instead of asking DNS: a host name or an IP address. The
   * certificate must name the domain of the account all the same.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_SERVER_HOST] =
      g_param_spec_string ("server-host", NULL, NULL, NULL, WRITABLE);

  /**
   * XmppClient:server-port: (getter get_server_port) (setter set_server_port)
   *
   * The port; 0: 5222, or 5223 for direct TLS.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_SERVER_PORT] =
      g_param_spec_uint ("server-port", NULL, NULL, 0, G_MAXUINT16, 0, WRITABLE);

  /**
   * XmppClient:tls-mode: (getter get_tls_mode) (setter set_tls_mode)
   *
   * How TLS begins.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_TLS_MODE] =
      g_param_spec_enum ("tls-mode", NULL, NULL, XMPP_TYPE_TLS_MODE, XMPP_TLS_MODE_AUTO,
                         WRITABLE);

  /**
   * XmppClient:proxy-resolver: (getter get_proxy_resolver) (setter set_proxy_resolver)
   *
   * Which proxies to use; NULL: those of the system.
   *
   * The proxy is told the name of the server, not an address, and SRV records are not
   * looked up, see [property@Client:srv-behind-proxy].
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_PROXY_RESOLVER] =
      g_param_spec_object ("proxy-resolver", NULL, NULL, G_TYPE_PROXY_RESOLVER, WRITABLE);

  /**
   * XmppClient:srv-behind-proxy: (getter get_srv_behind_proxy) (setter set_srv_behind_proxy)
   *
   * Whether SRV records are looked up although the connection goes through a proxy. That
   * tells the local network which domain is meant, and needs a DNS that knows it. Without
   * it the server is expected at the domain itself.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_SRV_BEHIND_PROXY] =
      g_param_spec_boolean ("srv-behind-proxy", NULL, NULL, FALSE, WRITABLE);

  /**
   * XmppClient:insecure-loopback: (getter get_insecure_loopback) (setter set_insecure_loopback)
   *
   * Whether to log in without TLS where the server is on a loopback address, no proxy
   * leads there and there are no [property@Client:pins]. For tests.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_INSECURE_LOOPBACK] =
      g_param_spec_boolean ("insecure-loopback", NULL, NULL, FALSE, WRITABLE);

  /**
   * XmppClient:pipelining: (getter get_pipelining) (setter set_pipelining)
   *
   * Whether a request is sent ahead where it can be foreseen: it saves round trips. A server
   * that gets into trouble over it is asked one thing at a time.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_PIPELINING] =
      g_param_spec_boolean ("pipelining", NULL, NULL, TRUE, WRITABLE);
}

static void
init_tls_properties (void)
{
  /**
   * XmppClient:tls-database: (getter get_tls_database) (setter set_tls_database)
   *
   * Which certificate authorities to trust; NULL: those of the system. The rules for
   * names and purposes are the library's own in any case.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_TLS_DATABASE] =
      g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, WRITABLE);

  /**
   * XmppClient:tls-interaction: (getter get_tls_interaction) (setter set_tls_interaction)
   *
   * Asks for the PIN of a client certificate's key.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_TLS_INTERACTION] =
      g_param_spec_object ("tls-interaction", NULL, NULL, G_TYPE_TLS_INTERACTION,
                           WRITABLE);

  /**
   * XmppClient:certificate: (getter get_certificate) (setter set_certificate)
   *
   * The client certificate, from a file or from a token
   * ([ctor@Gio.TlsCertificate.new_from_files],
   * [ctor@Gio.TlsCertificate.new_from_pkcs11_uris]). It is sent to a server that asks for
   * one and whose own certificate is acceptable.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_CERTIFICATE] =
      g_param_spec_object ("certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, WRITABLE);

  /**
   * XmppClient:pins: (getter get_pins) (setter set_pins)
   *
   * The keys that the server may have, at most 16: "SHA256:" and the base64 of the SHA-256
   * of its SubjectPublicKeyInfo (RFC 7469 §2.4). The certificate must be acceptable and
   * its key one of these, on every connection. None: nothing is pinned.
   *
   * Where the property is set to what [method@Client.set_pins] would refuse, opening the
   * connection fails before anything is sent.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_PINS] =
      g_param_spec_boxed ("pins", NULL, NULL, G_TYPE_STRV, WRITABLE);

  /**
   * XmppClient:pin-only: (getter get_pin_only) (setter set_pin_only)
   *
   * Whether a key that is pinned is enough: then neither the name in the certificate, nor
   * its dates, nor who has signed it count, as for a server that has signed its own.
   * Without [property@Client:pins] this changes nothing.
   *
   * Since: 1.0
   */
  xmpp_client_properties[XMPP_CLIENT_PROP_PIN_ONLY] =
      g_param_spec_boolean ("pin-only", NULL, NULL, FALSE, WRITABLE);
}

static void
xmpp_client_class_init (XmppClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = xmpp_client_finalize;
  object_class->get_property = xmpp_client_get_property;
  object_class->set_property = xmpp_client_set_property;
  XMPP_CONNECTION_CLASS (klass)->ops = &xmpp_client_ops;

  init_account_properties ();
  init_session_properties ();
  init_server_properties ();
  init_tls_properties ();
  g_object_class_install_properties (object_class, XMPP_CLIENT_N_PROPS,
                                     xmpp_client_properties);
}

static void
xmpp_client_init (XmppClient *self)
{
  XmppClientPrivate *priv = xmpp_client_get_private (self);

  priv->policy = xmpp_sasl_policy_new ();
  priv->registry = g_object_ref (xmpp_sasl_registry_get_default ());
  priv->store = xmpp_memory_state_store_new ();
  priv->pipelining = TRUE;
}

/**
 * xmpp_client_new:
 * @jid: the address of the account; a resource in it is asked for. A domain alone is for
 *   anonymous logins
 * @credential: (nullable): what proves the identity; NULL: one that asks through its
 * signal
 * @error: [error@Gio.IOErrorEnum.INVALID_DATA] where @jid is malformed
 *
 * Makes a client for an account.
 *
 * Returns: (transfer full): the client, closed
 *
 * Since: 1.0
 */
XmppClient *
xmpp_client_new (const char *jid, XmppCredential *credential, GError **error)
{
  g_autoptr (XmppJid) account = NULL;

  g_return_val_if_fail (jid != NULL, NULL);
  g_return_val_if_fail (credential == NULL || XMPP_IS_CREDENTIAL (credential), NULL);

  account = xmpp_jid_new (jid, error);
  if (account == NULL)
    return NULL;

  return g_object_new (XMPP_TYPE_CLIENT, "account", account, "credential", credential,
                       "resource", xmpp_jid_get_resource (account), NULL);
}
