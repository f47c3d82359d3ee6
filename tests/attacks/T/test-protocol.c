/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack.h"

#include <glib/gstdio.h>
#include <string.h>

/* T4, T11, T13, T14 and T15 of the catalogue of attacks: what goes over the wire in a
 * handshake, and servers that GIO alone would be content with. */

typedef struct
{
  OpensslPeer *openssl;
  TlsPeer *front; /* nullable: STARTTLS before it */
  guint16 port;
} Server;

static void
server_clear (Server *server)
{
  g_clear_pointer (&server->front, tls_peer_free);
  g_clear_pointer (&server->openssl, openssl_peer_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Server, server_clear)

/* FALSE: there is no openssl */
static gboolean
server_start (Server *server, XmppTlsMode mode, const char *const *arguments)
{
  server->openssl = openssl_peer_new (arguments);
  if (server->openssl == NULL)
    {
      g_test_skip ("openssl is not installed");
      return FALSE;
    }

  server->port = server->openssl->port;
  if (mode == XMPP_TLS_MODE_STARTTLS)
    {
      server->front = tls_peer_new (TLS_PEER_STARTTLS, NULL);
      server->front->relay_port = server->port;
      server->port = server->front->port;
    }
  return TRUE;
}

static char *
certificate_file (const char *name)
{
  return g_build_filename (g_getenv ("XMPP_TEST_CERTS"), name, NULL);
}

static void
assert_says (const GError *error, const char *what)
{
  g_test_message ("%s", error->message);
  if (strstr (error->message, what) == NULL)
    g_error ("“%s” is not in “%s”", what, error->message);
}

/* A name that is longer than what holds it: GnuTLS may refuse it, or we. */
static void
test_overlong_name (gconstpointer data)
{
  g_autofree char *certificate = certificate_file ("names-overlong.pem");
  const char *const arguments[] = { "-cert", certificate, NULL };
  g_auto (Server) server = { 0 };
  g_autoptr (XmppClient) client = NULL;
  g_autoptr (GError) error = NULL;

  if (!server_start (&server, attack_mode (data), arguments))
    return;
  client = attack_client_new (server.port, attack_mode (data));
  error = attack_open (client);
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_TLS_ERROR);
  assert_says (error, "p.test");
}

static void
test_old_version (gconstpointer data)
{
  const char *const versions[][2] = { { "-tls1_1", "1.1" }, { "-tls1", "1.0" } };
  g_autofree char *certificate = certificate_file ("good-rsa.pem");

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      const char *const arguments[] = { "-cert",   certificate,       versions[i][0],
                                        "-cipher", "ALL:@SECLEVEL=0", NULL };
      g_auto (Server) server = { 0 };
      g_autoptr (XmppClient) client = NULL;
      g_autoptr (GError) error = NULL;

      if (!server_start (&server, attack_mode (data), arguments))
        return;
      client = attack_client_new (server.port, attack_mode (data));
      error = attack_open (client);
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC);
      assert_says (error, versions[i][1]);
      assert_says (error, "at least TLS 1.2 is required");
    }
}

static void
test_version_is_told (gconstpointer data)
{
  const char *const versions[][2] = { { "-tls1_2", "'1.2'" }, { "-tls1_3", "'1.3'" } };
  g_autofree char *certificate = certificate_file ("good.pem");

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      const char *const arguments[] = { "-cert", certificate, versions[i][0], NULL };
      g_auto (Server) server = { 0 };
      g_autoptr (XmppClient) client = NULL;
      g_autoptr (GVariant) report = NULL;
      g_autoptr (GVariant) tls = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      if (!server_start (&server, attack_mode (data), arguments))
        return;
      client = attack_client_new (server.port, attack_mode (data));
      openssl_peer_say (server.openssl, "no XML\n");
      error = attack_open (client);
      g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_NOT_WELL_FORMED);

      report =
          xmpp_report_to_variant (xmpp_connection_get_report (XMPP_CONNECTION (client)));
      tls = g_variant_lookup_value (report, "tls", G_VARIANT_TYPE_VARDICT);
      text = g_variant_print (tls, FALSE);
      g_test_message ("%s", text);
      g_assert_nonnull (strstr (text, versions[i][1]));
      g_assert_nonnull (strstr (text, "ciphersuite"));
      g_assert_nonnull (strstr (text, "'trust': <'authority'>"));
    }
}

/* A server that hears nothing asks for a new handshake, a TLS 1.2 custom that GIO follows
 * without a word. */
static void
line_read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  OpensslPeer *openssl = user_data;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object), result, NULL,
                                            NULL);

  if (line == NULL)
    return;
  if (g_str_has_prefix (line, "Secure Renegotiation"))
    openssl_peer_say (openssl, "R\n");
  else
    g_data_input_stream_read_line_async (openssl->output, G_PRIORITY_DEFAULT, NULL,
                                         line_read_cb, openssl);
}

static void
test_renegotiation (gconstpointer data)
{
  g_autofree char *certificate = certificate_file ("good.pem");
  const char *const arguments[] = { "-cert", certificate, "-tls1_2", NULL };
  g_auto (Server) server = { 0 };
  g_autoptr (XmppClient) client = NULL;
  g_autoptr (GError) error = NULL;

  if (!server_start (&server, attack_mode (data), arguments))
    return;
  g_data_input_stream_read_line_async (server.openssl->output, G_PRIORITY_DEFAULT, NULL,
                                       line_read_cb, server.openssl);
  client = attack_client_new (server.port, attack_mode (data));
  error = attack_open (client);
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  assert_says (error, "the peer has asked for a second handshake");
}

/* ---- ClientHello ---- */

static guint
get_uint16 (const guint8 *bytes)
{
  return bytes[0] << 8 | bytes[1];
}

/* RFC 8446 §4.1.2; NULL: it is not there. */
static const guint8 *
find_extension (GString *hello, guint wanted, guint *length)
{
  const guint8 *bytes = (const guint8 *) hello->str;
  const guint8 *end = bytes + hello->len;
  const guint8 *at = bytes + 5 + 4 + 2 + 32; /* record, message, version, random */

  g_assert_cmpuint (hello->len, >, 100);
  g_assert_cmpuint (bytes[0], ==, 22);
  at += 1 + at[0];
  at += 2 + get_uint16 (at);
  at += 1 + at[0];
  for (at += 2; at + 4 <= end; at += 4 + get_uint16 (at + 2))
    if (get_uint16 (at) == wanted)
      {
        *length = get_uint16 (at + 2);
        g_assert_true (at + 4 + *length <= end);
        return at + 4;
      }
  return NULL;
}

/* The text at the end of an extension with one entry, "-" where there is none */
static char *
dup_entry (GString *hello, guint extension, guint skip)
{
  guint length = 0;
  const guint8 *found = find_extension (hello, extension, &length);

  return found != NULL ? g_strndup ((const char *) found + skip, length - skip)
                       : g_strdup ("-");
}

static void
test_client_hello (gconstpointer data)
{
  static const struct
  {
    const char *jid;
    const char *sni;
  } rows[] = {
    { "alice@p.test", "p.test" },
    { "alice@P.Test.", "p.test" },
    { "alice@B\xc3\x9c"
      "CHER.test",
      "xn--bcher-kva.test" },
    { "alice@192.0.2.7", "-" }, /* RFC 6066 §3 */
  };
  gboolean direct = attack_mode (data) == XMPP_TLS_MODE_DIRECT;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_DROPS, NULL);
      g_autoptr (TlsPeer) front = direct ? NULL : tls_peer_new (TLS_PEER_STARTTLS, NULL);
      g_autoptr (XmppClient) client = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *sni = NULL;
      g_autofree char *alpn = NULL;
      g_autofree char *early_data = NULL;

      client = attack_client_new_for (rows[i].jid, direct ? peer->port : front->port,
                                      attack_mode (data));
      if (front != NULL)
        {
          front->relay_port = peer->port;
          tls_peer_set_name (front,
                             xmpp_jid_get_domain (xmpp_client_get_account (client)));
        }
      error = attack_open (client);
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS);

      sni = dup_entry (peer->clear, 0, 2 + 1 + 2);
      g_assert_cmpstr (sni, ==, rows[i].sni);
      alpn = dup_entry (peer->clear, 16, 2 + 1);
      g_assert_cmpstr (alpn, ==, direct ? "xmpp-client" : "-");
      /* RFC 8446 §4.2.10 */
      early_data = dup_entry (peer->clear, 42, 0);
      g_assert_cmpstr (early_data, ==, "-");
    }
}

/* A server for another protocol says so, and gets nothing. */
static void
test_other_protocol (void)
{
  g_autofree char *certificate = certificate_file ("good.pem");
  const char *const arguments[] = { "-cert", certificate, "-alpn", "http/1.1", NULL };
  g_auto (Server) server = { 0 };
  g_autoptr (XmppClient) client = NULL;
  g_autoptr (GError) error = NULL;

  if (!server_start (&server, XMPP_TLS_MODE_DIRECT, arguments))
    return;
  client = attack_client_new (server.port, XMPP_TLS_MODE_DIRECT);
  error = attack_open (client);
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC);
  assert_says (error, "No supported application protocol");
}

/* ---- Early data, receiving side ---- */

static gboolean
run_openssl (const char *command)
{
  const char *const argv[] = { "sh", "-c", command, NULL };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  process = g_subprocess_newv (argv,
                               G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                   G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                               &error);
  g_assert_no_error (error);
  g_subprocess_wait_async (process, NULL, tls_test_store_result, &result);
  tls_test_wait (&result);
  return g_subprocess_wait_finish (process, result, NULL);
}

/* A client that has a session with early data from another server with the same name: what
 * it sends ahead of the handshake is thrown away. */
static void
test_early_data (void)
{
  g_autofree char *certificate = certificate_file ("good.pem");
  const char *const arguments[] = { "-cert", certificate, "-tls1_3", "-early_data",
                                    NULL };
  g_auto (Server) server = { 0 };
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  g_autofree char *folder = g_dir_make_tmp ("xmpp-early-XXXXXX", NULL);
  g_autofree char *session = g_build_filename (folder, "session", NULL);
  g_autofree char *early = g_build_filename (folder, "early", NULL);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  if (!server_start (&server, XMPP_TLS_MODE_DIRECT, arguments))
    return;
  g_assert_true (g_file_set_contents (early, "too early, too early", -1, NULL));

  /* The ticket may come late, and s_client leaves at once when it reads Q. */
  first =
      g_strdup_printf ("(for i in $(seq 100); do sleep 0.1; test -s %s && break; done; "
                       "echo Q) | openssl s_client -connect 127.0.0.1:%u -tls1_3 "
                       "-servername p.test -sess_out %s",
                       session, server.port, session);
  g_assert_true (run_openssl (first));
  g_assert_true (g_file_test (session, G_FILE_TEST_EXISTS));

  second = g_strdup_printf ("(sleep 0.3; echo in time; sleep 0.3) | openssl "
                            "s_client -connect 127.0.0.1:%u -tls1_3 -servername p.test "
                            "-sess_in %s -early_data %s",
                            peer->port, session, early);
  run_openssl (second);
  tls_peer_wait_ended (peer, 1);
  g_assert_cmpuint (peer->handshakes, ==, 1);
  g_assert_cmpuint (peer->received, ==, strlen ("in time\n"));

  g_unlink (session);
  g_unlink (early);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  attack_add ("/attacks/T4/overlong-name", test_overlong_name);
  attack_add ("/attacks/T11/renegotiation", test_renegotiation);
  attack_add ("/attacks/T13/client-hello", test_client_hello);
  g_test_add_func ("/attacks/T13/other-protocol", test_other_protocol);
  attack_add ("/attacks/T14/old-version", test_old_version);
  attack_add ("/attacks/T14/version-is-told", test_version_is_told);
  g_test_add_func ("/attacks/T15/early-data", test_early_data);

  return g_test_run ();
}
