/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* bench-server N [SECONDS]: an XmppServer with N clients over direct TLS, which bench-crowd plays:
 * what each costs in memory, and a login in time of the processor, beside those that are there;
 * then what a message to all of them costs. */

#include <sys/resource.h>
#include <unistd.h>
#include <xmpp.h>

typedef struct
{
  XmppServer *server;
  GMainLoop *loop;
  guint n;
} Bench;

static void
check (const char *step, GError *error)
{
  if (error != NULL)
    g_error ("%s: %s", step, error->message);
}

static gint64
get_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
         usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* One by one, as an application would. What is sent goes out at the end of the turn. */
static void
fan_out (Bench *bench, GPtrArray *connections)
{
  g_autoptr (XmppJid) from = xmpp_jid_new ("localhost", NULL);

  for (guint i = 0; i < connections->len; i++)
    {
      XmppConnection *connection = g_ptr_array_index (connections, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (XmppStanza)
          message = xmpp_stanza_new_message (XMPP_STANZA_TYPE_CHAT,
                                             xmpp_connection_get_jid (connection),
                                             "Hello, everybody");

      xmpp_stanza_set_from (message, from);
      if (!xmpp_server_route (bench->server, message, &error))
        check ("route", error);
    }
}

static gboolean
quit_cb (gpointer user_data)
{
  Bench *bench = user_data;

  g_main_loop_quit (bench->loop);
  return G_SOURCE_REMOVE;
}

static void
measure_fan_out (Bench *bench)
{
  g_autoptr (GPtrArray) connections = xmpp_server_list_connections (bench->server);
  gint64 start = get_cpu ();

  fan_out (bench, connections);
  g_timeout_add (500, quit_cb, bench);
  g_main_loop_run (bench->loop);
  g_print ("%u messages: %" G_GINT64_FORMAT " ns of CPU each\n", connections->len,
           (get_cpu () - start) * 1000 / MAX (connections->len, 1));
}

/* Its last line has been read: it stays until its input is closed. */
static void
line_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object), result, NULL,
                                            &error);

  check ("bench-crowd", error);
  if (line == NULL || g_str_equal (line, "."))
    {
      g_main_loop_quit (bench->loop);
      return;
    }
  g_print ("%s\n", line);
  g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (object), G_PRIORITY_DEFAULT,
                                       NULL, line_read_cb, bench);
}

static void
run_crowd (Bench *bench, const char *program, guint port, const char *seconds)
{
  g_autofree char *folder = g_path_get_dirname (program);
  g_autofree char *crowd = g_build_filename (folder, "bench-crowd", NULL);
  g_autofree char *port_text = g_strdup_printf ("%u", port);
  g_autofree char *pid = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *n = g_strdup_printf ("%u", bench->n);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                        &error, crowd, port_text, pid, n, seconds, NULL);

  check (crowd, error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_data_input_stream_read_line_async (output, G_PRIORITY_DEFAULT, NULL, line_read_cb,
                                       bench);
  g_main_loop_run (bench->loop);
  measure_fan_out (bench);
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

static void
refused_cb (XmppServer *server,
            GSocketAddress *address,
            const GError *error,
            gpointer user_data)
{
  g_error ("refused: %s", error->message);
}

static XmppServer *
server_new (guint *port)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "localhost.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (XmppMemoryAuthenticator) users = xmpp_memory_authenticator_new ();
  g_autoptr (GError) error = NULL;
  XmppServer *server = xmpp_server_new ();

  certificate = g_tls_certificate_new_from_file (path, &error);
  check (path, error);
  xmpp_memory_authenticator_add_user (users, "bench@localhost", NULL, &error);
  check ("add-user", error);
  xmpp_memory_authenticator_set_field (users, "bench@localhost", "password", "bench",
                                       &error);
  check ("add-user", error);
  xmpp_server_add_domain (server, "localhost", certificate, XMPP_AUTHENTICATOR (users),
                          &error);
  check ("add-domain", error);
  g_object_set (server, "max-resources", G_MAXINT, NULL);
  g_object_set (xmpp_server_get_limits (server), "address-connections", 0,
                "address-connections-new", 0, NULL);
  g_signal_connect (server, "refused", G_CALLBACK (refused_cb), NULL);
  *port =
      xmpp_server_listen (server, XMPP_LISTEN_CLIENTS_DIRECT_TLS, "127.0.0.1", 0, &error);
  check ("listen", error);
  return server;
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };
  struct rlimit limit;
  guint port;

  if (argc != 2 && argc != 3)
    {
      g_printerr ("usage: bench-server N [SECONDS]\n");
      return 2;
    }

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  bench.n = (guint) g_ascii_strtoull (argv[1], NULL, 10);
  bench.loop = g_main_loop_new (NULL, FALSE);
  bench.server = server_new (&port);
  run_crowd (&bench, argv[0], port, argc > 2 ? argv[2] : "0");
  g_object_unref (bench.server);
  g_main_loop_unref (bench.loop);
  return 0;
}
