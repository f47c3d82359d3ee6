/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "core/xmpp-buffer.h"

#include <string.h>

#include "core/xmpp-secret-private.h"

#define FIRST_SIZE 1024

static void
free_data (XmppBuffer *buffer)
{
  if (buffer->sensitive && buffer->data != NULL)
    xmpp_secret_wipe (buffer->data, buffer->size);
  g_free (buffer->data);
}

void
xmpp_buffer_clear (XmppBuffer *buffer)
{
  gboolean sensitive = buffer->sensitive;

  free_data (buffer);
  memset (buffer, 0, sizeof *buffer);
  buffer->sensitive = sensitive;
}

static void
make_room (XmppBuffer *buffer, gsize length)
{
  gsize used = buffer->end - buffer->start;
  gsize size = MAX (buffer->size, FIRST_SIZE);
  char *data;

  if (length > G_MAXSIZE / 4 || used > G_MAXSIZE / 4)
    g_error ("a buffer of more bytes than there are addresses");
  /* Moving what is left to the front is cheap only while it is the smaller part. */
  while (used + length > size || (size == buffer->size && used > size / 2))
    size *= 2;

  if (size == buffer->size)
    {
      memmove (buffer->data, buffer->data + buffer->start, used);
      if (buffer->sensitive)
        xmpp_secret_wipe (buffer->data + used, buffer->end - used);
    }
  else
    {
      data = g_malloc (size);
      if (used > 0)
        memcpy (data, buffer->data + buffer->start, used);
      free_data (buffer);
      buffer->data = data;
      buffer->size = size;
    }
  buffer->start = 0;
  buffer->end = used;
}

char *
xmpp_buffer_reserve (XmppBuffer *buffer, gsize length)
{
  if (length > buffer->size - buffer->end)
    make_room (buffer, length);
  return buffer->data + buffer->end;
}

void
xmpp_buffer_append (XmppBuffer *buffer, const char *data, gsize length)
{
  if (length == 0)
    return;
  memcpy (xmpp_buffer_reserve (buffer, length), data, length);
  buffer->end += length;
}

void
xmpp_buffer_consume (XmppBuffer *buffer, gsize length)
{
  g_return_if_fail (length <= buffer->end - buffer->start);

  if (buffer->sensitive && length > 0)
    xmpp_secret_wipe (buffer->data + buffer->start, length);
  buffer->start += length;
  if (buffer->start == buffer->end)
    {
      buffer->start = 0;
      buffer->end = 0;
    }
}

void
xmpp_buffer_truncate (XmppBuffer *buffer, gsize length)
{
  gsize used = buffer->end - buffer->start;

  g_return_if_fail (length <= used);

  if (buffer->sensitive && length < used)
    xmpp_secret_wipe (buffer->data + buffer->start + length, used - length);
  buffer->end = buffer->start + length;
  if (length == 0)
    {
      buffer->start = 0;
      buffer->end = 0;
    }
}
