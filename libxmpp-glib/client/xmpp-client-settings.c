/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-client-private.h"

#include "core/xmpp-memory-state-store.h"

/* The getters and setters of XmppClient's properties. */

static void
set_string (XmppClient *self, char **member, const char *value, guint property)
{
  if (g_strcmp0 (*member, value) == 0)
    return;

  g_free (*member);
  *member = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), xmpp_client_properties[property]);
}

static void
set_object_member (XmppClient *self, GObject **member, gpointer value, guint property)
{
  if (g_set_object (member, value))
    g_object_notify_by_pspec (G_OBJECT (self), xmpp_client_properties[property]);
}
#define set_object(self, member, value, property)                                        \
  set_object_member (self, (GObject **) (member), value, property)

/**
 * xmpp_client_get_account: (get-property account)
 * @client: a client
 *
 * Gets [property@Client:account].
 *
 * Returns: (transfer none): what the property holds
 *
 * Since: 1.0
 */
XmppJid *
xmpp_client_get_account (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->account;
}

/**
 * xmpp_client_get_credential: (get-property credential)
 * @client: a client
 *
 * Gets [property@Client:credential].
 *
 * Returns: (transfer none): what the property holds
 *
 * Since: 1.0
 */
XmppCredential *
xmpp_client_get_credential (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->credential;
}

/**
 * xmpp_client_set_credential: (set-property credential)
 * @client: a client
 * @credential: (nullable): the new value; NULL: the default
 *
 * Sets [property@Client:credential], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_credential (XmppClient *self, XmppCredential *credential)
{
  XmppClientPrivate *priv;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  priv = xmpp_client_get_private (self);
  if (credential != NULL && priv->credential == credential)
    return;

  if (priv->credential != NULL)
    xmpp_client_unfollow_credential (self, priv->credential);
  g_clear_object (&priv->credential);
  priv->credential = credential != NULL ? g_object_ref (credential)
                                        : xmpp_credential_new (NULL, NULL);
  xmpp_client_follow_credential (self, priv->credential);
  g_object_notify_by_pspec (G_OBJECT (self),
                            xmpp_client_properties[XMPP_CLIENT_PROP_CREDENTIAL]);
}

/**
 * xmpp_client_get_policy: (get-property policy)
 * @client: a client
 *
 * Gets [property@Client:policy].
 *
 * Returns: (transfer none): what the property holds
 *
 * Since: 1.0
 */
XmppSaslPolicy *
xmpp_client_get_policy (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->policy;
}

/**
 * xmpp_client_set_policy: (set-property policy)
 * @client: a client
 * @policy: (nullable): the new value; NULL: the default
 *
 * Sets [property@Client:policy], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_policy (XmppClient *self, XmppSaslPolicy *policy)
{
  g_autoptr (XmppSaslPolicy) fallback = policy == NULL ? xmpp_sasl_policy_new () : NULL;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_object (self, &xmpp_client_get_private (self)->policy,
              policy != NULL ? policy : fallback, XMPP_CLIENT_PROP_POLICY);
}

/**
 * xmpp_client_get_registry: (get-property registry)
 * @client: a client
 *
 * Gets [property@Client:registry].
 *
 * Returns: (transfer none): what the property holds
 *
 * Since: 1.0
 */
XmppSaslRegistry *
xmpp_client_get_registry (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->registry;
}

/**
 * xmpp_client_set_registry: (set-property registry)
 * @client: a client
 * @registry: (nullable): the new value; NULL: the default
 *
 * Sets [property@Client:registry], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_registry (XmppClient *self, XmppSaslRegistry *registry)
{
  g_autoptr (XmppSaslRegistry) fallback =
      registry == NULL ? g_object_ref (xmpp_sasl_registry_get_default ()) : NULL;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_object (self, &xmpp_client_get_private (self)->registry,
              registry != NULL ? registry : fallback, XMPP_CLIENT_PROP_REGISTRY);
}

/**
 * xmpp_client_get_resource: (get-property resource)
 * @client: a client
 *
 * Gets [property@Client:resource].
 *
 * Returns: (nullable): what the property holds
 *
 * Since: 1.0
 */
const char *
xmpp_client_get_resource (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->resource;
}

/**
 * xmpp_client_set_resource: (set-property resource)
 * @client: a client
 * @resource: (nullable): the new value
 *
 * Sets [property@Client:resource], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_resource (XmppClient *self, const char *resource)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_string (self, &xmpp_client_get_private (self)->resource, resource,
              XMPP_CLIENT_PROP_RESOURCE);
}

/**
 * xmpp_client_get_initial_presence: (get-property initial-presence)
 * @client: a client
 *
 * Gets [property@Client:initial-presence].
 *
 * Returns: (transfer none) (nullable): what the property holds
 *
 * Since: 1.0
 */
XmppStanza *
xmpp_client_get_initial_presence (XmppClient *self)
{
  XmppClientPrivate *priv;

  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  priv = xmpp_client_get_private (self);
  if (priv->initial_presence == NULL && !priv->silent)
    priv->initial_presence =
        xmpp_stanza_new_presence (XMPP_STANZA_TYPE_AVAILABLE, NULL, NULL);
  return priv->initial_presence;
}

/**
 * xmpp_client_set_initial_presence: (set-property initial-presence)
 * @client: a client
 * @initial_presence: (nullable): the new value
 *
 * Sets [property@Client:initial-presence], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_initial_presence (XmppClient *self, XmppStanza *initial_presence)
{
  XmppClientPrivate *priv;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  priv = xmpp_client_get_private (self);
  if (initial_presence == priv->initial_presence &&
      (initial_presence != NULL || priv->silent))
    return;

  priv->silent = initial_presence == NULL;
  g_clear_pointer (&priv->initial_presence, xmpp_stanza_unref);
  if (initial_presence != NULL)
    priv->initial_presence = xmpp_stanza_ref (initial_presence);
  g_object_notify_by_pspec (G_OBJECT (self),
                            xmpp_client_properties[XMPP_CLIENT_PROP_INITIAL_PRESENCE]);
}

/**
 * xmpp_client_get_lang: (get-property lang)
 * @client: a client
 *
 * Gets [property@Client:lang].
 *
 * Returns: (nullable): what the property holds
 *
 * Since: 1.0
 */
const char *
xmpp_client_get_lang (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->lang;
}

/**
 * xmpp_client_set_lang: (set-property lang)
 * @client: a client
 * @lang: (nullable): the new value
 *
 * Sets [property@Client:lang], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_lang (XmppClient *self, const char *lang)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_string (self, &xmpp_client_get_private (self)->lang, lang, XMPP_CLIENT_PROP_LANG);
}

/**
 * xmpp_client_get_server_host: (get-property server-host)
 * @client: a client
 *
 * Gets [property@Client:server-host].
 *
 * Returns: (nullable): what the property holds
 *
 * Since: 1.0
 */
const char *
xmpp_client_get_server_host (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->server_host;
}

/**
 * xmpp_client_set_server_host: (set-property server-host)
 * @client: a client
 * @server_host: (nullable): the new value
 *
 * Sets [property@Client:server-host], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_server_host (XmppClient *self, const char *server_host)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_string (self, &xmpp_client_get_private (self)->server_host, server_host,
              XMPP_CLIENT_PROP_SERVER_HOST);
}

/**
 * xmpp_client_get_server_port: (get-property server-port)
 * @client: a client
 *
 * Gets [property@Client:server-port].
 *
 * Returns: the port, 0 for the default
 *
 * Since: 1.0
 */
guint
xmpp_client_get_server_port (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), 0);

  return xmpp_client_get_private (self)->server_port;
}

/**
 * xmpp_client_set_server_port: (set-property server-port)
 * @client: a client
 * @server_port: the port, at most 65535; 0: the default
 *
 * Sets [property@Client:server-port], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_server_port (XmppClient *self, guint server_port)
{
  XmppClientPrivate *priv;

  g_return_if_fail (XMPP_IS_CLIENT (self));
  g_return_if_fail (server_port <= G_MAXUINT16);

  priv = xmpp_client_get_private (self);
  if (priv->server_port == server_port)
    return;

  priv->server_port = server_port;
  g_object_notify_by_pspec (G_OBJECT (self),
                            xmpp_client_properties[XMPP_CLIENT_PROP_SERVER_PORT]);
}

/**
 * xmpp_client_get_tls_mode: (get-property tls-mode)
 * @client: a client
 *
 * Gets [property@Client:tls-mode].
 *
 * Returns: what the property holds
 *
 * Since: 1.0
 */
XmppTlsMode
xmpp_client_get_tls_mode (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), XMPP_TLS_MODE_AUTO);

  return xmpp_client_get_private (self)->tls_mode;
}

/**
 * xmpp_client_set_tls_mode: (set-property tls-mode)
 * @client: a client
 * @tls_mode: how TLS begins
 *
 * Sets [property@Client:tls-mode], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_tls_mode (XmppClient *self, XmppTlsMode tls_mode)
{
  XmppClientPrivate *priv;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  priv = xmpp_client_get_private (self);
  if (priv->tls_mode == tls_mode)
    return;

  priv->tls_mode = tls_mode;
  g_object_notify_by_pspec (G_OBJECT (self),
                            xmpp_client_properties[XMPP_CLIENT_PROP_TLS_MODE]);
}

/**
 * xmpp_client_get_tls_database: (get-property tls-database)
 * @client: a client
 *
 * Gets [property@Client:tls-database].
 *
 * Returns: (transfer none) (nullable): what the property holds
 *
 * Since: 1.0
 */
GTlsDatabase *
xmpp_client_get_tls_database (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->tls_database;
}

/**
 * xmpp_client_set_tls_database: (set-property tls-database)
 * @client: a client
 * @tls_database: (nullable): the new value
 *
 * Sets [property@Client:tls-database], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_tls_database (XmppClient *self, GTlsDatabase *tls_database)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_object (self, &xmpp_client_get_private (self)->tls_database, tls_database,
              XMPP_CLIENT_PROP_TLS_DATABASE);
}

/**
 * xmpp_client_get_tls_interaction: (get-property tls-interaction)
 * @client: a client
 *
 * Gets [property@Client:tls-interaction].
 *
 * Returns: (transfer none) (nullable): what the property holds
 *
 * Since: 1.0
 */
GTlsInteraction *
xmpp_client_get_tls_interaction (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->tls_interaction;
}

/**
 * xmpp_client_set_tls_interaction: (set-property tls-interaction)
 * @client: a client
 * @tls_interaction: (nullable): the new value
 *
 * Sets [property@Client:tls-interaction], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_tls_interaction (XmppClient *self, GTlsInteraction *tls_interaction)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_object (self, &xmpp_client_get_private (self)->tls_interaction, tls_interaction,
              XMPP_CLIENT_PROP_TLS_INTERACTION);
}

/**
 * xmpp_client_get_certificate: (get-property certificate)
 * @client: a client
 *
 * Gets [property@Client:certificate].
 *
 * Returns: (transfer none) (nullable): what the property holds
 *
 * Since: 1.0
 */
GTlsCertificate *
xmpp_client_get_certificate (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->certificate;
}

/**
 * xmpp_client_set_certificate: (set-property certificate)
 * @client: a client
 * @certificate: (nullable): the new value
 *
 * Sets [property@Client:certificate], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_certificate (XmppClient *self, GTlsCertificate *certificate)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_object (self, &xmpp_client_get_private (self)->certificate, certificate,
              XMPP_CLIENT_PROP_CERTIFICATE);
}

/**
 * xmpp_client_get_proxy_resolver: (get-property proxy-resolver)
 * @client: a client
 *
 * Gets [property@Client:proxy-resolver].
 *
 * Returns: (transfer none) (nullable): what the property holds
 *
 * Since: 1.0
 */
GProxyResolver *
xmpp_client_get_proxy_resolver (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->proxy_resolver;
}

/**
 * xmpp_client_set_proxy_resolver: (set-property proxy-resolver)
 * @client: a client
 * @proxy_resolver: (nullable): the new value
 *
 * Sets [property@Client:proxy-resolver], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_proxy_resolver (XmppClient *self, GProxyResolver *proxy_resolver)
{
  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_object (self, &xmpp_client_get_private (self)->proxy_resolver, proxy_resolver,
              XMPP_CLIENT_PROP_PROXY_RESOLVER);
}

/**
 * xmpp_client_get_srv_behind_proxy: (get-property srv-behind-proxy)
 * @client: a client
 *
 * Gets [property@Client:srv-behind-proxy].
 *
 * Returns: whether it is set
 *
 * Since: 1.0
 */
gboolean
xmpp_client_get_srv_behind_proxy (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), FALSE);

  return xmpp_client_get_private (self)->srv_behind_proxy;
}

/**
 * xmpp_client_set_srv_behind_proxy: (set-property srv-behind-proxy)
 * @client: a client
 * @srv_behind_proxy: whether to
 *
 * Sets [property@Client:srv-behind-proxy], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_srv_behind_proxy (XmppClient *self, gboolean srv_behind_proxy)
{
  XmppClientPrivate *priv;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  priv = xmpp_client_get_private (self);
  if (priv->srv_behind_proxy == srv_behind_proxy)
    return;

  priv->srv_behind_proxy = srv_behind_proxy;
  g_object_notify_by_pspec (G_OBJECT (self),
                            xmpp_client_properties[XMPP_CLIENT_PROP_SRV_BEHIND_PROXY]);
}

/**
 * xmpp_client_get_state_store: (get-property state-store)
 * @client: a client
 *
 * Gets [property@Client:state-store].
 *
 * Returns: (transfer none): what the property holds
 *
 * Since: 1.0
 */
XmppStateStore *
xmpp_client_get_state_store (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), NULL);

  return xmpp_client_get_private (self)->store;
}

/**
 * xmpp_client_set_state_store: (set-property state-store)
 * @client: a client
 * @state_store: (nullable): the new value; NULL: the default
 *
 * Sets [property@Client:state-store], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_state_store (XmppClient *self, XmppStateStore *state_store)
{
  g_autoptr (XmppStateStore)
      fallback = state_store == NULL ? xmpp_memory_state_store_new () : NULL;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  set_object (self, &xmpp_client_get_private (self)->store,
              state_store != NULL ? state_store : fallback, XMPP_CLIENT_PROP_STATE_STORE);
}

/**
 * xmpp_client_get_insecure_loopback: (get-property insecure-loopback)
 * @client: a client
 *
 * Gets [property@Client:insecure-loopback].
 *
 * Returns: whether it is set
 *
 * Since: 1.0
 */
gboolean
xmpp_client_get_insecure_loopback (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), FALSE);

  return xmpp_client_get_private (self)->insecure_loopback;
}

/**
 * xmpp_client_set_insecure_loopback: (set-property insecure-loopback)
 * @client: a client
 * @insecure_loopback: whether to
 *
 * Sets [property@Client:insecure-loopback], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_insecure_loopback (XmppClient *self, gboolean insecure_loopback)
{
  XmppClientPrivate *priv;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  priv = xmpp_client_get_private (self);
  if (priv->insecure_loopback == insecure_loopback)
    return;

  priv->insecure_loopback = insecure_loopback;
  g_object_notify_by_pspec (G_OBJECT (self),
                            xmpp_client_properties[XMPP_CLIENT_PROP_INSECURE_LOOPBACK]);
}

/**
 * xmpp_client_get_pipelining: (get-property pipelining)
 * @client: a client
 *
 * Gets [property@Client:pipelining].
 *
 * Returns: whether it is set
 *
 * Since: 1.0
 */
gboolean
xmpp_client_get_pipelining (XmppClient *self)
{
  g_return_val_if_fail (XMPP_IS_CLIENT (self), FALSE);

  return xmpp_client_get_private (self)->pipelining;
}

/**
 * xmpp_client_set_pipelining: (set-property pipelining)
 * @client: a client
 * @pipelining: whether to
 *
 * Sets [property@Client:pipelining], for the next time the connection is opened.
 *
 * Since: 1.0
 */
void
xmpp_client_set_pipelining (XmppClient *self, gboolean pipelining)
{
  XmppClientPrivate *priv;

  g_return_if_fail (XMPP_IS_CLIENT (self));

  priv = xmpp_client_get_private (self);
  if (priv->pipelining == !!pipelining)
    return;

  priv->pipelining = !!pipelining;
  g_object_notify_by_pspec (G_OBJECT (self),
                            xmpp_client_properties[XMPP_CLIENT_PROP_PIPELINING]);
}
