/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-buffer.h"
#include "stream/xmpp-parser.h"
#include "stream/xmpp-stream.h"

G_BEGIN_DECLS

/* What the files of XmppStream share; nobody else includes this. */

typedef enum
{
  XMPP_OUTPUT_OPEN,
  XMPP_OUTPUT_CLOSING, /* our half is being closed */
  XMPP_OUTPUT_CLOSED,  /* closed, or broken */
} XmppOutputState;

typedef struct
{
  XmppElement *element;
  guint64 end;      /* of its last byte, counted from the start of the stream */
  gboolean awaited; /* its sender waits, and gets an error of its own */
} XmppUnsent;

struct _XmppStream
{
  GObject parent_instance;

  GMainContext *context;
  GIOStream *io;
  GPollableInputStream *input;   /* belongs to io; NULL: cannot be used */
  GPollableOutputStream *output; /* belongs to io; NULL: cannot be used */
  XmppStreamRole role;
  const char *content_xmlns;
  XmppLimits *limits;
  const XmppLimitValues *values;
  XmppStreamState state;
  XmppJid *jid;
  GError *error;    /* what ended the stream */
  char *other_host; /* which the peer's error named */
  gboolean debug;
  guint peer_max_bytes; /* 0: not known */
  guint peer_idle_seconds;

  /* Headers */
  gboolean header_sent;
  gboolean header_seen;
  char *asked; /* the "to" of our header */
  XmppElement *peer_root;
  XmppStreamHeader peer_header; /* in the memory of peer_root */
  GError *header_error; /* reported unless a stream error follows the bad header */

  /* Input */
  XmppParser *parser;
  XmppBuffer leftover; /* read and not yet parsed */
  gboolean
      short_read_is_all; /* a read that fills less than the buffer took all there was */
  gboolean input_over;   /* nothing more can be read */
  gboolean peer_ended;   /* </stream:stream> has come */
  GSource *read_source;
  GSource *wake_source;
  gboolean pumping;
  gboolean feeding; /* the parser is at work */
  gboolean single;  /* … and stops behind each event */
  gint64 last_input;
  GQueue inbox;         /* of XmppElement */
  gsize inbox_bytes;    /* of memory, of these */
  XmppElement *arrived; /* the parser has stopped behind it */
  gboolean end_arrived;

  /* Round trips */
  guint round_trips;
  gboolean flushed;
  gboolean waiting;
  gboolean wait_counted;

  /* Pull */
  GTask *pull; /* the one operation there may be */
  GSource *pull_cancelled;
  gboolean features_aside;
  void (*features_arrived) (XmppStream *stream, gpointer user_data);
  gpointer features_data;
  XmppElement *features;

  /* Output */
  XmppBuffer out;
  guint64 handed_over; /* bytes that the socket has taken */
  XmppUnsent *unsent;  /* a ring; its size is a power of two */
  guint unsent_size;
  guint unsent_first;
  guint unsent_count;
  GSource *write_source;
  GSource *flush_source;
  gint64 last_output;
  GQueue flushes; /* of XmppFlush, by target */
  GError *write_error;
  gboolean end_written;
  XmppOutputState output_state;
  GCancellable *output_cancellable;

  /* Push */
  const XmppStreamSink *sink;
  gpointer sink_data;
  gboolean sink_told; /* of the end */
  gboolean paused;
  const XmppStreamTap *tap;
  gpointer tap_data;

  /* The end */
  GTask *closing;
  GSource *closing_cancelled;
  gboolean io_closed;
};

/* ---- xmpp-stream.c ---- */

/* Whether anybody would see an element, or the log would */
gboolean xmpp_stream_is_shown (XmppStream *self, gboolean sent);
void xmpp_stream_show (XmppStream *self, XmppElement *element, gboolean sent);
void xmpp_stream_renew_parser (XmppStream *self);
void xmpp_stream_clear_source (GSource **source);
/* Attaches @source (transfer full) to the stream's context. */
GSource *xmpp_stream_attach (XmppStream *self,
                             GSource *source,
                             GSourceFunc callback,
                             int priority);

/* ---- xmpp-stream-header.c ---- */

/* The parser has seen the root. */
void xmpp_stream_take_header (XmppStream *self, XmppElement *root);
void xmpp_stream_forget_header (XmppStream *self);

/* ---- xmpp-stream-input.c ---- */

extern const XmppParserSink xmpp_stream_parser_sink;
/* Does all that can be done now: completes what has ended, hands on what has come, reads
 * until there is nothing, flushes, waits. */
void xmpp_stream_pump (XmppStream *self);
/* The same in a later turn of the main loop */
void xmpp_stream_wake (XmppStream *self);

/* ---- xmpp-stream-pull.c ---- */

/* What waits for a reader. @element: (transfer full) */
void xmpp_stream_inbox_push (XmppStream *self, XmppElement *element);
/* @link: of the inbox. Returns: (transfer full) */
XmppElement *xmpp_stream_inbox_take (XmppStream *self, GList *link);
/* @element: (transfer full) */
void xmpp_stream_pull_element (XmppStream *self, XmppElement *element);
/* The peer's header is there. */
void xmpp_stream_pull_header (XmppStream *self);
void xmpp_stream_pull_watch_cancellable (XmppStream *self);
/* Completes the operation with what ended the stream; FALSE: there was none. */
gboolean xmpp_stream_pull_end (XmppStream *self);

/* ---- xmpp-stream-output.c ---- */

/* Writes what the socket takes without waiting; a failure is left in write_error. */
void xmpp_stream_flush_now (XmppStream *self);
/* What was appended goes out although nobody is about to wait for input. */
void xmpp_stream_schedule_flush (XmppStream *self);
/* Completes one waiter that has got what it waits for, or whose stream has ended. */
gboolean xmpp_stream_complete_flush (XmppStream *self);
void xmpp_stream_drop_output (XmppStream *self);
void xmpp_stream_clear_unsent (XmppStream *self);
void xmpp_stream_start_output_close (XmppStream *self);

/* ---- xmpp-stream-error.c ---- */

GError *xmpp_stream_parse_error (XmppStream *self, XmppElement *element);
const char *xmpp_stream_name_peer (XmppStream *self);
/* So much of a peer's text as a message may hold */
char *xmpp_stream_shorten (const char *text);

/* ---- xmpp-stream-close.c ---- */

/* @error: (transfer full). Nothing but the end follows; pump() tells everybody. */
void xmpp_stream_end (XmppStream *self, GError *error);
/* Ends it by xmpp_stream_fail() with a new XMPP_STREAM_ERROR. */
void xmpp_stream_fail_with (XmppStream *self, int code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void xmpp_stream_close_io (XmppStream *self);
/* One step further; FALSE: there is nothing to do now. */
gboolean xmpp_stream_close_step (XmppStream *self);

static inline gboolean
xmpp_stream_has_output (XmppStream *self)
{
  return xmpp_buffer_get_length (&self->out) > 0;
}

G_END_DECLS
