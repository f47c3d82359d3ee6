/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-jid.h"

G_BEGIN_DECLS

/* A user in one line of text, which is one of a key file (its escapes are \s \n \t \r \\):
 *
 *   alice@example.org=pencil
 *   alice@example.org={PLAIN}{this password begins with a brace}
 *   alice@example.org={SCRAM}sha-256:10000$…$…$… sha-1:10000$…$…$…
 *   alice@example.org={NONE}
 *
 * The last one proves who she is with something else, a certificate or a ticket. */
typedef struct
{
  XmppJid *jid;       /* bare, of a user */
  char *password;     /* prepared; NULL: none */
  GHashTable *fields; /* field → value: the keys */
} XmppAccountLine;

/* Errors: G_IO_ERROR_INVALID_DATA. They name the user, as far as they know it, and nothing of
 * what stands behind the "=". */
XmppAccountLine *xmpp_account_line_parse (const char *text, GError **error);
void xmpp_account_line_free (XmppAccountLine *line);
/* @fields: the keys, by field; others are left out */
char *xmpp_account_line_build (XmppJid *jid, GHashTable *fields);

/* @text is the bare address of a user. Errors: G_IO_ERROR_INVALID_DATA */
XmppJid *xmpp_account_parse_jid (const char *text, GError **error);
/* Field → value, wiped */
GHashTable *xmpp_account_fields_new (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppAccountLine, xmpp_account_line_free)

G_END_DECLS
