/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-element.h"

G_BEGIN_DECLS

/* The element as it may be shown in logs and signals: @element itself (a new reference)
 * where nothing in it is secret, else a copy with "[N bytes]" for each secret. Knows auth,
 * response, challenge, success, SASL2's data elements, tokens, handshake, db keys,
 * iq:register passwords, and whatever is marked sensitive. */
XmppElement *xmpp_debug_mask_element (XmppElement *element);

G_END_DECLS
