/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-feature.h"

G_BEGIN_DECLS

/* The mirror of XmppNegotiator: reads the header, writes the offers, reads one element, lets
 * the feature with its namespace respond, until all of @goal is there. */
#define XMPP_TYPE_RESPONDER (xmpp_responder_get_type ())
G_DECLARE_FINAL_TYPE (XmppResponder, xmpp_responder, XMPP, RESPONDER, GObject)

/* @domains: which "to" are ours; the first header fixes it */
XmppResponder *xmpp_responder_new (XmppStream *stream,
                                   GPtrArray *features,
                                   const char *const *domains,
                                   XmppStreamState goal);
void xmpp_responder_run_async (XmppResponder *responder,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean xmpp_responder_run_finish (XmppResponder *responder,
                                    GAsyncResult *result,
                                    GError **error);

G_END_DECLS
