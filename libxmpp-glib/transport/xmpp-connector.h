/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-limits-private.h"
#include "core/xmpp-report-private.h"
#include "tls/xmpp-tls-parameters.h"
#include "transport/xmpp-candidate.h"

G_BEGIN_DECLS

/* Candidates to one GIOStream: TCP with TCP_NODELAY (proxies, IPv6 through
 * GSocketClient); for direct TLS the verified GTlsConnection. They race, with a head start
 * for the better ones; those that have lost are closed. Deadlines connect_seconds and
 * tls_seconds of the limits, per candidate. Steps "connect", "proxy" and "tls" go into the
 * report. */
#define XMPP_TYPE_CONNECTOR (xmpp_connector_get_type ())
G_DECLARE_FINAL_TYPE (XmppConnector, xmpp_connector, XMPP, CONNECTOR, GObject)

/* @resolver: (nullable): the default one. @tls: (nullable): for direct TLS; used with its
 * service as ALPN. @limits: (nullable): the defaults. @report: (nullable) */
XmppConnector *xmpp_connector_new (GProxyResolver *resolver,
                                   XmppTlsParameters *tls,
                                   XmppLimits *limits,
                                   XmppReport *report);
/* For tests: how long a candidate is alone before the next one begins */
void xmpp_connector_set_head_start (XmppConnector *connector, guint milliseconds);
/* @candidates: (element-type XmppCandidate), best first; one call at a time. Errors:
 * G_IO_ERROR, G_TLS_ERROR, G_RESOLVER_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT of the
 * candidate that has come furthest; XMPP_CONNECTION_ERROR_NOT_FOUND where the list is
 * empty. */
void xmpp_connector_connect_async (XmppConnector *connector,
                                   GPtrArray *candidates,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* @winner: (out) (optional) (transfer full); @remaining: (out) (optional) (transfer full):
 * the candidates that have not failed, without it */
GIOStream *xmpp_connector_connect_finish (XmppConnector *connector,
                                          GAsyncResult *result,
                                          XmppCandidate **winner,
                                          GPtrArray **remaining,
                                          GError **error);
/* Whether one of the candidates of the last call was connected, though it may have failed
 * after that */
gboolean xmpp_connector_was_answered (XmppConnector *connector);

G_END_DECLS
