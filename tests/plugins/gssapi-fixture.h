/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "xmpp-test-sasl.h"

G_BEGIN_DECLS

/* Both sides of the mechanisms for Kerberos with a real KDC, which tests/interop/kerberos.py runs
 * around the program: alice has a ticket, and the default keytab has the key of xmpp/a.test. */

#define GSSAPI_FIXTURE_BINDING "0123456789abcdef"

extern const char *const gssapi_fixture_mechanisms[3];
extern const XmppTestChannel gssapi_fixture_unbound;
extern const XmppTestChannel gssapi_fixture_bound;

/* A file of the directory that has been made for the program */
char *gssapi_fixture_dup_file (const char *name);

/* On a channel that fits the name. @field and @value: of the credential; NULL: none. @keytab:
 * that the authenticator names; NULL: none */
XmppSaslMechanism *gssapi_fixture_client (const char *name,
                                          const char *field,
                                          const char *value);
XmppSaslMechanism *gssapi_fixture_client_on (const char *name,
                                             const XmppTestChannel *channel,
                                             const char *field,
                                             const char *value);
XmppSaslMechanism *gssapi_fixture_server (const char *name);
XmppSaslMechanism *gssapi_fixture_server_on (const char *name,
                                             const XmppTestChannel *channel,
                                             const char *keytab);
/* GSSAPI of other.test, where a server has named @host */
XmppSaslMechanism *gssapi_fixture_for_host (XmppSaslRole role, const char *host);

void gssapi_fixture_assert_contains (const GError *error, const char *text);
void gssapi_fixture_assert_success (XmppSaslMechanism *client,
                                    XmppSaslMechanism *server,
                                    const char *username);
void gssapi_fixture_assert_server_refuses (XmppSaslMechanism *client,
                                           XmppSaslMechanism *server,
                                           int code,
                                           const char *text);
void gssapi_fixture_step_refused (XmppSaslMechanism *mechanism,
                                  GBytes *input,
                                  int code,
                                  const char *text);
GBytes *gssapi_fixture_step_good (XmppSaslMechanism *mechanism,
                                  GBytes *input,
                                  XmppSaslStatus expected);

G_END_DECLS
