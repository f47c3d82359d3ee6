/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "fuzz-mechanism.h"
#include "xmpp-sasl-token.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const char *const fields[] = {
  "fast-token",
  "HT-SHA-256-EXPR$2999-12-31T23:59:59Z$Kq7-pencil-9Zx",
  "fast-token-new",
  "HT-SHA-256-EXPR$2999-12-31T23:59:59Z$Kq7-pencil-new",
  NULL,
};

static const FuzzMechanism token = {
  .name = "HT-SHA-256-EXPR",
  .get_type = xmpp_sasl_token_get_type,
  .role = XMPP_SASL_ROLE_SERVER,
  .channel = { .type = "tls-exporter", .data = "0123456789abcdef" },
  .username = "romeo",
  .fields = fields,
};

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return fuzz_mechanism_run (&token, data, size);
}
