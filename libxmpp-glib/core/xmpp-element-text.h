/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is wrong with a string that was to become part of a tree */
typedef enum
{
  XMPP_TEXT_GOOD,
  XMPP_TEXT_BAD_NAME,  /* no NCName, or a character no namespace name can have */
  XMPP_TEXT_BAD_CHARS, /* not UTF-8, or a character that XML 1.0 forbids */
} XmppTextVerdict;

/* Namespaces in XML 1.0, [4] NCName */
XmppTextVerdict xmpp_text_check_name (const char *text, gsize length);
/* Also refuses what no URI has: white space, quotes, < > { } | \ ^ ` */
XmppTextVerdict xmpp_text_check_xmlns (const char *text, gsize length);
/* XML 1.0, [2] Char */
XmppTextVerdict xmpp_text_check (const char *text, gsize length);

G_END_DECLS
