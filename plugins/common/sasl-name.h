/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* saslname of RFC 5801 §4: a comma is =2C, an equals sign =3D. NULL: another '=' is in it */
char *sasl_name_decode (const char *text);
void sasl_name_append (GString *string, const char *name);

G_END_DECLS
