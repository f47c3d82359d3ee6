/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-element.h"
#include "core/xmpp-error.h"

G_BEGIN_DECLS

/* The elements of RFC 6120 §6.4 and of XEP-0440: pure functions. What is built is marked
 * sensitive where it carries data. @data: (nullable): NULL: none; empty bytes are something
 * else. */
XmppElement *xmpp_sasl_build_auth (const char *mechanism, GBytes *data);
XmppElement *xmpp_sasl_build_challenge (GBytes *data);
XmppElement *xmpp_sasl_build_response (GBytes *data);
XmppElement *xmpp_sasl_build_success (GBytes *data);
XmppElement *xmpp_sasl_build_abort (void);
/* @error: XMPP_SASL_ERROR; what has no word on the wire becomes temporary-auth-failure */
XmppElement *xmpp_sasl_build_failure (const GError *error);

/* Strict base64. @data: (out) (nullable): NULL for an element without text, empty bytes for
 * "=". Errors: XMPP_SASL_ERROR_INCORRECT_ENCODING, …_MALFORMED_REQUEST (more than
 * @max_bytes). */
gboolean xmpp_sasl_parse_data (XmppElement *element,
                               guint max_bytes,
                               GBytes **data,
                               GError **error);
/* XMPP_SASL_ERROR with the condition, the text and the peer's name */
GError *xmpp_sasl_parse_failure (XmppElement *failure, const char *peer);
/* The <mechanism/>s; at most @max of them */
GStrv xmpp_sasl_parse_mechanisms (XmppElement *mechanisms, guint max);
/* XEP-0233: the host in <mechanisms/>, as the DNS writes it; NULL: none is named, or that is
 * no host */
char *xmpp_sasl_parse_host (XmppElement *mechanisms);
/* XEP-0440, out of the whole <stream:features/>; NULL: it is not there */
GStrv xmpp_sasl_parse_bindings (XmppElement *features, guint max);

G_END_DECLS
