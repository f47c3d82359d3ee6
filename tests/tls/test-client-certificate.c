/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-client.h"

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

  return g_test_run ();
}
