/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-authenticator-request.h"

G_BEGIN_DECLS

/* A password that is verified with keys, in a thread. The same work is done whether the
 * account has keys, the password itself, or is not there at all. */
typedef struct
{
  XmppAuthenticatorRequest *request;
  const char *field; /* static; of the keys */
  char *keys;        /* the account's, or some that cost as much */
  char *password;    /* NULL: the account has none */
  gboolean by_keys;  /* the account's say whether it is right */

  gboolean right;
  GError *error;
} XmppPasswordCheck;

XmppPasswordCheck *xmpp_password_check_new (XmppAuthenticatorRequest *request);
/* Takes the check, and answers its request */
void xmpp_password_check_run (XmppPasswordCheck *check);

G_END_DECLS
