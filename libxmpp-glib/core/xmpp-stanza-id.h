/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 26 characters of five random bits each, and the NUL */
#define XMPP_STANZA_ID_SIZE 27

/* An id that nobody can guess and that is never the same twice (RFC 6120 §8.1.3). As
 * xmpp_random_word(), but cheap enough for every message. FALSE where the system gives no random
 * numbers. */
gboolean xmpp_stanza_make_id (char id[XMPP_STANZA_ID_SIZE]);

G_END_DECLS
