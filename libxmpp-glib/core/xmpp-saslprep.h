/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-prepare-private.h"

G_BEGIN_DECLS

/* The two stringprep profiles (RFC 3454) that SASL uses, for queries: characters that
 * Unicode 3.2 did not know are let through. On success *@result is the prepared text
 * (transfer full), else NULL. */
/* RFC 4013 */
XmppPrepareFault xmpp_saslprep (const char *text, gsize length, char **result);
/* RFC 4505 §3 */
XmppPrepareFault xmpp_saslprep_trace (const char *text, gsize length, char **result);

G_END_DECLS
