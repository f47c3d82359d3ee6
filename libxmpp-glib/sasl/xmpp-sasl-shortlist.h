/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-report-private.h"
#include "sasl/xmpp-credential.h"
#include "sasl/xmpp-sasl-policy-private.h"

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

/* What was tried before stays known. @offer: what is refused and whether the login is
 * anonymous is filled in here. Errors: XMPP_SASL_ERROR_DOWNGRADE;
 * XMPP_CONNECTION_ERROR_POLICY: the list is empty. */
gboolean xmpp_sasl_shortlist_fill (XmppSaslShortlist *list,
                                   XmppSaslOffer *offer,
                                   GError **error);
/* The best one left, belongs to the list; NULL: there is none */
XmppSaslChoice *xmpp_sasl_shortlist_peek (XmppSaslShortlist *list);

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
