/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* For properties that are nothing but a member of the instance: what type it has says the
 * property. Strings, boxed values, objects and variants are copies or references that the
 * instance owns; writing one drops the old one. */
void xmpp_property_read (gconstpointer member, GValue *value);
void xmpp_property_write (gpointer member, const GValue *value);

G_END_DECLS
