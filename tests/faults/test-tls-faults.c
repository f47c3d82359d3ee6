/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack.h"
#include "negotiation-fixture.h"
#include "xmpp-test-service.h"

#include <string.h>
#include <sys/socket.h>

/* TLS that breaks: over memory, where the n-th operation fails for every n, and over sockets,
 * where the wire is cut behind the n-th byte. Each run ends in one error that has a name, and
 * nothing of ours gets out of a handshake that is not complete. */

/* ---- The n-th operation fails ---- */

static void
finish_login (Side *side)
{
  if (side_wait (side))
    return;

  assert_error_has_name (side->error);
  xmpp_stream_abort (side->stream);
}

static guint
play (gboolean on_server, guint n)
{
  g_autoptr (XmppTlsParameters) client_tls = tls_test_parameters ();
  g_autoptr (XmppTlsParameters)
      server_tls = xmpp_tls_parameters_new (NULL, "xmpp-client");
  const Setup client_setup = { .tls = client_tls, .mechanisms = "PLAIN" };
  const Setup server_setup = { .tls = server_tls, .mechanisms = "PLAIN" };
  g_autoptr (GError) fault = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                                                  "The operation was made to fail");
  g_autoptr (GIOStream) client_io = NULL;
  g_autoptr (GIOStream) server_io = NULL;
  g_auto (Side) client = { 0 };
  g_auto (Side) server = { 0 };

  server_tls->server = TRUE;
  server_tls->database = tls_test_database ("ca");
  server_tls->certificate = tls_test_certificate ("good");
  xmpp_test_stream_pair (&client_io, &server_io);
  xmpp_test_stream_fail_at (on_server ? server_io : client_io, n, fault);
  side_start_client (&client, client_io, &client_setup);
  side_start_server (&server, server_io, &server_setup);

  /* Who fails lets go of the stream, so that the other one comes to an end too. */
  if (on_server)
    {
      finish_login (&server);
      finish_login (&client);
    }
  else
    {
      finish_login (&client);
      finish_login (&server);
    }
  g_assert_cmpuint (client.result.calls, ==, 1);
  g_assert_cmpuint (server.result.calls, ==, 1);
  if (n == 0)
    {
      g_assert_no_error (client.error);
      g_assert_no_error (server.error);
    }
  return xmpp_test_stream_get_operations (on_server ? server_io : client_io);
}

static void
test_operations (gconstpointer data)
{
  gboolean on_server = GPOINTER_TO_INT (data);
  guint operations = play (on_server, 0);
  guint step = attack_is_slow () ? 10 : 1;

  g_assert_cmpuint (operations, >, 10);
  g_test_message ("%u operations", operations);
  for (guint n = 1; n <= operations; n += step)
    play (on_server, n);
}

/* ---- The wire is cut ---- */

typedef enum
{
  FROM_SERVER,
  FROM_CLIENT,
} Direction;

/* Between a client and a peer: lets so many bytes of one direction through */
typedef struct
{
  GSocketService *service;
  guint16 port;
  guint16 peer_port;
  Direction direction;
  gsize left;
  gsize passed;   /* of the direction that is cut */
  gboolean reset; /* RST in the place of FIN */
  gboolean cut;
  GSocketConnection *ends[2]; /* client, server */
  guint reading;
  char buffers[2][2048];
  GCancellable *cancellable;
} Wire;

typedef struct
{
  Wire *wire;
  guint end; /* that is read from */
} Half;

static void wire_read (Half *half);

static void
wire_hang_up (Wire *wire)
{
  for (guint i = 0; i < 2; i++)
    {
      GSocket *socket = g_socket_connection_get_socket (wire->ends[i]);

      if (wire->reset)
        {
          struct linger linger = { 1, 0 };

          setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger,
                      sizeof linger);
          g_socket_close (socket, NULL);
        }
      else
        g_socket_shutdown (socket, TRUE, TRUE, NULL);
    }
  g_cancellable_cancel (wire->cancellable);
}

static void
wire_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Half *half = user_data;
  Wire *wire = half->wire;
  gssize count = g_input_stream_read_finish (G_INPUT_STREAM (object), result, NULL);
  gboolean counted = (wire->direction == FROM_CLIENT) == (half->end == 0);
  gsize length = MAX (count, 0);

  wire->reading--;
  if (counted)
    {
      length = MIN (length, wire->left);
      wire->left -= length;
      wire->passed += length;
      wire->cut = wire->cut || wire->left == 0;
    }
  if (length > 0)
    g_output_stream_write_all (g_io_stream_get_output_stream (
                                   G_IO_STREAM (wire->ends[1 - half->end])),
                               wire->buffers[half->end], length, NULL, NULL, NULL);
  if (count <= 0 || wire->cut)
    {
      wire_hang_up (wire);
      g_free (half);
    }
  else
    wire_read (half);
}

static void
wire_read (Half *half)
{
  Wire *wire = half->wire;

  wire->reading++;
  g_input_stream_read_async (g_io_stream_get_input_stream (
                                 G_IO_STREAM (wire->ends[half->end])),
                             wire->buffers[half->end], sizeof wire->buffers[0],
                             G_PRIORITY_DEFAULT, wire->cancellable, wire_read_cb, half);
}

static gboolean
wire_incoming_cb (GSocketService *service,
                  GSocketConnection *connection,
                  GObject *source,
                  gpointer user_data)
{
  Wire *wire = user_data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress)
      address = g_inet_socket_address_new_from_string ("127.0.0.1", wire->peer_port);

  wire->ends[0] = g_object_ref (connection);
  wire->ends[1] =
      g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  g_assert_nonnull (wire->ends[1]);
  if (wire->left == 0)
    {
      wire_hang_up (wire);
      return TRUE;
    }
  for (guint i = 0; i < 2; i++)
    {
      Half *half = g_new (Half, 1);

      half->wire = wire;
      half->end = i;
      wire_read (half);
    }
  return TRUE;
}

static void
wire_start (Wire *wire, guint16 peer_port)
{
  wire->peer_port = peer_port;
  wire->cancellable = g_cancellable_new ();
  wire->service =
      xmpp_test_service_new (G_CALLBACK (wire_incoming_cb), wire, &wire->port);
}

static void
wire_clear (Wire *wire)
{
  g_cancellable_cancel (wire->cancellable);
  while (wire->reading > 0)
    g_main_context_iteration (NULL, TRUE);
  xmpp_test_service_free (wire->service, wire);
  g_clear_object (&wire->ends[0]);
  g_clear_object (&wire->ends[1]);
  g_clear_object (&wire->cancellable);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wire, wire_clear)

static void
check_cut (XmppClient *client, TlsPeer *peer, Wire *wire, const GError *error)
{
  XmppReport *report = xmpp_connection_get_report (XMPP_CONNECTION (client));
  const char *step = xmpp_report_get_failed_step (report);

  g_test_message ("%" G_GSIZE_FORMAT " bytes: %s", wire->passed, step);
  assert_error_has_name (error);
  g_assert_nonnull (step);
  g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (client)), ==,
                   XMPP_CONNECTION_STATE_CLOSED);
  /* Before we have verified the peer there is nothing to be found, in clear or in TLS. */
  if (g_str_equal (step, "tls") || g_str_equal (step, "starttls"))
    g_assert_cmpuint (peer->received, ==, 0);
  g_assert_null (strstr (peer->clear->str, "alice"));
}

/* Returns how many bytes there were, where it was not cut. */
static gsize
cut (XmppTlsMode mode, Direction direction, gsize after, gboolean reset)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (mode, "good-intermediate");
  g_auto (Wire) wire = { .direction = direction, .left = after, .reset = reset };
  g_autoptr (XmppClient) client = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  wire_start (&wire, peer->port);
  client = attack_client_new (wire.port, mode);
  xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable,
                              tls_test_store_result, &result);
  while (result == NULL && (after != G_MAXSIZE || peer->received == 0))
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  tls_test_wait (&result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error);

  if (after == G_MAXSIZE)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  else
    {
      g_assert_false (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      check_cut (client, peer, &wire, error);
    }
  return wire.passed;
}

static void
test_cut (gconstpointer data)
{
  XmppTlsMode mode = attack_mode (data);
  gsize step = attack_is_slow () ? 419 : 29;

  for (Direction direction = FROM_SERVER; direction <= FROM_CLIENT; direction++)
    {
      gsize total = cut (mode, direction, G_MAXSIZE, FALSE);
      gsize at = 0;

      g_test_message ("%" G_GSIZE_FORMAT " bytes", total);
      g_assert_cmpuint (total, >, 300);
      for (; at < total; at += step)
        cut (mode, direction, at, (at / step) % 2 == 1);
      for (at = 0; at < (attack_is_slow () ? 1 : 8); at++)
        cut (mode, direction, total - at - 1, FALSE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/faults/tls/operations/client", GINT_TO_POINTER (FALSE),
                        test_operations);
  g_test_add_data_func ("/faults/tls/operations/server", GINT_TO_POINTER (TRUE),
                        test_operations);
  attack_add ("/faults/tls/cut", test_cut);

  return g_test_run ();
}
