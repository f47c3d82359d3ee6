/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "sasl/xmpp-sasl-mechanism-info.h"

G_BEGIN_DECLS

/* A shared library of mechanisms. Once it is loaded it stays: its types cannot be taken
 * back. */
typedef struct _XmppSaslLibrary XmppSaslLibrary;

XmppSaslLibrary *xmpp_sasl_library_new (const char *path);
void xmpp_sasl_library_free (XmppSaslLibrary *self);
const char *xmpp_sasl_library_get_path (XmppSaslLibrary *self);

/* NULL: it is there. Else why not, the same each time; @again (out): it was said before */
const char *xmpp_sasl_library_load (XmppSaslLibrary *self, gboolean *again);
/* Once it is there: its type for a mechanism. G_TYPE_INVALID: @failure (out) says why */
GType xmpp_sasl_library_find_type (XmppSaslLibrary *self,
                                   XmppSaslMechanismInfo *info,
                                   char **failure);

/* Loads it if needed. Its type of authenticator; G_TYPE_INVALID: @failure (out) says why */
GType xmpp_sasl_library_find_authenticator (XmppSaslLibrary *self, char **failure);

/* Can @type be the mechanism @name? FALSE: @failure (out) says why not */
gboolean xmpp_sasl_library_check_type (GType type, const char *name, char **failure);

G_END_DECLS
