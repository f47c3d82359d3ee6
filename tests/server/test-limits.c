/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "server/xmpp-server-private.h"

#include "xmpp-test-host.h"
#include "xmpp-test-raw.h"

#include <malloc.h>

/* A server does not wait for ever, and not for too many. */

#define HELLO                                                                            \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='p.test'>"

static const struct
{
  const char *name;
  const char *limit;
  gboolean direct;
  const char *sent;
  const char *answer; /* NULL: the connection ends without a word */
} silences[] = {
  { "nothing", "header-seconds", FALSE, "", "<connection-timeout" },
  { "half-a-header", "header-seconds", FALSE, "<stream:stream xmlns='jabber:client'",
    "<connection-timeout" },
  { "header", "open-seconds", FALSE, HELLO, "<connection-timeout" },
  { "header-exchange", "exchange-seconds", FALSE, HELLO, "<connection-timeout" },
  { "no-hello", "header-seconds", TRUE, "", NULL },
  { "half-a-hello", "header-seconds", TRUE, "\x16\x03\x01\x02", NULL },
};

static void
test_silence (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) raw = NULL;

  g_object_set (xmpp_server_get_limits (host->server), silences[row].limit, 1, NULL);
  raw = xmpp_test_raw_new (silences[row].direct ? host->direct_port : host->port);
  xmpp_test_raw_send (raw, silences[row].sent);
  if (silences[row].answer != NULL)
    xmpp_test_raw_expect (raw, silences[row].answer);
  xmpp_test_raw_expect_end (raw);
  xmpp_test_host_wait_refused (host, 1);
  g_assert_true (g_error_matches (host->refused_error, XMPP_STREAM_ERROR,
                                  XMPP_STREAM_ERROR_CONNECTION_TIMEOUT) ||
                 g_error_matches (host->refused_error, XMPP_CONNECTION_ERROR,
                                  XMPP_CONNECTION_ERROR_TIMED_OUT));
}

static void
test_address (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) first = NULL;
  g_autoptr (XmppTestRaw) second = NULL;
  g_autoptr (XmppTestRaw) third = NULL;

  g_object_set (xmpp_server_get_limits (host->server), "address-connections-before-auth",
                2, NULL);
  first = xmpp_test_raw_new (host->port);
  second = xmpp_test_raw_new (host->port);
  third = xmpp_test_raw_new (host->port);
  xmpp_test_raw_expect_end (third);
  xmpp_test_host_wait_refused (host, 1);
  g_assert_error (host->refused_error, XMPP_CONNECTION_ERROR,
                  XMPP_CONNECTION_ERROR_POLICY);
  g_assert_cmpstr (xmpp_test_raw_get_text (third), ==, "");

  /* Who leaves makes room. */
  g_clear_pointer (&first, xmpp_test_raw_free);
  xmpp_test_host_wait_refused (host, 2);
  g_clear_pointer (&third, xmpp_test_raw_free);
  third = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send (third, HELLO);
  xmpp_test_raw_expect (third, "</stream:features>");
}

/* All together: nobody is turned away, who comes waits. */
static void
test_total (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppTestRaw) first = NULL;
  g_autoptr (XmppTestRaw) second = NULL;

  g_object_set (xmpp_server_get_limits (host->server), "connections-before-auth", 1,
                NULL);
  first = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send (first, HELLO);
  xmpp_test_raw_expect (first, "</stream:features>");
  second = xmpp_test_raw_new (host->port);
  xmpp_test_raw_send (second, HELLO);
  xmpp_test_run_for (100);
  g_assert_cmpstr (xmpp_test_raw_get_text (second), ==, "");

  g_clear_pointer (&first, xmpp_test_raw_free);
  xmpp_test_raw_expect (second, "</stream:features>");
}

static void
test_resources (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  g_autoptr (XmppClient) one = NULL;
  g_autoptr (XmppClient) two = NULL;
  g_autoptr (XmppClient) three = xmpp_test_host_new_client (host, "alice@p.test");
  g_autoptr (XmppClient) other = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set (host->server, "max-resources", 2, NULL);
  one = xmpp_test_host_login (host, "alice@p.test", 0);
  two = xmpp_test_host_login (host, "alice@p.test", 0);
  error = xmpp_test_host_open (three);
  g_assert_error (error, XMPP_STANZA_ERROR, XMPP_STANZA_ERROR_RESOURCE_CONSTRAINT);
  g_clear_error (&error);
  other = xmpp_test_host_login (host, "bob@p.test", 0);

  xmpp_connection_abort (XMPP_CONNECTION (one));
  xmpp_test_host_wait_closed (host, 1);
  error = xmpp_test_host_open (three);
  g_assert_no_error (error);
  xmpp_connection_abort (XMPP_CONNECTION (two));
  xmpp_connection_abort (XMPP_CONNECTION (three));
  xmpp_connection_abort (XMPP_CONNECTION (other));
}

/* Without Kerberos there is no need for more. */
static void
test_default_room (void)
{
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  guint bytes;

  g_object_get (xmpp_server_get_limits (host->server), "element-bytes-before-auth",
                &bytes, NULL);
  g_assert_cmpuint (bytes, ==, 16384);
}

/* ---- Many that come and go ---- */

static guint
count_connections (XmppTestHost *host)
{
  XmppServerPrivate *priv = xmpp_server_get_private (host->server);

  return g_hash_table_size (priv->connections) +
         xmpp_admission_get_n_visits (priv->admission);
}

typedef struct
{
  XmppTestHost *host;
  guint port;
  const char *sent;
  const char *awaited;
  guint left;
  guint running;
} Flood;

static gboolean
flood_is_over (gpointer user_data)
{
  Flood *flood = user_data;

  return flood->left == 0 && flood->running == 0 && count_connections (flood->host) == 0;
}

static void begin_one (Flood *flood);

typedef struct
{
  Flood *flood;
  GSocketConnection *connection;
  char buffer[2048];
} Visitor;

static void
leave (Visitor *visitor)
{
  Flood *flood = visitor->flood;

  g_io_stream_close (G_IO_STREAM (visitor->connection), NULL, NULL);
  g_object_unref (visitor->connection);
  g_free (visitor);
  flood->running--;
  begin_one (flood);
}

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_input_stream_read_finish (G_INPUT_STREAM (object), result, NULL);
  leave (user_data);
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Visitor *visitor = user_data;
  Flood *flood = visitor->flood;
  GIOStream *io;
  g_autoptr (GError) error = NULL;

  visitor->connection =
      g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (object), result, &error);
  g_assert_no_error (error);
  io = G_IO_STREAM (visitor->connection);
  g_output_stream_write_all (g_io_stream_get_output_stream (io), flood->sent,
                             strlen (flood->sent), NULL, NULL, NULL);
  if (flood->awaited == NULL)
    leave (visitor);
  else
    g_input_stream_read_async (g_io_stream_get_input_stream (io), visitor->buffer,
                               sizeof visitor->buffer, G_PRIORITY_DEFAULT, NULL,
                               answered_cb, visitor);
}

static void
begin_one (Flood *flood)
{
  g_autoptr (GSocketClient) client = NULL;
  Visitor *visitor;

  if (flood->left == 0)
    return;

  flood->left--;
  flood->running++;
  visitor = g_new0 (Visitor, 1);
  visitor->flood = flood;
  client = g_socket_client_new ();
  g_socket_client_connect_to_host_async (client, "127.0.0.1", (guint16) flood->port, NULL,
                                         connected_cb, visitor);
}

/* What is not given back; 0 where a sanitizer has replaced malloc() */
static gsize
get_used (void)
{
  return mallinfo2 ().uordblks;
}

static void
run_flood (XmppTestHost *host,
           gboolean direct,
           const char *sent,
           const char *awaited,
           guint count)
{
  Flood flood = {
    .host = host,
    .port = direct ? host->direct_port : host->port,
    .sent = sent,
    .awaited = awaited,
    .left = count,
  };

  for (guint i = 0; i < 20; i++)
    begin_one (&flood);
  while (!flood_is_over (&flood))
    g_main_context_iteration (NULL, TRUE);
}

#define STARTTLS HELLO "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

static const struct
{
  const char *name;
  gboolean direct;
  const char *sent, *awaited;
} phases[] = {
  { "connect", FALSE, "", NULL },
  { "header", FALSE, HELLO, "answer" },
  { "starttls", FALSE, STARTTLS, "answer" },
  { "garbage", FALSE, "\x01\x02garbage", "answer" },
  { "connect-direct", TRUE, "", NULL },
  { "half-a-hello", TRUE, "\x16\x03\x01\x02", NULL },
};

/* V3: 10⁴ in each phase with XMPP_TEST_FLOOD in the environment. What is left behind is nothing, whatever the phase. */
static void
test_flood (void)
{
  gboolean slow = g_getenv ("XMPP_TEST_SLOW") != NULL;
  gboolean patient = g_getenv ("XMPP_TEST_FLOOD") != NULL;
  guint count = slow ? 20 : patient ? 10000 : 500;
  g_autoptr (XmppTestHost) host = xmpp_test_host_new ();
  gsize before, after;

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    run_flood (host, phases[i].direct, phases[i].sent, phases[i].awaited, 20);
  before = get_used ();
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    {
      run_flood (host, phases[i].direct, phases[i].sent, phases[i].awaited, count);
      g_test_message ("%s: %" G_GSIZE_FORMAT " KiB", phases[i].name, get_used () / 1024);
    }
  after = get_used ();
  g_assert_cmpuint (host->refused, ==, (count + 20) * G_N_ELEMENTS (phases));
  g_assert_cmpuint (host->opened, ==, 0);
  /* Tables and caches grow a little; an object that is left of each would be more. */
  if (!slow)
    g_assert_cmpuint (after, <, before + 256 * 1024 + 20 * host->refused);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (silences); i++)
    {
      g_autofree char *path = g_strconcat ("/limits/silence/", silences[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_silence);
    }
  g_test_add_func ("/limits/address", test_address);
  g_test_add_func ("/limits/total", test_total);
  g_test_add_func ("/limits/resources", test_resources);
  g_test_add_func ("/limits/default-room", test_default_room);
  g_test_add_func ("/limits/flood", test_flood);
  return g_test_run ();
}
