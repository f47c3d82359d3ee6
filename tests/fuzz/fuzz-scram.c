/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "scram-message.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_error (gpointer parsed, const GError *error)
{
  if (parsed == NULL)
    g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
  else
    g_assert_no_error (error);
}

/* Header and bare message are the whole message, as it came: both are signed. */
static void
client_first (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScramClientFirst) parsed = scram_client_first_parse (message, &error);
  g_autofree char *whole = NULL;

  check_error (parsed, error);
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

  check_error (parsed, error);
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

  check_error (parsed, error);
  if (parsed != NULL)
    g_assert_cmpuint (strlen (parsed->without_proof), <, g_bytes_get_size (message));
}

static void
server_final (GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScramServerFinal) parsed = scram_server_final_parse (message, &error);

  check_error (parsed, error);
  if (parsed != NULL)
    g_assert_true ((parsed->signature == NULL) == (parsed->error != NULL));
}

/* The first byte says which of the four messages the rest is taken for. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) message = NULL;

  if (size == 0)
    return 0;
  message = g_bytes_new (data + 1, size - 1);
  switch (data[0] % 4)
    {
    case 0:
      client_first (message);
      break;
    case 1:
      server_first (message);
      break;
    case 2:
      client_final (message);
      break;
    default:
      server_final (message);
      break;
    }
  return 0;
}
