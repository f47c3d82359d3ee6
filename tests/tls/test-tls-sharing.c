/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-client.h"

#include "tls-peer.h"

#include <dlfcn.h>
#include <gnutls/x509.h>

/* The list of authorities is read once in a process, whoever connects and how often: the
 * system's is 11 ms and several megabytes. GIO's TLS back end finds these in the place of
 * GnuTLS's own, and each calls the next. */

static int loads;

typedef int (*AddSystemTrust) (gnutls_x509_trust_list_t, unsigned, unsigned);
typedef int (*AddTrustFile) (gnutls_x509_trust_list_t,
                             const char *,
                             const char *,
                             gnutls_x509_crt_fmt_t,
                             unsigned,
                             unsigned);

int
gnutls_x509_trust_list_add_system_trust (gnutls_x509_trust_list_t list,
                                         unsigned flags,
                                         unsigned verification_flags)
{
  AddSystemTrust next =
      (AddSystemTrust) dlsym (RTLD_NEXT, "gnutls_x509_trust_list_add_system_trust");

  loads++;
  return next (list, flags, verification_flags);
}

int
gnutls_x509_trust_list_add_trust_file (gnutls_x509_trust_list_t list,
                                       const char *authorities,
                                       const char *revoked,
                                       gnutls_x509_crt_fmt_t type,
                                       unsigned flags,
                                       unsigned verification_flags)
{
  AddTrustFile next =
      (AddTrustFile) dlsym (RTLD_NEXT, "gnutls_x509_trust_list_add_trust_file");

  loads++;
  return next (list, authorities, revoked, type, flags, verification_flags);
}

/* FALSE: refused for its certificate. Does not count what the peer loads when it is made. */
static gboolean
call (const char *certificate, GTlsDatabase *database)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_TALKS_TLS, certificate);
  g_autoptr (XmppClient) client = xmpp_client_new ("alice@p.test", NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  loads = 0;
  g_object_set (client, "server-host", "127.0.0.1", "server-port", (guint) peer->port,
                "tls-mode", XMPP_TLS_MODE_DIRECT, "tls-database", database, NULL);
  xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable,
                              tls_test_store_result, &result);
  while (peer->received == 0 && result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (cancellable);
  tls_test_wait (&result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), result, &error);
  if (!g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return peer->received > 0;
}

static void
test_system (void)
{
  g_assert_false (call ("good", NULL));
  /* GIO fills two lists from it. */
  g_assert_cmpint (loads, >, 0);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (call ("good", NULL));
      g_assert_cmpint (loads, ==, 0);
    }
}

static void
test_file (void)
{
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");

  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (call ("good", database));
      g_assert_cmpint (loads, ==, 0);
    }
}

/* What the others are measured against: GIO alone */
static void
test_without (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (GSocketConnection) base = tls_peer_connect (peer);

  for (int i = 1; i <= 2; i++)
    {
      g_autoptr (GIOStream) connection = NULL;

      loads = 0;
      connection = g_tls_client_connection_new (G_IO_STREAM (base), NULL, NULL);

      g_assert_nonnull (connection);
      g_assert_cmpint (loads, >, 0);
    }
}

/* An application's own database, which trusts everybody */

#define TEST_TYPE_DATABASE (test_database_get_type ())
G_DECLARE_FINAL_TYPE (TestDatabase, test_database, TEST, DATABASE, GTlsDatabase)

struct _TestDatabase
{
  GTlsDatabase parent_instance;

  guint calls;
};

G_DEFINE_FINAL_TYPE (TestDatabase, test_database, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
test_database_verify_chain (GTlsDatabase *database,
                            GTlsCertificate *chain,
                            const char *purpose,
                            GSocketConnectable *identity,
                            GTlsInteraction *interaction,
                            GTlsDatabaseVerifyFlags flags,
                            GCancellable *cancellable,
                            GError **error)
{
  TEST_DATABASE (database)->calls++;
  return G_TLS_CERTIFICATE_NO_FLAGS;
}

static void
test_database_class_init (TestDatabaseClass *klass)
{
  G_TLS_DATABASE_CLASS (klass)->verify_chain = test_database_verify_chain;
}

static void
test_database_init (TestDatabase *self)
{
}

/* It decides about authorities, and about nothing else. */
static void
test_application (void)
{
  static const struct
  {
    const char *certificate;
    gboolean good;
  } rows[] = {
    { "good", TRUE },          { "self-signed", TRUE },  { "unknown-ca", TRUE },
    { "other-domain", FALSE }, { "ca-leaf", FALSE },     { "client-only", FALSE },
    { "rsa-1024", FALSE },     { "common-name", FALSE },
  };
  g_autoptr (TestDatabase) database = g_object_new (TEST_TYPE_DATABASE, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].certificate);
      g_assert_cmpint (call (rows[i].certificate, G_TLS_DATABASE (database)), ==,
                       rows[i].good);
      g_assert_cmpuint (database->calls, ==, i + 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tls-sharing/system", test_system);
  g_test_add_func ("/tls-sharing/file", test_file);
  g_test_add_func ("/tls-sharing/without", test_without);
  g_test_add_func ("/tls-sharing/application", test_application);

  return g_test_run ();
}
