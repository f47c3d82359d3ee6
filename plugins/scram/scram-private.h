/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "scram-keys.h"
#include "scram-message.h"
#include "xmpp-sasl-scram.h"

G_BEGIN_DECLS

/* What has gone by */
typedef enum
{
  SCRAM_STATE_START,
  SCRAM_STATE_FIRST, /* client: first sent; server: first answered */
  SCRAM_STATE_FINAL, /* client: final sent */
  SCRAM_STATE_DONE,
} ScramState;

typedef struct
{
  const ScramHash *hash;
  gboolean plus;
  ScramState state;
  char *own_nonce;
  char *nonce;             /* of both sides */
  char *client_first_bare; /* the first parts of the signed text */
  char *server_first;
  GBytes *binding; /* what c= has to say: GS2 header and channel binding data */

  /* client */
  guint8 server_signature[SCRAM_MAX_HASH]; /* what the server has to send */
  gboolean offer_proven;                   /* as far as h= goes */

  /* server */
  gboolean refused; /* is to fail after the same work as a wrong proof */
  char *password;   /* to derive from, or NULL: @keys are there */
  GBytes *salt;
  guint iterations;
  ScramKeys keys;
} ScramExchange;

/* Each is one step of the mechanism, with its contract: first what may throw
 * XMPP_SASL_ERROR_NEED_CREDENTIAL, then what changes the exchange */
GBytes *scram_client_step (XmppSaslMechanism *mechanism,
                           ScramExchange *exchange,
                           GBytes *input,
                           GCancellable *cancellable,
                           XmppSaslStatus *status,
                           GError **error);
GBytes *scram_server_step (XmppSaslMechanism *mechanism,
                           ScramExchange *exchange,
                           GBytes *input,
                           GCancellable *cancellable,
                           XmppSaslStatus *status,
                           GError **error);

/* Server: what the authenticator knows of the account, as its keys or its password; where
 * it knows nothing, an account that cannot be logged in to and looks the same. May throw
 * XMPP_SASL_ERROR_NEED_CREDENTIAL; the exchange is left as it was then. */
gboolean scram_account_find (XmppSaslMechanism *mechanism,
                             ScramExchange *exchange,
                             const char *username,
                             GError **error);

/* What h= has to be (XEP-0474); @types NULL: there is no list of them */
char *scram_offer_hash (const ScramHash *hash,
                        const char *const *mechanisms,
                        const char *const *types);
/* Client: @received is what h= says, NULL: nothing. @proven: (out): it is what it has to be.
 * FALSE: XMPP_SASL_ERROR_DOWNGRADE */
gboolean scram_offer_check (XmppSaslMechanism *mechanism,
                            const ScramHash *hash,
                            const char *received,
                            gboolean *proven,
                            GError **error);

/* For both sides */
char *scram_exchange_dup_signed_text (ScramExchange *exchange, const char *without_proof);
/* (transfer full), to be freed by xmpp_secret_free(): NULL: refused by SASLprep */
char *scram_prepare (const char *text, const char *what, GError **error);

G_END_DECLS
