/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include <string.h>

#include "tls-peer.h"
#include "xmpp-sasl-gssapi.h"
#include "xmpp-test-stream.h"

/* Both of our own sides over real TLS, with the KDC that tests/interop/kerberos.py runs: the
 * service is xmpp/x.test, or is named after the host that the server says it is (XEP-0233).
 * Kerberos knows auth.x.test, p.test and a.test, and no x.test. The certificate is p.test's. */

static const struct
{
  const char *name;
  const char *host; /* NULL: not told */
  const char *outcome;
  const char *text; /* of the error */
} rows[] = {
  { "below-the-domain", "auth.x.test", "ok", NULL },
  { "in-the-certificate", "p.test", "ok", NULL },
  /* Somebody else's, whose ticket could be used there */
  { "elsewhere", "a.test", "sasl/unavailable", "does not know the service xmpp/x.test" },
  { "not-below", "notx.test", "sasl/unavailable",
    "does not know the service xmpp/x.test" },
  { "not-told", NULL, "sasl/unavailable", "does not know the service xmpp/x.test" },
};

static void
register_kerberos (XmppSaslRegistry *registry)
{
  static const char *const names[] = { "GSSAPI", "GS2-KRB5", "GS2-KRB5-PLUS" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gboolean plus = g_str_has_suffix (names[i], "-PLUS");
      XmppSaslFacts facts =
          XMPP_SASL_FACTS_MUTUAL | XMPP_SASL_FACTS_BLOCKS |
          (plus ? XMPP_SASL_FACTS_CHANNEL_BINDING | XMPP_SASL_FACTS_NEEDS_TLS : 0);
      g_autoptr (XmppSaslMechanismInfo) info =
          xmpp_sasl_mechanism_info_new (names[i],
                                        XMPP_SASL_ROLE_CLIENT | XMPP_SASL_ROLE_SERVER,
                                        facts, 70 + (int) i, NULL);

      xmpp_sasl_registry_register (registry, info, XMPP_TYPE_SASL_GSSAPI);
    }
}

static void
check_report (Side *client, const char *mechanism, const char *host, gboolean used)
{
  g_autoptr (GVariant) all = xmpp_report_to_variant (client->report);
  g_autoptr (GVariant)
      sasl = g_variant_lookup_value (all, "sasl", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant)
      offer = g_variant_lookup_value (all, "offer", G_VARIANT_TYPE_VARDICT);
  g_autofree char *name = NULL;
  gboolean was_used = FALSE;

  g_assert_nonnull (offer);
  g_variant_lookup (offer, "hostname", "s", &name);
  g_variant_lookup (offer, "hostname_used", "b", &was_used);
  g_assert_cmpstr (name, ==, host);
  g_assert_cmpint (was_used, ==, used);

  if (used)
    {
      g_clear_pointer (&name, g_free);
      g_assert_true (g_variant_lookup (sasl, "mechanism", "s", &name));
      g_assert_cmpstr (name, ==, mechanism);
    }
}

static void
log_in (guint row, const char *mechanism)
{
  g_autoptr (XmppTlsParameters)
      client_tls = xmpp_tls_parameters_new ("p.test", "xmpp-client");
  g_autoptr (XmppTlsParameters)
      server_tls = xmpp_tls_parameters_new (NULL, "xmpp-client");
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_kerberos (NULL);
  const Setup client_setup = { .tls = client_tls,
                               .mechanisms = mechanism,
                               .credential = credential,
                               .authzid = "alice@x.test",
                               .register_more = register_kerberos };
  const Setup server_setup = { .tls = server_tls,
                               .mechanisms = mechanism,
                               .host = rows[row].host,
                               .register_more = register_kerberos };
  g_autoptr (GIOStream) client_io = NULL;
  g_autoptr (GIOStream) server_io = NULL;
  g_auto (Side) client = { 0 };
  g_auto (Side) server = { 0 };
  g_autofree char *outcome = NULL;

  client_tls->database = tls_test_database ("ca");
  server_tls->server = TRUE;
  server_tls->certificate = tls_test_certificate ("good");

  xmpp_test_stream_pair (&client_io, &server_io);
  side_start_client (&client, client_io, &client_setup);
  side_start_server (&server, server_io, &server_setup);
  side_wait (&client);
  if (client.error != NULL)
    g_test_message ("%s", client.error->message);
  outcome = side_dup_outcome (&client);
  g_assert_cmpstr (outcome, ==, rows[row].outcome);
  check_report (&client, mechanism, rows[row].host, client.error == NULL);

  if (client.error != NULL)
    {
      g_assert_nonnull (strstr (client.error->message, rows[row].text));
      xmpp_stream_abort (client.stream);
    }
  g_assert_cmpint (side_wait (&server), ==, client.error == NULL);
}

static void
test_host (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);

  log_in (row, "GSSAPI");
  log_in (row, "GS2-KRB5");
  log_in (row, "GS2-KRB5-PLUS");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/login-kerberos/host/", rows[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_host);
    }

  return g_test_run ();
}
