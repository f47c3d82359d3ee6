/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "tls/xmpp-tls-database.h"

#include "tls-peer.h"

#define SERVER G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER
#define CLIENT G_TLS_DATABASE_PURPOSE_AUTHENTICATE_CLIENT

#define BAD_IDENTITY G_TLS_CERTIFICATE_BAD_IDENTITY
#define GENERIC G_TLS_CERTIFICATE_GENERIC_ERROR
#define INSECURE G_TLS_CERTIFICATE_INSECURE
#define UNKNOWN_CA G_TLS_CERTIFICATE_UNKNOWN_CA

static const struct
{
  const char *certificate;
  GTlsCertificateFlags flags;
} rows[] = {
  { "good", 0 },
  { "good-intermediate", 0 },
  { "good-rsa", 0 },
  { "good-ed25519", 0 },
  { "no-purpose", 0 },
  { "full-chain", 0 },
  { "names-srv-client", 0 },
  { "names-xmpp", 0 },
  { "names-100", 0 },
  { "self-signed", UNKNOWN_CA },
  { "unknown-ca", UNKNOWN_CA },
  { "expired", G_TLS_CERTIFICATE_EXPIRED },
  { "expired-intermediate", G_TLS_CERTIFICATE_EXPIRED },
  { "not-yet", G_TLS_CERTIFICATE_NOT_ACTIVATED },
  { "ca-leaf", GENERIC },
  { "signed-by-leaf", UNKNOWN_CA },
  { "client-only", GENERIC },
  { "email-only", GENERIC },
  { "no-signature", GENERIC },
  { "rsa-1024", INSECURE },
  { "sha1", INSECURE },
  { "long-chain", GENERIC },
  { "other-domain", BAD_IDENTITY },
  { "common-name", BAD_IDENTITY },
  { "common-name-other", BAD_IDENTITY },
  { "unit-name", BAD_IDENTITY },
  { "names-nul", BAD_IDENTITY },
  { "names-srv-server", BAD_IDENTITY },
  { "names-xmpp-user", BAD_IDENTITY },
  { "names-101", BAD_IDENTITY },
  { "names-2000", BAD_IDENTITY },
};

static GTlsCertificateFlags
verify (GTlsDatabase *database, GTlsCertificate *chain, const char *purpose)
{
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("p.test", 0);
  g_autoptr (GError) error = NULL;
  GTlsCertificateFlags flags;

  flags = g_tls_database_verify_chain (database, chain, purpose,
                                       purpose == (gpointer) CLIENT ? NULL : identity,
                                       NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  g_assert_no_error (error);
  return flags;
}

static void
test_flags (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (XmppTlsDatabase) database = xmpp_tls_database_new (parameters);
  g_autoptr (GTlsCertificate) chain = tls_test_certificate (rows[row].certificate);

  g_assert_cmphex (verify (G_TLS_DATABASE (database), chain, SERVER), ==,
                   rows[row].flags);
}

/* The receiving side looks at no name: EXTERNAL and dialback do that, each in its way. */
static void
test_receiving (void)
{
  const struct
  {
    const char *certificate;
    GTlsCertificateFlags flags;
  } receiving_rows[] = {
    { "client", 0 },
    { "other-domain", 0 },
    { "client-only", 0 },
    { "email-only", GENERIC },
    { "unknown-ca", UNKNOWN_CA },
    { "expired", G_TLS_CERTIFICATE_EXPIRED },
    { "long-chain", GENERIC },
  };

  for (guint i = 0; i < G_N_ELEMENTS (receiving_rows); i++)
    {
      g_autoptr (XmppTlsParameters)
          parameters = xmpp_tls_parameters_new (NULL, "xmpp-client");
      g_autoptr (XmppTlsDatabase) database = NULL;
      g_autoptr (GTlsCertificate)
          chain = tls_test_certificate (receiving_rows[i].certificate);

      parameters->server = TRUE;
      parameters->database = tls_test_database ("ca");
      database = xmpp_tls_database_new (parameters);
      g_assert_cmphex (verify (G_TLS_DATABASE (database), chain, CLIENT), ==,
                       receiving_rows[i].flags);
    }
}

/* Renegotiation verifies a second time. */
static void
test_second_call (void)
{
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (XmppTlsDatabase) database = xmpp_tls_database_new (parameters);
  g_autoptr (GTlsCertificate) chain = tls_test_certificate ("good");

  g_assert_cmphex (verify (G_TLS_DATABASE (database), chain, SERVER), ==, 0);
  g_assert_cmphex (verify (G_TLS_DATABASE (database), chain, SERVER), ==, GENERIC);
}

/* Without a domain nothing can be named. */
static void
test_no_domain (void)
{
  g_autoptr (XmppTlsParameters)
      parameters = xmpp_tls_parameters_new (NULL, "xmpp-client");
  g_autoptr (XmppTlsDatabase) database = NULL;
  g_autoptr (GTlsCertificate) chain = tls_test_certificate ("good");

  parameters->database = tls_test_database ("ca");
  database = xmpp_tls_database_new (parameters);
  g_assert_cmphex (verify (G_TLS_DATABASE (database), chain, SERVER), ==, BAD_IDENTITY);
}

/* Databases of applications */

#define TEST_TYPE_DATABASE (test_database_get_type ())
G_DECLARE_FINAL_TYPE (TestDatabase, test_database, TEST, DATABASE, GTlsDatabase)

struct _TestDatabase
{
  GTlsDatabase parent_instance;

  GTlsCertificateFlags flags;
  gboolean fails;
  guint calls;
  GTlsCertificate *issuer;
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
  TestDatabase *self = TEST_DATABASE (database);

  self->calls++;
  if (self->fails)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the card is out");
  return self->flags;
}

static char *
test_database_create_certificate_handle (GTlsDatabase *database,
                                         GTlsCertificate *certificate)
{
  return g_strdup ("handle");
}

static GTlsCertificate *
test_database_lookup_certificate_for_handle (GTlsDatabase *database,
                                             const char *handle,
                                             GTlsInteraction *interaction,
                                             GTlsDatabaseLookupFlags flags,
                                             GCancellable *cancellable,
                                             GError **error)
{
  return g_object_ref (TEST_DATABASE (database)->issuer);
}

static GTlsCertificate *
test_database_lookup_certificate_issuer (GTlsDatabase *database,
                                         GTlsCertificate *certificate,
                                         GTlsInteraction *interaction,
                                         GTlsDatabaseLookupFlags flags,
                                         GCancellable *cancellable,
                                         GError **error)
{
  return g_object_ref (TEST_DATABASE (database)->issuer);
}

static GList *
test_database_lookup_certificates_issued_by (GTlsDatabase *database,
                                             GByteArray *issuer,
                                             GTlsInteraction *interaction,
                                             GTlsDatabaseLookupFlags flags,
                                             GCancellable *cancellable,
                                             GError **error)
{
  return g_list_append (NULL, g_object_ref (TEST_DATABASE (database)->issuer));
}

static void
test_database_finalize (GObject *object)
{
  g_clear_object (&TEST_DATABASE (object)->issuer);
  G_OBJECT_CLASS (test_database_parent_class)->finalize (object);
}

static void
test_database_class_init (TestDatabaseClass *klass)
{
  GTlsDatabaseClass *database_class = G_TLS_DATABASE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_database_finalize;
  database_class->verify_chain = test_database_verify_chain;
  database_class->create_certificate_handle = test_database_create_certificate_handle;
  database_class->lookup_certificate_for_handle =
      test_database_lookup_certificate_for_handle;
  database_class->lookup_certificate_issuer = test_database_lookup_certificate_issuer;
  database_class->lookup_certificates_issued_by =
      test_database_lookup_certificates_issued_by;
}

static void
test_database_init (TestDatabase *self)
{
  self->issuer = tls_test_certificate ("unknown-ca");
}

/* What the application's database says stands, but for names that GIO does not know; its
 * GError never comes out, for with flags of 0 it would abort the process. */
static void
test_delegation (void)
{
  const struct
  {
    const char *certificate;
    GTlsCertificateFlags says;
    gboolean fails;
    GTlsCertificateFlags flags;
  } delegation_rows[] = {
    { "good", 0, FALSE, 0 },
    { "good", 0, TRUE, GENERIC },
    { "good", UNKNOWN_CA, FALSE, UNKNOWN_CA },
    { "good", BAD_IDENTITY, TRUE, BAD_IDENTITY },
    { "good", BAD_IDENTITY, FALSE, BAD_IDENTITY },
    { "names-srv-client", BAD_IDENTITY, FALSE, 0 },
    { "names-srv-client", BAD_IDENTITY, TRUE, 0 },
    { "names-xmpp", BAD_IDENTITY | GENERIC, FALSE, GENERIC },
    { "other-domain", 0, FALSE, BAD_IDENTITY },
    { "rsa-1024", 0, FALSE, INSECURE },
    { "client-only", 0, FALSE, GENERIC },
  };

  for (guint i = 0; i < G_N_ELEMENTS (delegation_rows); i++)
    {
      g_autoptr (XmppTlsParameters)
          parameters = xmpp_tls_parameters_new ("p.test", "xmpp-client");
      g_autoptr (TestDatabase) inner = g_object_new (TEST_TYPE_DATABASE, NULL);
      g_autoptr (XmppTlsDatabase) database = NULL;
      g_autoptr (GTlsCertificate)
          chain = tls_test_certificate (delegation_rows[i].certificate);

      inner->flags = delegation_rows[i].says;
      inner->fails = delegation_rows[i].fails;
      g_set_object (&parameters->database, G_TLS_DATABASE (inner));
      database = xmpp_tls_database_new (parameters);
      g_assert_cmphex (verify (G_TLS_DATABASE (database), chain, SERVER), ==,
                       delegation_rows[i].flags);
      g_assert_cmpuint (inner->calls, ==, 1);
    }
}

static void
test_too_long_not_delegated (void)
{
  g_autoptr (XmppTlsParameters)
      parameters = xmpp_tls_parameters_new ("p.test", "xmpp-client");
  g_autoptr (TestDatabase) inner = g_object_new (TEST_TYPE_DATABASE, NULL);
  g_autoptr (XmppTlsDatabase) database = NULL;
  g_autoptr (GTlsCertificate) chain = tls_test_certificate ("long-chain");

  g_set_object (&parameters->database, G_TLS_DATABASE (inner));
  database = xmpp_tls_database_new (parameters);
  g_assert_cmphex (verify (G_TLS_DATABASE (database), chain, SERVER), ==, GENERIC);
  g_assert_cmpuint (inner->calls, ==, 0);
}

static void
test_lookups (void)
{
  g_autoptr (XmppTlsParameters)
      parameters = xmpp_tls_parameters_new ("p.test", "xmpp-client");
  g_autoptr (TestDatabase) inner = g_object_new (TEST_TYPE_DATABASE, NULL);
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("good");
  g_autoptr (GTlsCertificate) by_handle = NULL;
  g_autoptr (GTlsCertificate) issuer = NULL;
  g_autoptr (GByteArray) dn = g_byte_array_new ();
  g_autofree char *handle = NULL;
  GList *issued;

  g_set_object (&parameters->database, G_TLS_DATABASE (inner));
  database = G_TLS_DATABASE (xmpp_tls_database_new (parameters));

  handle = g_tls_database_create_certificate_handle (database, certificate);
  g_assert_cmpstr (handle, ==, "handle");
  by_handle = g_tls_database_lookup_certificate_for_handle (database, handle, NULL,
                                                            G_TLS_DATABASE_LOOKUP_NONE,
                                                            NULL, NULL);
  g_assert_true (by_handle == inner->issuer);
  issuer = g_tls_database_lookup_certificate_issuer (database, certificate, NULL,
                                                     G_TLS_DATABASE_LOOKUP_NONE, NULL,
                                                     NULL);
  g_assert_true (issuer == inner->issuer);
  issued = g_tls_database_lookup_certificates_issued_by (database, dn, NULL,
                                                         G_TLS_DATABASE_LOOKUP_NONE, NULL,
                                                         NULL);
  g_assert_cmpuint (g_list_length (issued), ==, 1);
  g_list_free_full (issued, g_object_unref);
}

/* The system's list is one object for all; none of the test certificates is in it. */
static void
test_system (void)
{
  g_autoptr (XmppTlsParameters)
      parameters = xmpp_tls_parameters_new ("p.test", "xmpp-client");
  g_autoptr (XmppTlsDatabase) database = xmpp_tls_database_new (parameters);
  g_autoptr (GTlsCertificate) chain = tls_test_certificate ("good");

  g_assert_cmphex (verify (G_TLS_DATABASE (database), chain, SERVER), ==, UNKNOWN_CA);
}

static gpointer
verify_in_thread (gpointer data)
{
  g_autoptr (GTlsCertificate) chain = tls_test_certificate ("expired");

  return GUINT_TO_POINTER (verify (data, chain, SERVER));
}

static void
test_thread (void)
{
  g_autoptr (XmppTlsParameters) parameters = tls_test_parameters ();
  g_autoptr (XmppTlsDatabase) database = xmpp_tls_database_new (parameters);
  GThread *thread = g_thread_new ("verify", verify_in_thread, database);

  g_assert_cmphex (GPOINTER_TO_UINT (g_thread_join (thread)), ==,
                   G_TLS_CERTIFICATE_EXPIRED);
}

static void
test_domain (void)
{
  const char *const domains[][2] = {
    { "P.Test", "p.test" }, { "p.test.", "p.test" },
    { "[::1]", "::1" },     { "127.0.0.1", "127.0.0.1" },
    { ".", "." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      g_autoptr (XmppTlsParameters)
          parameters = xmpp_tls_parameters_new (domains[i][0], "xmpp-client");

      g_assert_cmpstr (parameters->domain, ==, domains[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/tls-database/flags/%s", rows[i].certificate);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_flags);
    }
  g_test_add_func ("/tls-database/receiving", test_receiving);
  g_test_add_func ("/tls-database/second-call", test_second_call);
  g_test_add_func ("/tls-database/no-domain", test_no_domain);
  g_test_add_func ("/tls-database/delegation", test_delegation);
  g_test_add_func ("/tls-database/too-long-not-delegated", test_too_long_not_delegated);
  g_test_add_func ("/tls-database/lookups", test_lookups);
  g_test_add_func ("/tls-database/system", test_system);
  g_test_add_func ("/tls-database/thread", test_thread);
  g_test_add_func ("/tls-database/domain", test_domain);

  return g_test_run ();
}
