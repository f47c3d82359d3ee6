/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "fuzz-mechanism.h"
#include "xmpp-sasl-oauthbearer.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const char *const fields[] = { "token",
                                      "Kq7-hunter-9Zx",
                                      "oauth-scope",
                                      "Vw3-scope-8Yb",
                                      "openid-configuration",
                                      "https://a.test/.well-known/openid-configuration",
                                      NULL };

static const FuzzMechanism oauthbearer = {
  .name = "OAUTHBEARER",
  .get_type = xmpp_sasl_oauthbearer_get_type,
  .role = XMPP_SASL_ROLE_SERVER,
  .username = "user",
  .fields = fields,
};

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return fuzz_mechanism_run (&oauthbearer, data, size);
}
