/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

#include "cyrus-configuration.h"

#include <sasl/sasl.h>

G_BEGIN_DECLS

#define CYRUS_MAX_CALLBACKS 10

/* One authentication */
typedef struct
{
  sasl_conn_t *connection;                        /* NULL: not begun */
  sasl_callback_t callbacks[CYRUS_MAX_CALLBACKS]; /* the connection looks at them */
  guint received;                                 /* messages of the peer */
  gboolean started;                               /* the first step was made */

  sasl_channel_binding_t binding; /* the connection looks at it, too */
  GBytes *binding_data;

  /* Client: what a plug-in asks for, and the answers, which it may look at until the end */
  sasl_interact_t *prompts;
  GPtrArray *answers;

  /* Server */
  XmppSaslMechanism *mechanism; /* whose exchange this is */
  GCancellable *cancellable;    /* of the step that runs */
  CyrusConfiguration
      *configuration; /* of Cyrus' own databases; NULL: the authenticator */
  char *realm;
  GError *error;      /* why the authenticator's answer could not be got */
  char *looked_up;    /* whose password was looked up */
  gboolean refused;   /* a password that nobody is asked about */
  char *claimed_user; /* whose password is to be verified */
  char *claimed_password;
  gboolean answered; /* the connection has had this step's message already */
  int result;
  GBytes *output;

  char *input; /* the peer's message, which plug-ins want a NUL behind */
  gsize input_size;
} CyrusExchange;

/* Each is one step of the mechanism, with its contract */
GBytes *cyrus_client_step (XmppSaslMechanism *mechanism,
                           CyrusExchange *exchange,
                           GBytes *input,
                           XmppSaslStatus *status,
                           GError **error);
GBytes *cyrus_server_step (XmppSaslMechanism *mechanism,
                           CyrusExchange *exchange,
                           GBytes *input,
                           XmppSaslStatus *status,
                           GError **error);

/* Client: answers what the plug-in has asked for. FALSE: an error, or somebody has to be
 * asked first; the answers that there are already stay */
gboolean cyrus_prompts_answer (XmppSaslMechanism *mechanism,
                               CyrusExchange *exchange,
                               GError **error);

/* For both sides */
/* Whether it goes by tickets, of a service on a host */
gboolean cyrus_exchange_is_kerberos (XmppSaslMechanism *mechanism);
const char *cyrus_exchange_get_domain (XmppSaslMechanism *mechanism, GError **error);
/* Gives the connection the TLS connection's binding, where the mechanism is one with -PLUS */
gboolean cyrus_exchange_bind (XmppSaslMechanism *mechanism,
                              CyrusExchange *exchange,
                              GError **error);
gboolean cyrus_exchange_check (XmppSaslMechanism *mechanism,
                               CyrusExchange *exchange,
                               GBytes *input,
                               GError **error);
/* Keeps the message until the next one, with a NUL behind it */
void cyrus_exchange_take_input (CyrusExchange *exchange, GBytes *input, gsize *size);
/* @output: what libsasl2 gave; NULL: nothing */
GBytes *cyrus_exchange_dup_output (const char *output, unsigned length);
/* Whether the connection wants to wrap what comes after: it may not */
gboolean cyrus_exchange_has_layer (CyrusExchange *exchange);

G_END_DECLS
