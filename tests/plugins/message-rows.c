/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "message-rows.h"

#include <string.h>

void
message_rows_check (const MessageRow *rows, guint n_rows, MessageParse parse)
{
  for (guint i = 0; i < n_rows; i++)
    {
      const MessageRow *row = &rows[i];
      g_autoptr (GBytes)
          message = g_bytes_new_static (row->message, strlen (row->message));
      g_autoptr (GError) error = NULL;
      g_autofree char *shown = g_strescape (row->message, NULL);
      gboolean good = parse (row->kind, message, &error);

      g_test_message ("%s: %s", shown, good ? "good" : error->message);
      g_assert_cmpint (good, ==, row->good);
      if (!good)
        g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
    }
}

void
message_rows_check_cut (const MessageRow *rows, guint n_rows, MessageParse parse)
{
  for (guint i = 0; i < n_rows; i++)
    {
      const MessageRow *row = &rows[i];
      gsize length = strlen (row->message);

      for (gsize position = 0; position < length; position++)
        {
          g_autoptr (GBytes) cut = g_bytes_new (row->message, position);
          g_autofree char *changed = g_memdup2 (row->message, length);
          g_autoptr (GBytes) message = NULL;
          g_autoptr (GError) cut_error = NULL;
          g_autoptr (GError) error = NULL;

          if (!parse (row->kind, cut, &cut_error))
            g_assert_error (cut_error, XMPP_SASL_ERROR,
                            XMPP_SASL_ERROR_MALFORMED_REQUEST);

          changed[position] = '\0';
          message = g_bytes_new (changed, length);
          g_assert_false (parse (row->kind, message, &error));
          g_assert_error (error, XMPP_SASL_ERROR, XMPP_SASL_ERROR_MALFORMED_REQUEST);
        }
    }
}
