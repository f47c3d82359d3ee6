/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

#include "cyrus-callbacks.h"
#include "cyrus-configuration.h"

G_BEGIN_DECLS

/* One authentication */
typedef struct
{
  XmppSaslMechanism *mechanism; /* whose exchange this is; NULL: it has ended */
  GCancellable *cancellable;    /* of the step that runs */
  sasl_conn_t *connection;      /* NULL: not begun */
  CyrusCallbacks callbacks;     /* the connection looks at them */
  guint received;               /* messages of the peer */
  gboolean started;             /* the first step was made */
  char *input;                  /* the peer's message, which plug-ins want a NUL behind */
  gsize input_size;

  sasl_channel_binding_t binding; /* the connection looks at it, too */
  char *binding_type;
  GBytes *binding_data;

  /* Client: what a plug-in asks for, and the answers, which it may look at until the end */
  sasl_interact_t *prompts;
  GPtrArray *answers;

  /* Server */
  CyrusConfiguration *configuration; /* of the connection */
  gboolean databases;                /* Cyrus' own, instead of the authenticator */
  char *realm;
  GError *error;      /* why the authenticator's answer could not be got */
  char *looked_up;    /* whose password was looked up */
  gboolean refused;   /* a password that nobody is asked about */
  char *claimed_user; /* whose password is to be verified */
  char *claimed_password;
  gboolean answered; /* the connection has had this step's message already */
  int result;
  GBytes *output;
} CyrusExchange;

CyrusExchange *cyrus_exchange_new (XmppSaslMechanism *mechanism);
/* Frees it, if need be later: a plug-in that has records writes them at the end. */
void cyrus_exchange_end (CyrusExchange *exchange);

/* Whether it goes by tickets, of a service on a host */
gboolean cyrus_exchange_is_kerberos (XmppSaslMechanism *mechanism);
const char *cyrus_exchange_get_domain (XmppSaslMechanism *mechanism, GError **error);
/* Cyrus' "alice", "alice@a.test": the user of our domain, or of the realm that Cyrus was
 * given; NULL: somebody of another one */
char *cyrus_exchange_dup_user (CyrusExchange *exchange, const char *user, gsize length);

/* After the connection was made, with this result: forbids layers, and gives it the TLS
 * connection's binding, where the mechanism is one with -PLUS */
gboolean cyrus_exchange_opened (CyrusExchange *exchange, int result, GError **error);
/* Whether the message may reach the plug-in */
gboolean cyrus_exchange_check_message (CyrusExchange *exchange,
                                       GBytes *input,
                                       GError **error);
/* Keeps the message until the next one, with a NUL behind it */
void cyrus_exchange_take_input (CyrusExchange *exchange, GBytes *input);
/* @output: what libsasl2 gave; NULL: nothing */
GBytes *cyrus_exchange_dup_output (const char *output, unsigned length);
/* FALSE: the connection wants to wrap what comes after, which it may not */
gboolean cyrus_exchange_check_layer (CyrusExchange *exchange, GError **error);

G_END_DECLS
