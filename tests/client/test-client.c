/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-client.h"
#include "core/xmpp-memory-state-store.h"
#include "sasl/xmpp-credential-private.h"
#include "tls/xmpp-certificate-checks.h"
#include "tls/xmpp-tls-pins.h"

#include "tls-peer.h"
#include "xmpp-test-loop.h"
#include "xmpp-test-mechanisms.h"
#include "xmpp-test-proxy.h"
#include "xmpp-test-server.h"
#include "xmpp-test-store.h"

#define HEADER(attributes)                                                               \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' "                                     \
  "version='1.0' " attributes ">"
#define OPEN                                                                             \
  "C: " HEADER ("to='p.test'") "\n"                                                      \
                               "S: " HEADER ("from='p.test' id='s1'")
#define MECHANISMS                                                                       \
  "<stream:features><mechanisms "                                                        \
  "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN"                            \
  "</mechanism></mechanisms></stream:features>\n"
#define LOGIN                                                                            \
  OPEN MECHANISMS "C: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "                   \
                  "mechanism='PLAIN'>AGFsaWNlAHNlY3JldA=="                               \
                  "</auth>\n"                                                            \
                  "S: <success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>\n" OPEN        \
                  "<stream:features><bind "                                              \
                  "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>\n"       \
                  "C: <iq type='set' id='{b}'><bind "                                    \
                  "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>\n"                    \
                  "S: <iq type='result' id='{b}'><bind "                                 \
                  "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>"                       \
                  "alice@p.test/x7</jid></bind></iq>\n"

static XmppClient *
new_client (XmppTestServer *server, gboolean insecure)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (GError) error = NULL;
  XmppClient *client = xmpp_client_new ("alice@p.test", credential, &error);

  g_assert_no_error (error);
  xmpp_test_register_mechanisms (registry);
  xmpp_client_set_registry (client, registry);
  xmpp_client_set_server_host (client, "127.0.0.1");
  xmpp_client_set_server_port (client, xmpp_test_server_get_port (server));
  xmpp_client_set_insecure_loopback (client, insecure);
  return client;
}

static GError *
open_client (XmppClient *client)
{
  g_auto (XmppTestResult) result = { 0 };
  GError *error = NULL;

  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, xmpp_test_result_cb,
                              &result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&result),
                               &error);
  return error;
}

static GError *
close_client (XmppClient *client, const char *status)
{
  g_auto (XmppTestResult) result = { 0 };
  GError *error = NULL;

  xmpp_connection_close_async (XMPP_CONNECTION (client), status, NULL,
                               xmpp_test_result_cb, &result);
  xmpp_connection_close_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&result),
                                &error);
  return error;
}

static void
test_login (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server, TRUE);
  g_autoptr (GError) error = NULL;

  xmpp_test_server_add_script (server, LOGIN
                               "C: <presence/>\n"
                               "C: <presence "
                               "type='unavailable'><status>bye</status></presence>\n"
                               "C: </stream:stream>\nS: </stream:stream>\nE: close\n");
  error = open_client (client);
  g_assert_no_error (error);
  g_assert_cmpstr (xmpp_jid_to_string (
                       xmpp_connection_get_jid (XMPP_CONNECTION (client))),
                   ==, "alice@p.test/x7");
  g_assert_false (xmpp_connection_is_secure (XMPP_CONNECTION (client)));
  error = close_client (client, "bye");
  g_assert_no_error (error);
  xmpp_test_assert_last_unref (&client);
}

static void
seen_cb (XmppConnection *connection, XmppElement *element, GString *seen)
{
  g_autofree char *text = xmpp_element_to_string (element);

  g_assert_null (strstr (text, "AGFsaWNlAHNlY3JldA"));
  g_string_append_printf (seen, "%s ", xmpp_element_get_name (element));
}

/* One at a time: the request comes after the features, and is its own write. */
static void
test_no_pipelining (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server, TRUE);
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (xmpp_client_get_pipelining (client));
  xmpp_client_set_pipelining (client, FALSE);
  xmpp_client_set_initial_presence (client, NULL);
  xmpp_test_server_add_script (server, LOGIN "P: 3000\n");
  g_signal_connect (client, "element-sent", G_CALLBACK (seen_cb), seen);
  g_signal_connect (client, "element-received", G_CALLBACK (seen_cb), seen);
  error = open_client (client);
  g_assert_no_error (error);
  g_assert_cmpstr (seen->str, ==,
                   "stream stream features auth success stream stream features iq iq ");
}

/* A console sees the login too, headers included, and no secret in it. */
static void
test_seen (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server, TRUE);
  g_autoptr (GString) sent = g_string_new (NULL);
  g_autoptr (GString) received = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  xmpp_test_server_add_script (server, LOGIN "P: 3000\n");
  xmpp_client_set_initial_presence (client, NULL);
  g_signal_connect (client, "element-sent", G_CALLBACK (seen_cb), sent);
  g_signal_connect (client, "element-received", G_CALLBACK (seen_cb), received);
  error = open_client (client);
  g_assert_no_error (error);
  g_assert_cmpstr (sent->str, ==, "stream auth stream iq ");
  g_assert_cmpstr (received->str, ==, "stream features success stream features iq ");
}

static void
abort_cb (XmppConnection *connection, XmppElement *element, int *countdown)
{
  if (--*countdown == 0)
    xmpp_connection_abort (connection);
}

/* L9: who looks may give up at whatever element it is. */
static void
test_abort_while_seeing (void)
{
  static const char *const signals[] = { "element-sent", "element-received" };

  for (int which = 0; which < 2; which++)
    for (int at = 1; at <= (which == 0 ? 4 : 6); at++)
      {
        g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
        g_autoptr (XmppClient) client = new_client (server, TRUE);
        g_autoptr (GError) error = NULL;
        int countdown = at;

        g_test_message ("%s %d", signals[which], at);
        xmpp_test_server_add_script (server, LOGIN "P: 3000\n");
        xmpp_client_set_initial_presence (client, NULL);
        g_signal_connect (client, signals[which], G_CALLBACK (abort_cb), &countdown);
        error = open_client (client);
        g_assert_true (
            g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
            g_error_matches (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_CLOSED));
        g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (client)), ==,
                         XMPP_CONNECTION_STATE_CLOSED);
        xmpp_test_assert_last_unref (&client);
      }
}

static void
test_silent (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server, TRUE);
  g_autoptr (GError) error = NULL;

  xmpp_test_server_add_script (server, LOGIN "C: </stream:stream>\nS: </stream:stream>\n"
                                             "E: close\n");
  xmpp_client_set_initial_presence (client, NULL);
  error = open_client (client);
  g_assert_no_error (error);
  error = close_client (client, NULL);
  g_assert_no_error (error);
}

/* What a port can hold that is no XMPP server with TLS. */
static const struct
{
  const char *name, *bytes;
  gboolean close, insecure;
  GQuark (*domain) (void);
  int code;
  const char *step;
} ports[] = {
  { "HTTP", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", TRUE, FALSE,
    xmpp_stream_error_quark, XMPP_STREAM_ERROR_NOT_WELL_FORMED, "stream" },
  { "HTML", "<!DOCTYPE html><html/>", TRUE, FALSE, xmpp_stream_error_quark,
    XMPP_STREAM_ERROR_RESTRICTED_XML, "stream" },
  { "another root", "<html xmlns='http://www.w3.org/1999/xhtml'>", FALSE, FALSE,
    xmpp_stream_error_quark, XMPP_STREAM_ERROR_INVALID_NAMESPACE, "stream" },
  { "a TLS alert", "\x15\x03\x01", TRUE, FALSE, xmpp_stream_error_quark,
    XMPP_STREAM_ERROR_NOT_WELL_FORMED, "stream" },
  { "hangs up", "", TRUE, FALSE, xmpp_stream_error_quark, XMPP_STREAM_ERROR_TRUNCATED,
    "stream" },
  { "says nothing", "", FALSE, FALSE, xmpp_connection_error_quark,
    XMPP_CONNECTION_ERROR_TIMED_OUT, "stream" },
  { "another domain", HEADER ("from='q.test' id='1'") "<stream:features/>", FALSE, FALSE,
    xmpp_stream_error_quark, XMPP_STREAM_ERROR_INVALID_FROM, "stream" },
  { "no STARTTLS", HEADER ("from='p.test' id='1'") MECHANISMS, FALSE, FALSE,
    xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_POLICY, "starttls" },
  { "STARTTLS refused",
    HEADER ("from='p.test' id='1'") "<stream:features><starttls "
                                    "xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
                                    "</stream:features><failure "
                                    "xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    FALSE, FALSE, xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_POLICY, "starttls" },
  { "no mechanism", HEADER ("from='p.test' id='1'") "<stream:features/>", FALSE, TRUE,
    xmpp_connection_error_quark, XMPP_CONNECTION_ERROR_POLICY, "sasl" },
};

static void
test_ports (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ports); i++)
    {
      g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
      g_autoptr (XmppClient) client = new_client (server, ports[i].insecure);
      g_autoptr (XmppTestStore) store = xmpp_test_store_new ("token");
      g_autoptr (GError) error = NULL;
      XmppReport *report;

      g_test_message ("%s", ports[i].name);
      xmpp_test_server_add_bytes (server, ports[i].bytes, ports[i].close);
      xmpp_client_set_state_store (client, XMPP_STATE_STORE (store));
      g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (client)),
                    "exchange-seconds", 1, NULL);
      error = open_client (client);
      g_test_message ("%s", error != NULL ? error->message : "no error");
      g_assert_error (error, ports[i].domain (), ports[i].code);

      report = xmpp_connection_get_report (XMPP_CONNECTION (client));
      g_assert_cmpstr (xmpp_report_get_failed_step (report), ==, ports[i].step);
      g_assert_nonnull (strstr (error->message, "p.test"));
      g_assert_nonnull (strstr (error->message, "What to do: "));
      g_assert_null (strstr (xmpp_test_server_get_received (server), "<auth"));
      /* S7: what is said in plain text changes nothing that lasts. */
      g_assert_cmpuint (store->saves, ==, 0);
      g_assert_true (
          xmpp_credential_has_field (xmpp_client_get_credential (client), "token"));
      g_assert_cmpint (xmpp_connection_get_state (XMPP_CONNECTION (client)), ==,
                       XMPP_CONNECTION_STATE_CLOSED);
      xmpp_test_assert_last_unref (&client);
    }
}

static void
reject_token_cb (XmppClient *client, XmppElement *element)
{
  if (g_str_equal (xmpp_element_get_name (element), "auth"))
    xmpp_credential_reject (xmpp_client_get_credential (client), "token");
}

#define REFUSAL                                                                          \
  "S: " HEADER ("from='p.test' id='s1'") MECHANISMS                                      \
      "C: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{*}</auth>\n" \
      "S: <failure "                                                                     \
      "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><account-disabled/></failure>\n"

/* A derived secret that the server refuses leaves the store at once, and only where it was
 * the server that spoke. */
static void
test_refused_secret (void)
{
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("good");
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");

  for (int secure = 0; secure < 2; secure++)
    {
      g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
      g_autoptr (XmppClient) client = new_client (server, !secure);
      g_autoptr (XmppTestStore) store = xmpp_test_store_new ("token");
      g_autoptr (GError) error = NULL;

      if (secure)
        {
          xmpp_test_server_set_certificate (server, certificate);
          xmpp_client_set_tls_mode (client, XMPP_TLS_MODE_DIRECT);
          xmpp_client_set_tls_database (client, database);
        }
      xmpp_test_server_add_script (
          server, secure ? "C: " HEADER ("to='p.test' from='alice@p.test'") "\n" REFUSAL
                         : "C: " HEADER ("to='p.test'") "\n" REFUSAL);
      xmpp_client_set_state_store (client, XMPP_STATE_STORE (store));
      g_signal_connect (client, "element-sent", G_CALLBACK (reject_token_cb), NULL);
      error = open_client (client);
      g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_ACCOUNT_DISABLED);
      g_assert_cmpuint (store->saves, ==, secure);
      if (secure)
        {
          g_autofree char *saved =
              g_variant_print (xmpp_store_request_get_state (store->kept), FALSE);

          g_assert_null (strstr (saved, "token"));
        }
    }
}

static gboolean
is_given_up (gpointer request)
{
  return g_cancellable_is_cancelled (xmpp_store_request_get_cancellable (request));
}

/* A store that does not answer is not waited for for ever. */
static void
test_silent_store (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server, TRUE);
  g_autoptr (XmppTestStore) store = xmpp_test_store_new ("token");
  g_autoptr (GError) error = NULL;

  store->silent = TRUE;
  xmpp_client_set_state_store (client, XMPP_STATE_STORE (store));
  xmpp_client_set_initial_presence (client, NULL);
  g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (client)), "request-seconds",
                2, "close-seconds", 1, NULL);
  g_signal_connect (client, "element-sent", G_CALLBACK (reject_token_cb), NULL);
  xmpp_test_server_add_script (server, LOGIN "C: </stream:stream>\nS: </stream:stream>\n"
                                             "E: close\n");
  error = open_client (client);
  g_assert_no_error (error);
  error = close_client (client, NULL);
  g_assert_no_error (error);
  g_assert_cmpuint (store->saves, ==, 1);

  g_test_expect_message ("Xmpp-Client", G_LOG_LEVEL_WARNING,
                         "What is known of alice@p.test was not saved: *within 2 s");
  xmpp_test_run_until_true (is_given_up, store->kept, "the store is given up");
  xmpp_test_run_pending ();
  g_test_assert_expected_messages ();
  xmpp_test_assert_last_unref (&client);
}

static void
test_refused (void)
{
  XmppTestServer *server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server, FALSE);
  g_autoptr (GError) error = NULL;

  xmpp_test_server_free (server);
  error = open_client (client);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_nonnull (strstr (error->message, "What to do: nothing listens there"));
  g_assert_cmpstr (xmpp_report_get_failed_step (
                       xmpp_connection_get_report (XMPP_CONNECTION (client))),
                   ==, "connect");
}

/* RFC 6120 §13.8.4: over plain text nothing that reveals a password. */
static void
test_no_password_in_clear (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server, FALSE);
  g_autoptr (GError) error = NULL;

  xmpp_client_set_tls_mode (client, XMPP_TLS_MODE_STARTTLS);
  xmpp_client_set_insecure_loopback (client, TRUE);
  xmpp_test_server_add_bytes (server, HEADER ("from='p.test' id='1'") MECHANISMS, TRUE);
  error = open_client (client);
  g_assert_nonnull (error);
  g_assert_null (strstr (xmpp_test_server_get_received (server), "<auth"));
}

/* A proxy on this machine leads anywhere: that it is on a loopback address says nothing of
 * the server. */
static void
test_no_password_in_clear_behind_proxy (void)
{
  static const char *const schemes[] = { "socks5", "http" };

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
      g_autoptr (XmppTestProxy) proxy = xmpp_test_proxy_new ();
      g_autoptr (XmppClient) client = new_client (server, TRUE);
      g_autofree char *uri = g_strdup_printf ("%s://127.0.0.1:%u", schemes[i],
                                              xmpp_test_proxy_get_port (proxy));
      g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (uri, NULL);
      g_autoptr (GError) error = NULL;

      xmpp_test_proxy_add_place (proxy, "far.test:5222",
                                 xmpp_test_server_get_port (server));
      xmpp_client_set_server_host (client, "far.test");
      xmpp_client_set_server_port (client, 5222);
      xmpp_client_set_proxy_resolver (client, resolver);
      xmpp_test_server_add_bytes (server, HEADER ("from='p.test' id='1'") MECHANISMS,
                                  FALSE);
      g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (client)),
                    "exchange-seconds", 1, NULL);
      error = open_client (client);
      g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
      g_assert_cmpstr (xmpp_test_proxy_get_asked (proxy), ==, "far.test:5222");
      g_assert_null (strstr (xmpp_test_server_get_received (server), "<auth"));
    }
}

/* A pin holds on every connection: what has no TLS has no key. */
static void
test_no_password_in_clear_with_pins (void)
{
  const char *const pins[] = { "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                               NULL };
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server, TRUE);
  g_autoptr (GError) error = NULL;

  g_assert_true (xmpp_client_set_pins (client, pins, NULL));
  xmpp_test_server_add_bytes (server, HEADER ("from='p.test' id='1'") MECHANISMS, TRUE);
  error = open_client (client);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
  g_assert_null (strstr (xmpp_test_server_get_received (server), "<auth"));
}

/* What is set meanwhile is for the next time: no attempt gets weaker than it began. */
static void
test_set_while_opening (void)
{
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("self-signed");
  g_auto (gnutls_x509_crt_t) imported = xmpp_certificate_import (certificate);
  g_autofree char *pin = xmpp_tls_pins_describe (imported);
  const char *const pins[] = { pin, NULL };

  for (int pinned = 0; pinned < 2; pinned++)
    {
      g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
      g_autoptr (XmppClient) client = new_client (server, FALSE);
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (GError) error = NULL;

      if (pinned)
        {
          xmpp_test_server_set_certificate (server, certificate);
          xmpp_client_set_tls_mode (client, XMPP_TLS_MODE_DIRECT);
          xmpp_client_set_pins (client, pins, NULL);
          xmpp_test_server_add_script (server, "P: 3000\n");
        }
      else
        xmpp_test_server_add_bytes (server, HEADER ("from='p.test' id='1'") MECHANISMS,
                                    TRUE);
      xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, xmpp_test_result_cb,
                                  &result);
      xmpp_client_set_insecure_loopback (client, TRUE);
      xmpp_client_set_pin_only (client, TRUE);
      xmpp_connection_open_finish (XMPP_CONNECTION (client),
                                   xmpp_test_result_wait (&result), &error);
      if (pinned)
        g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
      else
        g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_POLICY);
      g_assert_null (strstr (xmpp_test_server_get_received (server), "<auth"));
    }
}

/* Bindings make objects without the constructor. */
static void
test_no_account (void)
{
  g_autoptr (XmppClient) client = g_object_new (XMPP_TYPE_CLIENT, NULL);
  g_autoptr (GError) error = open_client (client);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "account"));
  g_assert_null (xmpp_client_get_account (client));
  xmpp_test_assert_last_unref (&client);
}

/* L9: bindings dispose of objects whoever still has them. */
static void
test_dispose_while_opening (void)
{
  static const char *const scripts[] = { "P: 3000\n", OPEN "\nP: 3000\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
      g_autoptr (XmppClient) client = new_client (server, TRUE);
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (GError) error = NULL;

      xmpp_test_server_add_script (server, scripts[i]);
      xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, xmpp_test_result_cb,
                                  &result);
      xmpp_test_run_for (50);
      g_object_run_dispose (G_OBJECT (client));
      xmpp_connection_open_finish (XMPP_CONNECTION (client),
                                   xmpp_test_result_wait (&result), &error);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      xmpp_test_result_clear (&result);
      xmpp_test_assert_last_unref (&client);
    }
}

static void
test_dispose_while_open (void)
{
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppClient) client = new_client (server, TRUE);
  g_autoptr (XmppStanza)
      presence = xmpp_stanza_new_presence (XMPP_STANZA_TYPE_AVAILABLE, NULL, NULL);
  g_autoptr (GError) error = NULL;

  xmpp_client_set_initial_presence (client, NULL);
  xmpp_test_server_add_script (server, LOGIN "P: 3000\n");
  error = open_client (client);
  g_assert_no_error (error);
  g_object_run_dispose (G_OBJECT (client));
  g_assert_false (xmpp_connection_send (XMPP_CONNECTION (client), presence, &error));
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_OPEN);
  xmpp_test_assert_last_unref (&client);
}

static void
ignore_cb (XmppCredential *credential)
{
}

/* What the application has connected stays its own, whatever it has for user data. */
static void
test_replaced_credential (void)
{
  g_autoptr (XmppClient) client = xmpp_client_new ("alice@p.test", NULL, NULL);
  g_autoptr (XmppCredential) first = g_object_ref (xmpp_client_get_credential (client));
  gulong handler;

  handler = g_signal_connect (first, "obtained", G_CALLBACK (ignore_cb), client);
  xmpp_client_set_credential (client, NULL);
  g_assert_true (g_signal_handler_is_connected (first, handler));
  g_signal_handler_disconnect (first, handler);
}

/* A port that is none does not lead to another one. */
static void
test_no_such_port (void)
{
  g_autoptr (XmppClient) client = xmpp_client_new ("alice@p.test", NULL, NULL);

  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*server_port <= G_MAXUINT16*");
  xmpp_client_set_server_port (client, 5222 + 65536);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (xmpp_client_get_server_port (client), ==, 0);
}

/* Cancelled after so many milliseconds, at whatever step that is */
static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled (void)
{
  static const char *const scripts[] = {
    "P: 3000\n",
    OPEN "\nP: 3000\n",
    OPEN MECHANISMS
    "C: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{*}"
    "</auth>\nP: 3000\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
      g_autoptr (XmppClient) client = new_client (server, TRUE);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (GError) error = NULL;

      xmpp_test_server_add_script (server, scripts[i]);
      xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable,
                                  xmpp_test_result_cb, &result);
      g_timeout_add (50, cancel_cb, cancellable);
      xmpp_connection_open_finish (XMPP_CONNECTION (client),
                                   xmpp_test_result_wait (&result), &error);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      xmpp_test_result_clear (&result);
      xmpp_test_assert_last_unref (&client);
    }
}

/* The same after every turn of the main loop, until one login is through */
static void
test_cancelled_anywhere (void)
{
  guint step = g_getenv ("XMPP_TEST_SLOW") != NULL ? 7 : 1;
  gboolean opened = FALSE;

  for (guint turns = 0; !opened; turns += step)
    {
      g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
      g_autoptr (XmppClient) client = new_client (server, TRUE);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_auto (XmppTestResult) result = { 0 };
      g_autoptr (GError) error = NULL;

      xmpp_client_set_initial_presence (client, NULL);
      xmpp_test_server_add_script (server, LOGIN "P: 3000\n");
      xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable,
                                  xmpp_test_result_cb, &result);
      for (guint i = 0; i < turns && !result.done; i++)
        g_main_context_iteration (NULL, TRUE);
      opened = result.done;
      g_cancellable_cancel (cancellable);
      xmpp_connection_open_finish (XMPP_CONNECTION (client),
                                   xmpp_test_result_wait (&result), &error);
      if (opened)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      xmpp_test_result_clear (&result);
      xmpp_test_assert_last_unref (&client);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client/login", test_login);
  g_test_add_func ("/client/seen", test_seen);
  g_test_add_func ("/client/no-pipelining", test_no_pipelining);
  g_test_add_func ("/client/abort-while-seeing", test_abort_while_seeing);
  g_test_add_func ("/client/silent", test_silent);
  g_test_add_func ("/client/ports", test_ports);
  g_test_add_func ("/client/refused", test_refused);
  g_test_add_func ("/client/refused-secret", test_refused_secret);
  g_test_add_func ("/client/silent-store", test_silent_store);
  g_test_add_func ("/client/no-password-in-clear", test_no_password_in_clear);
  g_test_add_func ("/client/no-password-in-clear/behind-proxy",
                   test_no_password_in_clear_behind_proxy);
  g_test_add_func ("/client/no-password-in-clear/with-pins",
                   test_no_password_in_clear_with_pins);
  g_test_add_func ("/client/set-while-opening", test_set_while_opening);
  g_test_add_func ("/client/no-account", test_no_account);
  g_test_add_func ("/client/dispose-while-opening", test_dispose_while_opening);
  g_test_add_func ("/client/dispose-while-open", test_dispose_while_open);
  g_test_add_func ("/client/replaced-credential", test_replaced_credential);
  g_test_add_func ("/client/no-such-port", test_no_such_port);
  g_test_add_func ("/client/cancelled", test_cancelled);
  g_test_add_func ("/client/cancelled-anywhere", test_cancelled_anywhere);

  return g_test_run ();
}
