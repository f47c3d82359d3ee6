/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls-peer.h"

#include "tls/xmpp-tls-handshake.h"

#include "xmpp-test-service.h"

#include <string.h>

static char *
certificate_path (const char *name, const char *suffix)
{
  const char *folder = g_getenv ("XMPP_TEST_CERTS");
  g_autofree char *file = g_strconcat (name, suffix, NULL);

  g_assert_nonnull (folder);
  return g_build_filename (folder, file, NULL);
}

GTlsCertificate *
tls_test_certificate (const char *name)
{
  g_autofree char *path = certificate_path (name, ".pem");
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);
  return certificate;
}

GTlsDatabase *
tls_test_database (const char *name)
{
  g_autofree char *path = certificate_path (name, ".crt");
  g_autoptr (GError) error = NULL;
  GTlsDatabase *database = g_tls_file_database_new (path, &error);

  g_assert_no_error (error);
  return database;
}

XmppTlsParameters *
tls_test_parameters (void)
{
  XmppTlsParameters *parameters = xmpp_tls_parameters_new ("p.test", "xmpp-client");

  parameters->database = tls_test_database ("ca");
  return parameters;
}

void
tls_test_store_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

void
tls_test_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

GTlsConnection *
tls_test_handshake (GIOStream *base,
                    XmppTlsParameters *parameters,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  xmpp_tls_handshake_async (base, parameters, cancellable, tls_test_store_result,
                            &result);
  tls_test_wait (&result);
  return xmpp_tls_handshake_finish (result, error);
}

static GSocketConnection *
connect_port (guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection =
      g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  return connection;
}

/* The server in this process */

typedef struct
{
  TlsPeer *peer;
  GIOStream *stream;
  GIOStream *relay;
  guint splices; /* that run */
  gboolean greeted;
  char buffer[1024];
} Session;

static void read_next (Session *session);
static void handshake (Session *session);

static void
session_end (Session *session)
{
  session->peer->ended++;
  session->peer->sessions--;
  g_io_stream_close (session->stream, NULL, NULL);
  g_clear_object (&session->stream);
  g_clear_object (&session->relay);
  g_free (session);
}

/* Where one side ends, both do. */
static void
hang_up (GIOStream *stream)
{
  g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), TRUE,
                     TRUE, NULL);
}

static void
spliced_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Session *session = user_data;

  g_output_stream_splice_finish (G_OUTPUT_STREAM (object), result, NULL);
  hang_up (session->stream);
  hang_up (session->relay);
  if (--session->splices > 0)
    return;
  g_io_stream_close (session->relay, NULL, NULL);
  session_end (session);
}

static void
splice (Session *session, GIOStream *from, GIOStream *to)
{
  session->splices++;
  g_output_stream_splice_async (g_io_stream_get_output_stream (to),
                                g_io_stream_get_input_stream (from),
                                G_OUTPUT_STREAM_SPLICE_NONE, G_PRIORITY_DEFAULT,
                                session->peer->cancellable, spliced_cb, session);
}

static void
relay (Session *session)
{
  session->relay = G_IO_STREAM (connect_port (session->peer->relay_port));
  splice (session, session->stream, session->relay);
  splice (session, session->relay, session->stream);
}

static void
say (Session *session, const char *text, gsize length)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (session->stream), text,
                             length, NULL, NULL, NULL);
}

/* TRUE: the handshake has begun */
static gboolean
negotiate (Session *session)
{
  g_autofree char *greeting =
      g_strdup_printf ("<stream:stream xmlns='jabber:client' "
                       "xmlns:stream='http://etherx.jabber.org/streams' "
                       "version='1.0' id='1' from='%s'><stream:features>"
                       "<starttls "
                       "xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
                       "</stream:features>",
                       session->peer->name);
  static const char proceed[] = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

  if (!session->greeted)
    say (session, greeting, strlen (greeting));
  session->greeted = TRUE;
  if (strstr (session->peer->clear->str, "<starttls") == NULL)
    return FALSE;

  say (session, proceed, sizeof proceed - 1);
  handshake (session);
  return TRUE;
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Session *session = user_data;
  TlsPeer *peer = session->peer;
  gssize count = g_input_stream_read_finish (G_INPUT_STREAM (object), result, NULL);

  if (count <= 0)
    {
      session_end (session);
      return;
    }
  if (G_IS_TLS_CONNECTION (session->stream))
    peer->received += count;
  else
    g_string_append_len (peer->clear, session->buffer, count);

  if (peer->kind == TLS_PEER_DROPS)
    session_end (session);
  else if (peer->kind != TLS_PEER_STARTTLS || G_IS_TLS_CONNECTION (session->stream) ||
           !negotiate (session))
    read_next (session);
}

static void
read_next (Session *session)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (session->stream),
                             session->buffer, sizeof session->buffer, G_PRIORITY_DEFAULT,
                             session->peer->cancellable, read_cb, session);
}

static void
handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Session *session = user_data;
  GTlsConnection *tls = xmpp_tls_handshake_finish (result, NULL);

  if (tls == NULL)
    {
      session_end (session);
      return;
    }
  session->peer->handshakes++;
  g_set_object (&session->peer->tls, tls);
  g_object_unref (session->stream);
  session->stream = G_IO_STREAM (tls);
  if (session->peer->secured != NULL)
    {
      session->peer->secured (session->peer, session->peer->secured_data);
      session->peer->sessions--;
      g_clear_object (&session->stream);
      g_free (session);
    }
  else
    read_next (session);
}

static void
handshake (Session *session)
{
  if (session->peer->relay_port != 0)
    relay (session);
  else
    xmpp_tls_handshake_async (session->stream, session->peer->parameters,
                              session->peer->cancellable, handshaken_cb, session);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  TlsPeer *peer = user_data;
  Session *session = g_new0 (Session, 1);

  peer->accepted++;
  peer->sessions++;
  g_set_object (&peer->socket, connection);
  session->peer = peer;
  session->stream = G_IO_STREAM (g_object_ref (connection));

  if (peer->kind == TLS_PEER_SAYS)
    say (session, peer->text,
         peer->text_length > 0 ? peer->text_length : strlen (peer->text));
  if (peer->kind == TLS_PEER_TALKS_TLS)
    handshake (session);
  else
    read_next (session);
  return TRUE;
}

TlsPeer *
tls_peer_new (TlsPeerKind kind, const char *certificate)
{
  TlsPeer *peer = g_new0 (TlsPeer, 1);

  peer->kind = kind;
  peer->cancellable = g_cancellable_new ();
  peer->clear = g_string_new (NULL);
  peer->name = g_strdup ("p.test");
  peer->parameters = xmpp_tls_parameters_new (NULL, "xmpp-client");
  peer->parameters->server = TRUE;
  peer->parameters->database = tls_test_database ("ca");
  if (certificate != NULL)
    peer->parameters->certificate = tls_test_certificate (certificate);

  peer->service = xmpp_test_service_new (G_CALLBACK (incoming_cb), peer, &peer->port);
  return peer;
}

void
tls_peer_free (TlsPeer *peer)
{
  xmpp_test_service_free (peer->service, peer);
  g_cancellable_cancel (peer->cancellable);
  while (peer->sessions > 0)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);

  g_clear_object (&peer->cancellable);
  g_clear_object (&peer->tls);
  g_clear_object (&peer->socket);
  xmpp_tls_parameters_unref (peer->parameters);
  g_string_free (peer->clear, TRUE);
  g_free (peer->name);
  g_free (peer);
}

void
tls_peer_set_name (TlsPeer *peer, const char *name)
{
  g_free (peer->name);
  peer->name = g_strdup (name);
}

GSocketConnection *
tls_peer_connect (TlsPeer *peer)
{
  return connect_port (peer->port);
}

void
tls_peer_wait_ended (TlsPeer *peer, guint count)
{
  while (peer->ended < count)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

/* Openssl s_server */

OpensslPeer *
openssl_peer_new (const char *const *arguments)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  OpensslPeer *peer;

  if (openssl == NULL)
    return NULL;

  g_strv_builder_add_many (words, openssl, "s_server", "-accept", "127.0.0.1:0", NULL);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_strv_builder_add (words, arguments[i]);
  argv = g_strv_builder_end (words);

  peer = g_new0 (OpensslPeer, 1);
  peer->process = g_subprocess_newv ((const char *const *) argv,
                                     G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                         G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                         G_SUBPROCESS_FLAGS_STDERR_MERGE,
                                     &error);
  g_assert_no_error (error);
  peer->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (peer->process));

  for (;;)
    {
      g_autofree char *line =
          g_data_input_stream_read_line (peer->output, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (line);
      if (g_str_has_prefix (line, "ACCEPT "))
        {
          peer->port = g_ascii_strtoull (strrchr (line, ':') + 1, NULL, 10);
          return peer;
        }
    }
}

void
openssl_peer_free (OpensslPeer *peer)
{
  g_subprocess_force_exit (peer->process);
  g_subprocess_wait (peer->process, NULL, NULL);
  g_clear_object (&peer->output);
  g_clear_object (&peer->process);
  g_free (peer);
}

void
openssl_peer_say (OpensslPeer *peer, const char *text)
{
  GOutputStream *input = g_subprocess_get_stdin_pipe (peer->process);
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (input, text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

gboolean
openssl_peer_expect (OpensslPeer *peer, const char *prefix, const char *other)
{
  for (;;)
    {
      g_autofree char *line =
          g_data_input_stream_read_line (peer->output, NULL, NULL, NULL);

      g_assert_nonnull (line);
      if (g_str_has_prefix (line, prefix))
        return TRUE;
      if (g_str_has_prefix (line, other))
        return FALSE;
    }
}

GSocketConnection *
openssl_peer_connect (OpensslPeer *peer)
{
  return connect_port (peer->port);
}
