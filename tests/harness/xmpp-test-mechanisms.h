/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* The project's own mechanisms from their static twins, as their description files have
 * them: for programs that link the static core and must not load modules. */
void xmpp_test_register_mechanisms (XmppSaslRegistry *registry);

G_END_DECLS
