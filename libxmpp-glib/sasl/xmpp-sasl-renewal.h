/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-mechanism-private.h"

G_BEGIN_DECLS

/* The server has refused what @mechanism has proven with. Tells the credential, forgets what
 * was derived, and asks for another secret. TRUE: there is one; FALSE without an error:
 * there is none, and the server's word stands; FALSE with one: the asking failed
 * (G_IO_ERROR_CANCELLED). @may_retry FALSE: only tells. */
void xmpp_sasl_renew_async (XmppSaslMechanism *mechanism,
                            XmppSaslMechanismInfo *info,
                            const char *username,
                            XmppCredentialReason reason,
                            gboolean may_retry,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean xmpp_sasl_renew_finish (XmppSaslMechanism *mechanism,
                                 GAsyncResult *result,
                                 GError **error);

G_END_DECLS
