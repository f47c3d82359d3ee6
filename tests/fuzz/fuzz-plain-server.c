/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "fuzz-mechanism.h"
#include "xmpp-sasl-plain.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const char *const fields[] = { "password", "Kq7-pencil-9Zx", NULL };

static const FuzzMechanism plain = {
  .name = "PLAIN",
  .get_type = xmpp_sasl_plain_get_type,
  .role = XMPP_SASL_ROLE_SERVER,
  .username = "romeo",
  .fields = fields,
};

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return fuzz_mechanism_run (&plain, data, size);
}
