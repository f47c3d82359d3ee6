/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* As much of RFC 8259 as an error of OAuth needs. A reader of its own, since it reads what any
 * server sends: nothing that is not exactly JSON passes, and nothing ends the program. */

typedef void (*OauthJsonFunc) (const char *name, const char *value, gpointer user_data);

/* @text: UTF-8. Calls @func for each member of the outermost object whose value is a string.
 * FALSE: it is not one object, or more than @max_depth objects and arrays are inside of
 * each other; @func may have been called before that was known. */
gboolean oauth_json_read (const char *text,
                          guint max_depth,
                          OauthJsonFunc func,
                          gpointer user_data);
/* With quotation marks */
void oauth_json_append_string (GString *json, const char *text);

G_END_DECLS
