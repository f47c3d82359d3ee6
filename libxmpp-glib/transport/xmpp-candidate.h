/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* RFC 6120 §14.7. For direct TLS no port is registered: these are the customary ones. */
#define XMPP_PORT_CLIENT 5222
#define XMPP_PORT_CLIENT_DIRECT_TLS 5223
#define XMPP_PORT_SERVER 5269
#define XMPP_PORT_SERVER_DIRECT_TLS 5270

/* One place where the server may be. */
typedef struct
{
  gatomicrefcount ref_count;
  char *host; /* A-labels or an IP address without brackets */
  guint16 port;
  gboolean direct_tls;
  const char *source; /* "given", "srv", "fallback", "redirect" */
} XmppCandidate;

XmppCandidate *xmpp_candidate_new (const char *host,
                                   guint16 port,
                                   gboolean direct_tls,
                                   const char *source);
/* For a host as a person or a peer names it: an IPv6 address may stand in brackets, a name
 * may hold more than ASCII. */
XmppCandidate *xmpp_candidate_new_for_host (const char *host,
                                            guint16 port,
                                            gboolean direct_tls,
                                            const char *source);
XmppCandidate *xmpp_candidate_ref (XmppCandidate *candidate);
void xmpp_candidate_unref (XmppCandidate *candidate);
/* (element-type XmppCandidate), empty; it owns what is put in */
GPtrArray *xmpp_candidate_list_new (void);
/* "xmpp.p.test:5222", "[::1]:5223", for messages */
char *xmpp_candidate_to_string (XmppCandidate *candidate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppCandidate, xmpp_candidate_unref)

G_END_DECLS
