/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "fuzz-mechanism.h"
#include "xmpp-sasl-external.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const char *const identities[] = { "alice@a.test", "alice@b.test", NULL };

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const FuzzMechanism server = {
    .name = "EXTERNAL",
    .get_type = xmpp_sasl_external_get_type,
    .role = XMPP_SASL_ROLE_SERVER,
    .channel = { .identities = identities },
    .username = "alice",
  };

  return fuzz_mechanism_run (&server, data, size);
}
