/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

typedef enum
{
  XMPP_SASL_PROFILE_SASLPREP, /* RFC 4013, query strings */
  XMPP_SASL_PROFILE_USERNAME, /* RFC 8265 UsernameCaseMapped */
  XMPP_SASL_PROFILE_OPAQUE,   /* RFC 8265 OpaqueString */
  XMPP_SASL_PROFILE_TRACE,    /* RFC 4505 trace information */
} XmppSaslProfile;

XMPP_AVAILABLE_IN_ALL
char *xmpp_sasl_prepare (XmppSaslProfile profile, const char *text, GError **error);

G_END_DECLS
