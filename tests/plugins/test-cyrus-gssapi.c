/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "cyrus-fixture.h"
#include "gssapi-fixture.h"
#include "gssapi-private.h"
#include "gssapi-raw-peer.h"

/* Kerberos by the bridge, with a real KDC: with libsasl2 itself on the other side, and with the
 * library's own mechanisms. */

#define FLAGS (GSS_C_MUTUAL_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_INTEG_FLAG)

static gboolean
is_bound (const char *name)
{
  return g_str_has_suffix (name, "-PLUS");
}

static XmppSaslMechanism *
create_for_host (const char *name, XmppSaslRole role, const char *host)
{
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_kerberos (NULL);
  g_autoptr (XmppSaslContext) context =
      g_object_new (XMPP_TYPE_SASL_CONTEXT, "role", role, "domain", "other.test", "host",
                    host, "secure", TRUE, "authenticator", users, NULL);

  return cyrus_bridge_new (name, context,
                           role == XMPP_SASL_ROLE_CLIENT ? credential : NULL);
}

static XmppSaslMechanism *
create_on (const char *name, XmppSaslRole role, const XmppTestChannel *channel)
{
  g_autoptr (XmppTestAuthenticator) users = xmpp_test_authenticator_new ();
  g_autoptr (XmppCredential) credential = xmpp_credential_new_for_kerberos (NULL);
  g_autoptr (XmppSaslContext)
      context = xmpp_test_context_new (role, channel, XMPP_AUTHENTICATOR (users));

  return cyrus_bridge_new (name, context,
                           role == XMPP_SASL_ROLE_CLIENT ? credential : NULL);
}

static XmppSaslMechanism *
create (const char *name, XmppSaslRole role)
{
  return create_on (name, role,
                    is_bound (name) ? &gssapi_fixture_bound : &gssapi_fixture_unbound);
}

static XmppSaslMechanism *
create_client (const char *name)
{
  return create (name, XMPP_SASL_ROLE_CLIENT);
}

static XmppSaslMechanism *
create_server (const char *name)
{
  return create (name, XMPP_SASL_ROLE_SERVER);
}

static CyrusPeer *
create_peer (const char *name, gboolean server)
{
  CyrusPeer *peer = server ? cyrus_peer_new_server (name, "/nowhere")
                           : cyrus_peer_new_client (name, "", "");

  if (is_bound (name))
    cyrus_peer_bind (peer, "tls-exporter", GSSAPI_FIXTURE_BINDING);

  return peer;
}

static void
test_cyrus (void)
{
  static const char *const names[] = { "GSSAPI", "GS2-KRB5", "GS2-KRB5-PLUS",
                                       "GSS-SPNEGO" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *name = names[i];
      g_autoptr (XmppSaslMechanism) client = create_client (name);
      g_autoptr (XmppSaslMechanism) server = create_server (name);
      g_autoptr (CyrusPeer) peer_server = create_peer (name, TRUE);
      g_autoptr (CyrusPeer) peer_client = create_peer (name, FALSE);
      g_autoptr (GError) error = NULL;
      gboolean done;

      g_test_message ("%s", name);
      done = cyrus_peer_run_client (client, peer_server, &error);
      g_assert_no_error (error);
      g_assert_true (done);
      g_assert_cmpstr (cyrus_peer_get_username (peer_server), ==, "alice");

      done = cyrus_peer_run_server (peer_client, server, &error);
      g_assert_no_error (error);
      g_assert_true (done);
      g_assert_cmpstr (xmpp_sasl_mechanism_get_username (server), ==, "alice");
    }
}

static void
test_native (void)
{
  for (guint i = 0; i < 3 * G_N_ELEMENTS (gssapi_fixture_mechanisms); i++)
    {
      const char *name = gssapi_fixture_mechanisms[i / 3];
      gboolean native_client = i % 3 == 1;
      gboolean native_server = i % 3 == 2;
      g_autoptr (XmppSaslMechanism) client =
          native_client ? gssapi_fixture_client (name, NULL, NULL) : create_client (name);
      g_autoptr (XmppSaslMechanism) server = native_server ? gssapi_fixture_server (name)
                                                           : create_server (name);

      g_test_message ("%s, row %u", name, i % 3);
      gssapi_fixture_assert_success (client, server, "alice");
    }
}

/* ---- The client, before anything is sent ---- */

static void
test_no_ticket (void)
{
  static const struct
  {
    const char *cache;
    const char
        *field; /* of the credential, which the plug-in cannot be told; NULL: none */
  } rows[] = {
    { "missing.cache", NULL },          { "expired.cache", NULL },
    { "alice.cache", "ccache" },        { "alice.cache", "principal" },
    { "alice.cache", "client-keytab" },
  };
  g_autofree char *usual = g_strdup (g_getenv ("KRB5CCNAME"));

  for (guint i = 0; i < G_N_ELEMENTS (rows) * G_N_ELEMENTS (gssapi_fixture_mechanisms);
       i++)
    {
      guint row = i / G_N_ELEMENTS (gssapi_fixture_mechanisms);
      const char *name =
          gssapi_fixture_mechanisms[i % G_N_ELEMENTS (gssapi_fixture_mechanisms)];
      g_autofree char *cache = gssapi_fixture_dup_file (rows[row].cache);
      g_autoptr (XmppSaslMechanism) client = create_client (name);

      g_test_message ("%s, row %u", name, row);
      g_setenv ("KRB5CCNAME", cache, TRUE);
      if (rows[row].field != NULL)
        xmpp_credential_set_field (xmpp_sasl_mechanism_get_credential (client),
                                   rows[row].field, "bob");
      gssapi_fixture_step_refused (client, NULL, XMPP_SASL_ERROR_UNAVAILABLE,
                                   rows[row].field != NULL ? rows[row].field : name);
    }
  g_setenv ("KRB5CCNAME", usual, TRUE);
}

static void
test_hosts (void)
{
  static const struct
  {
    const char *host;
    gboolean good;
  } rows[] = {
    { "a.test", TRUE },
    { NULL, FALSE },
    { "nowhere.test", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows) * 2; i++)
    {
      const char *name = gssapi_fixture_mechanisms[i % 2];
      g_autoptr (XmppSaslMechanism)
          client = create_for_host (name, XMPP_SASL_ROLE_CLIENT, rows[i / 2].host);
      g_autoptr (XmppSaslMechanism) server = create_server (name);

      g_test_message ("%s, %s", name, rows[i / 2].host);
      if (rows[i / 2].good)
        gssapi_fixture_assert_success (client, server, "alice");
      else
        gssapi_fixture_step_refused (client, NULL, XMPP_SASL_ERROR_UNAVAILABLE, name);
    }
}

/* ---- Who may come in ---- */

/* A ticket for another service, one for a key that is not here, and a service without one */
static void
test_wrong_service (void)
{
  static const struct
  {
    const char *client;
    const char *server;
  } rows[] = {
    { "elsewhere.test", "a.test" },
    { "a.test", "renewed.test" },
    { "renewed.test", "renewed.test" },
    { "elsewhere.test", "elsewhere.test" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows) * 2; i++)
    {
      const char *name = gssapi_fixture_mechanisms[i % 2];
      g_autoptr (XmppSaslMechanism)
          client = create_for_host (name, XMPP_SASL_ROLE_CLIENT, rows[i / 2].client);
      g_autoptr (XmppSaslMechanism)
          server = create_for_host (name, XMPP_SASL_ROLE_SERVER, rows[i / 2].server);
      g_autoptr (GError) client_error = NULL;
      g_autoptr (GError) server_error = NULL;

      g_assert_false (xmpp_test_sasl_run (client, server, &client_error, &server_error));
      g_assert_no_error (client_error);
      g_test_message ("%s, row %u: %s", name, i / 2, server_error->message);
      g_assert_true (g_error_matches (server_error, XMPP_SASL_ERROR,
                                      XMPP_SASL_ERROR_NOT_AUTHORIZED) ||
                     g_error_matches (server_error, XMPP_SASL_ERROR,
                                      XMPP_SASL_ERROR_TEMPORARY_AUTH_FAILURE));
      g_assert_null (xmpp_sasl_mechanism_get_username (server));
    }
}

static void
test_authzid (void)
{
  static const struct
  {
    const char *mechanism;
    const char *authzid;
    int code; /* -1: it is let in; of the client's first step with GS2 */
  } rows[] = {
    { "GSSAPI", "", -1 },
    { "GSSAPI", "alice", -1 },
    { "GSSAPI", "alice@a.test", -1 },
    { "GSSAPI", "bob@a.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "GSSAPI", "alice@other.test", XMPP_SASL_ERROR_INVALID_AUTHZID },
    { "GS2-KRB5", "", -1 },
    { "GS2-KRB5", "alice@a.test", XMPP_SASL_ERROR_UNAVAILABLE },
    { "GS2-KRB5", "bob@a.test", XMPP_SASL_ERROR_UNAVAILABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppSaslMechanism) client = create_client (rows[i].mechanism);
      g_autoptr (XmppSaslMechanism) server = create_server (rows[i].mechanism);

      g_test_message ("%s as '%s'", rows[i].mechanism, rows[i].authzid);
      xmpp_credential_set_field (xmpp_sasl_mechanism_get_credential (client), "authzid",
                                 rows[i].authzid);
      if (rows[i].code == -1)
        gssapi_fixture_assert_success (client, server, "alice");
      else if (rows[i].code == XMPP_SASL_ERROR_UNAVAILABLE)
        gssapi_fixture_step_refused (client, NULL, rows[i].code, "authzid");
      else
        gssapi_fixture_assert_server_refuses (client, server, rows[i].code, "");
    }
}

/* The library's own client can name somebody else with GS2, too. */
static void
test_server_authzid (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gssapi_fixture_mechanisms); i++)
    {
      const char *name = gssapi_fixture_mechanisms[i];
      g_autoptr (XmppSaslMechanism)
          client = gssapi_fixture_client (name, "authzid", "bob@a.test");
      g_autoptr (XmppSaslMechanism)
          same = gssapi_fixture_client (name, "authzid", "alice@a.test");
      g_autoptr (XmppSaslMechanism) server = create_server (name);
      g_autoptr (XmppSaslMechanism) same_server = create_server (name);

      g_test_message ("%s", name);
      gssapi_fixture_assert_server_refuses (client, server,
                                            XMPP_SASL_ERROR_INVALID_AUTHZID, "");
      gssapi_fixture_assert_success (same, same_server, "alice");
    }
}

static void
test_bindings (void)
{
  static const XmppTestChannel other = { .binding = XMPP_SASL_BINDING_USED,
                                         .type = "tls-exporter",
                                         .data = "fedcba9876543210" };
  g_autoptr (XmppSaslMechanism) unbound =
      create_on ("GS2-KRB5-PLUS", XMPP_SASL_ROLE_CLIENT, &gssapi_fixture_unbound);

  gssapi_fixture_step_refused (unbound, NULL, XMPP_SASL_ERROR_UNAVAILABLE,
                               "channel binding");

  for (guint i = 0; i < 4; i++)
    {
      const XmppTestChannel *channel = i % 2 == 0 ? &other : &gssapi_fixture_bound;
      const XmppTestChannel *others = i % 2 == 0 ? &gssapi_fixture_bound : &other;
      g_autoptr (XmppSaslMechanism)
          client = create_on ("GS2-KRB5-PLUS", XMPP_SASL_ROLE_CLIENT, channel);
      g_autoptr (XmppSaslMechanism)
          native_client = gssapi_fixture_client_on ("GS2-KRB5-PLUS", channel, NULL, NULL);
      g_autoptr (XmppSaslMechanism)
          server = create_on ("GS2-KRB5-PLUS", XMPP_SASL_ROLE_SERVER, others);

      gssapi_fixture_assert_server_refuses (i < 2 ? client : native_client, server,
                                            XMPP_SASL_ERROR_NOT_AUTHORIZED, "");
    }
}

/* ---- Bad messages (A13) ---- */

/* In memory of its own, so that a sanitizer or valgrind sees what is read behind it */
static GBytes *
cut (GBytes *message, gsize length)
{
  return g_bytes_new (g_bytes_get_data (message, NULL), length);
}

static GBytes *
change (GBytes *message, gsize where)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (message, &length);
  guint8 *changed = g_memdup2 (data, length);

  changed[where] ^= 0x04;

  return g_bytes_new_take (changed, length);
}

static void
assert_refused (XmppSaslMechanism *mechanism, GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) output = NULL;
  XmppSaslStatus status;

  output = xmpp_test_step_bytes (mechanism, message, &status, &error);
  g_assert_null (output);
  g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
  g_assert_nonnull (error);
  g_assert_true (error->domain == XMPP_SASL_ERROR);
  if (xmpp_sasl_context_get_role (xmpp_sasl_mechanism_get_context (mechanism)) ==
      XMPP_SASL_ROLE_CLIENT)
    g_assert_true (
        g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED) ||
        g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST));
  else
    g_assert_true (
        g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_NOT_AUTHORIZED) ||
        g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST));
  g_assert_null (xmpp_sasl_mechanism_get_username (mechanism));
}

static void
test_first_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gssapi_fixture_mechanisms); i++)
    {
      const char *name = gssapi_fixture_mechanisms[i];
      g_autoptr (XmppSaslMechanism) client = create_client (name);
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);

      g_test_message ("%s", name);
      /* Nothing at all is asked for again. */
      for (gsize n = 1; n < g_bytes_get_size (first); n++)
        {
          g_autoptr (XmppSaslMechanism) server = create_server (name);
          g_autoptr (GBytes) message = cut (first, n);

          assert_refused (server, message);
        }
    }
}

/* The server's answer, cut at each byte: by GS2 it is the last message, by GSSAPI it is not */
static void
test_answer_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gssapi_fixture_mechanisms); i++)
    {
      const char *name = gssapi_fixture_mechanisms[i];
      gsize length = 1;

      g_test_message ("%s", name);
      for (gsize n = 0; n < length; n++)
        {
          g_autoptr (XmppSaslMechanism) client = create_client (name);
          g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server (name);
          g_autoptr (GBytes)
              first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
          g_autoptr (GBytes)
              answer = gssapi_fixture_step_good (server, first,
                                                 i == 0 ? XMPP_SASL_STATUS_CONTINUE
                                                        : XMPP_SASL_STATUS_COMPLETE);
          g_autoptr (GBytes) bad = NULL;

          /* It has times and numbers in it, and is not always as long. */
          length = g_bytes_get_size (answer);
          if (n >= length)
            break;
          bad = cut (answer, n);
          assert_refused (client, bad);
        }
    }
}

/* Up to where the client (or, with it, the server) has to read what is said about layers */
static GBytes *
talk_about_layers (XmppSaslMechanism *client,
                   XmppSaslMechanism *server,
                   gboolean client_too)
{
  g_autoptr (GBytes)
      first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_autoptr (GBytes)
      answer = gssapi_fixture_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);
  g_autoptr (GBytes)
      none = gssapi_fixture_step_good (client, answer, XMPP_SASL_STATUS_CONTINUE);
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  g_autoptr (GBytes)
      offer = gssapi_fixture_step_good (server, empty, XMPP_SASL_STATUS_CONTINUE);

  g_assert_true (none == NULL || g_bytes_get_size (none) == 0);
  if (!client_too)
    return g_steal_pointer (&offer);

  return gssapi_fixture_step_good (client, offer, XMPP_SASL_STATUS_COMPLETE);
}

/* How far the rest is turned round, which is 16 bytes: no checksum covers that, and 1024 is as
 * good as none (RFC 4121 §4.2.5) */
#define TURN 6

static void
test_layers_cut (void)
{
  for (guint i = 0; i < 2 * 2 * 32; i++)
    {
      gboolean at_server = i / 64 == 1;
      gsize n = i % 64 % 32;
      g_autoptr (XmppSaslMechanism) client = create_client ("GSSAPI");
      g_autoptr (XmppSaslMechanism) server = create_server ("GSSAPI");
      g_autoptr (GBytes) message = talk_about_layers (client, server, at_server);
      g_autoptr (GBytes) bad = i % 64 < 32 ? cut (message, n) : change (message, n);

      g_assert_cmpuint (g_bytes_get_size (message), ==, 32);
      if (i % 64 >= 32 && n == TURN)
        continue;
      g_test_message ("row %u", i);
      assert_refused (at_server ? server : client, bad);
    }
}

/* A server that has layers only, and one whose message has another length */
static void
test_odd_server (void)
{
  for (guint i = 0; i <= GSSAPI_N_BAD_LAYERS; i++)
    {
      g_auto (GssapiRawPeer) peer = { 0 };
      g_autoptr (XmppSaslMechanism) client = create_client ("GSSAPI");
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes) answer = gssapi_raw_peer_accept (&peer, first);
      g_autoptr (GBytes)
          none = gssapi_fixture_step_good (client, answer, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes) layers = NULL;

      layers = i < GSSAPI_N_BAD_LAYERS
                   ? gssapi_raw_peer_wrap (&peer, gssapi_bad_layers[i].encrypt,
                                           gssapi_bad_layers[i].data,
                                           gssapi_bad_layers[i].length)
                   : gssapi_raw_peer_wrap (&peer, FALSE, "\1\0\0\0a", 5);
      /* Cyrus does not look whether what is signed is encrypted, too. */
      if (i < GSSAPI_N_BAD_LAYERS && gssapi_bad_layers[i].encrypt)
        continue;
      g_test_message ("row %u", i);
      assert_refused (client, layers);
    }
}

static void
test_odd_client (void)
{
  for (guint i = 0; i < GSSAPI_N_BAD_LAYERS; i++)
    {
      g_auto (GssapiRawPeer) peer = { 0 };
      g_autoptr (XmppSaslMechanism) server = create_server ("GSSAPI");
      g_autoptr (GBytes)
          first = gssapi_raw_peer_init (&peer, gssapi_get_kerberos (), FLAGS, NULL);
      g_autoptr (GBytes)
          answer = gssapi_fixture_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes)
          nothing = gssapi_raw_peer_init (&peer, gssapi_get_kerberos (), FLAGS, answer);
      g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
      g_autoptr (GBytes)
          offer = gssapi_fixture_step_good (server, empty, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes) layers = NULL;

      g_assert_null (nothing);
      layers = gssapi_raw_peer_wrap (&peer, gssapi_bad_layers[i].encrypt,
                                     gssapi_bad_layers[i].data,
                                     gssapi_bad_layers[i].length);
      /* Nor whether no bit at all stands for no layer: it has none then. */
      if (gssapi_bad_layers[i].encrypt ||
          (gssapi_bad_layers[i].length == 4 && gssapi_bad_layers[i].data[0] == '\0'))
        continue;
      g_test_message ("row %u", i);
      assert_refused (server, layers);
    }
}

/* The proof of another login, and the client's own message */
static void
test_lying_server (void)
{
  g_autoptr (XmppSaslMechanism) other = create_client ("GSSAPI");
  g_autoptr (GBytes)
      other_first = gssapi_fixture_step_good (other, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_auto (GssapiRawPeer) peer = { 0 };
  g_autoptr (GBytes) other_answer = gssapi_raw_peer_accept (&peer, other_first);

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = create_client (gssapi_fixture_mechanisms[i % 2]);
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);

      assert_refused (client, i < 2 ? other_answer : other_first);
    }
}

/* The same ticket's message a second time */
static void
test_replay (void)
{
  for (guint i = 0; i < 2; i++)
    {
      const char *name = gssapi_fixture_mechanisms[i];
      g_autoptr (XmppSaslMechanism) client = create_client (name);
      g_autoptr (XmppSaslMechanism) server = create_server (name);
      g_autoptr (XmppSaslMechanism) second = create_server (name);
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes)
          answer = gssapi_fixture_step_good (server, first,
                                             i == 0 ? XMPP_SASL_STATUS_CONTINUE
                                                    : XMPP_SASL_STATUS_COMPLETE);

      g_assert_nonnull (answer);
      assert_refused (second, first);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *config =
      g_build_filename (g_getenv ("XMPP_TEST_KERBEROS"), "plain.conf", NULL);

  g_test_init (&argc, &argv, NULL);

  /* Cyrus' plug-ins name the service in a way that asks the DNS what else the host is called,
   * where nobody has forbidden it. */
  g_setenv ("KRB5_CONFIG", config, TRUE);
  cyrus_fixture_set_path ();

  g_test_add_func ("/cyrus-gssapi/cyrus", test_cyrus);
  g_test_add_func ("/cyrus-gssapi/native", test_native);

  g_test_add_func ("/cyrus-gssapi/no-ticket", test_no_ticket);
  g_test_add_func ("/cyrus-gssapi/A13/hosts", test_hosts);
  g_test_add_func ("/cyrus-gssapi/A13/wrong-service", test_wrong_service);
  g_test_add_func ("/cyrus-gssapi/A11/authzid", test_authzid);
  g_test_add_func ("/cyrus-gssapi/A11/server-authzid", test_server_authzid);
  g_test_add_func ("/cyrus-gssapi/A13/bindings", test_bindings);
  g_test_add_func ("/cyrus-gssapi/A13/first-cut", test_first_cut);
  g_test_add_func ("/cyrus-gssapi/A13/answer-cut", test_answer_cut);
  g_test_add_func ("/cyrus-gssapi/A13/layers-cut", test_layers_cut);
  g_test_add_func ("/cyrus-gssapi/A13/odd-server", test_odd_server);
  g_test_add_func ("/cyrus-gssapi/A13/odd-client", test_odd_client);
  g_test_add_func ("/cyrus-gssapi/A2/lying-server", test_lying_server);
  g_test_add_func ("/cyrus-gssapi/A13/replay", test_replay);

  return g_test_run ();
}
