/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is measured: the stanzas of every row, the same for each program */

#define BENCH_HEADER                                                                     \
  "<?xml version='1.0'?><stream:stream from='localhost' id='1' version='1.0' "           \
  "xml:lang='en' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"

/* 250 bytes, 4 elements, 3 namespaces */
void bench_append_small (GString *text, guint i);
/* 603 bytes, 5 elements, text that is not ASCII */
void bench_append_muc (GString *text, guint i);
/* 1 MB, 5,000 items */
void bench_append_big (GString *text, const char *id);
#define BENCH_BIG_ITEMS 5000

G_END_DECLS
