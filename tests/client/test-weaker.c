/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "client/xmpp-client.h"
#include "core/xmpp-memory-state-store.h"

#include "tls-peer.h"
#include "xmpp-test-loop.h"
#include "xmpp-test-mechanisms.h"
#include "xmpp-test-server.h"

/* What an account's login has used is remembered, and a later one is never weaker. */

#define HEADER(attributes)                                                               \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' "                                     \
  "version='1.0' " attributes ">"
#define C_HEADER "C: " HEADER ("to='p.test' from='alice@p.test'") "\n"
#define S_HEADER "S: " HEADER ("from='p.test' id='s1'")
#define ONLY_PLAIN                                                                       \
  C_HEADER S_HEADER "<stream:features><mechanisms "                                      \
                    "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN"          \
                    "</mechanism></mechanisms></stream:features>\n"
#define SAFE_FEATURES                                                                    \
  "<features xmlns='http://etherx.jabber.org/streams'><mechanisms "                      \
  "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism>"          \
  "</mechanisms></features>"
#define ONLY_PLAIN_BEHIND_SCRAM                                                          \
  C_HEADER "C: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "                          \
           "mechanism='SCRAM-SHA-1'>{*}</auth>\n" S_HEADER                               \
           "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"      \
           "<mechanism>PLAIN</mechanism></mechanisms></stream:features>\n"               \
           "S: <failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"                       \
           "<invalid-mechanism/></failure>\n"
#define LOG_IN                                                                           \
  "C: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "                                   \
  "mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>\n"                                      \
  "S: <success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>\n" C_HEADER S_HEADER           \
  "<stream:features><bind "                                                              \
  "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>\n"                       \
  "C: <iq type='set' id='{b}'><bind "                                                    \
  "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>\n"                                    \
  "S: <iq type='result' id='{b}'><bind "                                                 \
  "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>"                                       \
  "alice@p.test/x7</jid></bind></iq>\n"                                                  \
  "C: <presence/>\n"                                                                     \
  "C: <presence type='unavailable'/>\n"                                                  \
  "C: </stream:stream>\nS: </stream:stream>\nE: close\n"

static XmppClient *
new_client (XmppTestServer *server, XmppStateStore *store)
{
  g_autoptr (XmppCredential) credential = xmpp_credential_new (NULL, "secret");
  g_autoptr (XmppSaslRegistry) registry = xmpp_sasl_registry_new ();
  g_autoptr (GTlsDatabase) database = tls_test_database ("ca");
  XmppClient *client = xmpp_client_new ("alice@p.test", credential, NULL);

  xmpp_test_register_mechanisms (registry);
  xmpp_client_set_registry (client, registry);
  xmpp_client_set_server_host (client, "127.0.0.1");
  xmpp_client_set_server_port (client, xmpp_test_server_get_port (server));
  xmpp_client_set_tls_mode (client, XMPP_TLS_MODE_DIRECT);
  xmpp_client_set_tls_database (client, database);
  xmpp_client_set_state_store (client, store);

  return client;
}

static void
open_client (XmppClient *client, GError **error)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, xmpp_test_result_cb,
                              &result);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&result),
                               error);
}

static void
close_client (XmppClient *client)
{
  g_auto (XmppTestResult) result = { 0 };

  xmpp_connection_close_async (XMPP_CONNECTION (client), NULL, NULL, xmpp_test_result_cb,
                               &result);
  xmpp_connection_close_finish (XMPP_CONNECTION (client), xmpp_test_result_wait (&result),
                                NULL);
}

static void
remember (XmppStateStore *store, const char *text)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GVariant) state = g_variant_parse (NULL, text, NULL, NULL, NULL);

  g_assert_nonnull (state);
  xmpp_state_store_save_async (store, "alice@p.test", state, NULL, xmpp_test_result_cb,
                               &result);
  g_assert_true (
      xmpp_state_store_save_finish (store, xmpp_test_result_wait (&result), NULL));
}

/* The exposure that is remembered */
static char *
recall (XmppStateStore *store)
{
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GVariant) state = NULL;
  g_autoptr (GVariant) login = NULL;
  char *exposure = NULL;

  xmpp_state_store_load_async (store, "alice@p.test", NULL, xmpp_test_result_cb, &result);
  state = xmpp_state_store_load_finish (store, xmpp_test_result_wait (&result), NULL);
  g_assert_nonnull (state);
  login = g_variant_lookup_value (state, "login", G_VARIANT_TYPE_VARDICT);
  if (login != NULL)
    g_variant_lookup (login, "exposure", "s", &exposure);

  return exposure;
}

static void
test_never_weaker (void)
{
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("good");
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppStateStore) store = xmpp_memory_state_store_new ();
  g_autoptr (XmppClient) client = NULL;
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  g_autofree char *refused = NULL;
  g_autofree char *accepted = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_test_server_set_certificate (server, certificate);
  remember (store,
            "{'login': <{'exposure': <'session'>, 'mechanism': <'SCRAM-SHA-1'>}>}");
  client = new_client (server, store);

  /* Not a byte of the password leaves, and nothing is forgotten. */
  xmpp_test_server_add_script (server, ONLY_PLAIN);
  open_client (client, &error);
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE);
  g_assert_nonnull (strstr (error->message, "SCRAM-SHA-1"));
  refused = recall (store);
  g_assert_cmpstr (refused, ==, "session");
  g_clear_error (&error);

  /* A person says that it is all right, once. */
  g_object_set (policy, "accept-weaker", TRUE, NULL);
  xmpp_client_set_policy (client, policy);
  xmpp_test_server_add_script (server, ONLY_PLAIN LOG_IN);
  open_client (client, &error);
  g_assert_no_error (error);
  close_client (client);
  accepted = recall (store);
  g_assert_cmpstr (accepted, ==, "secret");

  g_object_set (policy, "accept-weaker", FALSE, NULL);
  xmpp_test_server_add_script (server, ONLY_PLAIN LOG_IN);
  open_client (client, &error);
  g_assert_no_error (error);
  close_client (client);
}

/* What was remembered is sent ahead; that changes nothing of what the policy accepts. */
static void
test_remembered_offer (void)
{
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("good");
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppStateStore) store = xmpp_memory_state_store_new ();
  g_autoptr (XmppClient) client = NULL;
  g_autoptr (XmppSaslPolicy) policy = xmpp_sasl_policy_new ();
  g_autofree char *exposure = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_test_server_set_certificate (server, certificate);
  remember (store, "{'features': <\"" SAFE_FEATURES "\">, 'login': <{'exposure': "
                   "<'session'>, 'mechanism': <'SCRAM-SHA-1'>}>}");
  client = new_client (server, store);

  xmpp_test_server_add_script (server, ONLY_PLAIN_BEHIND_SCRAM);
  open_client (client, &error);
  g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_DOWNGRADE);
  g_clear_error (&error);

  g_object_set (policy, "accept-weaker", TRUE, NULL);
  xmpp_client_set_policy (client, policy);
  xmpp_test_server_add_script (server, ONLY_PLAIN_BEHIND_SCRAM LOG_IN);
  open_client (client, &error);
  g_assert_no_error (error);
  close_client (client);
  exposure = recall (store);
  g_assert_cmpstr (exposure, ==, "secret");
}

/* The first login is the first one that is remembered. */
static void
test_first (void)
{
  g_autoptr (GTlsCertificate) certificate = tls_test_certificate ("good");
  g_autoptr (XmppTestServer) server = xmpp_test_server_new ();
  g_autoptr (XmppStateStore) store = xmpp_memory_state_store_new ();
  g_autoptr (XmppClient) client = new_client (server, store);
  g_autofree char *exposure = NULL;
  g_autoptr (GError) error = NULL;

  xmpp_test_server_set_certificate (server, certificate);
  xmpp_test_server_add_script (server, ONLY_PLAIN LOG_IN);
  open_client (client, &error);
  g_assert_no_error (error);
  close_client (client);
  exposure = recall (store);
  g_assert_cmpstr (exposure, ==, "secret");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client/weaker/first", test_first);
  g_test_add_func ("/client/weaker/never", test_never_weaker);
  g_test_add_func ("/client/weaker/remembered-offer", test_remembered_offer);

  return g_test_run ();
}
