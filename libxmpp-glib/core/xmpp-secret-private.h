/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-secret.h"

G_BEGIN_DECLS

/* Overwrites; the compiler may not leave it out. */
void xmpp_secret_wipe (gpointer data, gsize length);
char *xmpp_secret_dup (const char *secret);
/* Bytes that are wiped when the last reference goes. The first copies; the second takes
 * memory from g_malloc(). */
GBytes *xmpp_secret_bytes_new (gconstpointer data, gsize length);
GBytes *xmpp_secret_bytes_new_take (gpointer data, gsize length);
/* xmpp_secret_equal() for text; two NULL are equal */
gboolean xmpp_secret_equal_text (const char *a, const char *b);
/* A random word of 128 bits or more that is safe in XML and in a JID: ids, resources.
 * NULL with an error where the system gives no random numbers. */
char *xmpp_random_word (GError **error);

static inline void
xmpp_secret_auto_free (char **secret)
{
  xmpp_secret_free (*secret);
}
/* xmpp_autosecret char *password = …; */
#define xmpp_autosecret __attribute__ ((cleanup (xmpp_secret_auto_free)))

G_END_DECLS
