/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-mechanism-info.h"

G_BEGIN_DECLS

/* What stands in one description file: each mechanism, and what was left out */
typedef void (*XmppSaslKeyFileFound) (XmppSaslMechanismInfo *info, /* (transfer full) */
                                      const char *library,         /* absolute path */
                                      gpointer user_data);
typedef void (*XmppSaslKeyFileBroken) (const char *file,
                                       const char *reason,
                                       gpointer user_data);

/* Reads all description files of @directory, by name. A module is code that runs with our
 * rights, so directory and files must be such that nobody else can put one there. */
void xmpp_sasl_key_file_read_directory (const char *directory,
                                        XmppSaslKeyFileFound found,
                                        XmppSaslKeyFileBroken broken,
                                        gpointer user_data);

/* Is @path a regular file that belongs to root or to us, that nobody else may change, and
 * that nobody else may put another in the place of? */
gboolean xmpp_sasl_key_file_check_library (const char *path, GError **error);

G_END_DECLS
