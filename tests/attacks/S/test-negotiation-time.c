/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

#define STARTTLS "<starttls " NS_TLS "/>"
#define STARTTLS_OFFER "<starttls " NS_TLS "><required/></starttls>"
#define SECONDS 1
/* Each piece of a drip comes well before the deadline, all of them well after it. */
#define PIECES 100
#define PAUSE "P: 40\n"
#define TIME_LIMITS .exchange_seconds = SECONDS, .tls_seconds = SECONDS

/* S8: one byte after the other keeps no phase alive. @prefix leads to the phase; @text is
 * what drips there. */
typedef struct
{
  const char *name;
  const char *prefix;
  const char *text;
  const char *outcome;
  Setup setup;
} Drip;

static const Drip client_drips[] = {
  { "header",
    C (CLIENT_HEAD STARTTLS),
    "<?xml version='1.0'?><stream:stream a='",
    "stream/timed-out",
    { TIME_LIMITS } },
  { "features",
    C (CLIENT_HEAD) S (SERVER_HEAD),
    "<stream:features><odd xmlns='urn:odd'>",
    "stream/timed-out",
    { TIME_LIMITS, .one_by_one = TRUE } },
  { "white-space",
    C (CLIENT_HEAD) S (SERVER_HEAD),
    " ",
    "stream/timed-out",
    { TIME_LIMITS, .one_by_one = TRUE } },
  { "starttls",
    C (CLIENT_HEAD STARTTLS) S (SERVER_HEAD FEATURES (STARTTLS_OFFER)),
    "<proceed " NS_TLS " a='",
    "starttls/timed-out",
    { TIME_LIMITS } },
  { "auth",
    OPEN (TOY) C (AUTH ("X-TOY", N_USER)),
    "<challenge " NS_SASL ">",
    "sasl/timed-out",
    { TIME_LIMITS, .direct = TRUE } },
  { "response",
    OPEN (TOY) C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)) C (RESPONSE (P_PENCIL)),
    "<success " NS_SASL ">",
    "sasl/timed-out",
    { TIME_LIMITS, .direct = TRUE } },
  { "bind",
    OPEN (TOY) LOG_IN C (SECURE_HEAD BIND_REQUEST ("")) S (SERVER_HEAD FEATURES (BIND)),
    "<iq type='result' id='bind'>",
    "bind/timed-out",
    { TIME_LIMITS, .direct = TRUE } },
};

static const Drip server_drips[] = {
  { "header",
    "",
    "<?xml version='1.0'?><stream:stream a='",
    "connection-timeout",
    { TIME_LIMITS } },
  { "starttls",
    C (CLIENT_HEAD) S (SERVER_HELLO FEATURES (STARTTLS_OFFER)),
    "<starttls " NS_TLS " a='",
    "connection-timeout",
    { TIME_LIMITS } },
  { "auth",
    C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN))),
    "<auth " NS_SASL " mechanism='",
    "connection-timeout",
    { TIME_LIMITS, .direct = TRUE } },
  { "response",
    C (SECURE_HEAD) S (SERVER_SECURE_HELLO FEATURES (MECHANISMS (TOY PLAIN)))
        C (AUTH ("X-TOY", N_USER)) S (CHALLENGE (NONCE)),
    "<response " NS_SASL ">",
    "connection-timeout",
    { TIME_LIMITS, .direct = TRUE } },
};

static char *
build_script (const Drip *drip, gboolean server)
{
  GString *script = g_string_new (drip->prefix);

  g_string_append_printf (script, "%s: %s\n", server ? "C" : "S", drip->text);
  for (guint i = 0; i < PIECES; i++)
    g_string_append_printf (script, PAUSE "%s: %s\n", server ? "C" : "S",
                            *drip->text == ' ' ? "{blank}" : "A");

  return g_string_free (script, FALSE);
}

static void
play_drip (const Drip *drip, gboolean server)
{
  g_autofree char *script = build_script (drip, server);
  g_autoptr (XmppTestPeer) peer =
      xmpp_test_peer_new (script, server ? XMPP_TEST_PEER_CLIENT : XMPP_TEST_PEER_SERVER);
  g_autoptr (GIOStream) io = xmpp_test_peer_take_io (peer);
  g_auto (Side) side = { 0 };
  g_autofree char *outcome = NULL;
  gint64 start = g_get_monotonic_time ();
  gint64 elapsed;

  xmpp_test_peer_set_variable (peer, "blank", " ");
  if (server)
    side_start_server (&side, io, &drip->setup);
  else
    side_start_client (&side, io, &drip->setup);
  g_assert_false (side_wait (&side));
  elapsed = g_get_monotonic_time () - start;
  outcome = side_dup_outcome (&side);
  g_assert_cmpstr (outcome, ==, drip->outcome);
  /* It was time that ended it, and not the end of the drip. */
  g_assert_cmpint (elapsed, >=, SECONDS * G_USEC_PER_SEC);
  g_assert_cmpint (elapsed, <, PIECES * 40 * 1000);
}

static void
test_client_drip (gconstpointer drip)
{
  play_drip (drip, FALSE);
}

static void
test_server_drip (gconstpointer drip)
{
  play_drip (drip, TRUE);
}

static void
add_drips (const char *path, const Drip *drips, gsize n_drips, GTestDataFunc play)
{
  for (gsize i = 0; i < n_drips; i++)
    {
      g_autofree char *full = g_strdup_printf ("%s/%s", path, drips[i].name);

      g_test_add_data_func (full, &drips[i], play);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_drips ("/attacks/S8/client", client_drips, G_N_ELEMENTS (client_drips),
             test_client_drip);
  add_drips ("/attacks/S8/server", server_drips, G_N_ELEMENTS (server_drips),
             test_server_drip);
  return g_test_run ();
}
