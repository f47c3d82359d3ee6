/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Names and namespaces that are seen all the time have one static string each, which trees
 * point to instead of keeping a copy. */
extern const char xmpp_name_message[];
extern const char xmpp_name_presence[];
extern const char xmpp_name_iq[];
extern const char xmpp_xmlns_client[];
extern const char xmpp_xmlns_server[];
extern const char xmpp_xmlns_component[];
extern const char xmpp_xmlns_streams[];

/* The static string that is equal to @text, or NULL */
const char *xmpp_known_string (const char *text, gsize length);
/* The same for the name of an element or an attribute */
const char *xmpp_known_name (const char *text, gsize length);
/* All of them, ended by NULL (to prepare a look-up of one's own) */
const char *const *xmpp_known_strings (void);

G_END_DECLS
