/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "fuzz-message.h"

int
fuzz_message_run (const FuzzMessageFunc *functions,
                  guint n_functions,
                  const guint8 *data,
                  gsize size)
{
  g_autoptr (GBytes) message = NULL;

  if (size == 0)
    return 0;

  message = g_bytes_new (data + 1, size - 1);
  functions[data[0] % n_functions](message);

  return 0;
}

void
fuzz_message_check_error (gpointer parsed, const GError *error)
{
  if (parsed == NULL)
    g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
  else
    g_assert_no_error (error);
}
