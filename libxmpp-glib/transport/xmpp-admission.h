/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-limits-private.h"

G_BEGIN_DECLS

/* Who may come in: counts connections, in total and per address (of IPv6 per /64, which is what
 * one customer has), those among them that have not logged in, how many are new, and logins that
 * failed. It only counts: times are the caller's, in microseconds that never go back. The bounds
 * are those of the XmppLimits, which may change meanwhile. */
typedef struct _XmppAdmission XmppAdmission;
/* A connection that was let in */
typedef struct _XmppVisit XmppVisit;

/* @limits: a reference is kept */
XmppAdmission *xmpp_admission_new (XmppLimits *limits);
/* Visits may outlive it. */
void xmpp_admission_free (XmppAdmission *admission);

/* NULL: it is to be closed, without a word. Errors: XMPP_CONNECTION_ERROR_POLICY, in words that
 * name the address and the bound */
XmppVisit *xmpp_admission_enter (XmppAdmission *admission,
                                 GInetAddress *address,
                                 gint64 now,
                                 GError **error);
/* Whether one more is too much, wherever it comes from: then listeners pause until it is FALSE
 * again, which is only after a visit has logged in or ended. */
gboolean xmpp_admission_is_full (XmppAdmission *admission);
guint xmpp_admission_get_n_visits (XmppAdmission *admission);

/* It has logged in: no longer one of those that have not. */
void xmpp_visit_log_in (XmppVisit *visit);
/* A login failed. FALSE: the last one that the address had; its streams are to be closed with
 * policy-violation, and for an hour after its first failure no connection of it is let in. */
gboolean xmpp_visit_fail (XmppVisit *visit, gint64 now);
/* The connection is gone. */
void xmpp_visit_end (XmppVisit *visit, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppAdmission, xmpp_admission_free)

G_END_DECLS
