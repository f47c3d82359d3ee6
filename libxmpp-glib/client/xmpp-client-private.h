/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "client/xmpp-account-state.h"
#include "client/xmpp-client.h"
#include "connection/xmpp-connection-private.h"
#include "sasl/xmpp-sasl-session.h"

G_BEGIN_DECLS

typedef struct
{
  XmppJid *account; /* as given */
  XmppCredential *credential;
  XmppSaslPolicy *policy;
  XmppSaslRegistry *registry;
  char *resource;               /* to ask for; NULL: the server chooses */
  gboolean silent;              /* no presence is sent */
  XmppStanza *initial_presence; /* NULL: the plain one, which nobody has asked for */
  char *lang;

  char *server_host; /* NULL: the account's domain */
  guint server_port; /* 0: by tls_mode */
  XmppTlsMode tls_mode;
  GTlsDatabase *tls_database;
  GTlsInteraction *tls_interaction;
  GTlsCertificate *certificate;
  GStrv pins; /* as given, perhaps malformed; nullable */
  gboolean pin_only;
  GProxyResolver *proxy_resolver;
  gboolean srv_behind_proxy;
  gboolean insecure_loopback;
  gboolean pipelining;

  XmppStateStore *store;
  XmppAccountState *state;   /* of the open account; NULL before it was loaded */
  gboolean state_is_unknown; /* the store could not be read: nothing is written over it */

  /* Of the attempt under way: what is set meanwhile does not weaken it. */
  GPtrArray *pin_hashes;
  gboolean pin_is_enough;
  gboolean may_be_in_clear;
  gboolean in_clear;      /* it needs no TLS */
  XmppSaslSession *login; /* for all places that are tried */
} XmppClientPrivate;

enum
{
  XMPP_CLIENT_PROP_ACCOUNT = 1,
  XMPP_CLIENT_PROP_CREDENTIAL,
  XMPP_CLIENT_PROP_POLICY,
  XMPP_CLIENT_PROP_REGISTRY,
  XMPP_CLIENT_PROP_RESOURCE,
  XMPP_CLIENT_PROP_INITIAL_PRESENCE,
  XMPP_CLIENT_PROP_LANG,
  XMPP_CLIENT_PROP_SERVER_HOST,
  XMPP_CLIENT_PROP_SERVER_PORT,
  XMPP_CLIENT_PROP_TLS_MODE,
  XMPP_CLIENT_PROP_TLS_DATABASE,
  XMPP_CLIENT_PROP_TLS_INTERACTION,
  XMPP_CLIENT_PROP_CERTIFICATE,
  XMPP_CLIENT_PROP_PINS,
  XMPP_CLIENT_PROP_PIN_ONLY,
  XMPP_CLIENT_PROP_PROXY_RESOLVER,
  XMPP_CLIENT_PROP_SRV_BEHIND_PROXY,
  XMPP_CLIENT_PROP_STATE_STORE,
  XMPP_CLIENT_PROP_INSECURE_LOOPBACK,
  XMPP_CLIENT_PROP_PIPELINING,
  XMPP_CLIENT_N_PROPS,
};
extern GParamSpec *xmpp_client_properties[XMPP_CLIENT_N_PROPS];

XmppClientPrivate *xmpp_client_get_private (XmppClient *client);

/* xmpp-client-memory.c: derived secrets are remembered as @credential tells of them. */
void xmpp_client_follow_credential (XmppClient *client, XmppCredential *credential);
void xmpp_client_unfollow_credential (XmppClient *client, XmppCredential *credential);
/* The login has succeeded. @secure_offer: (nullable): the features it was made with */
void xmpp_client_remember (XmppClient *client, XmppElement *secure_offer);

/* xmpp-client-pins.c: what the property is set to is not checked before it is used. */
void xmpp_client_store_pins (XmppClient *client, const char *const *pins);

/* xmpp-client-plan.c */
extern const XmppConnectionOps xmpp_client_ops;

G_END_DECLS
