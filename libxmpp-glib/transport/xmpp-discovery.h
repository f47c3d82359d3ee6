/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-limits-private.h"
#include "core/xmpp-report-private.h"
#include "transport/xmpp-srv-records.h"

G_BEGIN_DECLS

/* How TLS may begin there; what is not wanted is not looked up. */
typedef enum
{
  XMPP_DISCOVERY_STARTTLS = 1 << 0,
  XMPP_DISCOVERY_DIRECT_TLS = 1 << 1,
  XMPP_DISCOVERY_BOTH = XMPP_DISCOVERY_STARTTLS | XMPP_DISCOVERY_DIRECT_TLS,
} XmppDiscoveryKinds;

/* A domain to candidates, best first: the SRV records of RFC 6120 §3.2 and XEP-0368, else
 * the domain itself. Asks the default GResolver. */
#define XMPP_TYPE_DISCOVERY (xmpp_discovery_get_type ())
G_DECLARE_FINAL_TYPE (XmppDiscovery, xmpp_discovery, XMPP, DISCOVERY, GObject)

/* @domain: A-labels, or an IP address, with or without brackets; @service: "xmpp-client",
 * "xmpp-server" */
XmppDiscovery *xmpp_discovery_new (const char *domain,
                                   const char *service,
                                   XmppDiscoveryKinds kinds);
/* Who connects through a proxy may know nothing of the network behind it, and does not tell
 * the network before it whom it looks for: then DNS is asked only if @ask_dns. @resolver:
 * (nullable): the default one */
void xmpp_discovery_set_proxy (XmppDiscovery *discovery,
                               GProxyResolver *resolver,
                               gboolean ask_dns);
/* For tests; without it the order of equal records is a new one each time. */
void xmpp_discovery_set_draw (XmppDiscovery *discovery,
                              XmppDrawFunc draw,
                              gpointer user_data);

/* Step "resolve" of the report where DNS is asked, limits resolve_seconds, srv_records,
 * candidates. @limits, @report: (nullable) */
void xmpp_discovery_run_async (XmppDiscovery *discovery,
                               XmppLimits *limits,
                               XmppReport *report,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* Returns: (transfer full) (element-type XmppCandidate): at least one.
 * @doubt: (out) (optional) (nullable): a look-up failed in a way that leaves open whether
 * there are other candidates. Errors: XMPP_CONNECTION_ERROR_NOT_FOUND: the domain says
 * that it does not offer the service; else why nothing is known of it. */
GPtrArray *xmpp_discovery_run_finish (XmppDiscovery *discovery,
                                      GAsyncResult *result,
                                      GError **doubt,
                                      GError **error);

G_END_DECLS
