/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* Server: a field of the account that is to be proven, to be freed by xmpp_secret_free();
 * NULL without an error where it has none. Throws XMPP_SASL_ERROR_NEED_CREDENTIAL first. */
char *sasl_account_look_up (XmppSaslMechanism *mechanism,
                            const char *field,
                            GError **error);
/* A name or a password, prepared by SASLprep; to be freed by xmpp_secret_free(). What is
 * prohibited or leaves nothing is XMPP_SASL_ERROR_MALFORMED_REQUEST; @family and @what go
 * into the text. */
char *sasl_account_prepare (const char *family,
                            const char *text,
                            const char *what,
                            GError **error);

G_END_DECLS
