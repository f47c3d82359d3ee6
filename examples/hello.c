/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include <locale.h>
#include <xmpp.h>

static void
send_chat (XmppConnection *client, XmppJid *to, const char *text)
{
  g_autoptr (XmppStanza)
      message = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, to, text);

  xmpp_connection_send (client, message, NULL);
}

static gboolean
message_cb (XmppConnection *client, XmppStanza *message, gpointer user_data)
{
  const char *body = xmpp_stanza_get_body (message);

  if (xmpp_stanza_get_stanza_type (message) == XMPP_STANZA_TYPE_ERROR ||
      g_strcmp0 (body, "Bye") == 0)
    xmpp_connection_close_async (client, NULL, NULL, NULL, NULL);
  else
    send_chat (client, xmpp_stanza_get_from (message), body);
  return TRUE;
}

static void
closed_cb (XmppConnection *client, const GError *error, gpointer loop)
{
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  g_main_loop_quit (loop);
}

static void
opened_cb (GObject *client, GAsyncResult *result, gpointer loop)
{
  g_autoptr (XmppJid) juliet = xmpp_jid_new ("juliet@example.org", NULL);
  g_autoptr (GError) error = NULL;

  if (xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error))
    send_chat (XMPP_CONNECTION (client), juliet, "Hello");
  else
    closed_cb (XMPP_CONNECTION (client), error, loop);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (XmppClient) client = xmpp_client_new ("romeo@example.net", credential, NULL);

  setlocale (LC_ALL, "");
  g_signal_connect (client, "message", G_CALLBACK (message_cb), NULL);
  g_signal_connect (client, "closed", G_CALLBACK (closed_cb), loop);
  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, opened_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
