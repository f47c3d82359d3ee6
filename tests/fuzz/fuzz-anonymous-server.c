/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "fuzz-mechanism.h"
#include "xmpp-sasl-anonymous.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const FuzzMechanism server = {
    .name = "ANONYMOUS",
    .get_type = xmpp_sasl_anonymous_get_type,
    .role = XMPP_SASL_ROLE_SERVER,
  };

  return fuzz_mechanism_run (&server, data, size);
}
