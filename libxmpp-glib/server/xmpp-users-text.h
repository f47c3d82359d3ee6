/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

#include "sasl/xmpp-account-line.h"

G_BEGIN_DECLS

/* What a file with users was when it was read */
typedef struct
{
  char *stamp;             /* the same as long as the file is */
  GPtrArray *lines;        /* XmppAccountLine */
  gboolean open_to_others; /* who may read or change it */
} XmppUsersText;

/* The lines of all groups [users]. The first line that is none is an error, which has its
 * number and its user, and so is a user that is there twice: G_IO_ERROR_INVALID_DATA. */
GPtrArray *xmpp_users_text_parse (const char *text, gsize length, GError **error);
/* Blocks. @known: (nullable): a file that still has this stamp is not read again; then there
 * are no lines. Errors: those of GIO, too. */
XmppUsersText *xmpp_users_text_read (GFile *file, const char *known, GError **error);
void xmpp_users_text_free (XmppUsersText *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppUsersText, xmpp_users_text_free)

G_END_DECLS
