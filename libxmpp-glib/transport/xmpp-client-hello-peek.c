/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-client-hello.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* Where the kernel says that there is something to read, and it is what was there before */
#define RETRY_MILLISECONDS 50

typedef struct
{
  GSocket *socket;
  gsize seen;
  gboolean raised; /* SO_RCVLOWAT */
} Peek;

/* The steps, in the order in which they run. */
static void look (GTask *task);
static gboolean readable_cb (GSocket *socket, GIOCondition condition, gpointer user_data);
static gboolean retry_cb (gpointer user_data);

/* Without it a socket with half a hello would be readable all the time. */
static void
set_wanted (Peek *self, gsize length)
{
  self->raised =
      g_socket_set_option (self->socket, SOL_SOCKET, SO_RCVLOWAT, (int) length, NULL);
}

static void
peek_free (Peek *self)
{
  g_object_unref (self->socket);
  g_free (self);
}

void
xmpp_client_hello_peek_async (GSocket *socket,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Peek *self;

  g_return_if_fail (G_IS_SOCKET (socket));

  task = g_task_new (socket, cancellable, callback, user_data);
  g_task_set_source_tag (task, xmpp_client_hello_peek_async);

  self = g_new0 (Peek, 1);
  self->socket = g_object_ref (socket);
  g_task_set_task_data (task, self, (GDestroyNotify) peek_free);

  look (task);
}

XmppClientHello *
xmpp_client_hello_peek_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, xmpp_client_hello_peek_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
finish (GTask *task, XmppClientHello *hello, GError *error)
{
  Peek *self = g_task_get_task_data (task);

  if (self->raised)
    set_wanted (self, 1);
  if (hello != NULL)
    g_task_return_pointer (task, hello, (GDestroyNotify) xmpp_client_hello_free);
  else
    g_task_return_error (task, error);
}

static void
attach (GTask *task, GSource *source, const char *name, GSourceFunc callback)
{
  g_source_set_static_name (source, name);
  g_task_attach_source (task, source, callback);
  g_source_unref (source);
}

static void
wait_for_more (GTask *task)
{
  Peek *self = g_task_get_task_data (task);

  set_wanted (self, self->seen + 1);
  attach (task,
          g_socket_create_source (self->socket, G_IO_IN, g_task_get_cancellable (task)),
          "xmpp: ClientHello", G_SOURCE_FUNC (readable_cb));
}

/* That the peer has hung up looks like more bytes, which do not come. */
static gboolean
has_hung_up (GSocket *socket)
{
  struct pollfd fd = { .fd = g_socket_get_fd (socket), .events = POLLRDHUP };

  return poll (&fd, 1, 0) == 1;
}

static GError *
new_error (int error_number, const char *message)
{
  return g_error_new (G_IO_ERROR, g_io_error_from_errno (error_number),
                      "The first bytes of TLS cannot be read: %s", message);
}

static void
judge (GTask *task, const guint8 *data, gsize length)
{
  Peek *self = g_task_get_task_data (task);
  XmppClientHello *hello = NULL;
  XmppClientHelloState state = xmpp_client_hello_parse (data, length, &hello);

  self->seen = length;
  if (state == XMPP_CLIENT_HELLO_COMPLETE)
    finish (task, hello, NULL);
  else if (state == XMPP_CLIENT_HELLO_INCOMPLETE)
    wait_for_more (task);
  else
    finish (task, NULL,
            g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_NOT_TLS,
                                 "The client did not begin with TLS, which is what this "
                                 "port is for"));
}

static void
look (GTask *task)
{
  Peek *self = g_task_get_task_data (task);
  guint8 data[XMPP_CLIENT_HELLO_MAX];
  GError *error = NULL;
  gssize length;
  int error_number;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      finish (task, NULL, error);
      return;
    }

  /* Not through GSocket: it would wait where the application wants it to block. */
  do
    length =
        recv (g_socket_get_fd (self->socket), data, sizeof data, MSG_PEEK | MSG_DONTWAIT);
  while (length < 0 && errno == EINTR);
  error_number = errno;

  if (length < 0 && error_number == EAGAIN)
    wait_for_more (task);
  else if (length < 0)
    finish (task, NULL, new_error (error_number, g_strerror (error_number)));
  else if (length > 0 && (gsize) length > self->seen)
    judge (task, data, length);
  else if (length == 0 || has_hung_up (self->socket))
    finish (task, NULL, new_error (EPIPE, "the client has hung up"));
  else
    attach (task, g_timeout_source_new (RETRY_MILLISECONDS), "xmpp: ClientHello, again",
            retry_cb);
}

static gboolean
readable_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  look (user_data);

  return G_SOURCE_REMOVE;
}

static gboolean
retry_cb (gpointer user_data)
{
  look (user_data);

  return G_SOURCE_REMOVE;
}
