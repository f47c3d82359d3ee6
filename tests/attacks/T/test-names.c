/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack.h"

/* T2, T3 and T6 of the catalogue of attacks: which name in a certificate speaks for which
 * account. RFC 6120 §13.7.1.2, RFC 9525 §6. */

static const struct
{
  const char *attack;
  const char *certificate;
  const char *jid;
  const char *says; /* NULL: good */
} rows[] = {
  /* DNS-ID */
  { "T3", "good", "alice@p.test", NULL },
  { "T3", "good", "alice@a.p.test", "a.p.test but p.test" },
  { "T3", "names-upper", "alice@p.test", NULL },
  { "T3", "names-dot", "alice@p.test", "but p.test." },
  { "T3", "names-sub", "alice@p.test", "but www.p.test" },
  { "T3", "names-star", "alice@p.test", "but *" },
  { "T3", "names-star-test", "alice@p.test", "but *.test" },
  { "T3", "names-star-p", "alice@a.p.test", NULL },
  { "T3", "names-star-p", "alice@p.test", "but *.p.test" },
  { "T3", "names-star-p", "alice@a.b.p.test", "but *.p.test" },
  { "T3", "names-star-part", "alice@foo.p.test", "but f*.p.test" },
  { "T3", "names-star-twice", "alice@a.b.p.test", "but *.*.p.test" },
  { "T3", "names-star-middle", "alice@a.b.p.test", "but a.*.p.test" },

  /* SRV-ID */
  { "T3", "names-srv-client", "alice@p.test", NULL },
  { "T3", "names-srv-upper", "alice@p.test", NULL },
  { "T3", "names-mixed", "alice@p.test", NULL },
  { "T3", "names-srv-client", "alice@a.p.test", "but _xmpp-client.p.test" },
  { "T3", "names-srv-server", "alice@p.test", "but _xmpp-server.p.test" },
  { "T3", "names-srv-other", "alice@p.test", "but _xmpp-client.evil.test" },
  { "T3", "names-srv-star", "alice@p.test", "but _xmpp-client.*.test" },
  { "T3", "names-srv-utf8", "alice@p.test", "but nothing" },

  /* xmppAddr */
  { "T3", "names-xmpp", "alice@p.test", NULL },
  { "T3", "names-xmpp-user", "alice@p.test", "but alice@p.test" },
  { "T3", "names-xmpp-star", "alice@a.p.test", "but *.p.test" },
  { "T3", "names-xmpp-ia5", "alice@p.test", "but nothing" },
  { "T3", "names-xmpp-bmp", "alice@p.test", "but nothing" },
  { "T3", "names-xmpp-sequence", "alice@p.test", "but nothing" },

  /* Other kinds */
  { "T3", "names-uri", "alice@p.test", "but nothing" },
  { "T3", "names-email", "alice@p.test", "but nothing" },

  /* Where the connection goes to is no name to look for. */
  { "T2", "localhost", "alice@p.test", "but localhost, 127.0.0.1, ::1" },
  { "T2", "other-domain", "alice@p.test", "but evil.test" },
  { "T2", "good", "alice@evil.test", "evil.test but p.test" },

  /* However the domain is written */
  { "T6", "names-dns-ace",
    "alice@b\xc3\xbc"
    "cher.test",
    NULL },
  { "T6", "names-dns-ace",
    "alice@B\xc3\x9c"
    "CHER.test",
    NULL },
  { "T6", "names-dns-ace", "alice@xn--bcher-kva.test", NULL },
  { "T6", "names-xmpp-utf8",
    "alice@B\xc3\x9c"
    "CHER.test",
    NULL },
  { "T6", "names-dns-ace", "alice@bucher.test", "bucher.test but xn--bcher-kva.test" },
  { "T6", "good", "alice@P.Test.", NULL },
  { "T6", "names-address", "alice@192.0.2.7", NULL },
  { "T6", "names-address", "alice@[2001:db8:0::7]", NULL },
  { "T6", "names-address", "alice@192.0.2.8", "192.0.2.8 but 192.0.2.7" },
  { "T6", "names-address-as-dns", "alice@192.0.2.7", "192.0.2.7 but 192.0.2.7" },
};

static void
test_row (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < ATTACK_MODES; i++)
    {
      g_autoptr (TlsPeer) peer = attack_peer_new (attack_modes[i], rows[row].certificate);
      g_autoptr (XmppClient)
          client = attack_client_new_for (rows[row].jid, peer->port, attack_modes[i]);

      tls_peer_set_name (peer, xmpp_jid_get_domain (xmpp_client_get_account (client)));
      if (rows[row].says == NULL)
        attack_assert_begins (client, peer);
      else
        attack_assert_refused (client, peer, rows[row].says);
    }
}

/* An A-label that does not come back from its U-label, and the like: there is no such
 * domain, so that nothing is looked up or called. */
static void
test_no_domain (void)
{
  static const char *const jids[] = {
    "alice@xn--a.test",
    "alice@xn--.test",
    "alice@xn--bcher-kva-.test",
    "alice@xn--b\xc3\xbc"
    "cher-kva.test",
    "alice@xn--p-ecp.test",
    "alice@p..test",
    "alice@-p.test",
    "alice@p\xe2\x80\xae.test",
  };

  for (guint i = 0; i < G_N_ELEMENTS (jids); i++)
    {
      g_autoptr (XmppClient) client = NULL;
      g_autoptr (GError) error = NULL;

      client = xmpp_client_new (jids[i], NULL, &error);
      g_test_message ("%s: %s", jids[i], error != NULL ? error->message : "good?");
      g_assert_null (client);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/attacks/%s/%s/%s", rows[i].attack,
                                               rows[i].certificate,
                                               rows[i].jid + strlen ("alice@"));

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }
  g_test_add_func ("/attacks/T6/no-domain", test_no_domain);

  return g_test_run ();
}
