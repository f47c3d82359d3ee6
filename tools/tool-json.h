/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Writes what @builder holds to standard output, with nothing in it that a terminal obeys. */
void tool_json_print (JsonBuilder *builder);
/* Members whose value is text; null where @text is NULL */
void tool_json_add_string (JsonBuilder *builder, const char *name, const char *text);
void tool_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value);

G_END_DECLS
