/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-report-private.h"
#include "negotiation/xmpp-feature.h"

G_BEGIN_DECLS

/* Drives the initiating side: opens the stream, reads the offers, lets the first feature that
 * fits negotiate, until all of @goal is there. Knows no feature by name. */
#define XMPP_TYPE_NEGOTIATOR (xmpp_negotiator_get_type ())
G_DECLARE_FINAL_TYPE (XmppNegotiator, xmpp_negotiator, XMPP, NEGOTIATOR, GObject)

/* @features: (element-type XmppFeature), in order of preference. @goal: what must be there at
 * the end; features that still have something to do (session) run before it ends. */
XmppNegotiator *xmpp_negotiator_new (XmppStream *stream,
                                     GPtrArray *features,
                                     XmppStreamState goal,
                                     XmppReport *report);
/* For the headers: to, from (sent when SECURE), lang; each may be NULL but to */
void xmpp_negotiator_set_addresses (XmppNegotiator *negotiator,
                                    const char *to,
                                    const char *from,
                                    const char *lang);
/* <stream:features/> as the peer sent them last time when the stream was SECURE and not yet
 * AUTHENTICATED; NULL: nothing is sent ahead but guessable features */
void xmpp_negotiator_set_remembered (XmppNegotiator *negotiator, XmppElement *features);
/* FALSE: nothing at all is sent ahead. Default: TRUE */
void xmpp_negotiator_set_send_ahead (XmppNegotiator *negotiator, gboolean send_ahead);

/* Where a rule of the stream was broken, the stream error has been sent. Errors: see
 * docs/architecture.md; XMPP_CONNECTION_ERROR_POLICY where the peer offers no way to the
 * goal. */
void xmpp_negotiator_run_async (XmppNegotiator *negotiator,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean xmpp_negotiator_run_finish (XmppNegotiator *negotiator,
                                     GAsyncResult *result,
                                     GError **error);
/* After a failed run: a wrong guess was the reason, and a new connection without remembered
 * features is worth it */
gboolean xmpp_negotiator_was_wrong_guess (XmppNegotiator *negotiator);
/* What to remember: the features before authentication, on a SECURE stream (nullable) */
XmppElement *xmpp_negotiator_get_secure_features (XmppNegotiator *negotiator);
/* The last list that came (nullable) */
XmppElement *xmpp_negotiator_get_features (XmppNegotiator *negotiator);

G_END_DECLS
