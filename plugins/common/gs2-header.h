/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#include <xmpp.h>

G_BEGIN_DECLS

/* The GS2 header, with which the first message of the GS2 family (RFC 5801 §4) and of SCRAM
 * (RFC 5802 §7) begins, and what it says of channel binding. */
typedef struct
{
  char flag;     /* 'n', 'y' or 'p' */
  char *type;    /* with 'p' */
  char *text;    /* the header as it came */
  char *authzid; /* NULL: none */
} Gs2Header;

/* @type: with XMPP_SASL_BINDING_USED. @authzid: NULL: none */
char *gs2_header_build (XmppSaslBinding binding, const char *type, const char *authzid);
/* @data is UTF-8 without NUL up to the header's end, or is refused. The header takes
 * strlen (header->text) bytes of it. @fault: (out): what is wrong, to be put behind "The
 * message" */
Gs2Header *gs2_header_parse (const char *data, gsize length, const char **fault);
void gs2_header_free (Gs2Header *header);

/* Client: the header that the context asks of a mechanism that is bound to the channel
 * (@plus) or is not, and what both sides bind to: it and the data of the channel binding.
 * Errors: XMPP_SASL_ERROR_UNAVAILABLE */
gboolean gs2_binding_choose (XmppSaslMechanism *mechanism,
                             gboolean plus,
                             const char *authzid,
                             char **header,
                             GBytes **binding,
                             GError **error);
/* Server: whether a client that has sent @flag and @type may use a mechanism that is bound
 * to the channel (@plus) or is not */
gboolean gs2_binding_is_right (XmppSaslMechanism *mechanism,
                               gboolean plus,
                               char flag,
                               const char *type);
/* Server: what @header and @type bind to. Errors: XMPP_SASL_ERROR_UNAVAILABLE */
GBytes *gs2_binding_dup (XmppSaslMechanism *mechanism,
                         const char *type,
                         const char *header,
                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Gs2Header, gs2_header_free)

G_END_DECLS
