/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Two ends in memory, joined like the ends of a connection: pollable, asynchronous,
 * blocking where a thread asks for it (so GTlsConnection works on top), with half-close
 * and EOF. */
#define XMPP_TEST_TYPE_STREAM (xmpp_test_stream_get_type ())
G_DECLARE_FINAL_TYPE (XmppTestStream, xmpp_test_stream, XMPP_TEST, STREAM, GIOStream)

typedef enum
{
  XMPP_TEST_BYTES_WHOLE,  /* as written */
  XMPP_TEST_BYTES_ONE,    /* read byte by byte */
  XMPP_TEST_BYTES_HALVES, /* every write takes half */
  XMPP_TEST_BYTES_RANDOM, /* reads and writes of 1 to 64 bytes */
  XMPP_TEST_BYTES_LAST,
} XmppTestBytes;

void xmpp_test_stream_pair (GIOStream **a, GIOStream **b);
/* A new pair for a fake TLS layer: @a goes on with the settings and counters of @base. */
void xmpp_test_stream_pair_over (GIOStream *base, GIOStream **a, GIOStream **b);

/* All of these say how the given end behaves. */
void xmpp_test_stream_set_bytes (GIOStream *stream, XmppTestBytes bytes, guint32 seed);
/* So many written bytes may be on the way; 0: each write blocks. */
void xmpp_test_stream_set_capacity (GIOStream *stream, gsize capacity);
/* The @n-th operation (read, write, flush, close; from 1; those that would block are not
 * counted) fails with @error, once. 0: none. */
void xmpp_test_stream_fail_at (GIOStream *stream, guint n, const GError *error);
guint xmpp_test_stream_get_operations (GIOStream *stream);
/* Writes that took bytes, so far */
guint xmpp_test_stream_get_writes (GIOStream *stream);
/* Bytes written by the other end and not yet read */
gsize xmpp_test_stream_get_unread (GIOStream *stream);
/* The other end reads what is on the way, then @error. */
void xmpp_test_stream_break (GIOStream *stream, const GError *error);

G_END_DECLS
