/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-bind.h"
#include "negotiation/xmpp-sasl-profile.h"
#include "sasl/xmpp-authenticator.h"
#include "sasl/xmpp-sasl-policy.h"
#include "sasl/xmpp-sasl-registry.h"
#include "tls/xmpp-tls-parameters.h"

G_BEGIN_DECLS

/* One of the domains that a server serves: with which certificate, for whose accounts. */
typedef struct
{
  gatomicrefcount ref_count;
  char *name;                       /* prepared */
  XmppTlsParameters *starttls;      /* NULL: no TLS */
  XmppTlsParameters *direct_tls;    /* the same with ALPN */
  XmppAuthenticator *authenticator; /* NULL: nobody has an account, strangers may come */
} XmppServerDomain;

/* @name: in its prepared form; @certificate, @database (the authorities for certificates of
 * clients), @authenticator: (nullable) */
XmppServerDomain *xmpp_server_domain_new (const char *name,
                                          GTlsCertificate *certificate,
                                          GTlsDatabase *database,
                                          XmppAuthenticator *authenticator);
XmppServerDomain *xmpp_server_domain_ref (XmppServerDomain *domain);
void xmpp_server_domain_unref (XmppServerDomain *domain);

/* What one connection is offered; only read until the call returns */
typedef struct
{
  XmppSaslRegistry *registry;
  XmppSaslPolicy *policy;
  XmppLimits *limits;
  XmppReport *report;
  gboolean anonymous; /* strangers may come */
  gboolean insecure;  /* plain text is good enough on this connection */
  XmppBindChooseFunc choose;
  XmppLoginFailedFunc failed;
  gpointer user_data; /* of both */
} XmppServerOffers;

/* (transfer full) (element-type XmppFeature) */
GPtrArray *xmpp_server_domain_make_features (XmppServerDomain *domain,
                                             const XmppServerOffers *offers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppServerDomain, xmpp_server_domain_unref)

G_END_DECLS
