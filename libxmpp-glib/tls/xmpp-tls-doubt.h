/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "tls/xmpp-certificate-request-private.h"

G_BEGIN_DECLS

/* What all handshakes of one attempt to connect have met, for whoever may ask a person
 * afterwards. Belongs to the thread of the attempt. */
typedef struct
{
  gatomicrefcount ref_count;
  gboolean passed;                 /* one of them has succeeded */
  XmppCertificateRequest *request; /* about the first certificate that a person could
                                    * accept; nullable */
} XmppTlsDoubt;

XmppTlsDoubt *xmpp_tls_doubt_new (void);
XmppTlsDoubt *xmpp_tls_doubt_ref (XmppTlsDoubt *doubt);
void xmpp_tls_doubt_unref (XmppTlsDoubt *doubt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppTlsDoubt, xmpp_tls_doubt_unref)

/* @doubt: (nullable); @request: (transfer full) */
void xmpp_tls_doubt_add (XmppTlsDoubt *doubt, XmppCertificateRequest *request);

G_END_DECLS
