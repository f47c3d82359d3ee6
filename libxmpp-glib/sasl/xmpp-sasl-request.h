/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-waiter.h"

G_BEGIN_DECLS

/* What all questions of this layer to somebody else's code have in common: it answers now or
 * later, once, from any thread, and may be told that nobody wants the answer any more. */
typedef struct
{
  XmppWaiter waiter;
  char *username;
  GCancellable *cancellable;
} XmppSaslRequest;

/* @username, @cancellable: (nullable). @task: (transfer full): gets the answer */
void xmpp_sasl_request_init (XmppSaslRequest *request,
                             const char *username,
                             GCancellable *cancellable,
                             GTask *task);
void xmpp_sasl_request_clear (XmppSaslRequest *request);
/* For an answer. NULL: there was one already, which is said as a warning; @what is its
 * subject */
GTask *xmpp_sasl_request_take (XmppSaslRequest *request, const char *what);
void xmpp_sasl_request_fail (XmppSaslRequest *request,
                             const char *what,
                             const GError *error);

G_END_DECLS
