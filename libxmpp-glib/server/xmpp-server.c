/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "connection/xmpp-marshal.h"
#include "core/xmpp-property.h"
#include "core/xmpp-secret.h"
#include "server/xmpp-server-private.h"
#include "xmpp-enum-types.h"

/**
 * XmppServer:
 *
 * An embedded server: it accepts clients and components for any number of domains, and hands the
 * application an authenticated [class@Connection] for each.
 *
 * It is for tests, bots, gateways, and programs that talk to each other in a network of their
 * own. It routes stanzas between those who are connected, and knows of no contact lists, no
 * stored messages and no other servers; the application may add what it needs by handling
 * [signal@Server::stanza], or the stanzas for the server itself on the connections.
 *
 * A connection is open when [signal@Server::opened] gives it out, its
 * [property@Connection:jid] is the client's full address, and it is never opened again. What is
 * sent through it goes to the client; what the client sends was checked to be from that address.
 *
 * Everything happens in the main context in which [method@Server.listen] was called. A server
 * that is dropped breaks off its connections: [method@Server.stop_async] takes leave.
 *
 * Since: 1.0
 */

G_DEFINE_TYPE_WITH_PRIVATE (XmppServer, xmpp_server, G_TYPE_OBJECT)

enum
{
  PROP_LIMITS = 1,
  PROP_REGISTRY,
  PROP_POLICY,
  PROP_TLS_DATABASE,
  PROP_INSECURE_LOOPBACK,
  PROP_ALLOW_ANONYMOUS,
  PROP_CONFLICT,
  PROP_MAX_RESOURCES,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];
guint xmpp_server_signals[XMPP_SERVER_N_SIGNALS];

/* What each property is */
static const gsize members[N_PROPS] = {
  [PROP_LIMITS] = G_STRUCT_OFFSET (XmppServerPrivate, limits),
  [PROP_REGISTRY] = G_STRUCT_OFFSET (XmppServerPrivate, registry),
  [PROP_POLICY] = G_STRUCT_OFFSET (XmppServerPrivate, policy),
  [PROP_TLS_DATABASE] = G_STRUCT_OFFSET (XmppServerPrivate, tls_database),
  [PROP_INSECURE_LOOPBACK] = G_STRUCT_OFFSET (XmppServerPrivate, insecure_loopback),
  [PROP_ALLOW_ANONYMOUS] = G_STRUCT_OFFSET (XmppServerPrivate, allow_anonymous),
  [PROP_CONFLICT] = G_STRUCT_OFFSET (XmppServerPrivate, conflict),
  [PROP_MAX_RESOURCES] = G_STRUCT_OFFSET (XmppServerPrivate, max_resources),
};

XmppServerPrivate *
xmpp_server_get_private (XmppServer *self)
{
  return xmpp_server_get_instance_private (self);
}

static void
xmpp_server_dispose (GObject *object)
{
  xmpp_server_drop_all (XMPP_SERVER (object));

  G_OBJECT_CLASS (xmpp_server_parent_class)->dispose (object);
}

static void
xmpp_server_finalize (GObject *object)
{
  XmppServerPrivate *priv = xmpp_server_get_private (XMPP_SERVER (object));

  g_clear_object (&priv->limits);
  g_clear_object (&priv->registry);
  g_clear_object (&priv->policy);
  g_clear_object (&priv->tls_database);
  g_hash_table_unref (priv->domains);
  g_ptr_array_unref (priv->names);
  g_hash_table_unref (priv->secrets);
  g_hash_table_unref (priv->components);
  g_ptr_array_unref (priv->doors);
  g_hash_table_unref (priv->connections);
  xmpp_admission_free (priv->admission);
  xmpp_resource_table_free (priv->resources);

  G_OBJECT_CLASS (xmpp_server_parent_class)->finalize (object);
}

static void
xmpp_server_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  XmppServerPrivate *priv = xmpp_server_get_private (XMPP_SERVER (object));

  xmpp_property_read (G_STRUCT_MEMBER_P (priv, members[id]), value);
}

static void
xmpp_server_set_property (GObject *object,
                          guint id,
                          const GValue *value,
                          GParamSpec *pspec)
{
  XmppServerPrivate *priv = xmpp_server_get_private (XMPP_SERVER (object));

  xmpp_property_write (G_STRUCT_MEMBER_P (priv, members[id]), value);
  if (id == PROP_REGISTRY && priv->registry == NULL)
    priv->registry = g_object_ref (xmpp_sasl_registry_get_default ());
}

#define WRITABLE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

static void
install_login_properties (void)
{
  /**
   * XmppServer:registry:
   *
   * Where SASL mechanisms come from; the default one knows the installed modules.
   *
   * Since: 1.0
   */
  properties[PROP_REGISTRY] =
      g_param_spec_object ("registry", NULL, NULL, XMPP_TYPE_SASL_REGISTRY, WRITABLE);

  /**
   * XmppServer:policy:
   *
   * Which SASL mechanisms are offered.
   *
   * Since: 1.0
   */
  properties[PROP_POLICY] =
      g_param_spec_object ("policy", NULL, NULL, XMPP_TYPE_SASL_POLICY, WRITABLE);

  /**
   * XmppServer:tls-database:
   *
   * Which authorities to trust for the certificates of clients that log in with EXTERNAL; NULL:
   * those of the system. Counts for domains that are added afterwards.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_DATABASE] =
      g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, WRITABLE);

  /**
   * XmppServer:insecure-loopback:
   *
   * Whether clients on a loopback address may log in without TLS. For tests.
   *
   * Since: 1.0
   */
  properties[PROP_INSECURE_LOOPBACK] =
      g_param_spec_boolean ("insecure-loopback", NULL, NULL, FALSE, WRITABLE);

  /**
   * XmppServer:allow-anonymous:
   *
   * Whether clients may come without an account, under a name that is made up for them (XEP-0175).
   * A domain without an authenticator is for nobody else.
   *
   * Since: 1.0
   */
  properties[PROP_ALLOW_ANONYMOUS] =
      g_param_spec_boolean ("allow-anonymous", NULL, NULL, FALSE, WRITABLE);
}

static void
install_properties (GObjectClass *object_class)
{
  /**
   * XmppServer:limits: (getter get_limits)
   *
   * Bounds on what those who connect may make the server do.
   *
   * Since: 1.0
   */
  properties[PROP_LIMITS] =
      g_param_spec_object ("limits", NULL, NULL, XMPP_TYPE_LIMITS,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * XmppServer:conflict:
   *
   * What is done where a client asks for a resource that is connected already.
   *
   * Since: 1.0
   */
  properties[PROP_CONFLICT] =
      g_param_spec_enum ("conflict", NULL, NULL, XMPP_TYPE_RESOURCE_CONFLICT,
                         XMPP_RESOURCE_CONFLICT_REPLACE, WRITABLE);

  /**
   * XmppServer:max-resources:
   *
   * How many connections one account may have; 0: any number.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_RESOURCES] =
      g_param_spec_uint ("max-resources", NULL, NULL, 0, G_MAXUINT, 10, WRITABLE);

  install_login_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static gboolean
first_string_wins (GSignalInvocationHint *hint,
                   GValue *accumulated,
                   const GValue *returned,
                   gpointer user_data)
{
  const char *chosen = g_value_get_string (returned);

  if (chosen == NULL)
    return TRUE;

  g_value_set_string (accumulated, chosen);
  return FALSE;
}

static void
install_connection_signals (void)
{
  /**
   * XmppServer::opened:
   * @server: the server
   * @connection: its connection
   *
   * A client or a component has logged in. Its stanzas come after this: here is the place to
   * connect to its signals.
   *
   * Since: 1.0
   */
  xmpp_server_signals[XMPP_SERVER_SIGNAL_OPENED] =
      g_signal_new ("opened", XMPP_TYPE_SERVER, G_SIGNAL_RUN_LAST,
                    G_STRUCT_OFFSET (XmppServerClass, opened), NULL, NULL, NULL,
                    G_TYPE_NONE, 1, XMPP_TYPE_CONNECTION);

  /**
   * XmppServer::closed:
   * @server: the server
   * @connection: the connection, closed
   * @error: (nullable): what ended it; NULL: both sides closed politely
   *
   * A connection that was given out by [signal@Server::opened] is over.
   *
   * Since: 1.0
   */
  xmpp_server_signals[XMPP_SERVER_SIGNAL_CLOSED] =
      g_signal_new ("closed", XMPP_TYPE_SERVER, G_SIGNAL_RUN_LAST,
                    G_STRUCT_OFFSET (XmppServerClass, closed), NULL, NULL, NULL,
                    G_TYPE_NONE, 2, XMPP_TYPE_CONNECTION, G_TYPE_ERROR);

  /**
   * XmppServer::refused:
   * @server: the server
   * @address: (nullable): where it came from
   * @error: why
   *
   * A connection was turned away or ended before it had logged in, or a login has failed: one
   * that may be tried again on its stream is told of here as well. For those who keep lists of
   * addresses that are not wanted.
   *
   * Since: 1.0
   */
  xmpp_server_signals[XMPP_SERVER_SIGNAL_REFUSED] =
      g_signal_new ("refused", XMPP_TYPE_SERVER, G_SIGNAL_RUN_LAST,
                    G_STRUCT_OFFSET (XmppServerClass, refused), NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_SOCKET_ADDRESS, G_TYPE_ERROR);
}

static void
install_stanza_signals (void)
{
  /**
   * XmppServer::stanza:
   * @server: the server
   * @connection: who has sent it
   * @stanza: the stanza, sealed; its `from` is the sender's address
   *
   * A stanza came from a client or a component, for whomever. Who takes it has to see to it that
   * it is delivered, or answered where it is a request.
   *
   * Returns: whether it was taken
   *
   * Since: 1.0
   */
  xmpp_server_signals[XMPP_SERVER_SIGNAL_STANZA] =
      g_signal_new ("stanza", XMPP_TYPE_SERVER, G_SIGNAL_RUN_LAST,
                    G_STRUCT_OFFSET (XmppServerClass, stanza),
                    g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 2,
                    XMPP_TYPE_CONNECTION, XMPP_TYPE_STANZA);

  /**
   * XmppServer::choose-resource:
   * @server: the server
   * @connection: the connection of a client that has authenticated
   * @wanted: (nullable): the resource that it asks for; NULL: it leaves that to the server
   *
   * A client binds its resource. The first handler that returns one decides.
   *
   * Returns: (nullable) (transfer full): the resource that it gets; NULL: the one it wants, or a
   *   random one
   *
   * Since: 1.0
   */
  xmpp_server_signals[XMPP_SERVER_SIGNAL_CHOOSE_RESOURCE] =
      g_signal_new ("choose-resource", XMPP_TYPE_SERVER, G_SIGNAL_RUN_LAST,
                    G_STRUCT_OFFSET (XmppServerClass, choose_resource), first_string_wins,
                    NULL, NULL, G_TYPE_STRING, 2, XMPP_TYPE_CONNECTION, G_TYPE_STRING);
}

static void
xmpp_server_class_init (XmppServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = xmpp_server_dispose;
  object_class->finalize = xmpp_server_finalize;
  object_class->get_property = xmpp_server_get_property;
  object_class->set_property = xmpp_server_set_property;

  install_properties (object_class);
  install_connection_signals ();
  install_stanza_signals ();
}

static void
free_secret (gpointer secret)
{
  xmpp_secret_free (secret);
}

static void
xmpp_server_init (XmppServer *self)
{
  XmppServerPrivate *priv = xmpp_server_get_private (self);

  priv->limits = xmpp_limits_new_for_server ();
  priv->registry = g_object_ref (xmpp_sasl_registry_get_default ());
  priv->policy = xmpp_sasl_policy_new ();
  priv->max_resources = 10;
  priv->domains = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) xmpp_server_domain_unref);
  priv->names = g_ptr_array_new_with_free_func (g_free);
  priv->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_secret);
  priv->components = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  priv->doors = xmpp_server_doors_new ();
  priv->connections = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  priv->admission = xmpp_admission_new (priv->limits);
  priv->resources = xmpp_resource_table_new ();
}

/**
 * xmpp_server_new:
 *
 * Makes a server that serves no domain yet, and listens nowhere.
 *
 * Returns: (transfer full): the server
 *
 * Since: 1.0
 */
XmppServer *
xmpp_server_new (void)
{
  return g_object_new (XMPP_TYPE_SERVER, NULL);
}

/**
 * xmpp_server_get_limits: (get-property limits)
 * @server: a server
 *
 * Gets [property@Server:limits].
 *
 * Returns: (transfer none): bounds on what those who connect may make the server do
 *
 * Since: 1.0
 */
XmppLimits *
xmpp_server_get_limits (XmppServer *self)
{
  g_return_val_if_fail (XMPP_IS_SERVER (self), NULL);

  return xmpp_server_get_private (self)->limits;
}
