/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The domain of a JID (RFC 7622 §3.2): a host name with U-labels, or an IP literal.
 *
 * On success *@unicode is the form for people, the wire and comparison, *@ascii that for
 * DNS and certificates (both transfer full). Else @error says what is wrong, as the end
 * of a sentence that begins with "The domain": G_IO_ERROR_INVALID_DATA. */
gboolean xmpp_domain_prepare (
    const char *text, gsize length, char **unicode, char **ascii, GError **error);
/* Lower-case ASCII labels that need no preparation */
gboolean xmpp_domain_is_plain (const char *text, gsize length);

G_END_DECLS
