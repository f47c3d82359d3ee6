/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "sasl/xmpp-authenticator.h"

G_BEGIN_DECLS

#define XMPP_TYPE_USERS_FILE (xmpp_users_file_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (XmppUsersFile, xmpp_users_file, XMPP, USERS_FILE, XmppAuthenticator)

/* Reads the file: it blocks as long as that takes */
XMPP_AVAILABLE_IN_ALL
XmppUsersFile *xmpp_users_file_new (GFile *file, GError **error);

XMPP_AVAILABLE_IN_ALL
GFile *xmpp_users_file_get_file (XmppUsersFile *users_file);
/* (nullable): why the file as it is now does not count */
XMPP_AVAILABLE_IN_ALL
const GError *xmpp_users_file_get_error (XmppUsersFile *users_file);

G_END_DECLS
