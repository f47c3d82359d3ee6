/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "scram-attack.h"

#include <string.h>

const ScramHash *
scram_attack_sha1 (void)
{
  gboolean plus;

  return scram_hash_for_mechanism ("SCRAM-SHA-1", &plus);
}

void
scram_attack_derive (ScramKeys *keys)
{
  g_autoptr (GBytes) salt = scram_decode_base64 (SCRAM_ATTACK_SALT);

  g_assert_true (
      scram_keys_derive (scram_attack_sha1 (), "pencil", salt, 4096, NULL, keys, NULL));
}

XmppTestAuthenticator *
scram_attack_users_new (void)
{
  XmppTestAuthenticator *authenticator = xmpp_test_authenticator_new ();
  g_autoptr (GBytes) salt = scram_decode_base64 (SCRAM_ATTACK_SALT);
  g_auto (ScramKeys) keys = { { 0 } };
  g_autofree char *text = NULL;

  scram_attack_derive (&keys);
  text = scram_keys_to_server_text (scram_attack_sha1 (), &keys, salt, 4096);
  xmpp_test_authenticator_set (authenticator, "user", "scram-sha-1-keys", text);

  return authenticator;
}

char *
scram_attack_forge_final (const char *bare,
                          const char *server_first,
                          const char *without_proof)
{
  g_autofree char *text = g_strjoin (",", bare, server_first, without_proof, NULL);
  g_auto (ScramKeys) keys = { { 0 } };
  guint8 proof[SCRAM_MAX_HASH];
  g_autofree char *proof_text = NULL;

  scram_attack_derive (&keys);
  g_assert_true (scram_hmac (scram_attack_sha1 (), keys.stored_key, 20, text, proof));
  for (guint i = 0; i < 20; i++)
    proof[i] ^= keys.client_key[i];
  proof_text = g_base64_encode (proof, 20);

  return g_strconcat (without_proof, ",p=", proof_text, NULL);
}

char *
scram_attack_sign (const char *first, const char *server_first, const char *final)
{
  g_autofree char *without_proof = g_strndup (final, strrchr (final, ',') - final);
  g_autofree char *text =
      g_strjoin (",", first + strlen ("n,,"), server_first, without_proof, NULL);
  g_auto (ScramKeys) keys = { { 0 } };
  guint8 signature[SCRAM_MAX_HASH];
  g_autofree char *base64 = NULL;

  scram_attack_derive (&keys);
  g_assert_true (scram_hmac (scram_attack_sha1 (), keys.server_key, 20, text, signature));
  base64 = g_base64_encode (signature, 20);

  return g_strconcat ("v=", base64, NULL);
}
