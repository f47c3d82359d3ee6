/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "xmpp-sasl-gssapi.h"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

G_BEGIN_DECLS

/* What has gone by */
typedef enum
{
  GSSAPI_STATE_START,
  GSSAPI_STATE_CONTEXT, /* client: first token sent; server: answered, GSSAPI only */
  GSSAPI_STATE_LAYERS,  /* GSSAPI only: both know each other */
  GSSAPI_STATE_DONE,
} GssapiState;

typedef struct
{
  gboolean gs2; /* RFC 5801, else RFC 4752 */
  gboolean plus;
  GssapiState state;
  gss_ctx_id_t context;

  /* client */
  gss_cred_id_t credential;
  gss_name_t service;
  char *memory_cache; /* of the tickets that were got with a keytab; NULL: none */
  GBytes *binding;    /* GS2: what both sides bind to */

  /* server */
  char *username;
} GssapiExchange;

void gssapi_exchange_clear (GssapiExchange *exchange);

/* Each is one step of the mechanism, with its contract: first what may throw
 * XMPP_SASL_ERROR_NEED_CREDENTIAL, then what changes the exchange */
GBytes *gssapi_client_step (XmppSaslMechanism *mechanism,
                            GssapiExchange *exchange,
                            GBytes *input,
                            XmppSaslStatus *status,
                            GError **error);
GBytes *gssapi_server_step (XmppSaslMechanism *mechanism,
                            GssapiExchange *exchange,
                            GBytes *input,
                            XmppSaslStatus *status,
                            GError **error);

/* ---- gssapi-names.c: who and with what ---- */

/* "xmpp/chat.example.org" */
char *gssapi_dup_service (XmppSaslMechanism *mechanism);
/* Client: sets the service, and the credential where a field of the mechanism's names one;
 * else it is the default one. Errors: as gssapi_set_error() */
gboolean gssapi_acquire_client (XmppSaslMechanism *mechanism,
                                GssapiExchange *exchange,
                                GError **error);
/* Wipes what was only for this login */
void gssapi_release_client (GssapiExchange *exchange);
/* Server: the key of the service, in the authenticator's keytab or the default one */
gboolean gssapi_acquire_server (XmppSaslMechanism *mechanism,
                                gss_cred_id_t *credential,
                                GError **error);
/* Server: the user name that krb5.conf has for a principal (auth_to_local) */
char *gssapi_dup_username (XmppSaslMechanism *mechanism,
                           gss_name_t principal,
                           GError **error);

/* ---- gssapi-error.c ---- */

/* When a function of GSS-API has failed */
typedef enum
{
  GSSAPI_BEFORE, /* client: nothing has been sent, another mechanism may be tried */
  GSSAPI_PEER,   /* client: the server's answer is not right */
  GSSAPI_KEYTAB, /* server: our own key */
  GSSAPI_CLIENT, /* server: the client's proof is not right */
} GssapiMoment;

/* What can be shown: a text may come from the peer (RFC 4120 §5.9.1, e-text), and so does the
 * name of a client. */
char *gssapi_dup_text (gss_buffer_t buffer);

/* What went wrong, in words for people, with the texts of both codes and what to do.
 * Returns FALSE. */
gboolean gssapi_set_error (GError **error,
                           XmppSaslMechanism *mechanism,
                           GssapiMoment moment,
                           OM_uint32 major,
                           OM_uint32 minor);
/* The same of a @code of Kerberos itself, and its text: what a keytab has is looked at without
 * GSS-API. */
gboolean gssapi_set_keytab_error (GError **error,
                                  XmppSaslMechanism *mechanism,
                                  GssapiMoment moment,
                                  int code,
                                  const char *text);

/* ---- For both sides ---- */

gss_OID gssapi_get_kerberos (void);
/* RFC 5801 §5.1. @bytes NULL: none. The result points into @bytes and @storage */
gss_channel_bindings_t gssapi_fill_bindings (GBytes *bytes,
                                             struct gss_channel_bindings_struct *storage);
/* An established context has to be of Kerberos, have @flags, and be of somebody with a name */
gboolean gssapi_check_context (XmppSaslMechanism *mechanism,
                               gss_OID mechanism_type,
                               OM_uint32 flags,
                               GError **error);
/* A copy; @buffer is released. NULL where it is empty */
GBytes *gssapi_take_buffer (gss_buffer_t buffer);
/* GSS_Wrap without confidentiality; GSS_Unwrap of what gssapi_wrap_check() has accepted */
GBytes *gssapi_wrap (XmppSaslMechanism *mechanism,
                     GssapiExchange *exchange,
                     GBytes *message,
                     GError **error);
GBytes *gssapi_unwrap (XmppSaslMechanism *mechanism,
                       GssapiExchange *exchange,
                       GBytes *token,
                       GError **error);

G_END_DECLS
