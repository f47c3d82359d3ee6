/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-listener.h"

#include "xmpp-test-loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

typedef struct
{
  XmppListener *listener;
  GPtrArray *accepted;
  GPtrArray *remotes;
  guint wanted;
  void (*next) (gpointer world); /* for the next connection, once */
} World;

static void
accepted_cb (XmppListener *listener,
             GSocketConnection *connection,
             GInetAddress *remote,
             gpointer user_data)
{
  World *world = user_data;
  void (*next) (gpointer world) = world->next;

  g_ptr_array_add (world->accepted, g_object_ref (connection));
  g_ptr_array_add (world->remotes, g_inet_address_to_string (remote));
  world->next = NULL;
  if (next != NULL)
    next (world);
}

static World *
world_new (const char *address)
{
  World *world = g_new0 (World, 1);
  g_autoptr (GError) error = NULL;

  world->accepted = g_ptr_array_new_with_free_func (g_object_unref);
  world->remotes = g_ptr_array_new_with_free_func (g_free);
  world->listener = xmpp_listener_new (address, 0, accepted_cb, world, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (xmpp_listener_get_port (world->listener), !=, 0);
  return world;
}

static void
world_free (World *world)
{
  xmpp_listener_free (world->listener);
  g_ptr_array_unref (world->accepted);
  g_ptr_array_unref (world->remotes);
  g_free (world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

/* Returns at once; where nobody listens, with an error. */
static GSocket *
dial (const char *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress)
      remote = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocket)
      socket = g_socket_new (g_socket_address_get_family (remote), G_SOCKET_TYPE_STREAM,
                             G_SOCKET_PROTOCOL_TCP, NULL);

  g_assert_nonnull (socket);
  if (!g_socket_connect (socket, remote, NULL, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static GSocket *
dial_world (World *world, const char *address)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = dial (address, xmpp_listener_get_port (world->listener), &error);

  g_assert_no_error (error);
  return socket;
}

static gboolean
has_enough (gpointer user_data)
{
  World *world = user_data;

  return world->accepted->len >= world->wanted;
}

static void
wait_accepted (World *world, guint count)
{
  world->wanted = count;
  xmpp_test_run_until_true (has_enough, world, "enough connections");
  g_assert_cmpuint (world->accepted->len, ==, count);
}

static void
test_accept (gconstpointer data)
{
  const char *address = data;
  g_autoptr (World) world = NULL;
  g_autoptr (GPtrArray) dialed = g_ptr_array_new_with_free_func (g_object_unref);
  const guint count = 40;

  world = world_new (address);
  for (guint i = 0; i < count; i++)
    g_ptr_array_add (dialed, dial_world (world, address));
  wait_accepted (world, count);

  for (guint i = 0; i < count; i++)
    {
      GSocket *socket = g_socket_connection_get_socket (world->accepted->pdata[i]);
      g_autoptr (GError) error = NULL;
      int value = 0;
      char byte;

      g_assert_true (
          g_socket_get_option (socket, IPPROTO_TCP, TCP_NODELAY, &value, &error));
      g_assert_no_error (error);
      g_assert_cmpint (value, ==, 1);
      g_assert_false (g_socket_get_keepalive (socket));
      g_assert_cmpstr (world->remotes->pdata[i], ==, address);
      g_assert_cmpint (g_socket_send (socket, "x", 1, NULL, &error), ==, 1);
      g_assert_cmpint (g_socket_receive (dialed->pdata[i], &byte, 1, NULL, &error), ==,
                       1);
      g_assert_no_error (error);
    }
}

/* Who listens on all addresses of IPv6 leaves those of IPv4 to another one. */
static void
test_any_address (void)
{
  g_autoptr (World) six = world_new ("::");
  guint16 port = xmpp_listener_get_port (six->listener);
  g_autoptr (GSocket) dialed = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppListener) four = NULL;

  g_assert_null (dial ("127.0.0.1", port, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_clear_error (&error);

  four = xmpp_listener_new ("0.0.0.0", port, accepted_cb, six, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (xmpp_listener_get_port (four), ==, port);
  dialed = dial ("127.0.0.1", port, &error);
  g_assert_no_error (error);
  wait_accepted (six, 1);
  g_assert_cmpstr (six->remotes->pdata[0], ==, "127.0.0.1");
}

static void
test_errors (void)
{
  const char *const bad[] = { "", "localhost", "127.0.0.1:5222", "[::1]", "1.2.3" };
  g_autoptr (World) world = world_new ("127.0.0.1");
  g_autofree char *port = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (xmpp_listener_new (bad[i], 0, accepted_cb, world, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }

  port = g_strdup_printf ("%u", xmpp_listener_get_port (world->listener));
  g_assert_null (xmpp_listener_new ("127.0.0.1", xmpp_listener_get_port (world->listener),
                                    accepted_cb, world, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, port));
  g_clear_error (&error);

  /* TEST-NET-1 (RFC 5737) is nobody's. */
  g_assert_null (xmpp_listener_new ("192.0.2.1", 0, accepted_cb, world, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "192.0.2.1"));
}

static void
test_pause (void)
{
  g_autoptr (World) world = world_new ("127.0.0.1");
  g_autoptr (GSocket) first = NULL;
  g_autoptr (GSocket) second = NULL;

  xmpp_listener_pause (world->listener);
  xmpp_listener_pause (world->listener);
  first = dial_world (world, "127.0.0.1");
  xmpp_test_run_for (50);
  g_assert_cmpuint (world->accepted->len, ==, 0);

  xmpp_listener_resume (world->listener);
  xmpp_listener_resume (world->listener);
  wait_accepted (world, 1);
  second = dial_world (world, "127.0.0.1");
  wait_accepted (world, 2);
}

static void
pause_it (gpointer data)
{
  World *world = data;

  xmpp_listener_pause (world->listener);
}

static void
free_it (gpointer data)
{
  World *world = data;

  g_clear_pointer (&world->listener, xmpp_listener_free);
}

/* In its callback, with others in the queue */
static void
test_stop_inside (void)
{
  g_autoptr (World) world = world_new ("127.0.0.1");
  guint16 port = xmpp_listener_get_port (world->listener);
  g_autoptr (GPtrArray) dialed = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    g_ptr_array_add (dialed, dial_world (world, "127.0.0.1"));

  world->next = pause_it;
  wait_accepted (world, 1);
  xmpp_test_run_for (20);
  g_assert_cmpuint (world->accepted->len, ==, 1);

  world->next = free_it;
  xmpp_listener_resume (world->listener);
  wait_accepted (world, 2);
  xmpp_test_run_for (20);
  g_assert_cmpuint (world->accepted->len, ==, 2);
  g_assert_null (world->listener);

  g_assert_null (dial ("127.0.0.1", port, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);

  /* The port is free again, though connections of before are still there. */
  g_clear_error (&error);
  world->listener = xmpp_listener_new ("127.0.0.1", port, accepted_cb, world, &error);
  g_assert_no_error (error);
}

/* Connections that nobody keeps are closed. */
static void
drop_cb (XmppListener *listener,
         GSocketConnection *connection,
         GInetAddress *remote,
         gpointer user_data)
{
  guint *dropped = user_data;

  (*dropped)++;
}

static void
test_dropped (void)
{
  guint dropped = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppListener)
      listener = xmpp_listener_new ("127.0.0.1", 0, drop_cb, &dropped, &error);
  g_autoptr (GSocket)
      socket = dial ("127.0.0.1", xmpp_listener_get_port (listener), &error);
  char byte;

  g_assert_no_error (error);
  while (dropped == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_socket_receive (socket, &byte, 1, NULL, &error), ==, 0);
  g_assert_no_error (error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/listener/accept/4", "127.0.0.1", test_accept);
  g_test_add_data_func ("/listener/accept/6", "::1", test_accept);
  g_test_add_func ("/listener/any-address", test_any_address);
  g_test_add_func ("/listener/errors", test_errors);
  g_test_add_func ("/listener/pause", test_pause);
  g_test_add_func ("/listener/stop-inside", test_stop_inside);
  g_test_add_func ("/listener/dropped", test_dropped);

  return g_test_run ();
}
