/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "sasl/xmpp-credential-request.h"

G_BEGIN_DECLS

/**
 * XmppCredentialKind:
 * @XMPP_CREDENTIAL_KIND_ANY: whatever a mechanism needs can be asked for
 * @XMPP_CREDENTIAL_KIND_PASSWORD: a password
 * @XMPP_CREDENTIAL_KIND_TOKEN: an access token of OAuth 2.0
 * @XMPP_CREDENTIAL_KIND_ANONYMOUS: nothing, there is no account
 * @XMPP_CREDENTIAL_KIND_KERBEROS: a Kerberos ticket, which nobody is asked for
 *
 * What a credential can be asked for. Mechanisms that need something else are passed over.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_CREDENTIAL_KIND_ANY,
  XMPP_CREDENTIAL_KIND_PASSWORD,
  XMPP_CREDENTIAL_KIND_TOKEN,
  XMPP_CREDENTIAL_KIND_ANONYMOUS,
  XMPP_CREDENTIAL_KIND_KERBEROS,
} XmppCredentialKind;

/* Holds or fetches what proves an identity, by field: username authzid password token
 * realm; derived: scram-sha-256-keys … */
#define XMPP_TYPE_CREDENTIAL (xmpp_credential_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (XmppCredential, xmpp_credential, XMPP, CREDENTIAL, GObject)

struct _XmppCredentialClass
{
  GObjectClass parent_class;

  /* Class closures of the signals: connect or override */
  /* TRUE: @request is or will be answered */
  gboolean (*request) (XmppCredential *credential, XmppCredentialRequest *request);
  /* @value (nullable) can be stored for the next login */
  void (*obtained) (XmppCredential *credential, const char *field, const char *value);
  /* It was refused: forget it */
  void (*rejected) (XmppCredential *credential, const char *field);

  /*< private >*/
  gpointer padding[8];
};

/* @username: NULL: the local part of the JID. @password: NULL: ask */
XMPP_AVAILABLE_IN_ALL
XmppCredential *xmpp_credential_new (const char *username, const char *password);
XMPP_AVAILABLE_IN_ALL
XmppCredential *xmpp_credential_new_for_token (const char *username, const char *token);
XMPP_AVAILABLE_IN_ALL
XmppCredential *xmpp_credential_new_anonymous (void);
/* @principal: NULL: the one that Kerberos chooses */
XMPP_AVAILABLE_IN_ALL
XmppCredential *xmpp_credential_new_for_kerberos (const char *principal);
XMPP_AVAILABLE_IN_ALL
void xmpp_credential_set_field (XmppCredential *credential,
                                const char *field,
                                const char *value);
/* (transfer full) (nullable): to be freed by xmpp_secret_free() */
XMPP_AVAILABLE_IN_ALL
char *xmpp_credential_dup_field (XmppCredential *credential, const char *field);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_credential_has_field (XmppCredential *credential, const char *field);
XMPP_AVAILABLE_IN_ALL
XmppCredentialKind xmpp_credential_get_kind (XmppCredential *credential);
/* Made by new_anonymous(): only ANONYMOUS fits */
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_credential_is_anonymous (XmppCredential *credential);

G_END_DECLS
