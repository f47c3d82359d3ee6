/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-report-private.h"
#include "stream/xmpp-stream.h"

G_BEGIN_DECLS

/* XEP-0114: what a component and its server do in the place of features, TLS and SASL. It is
 * no feature, for such a stream has none. Afterwards the stream is AUTHENTICATED and BOUND,
 * and its address is the component's domain. */

/* The component. @domain: its own. Steps “stream” and “handshake” of @report (nullable).
 * Errors: XMPP_STREAM_ERROR (not-authorized: the secret is wrong), with what to do in the
 * message; XMPP_CONNECTION_ERROR_TIMED_OUT. */
void xmpp_component_handshake_async (XmppStream *stream,
                                     XmppJid *domain,
                                     const char *secret,
                                     XmppReport *report,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean xmpp_component_handshake_finish (XmppStream *stream,
                                          GAsyncResult *result,
                                          GError **error);

/* What the server knows of a domain (prepared): its secret, which is copied; NULL or empty: it is
 * not to be let in, with the stream error @error, or host-unknown without one. */
typedef const char *(*XmppComponentLookup) (const char *domain,
                                            gpointer user_data,
                                            GError **error);

/* The server: the header under header_seconds, and one attempt. Whoever is refused has been told
 * with a stream error, which is the error here. @lookup is called before the first callback. */
void xmpp_component_respond_async (XmppStream *stream,
                                   XmppComponentLookup lookup,
                                   gpointer lookup_data,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean xmpp_component_respond_finish (XmppStream *stream,
                                        GAsyncResult *result,
                                        GError **error);

G_END_DECLS
