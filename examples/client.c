/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* Logs in, sends a message, prints what comes, and leaves politely on Ctrl-C.
 * The same program in Python, JavaScript and Vala is client.py, client.js and client.vala. */

#include <glib-unix.h>
#include <locale.h>
#include <unistd.h>
#include <xmpp.h>

static char *password_file, *host, *ca, *status;
static int port, count;
static gboolean direct_tls, echo, report;

static const GOptionEntry entries[] = {
  { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file, "Its first line",
    "FILE" },
  { "host", 0, 0, G_OPTION_ARG_STRING, &host, "Skip the DNS", "HOST" },
  { "port", 0, 0, G_OPTION_ARG_INT, &port, NULL, "PORT" },
  { "direct-tls", 0, 0, G_OPTION_ARG_NONE, &direct_tls, "TLS from the first byte", NULL },
  { "ca", 0, 0, G_OPTION_ARG_FILENAME, &ca, "Trust these certificates only", "FILE" },
  { "count", 0, 0, G_OPTION_ARG_INT, &count, "Leave after so many messages", "N" },
  { "echo", 0, 0, G_OPTION_ARG_NONE, &echo, "Send each message back", NULL },
  { "status", 0, 0, G_OPTION_ARG_STRING, &status, "The last word", "TEXT" },
  { "report", 0, 0, G_OPTION_ARG_NONE, &report, "Say how the login went", NULL },
  { NULL },
};

typedef struct
{
  XmppConnection *connection;
  GMainLoop *loop;
  const char *to, *text;
  int left;
  gboolean failed;
} App;

static void
fail (App *app, const GError *error)
{
  if (!app->failed)
    g_printerr ("%s\n", error->message);
  app->failed = TRUE;
}

static void
left_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;
  g_autoptr (GError) error = NULL;

  if (!xmpp_connection_close_finish (app->connection, result, &error))
    fail (app, error);
  g_main_loop_quit (app->loop);
}

static gboolean
leave (gpointer user_data)
{
  App *app = user_data;

  xmpp_connection_close_async (app->connection, status ? status : "Good night", NULL,
                               left_cb, app);
  return G_SOURCE_REMOVE;
}

/* Comes after every end; with an error where nobody here asked for it */
static void
closed_cb (XmppConnection *connection, const GError *error, gpointer user_data)
{
  App *app = user_data;

  if (error)
    fail (app, error);
  g_main_loop_quit (app->loop);
}

static gboolean
send_chat (App *app, XmppJid *to, const char *text, GError **error)
{
  g_autoptr (XmppStanza)
      message = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT, to, text);

  return xmpp_connection_send (app->connection, message, error);
}

static gboolean
message_cb (XmppConnection *connection, XmppStanza *message, gpointer user_data)
{
  App *app = user_data;
  XmppJid *from = xmpp_stanza_get_from (message);
  const char *body = xmpp_stanza_get_body (message);
  g_autoptr (GError) error = NULL;

  if (!from || !body || xmpp_stanza_get_stanza_type (message) == XMPP_STANZA_TYPE_ERROR)
    return FALSE;
  g_print ("%s: %s\n", xmpp_jid_to_string (from), body);
  if (echo && !send_chat (app, from, body, &error))
    fail (app, error);
  if (--app->left == 0)
    leave (app);
  return TRUE;
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;
  g_autoptr (XmppJid) to = NULL;
  g_autoptr (GError) error = NULL;

  if (xmpp_connection_open_finish (app->connection, result, &error))
    {
      g_print ("online as %s\n",
               xmpp_jid_to_string (xmpp_connection_get_jid (app->connection)));
      if (!app->to || ((to = xmpp_jid_new (app->to, &error)) &&
                       send_chat (app, to, app->text, &error)))
        return;
    }
  fail (app, error);
  leave (app);
}

static char *
read_password (const char *jid, GError **error)
{
  g_autofree char *prompt = g_strdup_printf ("Password of %s: ", jid);
  char *password = NULL;

  if (!password_file)
    return g_strdup (getpass (prompt));
  if (g_file_get_contents (password_file, &password, NULL, error))
    password[strcspn (password, "\n")] = '\0';
  return password;
}

static XmppClient *
make_client (const char *jid, GError **error)
{
  g_autoptr (XmppCredential) credential = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  XmppClient *client;
  char *password = read_password (jid, error);

  if (!password)
    return NULL;
  credential = xmpp_credential_new (NULL, password);
  xmpp_secret_free (password);
  if (ca && !(database = g_tls_file_database_new (ca, error)))
    return NULL;
  client = xmpp_client_new (jid, credential, error);
  if (client)
    g_object_set (client, "server-host", host, "server-port", (guint) port, "tls-mode",
                  direct_tls ? XMPP_TLS_MODE_DIRECT : XMPP_TLS_MODE_AUTO, "tls-database",
                  database, NULL);
  return client;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("JID [TO [TEXT]]");
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (XmppClient) client = NULL;
  g_autoptr (GError) error = NULL;
  App app = { .loop = loop };

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc < 2 ||
      !(client = make_client (argv[1], &error)))
    {
      g_printerr ("%s\n", error ? error->message : "usage: client JID [TO [TEXT]]");
      return 1;
    }
  app.connection = XMPP_CONNECTION (client);
  app.to = argc > 2 ? argv[2] : NULL;
  app.text = argc > 3 ? argv[3] : "Hello";
  app.left = count;
  g_signal_connect (client, "message", G_CALLBACK (message_cb), &app);
  g_signal_connect (client, "closed", G_CALLBACK (closed_cb), &app);
  g_unix_signal_add (SIGINT, leave, &app);
  g_unix_signal_add (SIGTERM, leave, &app);

  xmpp_connection_open_async (app.connection, NULL, opened_cb, &app);
  g_main_loop_run (loop);
  if (report)
    {
      g_autofree char *text =
          xmpp_report_to_string (xmpp_connection_get_report (app.connection));

      g_print ("%s\n", text);
    }
  return app.failed ? 1 : 0;
}
