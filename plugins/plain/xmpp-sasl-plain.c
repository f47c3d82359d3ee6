/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-sasl-plain.h"

#include "plain-exchange.h"

/*
 * XmppSaslPlain:
 *
 * The PLAIN mechanism of RFC 4616, on both sides: the password itself, in one message,
 * and therefore never over a connection that is not secure.
 */
struct _XmppSaslPlain
{
  XmppSaslMechanism parent_instance;
};

G_DEFINE_FINAL_TYPE (XmppSaslPlain, xmpp_sasl_plain, XMPP_TYPE_SASL_MECHANISM)

static const PlainField password = { "password", 4096 };

static GBytes *
xmpp_sasl_plain_step (XmppSaslMechanism *mechanism,
                      GBytes *input,
                      GCancellable *cancellable,
                      XmppSaslStatus *status,
                      GError **error)
{
  return plain_exchange_step (mechanism, &password, input, status, error);
}

static void
xmpp_sasl_plain_class_init (XmppSaslPlainClass *klass)
{
  XMPP_SASL_MECHANISM_CLASS (klass)->step = xmpp_sasl_plain_step;
}

static void
xmpp_sasl_plain_init (XmppSaslPlain *self)
{
}
