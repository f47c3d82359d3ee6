/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* S6: see-other-host (RFC 6120 §4.9.3.19) */

#include "config.h"

#include "client/xmpp-client.h"
#include "core/xmpp-memory-state-store.h"

#include "tls-peer.h"
#include "xmpp-test-loop.h"
#include "xmpp-test-mechanisms.h"
#include "xmpp-test-server.h"

#define STREAM                                                                           \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
#define SECURE_HEADER "C: " STREAM "to='p.test' from='alice@p.test'>\n"
#define HEADER "S: " STREAM "from='p.test' id='s1'>"
#define SASL "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
#define BIND "xmlns='urn:ietf:params:xml:ns:xmpp-bind'"
#define REDIRECT                                                                         \
  "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>%s"         \
  "</see-other-host></stream:error></stream:stream>\n"
#define LOGIN                                                                            \
  SECURE_HEADER HEADER                                                                   \
      "<stream:features><mechanisms " SASL "><mechanism>PLAIN</mechanism></mechanisms>"  \
      "</stream:features>\n"                                                             \
      "C: <auth " SASL " mechanism='PLAIN'>{*}</auth>\n"                                 \
      "S: <success " SASL "/>\n" SECURE_HEADER HEADER "<stream:features><bind " BIND     \
      "/></stream:features>\n"                                                           \
      "C: <iq type='set' id='{b}'><bind " BIND "/></iq>\n"                               \
      "S: <iq type='result' id='{b}'><bind " BIND                                        \
      "><jid>alice@p.test/x</jid></bind></iq>\n"

typedef struct
{
  XmppTestServer *servers[2];
  XmppClient *client;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("good");
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");

  for (guint i = 0; i < 2; i++)
    {
      fixture->servers[i] = xmpp_test_server_new ();
      xmpp_test_server_set_certificate (fixture->servers[i], certificate);
    }

  fixture->client = xmpp_client_new ("alice@p.test", credential, NULL);
  xmpp_test_register_mechanisms (registry);
  xmpp_client_set_registry (fixture->client, registry);
  xmpp_client_set_tls_database (fixture->client, database);
  xmpp_client_set_tls_mode (fixture->client, XMPP_TLS_MODE_DIRECT);
  xmpp_client_set_server_host (fixture->client, "127.0.0.1");
  xmpp_client_set_server_port (fixture->client,
                               xmpp_test_server_get_port (fixture->servers[0]));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  xmpp_test_assert_last_unref (&fixture->client);
  for (guint i = 0; i < 2; i++)
    xmpp_test_server_free (fixture->servers[i]);
}

/* The server @from answers the next connection by naming @where. */
static void
point (Fixture *fixture, guint from, const char *where)
{
  g_autofree char *redirect = g_strdup_printf (REDIRECT, where);
  g_autofree char *script = g_strconcat (SECURE_HEADER HEADER, redirect, NULL);

  xmpp_test_server_add_script (fixture->servers[from], script);
}

static void
point_to (Fixture *fixture, guint from, guint to)
{
  g_autofree char *where =
      g_strdup_printf ("127.0.0.1:%u", xmpp_test_server_get_port (fixture->servers[to]));

  point (fixture, from, where);
}

static GError *
open_client (Fixture *fixture)
{
  g_auto (XmppTestResult) result = { 0 };
  XmppConnection *connection = XMPP_CONNECTION (fixture->client);
  GError *error = NULL;

  xmpp_connection_open_async (connection, NULL, xmpp_test_result_cb, &result);
  xmpp_connection_open_finish (connection, xmpp_test_result_wait (&result), &error);
  return error;
}

/* The same "to", the same certificate's name, and a report that tells both. */
static void
test_followed (Fixture *fixture, gconstpointer data)
{
  XmppConnection *connection = XMPP_CONNECTION (fixture->client);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *place = NULL;

  point_to (fixture, 0, 1);
  xmpp_test_server_add_script (fixture->servers[1], LOGIN);
  error = open_client (fixture);
  g_assert_no_error (error);
  g_assert_true (xmpp_connection_is_secure (connection));

  text = xmpp_report_to_string (xmpp_connection_get_report (connection));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *port =
          g_strdup_printf (":%u", xmpp_test_server_get_port (fixture->servers[i]));

      g_assert_nonnull (strstr (text, port));
    }
  g_assert_null (xmpp_report_get_failed_step (xmpp_connection_get_report (connection)));
}

static void
test_loop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      point_to (fixture, 0, 1);
      point_to (fixture, 1, 0);
    }
  error = open_client (fixture);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TOO_MANY_REDIRECTS);
}

/* A server may know only then where the account lives. */
static void
test_after_login (Fixture *fixture, gconstpointer data)
{
  g_autofree char *where =
      g_strdup_printf ("127.0.0.1:%u", xmpp_test_server_get_port (fixture->servers[1]));
  g_autofree char *redirect = g_strdup_printf (REDIRECT, where);
  g_autofree char *script = NULL;
  g_autoptr (GError) error = NULL;

  script = g_strconcat (SECURE_HEADER HEADER
                        "<stream:features><mechanisms " SASL
                        "><mechanism>PLAIN</mechanism>"
                        "</mechanisms></stream:features>\n"
                        "C: <auth " SASL " mechanism='PLAIN'>{*}</auth>\n"
                        "S: <success " SASL "/>\n" SECURE_HEADER HEADER,
                        redirect, NULL);
  xmpp_test_server_add_script (fixture->servers[0], script);
  xmpp_test_server_add_script (fixture->servers[1], LOGIN);
  error = open_client (fixture);
  g_assert_no_error (error);
}

/* A3: what must not be tried after a mechanism has failed is not tried elsewhere either. */
static void
test_after_failure (Fixture *fixture, gconstpointer data)
{
  g_autofree char *where =
      g_strdup_printf ("127.0.0.1:%u", xmpp_test_server_get_port (fixture->servers[1]));
  g_autofree char *redirect = g_strdup_printf ("S: " REDIRECT, where);
  g_autofree char *script = NULL;
  g_autoptr (GError) error = NULL;

  script =
      g_strconcat (SECURE_HEADER HEADER
                   "<stream:features><mechanisms " SASL
                   "><mechanism>SCRAM-SHA-256</mechanism>"
                   "<mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>\n"
                   "C: <auth " SASL " mechanism='SCRAM-SHA-256'>{*}</auth>\n"
                   "S: <failure " SASL "><invalid-mechanism/></failure>\n"
                   "C: <auth " SASL " mechanism='SCRAM-SHA-1'>{*}</auth>\n",
                   redirect, NULL);
  xmpp_test_server_add_script (fixture->servers[0], script);
  xmpp_test_server_add_script (fixture->servers[1], LOGIN);
  error = open_client (fixture);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
}

/* The other host has a certificate of its own name only. */
static void
test_other_name (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("other-domain");
  g_autoptr (GError) error = NULL;

  xmpp_test_server_set_certificate (fixture->servers[1], certificate);
  point_to (fixture, 0, 1);
  xmpp_test_server_add_script (fixture->servers[1], LOGIN);
  error = open_client (fixture);
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
}

static void
test_malformed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *huge = g_strnfill (5 * 1024, 'h');
  const char *const places[] = { "", "host:99999", "2001:db8::1", "a b", huge };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (GError) error = NULL;

      point (fixture, 0, places[i]);
      error = open_client (fixture);
      g_assert_error (error, XMPP_STREAM_ERROR, XMPP_STREAM_ERROR_SEE_OTHER_HOST);
      g_assert_cmpuint (strlen (error->message), <, 1000);
    }
}

/* Whoever can change what is not encrypted does not choose the server, whether the error
 * comes before the features or in the place of what answers <starttls/>. */
static void
test_in_clear (Fixture *fixture, gconstpointer data)
{
  static const char *const parts[] = {
    HEADER,
    HEADER "<stream:features><starttls "
           "xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
  };
  g_autofree char *where =
      g_strdup_printf ("127.0.0.1:%u", xmpp_test_server_get_port (fixture->servers[1]));
  g_autofree char *redirect = g_strdup_printf (REDIRECT, where);

  xmpp_test_server_set_certificate (fixture->servers[0], NULL);
  xmpp_client_set_tls_mode (fixture->client, XMPP_TLS_MODE_STARTTLS);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *script =
          g_strconcat ("C: " STREAM "to='p.test'>\n"
                       "C: <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>\n",
                       parts[i], redirect, NULL);
      g_autoptr (GError) error = NULL;

      xmpp_test_server_add_script (fixture->servers[0], script);
      error = open_client (fixture);
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
      g_assert_nonnull (strstr (error->message, where));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function)                                                              \
  g_test_add ("/attacks/S/S06-" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("followed", test_followed);
  ADD ("loop", test_loop);
  ADD ("after-login", test_after_login);
  ADD ("after-failure", test_after_failure);
  ADD ("other-name", test_other_name);
  ADD ("malformed", test_malformed);
  ADD ("in-clear", test_in_clear);

  return g_test_run ();
}
