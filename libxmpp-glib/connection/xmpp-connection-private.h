/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "connection/xmpp-connection.h"
#include "core/xmpp-report-private.h"
#include "stream/xmpp-stream.h"
#include "tls/xmpp-tls-parameters.h"
#include "transport/xmpp-candidate.h"

G_BEGIN_DECLS

/* How one attempt is to be made: made by the subclass, used up by XmppDialer. */
typedef struct
{
  GPtrArray *candidates; /* (element-type XmppCandidate) */
  GProxyResolver *proxy_resolver; /* nullable */
  XmppTlsParameters *tls;
  const char *content_xmlns;
  char *to, *from, *lang;
  /* The features for one candidate, in order of preference (transfer full); fresh at each
   * call, since a feature is for one connection */
  GPtrArray *(*make_features) (XmppConnection *connection,
                               XmppCandidate *candidate,
                               XmppReport *report);
  XmppStreamState goal;
  XmppElement *remembered; /* nullable */
} XmppDialPlan;

void xmpp_dial_plan_free (XmppDialPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppDialPlan, xmpp_dial_plan_free)

/* What a subclass supplies; private, since streams and features are. */
typedef struct _XmppConnectionOps
{
  /* May ask the state store first */
  void (*plan_async) (XmppConnection *connection,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  XmppDialPlan *(*plan_finish) (XmppConnection *connection,
                                GAsyncResult *result,
                                GError **error);
  /* The stream is bound: first stanzas, what to save. */
  void (*opened) (XmppConnection *connection, XmppStream *stream);
} XmppConnectionOps;

G_END_DECLS
