/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "fuzz-mechanism.h"
#include "xmpp-sasl-digest-md5.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What is to be quoted in a response, and a password that is in no message by chance */
static const char *const fields[] = {
  "password", "pencil-of-the-user", "authzid", "us\"\\er@a.test", "realm", "own", NULL,
};

static void
prepare (XmppSaslMechanism *mechanism)
{
  xmpp_sasl_digest_md5_set_nonce (XMPP_SASL_DIGEST_MD5 (mechanism), "OA6MHXh6VqTrRk");
}

static const FuzzMechanism digest = {
  .name = "DIGEST-MD5",
  .get_type = xmpp_sasl_digest_md5_get_type,
  .role = XMPP_SASL_ROLE_CLIENT,
  .username = "us\"\\\xc3\xa9r",
  .fields = fields,
  .prepare = prepare,
};

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return fuzz_mechanism_run (&digest, data, size);
}
