/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>
#include <uninorm.h>

G_BEGIN_DECLS

/* A text as code points, which is what PRECIS and stringprep speak of. May be a password:
 * no copy is left behind unwiped. */
typedef struct
{
  guint32 *data;
  gsize length;
  gsize allocated;
} XmppCodePoints;

/* FALSE: not UTF-8, or a NUL within */
gboolean xmpp_code_points_init (XmppCodePoints *self, const char *text, gsize length);
void xmpp_code_points_clear (XmppCodePoints *self);
/* @form: UNINORM_NFC or UNINORM_NFKC */
void xmpp_code_points_normalize (XmppCodePoints *self, uninorm_t form);
/* Unicode's toLowercase() in no particular language */
void xmpp_code_points_lower (XmppCodePoints *self);
gboolean xmpp_code_points_equal (const XmppCodePoints *a, const XmppCodePoints *b);
char *xmpp_code_points_to_utf8 (const XmppCodePoints *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (XmppCodePoints, xmpp_code_points_clear)

G_END_DECLS
