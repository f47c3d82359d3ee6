/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack.h"

#include "xmpp-test-resolver.h"

/* T2 of the catalogue of attacks: whoever answers for DNS may say where a server is, not who it
 * is. And of T9, what a person is asked where there is more than one way to the server. */

#define DIRECT "_xmpps-client._tcp.p.test"
#define STARTTLS "_xmpp-client._tcp.p.test"

static XmppTestResolver *resolver;

static void
add_record (const char *name, guint priority, TlsPeer *peer, const char *target)
{
  g_autofree char *record = g_strdup_printf ("%u 0 %u %s", priority, peer->port, target);

  xmpp_test_resolver_add_srv (resolver, name, record);
  xmpp_test_resolver_add_address (resolver, target, "127.0.0.1");
}

static XmppClient *
new_client (XmppTlsMode mode)
{
  XmppClient *client = attack_client_new (0, mode);

  xmpp_client_set_server_host (client, NULL);
  return client;
}

static void
test_target (gconstpointer data)
{
  static const struct
  {
    const char *certificate;
    const char *says; /* NULL: good */
  } rows[] = {
    { "good", NULL },
    { "names-srv-client", NULL },
    { "other-domain", "p.test but evil.test" },
    { "common-name-other", "p.test but evil.test" },
  };
  gboolean direct = attack_mode (data) == XMPP_TLS_MODE_DIRECT;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TlsPeer)
          peer = attack_peer_new (attack_mode (data), rows[i].certificate);
      g_autoptr (XmppClient) client = new_client (attack_mode (data));

      xmpp_test_resolver_clear (resolver);
      add_record (direct ? DIRECT : STARTTLS, 10, peer, "evil.test");
      if (rows[i].says == NULL)
        attack_assert_begins (client, peer);
      else
        attack_assert_refused (client, peer, rows[i].says);
    }
}

/* ---- Two ways to the server ---- */

static gboolean
accept_certificate_cb (XmppConnection *connection,
                       XmppCertificateRequest *request,
                       guint *asked)
{
  (*asked)++;
  xmpp_certificate_request_accept (request);
  return TRUE;
}

static void
test_other_way (void)
{
  g_autoptr (TlsPeer) bad = attack_peer_new (XMPP_TLS_MODE_DIRECT, "self-signed");
  g_autoptr (TlsPeer) good = attack_peer_new (XMPP_TLS_MODE_STARTTLS, "good");
  g_autoptr (XmppClient) client = new_client (XMPP_TLS_MODE_AUTO);
  guint asked = 0;

  xmpp_test_resolver_clear (resolver);
  add_record (DIRECT, 1, bad, "a.p.test");
  add_record (STARTTLS, 2, good, "b.p.test");
  g_signal_connect (client, "accept-certificate", G_CALLBACK (accept_certificate_cb),
                    &asked);
  attack_assert_begins (client, good);
  g_assert_cmpuint (asked, ==, 0);
  g_assert_cmpuint (bad->accepted, ==, 1);
  g_assert_cmpuint (bad->received, ==, 0);
}

static void
test_no_good_way (void)
{
  g_autoptr (TlsPeer) first = attack_peer_new (XMPP_TLS_MODE_DIRECT, "self-signed");
  g_autoptr (TlsPeer) second = attack_peer_new (XMPP_TLS_MODE_STARTTLS, "unknown-ca");
  g_autoptr (XmppClient) client = new_client (XMPP_TLS_MODE_AUTO);
  guint asked = 0;

  xmpp_test_resolver_clear (resolver);
  add_record (DIRECT, 1, first, "a.p.test");
  add_record (STARTTLS, 2, second, "b.p.test");
  g_signal_connect (client, "accept-certificate", G_CALLBACK (accept_certificate_cb),
                    &asked);
  /* Both have failed by the time that somebody is asked, about the first. */
  attack_assert_begins (client, first);
  g_assert_cmpuint (asked, ==, 1);
  g_assert_cmpuint (second->received, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  resolver = xmpp_test_resolver_new ();

  attack_add ("/attacks/T2/target", test_target);
  g_test_add_func ("/attacks/T9/other-way", test_other_way);
  g_test_add_func ("/attacks/T9/no-good-way", test_no_good_way);

  return g_test_run ();
}
