/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include <gio/gio.h>

#include "core/xmpp-version.h"

G_BEGIN_DECLS

/**
 * XmppSaslProfile:
 * @XMPP_SASL_PROFILE_SASLPREP: SASLprep for queries (RFC 4013), what SCRAM and PLAIN name
 * @XMPP_SASL_PROFILE_USERNAME: UsernameCaseMapped (RFC 8265 §3.3), as the local part of a
 * JID
 * @XMPP_SASL_PROFILE_OPAQUE: OpaqueString (RFC 8265 §4.2), for passwords
 * @XMPP_SASL_PROFILE_TRACE: the trace information of ANONYMOUS (RFC 4505 §3)
 *
 * How [func@Xmpp.sasl_prepare] prepares a text.
 *
 * Since: 1.0
 */
typedef enum
{
  XMPP_SASL_PROFILE_SASLPREP,
  XMPP_SASL_PROFILE_USERNAME,
  XMPP_SASL_PROFILE_OPAQUE,
  XMPP_SASL_PROFILE_TRACE,
} XmppSaslProfile;

XMPP_AVAILABLE_IN_ALL
char *xmpp_sasl_prepare (XmppSaslProfile profile, const char *text, GError **error);

G_END_DECLS
