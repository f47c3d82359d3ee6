/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "connection/xmpp-connection.h"
#include "core/xmpp-state-store.h"
#include "sasl/xmpp-credential.h"
#include "sasl/xmpp-sasl-policy.h"
#include "sasl/xmpp-sasl-registry.h"

G_BEGIN_DECLS

/**
 * XmppTlsMode:
 * @XMPP_TLS_MODE_AUTO: as the domain's SRV records say, TLS from the first byte on or
 *   STARTTLS; STARTTLS where there are none; TLS is required in any case
 * @XMPP_TLS_MODE_STARTTLS: STARTTLS, required, even where
 *   [property@Client:insecure-loopback] is set
 * @XMPP_TLS_MODE_DIRECT: TLS from the first byte on (XEP-0368)
 *
 * How TLS begins.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_TLS_MODE_AUTO,
  XMPP_TLS_MODE_STARTTLS,
  XMPP_TLS_MODE_DIRECT,
} XmppTlsMode;

#define XMPP_TYPE_CLIENT (xmpp_client_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (XmppClient, xmpp_client, XMPP, CLIENT, XmppConnection)

/**
 * XmppClientClass:
 * @parent_class: the parent class
 *
 * Since: 1.0
 */
struct _XmppClientClass
{
  XmppConnectionClass parent_class;

  /*< private >*/
  gpointer padding[8];
};

/* @jid: a bare or full JID, or a domain for anonymous logins; a resource in it is asked
 * for. Errors: G_IO_ERROR_INVALID_DATA: malformed */
XMPP_AVAILABLE_IN_ALL
XmppClient *xmpp_client_new (const char *jid, XmppCredential *credential, GError **error);

XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_client_get_account (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
XmppCredential *xmpp_client_get_credential (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_credential (XmppClient *client, XmppCredential *credential);
XMPP_AVAILABLE_IN_ALL
XmppSaslPolicy *xmpp_client_get_policy (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_policy (XmppClient *client, XmppSaslPolicy *policy);
XMPP_AVAILABLE_IN_ALL
XmppSaslRegistry *xmpp_client_get_registry (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_registry (XmppClient *client, XmppSaslRegistry *registry);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_client_get_resource (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_resource (XmppClient *client, const char *resource);
XMPP_AVAILABLE_IN_ALL
XmppStanza *xmpp_client_get_initial_presence (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_initial_presence (XmppClient *client, XmppStanza *initial_presence);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_client_get_lang (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_lang (XmppClient *client, const char *lang);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_client_get_server_host (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_server_host (XmppClient *client, const char *server_host);
XMPP_AVAILABLE_IN_ALL
guint xmpp_client_get_server_port (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_server_port (XmppClient *client, guint server_port);
XMPP_AVAILABLE_IN_ALL
XmppTlsMode xmpp_client_get_tls_mode (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_tls_mode (XmppClient *client, XmppTlsMode tls_mode);
XMPP_AVAILABLE_IN_ALL
GTlsDatabase *xmpp_client_get_tls_database (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_tls_database (XmppClient *client, GTlsDatabase *tls_database);
XMPP_AVAILABLE_IN_ALL
GTlsInteraction *xmpp_client_get_tls_interaction (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_tls_interaction (XmppClient *client,
                                      GTlsInteraction *tls_interaction);
XMPP_AVAILABLE_IN_ALL
GTlsCertificate *xmpp_client_get_certificate (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_certificate (XmppClient *client, GTlsCertificate *certificate);
XMPP_AVAILABLE_IN_ALL
const char *const *xmpp_client_get_pins (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_client_set_pins (XmppClient *client,
                               const char *const *pins,
                               GError **error);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_client_get_pin_only (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_pin_only (XmppClient *client, gboolean pin_only);
XMPP_AVAILABLE_IN_ALL
GProxyResolver *xmpp_client_get_proxy_resolver (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_proxy_resolver (XmppClient *client, GProxyResolver *proxy_resolver);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_client_get_srv_behind_proxy (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_srv_behind_proxy (XmppClient *client, gboolean srv_behind_proxy);
XMPP_AVAILABLE_IN_ALL
XmppStateStore *xmpp_client_get_state_store (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_state_store (XmppClient *client, XmppStateStore *state_store);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_client_get_insecure_loopback (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_insecure_loopback (XmppClient *client, gboolean insecure_loopback);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_client_get_pipelining (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_pipelining (XmppClient *client, gboolean pipelining);

G_END_DECLS
