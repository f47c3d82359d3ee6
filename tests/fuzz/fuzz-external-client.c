/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "config.h"

#include "fuzz-mechanism.h"
#include "xmpp-sasl-external.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The server has nothing to say: what comes from outside is the identity to act as. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GTlsCertificate) certificate = xmpp_test_sasl_certificate ();
  g_autofree char *text = g_strndup ((const char *) data, size);
  const char *const fields[] = { "authzid", text, NULL };
  const FuzzMechanism client = {
    .name = "EXTERNAL",
    .get_type = xmpp_sasl_external_get_type,
    .role = XMPP_SASL_ROLE_CLIENT,
    .channel = { .certificate = certificate },
    .username = "alice",
    .fields = fields,
  };

  return fuzz_mechanism_run (&client, (const guint8 *) "", 0);
}
