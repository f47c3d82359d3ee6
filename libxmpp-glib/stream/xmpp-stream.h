/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-element.h"
#include "core/xmpp-jid.h"
#include "core/xmpp-limits-private.h"

G_BEGIN_DECLS

/* One XML stream over a GIOStream with pollable halves: parser, writer, the two buffers.
 * All in the main context that was the thread's default when it was made. */
#define XMPP_TYPE_STREAM (xmpp_stream_get_type ())
G_DECLARE_FINAL_TYPE (XmppStream, xmpp_stream, XMPP, STREAM, GObject)

/* The facts about a stream; nobody else keeps them. */
typedef enum
{
  XMPP_STREAM_SECURE = 1 << 0, /* TLS, peer verified */
  XMPP_STREAM_AUTHENTICATED = 1 << 1,
  XMPP_STREAM_BOUND = 1 << 2,
  XMPP_STREAM_RESUMED = 1 << 3,
  XMPP_STREAM_SESSION = 1 << 4, /* RFC 3921's session was asked for and granted */
} XmppStreamState;

typedef enum
{
  XMPP_STREAM_INITIATING,
  XMPP_STREAM_RECEIVING,
} XmppStreamRole;

typedef struct
{
  const char *to, *from, *id, *lang, *version; /* each may be NULL */
} XmppStreamHeader;

/* @content_xmlns: jabber:client, jabber:server, jabber:component:accept */
XmppStream *xmpp_stream_new (GIOStream *io,
                             XmppStreamRole role,
                             const char *content_xmlns,
                             XmppLimits *limits);

GIOStream *xmpp_stream_get_io (XmppStream *stream);
XmppStreamRole xmpp_stream_get_role (XmppStream *stream);
const char *xmpp_stream_get_content_xmlns (XmppStream *stream);
const XmppLimitValues *xmpp_stream_get_limits (XmppStream *stream);
XmppStreamState xmpp_stream_get_state (XmppStream *stream);
/* AUTHENTICATED also lifts the parser's limits. */
void xmpp_stream_add_state (XmppStream *stream, XmppStreamState state);
XmppJid *xmpp_stream_get_jid (XmppStream *stream);
void xmpp_stream_set_jid (XmppStream *stream, XmppJid *jid);
/* Waits for input that followed a flush, so far */
guint xmpp_stream_get_round_trips (XmppStream *stream);
/* What the last elements that came before an error were is the caller's business; the error
 * that ended the stream, or NULL. A peer's </stream:stream> is XMPP_CONNECTION_ERROR_CLOSED. */
const GError *xmpp_stream_get_error (XmppStream *stream);
/* What the peer's <see-other-host/> said, unchecked; NULL: it sent none */
const char *xmpp_stream_get_other_host (XmppStream *stream);

/* What the peer has said it takes (XEP-0478); 0: not known. An element of more than @max_bytes
 * is not written. */
void xmpp_stream_set_peer_limits (XmppStream *stream,
                                  guint max_bytes,
                                  guint idle_seconds);
guint xmpp_stream_get_peer_max_bytes (XmppStream *stream);
guint xmpp_stream_get_peer_idle_seconds (XmppStream *stream);

/* ---- Headers ---- */

/* Appends our header (it leaves with whatever is flushed next). From then on a header is
 * expected from the peer; every operation below reads and checks it first (RFC 6120 §4.7,
 * §4.8: namespace, version, from = our to on each restart). Initiating: "from" is left out
 * unless SECURE. Receiving: call after read_header. */
void xmpp_stream_send_header (XmppStream *stream, const XmppStreamHeader *header);
/* The header of the peer. Valid until the next restart. */
const XmppStreamHeader *xmpp_stream_get_peer_header (XmppStream *stream);
/* Receiving side: waits for it. */
void xmpp_stream_read_header_async (XmppStream *stream,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
const XmppStreamHeader *xmpp_stream_read_header_finish (XmppStream *stream,
                                                        GAsyncResult *result,
                                                        GError **error);
/* The stream starts over on the same bytes: a new parser, no header sent, none seen. Bytes
 * that have arrived stay and go to the new parser. */
void xmpp_stream_restart (XmppStream *stream);
/* The stream starts over on @io (TLS over the old one) and is SECURE if @secure. Fails with
 * XMPP_STREAM_ERROR_TLS_INJECTION where bytes of the peer are still unread (RFC 6120
 * §5.4.3.3); then the stream is closed. */
gboolean xmpp_stream_check_no_input (XmppStream *stream, GError **error);
void xmpp_stream_replace_io (XmppStream *stream, GIOStream *io, gboolean secure);

/* ---- Pull: one operation at a time, a second gets G_IO_ERROR_PENDING ---- */

/* A stream error from the peer, its closing tag, a broken rule: a GError here, once, and in
 * get_error(); later operations get the same. */
void xmpp_stream_read_async (XmppStream *stream,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
XmppElement *xmpp_stream_read_finish (XmppStream *stream,
                                      GAsyncResult *result,
                                      GError **error);

typedef gboolean (*XmppStreamMatchFunc) (XmppElement *element, gpointer user_data);

/* Writes @request (nullable: nothing), then reads the answer: the first element for which
 * @match says TRUE (@match NULL: the first). Another element is an error (bad-format) before
 * BOUND, and goes into the inbox after it. Cancelling abandons the exchange: the stream stays
 * usable, the answer that may still come is for the next reader. @match_data must stay valid
 * until the callback. */
void xmpp_stream_exchange_async (XmppStream *stream,
                                 XmppElement *request,
                                 XmppStreamMatchFunc match,
                                 gpointer match_data,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
XmppElement *xmpp_stream_exchange_finish (XmppStream *stream,
                                          GAsyncResult *result,
                                          GError **error);

/* <stream:features/> of the current stream, kept for the driver instead of being handed to
 * whoever reads, while set_features_aside (TRUE). @arrived (nullable) is called when they
 * come in the middle of somebody's exchange. */
void xmpp_stream_set_features_aside (XmppStream *stream,
                                     gboolean aside,
                                     void (*arrived) (XmppStream *stream,
                                                      gpointer user_data),
                                     gpointer user_data);
/* (transfer full) (nullable) */
XmppElement *xmpp_stream_take_features (XmppStream *stream);

/* ---- Writing: appends; goes out when the stream is about to wait, or at the end of the
 * dispatch in push mode ---- */

/* Seals @element. Errors: G_IO_ERROR_INVALID_ARGUMENT, G_IO_ERROR_INVALID_DATA,
 * XMPP_STANZA_ERROR_POLICY_VIOLATION (larger than the peer takes), XMPP_CONNECTION_ERROR_QUEUE_FULL
 * (output_bytes): nothing is written then, and the stream stays; what ended the stream. */
gboolean xmpp_stream_write (XmppStream *stream, XmppElement *element, GError **error);
/* The same for one who waits for @element and hears of its loss otherwise: steal_unsent()
 * leaves it out. */
gboolean xmpp_stream_write_awaited (XmppStream *stream,
                                    XmppElement *element,
                                    GError **error);
/* Nobody waits for @element any more. */
void xmpp_stream_stop_awaiting (XmppStream *stream, XmppElement *element);
/* Done when all that was written so far has been handed to the socket */
void xmpp_stream_flush_async (XmppStream *stream,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean xmpp_stream_flush_finish (XmppStream *stream,
                                   GAsyncResult *result,
                                   GError **error);
/* (transfer full) (element-type XmppElement): the elements of which not every byte was handed
 * to the socket and that nobody awaits, in order; the stream forgets all of them. */
GPtrArray *xmpp_stream_steal_unsent (XmppStream *stream);

/* ---- Push: when the stream is open ---- */

typedef struct
{
  /* @element: (transfer none), sealed. May write, close, abort, take the sink away. */
  void (*element) (XmppElement *element, gpointer user_data);
  /* Once, last: NULL after the peer's </stream:stream> */
  void (*ended) (const GError *error, gpointer user_data);
} XmppStreamSink;

/* Hands over the inbox first, then what arrives, until NULL is set again. */
void xmpp_stream_set_sink (XmppStream *stream,
                           const XmppStreamSink *sink,
                           gpointer user_data);
/* Back-pressure */
void xmpp_stream_set_paused (XmppStream *stream, gboolean paused);
gboolean xmpp_stream_is_paused (XmppStream *stream);
/* The peer's last byte came at (g_get_monotonic_time()) */
gint64 xmpp_stream_get_last_input (XmppStream *stream);
/* The same for the last byte that the socket has taken from us */
gint64 xmpp_stream_get_last_output (XmppStream *stream);
/* Called by the liveness tick after ≥ 10 s of silence: frees the parser */
void xmpp_stream_sleep (XmppStream *stream);

/* Every element sent and received, for consoles and signals; the headers too, as an element
 * "stream" without content. */
typedef struct
{
  /* Is anybody looking? Asked for each element, since masking costs (nullable: always) */
  gboolean (*wants) (gboolean sent, gpointer user_data);
  /* @element: its secrets are masked */
  void (*show) (XmppElement *element, gboolean sent, gpointer user_data);
} XmppStreamTap;

/* @tap: must outlive the stream; NULL switches it off */
void xmpp_stream_set_tap (XmppStream *stream,
                          const XmppStreamTap *tap,
                          gpointer user_data);

/* ---- The end ---- */

/* A rule was broken by the peer: appends <stream:error/> with the condition of @error
 * (XMPP_STREAM_ERROR; others become undefined-condition, local members policy-violation) and
 * the closing tag, tries to write both without waiting, and ends the stream with @error. */
void xmpp_stream_fail (XmppStream *stream, const GError *error);
/* Appends <stream:error/> with the condition of @error alone: what was written before it is
 * still delivered, and close_async() is next. */
void xmpp_stream_write_error (XmppStream *stream, const GError *error);
/* Appends </stream:stream>; nothing can be written afterwards; reading goes on. */
void xmpp_stream_write_end (XmppStream *stream);
/* write_end if need be, flush, read and hand on until the peer's end, then close our half
 * (close_notify) and the socket. The caller's cancellable is the deadline. Succeeds where the
 * peer's closing tag came. Works with a sink (elements go there) and without. */
void xmpp_stream_close_async (XmppStream *stream,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean xmpp_stream_close_finish (XmppStream *stream,
                                   GAsyncResult *result,
                                   GError **error);
/* After fail(): the peer may still be sending, and a connection that is closed over that is
 * reset, which takes our last words along. So what comes is thrown away until the peer closes,
 * for at most @seconds. The stream keeps itself alive for that; where there is nothing to wait
 * for, or the peer does not even read, it is aborted. */
void xmpp_stream_linger (XmppStream *stream, guint seconds);
/* At once, without a word; pending operations get XMPP_CONNECTION_ERROR_CLOSED */
void xmpp_stream_abort (XmppStream *stream);

G_END_DECLS
