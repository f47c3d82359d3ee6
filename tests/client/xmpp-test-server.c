/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-server.h"

#include "xmpp-test-peer.h"
#include "xmpp-test-service.h"

struct _XmppTestServer
{
  GSocketService *service;
  GTlsCertificate *certificate; /* NULL: no TLS */
  gboolean starttls;
  guint16 port;
  GQueue plays; /* of Play, yet to come */
  GPtrArray *playing;
  GCancellable *cancellable;
  GString *received;
};

typedef struct
{
  XmppTestServer *server;
  XmppTestPeer *peer; /* NULL: bytes */
  char *bytes;
  gboolean close;
  GIOStream *connection;
  GIOStream *io; /* the peer's other end */
  char buffer[4096];
} Play;

static void received_cb (GObject *object, GAsyncResult *result, gpointer user_data);
static void asked_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
play_free (Play *play)
{
  g_clear_pointer (&play->peer, xmpp_test_peer_free);
  if (play->connection != NULL)
    g_io_stream_close (play->connection, NULL, NULL);
  g_clear_object (&play->connection);
  g_clear_object (&play->io);
  g_free (play->bytes);
  g_free (play);
}

static void
read_more (Play *play)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (play->connection),
                             play->buffer, sizeof play->buffer, G_PRIORITY_DEFAULT,
                             play->server->cancellable, received_cb, play);
}

static void
received_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);
  Play *play = user_data;

  /* Cancelled: the play is gone. */
  if (length <= 0)
    return;

  g_string_append_len (play->server->received, play->buffer, length);
  if (play->bytes != NULL)
    {
      g_output_stream_write_all (g_io_stream_get_output_stream (play->connection),
                                 play->bytes, strlen (play->bytes), NULL, NULL, NULL);
      g_clear_pointer (&play->bytes, g_free);
      if (play->close)
        {
          g_io_stream_close (play->connection, NULL, NULL);
          return;
        }
    }
  read_more (play);
}

static void
splice (GIOStream *from, GIOStream *to, GCancellable *cancellable)
{
  g_output_stream_splice_async (g_io_stream_get_output_stream (to),
                                g_io_stream_get_input_stream (from),
                                G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, G_PRIORITY_DEFAULT,
                                cancellable, NULL, NULL);
}

static void
begin_script (Play *play)
{
  XmppTestServer *server = play->server;

  if (server->certificate != NULL)
    {
      g_autoptr (GIOStream) base = play->connection;

      play->connection = g_tls_server_connection_new (base, server->certificate, NULL);
    }
  play->io = xmpp_test_peer_take_io (play->peer);
  splice (play->io, play->connection, server->cancellable);
  splice (play->connection, play->io, server->cancellable);
}

static void
read_request (Play *play)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (play->connection),
                             play->buffer, sizeof play->buffer - 1, G_PRIORITY_DEFAULT,
                             play->server->cancellable, asked_cb, play);
}

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  static const char answer[] =
      "<stream:stream xmlns='jabber:client' "
      "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' id='0' "
      "from='p.test'><stream:features>"
      "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
      "</stream:features><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (object), result, NULL);
  Play *play = user_data;

  /* Cancelled: the play is gone. */
  if (length <= 0)
    return;

  /* The request comes in one piece, behind the header or alone. */
  play->buffer[length] = '\0';
  if (strstr (play->buffer, "<starttls") == NULL)
    {
      read_request (play);
      return;
    }
  g_output_stream_write_all (g_io_stream_get_output_stream (play->connection), answer,
                             sizeof answer - 1, NULL, NULL, NULL);
  begin_script (play);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  XmppTestServer *server = user_data;
  Play *play = g_queue_pop_head (&server->plays);

  g_assert_nonnull (play);
  g_ptr_array_add (server->playing, play);
  play->connection = g_object_ref (G_IO_STREAM (connection));
  if (play->peer == NULL)
    {
      read_more (play);
      return TRUE;
    }

  if (server->certificate != NULL && server->starttls)
    read_request (play);
  else
    begin_script (play);
  return TRUE;
}

XmppTestServer *
xmpp_test_server_new (void)
{
  XmppTestServer *server = g_new0 (XmppTestServer, 1);

  server->cancellable = g_cancellable_new ();
  server->playing = g_ptr_array_new_with_free_func ((GDestroyNotify) play_free);
  server->received = g_string_new (NULL);
  g_queue_init (&server->plays);
  server->service =
      xmpp_test_service_new (G_CALLBACK (incoming_cb), server, &server->port);
  return server;
}

void
xmpp_test_server_free (XmppTestServer *server)
{
  xmpp_test_service_free (server->service, server);
  g_cancellable_cancel (server->cancellable);
  xmpp_test_run_pending ();
  g_ptr_array_unref (server->playing);
  g_queue_clear_full (&server->plays, (GDestroyNotify) play_free);
  g_object_unref (server->cancellable);
  g_clear_object (&server->certificate);
  g_string_free (server->received, TRUE);
  g_free (server);
}

void
xmpp_test_server_set_certificate (XmppTestServer *server, GTlsCertificate *certificate)
{
  g_set_object (&server->certificate, certificate);
}

void
xmpp_test_server_set_starttls (XmppTestServer *server, gboolean starttls)
{
  server->starttls = starttls;
}

guint16
xmpp_test_server_get_port (XmppTestServer *server)
{
  return server->port;
}

static Play *
add_play (XmppTestServer *server)
{
  Play *play = g_new0 (Play, 1);

  play->server = server;
  g_queue_push_tail (&server->plays, play);
  return play;
}

void
xmpp_test_server_add_script (XmppTestServer *server, const char *script)
{
  add_play (server)->peer = xmpp_test_peer_new (script, XMPP_TEST_PEER_SERVER);
}

void
xmpp_test_server_add_bytes (XmppTestServer *server, const char *bytes, gboolean close)
{
  Play *play = add_play (server);

  play->bytes = g_strdup (bytes);
  play->close = close;
}

const char *
xmpp_test_server_get_received (XmppTestServer *server)
{
  return server->received->str;
}
