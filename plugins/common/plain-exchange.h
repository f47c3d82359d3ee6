/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* One message with the secret itself, as RFC 4616 has it for the password */
typedef struct
{
  const char *field; /* whose value is the secret */
  gsize max_message;
} PlainField;

/* A step of either side, with the contract of XmppSaslMechanism's */
GBytes *plain_exchange_step (XmppSaslMechanism *mechanism,
                             const PlainField *wanted,
                             GBytes *input,
                             XmppSaslStatus *status,
                             GError **error);

G_END_DECLS
