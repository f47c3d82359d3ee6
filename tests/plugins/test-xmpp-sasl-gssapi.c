/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gssapi-fixture.h"
#include "gssapi-private.h"
#include "xmpp-test-loop.h"

#include <krb5.h>
#include <string.h>

/* ---- The two sides with each other ---- */

static void
test_pairs (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gssapi_fixture_mechanisms); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = gssapi_fixture_client (gssapi_fixture_mechanisms[i], NULL, NULL);
      g_autoptr (XmppSaslMechanism)
          server = gssapi_fixture_server (gssapi_fixture_mechanisms[i]);

      gssapi_fixture_assert_success (client, server, "alice");
    }
}

static void
test_credentials (void)
{
  g_autofree char *cache = gssapi_fixture_dup_file ("bob.cache");
  g_autofree char *keytab = gssapi_fixture_dup_file ("bob.keytab");
  const struct
  {
    const char *field;
    const char *value;
    const char *username;
  } rows[] = {
    { "ccache", cache, "bob" },
    { "client-keytab", keytab, "bob" },
    { "principal", "alice", "alice" },
    { "principal", "alice@LAB.TEST", "alice" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = gssapi_fixture_client ("GSSAPI", rows[i].field, rows[i].value);
      g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server ("GSSAPI");

      gssapi_fixture_assert_success (client, server, rows[i].username);
    }
}

/* The tickets that a keytab has got are nobody else's, and gone with the login */
static void
test_memory_is_left (void)
{
  g_autofree char *keytab = gssapi_fixture_dup_file ("bob.keytab");
  krb5_context context;
  krb5_cccol_cursor cursor;
  krb5_ccache cache = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = gssapi_fixture_client ("GS2-KRB5", "client-keytab", keytab);
      g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server ("GS2-KRB5");
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);

      /* One login is given up in the middle. */
      if (i == 0)
        {
          g_autoptr (GBytes) answer =
              gssapi_fixture_step_good (server, first, XMPP_SASL_STATUS_COMPLETE);

          g_assert_null (
              gssapi_fixture_step_good (client, answer, XMPP_SASL_STATUS_COMPLETE));
        }
    }

  g_assert_cmpint (krb5_init_context (&context), ==, 0);
  g_assert_cmpint (krb5_cccol_cursor_new (context, &cursor), ==, 0);
  while (krb5_cccol_cursor_next (context, cursor, &cache) == 0 && cache != NULL)
    {
      g_assert_cmpstr (krb5_cc_get_type (context, cache), !=, "MEMORY");
      krb5_cc_close (context, cache);
    }
  krb5_cccol_cursor_free (context, &cursor);
  krb5_free_context (context);
}

static void
test_keytabs (void)
{
  g_autofree char *good = gssapi_fixture_dup_file ("service.keytab");
  g_autofree char *elsewhere = gssapi_fixture_dup_file ("elsewhere.keytab");
  g_autofree char *missing = gssapi_fixture_dup_file ("missing.keytab");
  const struct
  {
    const char *keytab;
    const char *text; /* NULL: good */
  } rows[] = {
    { good, NULL },
    { elsewhere, "no key for the service xmpp/a.test" },
    { missing, "there is no keytab" },
    { "NOSUCHTYPE:x", "Unknown" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) client = gssapi_fixture_client ("GSSAPI", NULL, NULL);
      g_autoptr (XmppSaslMechanism) server =
          gssapi_fixture_server_on ("GSSAPI", &gssapi_fixture_unbound, rows[i].keytab);

      if (rows[i].text == NULL)
        gssapi_fixture_assert_success (client, server, "alice");
      else
        gssapi_fixture_assert_server_refuses (client, server,
                                              XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
                                              rows[i].text);
    }
}

/* A server without an initial response asks for it. */
static void
test_server_asks (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gssapi_fixture_mechanisms); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = gssapi_fixture_client (gssapi_fixture_mechanisms[i], NULL, NULL);
      g_autoptr (XmppSaslMechanism)
          server = gssapi_fixture_server (gssapi_fixture_mechanisms[i]);
      g_autoptr (GBytes)
          challenge = gssapi_fixture_step_good (server, NULL, XMPP_SASL_STATUS_CONTINUE);

      g_assert_cmpuint (g_bytes_get_size (challenge), ==, 0);
      gssapi_fixture_assert_success (client, server, "alice");
    }
}

static void
test_authzid (void)
{
  static const struct
  {
    const char *authzid;
    int code; /* -1: good */
  } rows[] = {
    { "alice", -1 },
    { "alice@a.test", -1 },
    { "", -1 },
    { "bob@a.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice@other.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "alice@a.test/phone", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "a,b=c@a.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (gssapi_fixture_mechanisms); i++)
    for (guint j = 0; j < G_N_ELEMENTS (rows); j++)
      {
        g_autoptr (XmppSaslMechanism)
            client = gssapi_fixture_client (gssapi_fixture_mechanisms[i], "authzid",
                                            rows[j].authzid);
        g_autoptr (XmppSaslMechanism)
            server = gssapi_fixture_server (gssapi_fixture_mechanisms[i]);

        g_test_message ("%s as '%s'", gssapi_fixture_mechanisms[i], rows[j].authzid);
        if (rows[j].code == -1)
          gssapi_fixture_assert_success (client, server, "alice");
        else
          gssapi_fixture_assert_server_refuses (client, server, rows[j].code, "");
      }
}

static void
test_bindings (void)
{
  static const char *const with_plus[] = { "GS2-KRB5", "GS2-KRB5-PLUS", NULL };
  static const XmppTestChannel other_data = { .binding = XMPP_SASL_BINDING_USED,
                                              .type = "tls-exporter",
                                              .data = "fedcba9876543210" };
  static const XmppTestChannel other_type = { .binding = XMPP_SASL_BINDING_USED,
                                              .type = "tls-unique",
                                              .data = GSSAPI_FIXTURE_BINDING };
  static const XmppTestChannel not_offered = { .binding = XMPP_SASL_BINDING_NOT_OFFERED,
                                               .type = "tls-exporter",
                                               .data = GSSAPI_FIXTURE_BINDING };
  static const XmppTestChannel offering = { .type = "tls-exporter",
                                            .data = GSSAPI_FIXTURE_BINDING,
                                            .offered = with_plus };
  const struct
  {
    const char *mechanism;
    const XmppTestChannel *client;
    const XmppTestChannel *server;
    const char *text; /* of the server's refusal; NULL: good */
  } rows[] = {
    { "GS2-KRB5-PLUS", &gssapi_fixture_bound, &gssapi_fixture_bound, NULL },
    { "GS2-KRB5-PLUS", &gssapi_fixture_bound, &other_data,
      "bound to another connection" },
    { "GS2-KRB5-PLUS", &gssapi_fixture_bound, &other_type,
      "not the one that is used here" },
    { "GS2-KRB5-PLUS", &gssapi_fixture_bound, &gssapi_fixture_unbound,
      "not the one that is used here" },
    { "GS2-KRB5", &not_offered, &gssapi_fixture_unbound, NULL },
    /* Somebody has taken it out of the list */
    { "GS2-KRB5", &not_offered, &offering, "not the one that is used here" },
    { "GS2-KRB5", &gssapi_fixture_unbound, &offering, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) client =
          gssapi_fixture_client_on (rows[i].mechanism, rows[i].client, NULL, NULL);
      g_autoptr (XmppSaslMechanism)
          server = gssapi_fixture_server_on (rows[i].mechanism, rows[i].server, NULL);

      g_test_message ("row %u", i);
      if (rows[i].text == NULL)
        gssapi_fixture_assert_success (client, server, "alice");
      else
        gssapi_fixture_assert_server_refuses (client, server,
                                              XMPP_SASL_ERROR_NOT_AUTHORIZED,
                                              rows[i].text);
    }
}

/* The name and the channel have to go together */
static void
test_client_bindings (void)
{
  static const XmppTestChannel insecure = { .insecure = TRUE,
                                            .binding = XMPP_SASL_BINDING_USED,
                                            .type = "tls-exporter",
                                            .data = GSSAPI_FIXTURE_BINDING };
  g_autoptr (XmppSaslMechanism) without =
      gssapi_fixture_client_on ("GS2-KRB5-PLUS", &gssapi_fixture_unbound, NULL, NULL);
  g_autoptr (XmppSaslMechanism)
      with = gssapi_fixture_client_on ("GS2-KRB5", &gssapi_fixture_bound, NULL, NULL);
  g_autoptr (XmppSaslMechanism)
      plain = gssapi_fixture_client_on ("GS2-KRB5-PLUS", &insecure, NULL, NULL);

  gssapi_fixture_step_refused (without, NULL, XMPP_SASL_ERROR_UNAVAILABLE,
                               "channel binding");
  gssapi_fixture_step_refused (with, NULL, XMPP_SASL_ERROR_UNAVAILABLE,
                               "channel binding");
  gssapi_fixture_step_refused (plain, NULL, XMPP_SASL_ERROR_ENCRYPTION_REQUIRED,
                               "not secure");
}

/* ---- What a client says before anything is sent ---- */

static void
test_client_unavailable (void)
{
  g_autofree char *expired = gssapi_fixture_dup_file ("expired.cache");
  g_autofree char *missing = gssapi_fixture_dup_file ("missing.cache");
  g_autofree char *keytab = gssapi_fixture_dup_file ("missing.keytab");
  g_autofree char *run_kinit = g_strdup_printf ("What to do: run kinit -c %s (", missing);
  const struct
  {
    const char *field;
    const char *value;
    const char *text;
  } rows[] = {
    { "ccache", missing, "there is no Kerberos ticket" },
    { "ccache", missing, run_kinit },
    { "ccache", missing, missing },
    { "ccache", expired, "the Kerberos ticket has expired" },
    { "ccache", expired, "What to do: run kinit again, or kinit -R" },
    { "ccache", "NOSUCHTYPE:x", "Unknown credential cache type" },
    { "client-keytab", keytab, "no such keytab" },
    { "client-keytab", keytab, keytab },
    { "principal", "carol", "there is no Kerberos ticket of carol" },
    { "principal", "carol", "What to do: run kinit carol (klist -A" },
    { "principal", "@@", "Malformed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS (gssapi_fixture_mechanisms); j++)
      {
        g_autoptr (XmppSaslMechanism)
            client = gssapi_fixture_client (gssapi_fixture_mechanisms[j], rows[i].field,
                                            rows[i].value);

        g_test_message ("%s: %s", rows[i].field, rows[i].value);
        gssapi_fixture_step_refused (client, NULL, XMPP_SASL_ERROR_UNAVAILABLE,
                                     rows[i].text);
      }
}

/* The host that the server has named decides, and it must name a host; nobody asks the DNS
 * what else it may be called. */
static void
test_hosts (void)
{
  static const struct
  {
    const char *host;
    const char *text; /* NULL: good */
  } rows[] = {
    { "a.test", NULL },
    { NULL, "does not know the service xmpp/other.test" },
    { "nowhere.test", "does not know the service xmpp/nowhere.test" },
    { "localhost", "does not know the service xmpp/localhost" },
    { "b\xc3\xbc"
      "cher.test",
      "does not know the service xmpp/xn--bcher-kva.test" },
    { "", "not that of a host" },
    { "a.test@LAB.TEST", "not that of a host" },
    { "x/a.test", "not that of a host" },
    { "a\\.test", "not that of a host" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = gssapi_fixture_for_host (XMPP_SASL_ROLE_CLIENT, rows[i].host);
      g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server ("GSSAPI");

      g_test_message ("%s", rows[i].host);
      if (rows[i].text == NULL)
        gssapi_fixture_assert_success (client, server, "alice");
      else
        gssapi_fixture_step_refused (client, NULL, XMPP_SASL_ERROR_UNAVAILABLE,
                                     rows[i].text);
    }
}

/* A ticket for another service, one for a key that the server does not have yet, and one for
 * a service whose key it does not have at all */
static void
test_wrong_service (void)
{
  static const struct
  {
    const char *client;
    const char *server;
    int code;
    const char *text;
  } rows[] = {
    { "elsewhere.test", "a.test", XMPP_SASL_ERROR_NOT_AUTHORIZED,
      "ticket for xmpp/elsewhere.test@LAB.TEST" },
    { "renewed.test", "renewed.test", XMPP_SASL_ERROR_NOT_AUTHORIZED,
      "an older or newer key of the service xmpp/renewed.test" },
    { "elsewhere.test", "elsewhere.test", XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE,
      "no key for the service xmpp/elsewhere.test" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = gssapi_fixture_for_host (XMPP_SASL_ROLE_CLIENT, rows[i].client);
      g_autoptr (XmppSaslMechanism)
          server = gssapi_fixture_for_host (XMPP_SASL_ROLE_SERVER, rows[i].server);

      gssapi_fixture_assert_server_refuses (client, server, rows[i].code, rows[i].text);
    }
}

/* Whom the server makes of a principal: only of alice's is alice made */
static void
test_usernames (void)
{
  static const struct
  {
    const char *principal;
    const char *username; /* NULL: nobody */
  } rows[] = {
    { "alice@LAB.TEST", "alice" },
    { "alice", "alice" },
    { "b\xc3\xbc@LAB.TEST", "b\xc3\xbc" },
    { "alice@EVIL.TEST", NULL },
    { "alice/admin@LAB.TEST", NULL },
    { "xmpp/a.test@LAB.TEST", NULL },
    /* Addresses, of this domain and of another one */
    { "admin\\@a.test@LAB.TEST", NULL },
    { "bob\\@other.test@LAB.TEST", NULL },
    { "alice\\@a.test\\/x@LAB.TEST", NULL },
    { "alice\\/x@LAB.TEST", NULL },
    /* Others to Kerberos, which the library cuts at NUL or SASLprep maps */
    { "alice\\0x@LAB.TEST", NULL },
    { "alice\\n@LAB.TEST", NULL },
    { "al\xc2\xadice@LAB.TEST", NULL },
    { "\xef\xbd\x81lice@LAB.TEST", NULL },
    { "alice\x1b[m@LAB.TEST", NULL },
    { "\xff@LAB.TEST", NULL },
    { "@LAB.TEST", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server ("GSSAPI");
      gss_buffer_desc buffer = { strlen (rows[i].principal), (void *) rows[i].principal };
      gss_name_t name = GSS_C_NO_NAME;
      g_autofree char *username = NULL;
      g_autoptr (GError) error = NULL;
      OM_uint32 minor;

      g_assert_cmpuint (gss_import_name (&minor, &buffer,
                                         (gss_OID) GSS_KRB5_NT_PRINCIPAL_NAME, &name),
                        ==, GSS_S_COMPLETE);
      username = gssapi_dup_username (server, name, &error);
      gss_release_name (&minor, &name);

      g_assert_cmpstr (username, ==, rows[i].username);
      if (username == NULL)
        {
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED);
          gssapi_fixture_assert_contains (error, "is nobody's here");
          g_assert_null (strchr (error->message, '\x1b'));
        }
    }
}

/* ---- What takes long ---- */

static gboolean
count_cb (gpointer user_data)
{
  (*(guint *) user_data)++;

  return G_SOURCE_CONTINUE;
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);

  return G_SOURCE_REMOVE;
}

/* From now on; NULL: the usual one again */
static void
use_config (const char *name)
{
  static char *usual = NULL;
  g_autofree char *other =
      name != NULL ? g_build_filename (g_getenv ("XMPP_TEST_KERBEROS"), name, NULL)
                   : NULL;

  if (usual == NULL)
    usual = g_strdup (g_getenv ("KRB5_CONFIG"));
  g_assert_true (g_setenv ("KRB5_CONFIG", other != NULL ? other : usual, TRUE));
}

/* The clock of the KDC is an hour behind or ahead of that of the client; then that of the
 * client has followed it, and the server's has not. */
static void
test_clocks (void)
{
  static const struct
  {
    const char *config;
    const char *cache;
    const char *client; /* what it says with a ticket from elsewhere */
    const char *server; /* what it says of a client whose ticket is from there */
  } rows[] = {
    { "fast.conf", "fast.cache",
      "the clock of this computer differs too much from that of Kerberos",
      "the client's ticket is not valid yet" },
    { "slow.conf", "slow.cache", "the Kerberos ticket is not valid yet",
      "the client's clock, or that of Kerberos, differs too much from this one" },
  };
  g_autofree char *fresh = gssapi_fixture_dup_file ("fresh.cache");
  g_autofree char *config =
      g_build_filename (g_getenv ("XMPP_TEST_KERBEROS"), "slow.conf", NULL);

  if (!g_file_test (config, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("There is no faketime");
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS (gssapi_fixture_mechanisms); j++)
      {
        const char *name = gssapi_fixture_mechanisms[j];
        g_autofree char *cache = gssapi_fixture_dup_file (rows[i].cache);
        g_autoptr (XmppSaslMechanism)
            astray = gssapi_fixture_client (name, "ccache", fresh);
        g_autoptr (XmppSaslMechanism)
            client = gssapi_fixture_client (name, "ccache", cache);
        g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server (name);

        use_config (rows[i].config);
        gssapi_fixture_step_refused (astray, NULL, XMPP_SASL_ERROR_UNAVAILABLE,
                                     rows[i].client);
        gssapi_fixture_assert_server_refuses (client, server,
                                              XMPP_SASL_ERROR_NOT_AUTHORIZED,
                                              rows[i].server);
        use_config (NULL);
      }
}

/* The KDC takes the request and never answers: half a minute in a thread, nothing here */
static void
test_silent_kdc (void)
{
  g_autoptr (XmppSaslMechanism)
      client = gssapi_fixture_for_host (XMPP_SASL_ROLE_CLIENT, "silent.test");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  guint turns = 0;
  guint source = g_timeout_add (10, count_cb, &turns);
  XmppSaslStatus status;

  use_config ("silent.conf");
  g_timeout_add (300, cancel_cb, cancellable);
  xmpp_sasl_mechanism_step_async (client, NULL, cancellable, xmpp_test_result_cb,
                                  &result);
  g_assert_null (xmpp_sasl_mechanism_step_finish (client, xmpp_test_result_wait (&result),
                                                  &status, &error));
  g_source_remove (source);
  use_config (NULL);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_test_message ("%u turns, %d ms", turns,
                  (int) ((g_get_monotonic_time () - start) / 1000));
  g_assert_cmpuint (turns, >, 1);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
}

/* ---- Texts ---- */

static void
test_messages (void)
{
  static const struct
  {
    GssapiMoment moment;
    OM_uint32 major;
    krb5_error_code minor;
    int code;
    const char *text;
  } rows[] = {
    { GSSAPI_BEFORE, GSS_S_FAILURE, KRB5KRB_AP_ERR_SKEW, XMPP_SASL_ERROR_UNAVAILABLE,
      "the clock of this computer differs too much" },
    { GSSAPI_BEFORE, GSS_S_FAILURE, KRB5_KDCREP_SKEW, XMPP_SASL_ERROR_UNAVAILABLE,
      "What to do: set the clock" },
    { GSSAPI_BEFORE, GSS_S_FAILURE, KRB5_KDC_UNREACH, XMPP_SASL_ERROR_UNAVAILABLE,
      "no Kerberos server answers" },
    { GSSAPI_BEFORE, GSS_S_CREDENTIALS_EXPIRED, 0, XMPP_SASL_ERROR_UNAVAILABLE,
      "the Kerberos ticket has expired" },
    { GSSAPI_BEFORE, GSS_S_NO_CRED, 0, XMPP_SASL_ERROR_UNAVAILABLE,
      "there is no Kerberos ticket" },
    { GSSAPI_PEER, GSS_S_FAILURE, KRB5KRB_AP_ERR_MODIFIED,
      XMPP_SASL_ERROR_SERVER_NOT_TRUSTED, "another key for the service xmpp/a.test" },
    { GSSAPI_PEER, GSS_S_BAD_SIG, 0, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED,
      "cannot be understood" },
    { GSSAPI_CLIENT, GSS_S_FAILURE, KRB5KRB_AP_ERR_TKT_EXPIRED,
      XMPP_SASL_ERROR_CREDENTIALS_EXPIRED, "the client's ticket has expired" },
    { GSSAPI_CLIENT, GSS_S_FAILURE, KRB5KRB_AP_ERR_SKEW, XMPP_SASL_ERROR_NOT_AUTHORIZED,
      "the client's clock" },
    { GSSAPI_CLIENT, GSS_S_DEFECTIVE_TOKEN, 0, XMPP_SASL_ERROR_MALFORMED_REQUEST,
      "cannot be understood" },
    { GSSAPI_CLIENT, GSS_S_FAILURE, 0, XMPP_SASL_ERROR_NOT_AUTHORIZED,
      "Kerberos says no (" },
    { GSSAPI_KEYTAB, GSS_S_FAILURE, KRB5_KT_NOTFOUND,
      XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE, "no key for the service xmpp/a.test" },
  };
  g_autoptr (XmppSaslMechanism) mechanism = gssapi_fixture_server ("GSSAPI");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (gssapi_set_error (&error, mechanism, rows[i].moment, rows[i].major,
                                        (OM_uint32) rows[i].minor));
      g_assert_error (error, XMPP_SASL_ERROR, rows[i].code);
      gssapi_fixture_assert_contains (error, rows[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl-gssapi/pairs", test_pairs);
  g_test_add_func ("/sasl-gssapi/credentials", test_credentials);
  g_test_add_func ("/sasl-gssapi/memory-is-left", test_memory_is_left);
  g_test_add_func ("/sasl-gssapi/keytabs", test_keytabs);
  g_test_add_func ("/sasl-gssapi/server-asks", test_server_asks);
  g_test_add_func ("/sasl-gssapi/A11/authzid", test_authzid);
  g_test_add_func ("/sasl-gssapi/A13/bindings", test_bindings);
  g_test_add_func ("/sasl-gssapi/client-bindings", test_client_bindings);
  g_test_add_func ("/sasl-gssapi/client-unavailable", test_client_unavailable);
  g_test_add_func ("/sasl-gssapi/A13/hosts", test_hosts);
  g_test_add_func ("/sasl-gssapi/A13/wrong-service", test_wrong_service);
  g_test_add_func ("/sasl-gssapi/A11/usernames", test_usernames);
  g_test_add_func ("/sasl-gssapi/clocks", test_clocks);
  g_test_add_func ("/sasl-gssapi/messages", test_messages);
  /* The last one: a thread stays busy. */
  g_test_add_func ("/sasl-gssapi/silent-kdc", test_silent_kdc);

  return g_test_run ();
}
