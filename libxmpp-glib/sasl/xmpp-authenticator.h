/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "sasl/xmpp-authenticator-request.h"

G_BEGIN_DECLS

/* The receiving side's answers, for many identities */
#define XMPP_TYPE_AUTHENTICATOR (xmpp_authenticator_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (
    XmppAuthenticator, xmpp_authenticator, XMPP, AUTHENTICATOR, GObject)

struct _XmppAuthenticatorClass
{
  GObjectClass parent_class;

  /* TRUE: @request is or will be answered */
  gboolean (*lookup) (XmppAuthenticator *authenticator,
                      XmppAuthenticatorRequest *request);
  /* default: lookup and compare */
  gboolean (*verify) (XmppAuthenticator *authenticator,
                      XmppAuthenticatorRequest *request);
  /* default: only oneself */
  gboolean (*authorize) (XmppAuthenticator *authenticator,
                         XmppAuthenticatorRequest *request);

  /*< private >*/
  gpointer padding[8];
};

/* (transfer full) (nullable): what users who do not exist are made of */
XMPP_AVAILABLE_IN_ALL
char *xmpp_authenticator_dup_decoy (XmppAuthenticator *authenticator);
XMPP_AVAILABLE_IN_ALL
void xmpp_authenticator_set_decoy (XmppAuthenticator *authenticator, const char *decoy);
/* (nullable): where Kerberos finds the key of the service */
XMPP_AVAILABLE_IN_ALL
char *xmpp_authenticator_dup_keytab (XmppAuthenticator *authenticator);
XMPP_AVAILABLE_IN_ALL
void xmpp_authenticator_set_keytab (XmppAuthenticator *authenticator, const char *keytab);

G_END_DECLS
