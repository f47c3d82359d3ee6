/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "xmpp-test-proxy.h"

#include "xmpp-test-loop.h"
#include "xmpp-test-service.h"

#include <string.h>

#define SOCKS_NO_AUTHENTICATION 0x00
#define SOCKS_PASSWORD 0x02
#define SOCKS_NO_ACCEPTABLE_METHOD 0xff
#define SOCKS_IPV4 0x01
#define SOCKS_NAME 0x03
#define SOCKS_IPV6 0x04

struct _XmppTestProxy
{
  GSocketService *service;
  guint16 port;
  GHashTable *places; /* "p.test:5222" → port */
  char *user;
  char *password;
  GCancellable *cancellable;
  GPtrArray *sessions;
  GString *asked;
};

typedef enum
{
  FIRST,
  SOCKS_AUTHENTICATION,
  SOCKS_REQUEST,
  CONNECTED,
} Phase;

typedef struct
{
  XmppTestProxy *proxy;
  Phase phase;
  GIOStream *client;
  GIOStream *server;
  GByteArray *received;
  char buffer[1024];
} Session;

static void received_cb (GObject *object, GAsyncResult *result, gpointer user_data);

static void
session_free (Session *session)
{
  g_io_stream_close (session->client, NULL, NULL);
  if (session->server != NULL)
    g_io_stream_close (session->server, NULL, NULL);
  g_clear_object (&session->client);
  g_clear_object (&session->server);
  g_byte_array_unref (session->received);
  g_free (session);
}

static void
send_bytes (Session *session, const void *bytes, gsize length)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (session->client), bytes,
                             length, NULL, NULL, NULL);
}

static void
splice (GIOStream *from, GIOStream *to, GCancellable *cancellable)
{
  g_output_stream_splice_async (g_io_stream_get_output_stream (to),
                                g_io_stream_get_input_stream (from),
                                G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, G_PRIORITY_DEFAULT,
                                cancellable, NULL, NULL);
}

/* To the place that the client has asked for; @good, @bad: what it is told */
static void
connect_to (Session *session,
            const char *place,
            const char *good,
            gsize good_length,
            const char *bad,
            gsize bad_length)
{
  XmppTestProxy *proxy = session->proxy;
  guint port = GPOINTER_TO_UINT (g_hash_table_lookup (proxy->places, place));
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress)
      address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  GSocketConnection *server = NULL;

  if (proxy->asked->len > 0)
    g_string_append_c (proxy->asked, ' ');
  g_string_append (proxy->asked, place);

  g_socket_client_set_enable_proxy (client, FALSE);
  if (port != 0)
    server = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  if (server == NULL)
    {
      send_bytes (session, bad, bad_length);
      g_io_stream_close (session->client, NULL, NULL);
      return;
    }

  session->server = G_IO_STREAM (server);
  session->phase = CONNECTED;
  send_bytes (session, good, good_length);
  splice (session->client, session->server, proxy->cancellable);
  splice (session->server, session->client, proxy->cancellable);
}

/* VER NMETHODS METHODS */
static gsize
take_greeting (Session *session, const guint8 *data, gsize length)
{
  guint8 wanted = session->proxy->password != NULL ? SOCKS_PASSWORD
                                                   : SOCKS_NO_AUTHENTICATION;
  guint8 answer[2] = { 5, SOCKS_NO_ACCEPTABLE_METHOD };

  if (length < 2 || length < 2u + data[1])
    return 0;

  if (memchr (data + 2, wanted, data[1]) != NULL)
    answer[1] = wanted;
  session->phase = wanted == SOCKS_PASSWORD ? SOCKS_AUTHENTICATION : SOCKS_REQUEST;
  send_bytes (session, answer, sizeof answer);
  return 2 + data[1];
}

/* VER ULEN UNAME PLEN PASSWD */
static gsize
take_password (Session *session, const guint8 *data, gsize length)
{
  g_autofree char *user = NULL;
  g_autofree char *password = NULL;
  guint8 answer[2] = { 1, 1 };

  if (length < 2 || length < 3u + data[1] || length < 3u + data[1] + data[2 + data[1]])
    return 0;

  user = g_strndup ((const char *) data + 2, data[1]);
  password = g_strndup ((const char *) data + 3 + data[1], data[2 + data[1]]);
  if (g_str_equal (user, session->proxy->user) &&
      g_str_equal (password, session->proxy->password))
    answer[1] = 0;
  session->phase = SOCKS_REQUEST;
  send_bytes (session, answer, sizeof answer);
  return 3 + strlen (user) + strlen (password);
}

/* VER CMD RSV ATYP DST.ADDR DST.PORT */
static gsize
take_request (Session *session, const guint8 *data, gsize length)
{
  static const char good[] = "\5\0\0\1\0\0\0\0\0\0", bad[] = "\5\4\0\1\0\0\0\0\0\0";
  g_autofree char *host = NULL;
  g_autofree char *place = NULL;
  gsize begin = 4;
  gsize end;

  if (length < 5)
    return 0;
  begin += data[3] == SOCKS_NAME;
  end = begin + (data[3] == SOCKS_NAME ? data[4] : data[3] == SOCKS_IPV4 ? 4 : 16);
  if (length < end + 2)
    return 0;

  if (data[3] == SOCKS_NAME)
    host = g_strndup ((const char *) data + begin, end - begin);
  else
    {
      g_autoptr (GInetAddress) address =
          g_inet_address_new_from_bytes (data + begin, data[3] == SOCKS_IPV6
                                                           ? G_SOCKET_FAMILY_IPV6
                                                           : G_SOCKET_FAMILY_IPV4);
      host = g_inet_address_to_string (address);
    }

  place = g_strdup_printf ("%s:%u", host, data[end] << 8 | data[end + 1]);
  connect_to (session, place, good, sizeof good - 1, bad, sizeof bad - 1);
  return end + 2;
}

static gboolean
is_authorized (XmppTestProxy *proxy, const char *request)
{
  g_autofree char *pair = g_strdup_printf ("%s:%s", proxy->user, proxy->password);
  g_autofree char *base64 = g_base64_encode ((const guchar *) pair, strlen (pair));
  g_autofree char *header = g_strdup_printf ("Proxy-Authorization: Basic %s\r\n", base64);

  return strstr (request, header) != NULL;
}

/* CONNECT p.test:5222 HTTP/1.0 */
static gsize
take_http (Session *session, const guint8 *data, gsize length)
{
  static const char good[] = "HTTP/1.0 200 OK\r\n\r\n",
                    bad[] = "HTTP/1.0 502 Bad Gateway\r\n\r\n",
                    who[] = "HTTP/1.0 407 Who are you\r\n"
                            "Proxy-Authenticate: Basic realm=\"test\"\r\n\r\n";
  g_autofree char *request = g_strndup ((const char *) data, length);
  const char *end = strstr (request, "\r\n\r\n");
  g_auto (GStrv) words = NULL;

  if (end == NULL)
    return 0;

  words = g_strsplit (request, " ", 3);
  g_assert_cmpstr (words[0], ==, "CONNECT");
  if (session->proxy->password != NULL && !is_authorized (session->proxy, request))
    {
      send_bytes (session, who, sizeof who - 1);
      g_io_stream_close (session->client, NULL, NULL);
    }
  else
    connect_to (session, words[1], good, sizeof good - 1, bad, sizeof bad - 1);
  return end + 4 - request;
}

/* Returns how many bytes it has understood. */
static gsize
process (Session *session)
{
  const guint8 *data = session->received->data;
  gsize length = session->received->len;

  if (session->phase == CONNECTED || length == 0)
    return 0;
  if (session->phase == SOCKS_AUTHENTICATION)
    return take_password (session, data, length);
  if (session->phase == SOCKS_REQUEST)
    return take_request (session, data, length);
  return data[0] == 5 ? take_greeting (session, data, length)
                      : take_http (session, data, length);
}

static void
read_more (Session *session)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (session->client),
                             session->buffer, sizeof session->buffer, G_PRIORITY_DEFAULT,
                             session->proxy->cancellable, received_cb, session);
}

static void
received_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (object), result, NULL);
  Session *session = user_data;
  gsize taken;

  /* Cancelled: the session may be gone. */
  if (length <= 0)
    return;

  g_byte_array_append (session->received, (const guint8 *) session->buffer, length);
  while ((taken = process (session)) > 0)
    g_byte_array_remove_range (session->received, 0, taken);
  if (session->phase != CONNECTED && !g_io_stream_is_closed (session->client))
    read_more (session);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  XmppTestProxy *proxy = user_data;
  Session *session = g_new0 (Session, 1);

  session->proxy = proxy;
  session->client = g_object_ref (G_IO_STREAM (connection));
  session->received = g_byte_array_new ();
  g_ptr_array_add (proxy->sessions, session);
  read_more (session);
  return TRUE;
}

XmppTestProxy *
xmpp_test_proxy_new (void)
{
  XmppTestProxy *proxy = g_new0 (XmppTestProxy, 1);

  proxy->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  proxy->cancellable = g_cancellable_new ();
  proxy->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) session_free);
  proxy->asked = g_string_new (NULL);
  proxy->service = xmpp_test_service_new (G_CALLBACK (incoming_cb), proxy, &proxy->port);
  return proxy;
}

void
xmpp_test_proxy_free (XmppTestProxy *proxy)
{
  xmpp_test_service_free (proxy->service, proxy);
  g_cancellable_cancel (proxy->cancellable);
  xmpp_test_run_pending ();

  g_ptr_array_unref (proxy->sessions);
  g_object_unref (proxy->cancellable);
  g_hash_table_unref (proxy->places);
  g_string_free (proxy->asked, TRUE);
  g_free (proxy->user);
  g_free (proxy->password);
  g_free (proxy);
}

guint16
xmpp_test_proxy_get_port (XmppTestProxy *proxy)
{
  return proxy->port;
}

void
xmpp_test_proxy_add_place (XmppTestProxy *proxy, const char *place, guint16 port)
{
  g_hash_table_insert (proxy->places, g_strdup (place), GUINT_TO_POINTER (port));
}

void
xmpp_test_proxy_set_password (XmppTestProxy *proxy,
                              const char *user,
                              const char *password)
{
  g_free (proxy->user);
  g_free (proxy->password);
  proxy->user = g_strdup (user);
  proxy->password = g_strdup (password);
}

guint
xmpp_test_proxy_get_connections (XmppTestProxy *proxy)
{
  return proxy->sessions->len;
}

const char *
xmpp_test_proxy_get_asked (XmppTestProxy *proxy)
{
  return proxy->asked->str;
}
