/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "bench-rows.h"

#include <string.h>
#include <xmpp.h>

#include "bench-spawn.h"
#include "bench-text.h"
#include "xmpp-test-mechanisms.h"

/* So many are sent before it is waited until they have gone */
#define BATCH 256

typedef struct
{
  XmppConnection *connection;
  GMainLoop *loop;
  XmppJid *to;
  guint n;
  guint n_sent;
  guint n_results;
  void (*start) (gpointer bench); /* once it is open; NULL: nothing to do */
} Bench;

static void
fail (const char *step, const GError *error)
{
  g_error ("%s: %s", step, error->message);
}

static void
closed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (GError) error = NULL;

  if (!xmpp_connection_close_finish (XMPP_CONNECTION (object), result, &error))
    fail ("close", error);
  g_main_loop_quit (bench->loop);
}

static void
finish (Bench *bench)
{
  xmpp_connection_close_async (bench->connection, NULL, NULL, closed_cb, bench);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (GError) error = NULL;

  if (!xmpp_connection_open_finish (XMPP_CONNECTION (object), result, &error))
    fail ("open", error);
  if (bench->start != NULL)
    bench->start (bench);
}

static gboolean
message_cb (XmppConnection *connection, XmppStanza *stanza, gpointer user_data)
{
  Bench *bench = user_data;
  const char *body = xmpp_stanza_get_body (stanza);

  if (body != NULL && *body != '\0' && ++bench->n_results == bench->n)
    finish (bench);
  return TRUE;
}

static guint
run (const char *program, const char *row, guint n, void (*start) (gpointer bench))
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (XmppClient) client = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (XmppJid) to = xmpp_jid_new ("srv@localhost/src", NULL);
  g_autoptr (GError) error = NULL;
  Bench bench = { .loop = loop, .to = to, .n = n, .start = start };

  client = xmpp_client_new ("bench@localhost", credential, &error);
  if (client == NULL)
    fail ("new", error);
  xmpp_test_register_mechanisms (registry);
  xmpp_client_set_registry (client, registry);
  xmpp_client_set_server_host (client, "127.0.0.1");
  xmpp_client_set_server_port (client, bench_spawn_peer (program, row, n, FALSE));
  xmpp_client_set_insecure_loopback (client, TRUE);
  bench.connection = XMPP_CONNECTION (client);
  g_signal_connect (client, "message", G_CALLBACK (message_cb), &bench);
  xmpp_connection_open_async (bench.connection, NULL, opened_cb, &bench);
  g_main_loop_run (loop);
  return bench.n_results;
}

guint
bench_receive_small (const char *program, guint n)
{
  return run (program, "recv", n, NULL);
}

guint
bench_receive_muc (const char *program, guint n)
{
  return run (program, "recv-muc", n, NULL);
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

guint
bench_send (const char *program, guint n)
{
  return run (program, "send", n, send_batch);
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

guint
bench_request (const char *program, guint n)
{
  return run (program, "iq", n, ask);
}

guint
bench_request_big (const char *program, guint n)
{
  return run (program, "big", n, ask);
}
