/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include "tls-peer.h"

/* Both of our own sides against each other over real TLS: what only a GTlsConnection has, the
 * verdict on the certificate and the channel binding. */

/* What the version of TLS gives, T10 of the catalogue of attacks: an argument says so where
 * G_TLS_GNUTLS_PRIORITY, which is read once in a process, forbids TLS 1.3. */
static const char *best_binding = "tls-exporter";

typedef struct
{
  const char *name;
  const char *mechanisms;
  const char *trusted; /* by the client */
  const char *outcome;
  const char *used; /* mechanism */
  gboolean bound;   /* to the channel */
} TlsLogin;

static const TlsLogin logins[] = {
  { "plain", "PLAIN", "ca", "ok", "PLAIN", FALSE },
  { "scram", "SCRAM-SHA-256", "ca", "ok", "SCRAM-SHA-256", FALSE },
  { "scram-plus", "SCRAM-SHA-256-PLUS", "ca", "ok", "SCRAM-SHA-256-PLUS", TRUE },
  { "strongest-of-all", "SCRAM-SHA-1-PLUS,SCRAM-SHA-1,PLAIN", "ca", "ok",
    "SCRAM-SHA-1-PLUS", TRUE },
  { "unknown-authority", "PLAIN", "other-ca", "tls/bad-certificate", NULL, FALSE },
};

static XmppTlsParameters *
create_server_parameters (void)
{
  XmppTlsParameters *parameters = xmpp_tls_parameters_new (NULL, "xmpp-client");

  parameters->server = TRUE;
  parameters->certificate = tls_test_certificate ("good");

  return parameters;
}

static XmppTlsParameters *
create_client_parameters (const char *trusted)
{
  XmppTlsParameters *parameters = xmpp_tls_parameters_new ("p.test", "xmpp-client");

  parameters->database = tls_test_database (trusted);

  return parameters;
}

static void
check_report (XmppReport *report, const TlsLogin *login)
{
  g_autoptr (GVariant) all = xmpp_report_to_variant (report);
  g_autoptr (GVariant)
      sasl = g_variant_lookup_value (all, "sasl", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) tls = g_variant_lookup_value (all, "tls", G_VARIANT_TYPE_VARDICT);
  g_autofree char *mechanism = NULL;
  g_autofree char *binding = NULL;
  gboolean verified = FALSE;

  g_assert_true (g_variant_lookup (sasl, "mechanism", "s", &mechanism));
  g_assert_cmpstr (mechanism, ==, login->used);
  g_variant_lookup (sasl, "channel_binding", "s", &binding);
  g_assert_cmpstr (binding, ==, login->bound ? best_binding : NULL);
  g_assert_true (g_variant_lookup (tls, "verified", "b", &verified));
  g_assert_true (verified);
}

static void
test_login (gconstpointer data)
{
  const TlsLogin *login = data;
  g_autoptr (XmppTlsParameters) client_tls = create_client_parameters (login->trusted);
  g_autoptr (XmppTlsParameters) server_tls = create_server_parameters ();
  const Setup client_setup = { .tls = client_tls, .mechanisms = login->mechanisms };
  const Setup server_setup = { .tls = server_tls, .mechanisms = login->mechanisms };
  g_autoptr (GIOStream) client_io = NULL;
  g_autoptr (GIOStream) server_io = NULL;
  g_auto (Side) client = { 0 };
  g_auto (Side) server = { 0 };
  g_autofree char *outcome = NULL;

  xmpp_test_stream_pair (&client_io, &server_io);
  side_start_client (&client, client_io, &client_setup);
  side_start_server (&server, server_io, &server_setup);
  side_wait (&client);
  if (client.error != NULL)
    g_test_message ("%s", client.error->message);
  outcome = side_dup_outcome (&client);
  g_assert_cmpstr (outcome, ==, login->outcome);
  g_assert_cmpint (side_wait (&server), ==, client.error == NULL);

  if (client.error == NULL)
    {
      g_assert_true (xmpp_jid_equal (xmpp_stream_get_jid (client.stream),
                                     xmpp_stream_get_jid (server.stream)));
      check_report (client.report, login);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    best_binding = argv[1];
  for (gsize i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autofree char *path = g_strconcat ("/login-tls/", logins[i].name, NULL);

      g_test_add_data_func (path, &logins[i], test_login);
    }
  return g_test_run ();
}
