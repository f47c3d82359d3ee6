/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* V7: a component that is none, or speaks for others (XEP-0114) */

#include "config.h"

#include "xmpp-test-host.h"
#include "xmpp-test-raw.h"

#include <string.h>

#define DOMAIN "gateway.p.test"
#define HEADER(to)                                                                       \
  "<stream:stream xmlns='jabber:component:accept' "                                      \
  "xmlns:stream='http://etherx.jabber.org/streams' to='" to "'>"
#define MESSAGE(from) "<message " from " to='alice@p.test'><body>pay me</body></message>"

typedef struct
{
  XmppTestHost *host;
  guint port;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->host = xmpp_test_host_new ();
  xmpp_server_set_component_secret (fixture->host->server, DOMAIN, "shared", &error);
  g_assert_no_error (error);
  fixture->port = xmpp_server_listen (fixture->host->server, XMPP_LISTEN_COMPONENTS,
                                      "127.0.0.1", 0, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  xmpp_test_host_free (fixture->host);
}

/* What comes with a secret at this id, and @tail behind it in the same packet */
static void
send_handshake (XmppTestRaw *raw, const char *id, const char *secret, const char *tail)
{
  g_autofree char *text = g_strconcat (id, secret, NULL);
  g_autofree char *proof = g_compute_checksum_for_string (G_CHECKSUM_SHA1, text, -1);
  g_autofree char *sent = g_strconcat ("<handshake>", proof, "</handshake>", tail, NULL);

  xmpp_test_raw_send (raw, sent);
}

/* The id of the stream, when the header has been answered */
static char *
open_stream (XmppTestRaw *raw)
{
  const char *id;

  xmpp_test_raw_send (raw, HEADER (DOMAIN));
  while (strchr (xmpp_test_raw_get_text (raw), '>') == NULL ||
         strstr (xmpp_test_raw_get_text (raw), "<stream:stream") == NULL ||
         !g_str_has_suffix (xmpp_test_raw_get_text (raw), ">"))
    g_main_context_iteration (NULL, TRUE);
  id = strstr (xmpp_test_raw_get_text (raw), " id='");
  g_assert_nonnull (id);
  g_assert_null (
      strstr (strstr (xmpp_test_raw_get_text (raw), "<stream:stream"), "version="));
  id += strlen (" id='");

  return g_strndup (id, strcspn (id, "'"));
}

static const struct
{
  const char *name;
  const char *secret; /* NULL: no handshake */
  const char *tail;
  const char *condition;
} logins[] = {
  { "wrong", "guessed", "", "not-authorized" },
  { "empty-secret", "", "", "not-authorized" },
  { "empty", NULL, "<handshake/>", "not-authorized" },
  { "twice", "guessed", "<handshake>0000000000000000000000000000000000000000</handshake>",
    "not-authorized" },
  { "stanza-first", NULL, MESSAGE ("from='x@" DOMAIN "'"), "not-authorized" },
  { "sasl", NULL,
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>",
    "not-authorized" },
  { "from-a-client", "shared", MESSAGE ("from='bob@p.test'"), "invalid-from" },
  { "from-the-server", "shared", MESSAGE ("from='p.test'"), "invalid-from" },
  { "from-nobody", "shared", MESSAGE (""), "invalid-from" },
  { "from-below", "shared", MESSAGE ("from='x." DOMAIN "'"), "invalid-from" },
  { "from-above", "shared", MESSAGE ("from='x@p.test'"), "invalid-from" },
  { "from-no-address", "shared", MESSAGE ("from='@" DOMAIN "'"), "invalid-from" },
  { "too-much-before", NULL, "<handshake>", "policy-violation" },
};

/* Nobody gets in, nothing gets through, and each is told why. */
static void
test_login (Fixture *fixture, gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (fixture->port);
  g_autoptr (XmppClient)
      alice = xmpp_test_host_login (fixture->host, "alice@p.test/desk", 0);
  g_autofree char *id = open_stream (raw);
  g_autofree char *condition = g_strconcat ("<", logins[i].condition, NULL);
  g_auto (XmppTestInbox) inbox = { 0 };
  g_autoptr (GError) error = NULL;

  xmpp_test_inbox_watch (&inbox, alice);
  if (logins[i].secret != NULL)
    send_handshake (raw, id, logins[i].secret, logins[i].tail);
  else
    xmpp_test_raw_send (raw, logins[i].tail);
  if (g_str_equal (logins[i].condition, "policy-violation"))
    {
      g_autofree char *flood = g_strnfill (20000, 'a');

      xmpp_test_raw_send (raw, flood);
    }
  xmpp_test_raw_expect (raw, condition);
  xmpp_test_raw_expect_end (raw);
  if (!g_str_equal (logins[i].condition, "invalid-from"))
    g_assert_cmpuint (fixture->host->opened, ==, 1);
  xmpp_test_run_for (10);
  g_assert_cmpuint (inbox.count, ==, 0);

  error = xmpp_test_host_close (alice);
  g_assert_no_error (error);
}

/* What was heard on one stream is of no use on another. */
static void
test_replay (Fixture *fixture, gconstpointer data)
{
  g_autoptr (XmppTestRaw) first = xmpp_test_raw_new (fixture->port);
  g_autoptr (XmppTestRaw) second = xmpp_test_raw_new (fixture->port);
  g_autofree char *id = open_stream (first);
  g_autofree char *other = open_stream (second);

  g_assert_cmpuint (strlen (id), >=, 26);
  g_assert_cmpstr (id, !=, other);
  send_handshake (first, id, "shared", "");
  xmpp_test_raw_expect (first, "<handshake/>");
  send_handshake (second, id, "shared", "");
  xmpp_test_raw_expect (second, "<not-authorized");
  xmpp_test_raw_expect_end (second);
}

/* A domain that is not a component's, one of the server's own among them */
static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  static const char *const headers[] = { HEADER ("p.test"), HEADER ("else.test"),
                                         HEADER (""), HEADER ("x@" DOMAIN) };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (XmppTestRaw) raw = xmpp_test_raw_new (fixture->port);

      xmpp_test_raw_send (raw, headers[i]);
      xmpp_test_raw_expect (raw, "<host-unknown");
      xmpp_test_raw_expect_end (raw);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/V7/", logins[i].name, NULL);

      g_test_add (path, Fixture, GSIZE_TO_POINTER (i), set_up, test_login, tear_down);
    }
  g_test_add ("/attacks/V7/replay", Fixture, NULL, set_up, test_replay, tear_down);
  g_test_add ("/attacks/V7/unknown", Fixture, NULL, set_up, test_unknown, tear_down);
  return g_test_run ();
}
