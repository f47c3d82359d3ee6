/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

#define XMPP_TYPE_SASL_DIGEST_MD5 (xmpp_sasl_digest_md5_get_type ())
G_DECLARE_FINAL_TYPE (
    XmppSaslDigestMd5, xmpp_sasl_digest_md5, XMPP, SASL_DIGEST_MD5, XmppSaslMechanism)

/* For tests with fixed examples, before the first step: this side's nonce */
void xmpp_sasl_digest_md5_set_nonce (XmppSaslDigestMd5 *digest, const char *nonce);

G_END_DECLS
