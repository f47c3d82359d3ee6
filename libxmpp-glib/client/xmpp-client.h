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

typedef enum
{
  XMPP_TLS_MODE_AUTO,     /* what discovery says; STARTTLS where it says nothing */
  XMPP_TLS_MODE_STARTTLS, /* required */
  XMPP_TLS_MODE_DIRECT,
} XmppTlsMode;

/* An account on a server. Properties beside XmppConnection's: account (XmppJid: as given),
 * credential, policy, registry, resource (NULL: the server chooses), initial-presence
 * (XmppStanza, NULL: silent; default <presence/>), server-host, server-port (0: by tls-mode),
 * tls-mode, tls-database (NULL: the system's), tls-interaction, certificate, proxy-resolver,
 * state-store, lang, insecure-loopback. */
#define XMPP_TYPE_CLIENT (xmpp_client_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (XmppClient, xmpp_client, XMPP, CLIENT, XmppConnection)

struct _XmppClientClass
{
  XmppConnectionClass parent_class;

  /*< private >*/
  gpointer padding[8];
};

/* @jid: a bare or full JID, or a domain for anonymous logins; a resource in it is asked for.
 * Errors: G_IO_ERROR_INVALID_DATA: malformed */
XMPP_AVAILABLE_IN_ALL
XmppClient *xmpp_client_new (const char *jid, XmppCredential *credential, GError **error);

XMPP_AVAILABLE_IN_ALL
XmppJid *xmpp_client_get_account (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
XmppCredential *xmpp_client_get_credential (XmppClient *client);
XMPP_AVAILABLE_IN_ALL
void xmpp_client_set_credential (XmppClient *client, XmppCredential *credential);

G_END_DECLS
