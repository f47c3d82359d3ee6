/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

#include "xmpp-test-stream.h"

G_BEGIN_DECLS

/* What one end of a pair has been told to do, and what it has done. A fake TLS layer
 * shares it with the stream below, so that operations are counted through. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex mutex;
  XmppTestBytes bytes;
  GRand *random;
  gboolean hesitant;
  gboolean hesitated;
  guint fail_at;
  GError *fault;
  guint operations;
  guint writes;
} XmppTestControls;

XmppTestControls *xmpp_test_controls_new (void);
XmppTestControls *xmpp_test_controls_ref (XmppTestControls *controls);
void xmpp_test_controls_unref (XmppTestControls *controls);
/* How many of @length bytes go in one piece */
gsize xmpp_test_controls_cut (XmppTestControls *controls, gsize length, gboolean writing);
/* Counts an operation; FALSE with the fault where it is the one that fails */
gboolean xmpp_test_controls_operate (XmppTestControls *controls, GError **error);

/* One direction between two ends; may be used from two threads. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex mutex;
  GCond cond;
  GByteArray *bytes;
  gsize capacity;
  gboolean writer_gone;
  gboolean reader_gone;
  GError *broken;
  GList *sources; /* of those who wait for a change */
} XmppTestPipe;

XmppTestPipe *xmpp_test_pipe_new (void);
XmppTestPipe *xmpp_test_pipe_ref (XmppTestPipe *pipe);
void xmpp_test_pipe_unref (XmppTestPipe *pipe);
gssize xmpp_test_pipe_read (XmppTestPipe *pipe,
                            XmppTestControls *controls,
                            void *buffer,
                            gsize length,
                            GCancellable *cancellable,
                            gboolean block,
                            GError **error);
gssize xmpp_test_pipe_write (XmppTestPipe *pipe,
                             XmppTestControls *controls,
                             const void *buffer,
                             gsize length,
                             GCancellable *cancellable,
                             gboolean block,
                             GError **error);
void xmpp_test_pipe_close_writer (XmppTestPipe *pipe);
void xmpp_test_pipe_close_reader (XmppTestPipe *pipe);
void xmpp_test_pipe_break (XmppTestPipe *pipe, const GError *error);
gboolean xmpp_test_pipe_is_ready (XmppTestPipe *pipe, gboolean for_writing);
GSource *xmpp_test_pipe_create_source (XmppTestPipe *pipe, gboolean for_writing);

/* Of an end, for those who outlive it */
XmppTestControls *xmpp_test_stream_get_controls (GIOStream *stream);
gboolean xmpp_test_stream_is_joined_to (GIOStream *stream, GIOStream *other);

G_END_DECLS
