/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

#include "cyrus-configuration.h"

G_BEGIN_DECLS

#define XMPP_TYPE_CYRUS_AUTHENTICATOR (xmpp_cyrus_authenticator_get_type ())
G_DECLARE_FINAL_TYPE (XmppCyrusAuthenticator,
                      xmpp_cyrus_authenticator,
                      XMPP,
                      CYRUS_AUTHENTICATOR,
                      XmppAuthenticator)

/* (transfer full): NULL: the file cannot be read, XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE */
CyrusConfiguration *xmpp_cyrus_authenticator_dup_configuration (
    XmppCyrusAuthenticator *self, GError **error);
/* (transfer full) (nullable) */
char *xmpp_cyrus_authenticator_dup_realm (XmppCyrusAuthenticator *self);

G_END_DECLS
