/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "digest-hash.h"
#include "digest-message.h"
#include "xmpp-sasl-digest-md5.h"

G_BEGIN_DECLS

/* What has gone by */
typedef enum
{
  DIGEST_STATE_START,
  DIGEST_STATE_CHALLENGE, /* client: waits for it; server: has sent it */
  DIGEST_STATE_RESPONSE,  /* client: has sent it */
  DIGEST_STATE_DONE,
} DigestState;

typedef struct
{
  DigestState state;
  char *own_nonce;
  char *rspauth; /* client: what the server has to send */
} DigestExchange;

/* Each is one step of the mechanism, with its contract: first what may throw
 * XMPP_SASL_ERROR_NEED_CREDENTIAL, then what changes the exchange */
GBytes *digest_client_step (XmppSaslMechanism *mechanism,
                            DigestExchange *exchange,
                            GBytes *input,
                            XmppSaslStatus *status,
                            GError **error);
GBytes *digest_server_step (XmppSaslMechanism *mechanism,
                            DigestExchange *exchange,
                            GBytes *input,
                            XmppSaslStatus *status,
                            GError **error);

/* For both sides */
/* The domain of the context; NULL: XMPP_SASL_ERROR_UNAVAILABLE */
const char *digest_get_domain (XmppSaslMechanism *mechanism, GError **error);
/* (transfer full), to be freed by xmpp_secret_free(): NULL: refused by SASLprep */
char *digest_prepare (const char *text, const char *what, GError **error);

G_END_DECLS
