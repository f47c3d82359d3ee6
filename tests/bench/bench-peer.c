/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* bench-peer ROW N: prints a port, takes one connection there, or N where a row is about
 * connections, and plays the server's part. Runs outside of what is measured. */

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "bench-process.h"
#include "bench-text.h"

#define BLOCK 65536
#define END "</stream:stream>"

typedef struct
{
  GSocketConnection *socket;
  GIOStream *io;
  GString *input; /* what was received and not looked at */
} Peer;

static void
send_text (Peer *peer, const char *text)
{
  /* Who does not want to hear it all has had enough. */
  if (!g_output_stream_write_all (g_io_stream_get_output_stream (peer->io), text,
                                  strlen (text), NULL, NULL, NULL))
    exit (EXIT_SUCCESS);
}

static gboolean
receive_more (Peer *peer)
{
  static char buffer[BLOCK];
  gssize n = g_input_stream_read (g_io_stream_get_input_stream (peer->io), buffer,
                                  sizeof buffer, NULL, NULL);

  if (n <= 0)
    return FALSE;
  g_string_append_len (peer->input, buffer, n);
  return TRUE;
}

/* Takes the input up to the end of @mark. (transfer full) */
static char *
expect (Peer *peer, const char *mark)
{
  const char *found;
  char *taken;
  gsize length;

  while ((found = strstr (peer->input->str, mark)) == NULL)
    if (!receive_more (peer))
      g_error ("the client has left before %s", mark);
  length = found - peer->input->str + strlen (mark);
  taken = g_strndup (peer->input->str, length);
  g_string_erase (peer->input, 0, length);
  return taken;
}

static void
await (Peer *peer, const char *mark)
{
  g_autofree char *taken = expect (peer, mark);
}

/* Of the last iq in @text */
static char *
get_id (const char *text)
{
  const char *iq = g_strrstr (text, "<iq ");
  const char *start = iq != NULL ? strstr (iq, " id='") : NULL;
  const char *end = start != NULL ? strchr (start + 5, '\'') : NULL;

  if (end == NULL)
    g_error ("an iq without an id: %s", text);
  return g_strndup (start + 5, end - start - 5);
}

/* ---- Logging in ---- */

static void
send_features (Peer *peer, const char *features)
{
  g_autofree char *text = NULL;

  await (peer, "version='1.0'>");
  text = g_strconcat (BENCH_HEADER "<stream:features>", features, "</stream:features>",
                      NULL);
  send_text (peer, text);
}

static void
start_tls (Peer *peer)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "localhost-rsa.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;
  GIOStream *tls = NULL;

  send_features (peer, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
                       "<required/></starttls>");
  await (peer, "xmpp-tls'/>");
  send_text (peer, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");

  certificate = g_tls_certificate_new_from_file (path, &error);
  if (certificate != NULL)
    tls = g_tls_server_connection_new (peer->io, certificate, &error);
  if (tls == NULL || !g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &error))
    g_error ("TLS: %s", error->message);
  g_object_unref (peer->io);
  peer->io = tls;
}

static void
log_in (Peer *peer)
{
  g_autofree char *iq = NULL;
  g_autofree char *id = NULL;
  g_autofree char *answer = NULL;

  send_features (peer, "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                       "<mechanism>PLAIN</mechanism></mechanisms>");
  await (peer, "</auth>");
  send_text (peer, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  send_features (peer, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
  iq = expect (peer, "</iq>");
  id = get_id (iq);
  answer = g_strdup_printf ("<iq type='result' id='%s'>"
                            "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                            "<jid>bench@localhost/xb</jid></bind></iq>",
                            id);
  send_text (peer, answer);
}

/* ---- Rows ---- */

static void
send_stanzas (Peer *peer, guint n, void (*append) (GString *text, guint i))
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      append (text, i);
      if (text->len >= BLOCK || i == n - 1)
        {
          send_text (peer, text->str);
          g_string_truncate (text, 0);
        }
    }
}

static void
answer_requests (Peer *peer, guint n, gboolean big)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *iq = expect (peer, "</iq>");
      g_autofree char *id = get_id (iq);

      g_string_truncate (text, 0);
      if (big)
        bench_append_big (text, id);
      else
        g_string_append_printf (text, "<iq type='result' id='%s' from='localhost'/>", id);
      send_text (peer, text->str);
    }
}

static void
play (Peer *peer, const char *row, guint n)
{
  if (bench_row_is (row, "recv") || g_str_has_prefix (row, "flood"))
    send_stanzas (peer, n, bench_append_small);
  else if (bench_row_is (row, "recv-muc"))
    send_stanzas (peer, n, bench_append_muc);
  else if (bench_row_is (row, "iq"))
    answer_requests (peer, n, FALSE);
  else if (bench_row_is (row, "big"))
    answer_requests (peer, n, TRUE);
}

/* ---- Connections ---- */

static Peer *
accept_peer (GSocketListener *listener)
{
  Peer *peer = g_new0 (Peer, 1);
  g_autoptr (GError) error = NULL;

  peer->socket = g_socket_listener_accept (listener, NULL, NULL, &error);
  if (peer->socket == NULL)
    g_error ("no connection: %s", error->message);
  peer->io = g_object_ref (G_IO_STREAM (peer->socket));
  peer->input = g_string_new (NULL);
  g_socket_set_option (g_socket_connection_get_socket (peer->socket), IPPROTO_TCP,
                       TCP_NODELAY, 1, NULL);
  return peer;
}

/* Reads what there is up to the client's end, and answers that. */
static void
finish_peer (Peer *peer)
{
  while (g_strrstr (peer->input->str, END) == NULL)
    {
      if (peer->input->len > sizeof END)
        g_string_erase (peer->input, 0, peer->input->len - sizeof END);
      if (!receive_more (peer))
        break;
    }
  g_output_stream_write_all (g_io_stream_get_output_stream (peer->io), END, strlen (END),
                             NULL, NULL, NULL);
  while (receive_more (peer))
    {
    }
  g_io_stream_close (peer->io, NULL, NULL);
  g_object_unref (peer->io);
  g_object_unref (peer->socket);
  g_string_free (peer->input, TRUE);
  g_free (peer);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GQueue) open = g_queue_new ();
  g_autoptr (GError) error = NULL;
  const char *row = argc > 2 ? argv[1] : "";
  guint n = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 0;
  gboolean idle = bench_row_is (row, "idle");
  guint n_connections = idle || bench_row_is (row, "connect") ? n : 1;
  guint port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  if (port == 0)
    g_error ("no port: %s", error->message);
  g_print ("%u\n", port);
  for (guint i = 0; i < n_connections; i++)
    {
      Peer *peer = accept_peer (listener);

      if (bench_row_is_tls (row))
        start_tls (peer);
      log_in (peer);
      play (peer, row, n);
      g_queue_push_tail (open, peer);
      if (!idle)
        finish_peer (g_queue_pop_head (open));
    }
  while (!g_queue_is_empty (open))
    finish_peer (g_queue_pop_head (open));
  return EXIT_SUCCESS;
}
