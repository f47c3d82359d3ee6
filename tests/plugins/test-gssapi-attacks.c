/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "gssapi-fixture.h"
#include "gssapi-private.h"
#include "gssapi-raw-peer.h"
#include "gssapi-token.h"

#include <string.h>

/* ---- Bad messages ---- */

static GBytes *
cut (GBytes *message, gsize length)
{
  /* A copy, so that a sanitizer sees what is read behind it */
  return g_bytes_new (g_bytes_get_data (message, NULL), length);
}

/* The first message, cut at each byte, and with one too many */
static void
test_first_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gssapi_fixture_mechanisms); i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = gssapi_fixture_client (gssapi_fixture_mechanisms[i], NULL, NULL);
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      gsize length = g_bytes_get_size (first);
      g_autoptr (GByteArray) longer = g_byte_array_new ();
      g_autoptr (GBytes) too_long = NULL;
      g_autoptr (XmppSaslMechanism)
          last = gssapi_fixture_server (gssapi_fixture_mechanisms[i]);

      for (gsize n = 0; n < length; n++)
        {
          g_autoptr (XmppSaslMechanism)
              server = gssapi_fixture_server (gssapi_fixture_mechanisms[i]);
          g_autoptr (GBytes) message = cut (first, n);

          gssapi_fixture_step_refused (server, message, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                                       "");
        }

      g_byte_array_append (longer, g_bytes_get_data (first, NULL), length);
      g_byte_array_append (longer, (const guint8 *) "", 1);
      too_long = g_byte_array_free_to_bytes (g_steal_pointer (&longer));
      gssapi_fixture_step_refused (last, too_long, XMPP_SASL_ERROR_MALFORMED_REQUEST, "");
    }
}

/* What an AP-REP has encrypted, at least: two times, a key and a number, and a sum */
#define ENCRYPTED 80

/* The server's answer, cut at each byte, and changed in each */
static void
test_answer_cut (void)
{
  g_autoptr (XmppSaslMechanism) model = gssapi_fixture_client ("GSSAPI", NULL, NULL);
  g_autoptr (XmppSaslMechanism) model_server = gssapi_fixture_server ("GSSAPI");
  g_autoptr (GBytes)
      model_first = gssapi_fixture_step_good (model, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_autoptr (GBytes) model_answer =
      gssapi_fixture_step_good (model_server, model_first, XMPP_SASL_STATUS_CONTINUE);

  for (gsize n = 0; n < 2 * g_bytes_get_size (model_answer); n++)
    {
      g_autoptr (XmppSaslMechanism) client = gssapi_fixture_client ("GSSAPI", NULL, NULL);
      g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server ("GSSAPI");
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes)
          answer = gssapi_fixture_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes) bad = NULL;
      g_autoptr (GError) error = NULL;
      XmppSaslStatus status;
      gsize length = g_bytes_get_size (answer);

      if (n < length)
        bad = cut (answer, n);
      else
        {
          guint8 *data = g_memdup2 (g_bytes_get_data (answer, NULL), length);

          data[MIN (n - length, length - 1)] ^= 0x01;
          bad = g_bytes_new_take (data, length);
        }

      g_assert_null (xmpp_test_step_bytes (client, bad, &status, &error));
      /* What stands in front of the encrypted part is not all protected, or of use. */
      if (error == NULL && n >= length && n < 2 * length - ENCRYPTED)
        continue;
      g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
      g_assert_true (
          g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST) ||
          (n >= length &&
           g_error_matches (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_SERVER_NOT_TRUSTED)));
    }
}

/* Messages about layers, cut at each byte and changed in each, on either side */
static void
test_layers_cut (void)
{
  for (guint side = 0; side < 2; side++)
    for (gsize n = 0; n < 64; n++)
      {
        g_autoptr (XmppSaslMechanism)
            client = gssapi_fixture_client ("GSSAPI", NULL, NULL);
        g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server ("GSSAPI");
        g_autoptr (GBytes)
            first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
        g_autoptr (GBytes)
            answer = gssapi_fixture_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);
        g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
        g_autoptr (GBytes) message = NULL;
        g_autoptr (GBytes) bad = NULL;
        g_autoptr (GError) error = NULL;
        XmppSaslMechanism *victim = side == 0 ? client : server;
        XmppSaslStatus status;

        g_assert_null (
            gssapi_fixture_step_good (client, answer, XMPP_SASL_STATUS_CONTINUE));
        message = gssapi_fixture_step_good (server, empty, XMPP_SASL_STATUS_CONTINUE);
        if (side == 1)
          {
            g_autoptr (GBytes) offer = g_steal_pointer (&message);

            message = gssapi_fixture_step_good (client, offer, XMPP_SASL_STATUS_COMPLETE);
          }

        g_assert_cmpuint (g_bytes_get_size (message), ==, 32);
        if (n < 32)
          bad = cut (message, n);
        else
          {
            guint8 *data = g_memdup2 (g_bytes_get_data (message, NULL), 32);

            data[n - 32] ^= 0x04;
            bad = g_bytes_new_take (data, 32);
          }

        g_assert_null (xmpp_test_step_bytes (victim, bad, &status, &error));
        g_assert_cmpint (status, ==, XMPP_SASL_STATUS_FAILED);
        g_assert_nonnull (error);
        g_assert_true (error->domain == XMPP_SASL_ERROR);
        g_assert_cmpint (error->code, !=, XMPP_SASL_ERROR_INTERNAL);
      }
}

/* Security layers without "none", and messages of other lengths (A13) */
static void
test_odd_server (void)
{
  for (guint i = 0; i <= GSSAPI_N_BAD_LAYERS; i++)
    {
      g_auto (GssapiRawPeer) peer = { 0 };
      g_autoptr (XmppSaslMechanism) client = gssapi_fixture_client ("GSSAPI", NULL, NULL);
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes) answer = gssapi_raw_peer_accept (&peer, first);
      g_autoptr (GBytes) layers = NULL;

      g_assert_null (
          gssapi_fixture_step_good (client, answer, XMPP_SASL_STATUS_CONTINUE));
      layers = i < GSSAPI_N_BAD_LAYERS
                   ? gssapi_raw_peer_wrap (&peer, gssapi_bad_layers[i].encrypt,
                                           gssapi_bad_layers[i].data,
                                           gssapi_bad_layers[i].length)
                   : gssapi_raw_peer_wrap (&peer, FALSE, "\1\0\0\0a", 5);
      gssapi_fixture_step_refused (client, layers, XMPP_SASL_ERROR_MALFORMED_REQUEST, "");
    }
}

/* RFC 4752 §3.1: no layer, and yet a size of its messages; others put up with it */
static void
test_sized_nothing (void)
{
  static const char *const sizes[] = { "\1\1\0", "\1\0\1", "\1\377\377" };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_auto (GssapiRawPeer) peer = { 0 };
      g_autoptr (XmppSaslMechanism) client = gssapi_fixture_client ("GSSAPI", NULL, NULL);
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);
      g_autoptr (GBytes) answer = gssapi_raw_peer_accept (&peer, first);
      g_autoptr (GBytes) layers = NULL;

      g_assert_null (
          gssapi_fixture_step_good (client, answer, XMPP_SASL_STATUS_CONTINUE));
      /* The string's end is the last byte. */
      layers = gssapi_raw_peer_wrap (&peer, FALSE, sizes[i], 4);
      gssapi_fixture_step_refused (client, layers, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                                   "no security layer");
    }
}

/* Success without the proof, and what is no proof */
static void
test_lying_server (void)
{
  g_autoptr (XmppSaslMechanism) other = gssapi_fixture_client ("GSSAPI", NULL, NULL);
  g_autoptr (GBytes)
      other_first = gssapi_fixture_step_good (other, NULL, XMPP_SASL_STATUS_CONTINUE);
  g_auto (GssapiRawPeer) peer = { 0 };
  g_autoptr (GBytes) other_answer = gssapi_raw_peer_accept (&peer, other_first);

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (XmppSaslMechanism)
          client = gssapi_fixture_client (i % 2 == 0 ? "GSSAPI" : "GS2-KRB5", NULL, NULL);
      g_autoptr (GBytes)
          first = gssapi_fixture_step_good (client, NULL, XMPP_SASL_STATUS_CONTINUE);

      /* The proof of another login, and the client's own message */
      gssapi_fixture_step_refused (client, i < 2 ? other_answer : other_first,
                                   i < 2 ? XMPP_SASL_ERROR_SERVER_NOT_TRUSTED
                                         : XMPP_SASL_ERROR_MALFORMED_REQUEST,
                                   "");
    }
}

#define FLAGS (GSS_C_MUTUAL_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_INTEG_FLAG)

static void
test_odd_client (void)
{
  for (guint i = 0; i <= GSSAPI_N_BAD_LAYERS; i++)
    {
      g_auto (GssapiRawPeer) peer = { 0 };
      g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server ("GSSAPI");
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
      layers = i < GSSAPI_N_BAD_LAYERS
                   ? gssapi_raw_peer_wrap (&peer, gssapi_bad_layers[i].encrypt,
                                           gssapi_bad_layers[i].data,
                                           gssapi_bad_layers[i].length)
                   : gssapi_raw_peer_wrap (&peer, FALSE, "\1\0\0\0a\0b", 7);
      gssapi_fixture_step_refused (server, layers, XMPP_SASL_ERROR_MALFORMED_REQUEST, "");
    }
}

/* One that does not want the server's proof, other mechanisms of GSS-API, a message in place
 * of none, the same message a second time */
static void
test_other_first (void)
{
  static gss_OID_desc spnego = { 6, "\x2b\x06\x01\x05\x05\x02" };
  g_auto (GssapiRawPeer) careless = { 0 };
  g_auto (GssapiRawPeer) negotiating = { 0 };
  g_auto (GssapiRawPeer) twice = { 0 };
  g_autoptr (XmppSaslMechanism) careless_server = gssapi_fixture_server ("GSSAPI");
  g_autoptr (XmppSaslMechanism) negotiating_server = gssapi_fixture_server ("GSSAPI");
  g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server ("GSSAPI");
  g_autoptr (XmppSaslMechanism) replayed_server = gssapi_fixture_server ("GSSAPI");
  g_autoptr (XmppSaslMechanism) bare_server = gssapi_fixture_server ("GS2-KRB5");
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GBytes) first = NULL;

  first =
      gssapi_raw_peer_init (&careless, gssapi_get_kerberos (), GSS_C_INTEG_FLAG, NULL);
  gssapi_fixture_step_refused (careless_server, first, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                               "does not ask for a proof");

  g_clear_pointer (&first, g_bytes_unref);
  first = gssapi_raw_peer_init (&negotiating, &spnego, FLAGS, NULL);
  gssapi_fixture_step_refused (negotiating_server, first,
                               XMPP_SASL_ERROR_MALFORMED_REQUEST, "");

  g_clear_pointer (&first, g_bytes_unref);
  first = gssapi_raw_peer_init (&twice, gssapi_get_kerberos (), FLAGS, NULL);
  answer = gssapi_fixture_step_good (server, first, XMPP_SASL_STATUS_CONTINUE);
  gssapi_fixture_step_refused (server, first, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                               "not empty");
  gssapi_fixture_step_refused (replayed_server, first, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                               "has been seen before");
  gssapi_fixture_step_refused (bare_server, first, XMPP_SASL_ERROR_MALFORMED_REQUEST,
                               "GS2 header");
}

/* GS2 with a ticket that is bound to nothing, as of a login by GSSAPI that was taken over:
 * MIT accepts it */
static void
test_unbound_gs2 (void)
{
  g_auto (GssapiRawPeer) peer = { 0 };
  g_autoptr (XmppSaslMechanism) server = gssapi_fixture_server ("GS2-KRB5");
  g_autoptr (GBytes)
      first = gssapi_raw_peer_init (&peer, gssapi_get_kerberos (), FLAGS, NULL);
  g_autoptr (GBytes) stripped = gssapi_token_strip (first, NULL);
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autoptr (GBytes) input = NULL;

  g_byte_array_append (message, (const guint8 *) "n,,", 3);
  g_byte_array_append (message, g_bytes_get_data (stripped, NULL),
                       g_bytes_get_size (stripped));
  input = g_byte_array_free_to_bytes (g_steal_pointer (&message));
  gssapi_fixture_step_refused (server, input, XMPP_SASL_ERROR_NOT_AUTHORIZED,
                               "not bound to the header");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sasl-gssapi/A13/first-cut", test_first_cut);
  g_test_add_func ("/sasl-gssapi/A13/answer-cut", test_answer_cut);
  g_test_add_func ("/sasl-gssapi/A13/layers-cut", test_layers_cut);
  g_test_add_func ("/sasl-gssapi/A13/odd-server", test_odd_server);
  g_test_add_func ("/sasl-gssapi/A13/sized-nothing", test_sized_nothing);
  g_test_add_func ("/sasl-gssapi/A2/lying-server", test_lying_server);
  g_test_add_func ("/sasl-gssapi/A13/odd-client", test_odd_client);
  g_test_add_func ("/sasl-gssapi/A13/other-first", test_other_first);
  g_test_add_func ("/sasl-gssapi/A13/unbound-gs2", test_unbound_gs2);

  return g_test_run ();
}
