/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-client.h"
#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-client-certificate.h"

#include "tls-peer.h"

#include <string.h>

/* Client certificates from files and from a token, as XmppClient takes them. */

#define TOKEN "pkcs11:token=xmpp-test;object=client;type="

static const XmppTlsMode modes[] = { XMPP_TLS_MODE_DIRECT, XMPP_TLS_MODE_STARTTLS };

/* Who knows the PIN, or another one */
#define TEST_TYPE_KEEPER (test_keeper_get_type ())
G_DECLARE_FINAL_TYPE (TestKeeper, test_keeper, TEST, KEEPER, GTlsInteraction)

struct _TestKeeper
{
  GTlsInteraction parent_instance;

  const char *pin; /* NULL: no answer */
  guint asked;
};

G_DEFINE_FINAL_TYPE (TestKeeper, test_keeper, G_TYPE_TLS_INTERACTION)

static GTlsInteractionResult
test_keeper_ask_password (GTlsInteraction *interaction,
                          GTlsPassword *password,
                          GCancellable *cancellable,
                          GError **error)
{
  TestKeeper *self = TEST_KEEPER (interaction);

  self->asked++;
  if (self->pin == NULL)
    return G_TLS_INTERACTION_UNHANDLED;
  g_tls_password_set_value (password, (const guchar *) self->pin, -1);
  return G_TLS_INTERACTION_HANDLED;
}

static void
test_keeper_class_init (TestKeeperClass *klass)
{
  G_TLS_INTERACTION_CLASS (klass)->ask_password = test_keeper_ask_password;
}

static void
test_keeper_init (TestKeeper *self)
{
}

static GTlsCertificate *
file_certificate (void)
{
  const char *folder = g_getenv ("XMPP_TEST_CERTS");
  g_autofree char *certificate = g_build_filename (folder, "client.crt", NULL);
  g_autofree char *key = g_build_filename (folder, "client.key", NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *loaded = g_tls_certificate_new_from_files (certificate, key, &error);

  g_assert_no_error (error);
  return loaded;
}

/* NULL: there is no token */
static GTlsCertificate *
token_certificate (const char *pin)
{
  g_autofree char *key = g_strconcat (TOKEN "private", pin, NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *loaded;

  if (!g_file_test (g_getenv ("SOFTHSM2_CONF"), G_FILE_TEST_EXISTS))
    {
      g_test_skip ("SoftHSM is not installed");
      return NULL;
    }
  loaded = g_tls_certificate_new_from_pkcs11_uris (TOKEN "cert", key, &error);
  g_assert_no_error (error);
  return loaded;
}

static TlsPeer *
new_peer (XmppTlsMode mode)
{
  return tls_peer_new (mode == XMPP_TLS_MODE_DIRECT ? TLS_PEER_TALKS_TLS
                                                    : TLS_PEER_STARTTLS,
                       "good");
}

static XmppClient *
new_client (TlsPeer *peer, XmppTlsMode mode, GTlsCertificate *certificate)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");
  g_autoptr (GError) error = NULL;
  XmppClient *client = xmpp_client_new ("alice@p.test", credential, &error);

  g_assert_no_error (error);
  g_object_set (client, "server-host", "127.0.0.1", "server-port", (guint) peer->port,
                "tls-mode", mode, "tls-database", database, "certificate", certificate,
                NULL);
  return client;
}

/* Until the stream begins, or something fails */
static GError *
call (XmppClient *client, TlsPeer *peer)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable,
                              tls_test_store_result, &result);
  while (peer->received == 0 && result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  tls_test_wait (&result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error);
  return error;
}

static void
assert_received (TlsPeer *peer)
{
  g_autoptr (GTlsCertificate) expected = tls_test_certificate ("client");
  GTlsCertificate *received;

  g_assert_nonnull (peer->tls);
  received = g_tls_connection_get_peer_certificate (peer->tls);
  g_assert_nonnull (received);
  g_assert_true (g_tls_certificate_is_same (received, expected));
}

/* What EXTERNAL rests on */
static void
assert_reported (XmppClient *client, const char *expected)
{
  g_autoptr (GVariant) report =
      xmpp_report_to_variant (xmpp_connection_get_report (XMPP_CONNECTION (client)));
  g_autoptr (GVariant)
      tls = g_variant_lookup_value (report, "tls", G_VARIANT_TYPE_VARDICT);
  const char *fact = NULL;

  g_assert_nonnull (tls);
  g_assert_true (g_variant_lookup (tls, "client_certificate", "&s", &fact));
  g_assert_cmpstr (fact, ==, expected);
}

static void
assert_sent (GTlsCertificate *certificate, const char *pin, guint asked)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (TlsPeer) peer = new_peer (modes[i]);
      g_autoptr (XmppClient) client = new_client (peer, modes[i], certificate);
      g_autoptr (TestKeeper) keeper = g_object_new (TEST_TYPE_KEEPER, NULL);
      g_autoptr (GError) error = NULL;

      keeper->pin = pin;
      xmpp_client_set_tls_interaction (client, G_TLS_INTERACTION (keeper));
      error = call (client, peer);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      assert_received (peer);
      assert_reported (client, "sent");
      g_assert_cmpuint (keeper->asked, ==, asked);
    }
}

static void
test_files (void)
{
  g_autoptr (GTlsCertificate) certificate = file_certificate ();

  assert_sent (certificate, NULL, 0);
}

static void
test_token (void)
{
  g_autoptr (GTlsCertificate) certificate = token_certificate (NULL);

  if (certificate != NULL)
    assert_sent (certificate, "5678", 1);
}

static void
test_pin_in_uri (void)
{
  g_autoptr (GTlsCertificate) certificate = token_certificate ("?pin-value=5678");

  if (certificate != NULL)
    assert_sent (certificate, NULL, 0);
}

/* Once: the same answer again would lock a card. */
static void
test_wrong_pin (gconstpointer pin)
{
  g_autoptr (GTlsCertificate) certificate = token_certificate (NULL);

  for (guint i = 0; certificate != NULL && i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (TlsPeer) peer = new_peer (modes[i]);
      g_autoptr (XmppClient) client = new_client (peer, modes[i], certificate);
      g_autoptr (TestKeeper) keeper = g_object_new (TEST_TYPE_KEEPER, NULL);
      g_autoptr (GError) error = NULL;

      keeper->pin = pin;
      xmpp_client_set_tls_interaction (client, G_TLS_INTERACTION (keeper));
      error = call (client, peer);
      g_test_message ("%s", error->message);
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC);
      g_assert_nonnull (strstr (error->message, "PIN"));
      g_assert_null (strstr (error->message, "refused"));
      if (pin != NULL)
        g_assert_null (strstr (error->message, pin));
      g_assert_cmpuint (keeper->asked, ==, 1);
      g_assert_cmpuint (peer->received, ==, 0);
      g_assert_cmpstr (xmpp_report_get_failed_step (
                           xmpp_connection_get_report (XMPP_CONNECTION (client))),
                       ==, "tls");
    }
}

/* Nobody to ask for the PIN */
static void
test_nobody (void)
{
  g_autoptr (GTlsCertificate) certificate = token_certificate (NULL);

  for (guint i = 0; certificate != NULL && i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (TlsPeer) peer = new_peer (modes[i]);
      g_autoptr (XmppClient) client = new_client (peer, modes[i], certificate);
      g_autoptr (GError) error = call (client, peer);

      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED);
      g_assert_nonnull (strstr (error->message, "needs a PIN that nobody was asked for"));
      g_assert_cmpuint (peer->received, ==, 0);
    }
}

/* In TLS 1.3 a server says no when our handshake is long done. */
static void
test_refused (void)
{
  const char *folder = g_getenv ("XMPP_TEST_CERTS");
  g_autofree char *own = g_build_filename (folder, "good.pem", NULL);
  g_autofree char *trusted = g_build_filename (folder, "other-ca.crt", NULL);
  static const char *const versions[] = { "-tls1_2", "-tls1_3" };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      const char *const arguments[] = {
        "-cert",     own, "-CAfile", trusted, "-Verify", "1", "-verify_return_error",
        versions[i], NULL
      };
      g_autoptr (GTlsCertificate) certificate = file_certificate ();
      g_autoptr (OpensslPeer) openssl = openssl_peer_new (arguments);
      g_autoptr (TlsPeer) unused = tls_peer_new (TLS_PEER_SILENT, NULL);
      g_autoptr (XmppClient) client = NULL;
      g_autoptr (GError) error = NULL;

      if (openssl == NULL)
        {
          g_test_skip ("openssl is not installed");
          return;
        }
      client = new_client (unused, XMPP_TLS_MODE_DIRECT, certificate);
      xmpp_client_set_server_port (client, openssl->port);
      error = call (client, unused);
      g_test_message ("%s: %s", versions[i], error->message);
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_MISC);
      g_assert_nonnull (
          strstr (error->message, "the server has refused the client certificate: "));
      g_assert_nonnull (strstr (error->message, "CA is unknown"));
      g_assert_nonnull (strstr (error->message, "It is for alice@p.test"));
      g_assert_nonnull (
          strstr (error->message, "What to do: check that the server trusts"));
    }
}

/* Who asks: the application, from within the handshake */
#define TEST_TYPE_CHOOSER (test_chooser_get_type ())
G_DECLARE_FINAL_TYPE (TestChooser, test_chooser, TEST, CHOOSER, GTlsInteraction)

struct _TestChooser
{
  GTlsInteraction parent_instance;
};

G_DEFINE_FINAL_TYPE (TestChooser, test_chooser, G_TYPE_TLS_INTERACTION)

static GTlsInteractionResult
test_chooser_request_certificate (GTlsInteraction *interaction,
                                  GTlsConnection *connection,
                                  GTlsCertificateRequestFlags flags,
                                  GCancellable *cancellable,
                                  GError **error)
{
  g_autoptr (GTlsCertificate) certificate = file_certificate ();

  g_tls_connection_set_certificate (connection, certificate);
  return G_TLS_INTERACTION_HANDLED;
}

static void
test_chooser_class_init (TestChooserClass *klass)
{
  G_TLS_INTERACTION_CLASS (klass)->request_certificate = test_chooser_request_certificate;
}

static void
test_chooser_init (TestChooser *self)
{
}

typedef enum
{
  CLIENT_HAS_NONE,
  CLIENT_HAS_ONE,
  CLIENT_CHOOSES,
} Client;

static XmppTlsParameters *
new_parameters (Client client)
{
  XmppTlsParameters *parameters = tls_test_parameters ();

  if (client == CLIENT_HAS_ONE)
    parameters->certificate = file_certificate ();
  if (client == CLIENT_CHOOSES)
    parameters->interaction = g_object_new (TEST_TYPE_CHOOSER, NULL);
  return parameters;
}

/* It was asked for and sent, or why not; "-verify" asks and takes whatever comes. */
static void
test_wanted (void)
{
  static const struct
  {
    const char *verify;
    Client client;
    gboolean wanted;
    gboolean sent;
    const char *why;
  } rows[] = {
    { NULL, CLIENT_HAS_NONE, FALSE, FALSE, "none is set" },
    { NULL, CLIENT_HAS_ONE, FALSE, FALSE, "p.test did not ask for one" },
    { NULL, CLIENT_CHOOSES, FALSE, FALSE, "none is set" },
    { "-verify", CLIENT_HAS_NONE, TRUE, FALSE, "none is set" },
    { "-verify", CLIENT_HAS_ONE, TRUE, TRUE, NULL },
    { "-verify", CLIENT_CHOOSES, TRUE, TRUE, NULL },
  };
  static const char *const versions[] = { "-tls1_2", "-tls1_3" };
  g_autofree char *own =
      g_build_filename (g_getenv ("XMPP_TEST_CERTS"), "good.pem", NULL);

  for (guint i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      guint row = i / 2;
      const char *const arguments[] = { "-cert",          own, versions[i % 2],
                                        rows[row].verify, "1", NULL };
      g_autoptr (OpensslPeer) openssl = openssl_peer_new (arguments);
      g_autoptr (XmppTlsParameters) parameters = new_parameters (rows[row].client);
      g_autoptr (GSocketConnection) base = NULL;
      g_autoptr (GTlsConnection) connection = NULL;
      g_autoptr (GError) error = NULL;

      if (openssl == NULL)
        {
          g_test_skip ("openssl is not installed");
          return;
        }
      g_test_message ("row %u, %s", row, versions[i % 2]);
      base = openssl_peer_connect (openssl);
      connection = tls_test_handshake (G_IO_STREAM (base), parameters, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (xmpp_client_certificate_was_wanted (connection), ==,
                       rows[row].wanted);
      g_assert_cmpint (xmpp_client_certificate_get_sent (connection) != NULL, ==,
                       rows[row].sent);
      if (rows[row].why != NULL)
        {
          g_autofree char *why = xmpp_client_certificate_explain (connection, "p.test");

          g_assert_cmpstr (why, ==, rows[row].why);
        }
      /* What is below is closed too. */
      g_assert_true (g_io_stream_close (G_IO_STREAM (connection), NULL, NULL));
      g_assert_true (g_io_stream_is_closed (G_IO_STREAM (base)));
    }
}

/* A15: the key signs for nobody whose certificate is not accepted; not even the certificate is
 * shown. */
static void
test_server_not_verified (void)
{
  static const char *const names[] = { "unknown-ca", "other-domain", "expired" };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (names); i++)
    {
      XmppTlsMode mode = modes[i % 2];
      g_autoptr (TlsPeer)
          peer = tls_peer_new (mode == XMPP_TLS_MODE_DIRECT ? TLS_PEER_TALKS_TLS
                                                            : TLS_PEER_STARTTLS,
                               names[i / 2]);
      g_autoptr (GTlsCertificate) certificate = file_certificate ();
      g_autoptr (XmppClient) client = new_client (peer, mode, certificate);
      g_autoptr (GError) error = call (client, peer);

      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
      g_assert_cmpuint (peer->handshakes, ==, 0);
      if (peer->tls != NULL)
        g_assert_null (g_tls_connection_get_peer_certificate (peer->tls));
    }
}

static void
test_accounts (void)
{
  static const struct
  {
    const char *certificate;
    const char *domain;
    const char *accounts;
  } rows[] = {
    { "names-account", "x.test", "user@x.test" },
    { "names-account", "X.TEST", "user@x.test" },
    { "names-account", "p.test", "" },
    { "names-accounts", "x.test", "user@x.test other@x.test" },
    { "names-accounts", "p.test", "alice@p.test" },
    { "good", "p.test", "" },
    { "names-xmpp", "p.test", "" },
    { "names-xmpp-user", "p.test", "alice@p.test" },
    { "names-xmpp-ia5", "p.test", "" },
    { "names-xmpp-nul", "p.test", "" },
    { "names-accounts-odd", "x.test", "user@x.test b\xc3\xbc@x.test" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GTlsCertificate)
          certificate = tls_test_certificate (rows[i].certificate);
      g_auto (gnutls_x509_crt_t) imported = xmpp_certificate_import (certificate);
      g_auto (GStrv)
          accounts = xmpp_client_certificate_read_accounts (imported, rows[i].domain);
      g_autofree char *text = g_strjoinv (" ", accounts);

      g_test_message ("%s, %s", rows[i].certificate, rows[i].domain);
      g_assert_cmpstr (text, ==, rows[i].accounts);
    }
}

static void
test_no_such_object (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (g_tls_certificate_new_from_pkcs11_uris (
      "pkcs11:token=xmpp-test;object=other;type=cert",
      "pkcs11:token=xmpp-test;object=other;type=private", &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-certificate/files", test_files);
  g_test_add_func ("/client-certificate/token", test_token);
  g_test_add_func ("/client-certificate/pin-in-uri", test_pin_in_uri);
  g_test_add_data_func ("/client-certificate/wrong-pin", "9999", test_wrong_pin);
  g_test_add_data_func ("/client-certificate/no-answer", NULL, test_wrong_pin);
  g_test_add_func ("/client-certificate/nobody", test_nobody);
  g_test_add_func ("/client-certificate/refused", test_refused);
  g_test_add_func ("/client-certificate/no-such-object", test_no_such_object);
  g_test_add_func ("/client-certificate/wanted", test_wanted);
  g_test_add_func ("/client-certificate/server-not-verified", test_server_not_verified);
  g_test_add_func ("/client-certificate/accounts", test_accounts);

  return g_test_run ();
}
