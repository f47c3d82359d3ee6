/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "sasl/xmpp-authenticator.h"

G_BEGIN_DECLS

#define XMPP_TYPE_MEMORY_AUTHENTICATOR (xmpp_memory_authenticator_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (XmppMemoryAuthenticator,
                          xmpp_memory_authenticator,
                          XMPP,
                          MEMORY_AUTHENTICATOR,
                          XmppAuthenticator)

struct _XmppMemoryAuthenticatorClass
{
  XmppAuthenticatorClass parent_class;

  /*< private >*/
  gpointer padding[8];
};

XMPP_AVAILABLE_IN_ALL
XmppMemoryAuthenticator *xmpp_memory_authenticator_new (void);

/* @password: (nullable): NULL: proves who it is with something else */
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_memory_authenticator_add_user (XmppMemoryAuthenticator *authenticator,
                                             const char *jid,
                                             const char *password,
                                             GError **error);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_memory_authenticator_add_line (XmppMemoryAuthenticator *authenticator,
                                             const char *line,
                                             GError **error);
/* @jid: of a user, or a domain. @value: (nullable) */
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_memory_authenticator_set_field (XmppMemoryAuthenticator *authenticator,
                                              const char *jid,
                                              const char *field,
                                              const char *value,
                                              GError **error);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_memory_authenticator_remove_user (XmppMemoryAuthenticator *authenticator,
                                                const char *jid);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_memory_authenticator_has_user (XmppMemoryAuthenticator *authenticator,
                                             const char *jid);

XMPP_AVAILABLE_IN_ALL
gboolean xmpp_memory_authenticator_get_keep_passwords (
    XmppMemoryAuthenticator *authenticator);
XMPP_AVAILABLE_IN_ALL
void xmpp_memory_authenticator_set_keep_passwords (XmppMemoryAuthenticator *authenticator,
                                                   gboolean keep_passwords);

/* A line of a users file; takes some milliseconds */
XMPP_AVAILABLE_IN_ALL
char *xmpp_memory_authenticator_make_line (const char *jid,
                                           const char *password,
                                           GError **error);

G_END_DECLS
