/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "connection/xmpp-connection.h"
#include "sasl/xmpp-authenticator.h"
#include "sasl/xmpp-sasl-policy.h"
#include "sasl/xmpp-sasl-registry.h"

G_BEGIN_DECLS

/**
 * XmppListenKind:
 * @XMPP_LISTEN_CLIENTS: clients that begin in plain text and go on to TLS (RFC 6120 §5);
 *   usually port 5222
 * @XMPP_LISTEN_CLIENTS_DIRECT_TLS: clients that begin with TLS (XEP-0368); usually port 5223
 * @XMPP_LISTEN_COMPONENTS: components with a shared secret (XEP-0114), from this machine alone,
 *   since they have no TLS; usually port 5347
 *
 * Who is expected on a port.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_LISTEN_CLIENTS,
  XMPP_LISTEN_CLIENTS_DIRECT_TLS,
  XMPP_LISTEN_COMPONENTS,
} XmppListenKind;

/**
 * XmppResourceConflict:
 * @XMPP_RESOURCE_CONFLICT_REPLACE: the connection that has the resource is ended
 * @XMPP_RESOURCE_CONFLICT_REFUSE: the new one does not get it
 * @XMPP_RESOURCE_CONFLICT_ALTER: the new one gets another resource
 *
 * What is done where a client asks for a resource that is connected already (RFC 6120
 * §7.7.2.2).
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_RESOURCE_CONFLICT_REPLACE,
  XMPP_RESOURCE_CONFLICT_REFUSE,
  XMPP_RESOURCE_CONFLICT_ALTER,
} XmppResourceConflict;

#define XMPP_TYPE_SERVER (xmpp_server_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (XmppServer, xmpp_server, XMPP, SERVER, GObject)

/**
 * XmppServerClass:
 * @parent_class: the parent class
 * @opened: slot of [signal@Server::opened]
 * @closed: slot of [signal@Server::closed]
 * @stanza: slot of [signal@Server::stanza]
 * @choose_resource: slot of [signal@Server::choose-resource]
 * @refused: slot of [signal@Server::refused]
 *
 * What subclasses override: the class closures of the signals.
 *
 * Since: 1.0
 */
struct _XmppServerClass
{
  GObjectClass parent_class;

  void (*opened) (XmppServer *server, XmppConnection *connection);
  void (*closed) (XmppServer *server, XmppConnection *connection, const GError *error);
  gboolean (*stanza) (XmppServer *server, XmppConnection *connection, XmppStanza *stanza);
  char *(*choose_resource) (XmppServer *server,
                            XmppConnection *connection,
                            const char *wanted);
  void (*refused) (XmppServer *server, GSocketAddress *address, const GError *error);

  /*< private >*/
  gpointer padding[8];
};

XMPP_AVAILABLE_IN_ALL
XmppServer *xmpp_server_new (void);

/* @certificate: (nullable): no TLS; @authenticator: (nullable): nobody has an account */
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_server_add_domain (XmppServer *server,
                                 const char *domain,
                                 GTlsCertificate *certificate,
                                 XmppAuthenticator *authenticator,
                                 GError **error);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_server_remove_domain (XmppServer *server, const char *domain);
/* @secret: (nullable): not any more */
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_server_set_component_secret (XmppServer *server,
                                           const char *domain,
                                           const char *secret,
                                           GError **error);

/* @port: 0: any that is free. Returns the port, 0 on error */
XMPP_AVAILABLE_IN_ALL
guint xmpp_server_listen (XmppServer *server,
                          XmppListenKind kind,
                          const char *address,
                          guint port,
                          GError **error);
XMPP_AVAILABLE_IN_ALL
void xmpp_server_stop_async (XmppServer *server,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_server_stop_finish (XmppServer *server,
                                  GAsyncResult *result,
                                  GError **error);

XMPP_AVAILABLE_IN_ALL
gboolean xmpp_server_route (XmppServer *server, XmppStanza *stanza, GError **error);

/* (transfer container) (element-type XmppConnection) */
XMPP_AVAILABLE_IN_ALL
GPtrArray *xmpp_server_list_connections (XmppServer *server);
/* (transfer none) (nullable) */
XMPP_AVAILABLE_IN_ALL
XmppConnection *xmpp_server_find_connection (XmppServer *server, XmppJid *full_jid);
XMPP_AVAILABLE_IN_ALL
XmppLimits *xmpp_server_get_limits (XmppServer *server);

G_END_DECLS
