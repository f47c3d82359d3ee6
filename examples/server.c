/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include <glib-unix.h>
#include <stdlib.h>
#include <xmpp.h>

static gboolean
message_cb (XmppConnection *connection, XmppStanza *message, gpointer user_data)
{
  XmppJid *from = xmpp_stanza_get_from (message);
  g_autoptr (XmppStanza)
      answer = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, from, "I hear you");

  xmpp_stanza_set_from (answer, xmpp_stanza_get_to (message));
  return xmpp_connection_send (connection, answer, NULL);
}

static void
opened_cb (XmppServer *server, XmppConnection *connection, gpointer user_data)
{
  g_print ("%s has come\n", xmpp_jid_to_string (xmpp_connection_get_jid (connection)));
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), NULL);
}

static gboolean
interrupted_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static void
stopped_cb (GObject *server, GAsyncResult *result, gpointer loop)
{
  g_main_loop_quit (loop);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
  g_autoptr (XmppServer) server = xmpp_server_new ();
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;
  guint port = 0;

  certificate = g_tls_certificate_new_from_file (argv[1], &error);
  if (certificate == NULL)
    g_error ("%s", error->message);

  xmpp_memory_authenticator_add_user (users, "romeo@example.net", "secret", NULL);
  xmpp_memory_authenticator_add_user (users, "juliet@example.net", "secret", NULL);
  g_signal_connect (server, "opened", G_CALLBACK (opened_cb), NULL);
  if (xmpp_server_add_domain (server, "example.net", certificate,
                              XMPP_AUTHENTICATOR (users), &error))
    port = xmpp_server_listen (server, XMPP_LISTEN_CLIENTS, "127.0.0.1",
                               (guint) strtoul (argv[2], NULL, 10), &error);
  if (port == 0)
    g_error ("%s", error->message);

  g_print ("example.net is at port %u\n", port);
  g_unix_signal_add (SIGINT, interrupted_cb, loop);
  g_main_loop_run (loop);
  xmpp_server_stop_async (server, NULL, stopped_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
