/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-x-oauth2.h"

#include "plain-exchange.h"

/*
 * XmppSaslXOauth2:
 *
 * X-OAUTH2 as ejabberd has it, on both sides: the message of PLAIN, with a token for the
 * password. XOAUTH2, without a hyphen, is another mechanism, and has another message.
 */
struct _XmppSaslXOauth2
{
  XmppSaslMechanism parent_instance;
};

G_DEFINE_FINAL_TYPE (XmppSaslXOauth2, xmpp_sasl_x_oauth2, XMPP_TYPE_SASL_MECHANISM)

static const PlainField token = { "token", 16384 };

static GBytes *
xmpp_sasl_x_oauth2_step (XmppSaslMechanism *mechanism,
                         GBytes *input,
                         GCancellable *cancellable,
                         XmppSaslStatus *status,
                         GError **error)
{
  return plain_exchange_step (mechanism, &token, input, status, error);
}

static void
xmpp_sasl_x_oauth2_class_init (XmppSaslXOauth2Class *klass)
{
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_x_oauth2_step;
}

static void
xmpp_sasl_x_oauth2_init (XmppSaslXOauth2 *self)
{
}
