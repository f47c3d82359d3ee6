/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-error.h"
#include "stream/xmpp-stream.h"

G_BEGIN_DECLS

/* How to wait for an element; only read until the call returns. */
typedef struct
{
  const char *step; /* for the message: "sasl" */
  const char *peer;
  XmppStreamMatchFunc match; /* as of xmpp_stream_exchange_async() */
  gpointer match_data;
} XmppExchange;

/* One exchange under an absolute deadline of exchange_seconds: progress in bytes does not
 * extend it. @request: (nullable): only read. Errors: XMPP_CONNECTION_ERROR_TIMED_OUT with
 * step and peer; those of the stream. */
void xmpp_exchange_async (XmppStream *stream,
                          XmppElement *request,
                          const XmppExchange *exchange,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
XmppElement *xmpp_exchange_finish (XmppStream *stream,
                                   GAsyncResult *result,
                                   GError **error);

/* Sends the stream error @condition, ends the stream with it and returns it. */
GError *xmpp_exchange_fail (XmppStream *stream,
                            XmppStreamError condition,
                            const char *format,
                            ...) G_GNUC_PRINTF (3, 4);
/* Receiving side: what is to be returned in place of @error (transfer full). A peer that has been
 * silent for too long is told why it is let go. */
GError *xmpp_exchange_tell_silence (XmppStream *stream, GError *error);

G_END_DECLS
