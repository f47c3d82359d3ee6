/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "fuzz-mechanism.h"
#include "xmpp-sasl-anonymous.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The server has nothing to say: what comes from outside is the trace. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  const char *const fields[] = { "trace", text, NULL };
  const FuzzMechanism client = {
    .name = "ANONYMOUS",
    .get_type = xmpp_sasl_anonymous_get_type,
    .role = XMPP_SASL_ROLE_CLIENT,
    .username = NULL,
    .fields = fields,
  };

  return fuzz_mechanism_run (&client, (const guint8 *) "", 0);
}
