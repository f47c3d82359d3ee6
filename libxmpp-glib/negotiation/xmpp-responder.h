/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "negotiation/xmpp-feature.h"

G_BEGIN_DECLS

/* The mirror of XmppNegotiator: reads the header, writes the offers, reads one element, lets
 * the feature with its namespace respond, until all of @goal is there. */
#define XMPP_TYPE_RESPONDER (xmpp_responder_get_type ())
G_DECLARE_FINAL_TYPE (XmppResponder, xmpp_responder, XMPP, RESPONDER, GObject)

/* The features of a stream for @domain: one of those that are ours, as it was given there.
 * (transfer full) (element-type XmppFeature) */
typedef GPtrArray *(*XmppMakeOffersFunc) (XmppStream *stream,
                                          const char *domain,
                                          gpointer user_data);

/* @domains: prepared; which "to" are ours; the first header fixes it, and @make_offers is called once */
XmppResponder *xmpp_responder_new (XmppStream *stream,
                                   const char *const *domains,
                                   XmppMakeOffersFunc make_offers,
                                   gpointer user_data,
                                   XmppStreamState goal);
/* @report: (nullable): for the steps */
void xmpp_responder_set_report (XmppResponder *responder, XmppReport *report);
/* (element-type XmppFeature) (nullable): NULL before the first header was answered */
GPtrArray *xmpp_responder_get_features (XmppResponder *responder);
void xmpp_responder_run_async (XmppResponder *responder,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean xmpp_responder_run_finish (XmppResponder *responder,
                                    GAsyncResult *result,
                                    GError **error);

G_END_DECLS
