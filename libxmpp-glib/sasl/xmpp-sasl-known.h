/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-mechanism-info.h"

G_BEGIN_DECLS

/* 1 to 20 of A-Z, 0-9, "-" and "_" (RFC 4422 §3.1) */
gboolean xmpp_sasl_name_is_valid (const char *name);

/* What the standards say of a name. A registration can only be stricter: it may add
 * dangers, and leave out virtues. */
void xmpp_sasl_known_restrict (const char *name, XmppSaslFacts *facts, int *strength);

/* This very name, and not only its family, is one of theirs */
gboolean xmpp_sasl_known_is_standard (const char *name);
/* Whoever gets its proof guesses the password from it quickly, although the server proves
 * itself in the end: one round of MD5 stands before it (RFC 6331 §1) */
gboolean xmpp_sasl_known_is_guessed (const char *name);
/* Mechanisms that have a way of their own to be chosen, never this layer's list */
gboolean xmpp_sasl_known_is_token (const char *name);
/* What proves the user is a ticket of Kerberos, and no secret that could be typed */
gboolean xmpp_sasl_known_is_kerberos (const char *name);
/* With such a mechanism the server can prove the lists of its offer (XEP-0474) */
gboolean xmpp_sasl_known_proves_offer (const char *name);

G_END_DECLS
