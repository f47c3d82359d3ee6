/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "client/xmpp-component.h"
#include "connection/xmpp-connection-private.h"

G_BEGIN_DECLS

struct _XmppComponent
{
  XmppConnection parent_instance;

  char *domain; /* as given, perhaps malformed */
  char *secret;
  char *host;
  guint port; /* 0: the customary one */
  XmppTlsMode tls_mode;
  GTlsDatabase *tls_database;
  gboolean insecure;
};

#define XMPP_PORT_COMPONENT 5347

/* xmpp-component-dial.c */
extern const XmppConnectionOps xmpp_component_ops;
/* The address of a domain; NULL with G_IO_ERROR_INVALID_DATA where it is none */
XmppJid *xmpp_component_parse_domain (const char *domain, GError **error);

G_END_DECLS
