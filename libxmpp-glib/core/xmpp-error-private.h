/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-error.h"

G_BEGIN_DECLS

/* The wire's word for a code of one of our domains, NULL for local members and other
 * domains; and the other way round, @fallback where the word is not known. */
const char *xmpp_error_to_wire (const GError *error);
int xmpp_error_code_from_wire (GQuark domain, const char *word, int fallback);

G_END_DECLS
