/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "connection/xmpp-connection.h"
#include "connection/xmpp-dialer.h"
#include "connection/xmpp-handler-table.h"
#include "connection/xmpp-liveness.h"
#include "connection/xmpp-receive-queue.h"
#include "connection/xmpp-request-table.h"
#include "core/xmpp-deadline.h"
#include "core/xmpp-limits-private.h"
#include "core/xmpp-report-private.h"
#include "stream/xmpp-stream.h"

G_BEGIN_DECLS

/* What a subclass supplies; private, since streams and features are. */
typedef struct _XmppConnectionOps
{
  /* Comes to a stream that is ready for stanzas. @report: for its steps */
  void (*dial_async) (XmppConnection *connection,
                      XmppReport *report,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  XmppDialResult *(*dial_finish) (XmppConnection *connection,
                                  GAsyncResult *result,
                                  GError **error);
  /* Nullable: the stream is open: first stanzas, what to remember */
  void (*opened) (XmppConnection *connection, XmppDialResult *dialled);
  /* Nullable: the last stanzas before the closing tag. @status: (nullable) */
  void (*farewell) (XmppConnection *connection, const char *status);
  /* Nullable: a stanza has come, and is not looked at yet. TRUE: it goes no further; it may be
   * stamped, and the connection may be ended in here */
  gboolean (*take) (XmppConnection *connection, XmppStanza *stanza);
  /* Nullable: @stanza is about to be sent. (transfer full): what is sent in its place, mostly
   * itself; NULL with an error: nothing */
  XmppStanza *(*stamp) (XmppConnection *connection, XmppStanza *stanza, GError **error);
} XmppConnectionOps;

/* The object's state, for the files of XmppConnection: xmpp-connection.c has the type,
 * -open.c, -send.c, -routing.c and -close.c one part of its life each. */
typedef struct
{
  XmppConnectionState state;
  GError *error;   /* why it was closed last */
  GThread *thread; /* the one that opened it; others are refused */

  XmppLimits *limits;
  const XmppLimitValues *limit; /* of @limits */
  XmppReport *report;
  XmppDeadline *opening;     /* the attempt that is under way */
  gboolean told_open;        /* "opened" was emitted, so "closed" is due */
  XmppTlsDoubt *doubt;       /* what this dialling has met; NULL: nobody will be asked */
  GTlsCertificate *asked;    /* somebody is, about this one */
  GTlsCertificate *accepted; /* for this attempt */

  XmppStream *stream;  /* while OPEN and CLOSING */
  GPtrArray *features; /* (element-type XmppFeature) those that listen to the stream */
  XmppElement *offer;
  XmppJid *jid;

  XmppHandlerTable *handlers;
  XmppRequestTable *requests;
  XmppReceiveQueue *queue;
  XmppStanzaKind queue_kinds;
  XmppLiveness *liveness;

  gpointer leaving; /* the stream on which the last stanzas are being sent */
  XmppDeadline *closing;
  GQueue closers; /* of GTask: calls of close_async() */
  guint holds;    /* what closing waits for beyond the stream */
  GQueue held;    /* of GTask: calls that wait for nothing else any more */
  GSource *hold_timer;
} XmppConnectionPrivate;

enum
{
  XMPP_CONNECTION_SIGNAL_OPENED,
  XMPP_CONNECTION_SIGNAL_CLOSED,
  XMPP_CONNECTION_SIGNAL_MESSAGE,
  XMPP_CONNECTION_SIGNAL_PRESENCE,
  XMPP_CONNECTION_SIGNAL_IQ,
  XMPP_CONNECTION_SIGNAL_UNDELIVERED,
  XMPP_CONNECTION_SIGNAL_ACCEPT_CERTIFICATE,
  XMPP_CONNECTION_SIGNAL_ELEMENT_SENT,
  XMPP_CONNECTION_SIGNAL_ELEMENT_RECEIVED,
  XMPP_CONNECTION_N_SIGNALS,
};
extern guint xmpp_connection_signals[XMPP_CONNECTION_N_SIGNALS];

XmppConnectionPrivate *xmpp_connection_get_private (XmppConnection *connection);

/* xmpp-connection.c */
void xmpp_connection_set_state (XmppConnection *connection, XmppConnectionState state);
void xmpp_connection_set_jid (XmppConnection *connection, XmppJid *jid);
/* Refuses the wrong thread. */
gboolean xmpp_connection_check_thread (XmppConnection *connection, GError **error);

/* xmpp-connection-send.c: what is sent in the place of @stanza (transfer full) */
XmppStanza *xmpp_connection_stamp (XmppConnection *connection,
                                   XmppStanza *stanza,
                                   GError **error);

/* xmpp-connection-trust.c: what handshakes of this connection are told, and tell */
void xmpp_connection_prepare_tls (XmppConnection *connection,
                                  XmppTlsParameters *parameters);
/* After a dialling that has failed: whether it would help to accept a certificate */
gboolean xmpp_connection_has_doubt (XmppConnection *connection);
/* TRUE: accepted, dial again; FALSE without an error: rejected */
void xmpp_connection_ask_certificate_async (XmppConnection *connection,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
gboolean xmpp_connection_ask_certificate_finish (XmppConnection *connection,
                                                 GAsyncResult *result,
                                                 GError **error);
/* What was accepted was for one attempt. */
void xmpp_connection_forget_certificates (XmppConnection *connection);

/* xmpp-connection-routing.c: what an open stream hands its elements to */
extern const XmppStreamSink xmpp_connection_sink;
/* and what shows them to those who look */
extern const XmppStreamTap xmpp_connection_tap;
/* An iq that answers one of our own requests is handed to who waits. FALSE: it does not */
gboolean xmpp_connection_take_reply (XmppConnection *connection, XmppStanza *stanza);
/* Reading goes on or stops, as the application's queue is. */
void xmpp_connection_update_paused (XmppConnection *connection);

/* xmpp-connection-close.c: the stream has ended, with @error (nullable) or politely */
void xmpp_connection_end (XmppConnection *connection, const GError *error);
/* The peer has said goodbye, or we have: the rest of the polite close */
void xmpp_connection_finish_stream (XmppConnection *connection,
                                    GCancellable *cancellable);
/* Something is under way that is lost when the process ends: close_async() does not return
 * before it is released, or close_seconds have passed. The two nest. */
void xmpp_connection_hold_close (XmppConnection *connection);
void xmpp_connection_release_close (XmppConnection *connection);

G_END_DECLS
