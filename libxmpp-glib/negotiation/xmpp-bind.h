/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-feature.h"

G_BEGIN_DECLS

/* RFC 6120 §7. The bound JID becomes the stream's. */
#define XMPP_TYPE_BIND (xmpp_bind_get_type ())
G_DECLARE_FINAL_TYPE (XmppBind, xmpp_bind, XMPP, BIND, XmppFeature)

/* @account: the bare JID that the result must have; NULL: anonymous, any local part of
 * @domain. @resource: NULL: the server chooses */
XmppFeature *xmpp_bind_new_initiating (XmppJid *account,
                                       const char *domain,
                                       const char *resource);
/* Receiving side: @choose (nullable: what was asked for, or a random one) gets the resource
 * asked for (nullable) and returns the full JID, or a XMPP_STANZA_ERROR: conflict,
 * bad-request, not-allowed, resource-constraint. */
typedef XmppJid *(*XmppBindChooseFunc) (XmppStream *stream,
                                        const char *resource,
                                        gpointer user_data,
                                        GError **error);
XmppFeature *xmpp_bind_new_receiving (XmppBindChooseFunc choose, gpointer user_data);

G_END_DECLS
