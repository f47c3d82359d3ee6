/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "full-queue.h"

#define WAITING 4

void
full_queue_init (FullQueue *queue, const char *address, guint16 port)
{
  g_autoptr (GSocketAddress)
      wanted = g_inet_socket_address_new_from_string (address, port);
  GSocketFamily family = g_socket_address_get_family (wanted);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  queue->listener =
      g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_socket_set_listen_backlog (queue->listener, 0);
  g_socket_bind (queue->listener, wanted, FALSE, &error);
  g_socket_listen (queue->listener, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (queue->listener, NULL);
  queue->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));

  queue->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < WAITING; i++)
    {
      GSocket *socket =
          g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

      g_socket_set_blocking (socket, FALSE);
      g_socket_connect (socket, bound, NULL, NULL);
      g_ptr_array_add (queue->waiting, socket);
    }
  g_usleep (50000);
}

void
full_queue_clear (FullQueue *queue)
{
  g_ptr_array_unref (queue->waiting);
  g_object_unref (queue->listener);
}
