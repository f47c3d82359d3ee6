/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a file of XmppFileStateStore holds: a fixed header with a version, a checksum, and the
 * account beside its state. It is as secret as a password: all bytes here are wiped. */

/* A longer file is not looked at, and none is written. */
#define XMPP_STATE_FILE_MAX_BYTES 65536

/* @state: an a{sv}. NULL: it would be too long (G_IO_ERROR_NO_SPACE) */
GBytes *xmpp_state_file_build (const char *account, GVariant *state, GError **error);
/* (transfer full), not floating. Errors, which say what is wrong with the file:
 * G_IO_ERROR_INVALID_DATA */
GVariant *xmpp_state_file_parse (GBytes *contents, char **account, GError **error);

G_END_DECLS
