/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "real-hello.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define RECORD_HEADER 5

typedef struct
{
  gnutls_session_t session;
  GByteArray *bytes;
} Capture;

static ssize_t
push (gnutls_transport_ptr_t pointer, const void *data, size_t length)
{
  Capture *capture = pointer;

  g_byte_array_append (capture->bytes, data, length);
  return length;
}

static ssize_t
pull (gnutls_transport_ptr_t pointer, void *data, size_t length)
{
  Capture *capture = pointer;

  gnutls_transport_set_errno (capture->session, EAGAIN);
  return -1;
}

static void
set_protocols (gnutls_session_t session, const char *protocols)
{
  g_auto (GStrv) names = g_strsplit (protocols, ",", -1);
  guint count = g_strv_length (names);
  g_autofree gnutls_datum_t *data = g_new0 (gnutls_datum_t, count);

  for (guint i = 0; i < count; i++)
    data[i] = (gnutls_datum_t){ (guint8 *) names[i], strlen (names[i]) };
  g_assert_cmpint (gnutls_alpn_set_protocols (session, data, count, 0), ==, 0);
}

GBytes *
real_hello_gnutls (const char *priority, const char *server_name, const char *protocols)
{
  Capture capture = { .bytes = g_byte_array_new () };
  gnutls_certificate_credentials_t credentials;

  g_assert_cmpint (gnutls_certificate_allocate_credentials (&credentials), ==, 0);
  g_assert_cmpint (gnutls_init (&capture.session, GNUTLS_CLIENT), ==, 0);
  g_assert_cmpint (gnutls_priority_set_direct (capture.session, priority, NULL), ==, 0);
  gnutls_credentials_set (capture.session, GNUTLS_CRD_CERTIFICATE, credentials);
  if (server_name != NULL)
    gnutls_server_name_set (capture.session, GNUTLS_NAME_DNS, server_name,
                            strlen (server_name));
  if (protocols != NULL)
    set_protocols (capture.session, protocols);
  gnutls_transport_set_ptr (capture.session, &capture);
  gnutls_transport_set_push_function (capture.session, push);
  gnutls_transport_set_pull_function (capture.session, pull);

  g_assert_cmpint (gnutls_handshake (capture.session), ==, GNUTLS_E_AGAIN);
  gnutls_deinit (capture.session);
  gnutls_certificate_free_credentials (credentials);

  return g_byte_array_free_to_bytes (capture.bytes);
}

static void
receive (GSocket *socket, GByteArray *bytes, gsize length)
{
  gsize end = bytes->len + length;

  while (bytes->len < end)
    {
      g_autoptr (GError) error = NULL;
      char buffer[1024];
      gssize count = g_socket_receive (socket, buffer,
                                       MIN (sizeof buffer, end - bytes->len), NULL,
                                       &error);

      g_assert_no_error (error);
      g_assert_cmpint (count, >, 0);
      g_byte_array_append (bytes, (guint8 *) buffer, count);
    }
}

static GSocket *
listen_on_loopback (guint16 *port)
{
  g_autoptr (GSocketAddress)
      address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_set_timeout (socket, 10);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

GBytes *
real_hello_openssl (const char *arguments)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GSocket) listening = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) argv = NULL;
  guint16 port;

  if (openssl == NULL)
    return NULL;

  listening = listen_on_loopback (&port);
  line =
      g_strdup_printf ("%s s_client -connect 127.0.0.1:%u %s", openssl, port, arguments);
  argv = g_strsplit (line, " ", -1);
  process = g_subprocess_newv ((const char *const *) argv,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                   G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                   G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                               &error);
  g_assert_no_error (error);
  socket = g_socket_accept (listening, NULL, &error);
  g_assert_no_error (error);

  receive (socket, bytes, RECORD_HEADER);
  receive (socket, bytes, bytes->data[3] << 8 | bytes->data[4]);
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

GBytes *
real_hello_cut (GBytes *hello, gsize size)
{
  GByteArray *bytes = g_byte_array_new ();
  gsize length;
  const guint8 *data = g_bytes_get_data (hello, &length);

  for (gsize at = RECORD_HEADER; at < length; at += size)
    {
      gsize part = MIN (size, length - at);
      guint8 header[RECORD_HEADER] = { data[0], data[1], data[2], part >> 8, part };

      g_byte_array_append (bytes, header, sizeof header);
      g_byte_array_append (bytes, data + at, part);
    }

  return g_byte_array_free_to_bytes (bytes);
}
