/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-report-private.h"
#include "sasl/xmpp-credential.h"
#include "sasl/xmpp-sasl-selection.h"

G_BEGIN_DECLS

/* What a login may still try, best first: what the policy has chosen of the server's
 * offer, without what the server has refused, and without what would reveal more than
 * what was tried before: who stands between us and the server can send any failure. Each
 * mechanism gets its line in the report. */
typedef struct _XmppSaslShortlist XmppSaslShortlist;

XmppSaslShortlist *xmpp_sasl_shortlist_new (XmppSaslRegistry *registry,
                                            XmppSaslPolicy *policy,
                                            XmppCredential *credential,
                                            XmppReport *report);
void xmpp_sasl_shortlist_free (XmppSaslShortlist *list);

/* (nullable) */
XmppReport *xmpp_sasl_shortlist_get_report (XmppSaslShortlist *list);
/* As the policy says */
gboolean xmpp_sasl_shortlist_accepts_weaker (XmppSaslShortlist *list);
/* What the last login of the account was; NULL: nothing is known. Before fill() */
void xmpp_sasl_shortlist_set_baseline (XmppSaslShortlist *list,
                                       const XmppSaslBaseline *baseline);
/* (transfer full): what the next login is to be compared with, after set_used().
 * @proves_offer: the server has proven its lists */
XmppSaslBaseline *xmpp_sasl_shortlist_dup_baseline (XmppSaslShortlist *list,
                                                    gboolean proves_offer);

/* What was tried before stays known. @offer: what is refused, the last login and what the
 * credential has for this one is filled in here. Errors: as of xmpp_sasl_select() */
gboolean xmpp_sasl_shortlist_fill (XmppSaslShortlist *list,
                                   XmppSaslOffer *offer,
                                   GError **error);
/* The best one left, belongs to the list; NULL: there is none */
XmppSaslChoice *xmpp_sasl_shortlist_peek (XmppSaslShortlist *list);

/* Why it is not bound to the channel; NULL: it is */
const char *xmpp_sasl_shortlist_get_why_not_bound (XmppSaslShortlist *list);

/* What has become of the best one. Nothing was sent, it cannot be used here: */
void xmpp_sasl_shortlist_pass_over (XmppSaslShortlist *list, const GError *error);
/* It was tried, and has failed: */
void xmpp_sasl_shortlist_set_tried (XmppSaslShortlist *list, const GError *failure);
/* The same, and it is not to be tried again: */
void xmpp_sasl_shortlist_refuse (XmppSaslShortlist *list);
/* It has succeeded: */
void xmpp_sasl_shortlist_set_used (XmppSaslShortlist *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppSaslShortlist, xmpp_sasl_shortlist_free)

G_END_DECLS
