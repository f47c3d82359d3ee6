/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-limits-private.h"
#include "core/xmpp-report-private.h"
#include "tls/xmpp-tls-parameters.h"
#include "transport/xmpp-candidate.h"

G_BEGIN_DECLS

/* What all attempts of one connector share; the members may be NULL but for limits. */
typedef struct
{
  GProxyResolver *resolver;
  XmppTlsParameters *tls; /* for direct TLS, ALPN included */
  XmppLimits *limits;
  XmppReport *report;
  const gboolean *lost; /* another one has won, what is cancelled then is no failure */
} XmppAttemptSettings;

/* One candidate, from the name of its host to TCP or, where it is for direct TLS, to a
 * verified TLS connection; under its own deadlines, with its own lines in the report. Any
 * number of attempts may run at the same time; one that is cancelled closes what it has.
 */
void xmpp_attempt_async (XmppCandidate *candidate,
                         const XmppAttemptSettings *settings,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
/* @answered: (out): whether it was connected, even where it has failed */
GIOStream *xmpp_attempt_finish (GAsyncResult *result, gboolean *answered, GError **error);
/* Whether TCP may go through a proxy: then its remote address is not the server's. */
gboolean xmpp_attempt_is_proxied (GSocketConnection *tcp);
/* Whether @io is TCP, not TLS, to this machine. A proxy on this machine leads anywhere. */
gboolean xmpp_attempt_is_on_loopback (GIOStream *io);

G_END_DECLS
