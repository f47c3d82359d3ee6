/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "connection/xmpp-connection.h"
#include "core/xmpp-report-private.h"
#include "stream/xmpp-stream.h"
#include "tls/xmpp-tls-parameters.h"
#include "transport/xmpp-candidate.h"
#include "transport/xmpp-discovery.h"

G_BEGIN_DECLS

typedef struct _XmppDialPlan XmppDialPlan;

/* The features for one connection, in order of preference (transfer full) (element-type
 * XmppFeature): a feature is for one stream, so they are made anew for each. @io is what
 * was connected. */
typedef GPtrArray *(*XmppMakeFeaturesFunc) (XmppConnection *connection,
                                            XmppDialPlan *plan,
                                            GIOStream *io,
                                            XmppReport *report);

/* How one attempt is to be made: made by the subclass, used up by the dialer. */
struct _XmppDialPlan
{
  GPtrArray *candidates;          /* (element-type XmppCandidate), best first */
  XmppDiscovery *discovery;       /* finds them where there are none; nullable */
  GProxyResolver *proxy_resolver; /* nullable */
  XmppTlsParameters *tls;
  const char *content_xmlns;
  char *to, *from, *lang; /* of our stream header; from and lang may be NULL */
  XmppMakeFeaturesFunc make_features;
  XmppStreamState goal;
  gboolean one_by_one;     /* nothing is sent ahead */
  XmppElement *remembered; /* the features of the last visit; nullable */
};

XmppDialPlan *xmpp_dial_plan_new (void);
void xmpp_dial_plan_free (XmppDialPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppDialPlan, xmpp_dial_plan_free)

/* What an attempt came to: a stream that has reached the plan's goal. */
typedef struct
{
  XmppStream *stream;
  GPtrArray *features;       /* (element-type XmppFeature) */
  XmppElement *offer;        /* the last <stream:features/>; nullable */
  XmppElement *secure_offer; /* those before authentication, over TLS; nullable */
} XmppDialResult;

void xmpp_dial_result_free (XmppDialResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppDialResult, xmpp_dial_result_free)

/* Candidates to a negotiated stream. A candidate that fails before TLS is verified is
 * followed by the next; a refused login is final. A wrong guess about the remembered
 * features that cost the stream is made good by dialling again without them. @plan:
 * (transfer full) */
void xmpp_dialer_dial_async (XmppConnection *connection,
                             XmppDialPlan *plan,
                             XmppReport *report,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
XmppDialResult *xmpp_dialer_dial_finish (GAsyncResult *result, GError **error);

G_END_DECLS
