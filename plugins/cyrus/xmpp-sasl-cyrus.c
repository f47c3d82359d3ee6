/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-cyrus.h"

#include "cyrus-private.h"

/*
 * XmppSaslCyrus:
 *
 * Any mechanism that Cyrus SASL (libsasl2) has a plug-in for, on both sides. A description
 * names it; its name here is its name there.
 *
 * No plug-in asks a person, or an account's secret, by itself: what a client's plug-in asks
 * for is answered from the credential, and a server's gets it from the authenticator, but
 * where the authenticator stands for databases of Cyrus' own.
 *
 * cyrus-exchange.c holds what both sides share; cyrus-client.c and cyrus-server.c have a side
 * each.
 */
struct _XmppSaslCyrus
{
  XmppSaslMechanism parent_instance;

  CyrusExchange *exchange;
};

G_DEFINE_FINAL_TYPE (XmppSaslCyrus, xmpp_sasl_cyrus, XMPP_TYPE_SASL_MECHANISM)

static GBytes *
xmpp_sasl_cyrus_step (XmppSaslMechanism *mechanism,
                      GBytes *input,
                      GCancellable *cancellable,
                      XmppSaslStatus *status,
                      GError **error)
{
  CyrusExchange *exchange = XMPP_SASL_CYRUS (mechanism)->exchange;
  XmppSaslContext *context = xmpp_sasl_mechanism_get_context (mechanism);
  GBytes *output;

  exchange->cancellable = cancellable;
  if (xmpp_sasl_context_get_role (context) == XMPP_SASL_ROLE_SERVER)
    output = cyrus_server_step (exchange, input, status, error);
  else
    output = cyrus_client_step (exchange, input, status, error);
  exchange->cancellable = NULL;

  return output;
}

static void
xmpp_sasl_cyrus_finalize (GObject *object)
{
  cyrus_exchange_end (XMPP_SASL_CYRUS (object)->exchange);

  G_OBJECT_CLASS (xmpp_sasl_cyrus_parent_class)->finalize (object);
}

static void
xmpp_sasl_cyrus_class_init (XmppSaslCyrusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = xmpp_sasl_cyrus_finalize;
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_cyrus_step;
}

static void
xmpp_sasl_cyrus_init (XmppSaslCyrus *self)
{
  self->exchange = cyrus_exchange_new (XMPP_SASL_MECHANISM (self));
}
