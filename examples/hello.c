/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include <xmpp.h>

static void
closed_cb (GObject *client, GAsyncResult *result, gpointer loop)
{
  xmpp_connection_close_finish (XMPP_CONNECTION (client), result, NULL);
  g_main_loop_quit (loop);
}

static void
opened_cb (GObject *client, GAsyncResult *result, gpointer loop)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppJid) to = xmpp_jid_new ("juliet@example.org", NULL);
  g_autoptr (XmppStanza)
      hello = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, to, "Hello");

  if (!xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error) ||
      !xmpp_connection_send (XMPP_CONNECTION (client), hello, &error))
    g_printerr ("%s\n", error->message);
  xmpp_connection_close_async (XMPP_CONNECTION (client), "Good night", NULL, closed_cb,
                               loop);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (XmppClient) client = xmpp_client_new ("romeo@example.net", credential, NULL);

  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, opened_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
