/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

/* bench-stanzas ROW N: does one thing N times. tests/bench/run counts the instructions of a
 * large run minus those of a small one. Without arguments: lists the rows. */

#include <stdlib.h>

#include "bench-rows.h"

static const struct
{
  const char *name;
  guint (*run) (const char *program, guint n);
  guint results; /* of one N */
  const char *description;
} rows[] = {
  { "parse", bench_parse_small, 1, "parser alone: 250-byte stanza, body read" },
  { "parse-muc", bench_parse_muc, 1, "parser alone: 603-byte stanza, body read" },
  { "parse-big", bench_parse_big, 1, "parser alone: 1 MB stanza" },
  { "write", bench_build_and_write, 1, "build a stanza and write it to a buffer" },
  { "recv", bench_receive_small, 1, "signal message: 250-byte stanza, body read" },
  { "recv-muc", bench_receive_muc, 1, "signal message: 603-byte stanza, body read" },
  { "send", bench_send, 1, "build a stanza and send it" },
  { "iq", bench_request, 1, "request and answer, one after the other" },
  { "big", bench_request_big, 1, "request, and an answer of 1 MB" },
};

int
main (int argc, char *argv[])
{
  guint n;

  if (argc != 3)
    {
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        g_print ("%s\t%s\n", rows[i].name, rows[i].description);
      return argc == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
  n = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].name, argv[1]))
      {
        guint results = rows[i].run (argv[0], n);

        if (results != n * rows[i].results)
          g_error ("%s: %u instead of %u", rows[i].name, results, n * rows[i].results);
        return EXIT_SUCCESS;
      }
  g_printerr ("no row %s\n", argv[1]);
  return EXIT_FAILURE;
}
