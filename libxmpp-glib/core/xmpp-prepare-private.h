/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-prepare.h"

G_BEGIN_DECLS

/* What is wrong with a text. The faults carry no part of the text itself: it may be a
 * password. Where it is not one, the character is told beside the fault. */
typedef enum
{
  XMPP_PREPARE_FAULT_NONE,
  XMPP_PREPARE_FAULT_NOT_UTF8,
  XMPP_PREPARE_FAULT_EMPTY,
  XMPP_PREPARE_FAULT_CHARACTER, /* one that is not allowed, or not here */
  XMPP_PREPARE_FAULT_DIRECTION, /* left to right and right to left are mixed */
  XMPP_PREPARE_FAULT_UNSTABLE,  /* preparing it again gives something else */
  XMPP_PREPARE_FAULT_TOO_LONG,
} XmppPrepareFault;

/* The end of a sentence: "is empty" */
const char *xmpp_prepare_fault_to_string (XmppPrepareFault fault);
/* Only characters from space to tilde: such a text is its own SASLprep and OpaqueString.
 */
gboolean xmpp_prepare_is_plain (const char *text, gsize length);

G_END_DECLS
