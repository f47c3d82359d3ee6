/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <string.h>

#include "core/xmpp-element-private.h"
#include "core/xmpp-error.h"
#include "core/xmpp-limits-private.h"
#include "core/xmpp-namespaces.h"
#include "stream/xmpp-parser.h"

#define DECLARATION "<?xml version='1.0'?>"
#define HEADER_TAG                                                                       \
  "<stream:stream xmlns='jabber:client' "                                                \
  "xmlns:stream='http://etherx.jabber.org/streams' "                                     \
  "version='1.0'>"
#define HEADER DECLARATION HEADER_TAG

/* No error */
#define ATTACK_NONE (-1)

typedef struct
{
  XmppLimitValues limits; /* defaults; a test may change them */
  gboolean authenticated;
  GPtrArray *elements; /* of the latest run */
  guint n_headers;
  guint n_ends;
  GError *error;
  gsize n_consumed;
} Attack;

void attack_init (Attack *attack);
void attack_clear (Attack *attack);

/* Feeds @data to a new parser in pieces of @piece bytes at most (0: random). */
void attack_run (
    Attack *attack, const char *data, gsize length, gsize piece, gboolean single);

/* Whole, byte by byte and with random cuts, one event at a time and not: each time what the
 * parser hands over is @elements (each written as on its own, followed by a line feed) and it
 * ends with @code. */
void attack_expect (
    Attack *attack, const char *data, gsize length, const char *elements, int code);

/* The same for a text behind HEADER and default limits */
void attack_expect_behind_header (const char *text, const char *elements, int code);
