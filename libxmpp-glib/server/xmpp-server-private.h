/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-limits-private.h"
#include "server/xmpp-resource-table.h"
#include "server/xmpp-server-domain.h"
#include "server/xmpp-server.h"
#include "transport/xmpp-admission.h"

G_BEGIN_DECLS

typedef struct
{
  XmppLimits *limits;
  XmppSaslRegistry *registry;
  XmppSaslPolicy *policy;
  GTlsDatabase *tls_database;
  gboolean insecure_loopback;
  gboolean allow_anonymous;
  XmppResourceConflict conflict;
  guint max_resources;

  GHashTable *domains;    /* prepared name → XmppServerDomain */
  GPtrArray *names;       /* of them, in the order in which they were added */
  GHashTable *secrets;    /* prepared name → secret of a component */
  GHashTable *components; /* prepared name → XmppConnection (borrowed), logged in */
  XmppAdmission *admission;
  GPtrArray *doors;        /* what listens */
  GHashTable *connections; /* set of XmppConnection: all that were accepted */
  XmppResourceTable *resources;
  guint stopping; /* calls of stop_async() that are under way */
} XmppServerPrivate;

enum
{
  XMPP_SERVER_SIGNAL_OPENED,
  XMPP_SERVER_SIGNAL_CLOSED,
  XMPP_SERVER_SIGNAL_STANZA,
  XMPP_SERVER_SIGNAL_CHOOSE_RESOURCE,
  XMPP_SERVER_SIGNAL_REFUSED,
  XMPP_SERVER_N_SIGNALS,
};
extern guint xmpp_server_signals[XMPP_SERVER_N_SIGNALS];

XmppServerPrivate *xmpp_server_get_private (XmppServer *server);

/* The form in which names are compared; NULL with G_IO_ERROR_INVALID_DATA where @domain is none */
char *xmpp_server_prepare_domain (const char *domain, GError **error);

/* ---- xmpp-server-accept.c: the life of what was accepted ---- */

GPtrArray *xmpp_server_doors_new (void);
/* At once: the server goes away */
void xmpp_server_drop_all (XmppServer *server);
/* @connection has logged in; @connection is over, after it had logged in */
void xmpp_server_connection_opened (XmppServer *server, XmppConnection *connection);
void xmpp_server_connection_closed (XmppServer *server,
                                    XmppConnection *connection,
                                    const GError *error);
/* @connection was let go before it had logged in */
void xmpp_server_connection_refused (XmppServer *server,
                                     XmppConnection *connection,
                                     GSocketAddress *address,
                                     const GError *error);
/* Something that may be an attack */
void xmpp_server_tell_refused (XmppServer *server,
                               GSocketAddress *address,
                               const GError *error);

/* ---- xmpp-server-resources.c ---- */

/* The full address that @connection gets, which is its from now on. Errors: XMPP_STANZA_ERROR */
XmppJid *xmpp_server_choose_resource (XmppServer *server,
                                      XmppConnection *connection,
                                      XmppJid *account,
                                      const char *wanted,
                                      GError **error);

G_END_DECLS
