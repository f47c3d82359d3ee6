/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "attack.h"

/* T1, T4, T5, T7 of the catalogue of attacks, each over direct TLS and over STARTTLS: no
 * certificate but a good one for the domain of the JID gets a byte of the stream. */

static const struct
{
  const char *attack;
  const char *certificate;
  const char *says;
} rows[] = {
  { "T1", "self-signed", "(unknown-ca)" },
  { "T1", "unknown-ca", "(unknown-ca)" },
  { "T1", "expired", "(expired)" },
  { "T1", "not-yet", "(not-activated)" },
  { "T1", "other-domain", "(bad-identity)" },
  { "T1", "ca-leaf", "(generic-error)" },
  { "T1", "client-only", "(generic-error)" },
  { "T1", "rsa-1024", "(insecure)" },
  { "T4", "names-nul", "(bad-identity)" },
  { "T4", "names-xmpp-nul", "(bad-identity)" },
  { "T4", "names-xmpp-bmp", "(bad-identity)" },
  { "T4", "names-xmpp-ia5", "(bad-identity)" },
  { "T4", "names-xmpp-sequence", "(bad-identity)" },
  { "T4", "names-srv-utf8", "(bad-identity)" },
  { "T4", "names-101", "(bad-identity)" },
  { "T4", "names-2000", "but more than 100 others" },
  { "T5", "common-name", "(bad-identity)" },
  { "T5", "common-name-other", "(bad-identity)" },
  { "T5", "unit-name", "(bad-identity)" },
  { "T7", "outside-constraints", "(generic-error)" },
  { "T7", "signed-by-leaf", "(unknown-ca)" },
  { "T7", "circular", "circular" },
  { "T7", "long-chain", "longer than 10" },
};

static void
test_refused (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < ATTACK_MODES; i++)
    {
      g_autoptr (TlsPeer) peer = attack_peer_new (attack_modes[i], rows[row].certificate);
      g_autoptr (XmppClient) client = attack_client_new (peer->port, attack_modes[i]);

      attack_assert_refused (client, peer, rows[row].says);
    }
}

static void
test_accepted (gconstpointer data)
{
  g_autoptr (TlsPeer) peer = attack_peer_new (attack_mode (data), "good");
  g_autoptr (XmppClient) client = attack_client_new (peer->port, attack_mode (data));

  attack_assert_begins (client, peer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/attacks/%s/%s", rows[i].attack, rows[i].certificate);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_refused);
    }
  attack_add ("/attacks/T1/good", test_accepted);

  return g_test_run ();
}
