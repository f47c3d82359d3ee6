/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "fuzz-mechanism.h"
#include "xmpp-sasl-digest-md5.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const char *const fields[] = { "password", "pencil-of-the-user", NULL };

static void
prepare (XmppSaslMechanism *mechanism)
{
  xmpp_sasl_digest_md5_set_nonce (XMPP_SASL_DIGEST_MD5 (mechanism), "OA6MG9tEQGm2hh");
}

static const FuzzMechanism digest = {
  .name = "DIGEST-MD5",
  .get_type = xmpp_sasl_digest_md5_get_type,
  .role = XMPP_SASL_ROLE_SERVER,
  .username = "user",
  .fields = fields,
  .prepare = prepare,
};

/* The first message of the input is none: the server speaks first */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return fuzz_mechanism_run (&digest, data, size);
}
