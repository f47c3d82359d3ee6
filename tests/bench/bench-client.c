/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* bench-client ROW N [SECONDS]: a client that uses the library as an application does. tests/bench/run
 * counts what it costs. Without arguments: lists the rows. */

#include <stdlib.h>
#include <string.h>
#include <xmpp.h>

#include "bench-process.h"
#include "bench-text.h"

/* So many are sent before it is waited until they have gone */
#define BATCH 256

typedef struct
{
  const char *row;
  guint n;
  guint seconds; /* that an idle session is left alone before it is looked at */

  XmppCredential *credential;
  GProxyResolver *resolver;
  XmppJid *to;
  guint16 port;
  GMainLoop *loop;
  XmppConnection *connection; /* the last one */
  GPtrArray *connections;     /* all that are open */
  gsize memory;               /* before most of them were */
  guint n_sent;
  guint n_results;
} Bench;

static void
fail (const char *step, const GError *error)
{
  g_error ("%s: %s", step, error->message);
}

static void
check_closed (GObject *object, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  if (!xmpp_connection_close_finish (XMPP_CONNECTION (object), result, &error))
    fail ("close", error);
}

static void
closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;

  check_closed (object, result);
  g_main_loop_quit (bench->loop);
}

static void
finish (Bench *bench)
{
  xmpp_connection_close_async (bench->connection, NULL, NULL, closed_cb, bench);
}

/* What only a test needs: no DNS, a password in clear on the way to this machine, and no question
 * to libproxy, whose answer costs as much as the rest where it is installed */
static void
open_another (Bench *bench, GAsyncReadyCallback callback)
{
  g_autoptr (GError) error = NULL;
  XmppClient *client = xmpp_client_new ("bench@localhost", bench->credential, &error);

  if (client == NULL)
    fail ("new", error);
  xmpp_client_set_server_host (client, "127.0.0.1");
  xmpp_client_set_server_port (client, bench->port);
  xmpp_client_set_proxy_resolver (client, bench->resolver);
  xmpp_client_set_insecure_loopback (client, TRUE);
  if (bench_row_is_tls (bench->row))
    xmpp_client_set_tls_mode (client, XMPP_TLS_MODE_STARTTLS);
  bench->connection = XMPP_CONNECTION (client);
  g_ptr_array_add (bench->connections, client);
  xmpp_connection_open_async (bench->connection, NULL, callback, bench);
}

static void
check_open (GObject *object, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  if (!xmpp_connection_open_finish (XMPP_CONNECTION (object), result, &error))
    fail ("open", error);
}

/* ---- recv, flood ---- */

static gboolean
message_cb (XmppConnection *connection, XmppStanza *stanza, gpointer user_data)
{
  Bench *bench = user_data;
  const char *body = xmpp_stanza_get_body (stanza);

  if (body != NULL && *body != '\0' && ++bench->n_results == bench->n)
    finish (bench);
  return TRUE;
}

static void
nothing_to_start_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  check_open (object, result);
}

static void
receive (Bench *bench)
{
  open_another (bench, nothing_to_start_cb);
  g_signal_connect (bench->connection, "message", G_CALLBACK (message_cb), bench);
}

static void
print_peak (void)
{
  g_print ("%" G_GSIZE_FORMAT "\n", bench_get_peak_memory ());
}

static void
flood (Bench *bench)
{
  receive (bench);
  atexit (print_peak);
}

/* An application that takes one after the other and is slower than the server */
static void
taken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppStanza) stanza = NULL;

  stanza = xmpp_connection_receive_finish (XMPP_CONNECTION (object), result, &error);
  if (stanza == NULL)
    fail ("receive", error);
  if (xmpp_stanza_get_body (stanza) != NULL && ++bench->n_results == bench->n)
    finish (bench);
  else
    xmpp_connection_receive_async (bench->connection, XMPP_STANZA_KIND_MESSAGE, NULL,
                                   taken_cb, bench);
}

static void
take_first_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;

  check_open (object, result);
  xmpp_connection_receive_async (bench->connection, XMPP_STANZA_KIND_MESSAGE, NULL,
                                 taken_cb, bench);
}

static void
flood_queue (Bench *bench)
{
  open_another (bench, take_first_cb);
  xmpp_connection_set_queue_kinds (bench->connection, XMPP_STANZA_KIND_MESSAGE);
  atexit (print_peak);
}

/* ---- send ---- */

static XmppStanza *
build_message (Bench *bench)
{
  XmppStanza *stanza = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, bench->to,
                                                "Hello, message 000000 & friends");
  XmppElement *element = xmpp_stanza_get_element (stanza);
  XmppElement *origin;

  xmpp_element_append_child (element, "active", "http://jabber.org/protocol/chatstates",
                             NULL);
  origin = xmpp_element_append_child (element, "origin-id", "urn:xmpp:sid:0", NULL);
  xmpp_element_set_attribute (origin, "id", xmpp_stanza_get_id (stanza));
  return stanza;
}

static void send_batch (gpointer user_data);

static void
batch_sent_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (GError) error = NULL;

  if (!xmpp_connection_send_finish (XMPP_CONNECTION (object), result, &error))
    fail ("send", error);
  bench->n_results = bench->n_sent;
  if (bench->n_sent < bench->n)
    send_batch (bench);
  else
    finish (bench);
}

static void
send_batch (gpointer user_data)
{
  Bench *bench = user_data;
  guint n = MIN (BATCH, bench->n - bench->n_sent);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (XmppStanza) stanza = build_message (bench);
      g_autoptr (GError) error = NULL;

      bench->n_sent++;
      if (i == n - 1)
        xmpp_connection_send_async (bench->connection, stanza, NULL, batch_sent_cb,
                                    bench);
      else if (!xmpp_connection_send (bench->connection, stanza, &error))
        fail ("send", error);
    }
}

static void
send_first_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  check_open (object, result);
  send_batch (user_data);
}

static void
send_all (Bench *bench)
{
  open_another (bench, send_first_cb);
}

/* ---- iq ---- */

static void ask (gpointer user_data);

static void
answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppStanza)
      answer = xmpp_connection_request_finish (XMPP_CONNECTION (object), result, &error);
  XmppElement *payload;

  if (answer == NULL)
    fail ("request", error);
  payload = xmpp_stanza_get_payload (answer, NULL, NULL);
  if (payload == NULL || xmpp_element_get_n_children (payload) == BENCH_BIG_ITEMS)
    bench->n_results++;
  if (bench->n_results < bench->n)
    ask (bench);
  else
    finish (bench);
}

static void
ask (gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (XmppElement) ping = xmpp_element_new ("ping", "urn:xmpp:ping");
  g_autoptr (XmppJid) server = xmpp_jid_new ("localhost", NULL);
  g_autoptr (XmppStanza) iq = xmpp_stanza_new_iq (XMPP_STANZA_TYPE_GET, server, ping);

  xmpp_connection_request_async (bench->connection, iq, NULL, answered_cb, bench);
}

static void
ask_first_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  check_open (object, result);
  ask (user_data);
}

static void
request (Bench *bench)
{
  open_another (bench, ask_first_cb);
}

/* ---- connect ---- */

static void connect_one (Bench *bench);

static void
disconnected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;

  check_closed (object, result);
  g_ptr_array_set_size (bench->connections, 0);
  if (++bench->n_results < bench->n)
    connect_one (bench);
  else
    g_main_loop_quit (bench->loop);
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  check_open (object, result);
  xmpp_connection_close_async (XMPP_CONNECTION (object), NULL, NULL, disconnected_cb,
                               user_data);
}

static void
connect_one (Bench *bench)
{
  open_another (bench, connected_cb);
}

/* ---- idle ---- */

static gboolean
look_at_idle_cb (gpointer user_data)
{
  Bench *bench = user_data;
  guint n_open = 0;

  /* One that has ended takes no memory. */
  for (guint i = 0; i < bench->connections->len; i++)
    n_open += xmpp_connection_get_state (g_ptr_array_index (bench->connections, i)) ==
              XMPP_CONNECTION_STATE_OPEN;
  if (n_open != bench->n)
    g_error ("idle: %u of %u sessions are still open", n_open, bench->n);

  g_print ("%" G_GSIZE_FORMAT "\n",
           (bench_get_memory () - bench->memory) / MAX (1, bench->n - 1));
  g_main_loop_quit (bench->loop);
  return G_SOURCE_REMOVE;
}

static void open_idle (Bench *bench);

static void
idle_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;

  check_open (object, result);
  if (++bench->n_results == 1)
    bench->memory = bench_get_memory ();
  if (bench->n_results < bench->n)
    open_idle (bench);
  else
    g_timeout_add_seconds (bench->seconds, look_at_idle_cb, bench);
}

/* The server answers no pings while it lets others in, which takes minutes on a slow machine. */
static void
open_idle (Bench *bench)
{
  open_another (bench, idle_cb);
  g_object_set (xmpp_connection_get_limits (bench->connection), "idle-seconds", 0, NULL);
}

/* ---- all ---- */

static const struct
{
  const char *name;
  void (*start) (Bench *bench);
  const char *description;
} rows[] = {
  { "recv", receive, "signal message: 250-byte stanza, body read" },
  { "recv-muc", receive, "signal message: 603-byte stanza, body read" },
  { "big", request, "request, and an answer of 1 MB" },
  { "send", send_all, "build a stanza and send it" },
  { "iq", request, "request and answer, one after the other" },
  { "connect", connect_one, "from a new client to a bound session, and a polite end" },
  { "idle", open_idle, "prints the bytes that each of N sessions keeps" },
  { "flood", flood, "recv; prints how many bytes the process has had" },
  { "flood-queue", flood_queue, "the same, stanzas taken one by one from the queue" },
};

static void
run (Bench *bench, void (*start) (Bench *bench))
{
  bench->credential = xmpp_credential_new (NULL, "secret");
  bench->resolver = g_simple_proxy_resolver_new ("direct://", NULL);
  bench->to = xmpp_jid_new ("srv@localhost/src", NULL);
  bench->loop = g_main_loop_new (NULL, FALSE);
  bench->connections = g_ptr_array_new_with_free_func (g_object_unref);
  start (bench);
  g_main_loop_run (bench->loop);
  g_ptr_array_unref (bench->connections);
  g_main_loop_unref (bench->loop);
  xmpp_jid_unref (bench->to);
  g_object_unref (bench->resolver);
  g_object_unref (bench->credential);
}

int
main (int argc, char *argv[])
{
  Bench bench = { 0 };

  if (argc < 3)
    {
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        g_print ("%s\t%s\n", rows[i].name, rows[i].description);
      return argc == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
  bench.row = argv[1];
  bench.n = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  bench.seconds = argc > 3 ? (guint) g_ascii_strtoull (argv[3], NULL, 10) : 0;
  if (bench_row_is_tls (bench.row))
    {
      g_autoptr (GTlsDatabase) database = bench_database_new ();

      g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (bench_row_is (bench.row, rows[i].name))
      {
        bench.port = bench_spawn_peer (argv[0], bench.row, bench.n);
        run (&bench, rows[i].start);
        if (bench.n_results != bench.n)
          g_error ("%s: %u instead of %u", bench.row, bench.n_results, bench.n);
        return EXIT_SUCCESS;
      }
  g_printerr ("no row %s\n", bench.row);
  return EXIT_FAILURE;
}
