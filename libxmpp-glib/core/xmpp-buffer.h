/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that are appended at the end and taken from the front. */
typedef struct
{
  char *data;
  gsize start;
  gsize end;
  gsize size;
  gboolean sensitive; /* wipe what is taken, grown out of or freed */
} XmppBuffer;

void xmpp_buffer_clear (XmppBuffer *buffer);
/* Where @length more bytes may be written; then xmpp_buffer_commit() */
char *xmpp_buffer_reserve (XmppBuffer *buffer, gsize length);
void xmpp_buffer_append (XmppBuffer *buffer, const char *data, gsize length);
void xmpp_buffer_consume (XmppBuffer *buffer, gsize length);
/* Back to an earlier length (an element that turned out to be broken) */
void xmpp_buffer_truncate (XmppBuffer *buffer, gsize length);

static inline void
xmpp_buffer_commit (XmppBuffer *buffer, gsize length)
{
  buffer->end += length;
}

static inline gsize
xmpp_buffer_get_length (const XmppBuffer *buffer)
{
  return buffer->end - buffer->start;
}

static inline const char *
xmpp_buffer_peek (const XmppBuffer *buffer)
{
  return buffer->data + buffer->start;
}

G_END_DECLS
