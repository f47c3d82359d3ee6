/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-mechanism-info.h"

G_BEGIN_DECLS

/* How much a mechanism tells a server that is not the right one; in the order in which it
 * gets worse */
typedef enum
{
  XMPP_SASL_EXPOSURE_NOTHING, /* the proof is of use on this connection only */
  XMPP_SASL_EXPOSURE_SESSION, /* the proof can be carried to the right server */
  XMPP_SASL_EXPOSURE_GUESSES, /* the server need not know the secret, and can guess it */
  XMPP_SASL_EXPOSURE_TOKEN,   /* a secret that has its time, and can be taken back */
  XMPP_SASL_EXPOSURE_SECRET,  /* the secret itself */
} XmppSaslExposure;

/* @bound: the mechanism is used with a channel binding */
XmppSaslExposure xmpp_sasl_exposure_get (XmppSaslMechanismInfo *info, gboolean bound);

/* Words for what is stored */
const char *xmpp_sasl_exposure_to_string (XmppSaslExposure exposure);
gboolean xmpp_sasl_exposure_from_string (const char *text, XmppSaslExposure *exposure);

G_END_DECLS
