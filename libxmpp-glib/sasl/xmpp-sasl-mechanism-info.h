/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 The libxmpp-glib authors */

#pragma once

#if !defined(XMPP_INSIDE) && !defined(XMPP_COMPILATION)
#error "Only <xmpp.h> can be included directly."
#endif

#include "sasl/xmpp-sasl-context.h"

G_BEGIN_DECLS

/**
 * XmppSaslFacts:
 * @XMPP_SASL_FACTS_NONE: nothing special
 * @XMPP_SASL_FACTS_PLAIN_TEXT: the server sees the secret itself
 * @XMPP_SASL_FACTS_NEEDS_TLS: it is used over verified TLS only
 * @XMPP_SASL_FACTS_MUTUAL: the server proves itself too
 * @XMPP_SASL_FACTS_CHANNEL_BINDING: the proof is bound to the TLS connection
 * @XMPP_SASL_FACTS_ANONYMOUS: nobody's identity is proven
 * @XMPP_SASL_FACTS_BLOCKS: a step may take long, so it runs in a thread of the library's
 *   own, of which there are 64 at most; not for mechanisms written in JavaScript
 * @XMPP_SASL_FACTS_CERTIFICATE: the proof is the client's certificate of TLS: it is used
 *   where one was asked for and sent
 * @XMPP_SASL_FACTS_OPT_IN: it is used only where the policy names it or, of several modules
 *   that have the name, prefers its one
 *
 * What is known of a mechanism before it is loaded. The nicks are the words of the
 * description file.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{            /* the nicks are the words of the description file */
  XMPP_SASL_FACTS_NONE = 0,
  XMPP_SASL_FACTS_PLAIN_TEXT = 1 << 0, /* the server sees the secret itself */
  XMPP_SASL_FACTS_NEEDS_TLS = 1 << 1,
  XMPP_SASL_FACTS_MUTUAL = 1 << 2, /* the server proves itself */
  XMPP_SASL_FACTS_CHANNEL_BINDING = 1 << 3,
  XMPP_SASL_FACTS_ANONYMOUS = 1 << 4,
  XMPP_SASL_FACTS_BLOCKS =
      1 << 5, /* step() runs in a worker thread; not for JavaScript */
  XMPP_SASL_FACTS_CERTIFICATE = 1 << 6, /* TLS has proven the client already */
  XMPP_SASL_FACTS_OPT_IN = 1 << 7,      /* only where the policy names it */
} XmppSaslFacts;

/* Name and facts of a mechanism, without loading anything. Read-only properties: name,
 * roles, facts, strength, fields, file (the description file, or NULL), module (the name
 * of that file, without its end), loaded. */
#define XMPP_TYPE_SASL_MECHANISM_INFO (xmpp_sasl_mechanism_info_get_type ())
XMPP_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (
    XmppSaslMechanismInfo, xmpp_sasl_mechanism_info, XMPP, SASL_MECHANISM_INFO, GObject)

XMPP_AVAILABLE_IN_ALL
XmppSaslMechanismInfo *xmpp_sasl_mechanism_info_new (const char *name,
                                                     XmppSaslRole roles,
                                                     XmppSaslFacts facts,
                                                     int strength,
                                                     const char *const *fields);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_sasl_mechanism_info_get_name (XmppSaslMechanismInfo *info);
XMPP_AVAILABLE_IN_ALL
XmppSaslRole xmpp_sasl_mechanism_info_get_roles (XmppSaslMechanismInfo *info);
XMPP_AVAILABLE_IN_ALL
XmppSaslFacts xmpp_sasl_mechanism_info_get_facts (XmppSaslMechanismInfo *info);
XMPP_AVAILABLE_IN_ALL
int xmpp_sasl_mechanism_info_get_strength (XmppSaslMechanismInfo *info);
XMPP_AVAILABLE_IN_ALL
const char *const *xmpp_sasl_mechanism_info_get_fields (XmppSaslMechanismInfo *info);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_sasl_mechanism_info_get_file (XmppSaslMechanismInfo *info);
XMPP_AVAILABLE_IN_ALL
const char *xmpp_sasl_mechanism_info_get_module (XmppSaslMechanismInfo *info);
XMPP_AVAILABLE_IN_ALL
gboolean xmpp_sasl_mechanism_info_is_loaded (XmppSaslMechanismInfo *info);

G_END_DECLS
