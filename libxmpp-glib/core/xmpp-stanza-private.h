/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-stanza.h"

G_BEGIN_DECLS

/* Says who has sent a stanza that was just received: nobody else holds it yet, so it may be
 * sealed. */
void xmpp_stanza_stamp (XmppStanza *stanza, XmppJid *from);

G_END_DECLS
