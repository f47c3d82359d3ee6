/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#include "tls-peer.h"

#include <string.h>

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
  const char *used;        /* mechanism */
  gboolean bound;          /* to the channel */
  const char *certificate; /* that the client has */
  const char *authzid;
  const char *jid;               /* whose the session is; NULL: user@x.test */
  const char *server_mechanisms; /* where they are others */
  gboolean anonymous;
} TlsLogin;

static const TlsLogin logins[] = {
  { "plain", "PLAIN", "ca", "ok", "PLAIN", FALSE },
  { "scram", "SCRAM-SHA-256", "ca", "ok", "SCRAM-SHA-256", FALSE },
  { "scram-plus", "SCRAM-SHA-256-PLUS", "ca", "ok", "SCRAM-SHA-256-PLUS", TRUE },
  { "strongest-of-all", "SCRAM-SHA-1-PLUS,SCRAM-SHA-1,PLAIN", "ca", "ok",
    "SCRAM-SHA-1-PLUS", TRUE },
  { "unknown-authority", "PLAIN", "other-ca", "tls/bad-certificate", NULL, FALSE },
  /* EXTERNAL, and what it falls back to */
  { "external", "EXTERNAL,PLAIN", "ca", "ok", "EXTERNAL", FALSE, "names-account" },
  { "external-after-scram", "SCRAM-SHA-256-PLUS,EXTERNAL", "ca", "ok",
    "SCRAM-SHA-256-PLUS", TRUE, "names-account" },
  { "external-oneself", "EXTERNAL,PLAIN", "ca", "ok", "EXTERNAL", FALSE, "names-account",
    "user@x.test" },
  { "external-of-two", "EXTERNAL", "ca", "ok", "EXTERNAL", FALSE, "names-accounts",
    "user@x.test" },
  { "external-the-other", "EXTERNAL", "ca", "ok", "EXTERNAL", FALSE, "names-accounts",
    "other@x.test", "other@x.test" },
  { "external-which-one", "EXTERNAL", "ca", "sasl/invalid-authzid", NULL, FALSE,
    "names-accounts" },
  { "external-neither", "EXTERNAL", "ca", "sasl/invalid-authzid", NULL, FALSE,
    "names-accounts", "third@x.test" },
  { "external-foreign", "EXTERNAL", "ca", "sasl/invalid-authzid", NULL, FALSE,
    "names-accounts", "alice@p.test" },
  { "external-no-certificate", "EXTERNAL,PLAIN", "ca", "ok", "PLAIN" },
  { "external-nothing-else", "EXTERNAL", "ca", "sasl/policy", NULL, FALSE, NULL, NULL,
    NULL, "EXTERNAL,PLAIN" },
  { "external-not-trusted", "EXTERNAL,PLAIN", "ca", "ok", "PLAIN", FALSE,
    "account-unknown-ca" },
  { "external-expired", "EXTERNAL,PLAIN", "ca", "ok", "PLAIN", FALSE, "account-expired" },
  { "external-other-domain", "EXTERNAL,PLAIN", "ca", "ok", "PLAIN", FALSE, "client" },
  { "external-no-account", "EXTERNAL,PLAIN", "ca", "ok", "PLAIN", FALSE, "good" },
  /* The key signs for nobody who was not verified. */
  { "external-unknown-authority", "EXTERNAL", "other-ca", "tls/bad-certificate", NULL,
    FALSE, "names-account" },
  /* A19: a server that was not told to lets nobody in without an account. */
  { "anonymous", "ANONYMOUS", "ca", "ok", "ANONYMOUS", .anonymous = TRUE, .jid = "" },
  { "anonymous-not-asked-for", "ANONYMOUS,PLAIN", "ca", "ok", "PLAIN",
    .server_mechanisms = "" },
  { "anonymous-not-allowed", "ANONYMOUS", "ca", "sasl/policy", .anonymous = TRUE,
    .server_mechanisms = "" },
};

static XmppTlsParameters *
create_server_parameters (void)
{
  XmppTlsParameters *parameters = xmpp_tls_parameters_new (NULL, "xmpp-client");

  parameters->server = TRUE;
  parameters->certificate = tls_test_certificate ("good");
  /* Which clients it trusts */
  parameters->database = tls_test_database ("ca");

  return parameters;
}

static XmppTlsParameters *
create_client_parameters (const TlsLogin *login)
{
  XmppTlsParameters *parameters = xmpp_tls_parameters_new ("p.test", "xmpp-client");

  parameters->database = tls_test_database (login->trusted);
  if (login->certificate != NULL)
    parameters->certificate = tls_test_certificate (login->certificate);

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
  g_autoptr (XmppTlsParameters) client_tls = create_client_parameters (login);
  g_autoptr (XmppTlsParameters) server_tls = create_server_parameters ();
  const Setup client_setup = { .tls = client_tls,
                               .mechanisms = login->mechanisms,
                               .authzid = login->authzid,
                               .anonymous = login->anonymous };
  const Setup server_setup = { .tls = server_tls,
                               .mechanisms = login->server_mechanisms != NULL
                                                 ? login->server_mechanisms
                                                 : login->mechanisms };
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
  if (client.error != NULL)
    xmpp_stream_abort (client.stream);
  g_assert_cmpint (side_wait (&server), ==, client.error == NULL);

  /* What of the certificate the server may not like stands in the message. */
  if (client.error != NULL && login->certificate != NULL && login->authzid != NULL)
    g_assert_nonnull (strstr (client.error->message, "The client certificate is for "));

  if (client.error == NULL)
    {
      const char *jid = login->jid != NULL ? login->jid : "user@x.test";
      g_autoptr (XmppJid) bare = xmpp_jid_dup_bare (xmpp_stream_get_jid (client.stream));

      if (*jid != '\0')
        g_assert_cmpstr (xmpp_jid_to_string (bare), ==, jid);
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
