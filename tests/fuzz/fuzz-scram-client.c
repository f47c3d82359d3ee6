/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#include "fuzz-mechanism.h"
#include "xmpp-sasl-scram.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* RFC 7677 §3: the keys of "pencil" */
static const char *const fields[] = {
  "scram-sha-256-keys",
  "4096$W22ZaJ0SNY7soEsUEjb6gQ==$pg/JI9Z+hkSpLRa5btpe9GVrDHJcSEN0viVTVXaZbos=$"
  "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  NULL,
};

static void
prepare (XmppSaslMechanism *mechanism)
{
  xmpp_sasl_scram_set_nonce (XMPP_SASL_SCRAM (mechanism), "rOprNGfwEbeRWgbNEkqO");
}

static const FuzzMechanism scram = {
  .name = "SCRAM-SHA-256",
  .get_type = xmpp_sasl_scram_get_type,
  .role = XMPP_SASL_ROLE_CLIENT,
  .username = "user",
  .fields = fields,
  .prepare = prepare,
};

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return fuzz_mechanism_run (&scram, data, size);
}
