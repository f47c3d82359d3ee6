/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "transport/xmpp-candidate.h"

G_BEGIN_DECLS

/* The text of a <see-other-host/> (RFC 6120 §4.9.3.19): a name, an IPv4 address, an IPv6
 * address in brackets, and perhaps a port; without one it is the usual one. NULL: it is
 * none of these */
XmppCandidate *xmpp_redirect_parse (const char *text, gboolean direct_tls);

G_END_DECLS
