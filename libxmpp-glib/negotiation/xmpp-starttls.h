/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-report-private.h"
#include "negotiation/xmpp-feature.h"
#include "tls/xmpp-tls-parameters.h"

G_BEGIN_DECLS

/* RFC 6120 §5 */
#define XMPP_TYPE_STARTTLS (xmpp_starttls_get_type ())
G_DECLARE_FINAL_TYPE (XmppStarttls, xmpp_starttls, XMPP, STARTTLS, XmppFeature)

/* @report: (nullable): for the step "tls" */
XmppFeature *xmpp_starttls_new (XmppTlsParameters *parameters, XmppReport *report);
/* Receiving side: plain text would do, and the offer says so. */
void xmpp_starttls_set_optional (XmppStarttls *starttls, gboolean optional);

/* For tests over memory streams: what stands in for the handshake. It has the contract of
 * xmpp_tls_handshake_async()/finish(), with any GIOStream as result. */
typedef struct
{
  void (*handshake_async) (GIOStream *base,
                           XmppTlsParameters *parameters,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
  GIOStream *(*handshake_finish) (GAsyncResult *result, GError **error);
} XmppTlsEngine;

void xmpp_starttls_set_engine (XmppStarttls *starttls, const XmppTlsEngine *engine);

G_END_DECLS
