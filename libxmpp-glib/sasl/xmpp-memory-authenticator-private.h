/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-account-line.h"
#include "sasl/xmpp-memory-authenticator.h"

G_BEGIN_DECLS

void xmpp_memory_authenticator_add_parsed (XmppMemoryAuthenticator *authenticator,
                                           const XmppAccountLine *line);

G_END_DECLS
