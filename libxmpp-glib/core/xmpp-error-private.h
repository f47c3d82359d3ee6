/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-error.h"

G_BEGIN_DECLS

/* The wire's word for a code of one of our domains, NULL for local members and other
 * domains; and the other way round, @fallback where the word is not known. */
const char *xmpp_error_to_wire (const GError *error);
int xmpp_error_code_from_wire (GQuark domain, const char *word, int fallback);

/* What a person can do about @error, which came up at @step of the report (nullable); NULL
 * where nothing is known. */
const char *xmpp_error_get_remedy (const GError *error, const char *step);
/* Says in the message what to do, where that is known better than by code and step. */
void xmpp_error_add_remedy (GError *error, const char *remedy);
/* Says in the message what to do about a token that was refused; @status: a word of RFC 6750
 * §3.1 or the like, NULL: the server has not said */
void xmpp_error_add_token_remedy (GError *error, const char *status);
/* The same of a ticket of Kerberos; @service: "xmpp/chat.example.org" */
void xmpp_error_add_ticket_remedy (GError *error, const char *service);
/* Completes the message: names the peer, says what to do. A second time changes nothing. */
void xmpp_error_explain (GError *error, const char *step, const char *peer);

G_END_DECLS
