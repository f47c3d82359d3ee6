/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-feature.h"

G_BEGIN_DECLS

/* RFC 3921 §3: asked for only where it is offered and not <optional/>. */
#define XMPP_TYPE_LEGACY_SESSION (xmpp_legacy_session_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppLegacySession, xmpp_legacy_session, XMPP, LEGACY_SESSION, XmppFeature)

XmppFeature *xmpp_legacy_session_new (void);

G_END_DECLS
