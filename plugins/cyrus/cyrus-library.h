/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

#include <sasl/sasl.h>

G_BEGIN_DECLS

/* Initialises libsasl2 for this side, once, and never ends it. FALSE:
 * XMPP_SASL_ERROR_UNAVAILABLE */
gboolean cyrus_library_begin (XmppSaslRole role, GError **error);

/* What a result of libsasl2 means here. @mechanism goes into the text; nothing that the peer
 * said does. @first: nothing was sent yet, so that the next mechanism may be tried */
void cyrus_library_set_error (
    GError **error, XmppSaslRole role, const char *mechanism, int result, gboolean first);

/* Whether a result is a plain no to whom somebody says to be */
gboolean cyrus_library_says_no (int result);

G_END_DECLS
