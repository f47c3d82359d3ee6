/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include "core/xmpp-prepare-private.h"

G_BEGIN_DECLS

/* Enforcement of the two PRECIS profiles of RFC 8265 that XMPP uses. On success *@result
 * is the prepared text (transfer full); else it is NULL, and *@character (nullable) is
 * the one that is not allowed, where there is one. */
XmppPrepareFault xmpp_precis_username (const char *text,
                                       gsize length,
                                       char **result,
                                       gunichar *character);
XmppPrepareFault xmpp_precis_opaque (const char *text,
                                     gsize length,
                                     char **result,
                                     gunichar *character);
/* The second one for what somebody else has let in, whose Unicode may be newer than ours:
 * what is not assigned in ours may stand there. */
XmppPrepareFault xmpp_precis_opaque_received (const char *text,
                                              gsize length,
                                              char **result,
                                              gunichar *character);

G_END_DECLS
