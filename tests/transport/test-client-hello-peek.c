/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "transport/xmpp-client-hello.h"

#include "real-hello.h"
#include "transport/xmpp-listener.h"
#include "xmpp-test-loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* Both ends of a connection over TCP */
typedef struct
{
  XmppListener *listener;
  GSocket *ours;
  GSocket *theirs;
  XmppTestResult result;
} Pair;

static void
accepted_cb (XmppListener *listener,
             GSocketConnection *connection,
             GInetAddress *remote,
             gpointer user_data)
{
  Pair *pair = user_data;

  g_set_object (&pair->ours, g_socket_connection_get_socket (connection));
}

static Pair *
pair_new (void)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  Pair *pair = g_new0 (Pair, 1);

  pair->listener = xmpp_listener_new ("127.0.0.1", 0, accepted_cb, pair, &error);
  g_assert_no_error (error);
  address = g_inet_socket_address_new_from_string ("127.0.0.1", xmpp_listener_get_port (
                                                                    pair->listener));
  pair->theirs = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                               G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_set_option (pair->theirs, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_connect (pair->theirs, address, NULL, &error);
  g_assert_no_error (error);
  while (pair->ours == NULL)
    g_main_context_iteration (NULL, TRUE);
  return pair;
}

static void
pair_free (Pair *pair)
{
  xmpp_listener_free (pair->listener);
  g_clear_object (&pair->ours);
  g_clear_object (&pair->theirs);
  xmpp_test_result_clear (&pair->result);
  g_free (pair);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pair, pair_free)

static void
say (Pair *pair, const void *data, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_socket_send (pair->theirs, data, length, NULL, &error), ==, length);
  g_assert_no_error (error);
}

static void
peek (Pair *pair, GCancellable *cancellable)
{
  xmpp_client_hello_peek_async (pair->ours, cancellable, xmpp_test_result_cb,
                                &pair->result);
}

static XmppClientHello *
finish (Pair *pair, GError **error)
{
  return xmpp_client_hello_peek_finish (xmpp_test_result_wait (&pair->result), error);
}

/* All bytes are there, and one is enough again to make the socket readable. */
static void
assert_untouched (Pair *pair, const guint8 *data, gsize length)
{
  g_autofree char *buffer = g_malloc (length + 1);
  g_autoptr (GError) error = NULL;
  int lowat = 0;

  g_assert_true (
      g_socket_get_option (pair->ours, SOL_SOCKET, SO_RCVLOWAT, &lowat, &error));
  g_assert_cmpint (lowat, ==, 1);
  g_assert_cmpint (g_socket_receive (pair->ours, buffer, length + 1, NULL, &error), ==,
                   length);
  g_assert_no_error (error);
  g_assert_cmpmem (buffer, length, data, length);
}

static void
test_whole (void)
{
  for (guint early = 0; early <= 1; early++)
    {
      g_autoptr (Pair) pair = pair_new ();
      g_autoptr (GBytes) bytes = real_hello_gnutls ("NORMAL", "p.test", "xmpp-client");
      g_autoptr (XmppClientHello) hello = NULL;
      g_autoptr (GError) error = NULL;
      gsize length;
      const guint8 *data = g_bytes_get_data (bytes, &length);

      if (early)
        say (pair, data, length);
      peek (pair, NULL);
      g_assert_false (pair->result.done);
      if (!early)
        {
          xmpp_test_run_for (20);
          g_assert_false (pair->result.done);
          say (pair, data, length);
        }
      hello = finish (pair, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (hello->server_name, ==, "p.test");
      g_assert_cmpstr (hello->protocols[0], ==, "xmpp-client");
      assert_untouched (pair, data, length);
    }
}

typedef struct
{
  GSource source;
  guint turns;
} TurnSource;

static gboolean
count_turn (GSource *source, int *timeout)
{
  ((TurnSource *) source)->turns++;
  *timeout = -1;
  return FALSE;
}

/* While half of it is there, the main loop sleeps. */
static void
test_slow (void)
{
  static GSourceFuncs counting = { .prepare = count_turn };
  g_autoptr (Pair) pair = pair_new ();
  g_autoptr (GBytes) bytes = real_hello_gnutls ("NORMAL", "p.test", NULL);
  g_autoptr (XmppClientHello) hello = NULL;
  g_autoptr (GError) error = NULL;
  GSource *source = g_source_new (&counting, sizeof (TurnSource));
  guint *turns = &((TurnSource *) source)->turns;
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  g_source_attach (source, NULL);
  peek (pair, NULL);
  for (gsize i = 0; i + 1 < length; i++)
    {
      say (pair, data + i, 1);
      if (i % 16 == 0)
        xmpp_test_run_pending ();
    }
  xmpp_test_run_for (20);
  g_assert_false (pair->result.done);

  *turns = 0;
  xmpp_test_run_for (200);
  g_assert_cmpuint (*turns, <, 10);
  g_assert_false (pair->result.done);

  say (pair, data + length - 1, 1);
  hello = finish (pair, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (hello->server_name, ==, "p.test");
  g_assert_null (hello->protocols);
  assert_untouched (pair, data, length);
  g_source_destroy (source);
  g_source_unref (source);
}

static void
test_hang_up (void)
{
  g_autoptr (GBytes) bytes = real_hello_gnutls ("NORMAL", "p.test", NULL);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  const gsize cuts[] = { 0, 1, 5, length / 2, length - 1 };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (cuts); i++)
    {
      g_autoptr (Pair) pair = pair_new ();
      g_autoptr (GError) error = NULL;

      if (cuts[i / 2] > 0)
        say (pair, data, cuts[i / 2]);
      peek (pair, NULL);
      if (i % 2 == 1)
        xmpp_test_run_for (10);
      /* It would still read. */
      g_socket_shutdown (pair->theirs, FALSE, TRUE, &error);
      g_assert_no_error (error);
      g_assert_null (finish (pair, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
    }
}

/* A hello that is complete is worth it, though nobody is there any more. */
static void
test_complete_and_gone (void)
{
  g_autoptr (Pair) pair = pair_new ();
  g_autoptr (GBytes) bytes = real_hello_gnutls ("NORMAL", "p.test", NULL);
  g_autoptr (XmppClientHello) hello = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  say (pair, data, length);
  g_socket_shutdown (pair->theirs, FALSE, TRUE, NULL);
  peek (pair, NULL);
  hello = finish (pair, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (hello->server_name, ==, "p.test");
}

static void
test_reset (void)
{
  g_autoptr (Pair) pair = pair_new ();
  g_autoptr (GError) error = NULL;
  struct linger linger = { 1, 0 };

  say (pair, "\x16", 1);
  peek (pair, NULL);
  xmpp_test_run_for (10);
  setsockopt (g_socket_get_fd (pair->theirs), SOL_SOCKET, SO_LINGER, &linger,
              sizeof linger);
  g_socket_close (pair->theirs, NULL);
  g_assert_null (finish (pair, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
}

static void
test_no_tls (void)
{
  g_autoptr (Pair) pair = pair_new ();
  g_autoptr (GError) error = NULL;

  say (pair, "<", 1);
  peek (pair, NULL);
  g_assert_null (finish (pair, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS);
}

/* As much as there may be, and more to come */
static void
test_too_long (void)
{
  g_autoptr (Pair) pair = pair_new ();
  g_autofree guint8 *bytes = g_malloc0 (2 * XMPP_CLIENT_HELLO_MAX);
  g_autoptr (GError) error = NULL;

  for (gsize at = 0; at < 2 * XMPP_CLIENT_HELLO_MAX - 12; at += 6)
    memcpy (bytes + at, "\x16\x03\x01\x00\x01\x01", 6);
  memcpy (bytes + 6, "\x16\x03\x01\x00\x01\x00\x16\x03\x01\x00\x01\x3f", 12);
  peek (pair, NULL);
  say (pair, bytes, XMPP_CLIENT_HELLO_MAX - 1);
  xmpp_test_run_for (20);
  g_assert_false (pair->result.done);
  say (pair, bytes + XMPP_CLIENT_HELLO_MAX - 1, 100);
  g_assert_null (finish (pair, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS);
}

static void
test_cancelled (void)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (Pair) pair = pair_new ();
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      int lowat = 0;

      if (i == 0)
        g_cancellable_cancel (cancellable);
      if (i == 1)
        say (pair, "\x16\x03", 2);
      peek (pair, cancellable);
      xmpp_test_run_for (10);
      g_cancellable_cancel (cancellable);
      g_assert_null (finish (pair, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_socket_get_option (pair->ours, SOL_SOCKET, SO_RCVLOWAT, &lowat, NULL);
      g_assert_cmpint (lowat, ==, 1);
      xmpp_test_result_clear (&pair->result);
      xmpp_test_assert_last_unref (&pair->ours);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-hello-peek/whole", test_whole);
  g_test_add_func ("/client-hello-peek/slow", test_slow);
  g_test_add_func ("/client-hello-peek/hang-up", test_hang_up);
  g_test_add_func ("/client-hello-peek/complete-and-gone", test_complete_and_gone);
  g_test_add_func ("/client-hello-peek/reset", test_reset);
  g_test_add_func ("/client-hello-peek/no-tls", test_no_tls);
  g_test_add_func ("/client-hello-peek/too-long", test_too_long);
  g_test_add_func ("/client-hello-peek/cancelled", test_cancelled);

  return g_test_run ();
}
