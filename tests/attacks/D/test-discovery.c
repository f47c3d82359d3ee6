/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack-discovery.h"

#include "core/xmpp-error.h"

#include "xmpp-test-loop.h"

#include <string.h>

/* D1–D4, D6, D7 of the catalogue of attacks, the client's side: what a hostile DNS can do,
 * and who of several servers hears what. */

#define DIRECT "_xmpps-client._tcp.p.test"
#define STARTTLS "_xmpp-client._tcp.p.test"

static void
count_candidates (XmppClient *client, guint *all, guint *direct)
{
  XmppReport *report = xmpp_connection_get_report (XMPP_CONNECTION (client));
  g_autoptr (GVariant) variant = xmpp_report_to_variant (report);
  g_autoptr (GVariant) rows = g_variant_lookup_value (variant, "candidates", NULL);

  *all = g_variant_n_children (rows);
  *direct = 0;
  for (guint i = 0; i < *all; i++)
    {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
      gboolean flag = FALSE;

      g_assert_true (g_variant_lookup (row, "direct-tls", "b", &flag));
      *direct += flag;
    }
}

static gboolean
contains (const GString *bytes, const char *text)
{
  return memmem (bytes->str, bytes->len, text, strlen (text)) != NULL;
}

/* "." is heard, in all its forms: the domain's own address is not even looked up. */
static void
test_D1_refused (gconstpointer data)
{
  const char *const *sets = data;
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autoptr (GError) error = NULL;
  guint all, direct;

  if (sets[0] != NULL)
    xmpp_test_resolver_add_srv (resolver, DIRECT, sets[0]);
  if (sets[1] != NULL)
    xmpp_test_resolver_add_srv (resolver, STARTTLS, sets[1]);
  xmpp_test_resolver_add_address (resolver, "p.test", "127.0.0.1");

  error = attack_open (client);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_NOT_FOUND);
  g_assert_cmpstr (attack_get_failed_step (client), ==, "resolve");
  g_assert_cmpuint (xmpp_test_resolver_get_queries (resolver, NULL), ==, 2);
  count_candidates (client, &all, &direct);
  g_assert_cmpuint (all, ==, 0);
}

/* "." for one kind leaves the other. */
static void
test_D1_one_set (gconstpointer data)
{
  gboolean direct = data != NULL;
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autoptr (TlsPeer)
      peer = tls_peer_new (direct ? TLS_PEER_TALKS_TLS : TLS_PEER_STARTTLS, "good");

  xmpp_test_resolver_add_srv (resolver, direct ? STARTTLS : DIRECT, "0 0 0 .");
  attack_add_srv (resolver, direct ? DIRECT : STARTTLS, 5, peer->port, "a.test");
  xmpp_test_resolver_add_address (resolver, "a.test", "127.0.0.1");
  attack_open_until_received (client, peer);
}

/* Ten thousand records of each kind cost no more than a few. */
static void
test_D2_many (void)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autoptr (GError) error = NULL;
  guint all, direct;

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *host = g_strdup_printf ("h%u.p.test", i);

      attack_add_srv (resolver, DIRECT, 5, 5223, host);
      attack_add_srv (resolver, STARTTLS, 5, 5222, host);
    }
  error = attack_open (client);
  g_assert_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
  count_candidates (client, &all, &direct);
  g_assert_cmpuint (all, ==, 24);
  g_assert_cmpuint (direct, <=, 16);
  g_assert_cmpuint (direct, >=, 8);
}

/* What is no place is skipped, wherever it stands, and does not use up the room of what
 * is one. */
static void
test_D2_invalid (void)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_STARTTLS, "good");
  g_autoptr (GString) long_name = g_string_new ("a");
  guint all, direct;

  while (long_name->len < 300)
    g_string_append (long_name, ".bcdefghij");
  for (guint i = 0; i < 40; i++)
    {
      attack_add_srv (resolver, STARTTLS, 1, 0, "a.test");
      attack_add_srv (resolver, STARTTLS, 1, 5222, long_name->str);
      attack_add_srv (resolver, STARTTLS, 1, 5222, "a..test");
      attack_add_srv (resolver, STARTTLS, 1, 5222, "a b.test");
      attack_add_srv (resolver, STARTTLS, 1, 5222, "a.test\r\n");
    }
  attack_add_srv (resolver, STARTTLS, 9, peer->port, "a.test");
  xmpp_test_resolver_add_address (resolver, "a.test", "127.0.0.1");
  attack_open_until_received (client, peer);
  count_candidates (client, &all, &direct);
  g_assert_cmpuint (all, ==, 1);
}

/* A DNS that never answers: the attempt ends, and the main loop has slept meanwhile. */
static void
test_D2_silent (void)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  guint turns = 0;

  xmpp_test_resolver_silence (resolver, DIRECT);
  xmpp_test_resolver_silence (resolver, STARTTLS);
  xmpp_test_resolver_silence (resolver, "p.test");
  g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (client)), "resolve-seconds",
                1, "connect-seconds", 1, NULL);
  xmpp_connection_open_async (XMPP_CONNECTION (client), NULL, xmpp_test_result_cb,
                              &result);
  for (; !result.done; turns++)
    g_main_context_iteration (NULL, TRUE);
  xmpp_connection_open_finish (XMPP_CONNECTION (client), result.result, &error);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, STARTTLS));
  g_assert_cmpuint (turns, <, 100);
}

/* So many silent servers that their time limits add up to more than the whole may take */
static void
test_D2_deadline (void)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 16; i++)
    {
      g_autofree char *host = g_strdup_printf ("h%u.test", i);

      attack_add_srv (resolver, STARTTLS, i, peer->port, host);
      xmpp_test_resolver_add_address (resolver, host, "127.0.0.1");
    }
  g_object_set (xmpp_connection_get_limits (XMPP_CONNECTION (client)), "open-seconds", 2,
                "exchange-seconds", 1, NULL);
  error = attack_open (client);
  g_assert_error (error, XMPP_CONNECTION_ERROR, XMPP_CONNECTION_ERROR_TIMED_OUT);
  g_assert_cmpuint (peer->accepted, <=, 3);
}

/* Where a TXT record would lead elsewhere, nobody asks for it. */
static void
test_D3_txt (void)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autoptr (TlsPeer) peer = tls_peer_new (TLS_PEER_STARTTLS, "good");

  attack_add_srv (resolver, STARTTLS, 5, peer->port, "a.test");
  xmpp_test_resolver_add_address (resolver, "a.test", "127.0.0.1");
  attack_open_until_received (client, peer);
  g_assert_cmpuint (xmpp_test_resolver_get_queries (resolver, "_xmppconnect.p.test"), ==,
                    0);
  /* Both sets, and both kinds of addresses of the one host */
  g_assert_cmpuint (xmpp_test_resolver_get_queries (resolver, "a.test"), ==, 2);
  g_assert_cmpuint (xmpp_test_resolver_get_queries (resolver, NULL), ==, 4);
}

/* A name that leads to the user's own machine or network is told of, where that is no
 * matter of course. */
static void
test_D4_note (void)
{
  static const struct
  {
    const char *jid, *address, *note;
  } rows[] = {
    { "alice@p.example.org", "127.0.0.1", "127.0.0.1 is a loopback address" },
    { "alice@p.example.org", "::1", "::1 is a loopback address" },
    { "alice@p.test", "127.0.0.1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
      g_autoptr (XmppClient) client = attack_client_new (rows[i].jid);
      g_autofree char *name =
          g_strconcat ("_xmpp-client._tcp.", strchr (rows[i].jid, '@') + 1, NULL);
      g_autofree char *report = NULL;
      g_autoptr (GError) error = NULL;

      attack_add_srv (resolver, name, 5, attack_dead_port (), "h.example.net");
      xmpp_test_resolver_add_address (resolver, "h.example.net", rows[i].address);
      error = attack_open (client);
      g_assert_nonnull (error);
      report = attack_get_report (client);
      g_test_message ("%s", report);
      if (rows[i].note != NULL)
        g_assert_nonnull (strstr (report, rows[i].note));
      else
        g_assert_null (strstr (report, "is a loopback address"));
    }
}

/* Without the records for direct TLS, the other way asks for the same certificates. */
static void
test_D6_downgrade (gconstpointer certificate)
{
  static const char *const directs[] = { "lost", "failing", "refused", "there" };

  for (guint i = 0; i < G_N_ELEMENTS (directs); i++)
    {
      g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
      g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
      g_autoptr (TlsPeer) starttls = tls_peer_new (TLS_PEER_STARTTLS, certificate);
      g_autoptr (TlsPeer) direct = tls_peer_new (TLS_PEER_TALKS_TLS, certificate);
      g_autoptr (GError) error = NULL;

      g_test_message ("records for direct TLS: %s", directs[i]);
      if (g_str_equal (directs[i], "failing"))
        xmpp_test_resolver_fail (resolver, DIRECT, G_RESOLVER_ERROR_TEMPORARY_FAILURE);
      else if (g_str_equal (directs[i], "refused"))
        xmpp_test_resolver_add_srv (resolver, DIRECT, "0 0 0 .");
      else if (g_str_equal (directs[i], "there"))
        attack_add_srv (resolver, DIRECT, 1, direct->port, "a.test");
      attack_add_srv (resolver, STARTTLS, 5, starttls->port, "a.test");
      xmpp_test_resolver_add_address (resolver, "a.test", "127.0.0.1");

      error = attack_open (client);
      g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
      g_assert_cmpstr (attack_get_failed_step (client), ==, "tls");
      tls_peer_wait_ended (starttls, 1);
      g_assert_cmpuint (starttls->received + direct->received, ==, 0);
      g_assert_false (contains (starttls->clear, "alice"));
    }
}

/* An error of DNS is no answer: it is told, and told apart from a server that is down. */
static void
test_D6_error (void)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autoptr (GError) error = NULL;

  xmpp_test_resolver_fail (resolver, STARTTLS, G_RESOLVER_ERROR_TEMPORARY_FAILURE);
  error = attack_open (client);
  g_assert_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE);
  g_assert_nonnull (strstr (error->message, STARTTLS));
  g_assert_nonnull (strstr (error->message, "then p.test:5222"));
  g_assert_cmpstr (attack_get_failed_step (client), ==, "resolve");
}

typedef struct
{
  TlsPeer *peers[3];
  gsize lengths[3];
  gboolean left[3];
  guint last; /* the last that XML came to */
} Watch;

/* Who has been left for another one gets no more XML. */
static gboolean
watch (gpointer user_data)
{
  Watch *self = user_data;

  for (guint i = 0; i < G_N_ELEMENTS (self->peers); i++)
    {
      gsize length = self->peers[i]->clear->len;

      if (length == self->lengths[i])
        continue;
      if (i != self->last && self->lengths[self->last] > 0)
        self->left[self->last] = TRUE;
      g_assert_false (self->left[i]);
      self->lengths[i] = length;
      self->last = i;
    }
  return self->peers[2]->received > 0;
}

/* Three servers are ready at once; the first two have wrong certificates. One after the
 * other is spoken to, and the account is named to the third only. */
static void
test_D7_one_at_a_time (void)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autoptr (TlsPeer) first = tls_peer_new (TLS_PEER_STARTTLS, "expired");
  g_autoptr (TlsPeer) second = tls_peer_new (TLS_PEER_STARTTLS, "other-domain");
  g_autoptr (TlsPeer) third = tls_peer_new (TLS_PEER_STARTTLS, "good");
  g_auto (XmppTestResult) result = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Watch self = { .peers = { first, second, third } };

  for (guint i = 0; i < G_N_ELEMENTS (self.peers); i++)
    attack_add_srv (resolver, STARTTLS, i, self.peers[i]->port, "a.test");
  xmpp_test_resolver_add_address (resolver, "a.test", "127.0.0.1");

  xmpp_connection_open_async (XMPP_CONNECTION (client), cancellable, xmpp_test_result_cb,
                              &result);
  xmpp_test_run_until_true (watch, &self, "the stream at the third server");
  g_cancellable_cancel (cancellable);
  xmpp_test_result_wait (&result);

  for (guint i = 0; i < G_N_ELEMENTS (self.peers); i++)
    {
      g_assert_true (contains (self.peers[i]->clear, "<starttls"));
      g_assert_false (contains (self.peers[i]->clear, "from="));
      g_assert_false (contains (self.peers[i]->clear, "alice"));
    }
  g_assert_cmpuint (first->received + second->received, ==, 0);
}

/* Those that are slower get no XML at all, and are hung up on. */
static void
test_D7_losers (void)
{
  g_autoptr (XmppTestResolver) resolver = xmpp_test_resolver_new ();
  g_autoptr (XmppClient) client = attack_client_new ("alice@p.test");
  g_autoptr (TlsPeer) first = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (TlsPeer) second = tls_peer_new (TLS_PEER_SILENT, NULL);
  g_autoptr (TlsPeer) third = tls_peer_new (TLS_PEER_STARTTLS, "good");

  attack_add_srv (resolver, DIRECT, 1, first->port, "a.test");
  attack_add_srv (resolver, DIRECT, 2, second->port, "a.test");
  attack_add_srv (resolver, STARTTLS, 3, third->port, "a.test");
  xmpp_test_resolver_add_address (resolver, "a.test", "127.0.0.1");
  attack_open_until_received (client, third);

  tls_peer_wait_ended (first, 1);
  tls_peer_wait_ended (second, 1);
  g_assert_false (contains (first->clear, "stream"));
  g_assert_false (contains (second->clear, "stream"));
}

int
main (int argc, char **argv)
{
  static const char *const refused[][2] = {
    { "0 0 0 .", "0 0 0 ." },   { "0 0 0 ", "0 0 0 " }, { "", "" },
    { "0 0 5222 .", "0 0 0 " }, { NULL, "0 0 0 ." },    { "0 0 0 .", NULL },
  };
  static const char *const certificates[] = { "self-signed", "expired", "other-domain" };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attacks/D1/refused/%u", i);

      g_test_add_data_func (path, refused[i], test_D1_refused);
    }
  g_test_add_data_func ("/attacks/D1/direct-tls-only", "direct", test_D1_one_set);
  g_test_add_data_func ("/attacks/D1/starttls-only", NULL, test_D1_one_set);
  g_test_add_func ("/attacks/D2/many", test_D2_many);
  g_test_add_func ("/attacks/D2/invalid", test_D2_invalid);
  g_test_add_func ("/attacks/D2/silent", test_D2_silent);
  g_test_add_func ("/attacks/D2/deadline", test_D2_deadline);
  g_test_add_func ("/attacks/D3/txt", test_D3_txt);
  g_test_add_func ("/attacks/D4/note", test_D4_note);
  for (guint i = 0; i < G_N_ELEMENTS (certificates); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attacks/D6/%s", certificates[i]);

      g_test_add_data_func (path, certificates[i], test_D6_downgrade);
    }
  g_test_add_func ("/attacks/D6/error", test_D6_error);
  g_test_add_func ("/attacks/D7/one-at-a-time", test_D7_one_at_a_time);
  g_test_add_func ("/attacks/D7/losers", test_D7_losers);

  return g_test_run ();
}
