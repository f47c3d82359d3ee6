/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-handshake.h"
#include "transport/xmpp-client-hello.h"
#include "transport/xmpp-listener.h"

#include "tls-peer.h"
#include "xmpp-test-loop.h"

#include <string.h>

/* T11, T13 and T14 of the catalogue of attacks, from the other side: a port for direct TLS that
 * serves two domains, each with its own certificate. */

typedef struct
{
  XmppListener *listener;
  guint16 port;
  XmppTlsParameters *tls; /* of the connection that is there */
  GSocketConnection *socket;
  GTlsConnection *secure;
  GError *error; /* what has ended it */
  gboolean ended;
  GString *received;
  char buffer[256];
} Host;

static void
end (Host *host, GError *error)
{
  g_assert_false (host->ended);
  host->ended = TRUE;
  host->error = error;
  g_io_stream_close (G_IO_STREAM (host->socket), NULL, NULL);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Host *host = user_data;
  GError *error = NULL;
  gssize count = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);

  if (count <= 0)
    {
      end (host, error);
      return;
    }
  g_string_append_len (host->received, host->buffer, count);
  g_input_stream_read_async (G_INPUT_STREAM (object), host->buffer, sizeof host->buffer,
                             G_PRIORITY_DEFAULT, NULL, read_cb, host);
}

static void
handshaken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Host *host = user_data;
  GError *error = NULL;
  GInputStream *input;

  host->secure = xmpp_tls_handshake_finish (result, &error);
  if (host->secure == NULL)
    {
      end (host, error);
      return;
    }
  input = g_io_stream_get_input_stream (G_IO_STREAM (host->secure));
  g_input_stream_read_async (input, host->buffer, sizeof host->buffer, G_PRIORITY_DEFAULT,
                             NULL, read_cb, host);
}

/* evil.test has its own; who names nobody, or somebody else, gets that of p.test. */
static XmppTlsParameters *
choose_parameters (const XmppClientHello *hello)
{
  XmppTlsParameters *parameters = xmpp_tls_parameters_new (NULL, "xmpp-client");
  gboolean other = g_strcmp0 (hello->server_name, "evil.test") == 0;

  parameters->server = TRUE;
  parameters->alpn = g_strdup ("xmpp-client");
  parameters->certificate = tls_test_certificate (other ? "other-domain" : "good");
  return parameters;
}

static void
peeked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Host *host = user_data;
  GError *error = NULL;
  g_autoptr (XmppClientHello) hello = xmpp_client_hello_peek_finish (result, &error);

  if (hello == NULL || !xmpp_client_hello_allows (hello, "xmpp-client", &error))
    {
      end (host, error);
      return;
    }
  host->tls = choose_parameters (hello);
  xmpp_tls_handshake_async (G_IO_STREAM (host->socket), host->tls, NULL, handshaken_cb,
                            host);
}

static void
accepted_cb (XmppListener *listener,
             GSocketConnection *connection,
             GInetAddress *remote,
             gpointer user_data)
{
  Host *host = user_data;

  g_assert_null (host->socket);
  host->socket = g_object_ref (connection);
  xmpp_client_hello_peek_async (g_socket_connection_get_socket (connection), NULL,
                                peeked_cb, host);
}

static void
wait_ended (Host *host)
{
  xmpp_test_run_until (&host->ended);
}

/* The one connection is over, and forgotten. */
static void
host_reset (Host *host)
{
  if (host->socket != NULL)
    wait_ended (host);
  g_clear_pointer (&host->tls, xmpp_tls_parameters_unref);
  g_clear_object (&host->secure);
  g_clear_object (&host->socket);
  g_clear_error (&host->error);
  g_string_truncate (host->received, 0);
  host->ended = FALSE;
}

static Host *
host_new (void)
{
  Host *host = g_new0 (Host, 1);
  g_autoptr (GError) error = NULL;

  host->received = g_string_new (NULL);
  host->listener = xmpp_listener_new ("127.0.0.1", 0, accepted_cb, host, &error);
  g_assert_no_error (error);
  host->port = xmpp_listener_get_port (host->listener);
  return host;
}

static void
host_free (Host *host)
{
  xmpp_listener_free (host->listener);
  host_reset (host);
  g_string_free (host->received, TRUE);
  g_free (host);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Host, host_free)

/* openssl s_client in a process of its own, which leaves when it has said @input (nullable: it
 * stays until the connection ends); what it prints. NULL: there is no openssl */
static GSubprocess *
spawn_openssl (Host *host, const char *arguments, GSubprocessFlags flags)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  g_autofree char *line = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  if (openssl == NULL)
    {
      g_test_skip ("openssl is not installed");
      return NULL;
    }
  line = g_strdup_printf ("%s s_client -connect 127.0.0.1:%u -CAfile %s/ca.crt %s",
                          openssl, host->port, g_getenv ("XMPP_TEST_CERTS"), arguments);
  argv = g_strsplit (line, " ", -1);
  process = g_subprocess_newv ((const char *const *) argv,
                               flags | G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                   G_SUBPROCESS_FLAGS_STDERR_MERGE,
                               &error);
  g_assert_no_error (error);
  return process;
}

static char *
run_openssl (Host *host, const char *arguments, const char *input)
{
  g_autoptr (GSubprocess)
      process = spawn_openssl (host, arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  if (process == NULL)
    return NULL;
  g_subprocess_communicate_utf8_async (process, input, NULL, xmpp_test_result_cb,
                                       &result);
  g_subprocess_communicate_utf8_finish (process, xmpp_test_result_wait (&result), &output,
                                        NULL, &error);
  g_assert_no_error (error);
  wait_ended (host);
  return output;
}

static void
assert_says (const char *text, const char *what)
{
  if (strstr (text, what) == NULL)
    g_error ("“%s” is not in “%s”", what, text);
}

/* ---- T13: names and protocols ---- */

static const struct
{
  const char *arguments;
  const char *certificate; /* the subject's name; NULL: no handshake */
  const char *protocol;
} choice_rows[] = {
  { "-servername p.test -verify_hostname p.test -verify_return_error", "good", NULL },
  { "-servername evil.test -verify_hostname evil.test -verify_return_error",
    "other-domain", NULL },
  { "-servername EVIL.test. -tls1_2", "other-domain", NULL },
  { "-servername nobody.test", "good", NULL },
  { "-noservername", "good", NULL },
  { "-servername evil.test -alpn xmpp-client", "other-domain", "xmpp-client" },
  { "-servername p.test -alpn h2,xmpp-client,http/1.1", "good", "xmpp-client" },
  { "-servername p.test -alpn h2,xmpp-client -tls1_2", "good", "xmpp-client" },
  { "-servername p.test -alpn h2,http/1.1", NULL },
  { "-servername p.test -alpn xmpp-server", NULL },
  { "-noservername -alpn smtp -tls1_2", NULL },
};

static void
test_choice (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (choice_rows); i++)
    {
      g_autoptr (Host) host = host_new ();
      g_autofree char *arguments = NULL;
      g_autofree char *output = run_openssl (host, choice_rows[i].arguments, "hello\n");
      g_autofree char *subject = NULL;

      if (output == NULL)
        return;
      g_test_message ("%s", choice_rows[i].arguments);
      if (choice_rows[i].certificate == NULL)
        {
          g_assert_null (host->secure);
          g_assert_error (host->error, G_TLS_ERROR, G_TLS_ERROR_MISC);
          assert_says (host->error->message, "ALPN");
          assert_says (output, "SSL handshake has read 0 bytes");
          continue;
        }

      g_assert_nonnull (host->secure);
      subject = g_strdup_printf ("CN = %s\n", choice_rows[i].certificate);
      assert_says (output, subject);
      assert_says (output, "Verification: OK");
      g_assert_cmpstr (host->received->str, ==, "hello\n");
      g_assert_cmpstr (g_tls_connection_get_negotiated_protocol (host->secure), ==,
                       choice_rows[i].protocol);
      assert_says (output, choice_rows[i].protocol != NULL ? "ALPN protocol: xmpp-client"
                                                           : "No ALPN negotiated");
    }
}

/* Our own other side agrees with ours: it verifies the name. */
static void
test_own_client (void)
{
  const char *const domains[] = { "p.test", "evil.test", "q.test" };

  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      g_autoptr (Host) host = host_new ();
      g_autoptr (XmppTlsParameters)
          parameters = xmpp_tls_parameters_new (domains[i], "xmpp-client");
      g_autoptr (GSocketClient) client = g_socket_client_new ();
      g_autoptr (GSocketConnection) base = NULL;
      g_autoptr (GTlsConnection) connection = NULL;
      g_autoptr (GError) error = NULL;

      base =
          g_socket_client_connect_to_host (client, "127.0.0.1", host->port, NULL, &error);
      g_assert_no_error (error);
      parameters->database = tls_test_database ("ca");
      parameters->alpn = g_strdup ("xmpp-client");
      connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
      if (i == 2)
        {
          g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (g_tls_connection_get_negotiated_protocol (connection), ==,
                       "xmpp-client");
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    }
}

/* XML, or the web, where TLS was to come first */
static void
test_no_tls (void)
{
  const char *const texts[] = { "<?xml version='1.0'?><stream:stream>",
                                "GET / HTTP/1.1\r\n\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Host) host = host_new ();
      g_autoptr (GSocketClient) client = g_socket_client_new ();
      g_autoptr (GSocketConnection) base = NULL;
      g_autoptr (GError) error = NULL;

      base =
          g_socket_client_connect_to_host (client, "127.0.0.1", host->port, NULL, &error);
      g_assert_no_error (error);
      g_output_stream_write (g_io_stream_get_output_stream (G_IO_STREAM (base)), texts[i],
                             strlen (texts[i]), NULL, NULL);
      wait_ended (host);
      g_assert_error (host->error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS);
      assert_says (host->error->message, "did not begin with TLS");
    }
}

/* A hello that we let through and GnuTLS does not like: its words, and nobody is told to look for
 * the port of a server. */
static void
test_refused_hello (void)
{
  static const char hello[] = "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"
                              "0123456789abcdef0123456789abcdef"
                              "\x00\x00\x02\x00\x00\x01\x00\x00\x00";
  g_autoptr (Host) host = host_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) base = NULL;
  g_autoptr (GError) error = NULL;

  base = g_socket_client_connect_to_host (client, "127.0.0.1", host->port, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write (g_io_stream_get_output_stream (G_IO_STREAM (base)), hello,
                         sizeof hello - 1, NULL, NULL);
  wait_ended (host);
  g_assert_nonnull (host->error);
  g_test_message ("%s", host->error->message);
  g_assert_true (host->error->domain == G_TLS_ERROR);
  g_assert_null (strstr (host->error->message, "STARTTLS"));
}

static void
test_hung_up (void)
{
  g_autoptr (Host) host = host_new ();
  g_autofree char *output = run_openssl (host,
                                         "-servername evil.test -verify_hostname p.test "
                                         "-verify_return_error",
                                         "");

  if (output == NULL)
    return;
  /* It did not like our certificate. */
  g_assert_nonnull (host->error);
  g_test_message ("%s", host->error->message);
  g_assert_null (strstr (host->error->message, "STARTTLS"));
  g_assert_cmpuint (host->received->len, ==, 0);
}

/* ---- T11, T14 ---- */

static void
test_old_version (void)
{
  const char *const versions[][2] = { { "-tls1_1", "TLS 1.1" }, { "-tls1", "TLS 1.0" } };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (Host) host = host_new ();
      g_autofree char *arguments =
          g_strdup_printf ("-servername p.test -cipher ALL:@SECLEVEL=0 %s",
                           versions[i][0]);
      g_autofree char *output = run_openssl (host, arguments, "hello\n");

      if (output == NULL)
        return;
      g_assert_null (host->secure);
      g_assert_error (host->error, G_TLS_ERROR, G_TLS_ERROR_MISC);
      assert_says (host->error->message, versions[i][1]);
      assert_says (host->error->message, "at least TLS 1.2 is required");
    }
}

static void
write_to (GSubprocess *process, const char *text)
{
  GOutputStream *input = g_subprocess_get_stdin_pipe (process);

  g_output_stream_write_all (input, text, strlen (text), NULL, NULL, NULL);
}

static gboolean
has_received (gpointer user_data)
{
  Host *host = user_data;

  return host->received->len > 0;
}

/* A client may ask for a new handshake as often as it likes, each costs us a signature. */
static void
test_renegotiation (void)
{
  g_autoptr (Host) host = host_new ();
  g_autoptr (GSubprocess) process = spawn_openssl (host, "-servername p.test -tls1_2",
                                                   G_SUBPROCESS_FLAGS_STDOUT_SILENCE);

  if (process == NULL)
    return;
  write_to (process, "hello\n");
  xmpp_test_run_until_true (has_received, host, "the first line");
  g_assert_cmpstr (host->received->str, ==, "hello\n");
  xmpp_test_run_for (50);
  g_assert_false (host->ended);

  write_to (process, "R\n");
  wait_ended (host);
  write_to (process, "hello again\n");
  g_assert_cmpstr (host->received->str, ==, "hello\n");
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attacks/T11/receiving/renegotiation", test_renegotiation);
  g_test_add_func ("/attacks/T13/receiving/choice", test_choice);
  g_test_add_func ("/attacks/T13/receiving/own-client", test_own_client);
  g_test_add_func ("/attacks/T13/receiving/no-tls", test_no_tls);
  g_test_add_func ("/attacks/T13/receiving/refused-hello", test_refused_hello);
  g_test_add_func ("/attacks/T13/receiving/hung-up", test_hung_up);
  g_test_add_func ("/attacks/T14/receiving/old-version", test_old_version);

  return g_test_run ();
}
