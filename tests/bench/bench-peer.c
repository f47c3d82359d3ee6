/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* bench-peer ROW N [raw]: prints a port, takes one connection and plays the server's part of a
 * row there; raw: without a login. Runs outside of what is measured. */

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "bench-text.h"

#define BLOCK 65536

typedef struct
{
  GSocket *socket;
  GString *input; /* what was received and not looked at */
} Peer;

static void
send_text (Peer *peer, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;

  while (length > 0)
    {
      gssize n = g_socket_send (peer->socket, text, length, NULL, &error);

      if (n < 0)
        exit (EXIT_SUCCESS); /* the other side has had enough */
      text += n;
      length -= n;
    }
}

static gboolean
receive_more (Peer *peer)
{
  char buffer[BLOCK];
  gssize n = g_socket_receive (peer->socket, buffer, sizeof buffer, NULL, NULL);

  if (n <= 0)
    return FALSE;
  g_string_append_len (peer->input, buffer, n);
  return TRUE;
}

/* Takes the input up to the end of @mark. (transfer full); NULL at the end */
static char *
expect (Peer *peer, const char *mark)
{
  const char *found;
  char *taken;
  gsize length;

  while ((found = strstr (peer->input->str, mark)) == NULL)
    if (!receive_more (peer))
      return NULL;
  length = found - peer->input->str + strlen (mark);
  taken = g_strndup (peer->input->str, length);
  g_string_erase (peer->input, 0, length);
  return taken;
}

static void
await (Peer *peer, const char *mark)
{
  g_autofree char *taken = expect (peer, mark);

  if (taken == NULL)
    g_error ("the client has left before %s", mark);
}

static char *
get_id (const char *iq)
{
  const char *start = strstr (iq, " id='");
  const char *end = start != NULL ? strchr (start + 5, '\'') : NULL;

  if (end == NULL)
    g_error ("an iq without an id: %s", iq);
  return g_strndup (start + 5, end - start - 5);
}

static void
send_header (Peer *peer, const char *features)
{
  g_autofree char *text = g_strconcat (BENCH_HEADER "<stream:features>", features,
                                       "</stream:features>", NULL);

  send_text (peer, text, strlen (text));
}

static void
log_in (Peer *peer)
{
  g_autofree char *iq = NULL;
  g_autofree char *id = NULL;
  g_autofree char *answer = NULL;
  const char *success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";

  await (peer, "version='1.0'>");
  send_header (peer, "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
                     "<mechanism>PLAIN</mechanism></mechanisms>");
  await (peer, "</auth>");
  send_text (peer, success, strlen (success));
  await (peer, "version='1.0'>");
  send_header (peer, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
  iq = expect (peer, "</iq>");
  id = get_id (iq);
  answer = g_strdup_printf ("<iq type='result' id='%s'>"
                            "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                            "<jid>bench@localhost/xb</jid></bind></iq>",
                            id);
  send_text (peer, answer, strlen (answer));
}

static void
send_stanzas (Peer *peer, guint n, void (*append) (GString *text, guint i))
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      append (text, i);
      if (text->len >= BLOCK || i == n - 1)
        {
          send_text (peer, text->str, text->len);
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
      const char *start = strstr (iq, "<iq");
      g_autofree char *id = get_id (start != NULL ? start : iq);

      g_string_truncate (text, 0);
      if (big)
        bench_append_big (text, id);
      else
        g_string_append_printf (text, "<iq type='result' id='%s' from='localhost'/>", id);
      send_text (peer, text->str, text->len);
    }
}

static void
drain (Peer *peer)
{
  static const char end[] = "</stream:stream>";

  while (g_strrstr (peer->input->str, end) == NULL)
    {
      if (peer->input->len > sizeof end)
        g_string_erase (peer->input, 0, peer->input->len - sizeof end);
      if (!receive_more (peer))
        return;
    }
  send_text (peer, end, strlen (end));
}

int
main (int argc, char *argv[])
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  Peer peer = { 0 };
  const char *row = argc > 2 ? argv[1] : "";
  guint n = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 0;
  guint port;

  port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  if (port == 0)
    g_error ("no port: %s", error->message);
  g_print ("%u\n", port);
  connection = g_socket_listener_accept (listener, NULL, NULL, &error);
  if (connection == NULL)
    g_error ("no connection: %s", error->message);
  peer.socket = g_socket_connection_get_socket (connection);
  peer.input = g_string_new (NULL);
  g_socket_set_option (peer.socket, 6 /* IPPROTO_TCP */, 1 /* TCP_NODELAY */, 1, NULL);

  if (argc > 3)
    send_text (&peer, BENCH_HEADER, strlen (BENCH_HEADER));
  else
    log_in (&peer);
  if (g_str_equal (row, "recv"))
    send_stanzas (&peer, n, bench_append_small);
  else if (g_str_equal (row, "recv-muc"))
    send_stanzas (&peer, n, bench_append_muc);
  else if (g_str_equal (row, "iq"))
    answer_requests (&peer, n, FALSE);
  else if (g_str_equal (row, "big"))
    answer_requests (&peer, n, TRUE);
  drain (&peer);
  g_string_free (peer.input, TRUE);
  return EXIT_SUCCESS;
}
