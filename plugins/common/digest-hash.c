/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "digest-hash.h"

#include "digest-message.h"

#include <string.h>

#define HEX_LENGTH (2 * DIGEST_SIZE)

void
digest_secret_clear (DigestSecret *secret)
{
  explicit_bzero (secret, sizeof *secret);
}

static void
add (GChecksum *checksum, const char *text)
{
  g_checksum_update (checksum, (const guchar *) text, strlen (text));
}

/* RFC 2831 §2.1.2.1: what ISO 8859-1 can say is hashed in it, whatever the message is in,
 * so that it comes to the same as what a server for HTTP has stored. That is said of the
 * user name and of the password, each by itself, and not of the realm. */
static void
add_converted (GChecksum *checksum, const char *text)
{
  char *converted = digest_from_utf8 (text, FALSE);

  add (checksum, converted != NULL ? converted : text);
  xmpp_secret_free (converted);
}

void
digest_secret_derive (DigestSecret *secret,
                      const char *username,
                      const char *realm,
                      const char *password)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  guint8 nothing[DIGEST_SIZE];
  gsize length = DIGEST_SIZE;

  add_converted (checksum, username);
  add (checksum, ":");
  add (checksum, realm);
  add (checksum, ":");
  add_converted (checksum, password);
  g_checksum_get_digest (checksum, secret->data, &length);

  /* A checksum forgets what it was fed and not what it came to: give it another result */
  g_checksum_reset (checksum);
  length = DIGEST_SIZE;
  g_checksum_get_digest (checksum, nothing, &length);
}

gboolean
digest_is_hex (const char *text)
{
  return strlen (text) == HEX_LENGTH &&
         strspn (text, "0123456789abcdef") == HEX_LENGTH; /* LHEX */
}

gboolean
digest_secret_from_text (DigestSecret *secret, const char *text)
{
  if (!digest_is_hex (text))
    return FALSE;

  for (guint i = 0; i < DIGEST_SIZE; i++)
    secret->data[i] = g_ascii_xdigit_value (text[2 * i]) << 4 |
                      g_ascii_xdigit_value (text[2 * i + 1]);

  return TRUE;
}

/* HEX (H ({ H (…), ":", nonce, ":", cnonce [, ":", authzid] })) */
static char *
hash_a1 (const DigestSecret *secret, const DigestTerms *terms)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);

  g_checksum_update (checksum, secret->data, DIGEST_SIZE);
  add (checksum, ":");
  add (checksum, terms->nonce);
  add (checksum, ":");
  add (checksum, terms->cnonce);
  if (terms->authzid != NULL)
    {
      add (checksum, ":");
      add (checksum, terms->authzid);
    }

  return g_strdup (g_checksum_get_string (checksum));
}

/* RFC 2831 §2.1.2.1; §2.1.3 leaves the method of A2 out */
static char *
prove (const DigestSecret *secret, const DigestTerms *terms, const char *method)
{
  g_autoptr (GChecksum) a2 = g_checksum_new (G_CHECKSUM_MD5);
  g_autoptr (GChecksum) proof = g_checksum_new (G_CHECKSUM_MD5);
  char *a1 = hash_a1 (secret, terms);
  const char *parts[] = { a1, terms->nonce, DIGEST_NONCE_COUNT, terms->cnonce, "auth" };

  add (a2, method);
  add (a2, ":");
  add (a2, terms->uri);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      add (proof, parts[i]);
      add (proof, ":");
    }
  add (proof, g_checksum_get_string (a2));
  xmpp_secret_free (a1);

  return g_strdup (g_checksum_get_string (proof));
}

char *
digest_prove_client (const DigestSecret *secret, const DigestTerms *terms)
{
  return prove (secret, terms, "AUTHENTICATE");
}

char *
digest_prove_server (const DigestSecret *secret, const DigestTerms *terms)
{
  return prove (secret, terms, "");
}

gboolean
digest_equal (const char *proof, const char *expected)
{
  g_autoptr (GBytes) a = g_bytes_new_static (proof, strlen (proof));
  g_autoptr (GBytes) b = g_bytes_new_static (expected, strlen (expected));

  return xmpp_secret_equal (a, b);
}
