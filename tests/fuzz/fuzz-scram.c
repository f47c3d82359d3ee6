/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "fuzz-message.h"
#include "scram-message.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Header and bare message are the whole message, as it came: both are signed. */
static void
client_first (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScramClientFirst) parsed = scram_client_first_parse (message, &error);
  g_autofree char *whole = NULL;

  fuzz_message_check_error (parsed, error);
  if (parsed == NULL)
    return;
  whole = g_strconcat (parsed->header, parsed->bare, NULL);
  g_assert_cmpmem (whole, strlen (whole), g_bytes_get_data (message, NULL),
                   g_bytes_get_size (message));
  g_assert_nonnull (parsed->username);
  g_assert_cmpuint (strlen (parsed->nonce), >, 0);
  g_assert_true ((parsed->binding_flag == 'p') == (parsed->binding_type != NULL));
}

static void
server_first (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScramServerFirst) parsed = scram_server_first_parse (message, "abc", &error);

  fuzz_message_check_error (parsed, error);
  if (parsed == NULL)
    return;
  g_assert_true (g_str_has_prefix (parsed->nonce, "abc"));
  g_assert_cmpuint (strlen (parsed->nonce), >, strlen ("abc"));
  g_assert_cmpuint (parsed->iterations, >, 0);
  g_assert_cmpuint (g_bytes_get_size (parsed->salt), >, 0);
  g_assert_cmpuint (g_bytes_get_size (parsed->salt), <=, SCRAM_MAX_SALT);
}

static void
client_final (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScramClientFinal) parsed = scram_client_final_parse (message, &error);

  fuzz_message_check_error (parsed, error);
  if (parsed != NULL)
    g_assert_cmpuint (strlen (parsed->without_proof), <, g_bytes_get_size (message));
}

static void
server_final (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScramServerFinal) parsed = scram_server_final_parse (message, &error);

  fuzz_message_check_error (parsed, error);
  if (parsed != NULL)
    g_assert_true ((parsed->signature == NULL) == (parsed->error != NULL));
}

static const FuzzMessageFunc functions[] = { client_first, server_first, client_final,
                                             server_final };

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return fuzz_message_run (functions, G_N_ELEMENTS (functions), data, size);
}
