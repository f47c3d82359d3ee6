/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "negotiation-fixture.h"

/* Both of our own sides against each other, all four features, in every kind of pieces */

typedef struct
{
  const char *name;
  Setup client;
  Setup server;
  const char *client_outcome;
  const char *server_outcome;
} Login;

#define BOTH(...)                                                                        \
  { __VA_ARGS__ }, { __VA_ARGS__ }

static const Login logins[] = {
  { "toy", BOTH (.mechanisms = "X-TOY"), "ok", "ok" },
  { "plain", BOTH (.mechanisms = "PLAIN"), "ok", "ok" },
  { "scram-sha-1", BOTH (.mechanisms = "SCRAM-SHA-1"), "ok", "ok" },
  { "scram-sha-256", BOTH (.mechanisms = "SCRAM-SHA-256"), "ok", "ok" },
  { "direct", BOTH (.mechanisms = "X-TOY", .direct = TRUE), "ok", "ok" },
  { "insecure", BOTH (.mechanisms = "PLAIN", .insecure = TRUE), "ok", "ok" },
  { "one-by-one", BOTH (.mechanisms = "X-TOY", .one_by_one = TRUE), "ok", "ok" },
  { "resource", { .resource = "phone" }, { 0 }, "ok", "ok" },
  { "wrong-password",
    { .password = "wrong", .mechanisms = "PLAIN" },
    { .mechanisms = "PLAIN" },
    "sasl/not-authorized",
    NULL },
  { "wrong-password-scram",
    { .password = "wrong", .mechanisms = "SCRAM-SHA-256" },
    { .mechanisms = "SCRAM-SHA-256" },
    "sasl/not-authorized",
    NULL },
  { "no-common-mechanism",
    { .mechanisms = "SCRAM-SHA-1" },
    { .mechanisms = "PLAIN" },
    "sasl/policy",
    NULL },
};

static void
play (const Login *login, XmppTestBytes bytes, guint32 seed)
{
  g_autoptr (GIOStream) client_io = NULL;
  g_autoptr (GIOStream) server_io = NULL;
  Setup client_setup = login->client;
  Setup server_setup = login->server;
  g_auto (Side) client = { 0 };
  g_auto (Side) server = { 0 };
  g_autofree char *outcome = NULL;
  g_autofree char *server_outcome = NULL;

  client_setup.engine = &pass_through_engine;
  server_setup.engine = &pass_through_engine;
  xmpp_test_stream_pair (&client_io, &server_io);
  xmpp_test_stream_set_bytes (client_io, bytes, seed);
  xmpp_test_stream_set_bytes (server_io, bytes, seed + 1000);
  side_start_client (&client, client_io, &client_setup);
  side_start_server (&server, server_io, &server_setup);

  side_wait (&client);
  outcome = side_dup_outcome (&client);
  g_assert_cmpstr (outcome, ==, login->client_outcome);
  if (login->server_outcome == NULL)
    xmpp_stream_abort (client.stream);
  side_wait (&server);
  if (login->server_outcome == NULL)
    return;

  server_outcome = side_dup_outcome (&server);
  g_assert_cmpstr (server_outcome, ==, login->server_outcome);
  g_assert_true (xmpp_jid_equal (xmpp_stream_get_jid (client.stream),
                                 xmpp_stream_get_jid (server.stream)));
}

static void
test_login (gconstpointer data)
{
  const Login *login = data;

  play (login, XMPP_TEST_BYTES_WHOLE, 0);
  play (login, XMPP_TEST_BYTES_ONE, 0);
  play (login, XMPP_TEST_BYTES_HALVES, 0);
  for (guint32 seed = 1; seed <= 5; seed++)
    play (login, XMPP_TEST_BYTES_RANDOM, seed);
}

/* The features of one login are what the next one may be sent ahead on. */
static void
test_remembered (void)
{
  g_autoptr (GIOStream) client_io = NULL;
  g_autoptr (GIOStream) server_io = NULL;
  static const Setup setup = { .direct = TRUE, .mechanisms = "SCRAM-SHA-256" };
  Setup second = setup;
  g_auto (Side) client = { 0 };
  g_auto (Side) server = { 0 };
  g_auto (Side) client_again = { 0 };
  g_auto (Side) server_again = { 0 };
  g_autofree char *features = NULL;

  xmpp_test_stream_pair (&client_io, &server_io);
  side_start_client (&client, client_io, &setup);
  side_start_server (&server, server_io, &setup);
  side_wait (&client);
  g_assert_no_error (client.error);
  side_wait (&server);
  g_assert_no_error (server.error);
  g_assert_cmpuint (xmpp_stream_get_round_trips (client.stream), ==, 4);

  features =
      xmpp_element_to_string (xmpp_negotiator_get_secure_features (client.negotiator));
  second.remembered = features;
  g_clear_object (&client_io);
  g_clear_object (&server_io);
  xmpp_test_stream_pair (&client_io, &server_io);
  side_start_client (&client_again, client_io, &second);
  side_start_server (&server_again, server_io, &setup);
  side_wait (&client_again);
  g_assert_no_error (client_again.error);
  side_wait (&server_again);
  g_assert_no_error (server_again.error);
  g_assert_cmpuint (xmpp_stream_get_round_trips (client_again.stream), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autofree char *path = g_strconcat ("/login/", logins[i].name, NULL);

      g_test_add_data_func (path, &logins[i], test_login);
    }
  g_test_add_func ("/login/remembered", test_remembered);
  return g_test_run ();
}
