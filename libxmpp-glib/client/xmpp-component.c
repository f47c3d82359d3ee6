/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-component-private.h"

#include "core/xmpp-property.h"
#include "core/xmpp-secret-private.h"
#include "xmpp-enum-types.h"

/**
 * XmppComponent:
 *
 * A component of a server (XEP-0114): it gets all stanzas for one domain and speaks for every
 * address there. Gateways and services are such.
 *
 * A stanza that is sent without `from` is from the domain itself; one in another's name, or
 * without `to`, is refused with [error@Gio.IOErrorEnum.INVALID_ARGUMENT]. What is received says
 * in its `to` for which address it is, and replies are from there.
 *
 * The protocol has no TLS: the connection is in plain text, and is allowed to this machine
 * alone. Elsewhere it takes [property@Component:tls-mode], where the server offers TLS on a port
 * for components, or [property@Component:insecure].
 *
 * There is no presence: the status of [method@Connection.close_async] is nobody's.
 *
 * Since: 1.0
 */

G_DEFINE_FINAL_TYPE (XmppComponent, xmpp_component, XMPP_TYPE_CONNECTION)

enum
{
  PROP_DOMAIN = 1,
  PROP_SECRET,
  PROP_HOST,
  PROP_PORT,
  PROP_TLS_MODE,
  PROP_TLS_DATABASE,
  PROP_INSECURE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static const gsize members[N_PROPS] = {
  [PROP_DOMAIN] = G_STRUCT_OFFSET (XmppComponent, domain),
  [PROP_HOST] = G_STRUCT_OFFSET (XmppComponent, host),
  [PROP_PORT] = G_STRUCT_OFFSET (XmppComponent, port),
  [PROP_TLS_MODE] = G_STRUCT_OFFSET (XmppComponent, tls_mode),
  [PROP_TLS_DATABASE] = G_STRUCT_OFFSET (XmppComponent, tls_database),
  [PROP_INSECURE] = G_STRUCT_OFFSET (XmppComponent, insecure),
};

static void
xmpp_component_finalize (GObject *object)
{
  XmppComponent *self = XMPP_COMPONENT (object);

  g_free (self->domain);
  xmpp_secret_free (self->secret);
  g_free (self->host);
  g_clear_object (&self->tls_database);

  G_OBJECT_CLASS (xmpp_component_parent_class)->finalize (object);
}

static void
xmpp_component_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  xmpp_property_read (G_STRUCT_MEMBER_P (object, members[id]), value);
}

static void
xmpp_component_set_property (GObject *object,
                             guint id,
                             const GValue *value,
                             GParamSpec *pspec)
{
  XmppComponent *self = XMPP_COMPONENT (object);

  if (id == PROP_SECRET)
    {
      xmpp_secret_free (self->secret);
      self->secret = xmpp_secret_dup (g_value_get_string (value));
    }
  else
    xmpp_property_write (G_STRUCT_MEMBER_P (object, members[id]), value);
}

#define WRITABLE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define CONSTRUCTED (WRITABLE | G_PARAM_CONSTRUCT_ONLY)

static void
install_server_properties (void)
{
  /**
   * XmppComponent:domain: (getter get_domain)
   *
   * The domain that the component speaks for.
   *
   * Since: 1.0
   */
  properties[PROP_DOMAIN] = g_param_spec_string ("domain", NULL, NULL, NULL, CONSTRUCTED);

  /**
   * XmppComponent:secret:
   *
   * What the server's configuration has as the component's secret.
   *
   * Since: 1.0
   */
  properties[PROP_SECRET] = g_param_spec_string ("secret", NULL, NULL, NULL,
                                                 G_PARAM_WRITABLE |
                                                     G_PARAM_CONSTRUCT_ONLY |
                                                     G_PARAM_STATIC_STRINGS);

  /**
   * XmppComponent:host: (getter get_host)
   *
   * Where the server is: a host name or an IP address; NULL: this machine.
   *
   * Since: 1.0
   */
  properties[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, NULL, CONSTRUCTED);

  /**
   * XmppComponent:port: (getter get_port)
   *
   * The server's port for components; 0: 5347.
   *
   * Since: 1.0
   */
  properties[PROP_PORT] =
      g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0, CONSTRUCTED);
}

static void
install_security_properties (void)
{
  /**
   * XmppComponent:tls-mode:
   *
   * [enum@Xmpp.TlsMode.DIRECT]: TLS from the first byte on, with a certificate for
   * [property@Component:host]. Else there is no TLS; [enum@Xmpp.TlsMode.STARTTLS] is refused,
   * since XEP-0114 does not have it.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_MODE] = g_param_spec_enum ("tls-mode", NULL, NULL,
                                                 XMPP_TYPE_TLS_MODE, XMPP_TLS_MODE_AUTO,
                                                 WRITABLE);

  /**
   * XmppComponent:tls-database:
   *
   * Which certificate authorities to trust; NULL: those of the system.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_DATABASE] =
      g_param_spec_object ("tls-database", NULL, NULL, G_TYPE_TLS_DATABASE, WRITABLE);

  /**
   * XmppComponent:insecure:
   *
   * Whether to speak in plain text to another machine. Whoever is in between reads and changes
   * everything, and can guess the secret: for networks where nobody else is.
   *
   * Since: 1.0
   */
  properties[PROP_INSECURE] =
      g_param_spec_boolean ("insecure", NULL, NULL, FALSE, WRITABLE);
}

static void
xmpp_component_class_init (XmppComponentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = xmpp_component_finalize;
  object_class->get_property = xmpp_component_get_property;
  object_class->set_property = xmpp_component_set_property;
  XMPP_CONNECTION_CLASS (klass)->ops = &xmpp_component_ops;

  install_server_properties ();
  install_security_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
xmpp_component_init (XmppComponent *self)
{
}

/**
 * xmpp_component_new:
 * @domain: the domain that the component speaks for
 * @secret: what the server's configuration has as its secret
 * @host: (nullable): where the server is; NULL: this machine
 * @port: the server's port for components; 0: 5347
 * @error: [error@Gio.IOErrorEnum.INVALID_DATA] where @domain is none,
 *   [error@Gio.IOErrorEnum.INVALID_ARGUMENT] where @port is none
 *
 * Makes a component of a server.
 *
 * Returns: (transfer full): the component, closed
 *
 * Since: 1.0
 */
XmppComponent *
xmpp_component_new (
    const char *domain, const char *secret, const char *host, guint port, GError **error)
{
  g_autoptr (XmppJid) jid = NULL;

  g_return_val_if_fail (domain != NULL, NULL);
  g_return_val_if_fail (secret != NULL, NULL);

  jid = xmpp_component_parse_domain (domain, error);
  if (jid == NULL)
    return NULL;

  if (port > G_MAXUINT16)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "%u is no port: they go up to %u", port, G_MAXUINT16);
      return NULL;
    }

  return g_object_new (XMPP_TYPE_COMPONENT, "domain", xmpp_jid_get_domain (jid), "secret",
                       secret, "host", host, "port", port, NULL);
}

/**
 * xmpp_component_get_domain: (get-property domain)
 * @component: a component
 *
 * Gets [property@Component:domain].
 *
 * Returns: (nullable): the domain that it speaks for
 *
 * Since: 1.0
 */
const char *
xmpp_component_get_domain (XmppComponent *self)
{
  g_return_val_if_fail (XMPP_IS_COMPONENT (self), NULL);

  return self->domain;
}

/**
 * xmpp_component_get_host: (get-property host)
 * @component: a component
 *
 * Gets [property@Component:host].
 *
 * Returns: (nullable): where the server is; NULL: this machine
 *
 * Since: 1.0
 */
const char *
xmpp_component_get_host (XmppComponent *self)
{
  g_return_val_if_fail (XMPP_IS_COMPONENT (self), NULL);

  return self->host;
}

/**
 * xmpp_component_get_port: (get-property port)
 * @component: a component
 *
 * Gets [property@Component:port].
 *
 * Returns: the server's port for components; 0: 5347
 *
 * Since: 1.0
 */
guint
xmpp_component_get_port (XmppComponent *self)
{
  g_return_val_if_fail (XMPP_IS_COMPONENT (self), 0);

  return self->port;
}
