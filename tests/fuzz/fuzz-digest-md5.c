/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "digest-message.h"

#include "digest-hash.h"
#include "fuzz-message.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What was read is written again, and read again, the same */
static void
challenge (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DigestChallenge) parsed = digest_challenge_parse (message, &error);
  g_autoptr (DigestChallenge) again = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GBytes) written = NULL;

  fuzz_message_check_error (parsed, error);
  if (parsed == NULL)
    return;
  text = digest_challenge_build (parsed);
  written = g_bytes_new (text, strlen (text));
  again = digest_challenge_parse (written, NULL);
  /* A short message may grow beyond the limit: it says more than it has to. */
  if (again == NULL)
    {
      g_assert_cmpuint (strlen (text), >, DIGEST_MAX_CHALLENGE);
      return;
    }
  g_assert_cmpstr (again->nonce, ==, parsed->nonce);
  g_assert_cmpstrv (again->realms, parsed->realms);
  g_assert_cmpint (again->utf8, ==, parsed->utf8);
}

static void
response (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DigestResponse) parsed = digest_response_parse (message, &error);
  g_autofree char *username = NULL;

  fuzz_message_check_error (parsed, error);
  if (parsed == NULL)
    return;
  g_assert_true (digest_is_hex (parsed->response));
  g_assert_cmpuint (strlen (parsed->nonce_count), ==, strlen (DIGEST_NONCE_COUNT));
  username = digest_to_utf8 (parsed->username, parsed->utf8);
  g_assert_true (g_utf8_validate (username, -1, NULL));
}

static void
rspauth (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *parsed = digest_rspauth_parse (message, &error);

  fuzz_message_check_error (parsed, error);
  g_assert_true (parsed == NULL || digest_is_hex (parsed));
}

static const FuzzMessageFunc functions[] = { challenge, response, rspauth };

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return fuzz_message_run (functions, G_N_ELEMENTS (functions), data, size);
}
