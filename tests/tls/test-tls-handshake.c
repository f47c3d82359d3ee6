/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-handshake.h"

#include "tls/xmpp-tls-database.h"

#include "tls-peer.h"

#include <string.h>

static void
write_hello (GTlsConnection *connection)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             "hello", 5, NULL, NULL, &error);
  g_assert_no_error (error);
}

static const char *const good_certificates[] = {
  "good",       "good-intermediate", "good-rsa",   "good-ed25519", "no-purpose",
  "full-chain", "names-srv-client",  "names-xmpp", "names-upper",
};

static void
test_good (gconstpointer certificate)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, certificate);
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_tls_describe_version (connection), ==, "1.3");
  g_assert_false (g_io_stream_is_closed (G_IO_STREAM (base)));

  write_hello (connection);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  tls_peer_wait_ended (peer, 1);
  g_assert_cmpuint (peer->received, ==, 5);
}

static const struct
{
  const char *certificate;
  const char *says; /* the flag, in the message */
  const char *also;
} bad_rows[] = {
  { "self-signed", "(unknown-ca)", "Issued by O=libxmpp-glib tests,CN=self-signed" },
  { "unknown-ca", "(unknown-ca)", "CN=other-ca" },
  { "expired", "(expired)", "valid from 2020-01-01 to 2021-01-01" },
  { "expired-intermediate", "(expired)", "CN=expired-ca" },
  { "not-yet", "(not-activated)", "valid from 2090-01-01" },
  { "ca-leaf", "(generic-error)", "certificate of an authority" },
  { "signed-by-leaf", "(unknown-ca)", "CN=good" },
  { "client-only", "(generic-error)", "not issued for this purpose (a TLS server)" },
  { "email-only", "(generic-error)", "not issued for this purpose" },
  { "rsa-1024", "(insecure)", "RSA, 1024 bits" },
  { "sha1", "(insecure)", "CN=ca" },
  { "long-chain", "(generic-error)", "longer than 10" },
  { "other-domain", "(bad-identity)", "but evil.test, www.evil.test" },
  { "common-name", "(bad-identity)", "p.test but nothing" },
  { "common-name-other", "(bad-identity)", "but evil.test" },
  { "unit-name", "(bad-identity)", "but nothing" },
  { "names-star-test", "(bad-identity)", "but *.test" },
  { "names-star-p", "(bad-identity)", "but *.p.test" },
  { "names-nul", "(bad-identity)", "evil.test" },
  { "names-xmpp-nul", "(bad-identity)", "but nothing" },
  { "names-xmpp-bmp", "(bad-identity)", "but nothing" },
  { "names-xmpp-user", "(bad-identity)", "but alice@p.test" },
  { "names-srv-server", "(bad-identity)", "but _xmpp-server.p.test" },
  { "names-101", "(bad-identity)", "but more than 100 others" },
};

/* Nothing of ours leaves: not a byte of the application, not our Finished. */
static void
assert_refused (TlsPeer *peer,
                GSocketConnection *base,
                GTlsConnection *connection,
                const GError *error)
{
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_null (connection);
  g_assert_true (g_io_stream_is_closed (G_IO_STREAM (base)));
  tls_peer_wait_ended (peer, 1);
  g_assert_cmpuint (peer->received, ==, 0);
  g_assert_cmpuint (peer->handshakes, ==, 0);
}

static void
assert_says (const GError *error, const char *text)
{
  if (strstr (error->message, text) == NULL)
    g_error ("\"%s\" is not in \"%s\"", text, error->message);
}

static void
test_bad (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, bad_rows[row].certificate);
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  /* Not sent either */
  parameters->certificate = tls_test_certificate ("client");
  connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
  assert_refused (peer, base, connection, error);
  assert_says (error, bad_rows[row].says);
  assert_says (error, bad_rows[row].also);
  assert_says (error, "The certificate for p.test is not acceptable: ");
  assert_says (error, "SHA-256 ");
  g_test_message ("%s", error->message);
}

/* The system's list of authorities, which holds none of these */
static void
test_system_database (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  g_autoptr (XmppTlsParameters)
      parameters = xmpp_tls_parameters_new ("p.test", "xmpp-client");
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
  assert_refused (peer, base, connection, error);
  assert_says (error, "(unknown-ca)");
}

static void
test_address (void)
{
  const struct
  {
    const char *certificate;
    const char *domain;
    gboolean good;
  } address_rows[] = {
    { "localhost", "127.0.0.1", TRUE }, { "localhost", "[::1]", TRUE },
    { "localhost", "localhost", TRUE }, { "localhost", "127.0.0.2", FALSE },
    { "good", "127.0.0.1", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (address_rows); i++)
    {
      g_autoptr (TlsPeer)
          peer = tls_peer_new (TLS_PEER_TALKS_TLS, address_rows[i].certificate);
      g_autoptr (XmppTlsParameters)
          parameters = xmpp_tls_parameters_new (address_rows[i].domain, "xmpp-client");
      g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
      g_autoptr (GTlsConnection) connection = NULL;
      g_autoptr (GError) error = NULL;

      parameters->database = tls_test_database ("ca");
      connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
      if (address_rows[i].good)
        g_assert_no_error (error);
      else
        assert_refused (peer, base, connection, error);
    }
}

/* Peers that are no good TLS servers */

static void
test_old_version (void)
{
  const char *const versions[][2] = { { "-tls1_1", "1.1" }, { "-tls1", "1.0" } };
  g_autofree char *certificate =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "good-rsa.pem", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      const char *const arguments[] = { "-cert",   certificate,       versions[i][0],
                                        "-cipher", "ALL:@SECLEVEL=0", NULL };
      g_autoptr (OpensslPeer) peer = openssl_peer_new (arguments);
      g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
      g_autoptr (GSocketConnection) base = NULL;
      g_autoptr (GTlsConnection) connection = NULL;
      g_autoptr (GError) error = NULL;

      if (peer == NULL)
        {
          g_test_skip ("openssl is not installed");
          return;
        }
      base = openssl_peer_connect (peer);
      connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
      g_assert_null (connection);
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC);
      assert_says (error, versions[i][1]);
      assert_says (error, "p.test");
      g_assert_true (g_io_stream_is_closed (G_IO_STREAM (base)));
    }
}

static void
test_not_tls (void)
{
  const struct
  {
    TlsPeerKind kind;
    const char *text;
    const char *alpn;
    const char *says;
  } not_tls_rows[] = {
    { TLS_PEER_DROPS, NULL, NULL, "p.test did not answer with TLS, or hung up" },
    { TLS_PEER_DROPS, NULL, "xmpp-client", "5223" },
    { TLS_PEER_SAYS, "HTTP/1.1 400 Bad Request\r\n\r\n", NULL,
      "did not answer with TLS" },
    { TLS_PEER_SAYS, "<?xml version='1.0'?><stream:stream>", "xmpp-client",
      "is this a STARTTLS port" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (not_tls_rows); i++)
    {
      g_autoptr (TlsPeer) peer = tls_peer_new (not_tls_rows[i].kind, NULL);
      g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
      g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
      g_autoptr (GTlsConnection) connection = NULL;
      g_autoptr (GError) error = NULL;

      peer->text = not_tls_rows[i].text;
      parameters->alpn = g_strdup (not_tls_rows[i].alpn);
      connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
      g_assert_null (connection);
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS);
      assert_says (error, not_tls_rows[i].says);
      g_assert_true (g_io_stream_is_closed (G_IO_STREAM (base)));
    }
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled (void)
{
  for (guint delay = 0; delay < 3; delay++)
    {
      g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);
      g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
      g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GTlsConnection) connection = NULL;
      g_autoptr (GError) error = NULL;

      if (delay == 0)
        g_cancellable_cancel (cancellable);
      else
        g_timeout_add (delay * 20, cancel_cb, cancellable);

      connection =
          tls_test_handshake (G_IO_STREAM (base), parameters, cancellable, &error);
      g_assert_null (connection);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_true (g_io_stream_is_closed (G_IO_STREAM (base)));
    }
}

/* ALPN */

static void
test_alpn (void)
{
  const struct
  {
    const char *ours;
    const char *theirs;
    const char *negotiated;
  } alpn_rows[] = {
    { "xmpp-client", "xmpp-client", "xmpp-client" },
    { "xmpp-client", NULL, NULL },
    { NULL, "xmpp-client", NULL },
    { "xmpp-client", "http/1.1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (alpn_rows); i++)
    {
      g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
      g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
      g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
      g_autoptr (GTlsConnection) connection = NULL;
      g_autoptr (GError) error = NULL;

      parameters->alpn = g_strdup (alpn_rows[i].ours);
      peer->parameters->alpn = g_strdup (alpn_rows[i].theirs);
      connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_tls_connection_get_negotiated_protocol (connection), ==,
                       alpn_rows[i].negotiated);
    }
}

static void
test_alpn_refused (void)
{
  g_autofree char *certificate =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "good.pem", NULL);
  const char *const arguments[] = { "-cert", certificate, "-alpn", "http/1.1", NULL };
  g_autoptr (OpensslPeer) peer = openssl_peer_new (arguments);
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (GSocketConnection) base = NULL;
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  if (peer == NULL)
    {
      g_test_skip ("openssl is not installed");
      return;
    }
  parameters->alpn = g_strdup ("xmpp-client");
  base = openssl_peer_connect (peer);
  connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
  g_assert_null (connection);
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC);
  assert_says (error, "The TLS handshake with p.test failed: ");
}

/* The receiving side */

static void
test_client_certificate (void)
{
  const struct
  {
    const char *certificate;
    const char *says; /* NULL: trusted */
  } client_rows[] = {
    { "client", NULL },
    { "unknown-ca", "(unknown-ca)" },
    { "email-only", "(a TLS client)" },
    { NULL, "has shown no certificate" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (client_rows); i++)
    {
      g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
      g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
      g_autoptr (GSocketConnection) base = tls_peer_connect (peer);
      g_autoptr (GTlsConnection) connection = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) verdict = NULL;
      XmppTlsDatabase *database;

      if (client_rows[i].certificate != NULL)
        parameters->certificate = tls_test_certificate (client_rows[i].certificate);
      connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
      g_assert_no_error (error);
      while (peer->tls == NULL)
        g_main_context_iteration (NULL, TRUE);

      database = XMPP_TLS_DATABASE (g_tls_connection_get_database (peer->tls));
      if (client_rows[i].says == NULL)
        g_assert_true (xmpp_tls_database_judge (database, peer->tls, &verdict));
      else
        {
          g_assert_false (xmpp_tls_database_judge (database, peer->tls, &verdict));
          g_assert_error (verdict, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
          assert_says (verdict, client_rows[i].says);
        }
    }
}

/* TLS 1.2 lets a client ask for handshake after handshake. */
static void
test_renegotiation (void)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, "good");
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", peer->port);
  g_autoptr (GSubprocess) client = NULL;
  g_autoptr (GError) error = NULL;

  if (openssl == NULL)
    {
      g_test_skip ("openssl is not installed");
      return;
    }
  client = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                 G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                 G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                             &error, openssl, "s_client", "-tls1_2", "-connect", address,
                             NULL);
  g_assert_no_error (error);
  while (peer->tls == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_output_stream_write_all (g_subprocess_get_stdin_pipe (client), "R\n", 2, NULL, NULL,
                             &error);
  g_assert_no_error (error);
  tls_peer_wait_ended (peer, 1);
  g_subprocess_force_exit (client);
  g_subprocess_wait (client, NULL, NULL);
}

static void
test_misconfigured (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (XmppTlsParameters) no_domain = xmpp_tls_parameters_new (NULL, "xmpp-client");
  g_autoptr (GSocketConnection) client = tls_peer_connect (peer);
  g_autoptr (GSocketConnection) server = tls_peer_connect (peer);
  g_autoptr (GError) client_error = NULL;
  g_autoptr (GError) server_error = NULL;

  g_assert_null (
      tls_test_handshake (G_IO_STREAM (client), no_domain, NULL, &client_error));
  g_assert_error (client_error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_io_stream_is_closed (G_IO_STREAM (client)));

  g_assert_null (
      tls_test_handshake (G_IO_STREAM (server), peer->parameters, NULL, &server_error));
  g_assert_error (server_error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (good_certificates); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/tls-handshake/good/%s", good_certificates[i]);

      g_test_add_data_func (path, good_certificates[i], test_good);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_rows); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/tls-handshake/bad/%s", bad_rows[i].certificate);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad);
    }
  g_test_add_func ("/tls-handshake/system-database", test_system_database);
  g_test_add_func ("/tls-handshake/address", test_address);
  g_test_add_func ("/tls-handshake/old-version", test_old_version);
  g_test_add_func ("/tls-handshake/not-tls", test_not_tls);
  g_test_add_func ("/tls-handshake/cancelled", test_cancelled);
  g_test_add_func ("/tls-handshake/alpn", test_alpn);
  g_test_add_func ("/tls-handshake/alpn-refused", test_alpn_refused);
  g_test_add_func ("/tls-handshake/client-certificate", test_client_certificate);
  g_test_add_func ("/tls-handshake/renegotiation", test_renegotiation);
  g_test_add_func ("/tls-handshake/misconfigured", test_misconfigured);

  return g_test_run ();
}
