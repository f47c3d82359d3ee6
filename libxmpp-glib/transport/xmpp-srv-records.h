/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "transport/xmpp-candidate.h"

G_BEGIN_DECLS

/* SRV records of several services, to be tried as if they were one set (RFC 2782, XEP-0368 §3) */
typedef struct _XmppSrvRecords XmppSrvRecords;

/* 32 random bits */
typedef guint32 (*XmppDrawFunc) (gpointer user_data);

/* What a set amounts to */
typedef enum
{
  XMPP_SRV_USABLE,
  XMPP_SRV_REFUSED,  /* ".": the service is not offered */
  XMPP_SRV_UNUSABLE, /* no record names a host and a port */
} XmppSrvVerdict;

XmppSrvRecords *xmpp_srv_records_new (void);
void xmpp_srv_records_free (XmppSrvRecords *records);
/* Takes the best @max of @targets (element-type GSrvTarget), one set. */
XmppSrvVerdict xmpp_srv_records_add (XmppSrvRecords *records,
                                     GList *targets,
                                     gboolean direct_tls,
                                     guint max);
guint xmpp_srv_records_get_length (XmppSrvRecords *records);
/* The first @max of all, by priority, and in the random order that the weights ask for
 * (transfer full) (element-type XmppCandidate). @draw: (nullable): what tests put in the
 * place of chance */
GPtrArray *xmpp_srv_records_order (XmppSrvRecords *records,
                                   guint max,
                                   XmppDrawFunc draw,
                                   gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppSrvRecords, xmpp_srv_records_free)

G_END_DECLS
